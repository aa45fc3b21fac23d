package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The other system is named whole or not at all, in the open on this machine only, and its secret is no
// other user's to read.
func TestSSOFlags(t *testing.T) {
	dir := t.TempDir()
	secret, open := filepath.Join(dir, "secret"), filepath.Join(dir, "open")
	for file, mode := range map[string]os.FileMode{secret: 0o600, open: 0o644} {
		if err := os.WriteFile(file, []byte("geheim\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		flags ssoFlags
		want  string // of the refusal, "" when it is taken
	}{
		"none":             {ssoFlags{}, ""},
		"whole":            {ssoFlags{"https://sso.test", "xiaohao", secret, "https://zg.test/"}, ""},
		"on this machine":  {ssoFlags{"http://127.0.0.1:9000", "xiaohao", secret, "http://localhost:8080"}, ""},
		"half":             {ssoFlags{"https://sso.test", "xiaohao", "", "https://zg.test"}, "go together"},
		"no file":          {ssoFlags{"https://sso.test", "xiaohao", secret + "x", "https://zg.test"}, "--oidc-secret-file"},
		"anybody's secret": {ssoFlags{"https://sso.test", "xiaohao", open, "https://zg.test"}, "chmod 600"},
		"in the clear":     {ssoFlags{"http://sso.test", "xiaohao", secret, "https://zg.test"}, "must be https"},
		"no address":       {ssoFlags{"https://sso.test", "xiaohao", secret, "zg"}, "is no address"},
	} {
		p, err := c.flags.provider()
		switch {
		case c.want == "" && (err != nil || (p == nil) != (name == "none")):
			t.Errorf("%s: %v, %v", name, p, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v", name, err)
		}
	}
}
