package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"xiaohao/events/vault/seal"
)

// LoadMaster reads the master key from a file of exactly 32 bytes, or makes a new one if
// the file does not exist. It refuses a file that others than its owner may read or write,
// and one of another size: a key that might be known or cut off must not be used.
func LoadMaster(path string) ([]byte, error) {
	key, err := readMaster(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := createMaster(path); err != nil {
		return nil, fmt.Errorf("create master key: %w", err)
	}
	return readMaster(path) // another process may have been first: its key counts
}

func readMaster(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	switch perm := info.Mode().Perm(); {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("read master key: %s is not a file", path)
	case perm&0o077 != 0:
		return nil, fmt.Errorf("read master key: %s may be read or changed by others (%#o); set it to 0600", path, perm)
	case info.Size() != seal.KeySize:
		return nil, fmt.Errorf("read master key: %s has %d bytes, must have %d", path, info.Size(), seal.KeySize)
	}
	key := make([]byte, seal.KeySize)
	if _, err := f.ReadAt(key, 0); err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	return key, nil
}

// createMaster writes a new key so that a crash leaves either no key or a whole one. The
// link refuses to replace a key that appeared meanwhile, as a rename would not: a
// replaced master key is the loss of everything sealed with it.
func createMaster(path string) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".master-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(seal.NewKey())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
