package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

type question struct{ Text string }

// TestControl asks a server over its socket: answers, refusals with their exit code, who
// may open it, and what is said when nobody runs.
func TestControl(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var a question
	if err := callControl(t.Context(), dir, "/echo", question{"甲"}, &a); !errors.Is(err, errNotRunning) {
		t.Errorf("before the start: %v", err)
	}
	mux := http.NewServeMux()
	mux.Handle("POST /echo", controlled(func(_ context.Context, q question) (question, error) {
		if q.Text == "" {
			return q, &exitError{2, errors.New("没有内容。")}
		}
		return question{q.Text + "乙"}, nil
	}))
	stop, err := startControl(dir, mux, discard())
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, controlFile))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v: others can open it", info.Mode())
	}
	if err := callControl(t.Context(), dir, "/echo", question{"甲"}, &a); err != nil || a.Text != "甲乙" {
		t.Errorf("got %q, %v", a.Text, err)
	}
	err = callControl(t.Context(), dir, "/echo", question{}, &a)
	if e, ok := errors.AsType[*exitError](err); !ok || e.code != 2 || e.Error() != "没有内容。" {
		t.Errorf("refusal arrives as %v", err)
	}
	stop()
	if err := callControl(t.Context(), dir, "/echo", question{"甲"}, &a); !errors.Is(err, errNotRunning) {
		t.Errorf("after the stop: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, controlFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if stop, err = startControl(dir, mux, discard()); err != nil { // what a killed server left is replaced
		t.Fatal(err)
	}
	stop()
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}
