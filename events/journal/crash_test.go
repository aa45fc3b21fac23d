package journal_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"xiaohao/events"
	"xiaohao/events/journal"
	"xiaohao/events/journal/journaltest"

	"github.com/google/uuid"
)

// child is this test binary run again: a writer that says of each commit that it was
// acknowledged, until it is killed.
func child() bool {
	dir := os.Getenv("JOURNAL_TEST_CHILD")
	if dir == "" {
		return false
	}
	s, err := journal.StartServer(journal.ServerConfig{Dir: dir})
	if err != nil {
		fmt.Println("error", err)
		return true
	}
	nc, err := s.Connect()
	if err != nil {
		fmt.Println("error", err)
		return true
	}
	j, err := journal.Open(context.Background(), nc, journal.Config{})
	if err != nil {
		fmt.Println("error", err)
		return true
	}
	single := journaltest.Start(uuid.New())
	a, b := journaltest.Start(uuid.New()), journaltest.Start(uuid.New())
	fmt.Println("items", single.Commit.Item, a.Commit.Item, b.Commit.Item)
	for i := 0; ; i++ {
		var got []events.Recorded
		if i%4 == 3 {
			b.Commit.CommandID = a.Commit.CommandID
			if got, err = j.Append(context.Background(), a, b); err == nil {
				a, b = journaltest.Next(got[0]), journaltest.Next(got[1])
			}
		} else if got, err = j.Append(context.Background(), single); err == nil {
			single = journaltest.Next(got[0])
		}
		if err != nil {
			fmt.Println("error", err)
			return true
		}
		for _, r := range got {
			fmt.Println("acked", r.Sequence, r.Hash)
		}
	}
}

// TestKilled kills a writing process and looks in its directory for everything that was
// acknowledged. While it lives, nobody else gets the directory; once dead, its lock is gone.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	for round := range 3 {
		items, acked := runAndKill(t, dir, 150+round*7)
		verifyAfterKill(t, dir, items, acked)
	}
}

func runAndKill(t *testing.T, dir string, after int) (items []uuid.UUID, acked map[uint64]string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "JOURNAL_TEST_CHILD="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acked = map[uint64]string{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		word := strings.Fields(lines.Text())
		switch word[0] {
		case "items":
			for _, w := range word[1:] {
				items = append(items, uuid.MustParse(w))
			}
			if _, err := journal.StartServer(journal.ServerConfig{Dir: dir}); !errors.Is(err, journal.ErrLocked) {
				t.Errorf("a second server on the same directory: %v", err)
			}
		case "acked":
			var seq uint64
			fmt.Sscan(word[1], &seq)
			acked[seq] = word[2]
			if len(acked) == after {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		default:
			t.Errorf("child: %s", lines.Text())
		}
	}
	_ = cmd.Wait() // "signal: killed"
	if len(acked) < after {
		t.Fatalf("child ended after %d commits", len(acked))
	}
	return items, acked
}

func verifyAfterKill(t *testing.T, dir string, items []uuid.UUID, acked map[uint64]string) {
	t.Helper()
	s, err := journal.StartServer(journal.ServerConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	nc, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	j := open(t, nc, journal.Config{})
	found := map[uint64]string{}
	length := make([]int, len(items))
	for i, item := range items {
		history, err := j.Load(t.Context(), item) // which checks the chain
		if err != nil {
			t.Fatal(err)
		}
		length[i] = len(history)
		for _, r := range history {
			found[r.Sequence] = r.Hash
		}
		if _, err := j.Append(t.Context(), journaltest.Next(history[len(history)-1])); err != nil {
			t.Errorf("append after the kill: %v", err)
		}
	}
	for seq, hash := range acked {
		if found[seq] != hash {
			t.Errorf("sequence %d was acknowledged and is not there", seq)
		}
	}
	if length[1] != length[2] {
		t.Errorf("half a batch was stored: %d and %d", length[1], length[2])
	}
	t.Logf("%d acknowledged, %d found", len(acked), len(found))
}

func TestRestartKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	s, nc := start(t, dir)
	j := open(t, nc, journal.Config{})
	items := journaltest.Fill(t, j, 10)
	number, err := j.NextNumber(t.Context(), "QG-2026")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := journal.StartServer(journal.ServerConfig{Dir: dir}); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("a second server in the same process: %v", err)
	}
	s.Stop()
	_, nc2 := start(t, dir)
	k := open(t, nc2, journal.Config{})
	if k.Identity() != j.Identity() {
		t.Error("the identity changed")
	}
	if got, err := k.Load(t.Context(), items[0].Item); len(got) != 10 || err != nil {
		t.Errorf("%d commits, %v", len(got), err)
	}
	if n, err := k.NextNumber(t.Context(), "QG-2026"); n != number+1 || err != nil {
		t.Errorf("number %d after %d, %v", n, number, err)
	}
}
