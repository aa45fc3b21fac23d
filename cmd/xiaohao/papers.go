package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"xiaohao/web"
	"xiaohao/web/paper/own"
)

// papers is what the pages know of papers beyond their own: Chromium when the machine has it.
func papers() (p web.Papers) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			p.PDF = func(ctx context.Context, page []byte) ([]byte, error) { return printPDF(ctx, path, page) }
			break
		}
	}
	return p
}

// own has what the office has set for its papers.
func (s *stack) own() *own.Shelf {
	shelf := &own.Shelf{Log: s.log, Now: s.now}
	if s.files != nil {
		shelf.Files = s.files
	}
	return shelf
}

// printPatience is how long Chromium may take for a paper of a few pages.
const printPatience = 30 * time.Second

// printPDF has Chromium print a page that needs nothing else.
func printPDF(ctx context.Context, chromium string, page []byte) ([]byte, error) {
	dir, err := os.MkdirTemp("", "xiaohao-print-*")
	if err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	defer os.RemoveAll(dir)
	in, out := filepath.Join(dir, "page.html"), filepath.Join(dir, "page.pdf")
	if err := os.WriteFile(in, page, 0o600); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, printPatience)
	defer cancel()
	args := []string{"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir=" + filepath.Join(dir, "profile"), "--no-pdf-header-footer", "--print-to-pdf=" + out}
	if os.Geteuid() == 0 { // Chromium does not start as root otherwise
		args = append(args, "--no-sandbox")
	}
	if said, err := exec.CommandContext(ctx, chromium, append(args, "file://"+in)...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("print with %s: %w: %.300s", filepath.Base(chromium), err, said)
	}
	pdf, err := os.ReadFile(out)
	if err != nil {
		return nil, fmt.Errorf("print with %s: %w", filepath.Base(chromium), err)
	}
	return pdf, nil
}
