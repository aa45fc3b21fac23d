package vault

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"xiaohao/events/vault/seal"
)

// ErrBadMaster says that what was given cannot serve as a master key.
var ErrBadMaster = errors.New("vault: unfit master key")

// ParseMaster reads a master key written as 64 hexadecimal digits or as base64 of 32 bytes.
func ParseMaster(text string) (seal.Master, error) {
	text = strings.TrimSpace(text)
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString,
		base64.RawStdEncoding.DecodeString, base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString} {
		if b, err := decode(text); err == nil && len(b) == seal.MasterSize {
			return seal.Master(b), nil
		}
	}
	return seal.Master{}, fmt.Errorf("%w: must be %d bytes as hex or base64", ErrBadMaster, seal.MasterSize)
}

// ReadMaster reads the master key from a file that holds its 32 bytes, or their hex or
// base64. It refuses a file that others than its owner may read or write, and one of
// another size: a key that might be known or cut off must not be used. For a file that is
// absent the error is fs.ErrNotExist.
func ReadMaster(path string) (seal.Master, error) {
	none := seal.Master{}
	f, err := os.Open(path)
	if err != nil {
		return none, fmt.Errorf("read master key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return none, fmt.Errorf("read master key: %w", err)
	}
	switch perm := info.Mode().Perm(); {
	case !info.Mode().IsRegular():
		return none, fmt.Errorf("%w: %s is not a file", ErrBadMaster, path)
	case perm&0o077 != 0:
		return none, fmt.Errorf("%w: %s may be read or changed by others (%#o); set it to 0600", ErrBadMaster, path, perm)
	}
	b, err := io.ReadAll(io.LimitReader(f, 1<<10))
	if err != nil {
		return none, fmt.Errorf("read master key: %w", err)
	}
	if len(b) == seal.MasterSize {
		return seal.Master(b), nil
	}
	m, err := ParseMaster(string(b))
	if err != nil {
		return none, fmt.Errorf("%w: %s has %d bytes, must have %d, or their hex or base64", ErrBadMaster, path, len(b), seal.MasterSize)
	}
	return m, nil
}

// MakeMaster returns the master key of a file, and makes a new one if the file does not
// exist. Ask [Exists] first: when there are keys already, a new master key opens none.
func MakeMaster(path string) (seal.Master, error) {
	m, err := ReadMaster(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	if err := createMaster(path); err != nil {
		return seal.Master{}, fmt.Errorf("create master key: %w", err)
	}
	return ReadMaster(path) // another process may have been first: its key counts
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
	m := seal.NewMaster()
	_, err = f.Write(m[:])
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
