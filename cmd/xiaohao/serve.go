package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"xiaohao/web"
)

// serveCmd runs everything in one process.
type serveCmd struct {
	remoteFlags
	masterFlags
	doorFlags
	ssoFlags
	Data     string `type:"path" env:"XIAOHAO_DATA" help:"Data directory. Default: /var/lib/xiaohao for root, else xiaohao under the user's data directory; with --demo its subfolder demo."`
	Postgres string `name:"postgres" env:"XIAOHAO_POSTGRES" help:"Postgres address. Default: a private one as a child process."`
	Demo     bool   `help:"Fill an empty store with the real opinions of the seed documents, and offer to act as anybody."`
	Site     string `default:"整改销号" env:"XIAOHAO_SITE" help:"Name on the pages."`
	Owner    string `default:"整改工作领导小组办公室" env:"XIAOHAO_OWNER" help:"Office that runs it."`
	Phone    string `default:"12345" env:"XIAOHAO_PHONE" help:"Telephone for those who do not go online."`
	Prefix   string `default:"ZG" env:"XIAOHAO_PREFIX" help:"Letters before item numbers."`
	Area     string `env:"XIAOHAO_AREA" help:"Area whose calendar the office goes by. Default: the country's."`
	Notices  string `type:"existingfile" env:"XIAOHAO_NOTICES" help:"File that says how notices leave the program: mail, group robots, webhooks. Default: the inbox only. Not with --demo."`
	Verbose  bool   `short:"v" help:"Say more."`
}

func (c *serveCmd) Run(ctx context.Context) error {
	level := slog.LevelInfo
	if c.Verbose {
		level = slog.LevelDebug
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	outward, err := c.outward()
	if err != nil {
		return err
	}
	elsewhere, err := c.provider()
	if err != nil {
		return err
	}
	d, err := c.listen(c.Demo)
	if err != nil {
		return err
	}
	defer d.ln.Close()
	dir, err := c.dataDir()
	if err != nil {
		return err
	}
	parts := stackConfig{dir: dir, remote: c.remoteFlags, master: c.masterFlags, postgres: c.Postgres, prefix: c.Prefix, area: c.Area, site: c.Site, logger: logger}
	s, err := openStack(ctx, parts)
	if err != nil {
		return err
	}
	defer s.close()

	cfg := web.Config{Site: c.Site, Owner: c.Owner, Phone: c.Phone, Demo: c.Demo, Log: logger, Status: s.status, Case: s.caseFile, Files: s.files, Papers: papers(), Own: s.own(), Ladders: s.ladders, Proxies: d.proxies,
		Accounts: s.accounts, SSO: elsewhere, Directory: s.directory, Trail: s.trail, Rules: s.rules, Calendars: calendarDesk{s.almanac, s}}
	if c.Demo {
		if err := fillDemo(ctx, s, dir); err != nil {
			return err
		}
	}
	cfg.Views = s.views
	stopCalendars, err := s.startCalendars(ctx, logger)
	if err != nil {
		return err
	}
	defer stopCalendars()
	stopRoots, err := s.startRoots(dir, nil, logger)
	if err != nil {
		return err
	}
	defer stopRoots()
	defer s.startEraser(logger)()
	defer s.startSweeping(logger)()
	defer s.startSweeper(logger)()
	stopNotices, err := s.startNotices(ctx, outward, nil, logger)
	if err != nil {
		return err
	}
	defer stopNotices()
	cfg.Notices, cfg.Follow = s.notices, s.follow
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
	addr := d.address()
	running := filepath.Join(dir, runningFile)
	if err := writeJSON(running, runningInfo{addr, os.Getpid(), d.fingerprint()}); err != nil {
		return err
	}
	defer os.Remove(running)
	fmt.Println("整改销号已启动：" + addr)
	if r, err := s.reads.Roster(ctx); err == nil && len(r.Officers()) == 0 {
		fmt.Println("还没有人能登录。请先设第一位管理员：xiaohao officer add 编号 --admin")
	}
	return d.serve(ctx, h, s.died)
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
	if err := playDirectory(ctx, s.directory); err != nil {
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
	Address     string `json:"address"`
	PID         int    `json:"pid"`
	Certificate string `json:"certificate,omitzero"` // SHA-256 of it, when the pages speak TLS
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
