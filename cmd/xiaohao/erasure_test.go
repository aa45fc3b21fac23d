package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go/jetstream"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/events/evidence"
	"xiaohao/events/journal/backup"
	"xiaohao/events/vault"
	"xiaohao/projections/localpg/pgtest"
)

// words is a buffer for a log that several goroutines write.
type words struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// confession is an item with personal data in every fact that takes some, through to its
// archive, and the random strings in it.
type confession struct {
	id      uuid.UUID
	number  string
	code    string
	title   string // readable for everybody, by design
	secrets []string
	boxes   []events.Sealed
}

// confess stores it as the desk does: sealed, then appended.
func confess(t *testing.T, s *stack, number string) *confession {
	t.Helper()
	c := &confession{id: uuid.New(), number: number, code: "K8XN3WQF6HRTV", title: "夜间公交" + rand.Text()}
	secret := func(name string) events.Sealed {
		c.secrets = append(c.secrets, name+rand.Text())
		return events.Secret("我说的是" + c.secrets[len(c.secrets)-1] + "，请保密")
	}
	said := events.Opinion{ID: uuid.NewString(), Channel: events.ByWeb, Area: "前黄镇", Text: secret("原话"), Name: secret("姓名"), Phone: secret("电话"), Place: secret("地点")}
	again := events.Opinion{ID: uuid.NewString(), Channel: events.ByCall, Text: secret("另一条原话"), Phone: secret("另一个电话")}
	var prev string
	var expected uint64
	for i, e := range []events.Event{
		events.ItemRaised{Number: number, PublicID: rand.Text(), CodeHash: domain.HashCode(number, c.code), Preset: events.CountyLedger, Source: events.FromPublic, Category: "民生", Opinion: said},
		events.OpinionAdded{Opinion: again},
		events.InfoRequested{Question: "哪一路车"},
		events.InfoSupplied{Text: secret("补充")},
		events.ItemAccepted{Title: c.title, Category: "民生", Class: events.Ordinary, Level: events.Normal},
		events.RectificationReported{Result: "夜班车开出第一班", Truth: events.True, Contacted: true, ContactNote: secret("联系"), Solved: events.SolvedYes},
		events.ObjectionRaised{ID: "o-1", Text: secret("异议"), Contact: secret("异议人电话")},
		events.ReplySubmitted{Public: "已改", Private: secret("私下的答复")},
		events.ReplyIssued{Public: "已改", Way: "PHONE"},
		events.Evaluated{Round: 1, Solved: events.SolvedYes, Satisfied: events.Satisfied, Words: secret("评价"), By: "CODE"},
		events.ItemArchived{File: "2026-7"},
	} {
		w := events.Write{Expected: expected, Commit: events.Commit{Item: c.id, Rev: i + 1, Prev: prev, CommandID: uuid.New(), Command: "test",
			Actor: events.Actor{ID: "office.clerk", Role: events.Dispatcher, Post: "交办员"}, At: time.Now(), Events: []events.Event{e}}}
		if err := s.vault.SealCommit(t.Context(), &w.Commit); err != nil {
			t.Fatal(err)
		}
		_, _ = events.MapSealed(w.Commit.Events[0], func(_ string, x events.Sealed) (events.Sealed, error) {
			c.boxes = append(c.boxes, x)
			return x, nil
		})
		done, err := s.log.Append(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		prev, expected = done[0].Hash, done[0].Sequence
	}
	return c
}

// photograph is one in the store of evidence: some of its bytes as it is, and as it lies there.
type photograph struct{ object, middle, sealed string }

// handIn puts a photo into the store of evidence, under a name that tells who lives there.
func (c *confession) handIn(t *testing.T, s *stack) photograph {
	t.Helper()
	f, err := os.Open(river(t, "家门口.jpg", true))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c.secrets = append(c.secrets, "文件名"+rand.Text())
	kept, err := s.files.Put(t.Context(), c.id, c.secrets[len(c.secrets)-1]+".jpg", f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := s.files.File(t.Context(), c.id, kept.Object)
	if err != nil || len(data) < 10_000 {
		t.Fatalf("%d bytes of the photo, %v", len(data), err)
	}
	js, err := jetstream.New(s.nc)
	if err != nil {
		t.Fatal(err)
	}
	store, err := js.ObjectStore(t.Context(), evidence.Bucket)
	if err != nil {
		t.Fatal(err)
	}
	box, err := store.GetBytes(t.Context(), kept.Object)
	if err != nil {
		t.Fatal(err)
	}
	return photograph{kept.Object, string(data[len(data)/2:][:32]), string(box[len(box)/2:][:32])}
}

// opened counts the boxes that open.
func (c *confession) opened(t *testing.T, s *stack) (n int) {
	t.Helper()
	for _, b := range c.boxes {
		switch _, err := s.vault.Open(t.Context(), b); {
		case err == nil:
			n++
		case !errors.Is(err, events.ErrErased):
			t.Errorf("open: %v", err)
		}
	}
	return n
}

// erased waits until an item's erasure is completed.
func erased(t *testing.T, s *stack, id uuid.UUID) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		it, err := s.desk.Look(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if it.Erased {
			return
		}
		last, err := s.log.Last(ctx)
		if err != nil {
			t.Fatal(err)
		}
		wait, stop := context.WithTimeout(ctx, time.Second)
		_ = s.reads.WaitFor(wait, last+1) // the next commit, or another look
		stop()
	}
}

// scan says which of the texts stand in files under dir.
func scan(t *testing.T, dir string, texts []string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil // Postgres tidies up all the while
		}
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		for _, x := range texts {
			found[x] = found[x] || bytes.Contains(data, []byte(x))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// randomParts are the random ends of the secrets, which nothing compresses.
func randomParts(secrets []string) (out []string) {
	for _, s := range secrets {
		out = append(out, s[len(s)-len(rand.Text()):])
	}
	return out
}

// TestNoPersonalByte erases an item and then looks for its personal data everywhere: files
// of the log and of the keys, Postgres, what the program logged, pages, and a new backup.
func TestNoPersonalByte(t *testing.T) {
	t.Parallel()
	dir, dsn, logged := t.TempDir(), pgtest.Database(t), &words{}
	logger := slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := newSiteWith(t, stackConfig{dir: dir, postgres: dsn, logger: logger})
	t.Cleanup(s.stack.startEraser(logger))
	c := confess(t, s.stack, "QG-2026-000001")
	other := confess(t, s.stack, "QG-2026-000002")
	photo := c.handIn(t, s.stack)
	s.settled()
	if n := c.opened(t, s.stack); n != len(c.boxes) || n < 12 {
		t.Fatalf("%d of %d boxes open before it: this test looks at nothing", n, len(c.boxes))
	}
	if _, page := s.page("clerk", "/items/"+c.number); !strings.Contains(page, c.secrets[0]) {
		t.Fatal("the page does not show the words before it")
	}
	if !scan(t, dir, []string{photo.sealed})[photo.sealed] {
		t.Error("the sealed photo is not found: this scan does not look at the store of evidence")
	}
	s.refused("supervisor", c.number, "request_erasure", fields{"reason": "WISH", "asked": "PERSON", "ground": "申请书"}, ":request_erasure.role")
	s.refused("clerk", c.number, "complete_erasure", fields{}, ":complete_erasure.role")
	s.do("clerk", c.number, "request_erasure", fields{"reason": "WISH", "asked": "PERSON", "ground": "申请书 2026-3 号"})
	erased(t, s.stack, c.id)
	s.settled()

	if n := c.opened(t, s.stack); n != 0 {
		t.Errorf("%d boxes still open", n)
	}
	if _, err := s.stack.files.File(t.Context(), c.id, photo.object); err == nil {
		t.Error("the photo still opens")
	}
	if n := other.opened(t, s.stack); n != len(other.boxes) {
		t.Errorf("of another item %d boxes of %d open", n, len(other.boxes))
	}
	_, page := s.page("clerk", "/items/"+c.number)
	answered := s.call("", "POST", "/api/v1/query", fields{"number": c.number, "code": c.code})
	for _, shown := range []string{page, answered.Body} {
		for _, x := range c.secrets {
			if strings.Contains(shown, x) {
				t.Errorf("%s is still shown", x)
			}
		}
	}
	if n := strings.Count(page, "个人信息已按申请抹除"); n < 4 || !strings.Contains(page, c.title) {
		t.Errorf("the page says %d times that it was erased", n)
	}
	if answered.Status != 200 || !strings.Contains(answered.Body, c.title) {
		t.Errorf("query by code: %d %s", answered.Status, answered.Body)
	}

	saved, keys := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "keys")
	if _, err := runBackup(t.Context(), s.stack.nc, backup.Config{Dir: saved, Keys: keys}); err != nil {
		t.Fatal(err)
	}
	texts := append(append(randomParts(c.secrets), randomParts(other.secrets)...), photo.middle, randomParts([]string{c.title})[0])
	for name, place := range map[string]string{"log and keys": dir, "Postgres": clusterOf(t, dsn), "backup": saved, "backup of keys": keys} {
		found := scan(t, place, texts)
		for _, x := range texts[:len(texts)-1] {
			if found[x] {
				t.Errorf("%s: %s stands in plain text", name, x)
			}
		}
		if !found[texts[len(texts)-1]] && (name == "Postgres" || name == "log and keys") {
			t.Errorf("%s: not even the title is found: this scan looks at nothing", name)
		}
	}
	for _, x := range texts[:len(texts)-1] {
		if strings.Contains(logged.String(), x) {
			t.Errorf("%s was logged", x)
		}
	}
	report, err := verifyLog(t.Context(), s.stack.log, nil)
	if err != nil || report.Wrong != nil {
		t.Errorf("the chain: %+v, %v", report.Wrong, err)
	}
	s.refused("clerk", c.number, "request_erasure", fields{"reason": "WISH", "asked": "PERSON", "ground": "申请书"}, ":request_erasure.done")
}

// clusterOf returns the directory of the Postgres of a database, after all of it was
// written there.
func clusterOf(t *testing.T, dsn string) (dir string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "checkpoint"); err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), "show data_directory").Scan(&dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestRestoredKeyIsDestroyedAgain: an older backup of keys brings a key back; the next start
// destroys it, and completes nothing twice.
func TestRestoredKeyIsDestroyedAgain(t *testing.T) {
	t.Parallel()
	dir, dsn := t.TempDir(), pgtest.Database(t)
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	cfg := stackConfig{dir: dir, postgres: dsn, logger: logger}
	s := newSiteWith(t, cfg)
	c := confess(t, s.stack, "QG-2026-000001")
	js := keyBucket(t, s.stack)
	entry, err := js.Get(t.Context(), "item."+c.id.String())
	if err != nil {
		t.Fatal(err)
	}
	s.settled()
	stop := s.stack.startEraser(logger)
	s.do("clerk", c.number, "request_erasure", fields{"reason": "ORDER", "asked": "AUTHORITY", "ground": "文号"})
	erased(t, s.stack, c.id)
	s.settled()
	stop()
	if _, err := js.Put(t.Context(), "item."+c.id.String(), entry.Value()); err != nil {
		t.Fatal(err)
	}
	s.stack.close()

	s = newSiteWith(t, cfg)
	if n := c.opened(t, s.stack); n != len(c.boxes) {
		t.Fatalf("the key did not come back (%d open): this test looks at nothing", n)
	}
	t.Cleanup(s.stack.startEraser(logger))
	js = keyBucket(t, s.stack)
	deadline, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	w, err := js.Watch(deadline, "item."+c.id.String())
	if err != nil {
		t.Fatal(err)
	}
	for e := range w.Updates() {
		if e != nil && string(e.Value()) == "erased" {
			break
		}
	}
	if deadline.Err() != nil {
		t.Fatal("the key was not destroyed again")
	}
	history, err := s.stack.log.Load(t.Context(), c.id)
	if err != nil {
		t.Fatal(err)
	}
	if n := completions(history); n != 1 {
		t.Errorf("completed %d times", n)
	}
}

func keyBucket(t *testing.T, s *stack) jetstream.KeyValue {
	t.Helper()
	js, err := jetstream.New(s.nc)
	if err != nil {
		t.Fatal(err)
	}
	kv, err := js.KeyValue(t.Context(), vault.Bucket)
	if err != nil {
		t.Fatal(err)
	}
	return kv
}

func completions(history []events.Recorded) (n int) {
	for _, r := range history {
		for _, e := range r.Events {
			if _, ok := e.(events.ErasureCompleted); ok {
				n++
			}
		}
	}
	return n
}
