package projections

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xiaohao/events"
)

type drawn struct{ t *rapid.T }

func (d drawn) n(n int) int { return rapid.IntRange(0, n-1).Draw(d.t, "n") }

// TestBatchesDoNotMatter holds that rows depend on the log alone: one commit at a time, all
// in one batch, in batches of any size, twice, and resumed after every commit.
func TestBatchesDoNotMatter(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	rapid.Check(t, func(t *rapid.T) {
		st := newStory(drawn{t})
		for range rapid.IntRange(1, 60).Draw(t, "facts") {
			st.advance()
		}
		s.empty(t)
		s.catchUp(t, st.log, func() int { return 1 })
		want := s.dump(t)
		same := func(how string) {
			if diff := cmp.Diff(want, s.dump(t)); diff != "" {
				t.Fatalf("%s (-one by one +):\n%s", how, diff)
			}
		}
		s.catchUp(t, st.log, nil)
		same("run again")
		s.empty(t)
		s.catchUp(t, st.log, nil)
		same("one batch")
		s.empty(t)
		s.catchUp(t, st.log, func() int { return 1 + drawn{t}.n(9) })
		same("any batches")
		s.empty(t)
		for n := range st.log {
			s.catchUp(t, st.log[:n+1], nil)
			if n%7 == 3 {
				s.addUp(t)
			}
		}
		same("resumed after every commit")
		s.addUp(t)
		same("added up")
		for _, a := range adding() {
			if n := s.query(t, `select count(*)::text from `+a.table+`_added`)[0]; n != "0" {
				t.Fatalf("%s: %s notes are not added up", a.table, n)
			}
			if n := s.query(t, `select count(*)::text from (select * from `+a.table+` except select * from `+a.table+`_all) x`)[0]; n != "0" {
				t.Fatalf("%s: %s sums are not the total", a.table, n)
			}
		}
	})
}

// addUp does what runs beside the keeper.
func (s *Store) addUp(t fataler) {
	t.Helper()
	c, err := s.connect(context.Background(), *s.serving.Load())
	if err == nil {
		defer closeConn(c)
		err = newAdder(c, *s.serving.Load()).add(context.Background())
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// TestEveryFact holds that every fact can be applied, to an item in any state, even with no
// field set, and is told in the timeline.
func TestEveryFact(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	st := newStory(newSeeded(1))
	for range 40 {
		st.advance()
	}
	others := 0
	for _, name := range events.Names() {
		e := zero(t, name)
		if events.AggregateOf(e) != events.ItemAggregate {
			others++
			it := *st.raise()
			st.commit(&it, e) // under the id of an item: still none of its business, and no revision of it
			continue
		}
		if !told(e) {
			t.Errorf("%s is not told", name)
		}
		st.commit(st.raise(), e)
		st.commit(one(st, st.items), e)
		st.commit(&Item{ID: id('z', len(st.log)).String()}, e)
	}
	s.catchUp(t, st.log, func() int { return 1 + st.c.n(30) })
	rows := s.query(t, `select count(*)::text from timeline where sequence > 0`)
	facts := 0
	for _, r := range st.log {
		facts += len(r.Events)
	}
	if facts -= others; others == 0 || rows[0] != fmt.Sprint(facts) {
		t.Errorf("timeline has %s lines for %d facts; parked: %s", rows[0], facts, s.query(t, `select error from parked`))
	}
}

// told reports whether one of the tellers knows the fact.
func told(e events.Event) bool {
	for _, f := range []func(*Item, events.Event) (telling, bool){tellIntake, tellWork, tellClosure, tellAfter} {
		if _, ok := f(&Item{}, e); ok {
			return true
		}
	}
	return false
}

// zero is a fact without any field.
func zero(t *testing.T, name string) events.Event {
	t.Helper()
	raw := fmt.Sprintf(`{"item":%q,"rev":1,"prev":"","command_id":%q,"command":"x","actor":{"id":"","role":"","post":""},`+
		`"at":"2026-10-23T00:00:00Z","events":[{"type":%q,"v":1,"data":{}}]}`, id('i', 1), id('c', 1), name)
	data, err := json.Marshal(map[string]any{"hash": events.HashOf([]byte(raw)), "commit": json.RawMessage(raw)})
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := events.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	return c.Events[0]
}

func TestDiverged(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(2))
	for range 20 {
		st.advance()
	}
	s := openStore(t)
	s.catchUp(t, st.log, nil)
	before := s.dump(t)
	other := append([]events.Recorded(nil), st.log...)
	other[len(other)-1].Hash = strings.Repeat("f", 64)
	for name, log := range map[string]*fakeLog{
		"another stream": {id: "T", commits: st.log, once: true},
		"cut off":        {id: "S", commits: st.log[:len(st.log)-1], once: true},
		"another commit": {id: "S", commits: other, once: true},
	} {
		if err := s.Run(t.Context(), log); !errors.Is(err, ErrDiverged) {
			t.Errorf("%s: %v", name, err)
		} else if h := s.Health(t.Context()); h.Err != err.Error() && err != nil {
			t.Errorf("%s: health says %q", name, h.Err)
		}
	}
	if diff := cmp.Diff(before, s.dump(t)); diff != "" {
		t.Error(diff)
	}
}

// TestStale holds that a runner that did not notice that another one took over changes
// nothing: the position does not match any more.
func TestStale(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(3))
	for range 30 {
		st.advance()
	}
	s := openStore(t)
	n := len(st.log) / 2
	s.catchUp(t, st.log[:n], nil)
	conn, err := s.connect(t.Context(), *s.serving.Load())
	if err != nil {
		t.Fatal(err)
	}
	defer closeConn(conn)
	slow := newKeeper(s, *s.serving.Load(), conn) // without the lock
	slow.gen.State = ready
	if err := slow.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.catchUp(t, st.log, nil) // the other one
	want := s.dump(t)
	if err := slow.take(t.Context(), st.log[n:n+1], 0); !errors.Is(err, ErrStale) {
		t.Errorf("the slow runner ended with %v", err)
	}
	slow.abandon()
	if diff := cmp.Diff(want, s.dump(t)); diff != "" {
		t.Error(diff)
	}
}

// TestStandBy holds that of two runners one is at work, and that the other takes over
// within five seconds when it ends, when its connection breaks and when it hangs.
func TestStandBy(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(31))
	for range 60 {
		st.advance()
	}
	s := openStore(t)
	log := &fakeLog{id: "S", commits: st.log}
	run := func() (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); _ = s.Run(ctx, log) }()
		return func() { cancel(); <-done }
	}
	stopFirst := run()
	if err := s.WaitFor(t.Context(), log.end()); err != nil {
		t.Fatal(err)
	}
	holder := func() string {
		pids := s.query(t, `select pid::text from pg_locks where locktype = 'advisory' and granted and classid = `+fmt.Sprint(runnerLock)+
			` and database = (select oid from pg_database where datname = current_database())`)
		return strings.Join(pids, " ")
	}
	first := holder()
	if first == "" || strings.Contains(first, " ") {
		t.Fatalf("runners at work: %q", first)
	}
	stopSecond := run()
	takesOver := func(how string, was string) string {
		begun := time.Now()
		for {
			if now := holder(); now != "" && now != was {
				t.Logf("%s: another runner was at work after %s", how, time.Since(begun).Round(time.Millisecond))
				return now
			}
			if time.Since(begun) > 5*time.Second {
				t.Fatalf("%s: nobody took over", how)
			}
			<-time.After(10 * time.Millisecond)
		}
	}
	stopFirst()
	second := takesOver("the first ended", first)
	stopThird := run()
	s.query(t, `select pg_terminate_backend($1::text::int)::text`, second)
	takesOver("its connection broke", second)
	stopSecond()
	stopThird()

	// One that holds the lock and says nothing: a frozen process.
	g := *s.serving.Load()
	frozen, err := s.connect(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	defer closeConn(frozen)
	if err := s.standBy(t.Context(), frozen, g); err != nil {
		t.Fatal(err)
	}
	third := holder()
	stop := run()
	takesOver("it hung", third)
	if _, err := frozen.Exec(t.Context(), `select 1`); err == nil {
		t.Error("the runner that hung can still write")
	}
	stop()
	if diff := cmp.Diff(fmt.Sprint(log.end()), s.query(t, `select sequence::text from position`)[0]); diff != "" {
		t.Error(diff)
	}
}

func TestWaitForAndWatch(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(4))
	for range 100 {
		st.advance()
	}
	s := openStore(t)
	log := &fakeLog{id: "S", commits: st.log[:1], more: make(chan events.Recorded)}
	changes, cancel := s.Watch()
	_, cancel2 := s.Watch() // never reads
	first := st.log[1].Item.String()
	ofFirst, cancel3 := s.WatchItem(first)
	defer cancel3()
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- s.Run(ctx, log) }()
	for _, r := range st.log[1:] {
		log.more <- r
		if err := s.WaitFor(t.Context(), r.Sequence); err != nil {
			t.Fatal(err)
		}
		if it, err := s.ItemByID(t.Context(), r.Item.String()); err != nil || it.Sequence != r.Sequence {
			t.Fatalf("commit %d: %v, item stands at %d", r.Sequence, err, it.Sequence)
		}
		item, seq, found, err := s.CommandResult(t.Context(), r.CommandID.String())
		if err != nil || !found || seq != r.Sequence || item != r.Item.String() {
			t.Fatalf("command of %d: %s %d %v %v", r.Sequence, item, seq, found, err)
		}
	}
	last, heard := uint64(len(st.log)), 0
	for c := range changes {
		if len(c.Items) != 1 {
			t.Fatalf("%+v", c)
		}
		if c.Sequence == last {
			break
		}
	}
	cancel()
	cancel()
	cancel2()
	for len(ofFirst) > 0 {
		if c := <-ofFirst; len(c.Items) != 1 || c.Items[0] != first {
			t.Errorf("who watches %s hears %+v", first, c)
		}
		heard++
	}
	if heard == 0 {
		t.Errorf("who watches %s hears nothing", first)
	}
	if err := s.WaitFor(t.Context(), last+1); !errors.Is(err, ErrBehind) {
		t.Errorf("waiting for what never comes: %v", err)
	}
	stop()
	if err := <-stopped; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if h := s.Health(t.Context()); h.Position.Sequence != last || h.Progress.IsZero() || h.Behind != 0 || h.Loading {
		t.Errorf("%+v", h)
	}
}
