package vault_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"xiaohao/events/vault"
	"xiaohao/events/vault/seal"
)

func TestMakeMaster(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	keys := make([]seal.Master, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			var err error
			if keys[i], err = vault.MakeMaster(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, k := range keys {
		if k == (seal.Master{}) || k != keys[0] {
			t.Fatal("two starts at once got different keys")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("temporary files are left: %v", left)
	}
}

func TestMakeMasterRefuses(t *testing.T) {
	write := func(size int, perm os.FileMode) string {
		path := filepath.Join(t.TempDir(), "master.key")
		if err := os.WriteFile(path, make([]byte, size), perm); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, perm); err != nil { // past the umask
			t.Fatal(err)
		}
		return path
	}
	for want, path := range map[string]string{
		"set it to 0600": write(32, 0o640),
		"may be read":    write(32, 0o604),
		"has 31 bytes":   write(31, 0o600),
		"has 0 bytes":    write(0, 0o600),
		"has 33 bytes":   write(33, 0o600),
		"is not a file":  t.TempDir(),
		"no such file":   filepath.Join(t.TempDir(), "missing", "master.key"),
	} {
		if key, err := vault.MakeMaster(path); key != (seal.Master{}) || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := vault.MakeMaster(write(32, 0o400)); err != nil {
		t.Errorf("a key that only its owner may read: %v", err)
	}
}

func TestParseMaster(t *testing.T) {
	want := seal.Master(bytes.Repeat([]byte{0xfb}, 32)) // + and / in base64, - and _ in its other alphabet
	for _, text := range []string{hex.EncodeToString(want[:]), base64.StdEncoding.EncodeToString(want[:]),
		base64.RawURLEncoding.EncodeToString(want[:]), "  " + hex.EncodeToString(want[:]) + "\n"} {
		if got, err := vault.ParseMaster(text); got != want || err != nil {
			t.Errorf("%s: %v", text, err)
		}
		path := filepath.Join(t.TempDir(), "master.key")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := vault.ReadMaster(path); got != want || err != nil {
			t.Errorf("%s in a file: %v", text, err)
		}
	}
	for _, text := range []string{"", "abc", hex.EncodeToString(want[:31]), string(want[:])} {
		if _, err := vault.ParseMaster(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
