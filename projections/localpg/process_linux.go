package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// command prepares one of the programs, to run as the server's user.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.cfg.BinDir, name), args...)
	cmd.Dir = s.home // the caller's own directory may be closed to the other user
	// PG* and HOME of ours must not leak in.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.user.cred}
	return cmd
}

// run starts cmd and returns when it has started; done gets how it ended. The
// parent death signal follows the thread that forked, not the process, so that
// thread is kept for as long as the command runs.
func run(cmd *exec.Cmd, done func(error)) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
		err := cmd.Start()
		started <- err
		if err == nil {
			done(cmd.Wait())
		}
	}()
	return <-started
}

// makeCluster runs initdb beside the final place: a half-made cluster must never
// look like a whole one.
func (s *Server) makeCluster(ctx context.Context) error {
	if _, err := os.Stat(s.data()); err == nil {
		return nil
	}
	tmp := s.data() + ".init"
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	if err := s.own(tmp); err != nil {
		return err
	}
	args := []string{"-D", tmp, "-U", s.cfg.App, "--encoding=UTF8", "--locale=C.UTF-8",
		"--auth-local=peer", "--auth-host=reject", "--data-checksums", "--no-instructions"}
	if s.cfg.Params["fsync"] == "off" {
		args = append(args, "--no-sync")
	}
	var out bytes.Buffer
	cmd := s.command("initdb", args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	done := make(chan error, 1)
	if err := run(cmd, func(err error) { done <- err }); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("initdb: %w\n%s", err, out.Bytes())
		}
	case <-ctx.Done():
		_ = cmd.Process.Signal(syscall.SIGINT) // it stops its own children then
		<-done
		return fmt.Errorf("initdb: %w", ctx.Err())
	}
	return os.Rename(tmp, s.data())
}

// allow writes who may connect: this process's user and the server's, as the
// role App. It is written at every start, since either may change in between.
func (s *Server) allow() error {
	me, err := user.LookupId(strconv.Itoa(os.Geteuid()))
	if err != nil {
		return err
	}
	ident := fmt.Sprintf("app %q %s\napp %q %s\n", me.Username, s.cfg.App, s.user.name, s.cfg.App)
	for name, text := range map[string]string{"pg_hba.conf": "local all all peer map=app\n", "pg_ident.conf": ident} {
		// initdb has made both, so the owner stays.
		if err := os.WriteFile(filepath.Join(s.data(), name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// stopOld ends a server that a killed parent of ours left on this directory. We
// hold the lock, so it is nobody else's.
func (s *Server) stopOld(ctx context.Context) error {
	file := filepath.Join(s.data(), "postmaster.pid")
	for sent := false; ; {
		b, err := os.ReadFile(file)
		if err != nil {
			break
		}
		first, rest, _ := strings.Cut(string(b), "\n")
		pid, _ := strconv.Atoi(strings.TrimSpace(first))
		if pid <= 0 || syscall.Kill(pid, 0) != nil && !sent {
			break // Postgres itself clears the file of a process that is gone
		}
		if !s.isServer(pid) {
			// The number is another program's now. Postgres would take that for its
			// other self, but never its own parent. The rest of the file stays: it
			// names the shared memory, by which Postgres finds orphaned children.
			_ = os.WriteFile(file, fmt.Appendf(nil, "%d\n%s", os.Getpid(), rest), 0o600)
			break
		}
		if !sent {
			sent = syscall.Kill(pid, syscall.SIGINT) == nil
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("an old server, process %d, is still stopping: %w", pid, err)
		}
	}
	for _, name := range []string{".s.PGSQL.5432", ".s.PGSQL.5432.lock"} { // no server is left to use them
		_ = os.Remove(filepath.Join(s.sock, name))
	}
	return nil
}

// isServer looks at the command line, which anyone may read; where a process
// runs (/proc/N/cwd) is hidden even from root in most containers.
func (s *Server) isServer(pid int) bool {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return bytes.Contains(b, []byte("postgres\x00-D\x00"+s.data()+"\x00"))
}

func (s *Server) spawn() error {
	args := []string{"-D", s.data()}
	for _, k := range slices.Sorted(maps.Keys(s.cfg.Params)) {
		args = append(args, "-c", k+"="+s.cfg.Params[k])
	}
	quoted := `"` + strings.ReplaceAll(s.sock, `"`, `""`) + `"` // it is a list
	args = append(args, "-c", "listen_addresses=", "-c", "port=5432",
		"-c", "unix_socket_directories="+quoted, "-c", "unix_socket_permissions=0700",
		"-c", "logging_collector=off", "-c", "log_destination=stderr")
	s.exited = make(chan struct{})
	s.tail.reset()
	s.cmd = s.command("postgres", args...)
	s.cmd.Stdout, s.cmd.Stderr = &s.tail, &s.tail
	s.cmd.WaitDelay = 5 * time.Second // for an orphaned child that still holds the log
	s.cmd.SysProcAttr.Setpgid = true
	exited := s.exited
	return run(s.cmd, func(err error) {
		s.err = err
		close(exited)
	})
}

// waitReady returns when the server answers and the database is there.
func (s *Server) waitReady(ctx context.Context) error {
	for {
		err := s.makeDatabase(ctx)
		if err == nil {
			return nil
		}
		const starting = "57P03"
		var answer *pgconn.PgError
		if errors.As(err, &answer) && answer.Code != starting {
			return err // it answers, and will not change its mind
		}
		select {
		case <-s.exited:
			return fmt.Errorf("it stopped while starting (%v):\n%s", s.err, s.tail.String())
		case <-ctx.Done():
			return fmt.Errorf("it is not ready: %w (last: %v)", ctx.Err(), err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (s *Server) makeDatabase(ctx context.Context) (err error) {
	c, err := pgx.Connect(ctx, s.DSNFor("postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	var there bool
	err = c.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", s.cfg.App).Scan(&there)
	if err == nil && !there {
		_, err = c.Exec(ctx, "create database "+pgx.Identifier{s.cfg.App}.Sanitize())
	}
	return err
}

// tail passes the log on and keeps the last of it, so that a failed start can
// say why. It never fails: a log that cannot be written must not end the server.
type tail struct {
	log io.Writer
	mu  sync.Mutex
	b   []byte
}

func (t *tail) Write(p []byte) (int, error) {
	const keep = 4 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if len(t.b) > keep {
		t.b = slices.Clone(t.b[len(t.b)-keep:])
	}
	_, _ = t.log.Write(p)
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}

func (t *tail) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = nil
}

func (t *tail) contains(text string) bool { return strings.Contains(t.String(), text) }
