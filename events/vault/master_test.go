package vault_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"xiaohao/events/vault"
)

func TestLoadMaster(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	keys := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			var err error
			if keys[i], err = vault.LoadMaster(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, k := range keys {
		if len(k) != 32 || !bytes.Equal(k, keys[0]) {
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

func TestLoadMasterRefuses(t *testing.T) {
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
		if key, err := vault.LoadMaster(path); key != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := vault.LoadMaster(write(32, 0o400)); err != nil {
		t.Errorf("a key that only its owner may read: %v", err)
	}
}
