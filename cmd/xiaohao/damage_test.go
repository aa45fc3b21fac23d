package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"xiaohao/events/journal/natstest"
	"xiaohao/projections/localpg/pgtest"
)

// filled is the data directory of a program that was ended with commits in its log, all
// of which its read models had.
func filled(t *testing.T, n int, end syscall.Signal) (dir, dsn string) {
	t.Helper()
	dir, dsn = t.TempDir(), pgtest.Database(t)
	c := serve(t, dir, dsn)
	if c.url == "" {
		t.Fatalf("it ended: %s", c.said())
	}
	for i := range n {
		if r := c.raise(t, fmt.Sprintf("第 %d 件：坝头溪流域河道淤积", i)); r.Status != http.StatusCreated {
			t.Fatalf("raise: %d %s", r.Status, r.Detail)
		}
	}
	natstest.Eventually(t, time.Minute, "read models", func() error {
		if st := c.status(t); st.Behind > 0 || st.Position < uint64(n) {
			return fmt.Errorf("%d of %d", st.Position, n)
		}
		return nil
	})
	natstest.Eventually(t, 10*time.Second, "mark", func() error {
		b, err := os.ReadFile(filepath.Join(dir, "log", "xiaohao.synced"))
		var m struct{ Sequence int }
		if err == nil {
			err = json.Unmarshal(b, &m)
		}
		if err == nil && m.Sequence < n {
			err = fmt.Errorf("%d of %d", m.Sequence, n)
		}
		return err
	})
	c.stop(t, end)
	return dir, dsn
}

// lastBlock is the newest file of messages of the log.
func lastBlock(t *testing.T, dir string) string {
	t.Helper()
	blocks, err := filepath.Glob(filepath.Join(dir, "log/jetstream/$G/streams/RECT/msgs/*.blk"))
	if err != nil || len(blocks) == 0 {
		t.Fatalf("no blocks: %v", err)
	}
	return slices.MaxFunc(blocks, func(a, b string) int { return len(a) - len(b) })
}

// TestTruncatedLog cuts off the end of the log behind the program's back, as a disk that
// lied or a wrong restore does. The server makes do with what is left; the program knows
// how far the log went, takes no more commands and says so, again and again. So does verify.
func TestTruncatedLog(t *testing.T) {
	t.Parallel()
	dir, dsn := filled(t, 20, syscall.SIGKILL)
	block := lastBlock(t, dir)
	whole, err := os.ReadFile(block)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(block, int64(len(whole)/2)); err != nil {
		t.Fatal(err)
	}
	// With it, the program would make the block whole again: see TestTornOff.
	if err := os.Remove(filepath.Join(dir, "log", "xiaohao.redo")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		onlyReads(t, dir, dsn, "日志只到第")
		verifyFinds(t, dir)
	}
	onlyReads(t, dir, pgtest.Database(t), "日志到过第") // no read models tell: the log's own mark does

	// Without the mark, what the read models had tells.
	if err := os.Remove(filepath.Join(dir, "log", "xiaohao.synced")); err != nil {
		t.Fatal(err)
	}
	onlyReads(t, dir, dsn, "日志只到第")
}

// TestTornOff takes the end of the newest block, as a power cut does before the block
// itself was synced: the program starts and everything is there.
func TestTornOff(t *testing.T) {
	t.Parallel()
	const n = 20
	dir, dsn := filled(t, n, syscall.SIGKILL)
	block := lastBlock(t, dir)
	whole, err := os.ReadFile(block)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(block, int64(len(whole)/2)); err != nil {
		t.Fatal(err)
	}
	c := serve(t, dir, dsn)
	if r := c.raise(t, "还能提"); r.Status != http.StatusCreated {
		t.Errorf("a command after a power cut: %d %s", r.Status, r.Detail)
	}
	if st := c.status(t); st.Error != "" || st.Messages <= n {
		t.Errorf("status says %q, %d commits", st.Error, st.Messages)
	}
	c.stop(t, syscall.SIGINT)
	if after, err := os.ReadFile(block); err != nil || !bytes.HasPrefix(after, whole) {
		t.Errorf("the block is not as it was: %v", err)
	}
}

// onlyReads starts a program that must let people read and take no command.
func onlyReads(t *testing.T, dir, dsn, why string) {
	t.Helper()
	c := serve(t, dir, dsn)
	if c.url == "" {
		t.Fatalf("it ended: %s", c.said())
	}
	if r := c.raise(t, "还能提吗"); r.Status != http.StatusServiceUnavailable || !strings.HasSuffix(r.Detail, "。") {
		t.Errorf("a command on a log that lost its end: %d %s", r.Status, r.Detail)
	}
	if st := c.status(t); !strings.Contains(st.Error, why) {
		t.Errorf("status says %q, not %q", st.Error, why)
	}
	c.stop(t, syscall.SIGINT)
}

// TestFlippedBit changes one bit of a stored commit. The server would cut the file off
// there; the program does not let it come to that, and leaves everything as it is.
func TestFlippedBit(t *testing.T) {
	t.Parallel()
	dir, dsn := filled(t, 20, syscall.SIGINT)
	block := lastBlock(t, dir)
	data, err := os.ReadFile(block)
	if err != nil {
		t.Fatal(err)
	}
	data[bytes.Index(data[len(data)/2:], []byte(`"command_id"`))+len(data)/2+20] ^= 1
	if err := os.WriteFile(block, data, 0o600); err != nil {
		t.Fatal(err)
	}
	serve(t, dir, dsn).ended(t, 3, "日志文件坏了，已记下的有一部分读不出来：没有启动，什么都没有改。")
	verifyFinds(t, dir)
	if after, err := os.ReadFile(block); err != nil || !bytes.Equal(after, data) {
		t.Errorf("the damaged file was changed: %v", err)
	}
}

// verifyFinds proves that verify does not call the log whole.
func verifyFinds(t *testing.T, dir string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "verify", "--data", dir)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() < 1 || strings.Contains(string(out), "panic") || !strings.Contains(string(out), "。") {
		t.Errorf("verify: %v\n%s", err, out)
	}
}
