package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"xiaohao/web"
)

// serveCmd runs everything in one process.
type serveCmd struct {
	remoteFlags
	masterFlags
	Listen   string `default:"127.0.0.1:8080" help:"Address of the pages; loopback only until sign-in exists. :0 takes any free port."`
	Data     string `type:"path" env:"XIAOHAO_DATA" help:"Data directory. Default: /var/lib/xiaohao for root, else xiaohao under the user's data directory; with --demo its subfolder demo."`
	Postgres string `name:"postgres" env:"XIAOHAO_POSTGRES" help:"Postgres address. Default: a private one as a child process."`
	Demo     bool   `help:"Fill an empty store with the real opinions of the seed documents, and offer to act as anybody."`
	Site     string `default:"整改销号" env:"XIAOHAO_SITE" help:"Name on the pages."`
	Owner    string `default:"整改工作领导小组办公室" env:"XIAOHAO_OWNER" help:"Office that runs it."`
	Phone    string `default:"12345" env:"XIAOHAO_PHONE" help:"Telephone for those who do not go online."`
	Prefix   string `default:"ZG" env:"XIAOHAO_PREFIX" help:"Letters before item numbers."`
	Verbose  bool   `short:"v" help:"Say more."`
}

func (c *serveCmd) Run(ctx context.Context) error {
	level := slog.LevelInfo
	if c.Verbose {
		level = slog.LevelDebug
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	ln, err := listen(c.Listen)
	if err != nil {
		return err
	}
	defer ln.Close()
	dir, err := c.dataDir()
	if err != nil {
		return err
	}
	parts := stackConfig{dir: dir, remote: c.remoteFlags, master: c.masterFlags, postgres: c.Postgres, prefix: c.Prefix, logger: logger}
	s, err := openStack(ctx, parts)
	if err != nil {
		return err
	}
	defer s.close()

	cfg := web.Config{Site: c.Site, Owner: c.Owner, Phone: c.Phone, Demo: c.Demo, Log: logger, Status: s.status, Case: s.caseFile, Files: s.files}
	if c.Demo {
		if err := fillDemo(ctx, s, dir); err != nil {
			return err
		}
	} else {
		cfg.Token = rand.Text()
	}
	stopRoots, err := s.startRoots(dir, nil, logger)
	if err != nil {
		return err
	}
	defer stopRoots()
	defer s.startEraser(logger)()
	defer s.startSweeping(logger)()
	cfg.PublicKey = s.signing.public()
	h, err := web.New(cfg, s.desk, s.reads, s.vault)
	if err != nil {
		return err
	}
	stop, err := startControl(dir, s.control(parts), logger)
	if err != nil {
		return err
	}
	defer stop()
	addr := "http://" + ln.Addr().String()
	running := filepath.Join(dir, runningFile)
	if err := writeJSON(running, runningInfo{addr, os.Getpid()}); err != nil {
		return err
	}
	defer os.Remove(running)
	fmt.Println("整改销号已启动：" + addr)
	if cfg.Token != "" {
		fmt.Println("办理口令（每次启动都换）：" + cfg.Token + "\n在 " + addr + "/act 填入后才能办理。")
	}
	return serveHTTP(ctx, ln, h, s.died)
}

// serveHTTP answers until ctx ends or something under the pages died.
func serveHTTP(ctx context.Context, ln net.Listener, h http.Handler, died <-chan error) error {
	base, cancel := context.WithCancel(context.Background())
	defer cancel()
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return base }}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	case err = <-died:
		err = notToBeHad(err)
	}
	cancel() // ends the live pages, which would else hold the shutdown
	end, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	if e := srv.Shutdown(end); e != nil && err == nil {
		err = fmt.Errorf("stop the pages: %w", e)
	}
	return err
}

// listen opens the address. Until sign-in exists it must be of this machine only.
func listen(addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, &exitError{2, fmt.Errorf("--listen %s: %w", addr, err)}
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, &exitError{2, fmt.Errorf("--listen %s: only loopback addresses until sign-in exists (127.0.0.1:%s)", addr, port)}
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, notToBeHad(fmt.Errorf("port %s is taken by another program; use --listen 127.0.0.1:0 for a free one (make run ARGS='--listen :0')", port))
	}
	if err != nil {
		return nil, notToBeHad(err)
	}
	return ln, nil
}

// dataDir is where everything is kept. The demonstration has a place of its own, so that
// it can never meet real data.
func (c *serveCmd) dataDir() (string, error) {
	if c.Data != "" {
		return c.Data, nil
	}
	dir := "/var/lib/xiaohao"
	if os.Geteuid() != 0 {
		if dir = os.Getenv("XDG_DATA_HOME"); dir == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return "", &exitError{2, fmt.Errorf("no home directory, give --data: %w", err)}
			}
			dir = filepath.Join(home, ".local", "share")
		}
		dir = filepath.Join(dir, "xiaohao")
	}
	if c.Demo {
		dir = filepath.Join(dir, "demo")
	}
	return dir, nil
}

// demoMark is written when the demonstration was played to its end.
type demoMark struct {
	Identity string `json:"identity"` // of the stream it is in
}

// fillDemo plays the demonstration into an empty store, or goes on with one that was
// interrupted. It refuses a store that holds anything else.
func fillDemo(ctx context.Context, s *stack, dir string) error {
	file := filepath.Join(dir, "demo.json")
	var mark demoMark
	if b, err := os.ReadFile(file); err == nil && json.Unmarshal(b, &mark) == nil && mark.Identity == s.log.Identity() {
		return nil
	}
	last, err := s.log.Last(ctx)
	if err != nil {
		return err
	}
	if last > 0 {
		first, err := s.log.At(ctx, 1)
		if err != nil {
			return err
		}
		if first.Cause != "demo" {
			return fmt.Errorf("--demo: %s holds data already; give an empty --data directory", dir)
		}
	}
	if err := playDemo(ctx, s.desk); err != nil {
		return err
	}
	if err := s.caughtUp(ctx); err != nil {
		return err
	}
	return writeJSON(file, demoMark{s.log.Identity()})
}

// runningFile tells `xiaohao status` where the server of a data directory answers.
const runningFile = "running.json"

type runningInfo struct {
	Address string `json:"address"`
	PID     int    `json:"pid"`
}

func writeJSON(file string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	tmp := file + ".new"
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, file)
}
