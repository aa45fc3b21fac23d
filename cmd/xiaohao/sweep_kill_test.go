package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"xiaohao/events/journal/natstest"
	"xiaohao/web/notice"
)

// told collects what a webhook is told: id → text, and how often each id came.
type told struct {
	mu    sync.Mutex
	says  map[string]string
	times map[string]int
}

func (x *told) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var e struct {
		ID   string
		Type string
		Data struct{ Says string }
	}
	raw, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(raw, &e)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if err == nil && e.Type == "xiaohao.supervision.issued" {
		x.says[e.ID], x.times[e.ID] = e.Data.Says, x.times[e.ID]+1
	}
}

// slips counts the notices, each once, in which a slip is named.
func (x *told) slips() map[string]int {
	x.mu.Lock()
	defer x.mu.Unlock()
	out := map[string]int{}
	for _, says := range x.says {
		if _, rest, ok := strings.Cut(says, "黄单 "); ok {
			slip, _, _ := strings.Cut(rest, "，")
			out[slip]++
		}
	}
	return out
}

// The program is killed outright in the middle of a sweep, twice: each item gets its slip
// once, and everybody who has to know is told, once under one id.
func TestSweepKilled(t *testing.T) {
	t.Parallel()
	const items = 48
	dir := publicDir(t)
	overdue(t, dir, items)
	hook := &told{says: map[string]string{}, times: map[string]int{}}
	srv := httptest.NewServer(hook)
	defer srv.Close()
	cfg, err := json.Marshal(notice.Config{Webhooks: []notice.Webhook{{Name: "oa", URL: srv.URL, Secret: "0123456789abcdef"}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "notices.json")
	if err := os.WriteFile(file, cfg, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		killedOnGrowth(t, dir, 12<<10, "--notices", file)
	}
	startProgram(t, dir, "--notices", file)
	natstest.Eventually(t, 40*time.Second, "all slips are told to two people each", func() error {
		n := 0
		for _, notices := range hook.slips() {
			n += notices
		}
		if n < 2*items {
			return fmt.Errorf("%d of %d", n, 2*items)
		}
		return nil
	})
	for slip, n := range hook.slips() {
		if n != 2 { // the liaison and the deputy of the unit
			t.Errorf("%s is told as %d notices", slip, n)
		}
	}
}

// overdue makes items on a directory whose deadline is long over.
func overdue(t *testing.T, dir string, n int) {
	t.Run("overdue", func(t *testing.T) {
		s := newSiteOn(t, dir, remoteFlags{})
		s.days(-40)
		for _, number := range s.inHand(n) {
			s.do(staff("区城管局", "UNIT_LIAISON"), number, "sign", nil)
		}
	})
}

// killedOnGrowth runs the program and kills it once its log grew by so many bytes.
func killedOnGrowth(t *testing.T, dir string, bytes int64, args ...string) {
	t.Helper()
	base := logSize(t, dir)
	cmd := exec.Command(os.Args[0], append([]string{"serve", "--listen", "127.0.0.1:0", "--data", dir}, args...)...)
	cmd.Env, cmd.Stderr = append(os.Environ(), asProgram+"=1"), testLog{t}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end, look := time.After(60*time.Second), time.NewTicker(time.Millisecond)
	defer look.Stop()
	for logSize(t, dir) < base+bytes {
		select {
		case <-look.C:
		case <-end:
			_ = cmd.Process.Kill()
			t.Fatal("the sweep did not begin")
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	t.Logf("killed after %d bytes", logSize(t, dir)-base)
}

// logSize is how many bytes the blocks of the log have.
func logSize(t *testing.T, dir string) (n int64) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, "log"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".blk" || !strings.Contains(path, "RECT") {
			return nil // files come and go while it runs
		}
		if st, err := d.Info(); err == nil {
			n += st.Size()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
