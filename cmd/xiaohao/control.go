package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"xiaohao/events/journal/backup"
)

// controlFile is the socket by which subcommands reach the server that has a data
// directory. Only the user whom the directory's server runs as (and root) can open it, so
// whoever asks may do what the server may. A subcommand that needs the log of a running
// server (its embedded store can be opened by one process only) calls [callControl], and
// opens the store by itself when that says errNotRunning.
//
// To add a request: a line in [stack.control] with [controlled], and [callControl] in the
// subcommand. Requests and answers are JSON of one struct each.
const controlFile = "control.sock"

// errNotRunning says that no server answers on a data directory.
var errNotRunning = errors.New("no server runs on this data directory")

// control is what a running server does for its subcommands.
func (s *stack) control(cfg stackConfig) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /backup", controlled(func(ctx context.Context, cfg backup.Config) (backup.Report, error) {
		return runBackup(ctx, s.nc, cfg)
	}))
	mux.Handle("POST /verify", controlled(s.verify))
	mux.Handle("POST /verify/reads", controlled(func(ctx context.Context, _ struct{}) (out struct {
		Difference string `json:"difference"`
	}, err error) {
		out.Difference, err = s.reads.Verify(ctx, s.log)
		return out, err
	}))
	mux.Handle("POST /rebuild", controlled(s.rebuild))
	mux.Handle("POST /rebuild/progress", controlled(s.rebuildProgress))
	mux.Handle("POST /rebuild/parked", controlled(s.retryParked))
	mux.Handle("POST /calendar", controlled(func(context.Context, struct{}) (calendars, error) { return s.calendars(), nil }))
	mux.Handle("POST /calendar/import", controlled(s.importCalendar))
	mux.Handle("POST /rules", controlled(func(context.Context, struct{}) (rulesTable, error) { return tableOf(s.rules.Now()), nil }))
	mux.Handle("POST /rules/change", controlled(s.changeRules))
	mux.Handle("POST /case", controlled(s.exportCase))
	mux.Handle("POST /import", controlledUpTo(maxImport, s.importLedger))
	mux.Handle("POST /import/columns", controlled(s.columns))
	mux.Handle("POST /import/progress", controlled(s.importProgress))
	mux.Handle("POST /form", handing(s.form))
	mux.Handle("POST /report", handing(s.report))
	mux.Handle("POST /ledger", handing(s.exportLedger))
	mux.Handle("POST /audit", handing(s.exportAudit))
	mux.Handle("POST /key/rotate", controlled(func(ctx context.Context, _ struct{}) (rotated, error) {
		r, err := s.rotate(ctx, cfg)
		if err != nil {
			err = errors.New(sentence(err))
		}
		return r, err
	}))
	mux.Handle("POST /directory", controlled(s.enter))
	mux.Handle("POST /directory/list", controlled(s.list))
	mux.Handle("POST /account", controlled(s.account))
	return mux
}

// startControl answers on the control socket of dir until stop is called. Requests still
// under way then are cancelled. A path too long for a socket is said and otherwise let be:
// the server is worth more than its subcommands.
func startControl(dir string, h http.Handler, logger *slog.Logger) (stop func(), err error) {
	// The socket is made in a private directory and moved: nobody can connect before its mode is right.
	private, err := os.MkdirTemp(dir, ".control-")
	if err != nil {
		return nil, fmt.Errorf("make control socket: %w", err)
	}
	defer os.RemoveAll(private)
	made, path := filepath.Join(private, "s"), filepath.Join(dir, controlFile)
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: made, Net: "unix"})
	if errors.Is(err, syscall.EINVAL) {
		logger.Warn("no control socket: the data directory's path is too long; stop the server before backup", "dir", dir)
		return func() {}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("make control socket: %w", err)
	}
	ln.SetUnlinkOnClose(false)
	if err := errors.Join(os.Chmod(made, 0o600), os.Rename(made, path)); err != nil {
		ln.Close()
		return nil, fmt.Errorf("make control socket: %w", err)
	}
	base, cancel := context.WithCancel(context.Background())
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return base }}
	go func() { _ = srv.Serve(ln) }() // ends with stop
	return func() {
		cancel()
		os.Remove(path)
		end, done := context.WithTimeout(context.Background(), 5*time.Second)
		defer done()
		_ = srv.Shutdown(end) // what is under way was told to end
	}, nil
}

// controlError is a refusal on its way over the socket.
type controlError struct {
	Error string `json:"error"`
	Code  int    `json:"code"` // exit code of the subcommand
}

// controlled makes f answer a request of [callControl].
func controlled[In, Out any](f func(context.Context, In) (Out, error)) http.Handler {
	return controlledUpTo(1<<20, f)
}

// controlledUpTo is controlled for requests of up to most bytes.
func controlledUpTo[In, Out any](most int64, f func(context.Context, In) (Out, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in In
		var out Out
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, most)).Decode(&in)
		if err == nil {
			out, err = f(r.Context(), in)
		}
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			refusal := controlError{err.Error(), 1}
			if e, ok := errors.AsType[*exitError](err); ok {
				refusal.Code = e.code
			}
			w.WriteHeader(http.StatusUnprocessableEntity)
			_ = json.NewEncoder(w).Encode(refusal) // nobody is left to be told
			return
		}
		_ = json.NewEncoder(w).Encode(out)
	})
}

// callControl asks the server of dir and reads its answer into out. It returns
// errNotRunning when nobody answers there, and the server's refusal as an [*exitError].
func callControl(ctx context.Context, dir, path string, in, out any) error {
	res, err := askControl(ctx, dir, path, in)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return json.NewDecoder(res.Body).Decode(out)
}

// callForFile asks the server of dir for a file, and reads what it says about it into out.
// Errors are those of callControl.
func callForFile(ctx context.Context, dir, path string, in, out any, to io.Writer) error {
	res, err := askControl(ctx, dir, path, in)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(to, res.Body); err != nil {
		return fmt.Errorf("read from the running server: %w", err)
	}
	return json.Unmarshal([]byte(res.Header.Get(saidHeader)), out)
}

// askControl returns the answer of the server of dir, its body still to be read and closed.
func askControl(ctx context.Context, dir, path string, in any) (_ *http.Response, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(dir, controlFile))
	}}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://xiaohao"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EINVAL) {
		return nil, errNotRunning // never started, killed, or its path is too long for a socket
	}
	if err != nil {
		return nil, fmt.Errorf("ask the running server: %w", err)
	}
	if res.StatusCode == http.StatusOK {
		return res, nil
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusUnprocessableEntity {
		return nil, fmt.Errorf("ask the running server: it answers %s", res.Status)
	}
	var refusal controlError
	if err := json.NewDecoder(res.Body).Decode(&refusal); err != nil {
		return nil, fmt.Errorf("ask the running server: %w", err)
	}
	return nil, &exitError{refusal.Code, errors.New(refusal.Error)}
}

// callWatching asks the server of dir for something that takes long, and meanwhile shows how
// far it is: what the same path with /progress answers.
func callWatching[Out, Progress any](ctx context.Context, dir, path string, in any, show func(Progress)) (out Out, err error) {
	done := make(chan error, 1)
	go func() { done <- callControl(ctx, dir, path, in, &out) }()
	look := time.NewTicker(250 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-done:
			return out, err
		case <-look.C:
			var p Progress
			if callControl(ctx, dir, path+"/progress", struct{}{}, &p) == nil {
				show(p)
			}
		}
	}
}
