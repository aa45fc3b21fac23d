package journal_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"xiaohao/events"
	"xiaohao/events/journal"
	"xiaohao/events/journal/journaltest"
	"xiaohao/events/vault"
	"xiaohao/events/vault/seal"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
)

// powerChild is this test binary run again: eight writers that share syncs. It says what is
// on disk, from the syncer's own mouth, and what was acknowledged, in the order of events.
func powerChild() bool {
	dir := os.Getenv("JOURNAL_TEST_POWER")
	if dir == "" {
		return false
	}
	var mu sync.Mutex
	say := func(words ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(words...)
	}
	journal.OnSynced(func(path string, size int64) { say("synced", path, size) })
	s, err := journal.StartServer(journal.ServerConfig{Dir: dir})
	if err != nil {
		say("error", err)
		return true
	}
	nc, err := s.Connect()
	if err != nil {
		say("error", err)
		return true
	}
	j, err := journal.Open(context.Background(), nc, journal.Config{})
	if err != nil {
		say("error", err)
		return true
	}
	v, err := openVault(context.Background(), s, nc, j)
	if err != nil {
		say("error", err)
		return true
	}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			a, b := journaltest.Start(uuid.New()), journaltest.Start(uuid.New())
			for i := 0; ; i++ {
				writes := []events.Write{a}
				if w == 0 && i%20 == 0 { // both in one atomic batch
					b.Commit.CommandID = a.Commit.CommandID
					writes = append(writes, b)
				}
				got, err := j.Append(context.Background(), writes...)
				if err != nil {
					say("error", err)
					return
				}
				a = journaltest.Next(got[0])
				if len(got) == 2 {
					b = journaltest.Next(got[1])
				}
				for _, r := range got {
					say("acked", r.Sequence, r.Hash)
				}
				if i%10 == 9 {
					n, err := j.NextNumber(context.Background(), "QG-2026")
					if err == nil {
						bearer := journaltest.Start(uuid.New())
						bearer.Commit.Events = []events.Event{events.ItemRaised{Number: fmt.Sprintf("QG-2026-%06d", n),
							Opinion: events.Opinion{ID: "o-1", Text: events.Secret("路坏了")}}}
						if err = v.SealCommit(context.Background(), &bearer.Commit); err != nil {
							say("error", err)
							return
						}
						_, err = j.Append(context.Background(), bearer)
					}
					if err != nil {
						say("error", err)
						return
					}
					say("number", n)
				}
			}
		})
	}
	wg.Wait()
	return true
}

// openVault opens the vault of an embedded store, as the program does.
func openVault(ctx context.Context, s *journal.Server, nc *nats.Conn, j *journal.Journal) (*vault.Vault, error) {
	return vault.Open(ctx, nc, vault.Config{Master: seal.Master{1}, Log: j,
		Sync: func(ctx context.Context) error { return s.Sync(ctx, "KV_"+vault.Bucket) }})
}

// outage is what a child had said when its machine lost power.
type outage struct {
	size   map[string]int64  // of each file, surely on disk
	acked  map[uint64]string // hash by sequence
	raised map[string]bool   // numbers of acknowledged items with personal text
	number int               // the highest of them
}

// TestPowerLoss ends a writing process and then takes from its files all that the disk had
// not confirmed, which is the most that a power cut can take. Everything acknowledged is
// still there and can be read, batches are whole, and no number is given twice.
func TestPowerLoss(t *testing.T) {
	dir := t.TempDir()
	for round := range 3 {
		o := runUntilOutage(t, dir, 400+100*round)
		lost := cutToConfirmed(t, dir, o)
		t.Logf("round %d: %d acknowledged, %d bytes lost that were not", round, len(o.acked), lost)
		verifyAfterOutage(t, dir, o)
	}
}

func runUntilOutage(t *testing.T, dir string, after int) outage {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "JOURNAL_TEST_POWER="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	o := outage{map[string]int64{}, map[uint64]string{}, map[string]bool{}, 0}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		word := strings.Fields(lines.Text())
		switch word[0] {
		case "synced":
			var size int64
			fmt.Sscan(word[2], &size)
			o.size[word[1]] = size
		case "acked":
			var seq uint64
			fmt.Sscan(word[1], &seq)
			o.acked[seq] = word[2]
			if len(o.acked) == after {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		case "number":
			var n int
			fmt.Sscan(word[1], &n)
			o.raised[fmt.Sprintf("QG-2026-%06d", n)] = true
			o.number = max(o.number, n)
		default:
			t.Errorf("child: %s", lines.Text())
		}
	}
	_ = cmd.Wait() // "signal: killed"
	if len(o.acked) < after {
		t.Fatalf("child ended after %d commits", len(o.acked))
	}
	return o
}

// cutToConfirmed cuts every message block to its confirmed length, and takes away the
// server's index and the blocks that were never confirmed.
func cutToConfirmed(t *testing.T, dir string, o outage) (lost int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		if e.Name() == "index.db" {
			return os.Remove(path)
		}
		if e.Name() == "xiaohao.redo" {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			zeros := make([]byte, 1<<16)
			_, err = f.WriteAt(zeros, o.size[path])
			return errors.Join(err, f.Close())
		}
		if filepath.Ext(path) != ".blk" {
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		size, ok := o.size[path]
		lost += max(info.Size()-size, 0)
		if !ok {
			return os.Remove(path)
		}
		if size < info.Size() {
			return os.Truncate(path, size)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lost
}

func verifyAfterOutage(t *testing.T, dir string, o outage) {
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
	last, err := j.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found, done := map[uint64]string{}, errors.New("read to the end")
	var said []events.Sealed
	err = j.Follow(t.Context(), 0, func(batch []events.Recorded, _ uint64) error {
		for _, r := range batch {
			found[r.Sequence] = r.Hash
			if raised, ok := r.Events[0].(events.ItemRaised); ok && o.raised[raised.Number] {
				said = append(said, raised.Opinion.Text)
			}
		}
		if batch[len(batch)-1].Sequence == last {
			return done
		}
		return nil
	})
	if err != done {
		t.Fatalf("follow: %v", err)
	}
	for seq, hash := range o.acked {
		if found[seq] != hash {
			t.Errorf("sequence %d was acknowledged and is not there", seq)
		}
	}
	if len(said) < len(o.raised) {
		t.Errorf("%d of %d raised items are there", len(said), len(o.raised))
	}
	v, err := openVault(t.Context(), s, nc, j)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range said {
		if text, err := v.Open(t.Context(), x); text != "路坏了" || err != nil {
			t.Errorf("what was said in an acknowledged item: %q, %v", text, err)
		}
	}
	n, err := j.NextNumber(t.Context(), "QG-2026")
	if err != nil || n <= o.number {
		t.Errorf("number %d is given after %d, %v", n, o.number, err)
	}
}
