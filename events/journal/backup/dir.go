package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const lockFile = ".lock"

// openDir makes or takes a backup directory for this run alone. It refuses one that holds
// anything but a backup, and returns the manifest that stands in it, nil for a new one.
func openDir(dir string) (m *Manifest, unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("make backup directory: %w", err)
	}
	m, err = readManifest(dir)
	if errors.Is(err, ErrNoBackup) {
		if err := onlyOurs(dir); err != nil {
			return nil, nil, err
		}
	} else if err != nil {
		return nil, nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("lock backup directory: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("%w: %s", ErrBusy, dir)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return m, func() { f.Close() }, nil
}

// onlyOurs refuses a directory without a manifest that holds more than a first backup that
// was interrupted.
func onlyOurs(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read backup directory: %w", err)
	}
	ours := map[string]bool{lockFile: true}
	for _, s := range specs {
		ours[s.dir] = true
	}
	for _, e := range entries {
		if !ours[e.Name()] && !isTemp(e.Name()) {
			return fmt.Errorf("%w: %s has %s", ErrForeign, dir, e.Name())
		}
	}
	return nil
}

func isTemp(name string) bool { return strings.HasPrefix(name, strings.TrimSuffix(tempPattern, "*")) }

// sweep removes what the manifest does not name: files of the backup before that were
// replaced, and what an interrupted run left. Only names that this package gives are removed.
func sweep(dir string, m *Manifest) error {
	named := map[string]bool{}
	for _, s := range m.Streams {
		for _, f := range s.Files {
			named[filepath.FromSlash(f.Name)] = true
		}
	}
	var remove []string
	for _, s := range specs {
		entries, err := os.ReadDir(filepath.Join(dir, s.dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clear backup directory: %w", err)
		}
		for _, e := range entries {
			name := filepath.Join(s.dir, e.Name())
			if !named[name] && (isTemp(e.Name()) || strings.HasSuffix(name, ".ndjson.gz")) {
				remove = append(remove, name)
			}
		}
	}
	temps, err := filepath.Glob(filepath.Join(dir, tempPattern))
	if err != nil {
		return err
	}
	for _, t := range temps {
		remove = append(remove, filepath.Base(t))
	}
	for _, name := range remove {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("clear backup directory: %w", err)
		}
	}
	return nil
}

// syncDirs makes the names of files durable that were given so far.
func syncDirs(dir string, m *Manifest) error {
	for _, s := range m.Streams {
		sp, _ := specOf(s.Name)
		if err := syncDir(filepath.Join(dir, sp.dir)); err != nil {
			return err
		}
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync backup directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync backup directory: %w", err)
	}
	return nil
}

// Apart returns ErrNested when one of two directories is the other or lies in it, links
// followed. Neither has to exist.
func Apart(a, b string) error {
	ra, err := resolve(a)
	if err != nil {
		return err
	}
	rb, err := resolve(b)
	if err != nil {
		return err
	}
	sep := string(filepath.Separator)
	if ra == rb || strings.HasPrefix(ra+sep, strings.TrimSuffix(rb, sep)+sep) || strings.HasPrefix(rb+sep, strings.TrimSuffix(ra, sep)+sep) {
		return fmt.Errorf("%w: %s, %s", ErrNested, a, b)
	}
	return nil
}

// resolve follows links as far as the path exists.
func resolve(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	rest := ""
	for p := abs; ; p = filepath.Dir(p) {
		real, err := filepath.EvalSymlinks(p)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		if !errors.Is(err, fs.ErrNotExist) || p == filepath.Dir(p) {
			return "", err
		}
		rest = filepath.Join(filepath.Base(p), rest)
	}
}
