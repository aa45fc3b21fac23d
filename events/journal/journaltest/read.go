package journaltest

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"xiaohao/events"

	"github.com/google/uuid"
)

func longHistory(t *testing.T, log Log) {
	const n = 2100
	want := Fill(t, log, n)
	got, err := log.Load(t.Context(), want[0].Item)
	if err != nil || len(got) != n {
		t.Fatalf("%d commits, %v", len(got), err)
	}
	if d := diff(want, timeless(got)); d != "" {
		t.Error(d)
	}
}

var errEnough = errors.New("enough")

// collect follows from a position until n commits have come.
func collect(t *testing.T, log Log, after uint64, n int, each func(batch []events.Recorded, behind uint64)) []events.Recorded {
	t.Helper()
	var out []events.Recorded
	err := log.Follow(t.Context(), after, func(batch []events.Recorded, behind uint64) error {
		if len(batch) == 0 {
			t.Error("an empty batch was handed over")
		}
		if each != nil {
			each(batch, behind)
		}
		if out = append(out, batch...); len(out) >= n {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatalf("follow from %d ended after %d commits: %v", after, len(out), err)
	}
	return out
}

func followMiddle(t *testing.T, log Log) {
	want := slices.Concat(Fill(t, log, 700), Fill(t, log, 700), Fill(t, log, 100))
	for _, after := range []int{0, 1, 777, 1499} {
		left := len(want) - after
		got := collect(t, log, uint64(after), left, func(batch []events.Recorded, behind uint64) {
			if left -= len(batch); behind != uint64(left) {
				t.Errorf("from %d: %d behind where %d are left", after, behind, left)
			}
		})
		if d := diff(want[after:], timeless(got)); d != "" {
			t.Errorf("from %d: %s", after, d)
		}
		for _, r := range got {
			if r.Time.IsZero() {
				t.Fatalf("sequence %d has no recorded time", r.Sequence)
			}
		}
	}
}

// followLive appends only after the one before was seen: each must come at once and alone.
func followLive(t *testing.T, log Log) {
	w := Start(uuid.New())
	write := func() {
		got, err := log.Append(t.Context(), w)
		if err != nil {
			t.Error(err)
			return
		}
		w = Next(got[0])
	}
	write()
	got := collect(t, log, 0, 20, func(batch []events.Recorded, behind uint64) {
		if len(batch) != 1 || behind != 0 {
			t.Errorf("live batch of %d, %d behind", len(batch), behind)
		}
		write()
	})
	for i, r := range got {
		if r.Rev != i+1 {
			t.Errorf("commit %d has revision %d", i, r.Rev)
		}
	}
}

// followBatches writes atomic batches of three beside single commits while they are read.
func followBatches(t *testing.T, log Log) {
	const rounds = 60
	var wg sync.WaitGroup
	wg.Go(func() {
		for range rounds {
			a, b, c := Start(uuid.New()), Start(uuid.New()), Start(uuid.New())
			for _, w := range []*events.Write{&a, &b, &c} {
				w.Commit.Correlation = a.Commit.CommandID
			}
			if _, err := log.Append(t.Context(), a, b, c); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Go(func() {
		for range rounds {
			if _, err := log.Append(t.Context(), Start(uuid.New())); err != nil {
				t.Error(err)
			}
		}
	})
	whole := func(batch []events.Recorded, _ uint64) {
		parts := map[uuid.UUID]int{}
		for _, r := range batch {
			if r.Correlation != uuid.Nil {
				parts[r.Correlation]++
			}
		}
		for _, n := range parts {
			if n != 3 {
				t.Errorf("a batch was split: %d of 3 in one hand-over", n)
			}
		}
	}
	collect(t, log, 0, 4*rounds, whole)
	wg.Wait()
	collect(t, log, 0, 4*rounds, whole) // and again, in catch-up
}

func followError(t *testing.T, log Log) {
	Fill(t, log, 3)
	boom := errors.New("boom")
	if err := log.Follow(t.Context(), 1, func([]events.Recorded, uint64) error { return boom }); err != boom {
		t.Errorf("follow returned %v", err)
	}
}

func followBeyond(t *testing.T, log Log) {
	Fill(t, log, 3)
	err := log.Follow(t.Context(), 4, func([]events.Recorded, uint64) error { return errEnough })
	if err == nil || errors.Is(err, errEnough) {
		t.Errorf("a position beyond the end of the log: %v", err)
	}
}

func position(t *testing.T, log Log) {
	ctx := t.Context()
	if id := log.Identity(); uuid.Validate(id) != nil {
		t.Errorf("identity %q", id)
	}
	if n, err := log.Last(ctx); n != 0 || err != nil {
		t.Errorf("end of an empty log: %d, %v", n, err)
	}
	want := Fill(t, log, 4)
	if n, err := log.Last(ctx); n != want[3].Sequence || err != nil {
		t.Errorf("end of the log: %d, %v", n, err)
	}
	got, err := log.At(ctx, want[2].Sequence)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(want[2:3], timeless([]events.Recorded{got})); d != "" {
		t.Error(d)
	}
	for _, seq := range []uint64{0, want[3].Sequence + 1} {
		if _, err := log.At(ctx, seq); err == nil {
			t.Errorf("there is a commit at %d", seq)
		}
	}
}

// scan reads what is stored, byte by byte, and knows the end.
func scan(t *testing.T, log Log) {
	want := slices.Concat(Fill(t, log, 300), Fill(t, log, 300))
	for _, r := range [][2]uint64{{1, 600}, {1, 1}, {299, 301}, {600, 600}, {5, 4}} {
		seq := r[0]
		err := log.Scan(t.Context(), r[0], r[1], func(m events.Message) error {
			c, hash, err := events.Decode(m.Data)
			if err != nil || m.Sequence != seq || hash != want[seq-1].Hash || m.Time.IsZero() || m.Subject != events.Subject("main", c.Aggregate(), c.Item) {
				t.Errorf("sequence %d: %d, %s, %s, %v, %v", seq, m.Sequence, m.Subject, hash, m.Time, err)
			}
			seq++
			return nil
		})
		if err != nil || (r[1] >= r[0] && seq != r[1]+1) {
			t.Errorf("scan from %d to %d stopped at %d: %v", r[0], r[1], seq, err)
		}
	}
	own, err := log.MessagesOf(t.Context(), events.ItemAggregate, want[300].Item)
	if err != nil || len(own) != 300 || own[0].Sequence != 301 || own[299].Sequence != 600 {
		t.Errorf("messages of one item: %d, %v", len(own), err)
	}
	if own, err = log.MessagesOf(t.Context(), events.LogAggregate, want[300].Item); err != nil || len(own) != 0 {
		t.Errorf("messages of what does not exist: %d, %v", len(own), err)
	}
	if err := log.Scan(t.Context(), 1, 3, func(events.Message) error { return errEnough }); err != errEnough {
		t.Errorf("scan returned %v", err)
	}
	if err := log.Scan(t.Context(), 599, 601, func(events.Message) error { return nil }); err == nil {
		t.Error("a scan beyond the end of the log")
	}
}

func numbers(t *testing.T, log Log) {
	const takers, each = 8, 25
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		got []int
	)
	for range takers {
		wg.Go(func() {
			for range each {
				n, err := log.NextNumber(t.Context(), "QG-2026")
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				got = append(got, n)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(got)
	for i, n := range got {
		if n != i+1 {
			t.Fatalf("number %d is %d: %v", i+1, n, got)
		}
	}
	if n, err := log.NextNumber(t.Context(), "QG-2027"); n != 1 || err != nil {
		t.Errorf("first number of another prefix: %d, %v", n, err)
	}
	if _, err := log.NextNumber(t.Context(), ""); err == nil {
		t.Error("a number without a prefix")
	}
}
