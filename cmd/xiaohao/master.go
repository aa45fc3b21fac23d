package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/nats-io/nats.go"

	"xiaohao/events/vault"
	"xiaohao/events/vault/seal"
)

// masterFile is the master key of personal data, in the data directory.
const masterFile = "master.key"

// masterEnv is the variable that may hold the master key instead of a file.
const masterEnv = "XIAOHAO_MASTER_KEY"

// Errors of finding the master key.
var (
	errNoMaster   = errors.New("the master key is missing, and personal data was sealed with it")
	errTwoMasters = errors.New(masterEnv + " and a file of a master key are both given")
)

// masterFlags say where the master key is and which cipher new data keys are for.
type masterFlags struct {
	MasterKeyFile string `name:"master-key-file" type:"path" env:"XIAOHAO_MASTER_KEY_FILE" help:"Master key of personal data: 32 bytes, or their hex or base64, mode 0600. Default: master.key in the data directory, made at the first start. The key itself may be in XIAOHAO_MASTER_KEY instead."`
	Cipher        string `enum:"aes,sm4," default:"aes" env:"XIAOHAO_CIPHER" help:"Cipher of new data keys: aes (AES-256-GCM) or sm4 (SM4-GCM). What was sealed with the other opens as before."`
}

func (f masterFlags) file(dir string) string {
	if f.MasterKeyFile != "" {
		return f.MasterKeyFile
	}
	return filepath.Join(dir, masterFile)
}

// next is the file of the new master key while one is replaced, beside the old one.
func (f masterFlags) next(dir string) string { return f.file(dir) + ".next" }

// read returns the master key. It makes one only on a log that has no keys yet: any other
// would open nothing.
func (f masterFlags) read(ctx context.Context, nc *nats.Conn, dir string) (seal.Master, error) {
	if text := os.Getenv(masterEnv); text != "" {
		if f.MasterKeyFile != "" {
			return seal.Master{}, errTwoMasters
		}
		m, err := vault.ParseMaster(text)
		if err != nil {
			err = fmt.Errorf("%s: %w", masterEnv, err)
		}
		return m, err
	}
	m, err := vault.ReadMaster(f.file(dir))
	if !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	used, err := vault.Exists(ctx, nc)
	if err != nil {
		return m, err
	}
	if used {
		return m, fmt.Errorf("%w: %s", errNoMaster, f.file(dir))
	}
	return vault.MakeMaster(f.file(dir))
}

// open opens the vault of a log, and tidies up after a change of master key that is done.
func (f masterFlags) open(ctx context.Context, nc *nats.Conn, dir string, cfg vault.Config) (*vault.Vault, error) {
	var err error
	if f.Cipher != "" {
		if cfg.Cipher, err = seal.ParseCipher(f.Cipher); err != nil {
			return nil, err
		}
	}
	if cfg.Master, err = f.read(ctx, nc, dir); err != nil {
		return nil, err
	}
	cfg.Other = func() (seal.Master, bool, error) {
		m, err := vault.ReadMaster(f.next(dir))
		if errors.Is(err, fs.ErrNotExist) {
			return m, false, nil
		}
		return m, err == nil, err
	}
	v, err := vault.Open(ctx, nc, cfg)
	if err != nil {
		return nil, err
	}
	_, err = f.retire(ctx, v, dir)
	return v, err
}

// retire puts the new master key's file in the place of the old one's once only the new one
// is needed, and returns where the old one is now: "" when there is nothing to do, or the
// old one is in the environment.
func (f masterFlags) retire(ctx context.Context, v *vault.Vault, dir string) (old string, err error) {
	next, err := vault.ReadMaster(f.next(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	done, err := v.InForce(ctx, next)
	if !done || err != nil || os.Getenv(masterEnv) != "" {
		return "", err
	}
	if old, err = setAside(f.file(dir)); err != nil {
		return "", fmt.Errorf("set the old master key aside: %w", err)
	}
	if err := os.Rename(f.next(dir), f.file(dir)); err != nil {
		return "", fmt.Errorf("put the new master key in place: %w", err)
	}
	return old, nil
}

// setAside gives a file a second name that is free, or that it has already.
func setAside(path string) (string, error) {
	was, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for n := 1; ; n++ {
		old := path + ".old"
		if n > 1 {
			old += "." + strconv.Itoa(n)
		}
		err := os.Link(path, old)
		if !errors.Is(err, fs.ErrExist) {
			return old, err
		}
		if b, err := os.ReadFile(old); err == nil && bytes.Equal(b, was) {
			return old, nil // a retirement that was cut off
		}
	}
}
