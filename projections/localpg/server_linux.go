package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Server is a running Postgres. Its methods may be called from any goroutine.
type Server struct {
	cfg   Config
	home  string // holds data: cfg.Dir, or a place below cfg.Elsewhere
	sock  string // directory of the socket
	user  account
	major string
	lock  *os.File
	tail  tail

	cmd    *exec.Cmd
	exited chan struct{} // closed when the process is gone
	err    error         // how it went; set before exited is closed

	stop    sync.Once
	stopErr error
}

// Start returns when the server answers and the database Config.App exists. The
// context bounds the starting only; the server runs until [Server.Stop].
// Besides plain failures the errors are ErrNotFound, ErrInUse, ErrMajor and
// ErrUnsupported.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	s, err := start(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("start a postgres in %s: %w", cfg.Dir, err)
	}
	return s, nil
}

func start(ctx context.Context, cfg Config) (_ *Server, err error) {
	if cfg, err = cfg.withDefaults(); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, tail: tail{log: cfg.Log}}
	if err := s.settle(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			unlock(s.lock)
		}
	}()
	if err := s.stopOld(ctx); err != nil {
		return nil, err
	}
	if err := s.makeCluster(ctx); err != nil {
		return nil, err
	}
	if err := s.allow(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // crash recovery may take a while
	defer cancel()
	for {
		if err := s.spawn(); err != nil {
			return nil, err
		}
		err := s.waitReady(ctx)
		if err == nil {
			return s, nil
		}
		s.end()
		if !s.tail.contains("pre-existing shared memory block") {
			return nil, err
		}
		// The old server's postmaster is gone (out of memory, kill -9), one of its
		// children still is not. They end by themselves.
		if pause(ctx, 100*time.Millisecond) != nil {
			return nil, err
		}
	}
}

func (s *Server) data() string { return filepath.Join(s.home, "data") }

// Dir is the directory that holds the data: Config.Dir, unless the user who runs
// the server may not enter it.
func (s *Server) Dir() string { return s.home }

// DSN is the connection string of the database Config.App.
func (s *Server) DSN() string { return s.DSNFor(s.cfg.App) }

// DSNFor is the connection string of a database of this server.
func (s *Server) DSNFor(db string) string {
	q := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace
	return fmt.Sprintf("host='%s' port=5432 user='%s' dbname='%s' sslmode=disable", q(s.sock), q(s.cfg.App), q(db))
}

// Pid is the process id of the server.
func (s *Server) Pid() int { return s.cmd.Process.Pid }

// Exited is closed when the server has ended, wanted or not.
func (s *Server) Exited() <-chan struct{} { return s.exited }

// Stop shuts the server down: open transactions are rolled back, committed rows
// are kept. It returns when the process is gone and the directory is free, and
// says how a server ended that was gone before. Later calls return the same.
func (s *Server) Stop() error {
	s.stop.Do(func() {
		if err := s.end(); err != nil {
			s.stopErr = fmt.Errorf("stop the postgres in %s: %w", s.home, err)
		}
		if s.sock != filepath.Join(s.home, "run") {
			_ = os.Remove(s.sock) // a directory of ours in the temporary one; empty by now
		}
		unlock(s.lock)
	})
	return s.stopErr
}

// end asks for a fast shutdown, then for an immediate one. Never SIGKILL: it
// would leave the server's children and shared memory behind.
func (s *Server) end() error {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		_ = s.cmd.Process.Signal(sig)
		select {
		case <-s.exited:
			return s.err
		case <-time.After(30 * time.Second):
		}
	}
	return errors.New("it does not stop")
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
