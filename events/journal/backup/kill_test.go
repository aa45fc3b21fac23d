package backup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"xiaohao/events/journal"
)

// child is this test binary run again, to be killed: it backs up or restores by itself.
//
//	BACKUP_TEST_CHILD="backup STORE DIR", "restore STORE DIR", or "full-… STORE DIR" (full_test.go)
func child() bool {
	words := strings.Fields(os.Getenv("BACKUP_TEST_CHILD"))
	if len(words) == 0 {
		return false
	}
	if err := childRun(words[0], words[1], words[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func childRun(what, store, dir string) error {
	srv, err := journal.StartServer(journal.ServerConfig{Dir: store})
	if err != nil {
		return err
	}
	nc, err := srv.Connect()
	if err != nil {
		return err
	}
	if strings.HasPrefix(what, "full-") {
		return fullRun(nc, what, dir)
	}
	if what == "restore" { // begun when the server has taken the log's first byte
		_, err = nc.Subscribe("$JS.EVENT.ADVISORY.STREAM.RESTORE_CREATE.RECT", func(*nats.Msg) { fmt.Println("begun") })
	} else {
		fmt.Println("begun")
	}
	if err != nil {
		return err
	}
	if what == "backup" {
		_, err = Run(context.Background(), nc, Config{Dir: dir})
	} else {
		_, err = Restore(context.Background(), nc, RestoreConfig{Dir: dir})
	}
	if err != nil {
		return err
	}
	fmt.Println("done")
	nc.Close()
	srv.Stop()
	return nil
}

// killed runs a child and kills it some time after it began to work. It returns how long
// it worked, and whether it was killed before it had ended by itself.
func killed(t *testing.T, command string, after time.Duration) (worked time.Duration, cut bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "BACKUP_TEST_CHILD="+command)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan() // "begun"
	began := time.Now()
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() }) // SIGKILL
	defer timer.Stop()
	lines.Scan() // "done", or the end
	worked = time.Since(began)
	err = cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		t.Fatalf("%s failed by itself: %v", command, err)
	}
	return worked, err != nil
}

// howLong runs a child to its end.
func howLong(t *testing.T, command string) time.Duration {
	t.Helper()
	worked, cut := killed(t, command, time.Minute)
	if cut {
		t.Fatalf("%s does not end", command)
	}
	return worked
}

// TestBackupKilled kills backups that continue another at random points: what was there
// before stays whole, and the next run succeeds and leaves nothing lying about.
func TestBackupKilled(t *testing.T) {
	t.Parallel()
	store, first := t.TempDir(), filepath.Join(t.TempDir(), "first")
	s := newStore(t, store)
	s.fill(t, 200)
	mustRun(t, s.nc, Config{Dir: first})
	end := s.pour(t, 4_000)
	s.nc.Close()
	s.srv.Stop()
	spare := filepath.Join(t.TempDir(), "spare")
	copyTree(t, first, spare)
	takes := howLong(t, "backup "+store+" "+spare)

	cuts := 0
	for range 5 {
		dir := filepath.Join(t.TempDir(), "backup")
		copyTree(t, first, dir)
		if _, cut := killed(t, "backup "+store+" "+dir, time.Duration(rand.Float64()*float64(takes))); cut {
			cuts++
		}
		if b := check(t, dir); b.Last != 200 && b.Last != end {
			t.Errorf("the backup ends at %d", b.Last)
		}
		howLong(t, "backup "+store+" "+dir)
		if b := check(t, dir); b.Last != end {
			t.Errorf("after another run the backup ends at %d", b.Last)
		} else {
			holds(t, dir, b)
		}
	}
	if cuts == 0 {
		t.Error("no run was killed at work")
	}
	t.Logf("%d of 5 were killed at work; a run takes %v", cuts, takes)
}

// TestRestoreKilled kills restores at random points: what is half-way is known for what it
// is, nobody can write to it, and the same command again succeeds.
func TestRestoreKilled(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.fill(t, 50)
	end := s.pour(t, 4_000)
	dir := filepath.Join(t.TempDir(), "backup")
	mustRun(t, s.nc, Config{Dir: dir})
	takes := howLong(t, "restore "+t.TempDir()+" "+dir)
	var unfinished, untouched, whole int
	for range 5 {
		store := t.TempDir()
		killed(t, "restore "+store+" "+dir, time.Duration(rand.Float64()*float64(takes)))
		switch stateOf(t, store, end) {
		case "untouched":
			untouched++
		case "unfinished":
			unfinished++
		case "whole":
			whole++
			continue
		}
		howLong(t, "restore "+store+" "+dir)
		back := newStore(t, store)
		if id, last := back.log.Identity(), lastOf(t, back); id != s.log.Identity() || last != end {
			t.Errorf("restored %s to %d", id, last)
		}
		src, err := newSource(back.nc)
		if err != nil {
			t.Fatal(err)
		}
		for _, st := range check(t, dir).Streams {
			if err := src.compare(t.Context(), st); err != nil {
				t.Error(err)
			}
		}
		back.nc.Close()
		back.srv.Stop()
	}
	if unfinished == 0 {
		t.Error("no restore was killed half-way")
	}
	t.Logf("%d killed half-way, %d before, %d after; a restore takes %v", unfinished, untouched, whole, takes)
}

// stateOf opens a store in which a restore was killed.
func stateOf(t *testing.T, store string, end uint64) string {
	t.Helper()
	srv, err := journal.StartServer(journal.ServerConfig{Dir: store})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Stop()
	nc, err := srv.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	src, err := newSource(nc)
	if err != nil {
		t.Fatal(err)
	}
	info, err := src.info(t.Context(), "RECT")
	if err != nil {
		t.Fatal(err)
	}
	if info == nil {
		return "untouched"
	}
	j, err := journal.Open(t.Context(), nc, journal.Config{})
	if errors.Is(err, journal.ErrRestoring) {
		return "unfinished"
	}
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if last, err := j.Last(t.Context()); last != end || err != nil {
		t.Errorf("a log without the mark ends at %d, %v", last, err)
	}
	return "whole"
}

func lastOf(t *testing.T, s *store) uint64 {
	t.Helper()
	last, err := s.log.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return last
}
