package pgtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// makeDir makes a directory for this process, and removes those of processes
// that ended without doing it themselves. A process holds a lock on a file beside
// its directory for as long as it lives.
func makeDir() (string, error) {
	parent := filepath.Join(os.TempDir(), fmt.Sprintf("xiaohao-pgtest-%d", os.Geteuid()))
	if err := os.Mkdir(parent, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	fi, err := os.Lstat(parent)
	if err != nil {
		return "", err
	}
	if !fi.IsDir() || int(fi.Sys().(*syscall.Stat_t).Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s is there and belongs to somebody else", parent)
	}
	if err := os.Chmod(parent, 0o711); err != nil { // root's server runs as another user, who has to pass
		return "", err
	}
	// One process at a time cleans and makes, or a new directory could be taken
	// for an abandoned one before its lock is held.
	all, err := lock(filepath.Join(parent, "all"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer func() { _ = all.Close() }()
	old, _ := filepath.Glob(filepath.Join(parent, "*.lock"))
	for _, name := range old {
		f, err := lock(name, syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			continue
		}
		// Its server may still be writing its last; then the next process finds it.
		if os.RemoveAll(name[:len(name)-len(".lock")]) == nil {
			_ = os.Remove(name)
		}
		_ = f.Close()
	}
	dir, err := os.MkdirTemp(parent, "")
	if err != nil {
		return "", err
	}
	if held, err = lock(dir+".lock", syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}

var held *os.File // kept open, or the collector would close it and end the lock

func lock(name string, how int) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock %s: %w", name, err)
	}
	return f, nil
}
