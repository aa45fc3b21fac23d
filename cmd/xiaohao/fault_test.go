package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"xiaohao/events/journal/natstest"
	"xiaohao/projections/localpg/pgtest"
)

// child is `xiaohao serve` in a process of its own, on an empty store and a Postgres of
// the test, so that only the log is in its data directory.
type child struct {
	cmd    *exec.Cmd
	url    string
	mu     sync.Mutex
	stderr bytes.Buffer
}

func (c *child) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stderr.Write(p)
}

func (c *child) said() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stderr.String()
}

// serve starts one. through is what the command is run through ("sh", "-c", …), if anything.
// The url is empty when the program ended before it served.
func serve(t *testing.T, dir, dsn string, through ...string) *child {
	t.Helper()
	args := append(through, os.Args[0], "serve", "--listen", "127.0.0.1:0", "--data", dir, "--postgres", dsn)
	c := &child{cmd: exec.Command(args[0], args[1:]...)}
	c.cmd.Env, c.cmd.Stderr = append(os.Environ(), asProgram+"=1"), c
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.cmd.Process.Kill(); _ = c.cmd.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, addr, ok := strings.Cut(lines.Text(), "已启动："); ok {
			c.url = addr
		}
		if c.url != "" {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return c
		}
	}
	_ = c.cmd.Wait()
	return c
}

// stop ends it and waits; no panic may have been printed.
func (c *child) stop(t *testing.T, s syscall.Signal) {
	t.Helper()
	_ = c.cmd.Process.Signal(s)
	_ = c.cmd.Wait()
	c.calm(t)
}

func (c *child) calm(t *testing.T) {
	t.Helper()
	if said := c.said(); strings.Contains(said, "panic") || strings.Contains(said, "goroutine ") {
		t.Errorf("it panicked:\n%s", said)
	}
}

// ended waits until it has ended by itself with one clear sentence.
func (c *child) ended(t *testing.T, code int, sentence string) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); _ = c.cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Errorf("it did not end; it said:\n%s", c.said())
		return
	}
	c.calm(t)
	if got := c.cmd.ProcessState.ExitCode(); got != code || !strings.Contains(c.said(), sentence) {
		t.Errorf("exit code %d, want %d and %q; it said:\n%s", got, code, sentence, c.said())
	}
}

type raised struct {
	Number string
	Detail string
	Status int
}

func (c *child) raise(t *testing.T, text string) raised {
	t.Helper()
	body, err := json.Marshal(map[string]string{"text": text, "category": "民生"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", c.url+"/api/v1/items", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("raise: %v; it said:\n%s", err, c.said())
	}
	defer res.Body.Close()
	var r raised
	if err := json.NewDecoder(res.Body).Decode(&r); err != nil {
		t.Fatal(err)
	}
	r.Status = res.StatusCode
	return r
}

// status is what the API of a running child says of its log.
func (c *child) status(t *testing.T) (st struct {
	Messages uint64
	Position uint64
	Error    string
	Behind   uint64
}) {
	t.Helper()
	res, err := http.Get(c.url + "/api/v1/status")
	if err != nil {
		t.Fatalf("status: %v; it said:\n%s", err, c.said())
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&st); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("status: %s, %v", res.Status, err)
	}
	return st
}

// smallDisk is a directory with little room. Where nothing may be mounted it is a limit on
// the size of files instead, which the kernel refuses to pass in the same way.
func smallDisk(t *testing.T, mib int) (dir string, through []string, fill, relieve func()) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", mib)); err != nil {
		t.Logf("a limit on file sizes instead of a small disk: %v", err)
		nothing := func() {}
		return dir, []string{"sh", "-c", `ulimit -f 64; exec "$0" "$@"`}, nothing, nothing
	}
	t.Logf("a disk of %d MiB", mib)
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	ballast := filepath.Join(dir, "ballast")
	fill = func() {
		f, err := os.Create(ballast)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for page := make([]byte, 4096); ; {
			if _, err := f.Write(page); err != nil {
				return
			}
		}
	}
	return dir, nil, fill, func() {
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDiskFull fills the disk under a running program. It refuses what is new with a
// sentence, serves what it has, and goes on after there is room again: everything that it
// had acknowledged is there.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	dir, through, fill, relieve := smallDisk(t, 160) // the bucket of evidence wants 64 of it
	dsn := pgtest.Database(t)
	c := serve(t, dir, dsn, through...)
	if c.url == "" {
		t.Fatalf("it ended: %s", c.said())
	}
	acked, text := 0, strings.Repeat("磁盘", 400)
	for range 5 {
		if r := c.raise(t, text); r.Status == http.StatusCreated {
			acked++
		}
	}
	fill()
	var refused raised
	for range 2000 {
		if refused = c.raise(t, text); refused.Status != http.StatusCreated {
			break
		}
		acked++
	}
	if refused.Status != http.StatusInsufficientStorage && refused.Status != http.StatusServiceUnavailable || !strings.HasSuffix(refused.Detail, "。") {
		t.Errorf("a full disk answers %d %q; it said:\n%s", refused.Status, refused.Detail, c.said())
	}
	t.Logf("%d acknowledged, then %d %s", acked, refused.Status, refused.Detail)
	if acked < 5 {
		t.Errorf("only %d were acknowledged before the disk was full", acked)
	}
	relieve()
	if through == nil { // a server that did not run into the end goes on by itself
		if r := c.raise(t, text); r.Status != http.StatusCreated {
			t.Errorf("with room again: %d %s", r.Status, r.Detail)
		}
		acked++
	}
	c.stop(t, syscall.SIGKILL)
	c = serve(t, dir, dsn)
	if c.url == "" {
		t.Fatalf("it does not start again: %s", c.said())
	}
	if n := c.status(t).Messages; n < uint64(acked) {
		t.Errorf("%d of %d acknowledged commits are there", n, acked)
	}
	if r := c.raise(t, text); r.Status != http.StatusCreated {
		t.Errorf("started again: %d %s", r.Status, r.Detail)
	}
	c.stop(t, syscall.SIGINT)
}

// TestLogFull reaches the limit that an operator gave the log.
func TestLogFull(t *testing.T) {
	t.Parallel()
	remote := remoteFlags{Nats: natstest.Start(t, 1).URL()}
	dir := t.TempDir()
	if err := (&initCmd{remoteFlags: remote, Data: dir, Replicas: 1, MaxBytes: 32 << 10}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := newSiteOn(t, dir, remote)
	for n := range 200 {
		a := s.call("", "POST", "/api/v1/items", fields{"text": strings.Repeat("长", 300)})
		if a.Status == http.StatusCreated {
			continue
		}
		if a.Status != http.StatusInsufficientStorage || !strings.HasSuffix(a.Detail, "。") {
			t.Errorf("a full log answers %d %s", a.Status, a.Body)
		}
		if last := s.last(); last != uint64(n) {
			t.Errorf("%d acknowledged, log ends at %d", n, last)
		}
		s.settled()
		if code, _ := s.page("clerk", "/items"); code != http.StatusOK {
			t.Errorf("the ledger of a full log: %d", code)
		}
		return
	}
	t.Error("the log was never full")
}

// TestReadOnlyFolder starts on a directory that nothing can be written to.
func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_RDONLY, ""); err == nil {
		t.Log("a read-only disk")
		t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
		serve(t, dir, dsn).ended(t, 3, "数据目录只读，不能写入。")
		return
	}
	t.Log("a directory of the kernel, where nobody may make files")
	serve(t, "/sys/xiaohao", dsn).ended(t, 3, "数据目录")
}

// TestOneProcessADirectory starts a second one, and one after a lock file was left over.
func TestOneProcessADirectory(t *testing.T) {
	t.Parallel()
	dsn, dir := pgtest.Database(t), t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "log"), 0o700); err != nil {
		t.Fatal(err)
	}
	// What a machine that lost power leaves: a lock file that names a process, now another's.
	if err := os.WriteFile(filepath.Join(dir, "log", "xiaohao.lock"), fmt.Appendf(nil, "%d\n", os.Getpid()), 0o600); err != nil {
		t.Fatal(err)
	}
	first := serve(t, dir, dsn)
	if first.url == "" {
		t.Fatalf("a lock file left over keeps it from starting: %s", first.said())
	}
	serve(t, dir, pgtest.Database(t)).ended(t, 3, "数据目录正被另一个进程使用")
	if r := first.raise(t, "第一个还在"); r.Status != http.StatusCreated {
		t.Errorf("the first one answers %d %s", r.Status, r.Detail)
	}
	first.stop(t, syscall.SIGINT)
}

// TestClockBack has the writer's clock go back by an hour, and come from the future: the
// log's own time and order are the server's, and every command goes on.
func TestClockBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	unit := "区农林水局"
	s.skew.Store(int64(time.Hour))
	n := s.raise(fields{"text": "钟快了一小时", "category": "民生"}).Number
	s.skew.Store(0)
	s.toRectified(n, unit, nil)
	s.skew.Store(-int64(time.Hour))
	s.toClosed(n, unit, true)
	other := s.raise(fields{"text": "钟慢了一小时", "category": "民生"}).Number
	s.do("clerk", other, "accept", fields{"title": "钟慢", "category": "民生", "mode": "IMMEDIATE"})
	history := s.history(t)
	early, late := 0, 0
	for i, r := range history {
		if i > 0 && r.Time.Before(history[i-1].Time) {
			t.Errorf("recorded time goes back at sequence %d", r.Sequence)
		}
		switch d := r.Time.Sub(r.At); {
		case d > 59*time.Minute:
			late++
		case d < -59*time.Minute:
			early++
		}
	}
	if early == 0 || late == 0 {
		t.Errorf("%d commits from the future and %d from the past: the clock was not turned", early, late)
	}
	if code, page := s.page("clerk", "/items/"+n); code != http.StatusOK || !strings.Contains(page, "销号") {
		t.Errorf("page of the item: %d", code)
	}
}
