package journaltest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"xiaohao/events"

	"github.com/google/uuid"
)

// Run tests a log. open returns a new, empty one and cleans up by t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) Log) {
	for name, test := range map[string]func(*testing.T, Log){
		"append":          appendAndLoad,
		"guard":           guard,
		"race":            race,
		"duplicate":       duplicate,
		"chain":           chain,
		"batch":           batch,
		"batch refused":   batchRefused,
		"batch duplicate": batchDuplicate,
		"same item twice": sameItemTwice,
		"not sealed":      notSealed,
		"aggregates":      aggregates,
		"cancelled":       cancelled,
		"long history":    longHistory,
		"follow middle":   followMiddle,
		"follow live":     followLive,
		"follow batches":  followBatches,
		"follow error":    followError,
		"follow beyond":   followBeyond,
		"position":        position,
		"scan":            scan,
		"numbers":         numbers,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func appendAndLoad(t *testing.T, log Log) {
	ctx, item := t.Context(), uuid.New()
	if got, err := log.Load(ctx, item); got != nil || err != nil {
		t.Fatalf("load of an item that does not exist: %v, %v", got, err)
	}
	if got, err := log.Append(ctx); got != nil || err != nil {
		t.Fatalf("append of nothing: %v, %v", got, err)
	}
	before := time.Now().Add(-time.Second)
	other := Fill(t, log, 3)
	want := Fill(t, log, 5)
	if want[0].Time != (time.Time{}) {
		t.Errorf("append made up a time: %v", want[0].Time)
	}
	got, err := log.Load(ctx, want[0].Item)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range got {
		if r.Time.Before(before) || r.Time.After(time.Now().Add(time.Second)) {
			t.Errorf("revision %d recorded at %v", r.Rev, r.Time)
		}
	}
	if d := diff(want, timeless(got)); d != "" {
		t.Errorf("load (-appended +loaded):\n%s", d)
	}
	if want[0].Sequence != other[2].Sequence+1 {
		t.Errorf("sequence %d after %d", want[0].Sequence, other[2].Sequence)
	}
}

func guard(t *testing.T, log Log) {
	items := Fill(t, log, 2)
	for name, w := range map[string]events.Write{
		"exists already": Start(items[0].Item),
		"moved on":       Next(items[0]),
		"not there yet": func() events.Write {
			w := Next(items[1])
			w.Expected += 100
			return w
		}(),
	} {
		if _, err := log.Append(t.Context(), w); !errors.Is(err, events.ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := log.Append(t.Context(), Next(items[1])); err != nil {
		t.Errorf("the right guard: %v", err)
	}
}

// race has several writers go for every revision: each is won exactly once.
func race(t *testing.T, log Log) {
	const writers, rounds = 8, 20
	item := uuid.New()
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		wins int
	)
	for range writers {
		wg.Go(func() {
			for range rounds {
				history, err := log.Load(t.Context(), item)
				if err != nil {
					t.Error(err)
					return
				}
				w := Start(item)
				if len(history) > 0 {
					w = Next(history[len(history)-1])
				}
				_, err = log.Append(t.Context(), w)
				switch {
				case err == nil:
					mu.Lock()
					wins++
					mu.Unlock()
				case !errors.Is(err, events.ErrConflict):
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	history, err := log.Load(t.Context(), item) // which also checks the chain
	if err != nil || len(history) != wins {
		t.Errorf("%d commits stored, %d acknowledged: %v", len(history), wins, err)
	}
}

func duplicate(t *testing.T, log Log) {
	w := Start(uuid.New())
	first, err := log.Append(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := log.Append(t.Context(), w); !errors.Is(err, events.ErrConflict) {
		t.Errorf("the same write again: %v", err)
	}
	again := Next(first[0])
	again.Commit.CommandID = w.Commit.CommandID
	if _, err := log.Append(t.Context(), again); !errors.Is(err, events.ErrConflict) {
		t.Errorf("the same command id with the right guard: %v", err)
	}
	if got, err := log.Load(t.Context(), w.Commit.Item); len(got) != 1 || err != nil {
		t.Errorf("load: %d commits, %v", len(got), err)
	}
}

func chain(t *testing.T, log Log) {
	items := Fill(t, log, 2)
	for name, change := range map[string]func(*events.Commit){
		"revision left out":  func(c *events.Commit) { c.Rev++ },
		"revision repeated":  func(c *events.Commit) { c.Rev-- },
		"no hash":            func(c *events.Commit) { c.Prev = "" },
		"hash of another":    func(c *events.Commit) { c.Prev = items[0].Hash },
		"hash and rev of v1": func(c *events.Commit) { c.Prev, c.Rev = items[0].Hash, 2 },
	} {
		w := Next(items[1])
		change(&w.Commit)
		if _, err := log.Append(t.Context(), w); err == nil || errors.Is(err, events.ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w := Start(uuid.New())
	w.Commit.Prev = items[0].Hash
	if _, err := log.Append(t.Context(), w); err == nil || errors.Is(err, events.ErrConflict) {
		t.Errorf("first commit with a hash before it: %v", err)
	}
}

func batch(t *testing.T, log Log) {
	a, b := Fill(t, log, 2), Fill(t, log, 1)
	wa, wb, wc := Next(a[1]), Next(b[0]), Start(uuid.New())
	wb.Commit.CommandID, wc.Commit.CommandID = wa.Commit.CommandID, wa.Commit.CommandID
	got, err := log.Append(t.Context(), wa, wb, wc)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range []events.Write{wa, wb, wc} {
		if want := b[0].Sequence + uint64(i) + 1; got[i].Sequence != want {
			t.Errorf("write %d has sequence %d, want %d", i, got[i].Sequence, want)
		}
		history, err := log.Load(t.Context(), w.Commit.Item)
		if err != nil || len(history) != w.Commit.Rev {
			t.Fatalf("write %d: %d commits, %v", i, len(history), err)
		}
		if d := diff(got[i:i+1], timeless(history[w.Commit.Rev-1:])); d != "" {
			t.Errorf("write %d (-appended +loaded):\n%s", i, d)
		}
	}
	if _, err := log.Append(t.Context(), Next(got[0])); err != nil {
		t.Errorf("append after a batch: %v", err)
	}
}

func batchRefused(t *testing.T, log Log) {
	a, b := Fill(t, log, 2), Fill(t, log, 1)
	for name, writes := range map[string][]events.Write{
		"first": {Next(a[0]), Next(b[0])},
		"last":  {Next(b[0]), Next(a[0])},
		"new":   {Start(uuid.New()), Next(b[0]), Next(a[0])},
	} {
		if _, err := log.Append(t.Context(), writes...); !errors.Is(err, events.ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
		for _, w := range writes {
			if got, err := log.Load(t.Context(), w.Commit.Item); err != nil || (len(got) > 0 && got[len(got)-1].CommandID == w.Commit.CommandID) {
				t.Errorf("%s: part of it was stored (%v)", name, err)
			}
		}
	}
	if last, err := log.Last(t.Context()); last != b[0].Sequence || err != nil {
		t.Errorf("log ends at %d, want %d (%v)", last, b[0].Sequence, err)
	}
}

func batchDuplicate(t *testing.T, log Log) {
	wa, wb := Start(uuid.New()), Start(uuid.New())
	wb.Commit.CommandID = wa.Commit.CommandID
	first, err := log.Append(t.Context(), wa, wb)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := log.Append(t.Context(), wa, wb); !errors.Is(err, events.ErrConflict) {
		t.Errorf("the same batch again: %v", err)
	}
	na, nb := Next(first[0]), Next(first[1])
	na.Commit.CommandID, nb.Commit.CommandID = wa.Commit.CommandID, wa.Commit.CommandID
	if _, err := log.Append(t.Context(), na, nb); !errors.Is(err, events.ErrConflict) {
		t.Errorf("the same command id with the right guards: %v", err)
	}
}

func sameItemTwice(t *testing.T, log Log) {
	w := Start(uuid.New())
	second := Next(events.Recorded{Commit: w.Commit})
	if _, err := log.Append(t.Context(), w, second); err == nil || errors.Is(err, events.ErrConflict) {
		t.Errorf("two writes for one item: %v", err)
	}
	if last, err := log.Last(t.Context()); last != 0 || err != nil {
		t.Errorf("log ends at %d, %v", last, err)
	}
}

// aggregates gives the log a fact about itself under the id of an item: two chains, each
// with its own guard, that never see each other.
func aggregates(t *testing.T, log Log) {
	ctx, items := t.Context(), Fill(t, log, 2)
	id := items[0].Item
	root := func(last events.Recorded) events.Write {
		w := Next(last)
		w.Commit.Item, w.Commit.Events = id, []events.Event{events.RootSigned{Sequence: last.Sequence}}
		return w
	}
	first, err := log.Append(ctx, root(events.Recorded{}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := log.Append(ctx, root(events.Recorded{})); !errors.Is(err, events.ErrConflict) {
		t.Errorf("a second first commit: %v", err)
	}
	if _, err := log.Append(ctx, root(items[1])); !errors.Is(err, events.ErrConflict) {
		t.Errorf("guarded by the item of the same id: %v", err)
	}
	got, err := log.Append(ctx, root(first[0]), Next(items[1]))
	if err != nil {
		t.Fatal(err)
	}
	for a, want := range map[events.Aggregate][]events.Recorded{
		events.LogAggregate: {first[0], got[0]}, events.ItemAggregate: {items[0], items[1], got[1]},
	} {
		history, err := log.LoadOf(ctx, a, id)
		if err != nil {
			t.Fatal(err)
		}
		if d := diff(want, timeless(history)); d != "" {
			t.Errorf("%s: %s", a, d)
		}
	}
	all := collect(t, log, 0, 5, nil)
	if all[2].Aggregate() != events.LogAggregate || all[4].Aggregate() != events.ItemAggregate {
		t.Errorf("aggregates %s and %s", all[2].Aggregate(), all[4].Aggregate())
	}
}

func notSealed(t *testing.T, log Log) {
	w := Start(uuid.New())
	w.Commit.Events = []events.Event{events.InfoSupplied{Text: events.Secret("张三，住在…")}}
	if _, err := log.Append(t.Context(), w); !errors.Is(err, events.ErrNotSealed) {
		t.Errorf("plain personal text: %v", err)
	}
}

func cancelled(t *testing.T, log Log) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := Start(uuid.New())
	if _, err := log.Append(ctx, w); !errors.Is(err, context.Canceled) || errors.Is(err, events.ErrOutcomeUnknown) {
		t.Errorf("append: %v", err)
	}
	if _, err := log.Load(ctx, w.Commit.Item); !errors.Is(err, context.Canceled) {
		t.Errorf("load: %v", err)
	}
	if err := log.Follow(ctx, 0, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("follow: %v", err)
	}
}
