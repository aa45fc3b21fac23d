package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/events/vault"
	"xiaohao/events/vault/seal"
)

const sealedThing = "我是张三"

// keyStack opens log and vault on a directory.
func keyStack(t *testing.T, dir string, flags masterFlags) (*stack, error) {
	t.Helper()
	s, err := openWriting(t.Context(), stackConfig{dir: dir, master: flags, logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		t.Cleanup(s.close) // once more is harmless
	}
	return s, err
}

func mustKeyStack(t *testing.T, dir string, flags masterFlags) *stack {
	t.Helper()
	s, err := keyStack(t, dir, flags)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sealThing(t *testing.T, s *stack) (item string, box []byte) {
	t.Helper()
	item = uuid.NewString()
	box, err := s.vault.SealBytes(t.Context(), item, "b", []byte(sealedThing))
	if err != nil {
		t.Fatal(err)
	}
	return item, box
}

func opensThing(t *testing.T, s *stack, item string, box []byte) {
	t.Helper()
	if got, err := s.vault.OpenBytes(t.Context(), item, "b", box); err != nil || string(got) != sealedThing {
		t.Errorf("open: %q, %v", got, err)
	}
}

// TestMasterKeyIsAskedFor: a log that has keys never gets a new master key, and every way
// of giving the wrong one has its sentence.
func TestMasterKeyIsAskedFor(t *testing.T) {
	dir := t.TempDir()
	s := mustKeyStack(t, dir, masterFlags{})
	item, box := sealThing(t, s)
	s.close()
	file, away := filepath.Join(dir, masterFile), filepath.Join(t.TempDir(), "kept.key")
	if err := os.Rename(file, away); err != nil {
		t.Fatal(err)
	}
	says := func(what, want string, flags masterFlags) {
		t.Helper()
		s, err := keyStack(t, dir, flags)
		if err == nil {
			s.close()
			t.Errorf("%s: it opens", what)
		} else if text := sentence(err); !strings.Contains(text, want) || !strings.Contains(text, "。") {
			t.Errorf("%s: %s", what, text)
		}
	}
	says("missing", "主密钥不见了", masterFlags{})
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a new master key was made")
	}
	wrong := filepath.Join(t.TempDir(), "wrong.key")
	if _, err := vault.MakeMaster(wrong); err != nil {
		t.Fatal(err)
	}
	says("wrong", "主密钥不对", masterFlags{MasterKeyFile: wrong})

	s = mustKeyStack(t, dir, masterFlags{MasterKeyFile: away, Cipher: "sm4"})
	opensThing(t, s, item, box)
	if _, young := sealThing(t, s); seal.Cipher(young[2]) != seal.SM4 {
		t.Error("--cipher sm4 did not seal with SM4")
	}
	s.close()

	key, err := os.ReadFile(away)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(masterEnv, hex.EncodeToString(key))
	s = mustKeyStack(t, dir, masterFlags{})
	opensThing(t, s, item, box)
	s.close()
	says("given twice", "给了两次", masterFlags{MasterKeyFile: away})
	t.Setenv(masterEnv, "abc")
	says("not a key", "主密钥不能用", masterFlags{})
}

// TestKeyRotate replaces the master key of a running server through its control socket.
func TestKeyRotate(t *testing.T) {
	dir := t.TempDir()
	s := mustKeyStack(t, dir, masterFlags{})
	item, box := sealThing(t, s)
	before, err := os.ReadFile(filepath.Join(dir, masterFile))
	if err != nil {
		t.Fatal(err)
	}
	cfg := stackConfig{dir: dir}
	stop, err := startControl(dir, s.control(cfg), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	out := mustProgram(t, "key", "rotate", "--data", dir)
	for _, want := range []string{"已更换，3 把", "master.key.old", "删除"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %s:\n%s", want, out)
		}
	}
	opensThing(t, s, item, box)
	young, youngBox := sealThing(t, s)
	s.close()
	if old, err := os.ReadFile(filepath.Join(dir, "master.key.old")); err != nil || !bytes.Equal(old, before) {
		t.Errorf("the old master key was not kept: %v", err)
	}

	// A retirement that was cut off after the bucket's and before the files' last step.
	if err := os.Rename(filepath.Join(dir, masterFile), filepath.Join(dir, "master.key.next")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, masterFile), before, 0o600); err != nil {
		t.Fatal(err)
	}
	s = mustKeyStack(t, dir, masterFlags{})
	opensThing(t, s, item, box)
	opensThing(t, s, young, youngBox)
	left, err := filepath.Glob(filepath.Join(dir, "master.key*"))
	if err != nil || len(left) != 2 {
		t.Errorf("files of master keys: %v, %v", left, err)
	}
	s.close()
	if err := os.WriteFile(filepath.Join(dir, masterFile), before, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keyStack(t, dir, masterFlags{}); !errors.Is(err, vault.ErrWrongMaster) {
		t.Errorf("with the old master key: %v", err)
	}
}
