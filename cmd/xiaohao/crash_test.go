package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// program is a xiaohao of its own process, with its own embedded log and private Postgres.
type program struct {
	cmd *exec.Cmd
	url string
}

// startProgram runs `xiaohao serve --demo` on a directory and waits for its address.
func startProgram(t *testing.T, dir string, args ...string) *program {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"serve", "--listen", "127.0.0.1:0", "--data", dir}, args...)...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stderr = testLog{t}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &program{cmd: cmd}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, addr, ok := strings.Cut(lines.Text(), "已启动："); ok {
			p.url = addr
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return p
		}
	}
	t.Fatalf("the program ended before it said its address: %v", lines.Err())
	return nil
}

// publicDir is a directory that the user who runs Postgres may enter, too.
func publicDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "xiaohao-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

type ledger struct {
	Total int
	Items []struct{ Number string }
	Next  string
}

func (p *program) get(t *testing.T, path string, v any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", p.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "act", Value: "clerk"})
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", path, res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(v); err != nil {
		t.Fatal(err)
	}
}

// numbers lists every number of the ledger.
func (p *program) numbers(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	next := ""
	for {
		var l ledger
		p.get(t, "/api/v1/items?limit=200&after="+next, &l)
		for _, it := range l.Items {
			all[it.Number] = true
		}
		if next = l.Next; next == "" {
			if len(all) != l.Total {
				t.Errorf("ledger says %d rows and lists %d", l.Total, len(all))
			}
			return all
		}
	}
}

// TestKillNine kills the program outright while many people raise opinions, and starts it
// again on the same directory: nothing acknowledged is gone, figures tie, nobody had to
// clean up anything.
func TestKillNine(t *testing.T) {
	t.Parallel()
	dir := publicDir(t)
	acked := map[string]bool{}
	for round := range 2 {
		p := startProgram(t, dir, "--demo")
		have := p.numbers(t)
		for n := range acked {
			if !have[n] {
				t.Fatalf("round %d: %s was acknowledged and is gone", round, n)
			}
		}
		raiseUntilKilled(t, p, acked, 120)
	}
	p := startProgram(t, dir, "--demo")
	have := p.numbers(t)
	for n := range acked {
		if !have[n] {
			t.Errorf("%s was acknowledged and is gone", n)
		}
	}
	var board struct {
		Pending int
		All     struct{ Total int }
	}
	p.get(t, "/api/v1/board", &board)
	var pending ledger
	p.get(t, "/api/v1/items?state=REGISTERED", &pending)
	if board.Pending != pending.Total {
		t.Errorf("board says %d wait to be accepted, the ledger lists %d", board.Pending, pending.Total)
	}
	// A gentle stop leaves nothing behind that the next start has to mend.
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, runningFile)); !os.IsNotExist(err) {
		t.Errorf("%s is still there after the program ended", runningFile)
	}
}

// raiseUntilKilled raises from 8 writers and kills the program after n acknowledgements.
func raiseUntilKilled(t *testing.T, p *program, acked map[string]bool, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	numbers := make(chan string)
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				body, _ := json.Marshal(map[string]string{"text": fmt.Sprintf("第 %d 人第 %d 条", w, i)})
				req, err := http.NewRequestWithContext(ctx, "POST", p.url+"/api/v1/items", bytes.NewReader(body))
				if err != nil {
					return
				}
				req.Header.Set("Content-Type", "application/json")
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					return // killed
				}
				var a struct{ Number string }
				err = json.NewDecoder(res.Body).Decode(&a)
				res.Body.Close()
				if err == nil && res.StatusCode == http.StatusCreated {
					select {
					case numbers <- a.Number:
					case <-ctx.Done():
					}
				}
			}
		})
	}
	go func() { writers.Wait(); close(numbers) }()
	count, killed := 0, false
	for number := range numbers {
		if acked[number] {
			t.Errorf("%s was given out twice", number)
		}
		acked[number] = true
		if count++; count >= n && !killed {
			killed = true
			if err := p.cmd.Process.Kill(); err != nil { // SIGKILL
				t.Fatal(err)
			}
		}
	}
	_ = p.cmd.Wait() // "signal: killed"
	if count < n {
		t.Fatalf("only %d were acknowledged", count)
	}
}

// TestDemoRefusesForeignStore starts the demonstration on a store that holds other data.
func TestDemoRefusesForeignStore(t *testing.T) {
	t.Parallel()
	dir := publicDir(t)
	st, err := openStack(t.Context(), stackConfig{dir: dir, prefix: "ZG", logger: discard()})
	if err != nil {
		t.Fatal(err)
	}
	raiseOne(t, st)
	err = fillDemo(t.Context(), st, dir)
	st.close()
	if err == nil || !strings.Contains(err.Error(), "holds data already") {
		t.Errorf("fillDemo: %v", err)
	}
}

// TestDemo plays the demonstration twice: the second time changes nothing.
func TestDemo(t *testing.T) {
	t.Parallel()
	dir := publicDir(t)
	st, err := openStack(t.Context(), stackConfig{dir: dir, prefix: "QG", logger: discard()})
	if err != nil {
		t.Fatal(err)
	}
	defer st.close()
	if err := fillDemo(t.Context(), st, dir); err != nil {
		t.Fatal(err)
	}
	first, _ := st.log.Last(t.Context())
	if err := playDemo(t.Context(), st.desk); err != nil {
		t.Errorf("played again: %v", err)
	}
	if again, _ := st.log.Last(t.Context()); again != first {
		t.Errorf("played again: the log grew from %d to %d", first, again)
	}
	rows, err := readDemo(demoCSV)
	if err != nil {
		t.Fatal(err)
	}
	page, err := st.reads.Items(t.Context(), projections.Filter{Today: today(), Near: today()})
	if err != nil {
		t.Fatal(err)
	}
	if page.Total != len(rows) {
		t.Errorf("%d items, want the %d rows", page.Total, len(rows))
	}
	noPlainText(t, st, "群众“增收、看病、养老、就业、上学", "吃苦精神不强、总是分内的事尽心干") // two that only wait to be accepted
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func today() events.Date { return events.DateOf(time.Now()) }

func raiseOne(t *testing.T, st *stack) {
	t.Helper()
	_, err := st.desk.Do(t.Context(), domain.Order{ID: uuid.New(), Command: domain.Raise{Text: "一句话"},
		Actor: events.Actor{ID: "public", Role: events.Petitioner, Post: "群众"}})
	if err != nil {
		t.Fatal(err)
	}
}

// noPlainText reads the whole log and looks for words that name or describe a person: they
// are sealed there, whatever way they came in.
func noPlainText(t *testing.T, st *stack, words ...string) {
	t.Helper()
	last, err := st.log.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done := errors.New("read to the end")
	err = st.log.Follow(t.Context(), 0, func(batch []events.Recorded, _ uint64) error {
		for _, r := range batch {
			data, _, err := events.Encode(r.Commit)
			if err != nil {
				return err
			}
			for _, w := range words {
				if bytes.Contains(data, []byte(w)) {
					t.Errorf("commit %d: %q stands readable in the log", r.Sequence, w)
				}
			}
			if r.Sequence >= last {
				return done
			}
		}
		return nil
	})
	if !errors.Is(err, done) {
		t.Fatal(err)
	}
}
