package journal_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"xiaohao/events"
	"xiaohao/events/journal"
	"xiaohao/events/journal/journaltest"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if child() || powerChild() || hammerChild() {
		return
	}
	goleak.VerifyTestMain(m)
}

// start runs an embedded server for the time of a test.
func start(t testing.TB, dir string) (*journal.Server, *nats.Conn) {
	t.Helper()
	s, err := journal.StartServer(journal.ServerConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	nc, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return s, nc
}

func open(t testing.TB, nc *nats.Conn, cfg journal.Config) *journal.Journal {
	t.Helper()
	j, err := journal.Open(t.Context(), nc, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestConformance(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journaltest.Log {
		_, nc := start(t, t.TempDir())
		return open(t, nc, journal.Config{})
	})
}

func TestOpenTwiceIsTheSameLog(t *testing.T) {
	_, nc := start(t, t.TempDir())
	a, b := open(t, nc, journal.Config{}), open(t, nc, journal.Config{})
	if a.Identity() != b.Identity() {
		t.Errorf("identities %s and %s", a.Identity(), b.Identity())
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	journaltest.Fill(t, b, 3)
}

func TestTenantsAreApart(t *testing.T) {
	_, nc := start(t, t.TempDir())
	a, b := open(t, nc, journal.Config{Tenant: "a"}), open(t, nc, journal.Config{Tenant: "b"})
	own, other := journaltest.Fill(t, a, 2), journaltest.Fill(t, b, 3)
	if got, err := a.Load(t.Context(), other[0].Item); got != nil || err != nil {
		t.Errorf("load of another tenant's item: %v, %v", got, err)
	}
	if n, err := a.Last(t.Context()); n != own[1].Sequence || err != nil {
		t.Errorf("last: %d, %v", n, err)
	}
	if _, err := a.At(t.Context(), other[0].Sequence); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("at: %v", err)
	}
	enough := errors.New("enough")
	err := b.Follow(t.Context(), 0, func(batch []events.Recorded, _ uint64) error {
		for _, r := range batch {
			if r.Item == own[0].Item {
				t.Error("followed another tenant's item")
			}
		}
		if batch[len(batch)-1].Sequence == other[2].Sequence {
			return enough
		}
		return nil
	})
	if err != enough {
		t.Error(err)
	}
	if _, err := journal.Open(t.Context(), nc, journal.Config{Tenant: "a.b"}); err == nil {
		t.Error("a tenant of two words was taken")
	}
}

func TestConfigurationIsVerified(t *testing.T) {
	_, nc := start(t, t.TempDir())
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "RECT", Subjects: []string{"rect.>"},
		MaxAge: 3600e9, Discard: jetstream.DiscardOld, AllowRollup: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = journal.Open(t.Context(), nc, journal.Config{})
	var off *journal.ConfigError
	if !errors.As(err, &off) {
		t.Fatalf("open: %v", err)
	}
	for _, want := range []string{"discard is", "max age is 1h0m0s", "deny delete", "deny purge", "allow rollup",
		"max message size", "allow atomic publish", "compression", "duplicate window", "stream_identity", "schema"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error does not name %q: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "storage") || strings.Contains(err.Error(), "replicas") {
		t.Errorf("error names what is right: %v", err)
	}
}

func TestReplicasAndSizeAreComparedWhenAskedFor(t *testing.T) {
	_, nc := start(t, t.TempDir())
	open(t, nc, journal.Config{})
	_, err := journal.Open(t.Context(), nc, journal.Config{Replicas: 3, MaxBytes: 1 << 30})
	if err == nil || !strings.Contains(err.Error(), "replicas is 1, must be 3") || !strings.Contains(err.Error(), "max bytes is -1") {
		t.Errorf("open: %v", err)
	}
}

func TestNothingCanBeTakenOut(t *testing.T) {
	_, nc := start(t, t.TempDir())
	j := open(t, nc, journal.Config{})
	journaltest.Fill(t, j, 2)
	js, _ := jetstream.New(nc)
	s, err := js.Stream(t.Context(), journal.StreamName)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteMsg(t.Context(), 1); err == nil {
		t.Error("a commit was deleted")
	}
	if err := s.Purge(t.Context()); err == nil {
		t.Error("the log was purged")
	}
	cfg := s.CachedInfo().Config
	cfg.DenyPurge = false
	if _, err := js.UpdateStream(t.Context(), cfg); err == nil {
		t.Error("the deny flag was taken off")
	}
}

func TestFullLogRefuses(t *testing.T) {
	_, nc := start(t, t.TempDir())
	j := open(t, nc, journal.Config{MaxBytes: 4096})
	w := journaltest.Start(uuid.New())
	for range 100 {
		got, err := j.Append(t.Context(), w)
		if err != nil {
			if !errors.Is(err, events.ErrFull) {
				t.Errorf("append to a full log: %v", err)
			}
			if _, err := j.Append(t.Context(), journaltest.Start(uuid.New()), journaltest.Start(uuid.New())); !errors.Is(err, events.ErrFull) {
				t.Errorf("batch to a full log: %v", err)
			}
			if got, err := j.Load(t.Context(), w.Commit.Item); len(got) != w.Commit.Rev-1 || err != nil {
				t.Errorf("load from a full log: %d, %v", len(got), err)
			}
			return
		}
		w = journaltest.Next(got[0])
	}
	t.Error("the log was never full")
}

func TestTooLarge(t *testing.T) {
	_, nc := start(t, t.TempDir())
	j := open(t, nc, journal.Config{})
	w := journaltest.Start(uuid.New())
	w.Commit.Events = []events.Event{events.LeaderInstructed{Text: strings.Repeat("长", 200_000)}}
	if _, err := j.Append(t.Context(), w); !errors.Is(err, journal.ErrTooLarge) {
		t.Errorf("append: %v", err)
	}
	w.Commit.Events = []events.Event{events.LeaderInstructed{Text: strings.Repeat("x", 512<<10-1400)}}
	if _, err := j.Append(t.Context(), w); err != nil {
		t.Errorf("append just under the limit: %v", err)
	}
}

func TestPagesOfLargeCommits(t *testing.T) {
	_, nc := start(t, t.TempDir())
	j := open(t, nc, journal.Config{})
	w := journaltest.Start(uuid.New())
	for range 12 { // 4.8 MB: more than a page may have
		w.Commit.Events = []events.Event{events.LeaderInstructed{Text: strings.Repeat("x", 400<<10)}}
		got, err := j.Append(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		w = journaltest.Next(got[0])
	}
	if got, err := j.Load(t.Context(), w.Commit.Item); len(got) != 12 || err != nil {
		t.Errorf("%d commits, %v", len(got), err)
	}
}

// TestBrokenHistory writes past the journal what no journal would write.
func TestBrokenHistory(t *testing.T) {
	_, nc := start(t, t.TempDir())
	j := open(t, nc, journal.Config{})
	js, _ := jetstream.New(nc)
	raw := func(subject string, data []byte) uint64 {
		t.Helper()
		a, err := js.Publish(t.Context(), subject, data)
		if err != nil {
			t.Fatal(err)
		}
		return a.Sequence
	}
	encode := func(c events.Commit) []byte {
		t.Helper()
		data, _, err := events.Encode(c)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for name, change := range map[string]func(*events.Commit){
		"revision left out": func(c *events.Commit) { c.Rev++ },
		"wrong hash":        func(c *events.Commit) { c.Prev = strings.Repeat("0", 64) },
		"another item":      func(c *events.Commit) { c.Item = uuid.New() },
	} {
		items := journaltest.Fill(t, j, 2)
		w := journaltest.Next(items[1])
		change(&w.Commit)
		raw(events.Subject("main", events.ItemAggregate, items[0].Item), encode(w.Commit))
		if _, err := j.Load(t.Context(), items[0].Item); !errors.Is(err, journal.ErrChain) {
			t.Errorf("%s: %v", name, err)
		}
	}
	items := journaltest.Fill(t, j, 1)
	data := encode(journaltest.Next(items[0]).Commit)
	raw(events.Subject("main", events.ItemAggregate, items[0].Item), []byte(strings.Replace(string(data), "第2次", "第3次", 1)))
	if _, err := j.Load(t.Context(), items[0].Item); !errors.Is(err, events.ErrHash) {
		t.Errorf("a changed commit: %v", err)
	}
	after := journaltest.Fill(t, j, 1)[0]
	enough := errors.New("enough")
	var seen []events.Recorded
	err := j.Follow(t.Context(), items[0].Sequence, func(batch []events.Recorded, _ uint64) error {
		if seen = append(seen, batch...); seen[len(seen)-1].Sequence == after.Sequence {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || len(seen) != 2 {
		t.Fatalf("follow over a changed commit: %d commits, %v", len(seen), err)
	}
	r := seen[0]
	if r.Fault == nil || !errors.Is(r.Fault.Err, events.ErrHash) || r.Item != items[0].Item || r.Aggregate() != events.ItemAggregate ||
		!strings.Contains(r.Fault.Err.Error(), "sequence 11") || len(r.Fault.Raw) == 0 || len(r.Events) > 0 {
		t.Errorf("the changed commit came as %+v", r)
	}
	if seen[1].Fault != nil || seen[1].Hash != after.Hash {
		t.Errorf("the commit after it came as %+v", seen[1])
	}
	if at, err := j.At(t.Context(), r.Sequence); !errors.Is(err, events.ErrHash) || at.Hash != r.Hash {
		t.Errorf("read at its sequence: %+v, %v", at, err)
	}
}

// TestChainIsCheckedWithoutCache has another process' item continued wrongly.
func TestChainIsCheckedWithoutCache(t *testing.T) {
	_, nc := start(t, t.TempDir())
	items := journaltest.Fill(t, open(t, nc, journal.Config{}), 2)
	j := open(t, nc, journal.Config{})
	w := journaltest.Next(items[1])
	w.Commit.Prev = items[0].Hash
	if _, err := j.Append(t.Context(), w); !errors.Is(err, journal.ErrChain) {
		t.Errorf("append: %v", err)
	}
	if _, err := j.Append(t.Context(), journaltest.Next(items[1])); err != nil {
		t.Errorf("append: %v", err)
	}
}

func TestStatus(t *testing.T) {
	_, nc := start(t, t.TempDir())
	j := open(t, nc, journal.Config{})
	journaltest.Fill(t, j, 3)
	s, err := j.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s.Messages != 3 || s.FirstSeq != 1 || s.LastSeq != 3 || s.Replicas != 1 || s.Identity != j.Identity() ||
		s.Durability != "每次写入都落盘" || s.ServerVersion == "" || s.Bytes == 0 || s.MaxBytes != -1 {
		t.Errorf("%+v", s)
	}
}

func TestFollowEndsWithItsContext(t *testing.T) {
	_, nc := start(t, t.TempDir())
	j := open(t, nc, journal.Config{})
	journaltest.Fill(t, j, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := j.Follow(ctx, 0, func([]events.Recorded, uint64) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestConnectionClosed(t *testing.T) {
	_, nc := start(t, t.TempDir())
	j := open(t, nc, journal.Config{})
	items := journaltest.Fill(t, j, 1)
	err := j.Follow(t.Context(), 0, func([]events.Recorded, uint64) error { nc.Close(); return nil })
	if !errors.Is(err, journal.ErrUnreachable) {
		t.Errorf("follow: %v", err)
	}
	if _, err := j.Append(t.Context(), journaltest.Next(items[0])); !errors.Is(err, events.ErrOutcomeUnknown) {
		t.Errorf("append: %v", err)
	}
	if _, err := j.Load(t.Context(), items[0].Item); !errors.Is(err, journal.ErrUnreachable) {
		t.Errorf("load: %v", err)
	}
}

// follows reads the log up to a sequence.
func follows(t testing.TB, j *journal.Journal, until uint64) {
	t.Helper()
	enough := errors.New("enough")
	err := j.Follow(t.Context(), 0, func(batch []events.Recorded, _ uint64) error {
		if batch[len(batch)-1].Sequence >= until {
			return enough
		}
		return nil
	})
	if err != enough {
		t.Fatal(err)
	}
}
