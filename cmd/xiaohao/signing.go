package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"xiaohao/events/proof"
)

// Files of the key that signs the daily roots, in the data directory. Unlike the master
// key it opens nothing: who has it can only sign. Keep a copy apart all the same.
const (
	signingFile     = "signing.key"      // seed as 64 hexadecimal digits, 0600
	nextSigningFile = "signing.key.next" // the key to change to, while the change is under way
	publicFile      = "signing.pub"      // public keys, one a line, the newest last; for everybody
	signingEnv      = "XIAOHAO_SIGNING_KEY"
)

// signingKeys are the key that signs and, while it changes, the one that comes after it.
type signingKeys struct {
	key, next ed25519.PrivateKey
	trusted   []ed25519.PublicKey // all that signing.pub lists, these among them
}

// public is the public key that signs now, "" without one.
func (k signingKeys) public() string {
	if k.key == nil {
		return ""
	}
	return proof.KeyText(k.key.Public().(ed25519.PublicKey))
}

// loadSigning reads the keys of a data directory, makes one at the first start, and writes
// signing.pub. A key in the environment takes the place of the file.
func loadSigning(dir string) (k signingKeys, err error) {
	file := filepath.Join(dir, signingFile)
	if text := os.Getenv(signingEnv); text != "" {
		if k.key, err = parseSeed(text); err != nil {
			return k, &exitError{2, fmt.Errorf("%s: %w", signingEnv, err)}
		}
	} else if k.key, err = readSeed(file); errors.Is(err, fs.ErrNotExist) {
		if err = makeSeed(file); err == nil {
			k.key, err = readSeed(file)
		}
	}
	if err != nil {
		return k, err
	}
	if k.next, err = readSeed(filepath.Join(dir, nextSigningFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	for _, key := range []ed25519.PrivateKey{k.key, k.next} {
		if key == nil {
			continue
		}
		if k.trusted, err = addPublic(dir, key.Public().(ed25519.PublicKey)); err != nil {
			return k, err
		}
	}
	return k, nil
}

// parseSeed reads a key written as 64 hexadecimal digits.
func parseSeed(text string) (ed25519.PrivateKey, error) {
	seed, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("signing key must be %d bytes as hexadecimal digits", ed25519.SeedSize)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// readSeed reads a key file, which nobody but its owner may read or write.
func readSeed(path string) (ed25519.PrivateKey, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	if perm := info.Mode().Perm(); !info.Mode().IsRegular() || perm&0o077 != 0 {
		return nil, fmt.Errorf("read signing key: %s may be read or changed by others (%#o); set it to 0600", path, perm)
	}
	b, err := io.ReadAll(io.LimitReader(f, 1<<10))
	if err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	key, err := parseSeed(string(b))
	if err != nil {
		return nil, fmt.Errorf("read signing key: %s: %w", path, err)
	}
	return key, nil
}

// makeSeed writes a new key, whole or not at all, and never over one that is there.
func makeSeed(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".signing-*") // 0600
	if err != nil {
		return fmt.Errorf("create signing key: %w", err)
	}
	defer os.Remove(f.Name())
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed)
	_, err = fmt.Fprintln(f, hex.EncodeToString(seed))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		if err = os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
			err = nil // another process was first: its key counts
		}
	}
	if err != nil {
		return fmt.Errorf("create signing key: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// readPublic reads the public keys of a file; none is no error.
func readPublic(path string) (keys []ed25519.PublicKey, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		k, err := proof.ParseKey(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// addPublic makes sure that signing.pub lists a key, and returns all that it lists.
func addPublic(dir string, key ed25519.PublicKey) ([]ed25519.PublicKey, error) {
	path := filepath.Join(dir, publicFile)
	keys, err := readPublic(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read public keys: %w", err)
	}
	for _, k := range keys {
		if k.Equal(key) {
			return keys, nil
		}
	}
	keys = append(keys, key)
	var text strings.Builder
	for _, k := range keys {
		fmt.Fprintln(&text, proof.KeyText(k))
	}
	tmp := path + ".new"
	if err := errors.Join(os.WriteFile(tmp, []byte(text.String()), 0o644), os.Rename(tmp, path)); err != nil {
		return nil, fmt.Errorf("write public keys: %w", err)
	}
	return keys, nil
}

// rotateSigningCmd makes the key to change to. The next root is signed by the old one and says
// which key comes after it; from then on the new one signs.
type rotateSigningCmd struct {
	Data string `type:"path" env:"XIAOHAO_DATA" help:"Data directory of the server."`
	Demo bool   `help:"The demonstration's server."`
}

func (c *rotateSigningCmd) Run() error {
	dir, err := (&serveCmd{Data: c.Data, Demo: c.Demo}).dataDir()
	if err != nil {
		return err
	}
	if os.Getenv(signingEnv) != "" {
		return &exitError{2, fmt.Errorf("签名密钥来自环境变量 %s，程序不能替换它；请把新密钥写入 %s。", signingEnv, filepath.Join(dir, nextSigningFile))}
	}
	if _, err := os.Stat(filepath.Join(dir, signingFile)); err != nil {
		return fmt.Errorf("%s 里还没有签名密钥，先启动一次 xiaohao serve。", dir)
	}
	next := filepath.Join(dir, nextSigningFile)
	if _, err := os.Stat(next); err == nil {
		return fmt.Errorf("已有一把待换上的密钥 %s，等下一个日根签过之后再换。", next)
	}
	if err := makeSeed(next); err != nil {
		return err
	}
	k, err := loadSigning(dir)
	if err != nil {
		return err
	}
	fmt.Printf("新公钥    %s\n重新启动 xiaohao serve 后，下一个日根仍由旧密钥签名并预告新公钥，此后由新密钥签名。\n", proof.KeyText(k.next.Public().(ed25519.PublicKey)))
	return nil
}

// takeNext puts the next key in the place of the old one, when a root r has announced it
// or was signed by it. The old seed is gone then: nobody can sign with it any more.
func (k *signingKeys) takeNext(dir, announced, signedBy string) error {
	if k.next == nil {
		return nil
	}
	if text := proof.KeyText(k.next.Public().(ed25519.PublicKey)); text != announced && text != signedBy {
		return nil
	}
	if os.Getenv(signingEnv) != "" {
		return nil // whoever set it changes it
	}
	if err := os.Rename(filepath.Join(dir, nextSigningFile), filepath.Join(dir, signingFile)); err != nil {
		return fmt.Errorf("change signing key: %w", err)
	}
	k.key, k.next = k.next, nil
	return syncDir(dir)
}
