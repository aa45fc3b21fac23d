package localpg

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// account is the user the server runs as.
type account struct {
	name     string
	uid, gid int
	cred     *syscall.Credential // nil: it is the user we are
}

// settle decides everything that does not change while the server runs: the
// lock, the place of the data, the programs, the user, the place of the socket.
func (s *Server) settle() (err error) {
	dir := s.cfg.Dir
	if err := makeDir(dir); err != nil {
		return err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil { // the old server is recognised by its path
		return err
	}
	s.cfg.Dir = dir
	if s.lock, err = lockDir(dir); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			unlock(s.lock)
		}
	}()
	s.home = s.recordedHome()
	want, err := dataMajor(s.data())
	if err != nil {
		return err
	}
	if s.cfg.BinDir == "" {
		if s.cfg.BinDir, err = FindBin(want, s.cfg.Search...); err != nil {
			return err
		}
	} else if !hasPrograms(s.cfg.BinDir) {
		return fmt.Errorf("%w in %s", ErrNotFound, s.cfg.BinDir)
	}
	if s.user, err = chooseAccount(s.cfg.RunAs, s.data()); err != nil {
		return err
	}
	s.major, err = majorOf(s.versionIn("/"))
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("user %s may not run %s/postgres: %w", s.user.name, s.cfg.BinDir, err)
	} else if err != nil {
		return err
	}
	if want != "" && want != s.major {
		return fmt.Errorf("%w: %s is of %s, the programs in %s are %s; install PostgreSQL %s, or move the data with pg_upgrade",
			ErrMajor, s.data(), want, s.cfg.BinDir, s.major, want)
	}
	if !s.mayEnter(s.home) {
		if want != "" { // data that were within reach once; a new empty database would hide them
			return fmt.Errorf("user %s may not enter %s any more: give it the right to pass (chmod o+x) on every directory of that path",
				s.user.name, s.home)
		}
		if err := s.moveHome(); err != nil {
			return err
		}
	}
	return s.chooseSocket()
}

// makeDir makes a directory and its parents. When root makes them, others may
// pass through, whatever the umask: the server's user has to.
func makeDir(dir string) error {
	mode := fs.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	err := os.Mkdir(dir, mode)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir {
		if err := makeDir(filepath.Dir(dir)); err != nil {
			return err
		}
		err = os.Mkdir(dir, mode)
	}
	if err == nil {
		return os.Chmod(dir, mode)
	}
	if fi, e := os.Stat(dir); e == nil && fi.IsDir() {
		return nil
	}
	return err
}

// lockDir holds the directory for this process. The kernel lets go of it when
// the process ends, however it ends.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(f.Name())
		_ = f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		return nil, fmt.Errorf("%w by process %s", ErrInUse, strings.TrimSpace(string(holder)))
	}
	_ = f.Truncate(0) // the number is for people only
	_, _ = fmt.Fprintln(f, os.Getpid())
	return f, nil
}

// unlock lets go of the directory. Closing alone would not do: a child process that was
// forked just now holds the same open file until it becomes its own program.
func unlock(f *os.File) {
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	_ = f.Close()
}

// dataMajor is the major version of the cluster in data, "" if there is none.
func dataMajor(data string) (string, error) {
	b, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(data); err == nil { // ours come by a rename, whole
			return "", fmt.Errorf("%s is there but is no database cluster; nothing was touched", data)
		}
		return "", nil
	}
	return strings.TrimSpace(string(b)), err
}

func chooseAccount(runAs, data string) (account, error) {
	me := os.Geteuid()
	if me != 0 {
		u, err := user.LookupId(strconv.Itoa(me))
		if err != nil { // Postgres asks for the name as well, but says it less clearly
			return account{}, fmt.Errorf("user id %d has no name on this machine (/etc/passwd), Postgres needs one: %w", me, err)
		}
		return account{name: u.Username, uid: me, gid: os.Getegid()}, nil
	}
	var u *user.User
	var err error
	switch fi, statErr := os.Stat(data); {
	case runAs != "":
		u, err = user.Lookup(runAs)
	case statErr == nil:
		u, err = user.LookupId(strconv.Itoa(int(fi.Sys().(*syscall.Stat_t).Uid)))
	default:
		if u, err = user.Lookup("postgres"); err != nil {
			u, err = user.Lookup("nobody")
		}
	}
	if err != nil {
		return account{}, fmt.Errorf("started by root, Postgres needs an ordinary user: %w", err)
	}
	uid, _ := strconv.ParseUint(u.Uid, 10, 32)
	gid, _ := strconv.ParseUint(u.Gid, 10, 32)
	if uid == 0 {
		return account{}, fmt.Errorf("started by root, Postgres needs an ordinary user, not %s", u.Username)
	}
	return account{u.Username, int(uid), int(gid),
		&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), Groups: []uint32{uint32(gid)}}}, nil
}

// mayEnter asks the kernel by going there: mode bits alone do not tell
// (access lists, mounts, security modules).
func (s *Server) mayEnter(dir string) bool {
	return s.user.cred == nil || !errors.Is(s.versionIn(dir).Run(), fs.ErrPermission)
}

func (s *Server) versionIn(dir string) *exec.Cmd {
	cmd := s.command("postgres", "--version")
	cmd.Dir = dir
	return cmd
}

// recordedHome is the place an earlier start chose. A record that was copied
// along with another directory does not count.
func (s *Server) recordedHome() string {
	b, _ := os.ReadFile(filepath.Join(s.cfg.Dir, "elsewhere"))
	home := strings.TrimSpace(string(b))
	if filepath.IsAbs(home) && strings.HasPrefix(filepath.Base(home), hash(s.cfg.Dir)+"-") {
		return home
	}
	return s.cfg.Dir
}

func (s *Server) moveHome() error {
	home := filepath.Join(s.cfg.Elsewhere, hash(s.cfg.Dir)+"-"+strings.ToLower(rand.Text()[:6]))
	if err := makeDir(home); err != nil {
		return err
	}
	if !s.mayEnter(home) {
		_ = os.Remove(home)
		return fmt.Errorf("user %s may enter neither %s nor %s: choose another directory", s.user.name, s.cfg.Dir, s.cfg.Elsewhere)
	}
	_, _ = fmt.Fprintf(s.cfg.Log, "localpg: user %s may not enter %s; the database is in %s\n", s.user.name, s.cfg.Dir, home)
	s.home = home
	return os.WriteFile(filepath.Join(s.cfg.Dir, "elsewhere"), []byte(home+"\n"), 0o600)
}

// chooseSocket picks a directory whose path fits into a socket address.
func (s *Server) chooseSocket() error {
	const most = 107 // sun_path is 108 bytes with its end mark
	name := "xiaohao-" + hash(s.home)
	for _, dir := range []string{filepath.Join(s.home, "run"), filepath.Join(os.TempDir(), name), filepath.Join("/tmp", name)} {
		if len(dir)+len("/.s.PGSQL.5432") > most || strings.Contains(dir, ",") || !s.mayEnter(filepath.Dir(dir)) {
			continue
		}
		s.sock = dir
		return s.own(dir)
	}
	return fmt.Errorf("no directory for a socket: %s is too long", os.TempDir())
}

// own makes a directory that only the server's user may enter. One that is there
// must already be that user's, or ours: anybody can make one in /tmp.
func (s *Server) own(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	fi, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	st := fi.Sys().(*syscall.Stat_t)
	if uid := int(st.Uid); !fi.IsDir() || uid != s.user.uid && uid != os.Geteuid() {
		return fmt.Errorf("%s is there and belongs to somebody else", dir)
	}
	if err := os.Lchown(dir, s.user.uid, s.user.gid); err != nil {
		return err
	}
	return os.Chmod(dir, 0o700)
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:5])
}
