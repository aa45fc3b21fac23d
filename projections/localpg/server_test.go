//go:build linux

package localpg

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// The test program is also the parent that gets killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LOCALPG_TEST_HOLD"); dir != "" {
		if err := hold(dir); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// hold starts a server, commits a row, says so and stays.
func hold(dir string) error {
	ctx := context.Background()
	s, err := Start(ctx, Config{Dir: dir, Log: io.Discard})
	if err != nil {
		return err
	}
	c, err := pgx.Connect(ctx, s.DSN())
	if err != nil {
		return err
	}
	if _, err := c.Exec(ctx, "create table if not exists kept (n int); insert into kept select count(*) from kept"); err != nil {
		return err
	}
	fmt.Println("ready", s.Pid())
	<-s.Exited()
	return nil
}

func TestSecondStartKeepsEverything(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: filepath.Join(tempDir(t), "pg"), Params: map[string]string{"synchronous_commit": "off", "port": "1", "listen_addresses": "*"}}
	began := time.Now()
	s := mustStart(t, cfg)
	t.Logf("first start %v", time.Since(began).Round(time.Millisecond))
	query(t, s.DSN(), "create table kept (n int); insert into kept values (7)")
	if got := query(t, s.DSN(), "select current_setting('synchronous_commit') || current_setting('listen_addresses')"); got != "off" {
		t.Errorf("settings are %q", got)
	}
	if got := query(t, s.DSN(), "select datcollate || ' ' || pg_encoding_to_char(encoding) from pg_database where datname = 'xiaohao'"); got != "C.UTF-8 UTF8" {
		t.Errorf("locale is %q", got)
	}
	if got, want := s.Dir(), cfg.Dir; got != want {
		t.Errorf("Dir is %s, want %s", got, want)
	}
	mustStop(t, s)
	if err := syscall.Kill(s.Pid(), 0); err == nil {
		t.Error("the server runs on after Stop")
	}
	if err := s.Stop(); err != nil {
		t.Errorf("second Stop: %v", err)
	}
	began = time.Now()
	s = mustStart(t, cfg)
	t.Logf("second start %v", time.Since(began).Round(time.Millisecond))
	if got := query(t, s.DSN(), "select n from kept"); got != "7" {
		t.Errorf("kept %q", got)
	}
}

func TestOddPaths(t *testing.T) {
	t.Parallel()
	for name, sub := range map[string]string{
		"blank and quotes": `it's a "dir" \ %s`,
		"comma":            "a,b",
		"chinese":          "销号",
		"long":             strings.Repeat("long/", 30) + "pg",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := Config{Dir: filepath.Join(tempDir(t), sub)}
			s := mustStart(t, cfg)
			query(t, s.DSN(), "create table kept ()")
			mustStop(t, s)
			if _, err := os.Stat(s.sock); strings.HasPrefix(s.sock, os.TempDir()+"/xiaohao-") && err == nil {
				t.Errorf("%s was left behind", s.sock)
			}
			s = mustStart(t, cfg)
			query(t, s.DSN(), "select * from kept")
		})
	}
}

func TestKilledParent(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	const rounds = 3
	for range rounds {
		parent, _ := startParent(t, dir)
		if err := parent.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = parent.Wait()
	}
	s := mustStart(t, Config{Dir: dir})
	if got := query(t, s.DSN(), "select count(*) from kept"); got != strconv.Itoa(rounds) {
		t.Errorf("%s rows are left of %d", got, rounds)
	}
}

func TestKilledServer(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: tempDir(t)}
	s := mustStart(t, cfg)
	query(t, s.DSN(), "create table kept (n int); insert into kept values (7)")
	c := connect(t, s.DSN()) // a busy child of it that outlives it for a moment
	go func() { _, _ = c.Exec(context.Background(), "select pg_sleep(600)") }()
	if err := syscall.Kill(s.Pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.Exited()
	if err := s.Stop(); err == nil {
		t.Error("Stop did not tell that the server was killed")
	}
	s = mustStart(t, cfg)
	if got := query(t, s.DSN(), "select n from kept"); got != "7" {
		t.Errorf("kept %q", got)
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	parent, _ := startParent(t, dir)
	_, err := Start(t.Context(), Config{Dir: dir})
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), fmt.Sprintf("process %d", parent.Process.Pid)) || !strings.Contains(err.Error(), dir) {
		t.Errorf("error is %v", err)
	}
}

func TestWrongMajorLeavesDataAlone(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: tempDir(t)}
	mustStop(t, mustStart(t, cfg))
	version := filepath.Join(cfg.Dir, "data/PG_VERSION")
	if err := os.WriteFile(version, []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := listing(t, cfg.Dir+"/data")
	_, err := Start(t.Context(), cfg)
	if !errors.Is(err, ErrMajor) || !strings.Contains(err.Error(), "install PostgreSQL 9") {
		t.Errorf("error is %v", err)
	}
	if after := listing(t, cfg.Dir+"/data"); after != before {
		t.Errorf("data were touched:\n%s\n%s", before, after)
	}
}

func TestForeignDataLeftAlone(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: tempDir(t)}
	if err := os.MkdirAll(cfg.Dir+"/data/mine", 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "no database cluster") {
		t.Errorf("error is %v", err)
	}
}

func TestHalfMadeCluster(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: tempDir(t)}
	if err := os.MkdirAll(cfg.Dir+"/data.init/base", 0o700); err != nil {
		t.Fatal(err)
	}
	mustStart(t, cfg)
}

// After a power cut the number in postmaster.pid may be any other program's.
func TestStalePid(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: tempDir(t)}
	s := mustStart(t, cfg)
	file := filepath.Join(s.data(), "postmaster.pid")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	mustStop(t, s)
	other := exec.Command("sleep", "600")
	other.SysProcAttr = &syscall.SysProcAttr{Credential: s.user.cred} // else Postgres would see that it is not its own
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Process.Kill(); _ = other.Wait() })
	_, rest, _ := bytes.Cut(text, []byte("\n"))
	stale := fmt.Appendf(nil, "%d\n%s", other.Process.Pid, rest)
	for _, name := range []string{file, filepath.Join(s.sock, ".s.PGSQL.5432.lock")} {
		if err := os.WriteFile(name, stale, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(name, s.user.uid, s.user.gid); err != nil {
			t.Fatal(err)
		}
	}
	mustStart(t, cfg)
	if err := syscall.Kill(other.Process.Pid, 0); err != nil {
		t.Error("the other program was stopped")
	}
}

func TestFailedStartSaysWhyAndLetsGo(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: tempDir(t)}
	bad := cfg
	bad.Params = map[string]string{"shared_buffers": "lots"}
	if _, err := Start(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "shared_buffers") {
		t.Errorf("error is %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, cfg); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	for _, c := range []Config{{}, {Dir: cfg.Dir, App: `x"; drop`}, {Dir: cfg.Dir, BinDir: cfg.Dir}} {
		if _, err := Start(t.Context(), c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
	mustStart(t, cfg)
}

// Root, with a directory that the server's user may not enter.
func TestClosedDir(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs the server as another user")
	}
	t.Parallel()
	closed := filepath.Join(tempDir(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	var log safeBuffer
	cfg := Config{Dir: filepath.Join(closed, "pg"), Elsewhere: filepath.Join(tempDir(t), "var/xiaohao"), Log: &log}
	s := mustStart(t, cfg)
	first := s.Dir()
	if filepath.Dir(first) != cfg.Elsewhere || !strings.Contains(log.String(), first) {
		t.Errorf("data are in %s; log:\n%s", first, log.String())
	}
	query(t, s.DSN(), "create table kept ()")
	mustStop(t, s)

	s = mustStart(t, cfg)
	if s.Dir() != first {
		t.Errorf("second start went to %s", s.Dir())
	}
	query(t, s.DSN(), "select * from kept")
	mustStop(t, s)

	if err := os.RemoveAll(cfg.Dir); err != nil { // a new beginning
		t.Fatal(err)
	}
	s = mustStart(t, cfg)
	if s.Dir() == first {
		t.Error("a wiped directory got the old data back")
	}
	if _, err := os.Stat(first + "/data/PG_VERSION"); err != nil {
		t.Error("the old data are gone")
	}
}

func TestRunAs(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may choose")
	}
	t.Parallel()
	cfg := Config{Dir: tempDir(t), RunAs: "nobody"}
	mustStop(t, mustStart(t, cfg))
	cfg.RunAs = "" // as after postgres was installed later: the owner of the data stays
	if s := mustStart(t, cfg); s.user.name != "nobody" {
		t.Errorf("runs as %s", s.user.name)
	}
	if _, err := Start(t.Context(), Config{Dir: tempDir(t), RunAs: "root"}); err == nil {
		t.Error("it would run as root")
	}
}

// Root runs all of the above once more as an ordinary user.
func TestAsNobody(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("we are one already")
	}
	t.Parallel()
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Skip(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	dir := tempDir(t)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	self, err := os.ReadFile("/proc/self/exe") // the go command keeps it where nobody may go
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "test")
	if err := os.WriteFile(program, self, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(program, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.v", "-test.timeout=5m")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TMPDIR="+dir, "HOME="+dir, "USER=nobody")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("as nobody: %d passed, %d skipped", bytes.Count(out, []byte("--- PASS")), bytes.Count(out, []byte("--- SKIP")))
}

// tempDir is t.TempDir, but the server's user may enter it.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "localpg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustStart(t *testing.T, cfg Config) *Server {
	t.Helper()
	s, err := Start(t.Context(), cfg)
	if errors.Is(err, ErrNotFound) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	return s
}

func mustStop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
}

func startParent(t *testing.T, dir string) (*exec.Cmd, int) {
	t.Helper()
	if _, err := FindBin(""); err != nil && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LOCALPG_TEST_HOLD="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	var pid int
	if _, e := fmt.Sscanf(line, "ready %d", &pid); err != nil || e != nil {
		t.Fatalf("the parent says %q (%v)", line, err)
	}
	t.Cleanup(func() { // its server ends with it; wait, so that the directory can be removed
		_ = cmd.Process.Kill()
		for isRunning(pid) {
			_ = pause(context.Background(), 10*time.Millisecond)
		}
	})
	return cmd, pid
}

func isRunning(pid int) bool {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return strings.Contains(string(b), "postgres\x00-D")
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// query runs statements and returns the last one's single value as text.
func query(t *testing.T, dsn, sql string) string {
	t.Helper()
	results, err := connect(t, dsn).PgConn().Exec(t.Context(), sql).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if rows := results[len(results)-1].Rows; len(rows) == 1 {
		return string(rows[0][0])
	}
	return ""
}

// listing is every file's name, size and time.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.Walk(dir, func(path string, fi os.FileInfo, err error) error {
		if err == nil {
			fmt.Fprintln(&b, path, fi.Size(), fi.ModTime().UnixNano(), fi.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
