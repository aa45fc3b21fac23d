// Package officetest opens what the program writes with another program, LibreOffice, so
// that tests do not only read their own words back.
package officetest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long one conversion may take on a busy machine.
const patience = 3 * time.Minute

// Convert has LibreOffice read the files and write each anew in another format beside it; it
// returns the new files in the same order. Without LibreOffice the test is skipped, in CI it
// fails.
func Convert(t *testing.T, to string, files ...string) []string {
	t.Helper()
	program(t, "soffice", "libreoffice-writer-nogui libreoffice-calc-nogui")
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	args := append([]string{"-env:UserInstallation=file://" + t.TempDir(), "--headless", "--norestore", "--convert-to", to, "--outdir", dir}, files...)
	out, err := exec.CommandContext(ctx, "soffice", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	made := make([]string, len(files))
	ext, _, _ := strings.Cut(to, ":")
	for i, f := range files {
		made[i] = filepath.Join(dir, strings.TrimSuffix(filepath.Base(f), filepath.Ext(f))+"."+ext)
		if _, err := os.Stat(made[i]); err != nil {
			t.Fatalf("soffice made no %s of %s:\n%s", to, f, out)
		}
	}
	return made
}

// Text is what a PDF says, page by page.
func Text(t *testing.T, pdf string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program(t, "pdftotext", "poppler-utils"), "-layout", pdf, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
}

func program(t *testing.T, name, packages string) string {
	t.Helper()
	p, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") != "" {
		t.Fatalf("no %s found", name)
	}
	if err != nil {
		t.Skipf("no %s found: install %s", name, packages)
	}
	return p
}
