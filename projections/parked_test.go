package projections

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xiaohao/events"
)

// TestParking has one commit that cannot be applied, in each of the ways there are: its item
// stands still and is said so, all others go on, and when it is mended the rows are what
// they would have been.
func TestParking(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(60))
	for range 120 {
		st.advance()
	}
	bad := len(st.log) / 3
	item := st.log[bad].Item
	behind := 0
	for _, r := range st.log[bad+1:] {
		if r.Item == item {
			behind++
		}
	}
	if behind == 0 {
		t.Fatal("the story has nothing that would wait")
	}
	whole := openStore(t)
	whole.catchUp(t, st.log, nil)
	want := whole.dump(t)
	changed := func(f func(r *events.Recorded)) []events.Recorded {
		log := append([]events.Recorded(nil), st.log...)
		f(&log[bad])
		return log
	}
	for name, log := range map[string][]events.Recorded{
		"unreadable": changed(func(r *events.Recorded) {
			r.Commit = events.Commit{Item: r.Item}
			r.Fault = &events.Fault{Of: events.ItemAggregate, Err: &events.UnknownError{Name: "item.teleported", Version: 9}, Raw: []byte("{}")}
		}),
		"a read model fails": changed(func(r *events.Recorded) {
			r.Events = append(append([]events.Event(nil), r.Events...), struct{ events.Event }{}) // after the first was folded
		}),
		"not the next":           changed(func(r *events.Recorded) { r.Rev += 3 }),
		"Postgres does not take": changed(func(r *events.Recorded) { r.Command = "\xff" }),
	} {
		for how, size := range map[string]func() int{"loading": nil, "live": func() int { return 1 }, "in batches": func() int { return 50 }} {
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				s := openStore(t)
				if how != "loading" {
					s.catchUp(t, nil, nil)
				}
				s.catchUp(t, log, size)
				h := s.Health(t.Context())
				if h.Position.Sequence != uint64(len(log)) || h.Parked == 0 || !strings.Contains(h.Err, "parked") && !strings.Contains(h.Err, "nobody") {
					t.Errorf("health says %+v", h)
				}
				parked, err := s.Parked(t.Context())
				if err != nil || len(parked) == 0 || parked[0].Item != item.String() || parked[0].Sequence != uint64(bad+1) ||
					parked[0].Error == "" || parked[0].Waiting < behind {
					t.Fatalf("%+v, %v", parked, err)
				}
				set := map[string]bool{}
				for _, p := range parked {
					set[p.Item] = true
				}
				for _, it := range st.items {
					got, err := s.ItemByID(t.Context(), it.ID)
					if set[it.ID] {
						continue
					}
					if err != nil || got.Sequence != it.Sequence {
						t.Errorf("%s stands at %d, want %d: %v", it.Number, got.Sequence, it.Sequence, err)
					}
				}
				if n, still, err := s.RetryParked(t.Context(), &fakeLog{id: "S", commits: log}); err == nil && still == 0 {
					t.Errorf("retried without a mend: %d applied", n)
				}
				n, still, err := s.RetryParked(t.Context(), &fakeLog{id: "S", commits: st.log})
				if err != nil || still != 0 || n < behind+1 {
					t.Fatalf("mended: %d applied, %d still parked, %v", n, still, err)
				}
				if diff := cmp.Diff(want, s.dump(t)); diff != "" {
					t.Errorf("after it was mended (-want +):\n%s", diff)
				}
			})
		}
	}
}

// TestRetryBesideRunner holds that a runner at work does not undo a retry.
func TestRetryBesideRunner(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(61))
	for range 60 {
		st.advance()
	}
	log := append([]events.Recorded(nil), st.log...)
	n := len(log) / 2
	broken := log[n-1]
	log[n-1].Fault = &events.Fault{Of: events.ItemAggregate, Err: errors.New("broken"), Raw: []byte("x")}
	s := openStore(t)
	live := &fakeLog{id: "S", commits: log[:n], more: make(chan events.Recorded)}
	s.running(t, live)
	if err := s.WaitFor(t.Context(), uint64(n)); err != nil {
		t.Fatal(err)
	}
	live.mu.Lock()
	live.commits[n-1] = broken // mended
	live.mu.Unlock()
	if applied, still, err := s.RetryParked(t.Context(), live); err != nil || applied != 1 || still != 0 {
		t.Fatalf("%d applied, %d parked, %v", applied, still, err)
	}
	for i := n; i < len(log); i++ {
		select {
		case live.more <- log[i]:
		case <-t.Context().Done():
		}
	}
	if err := s.WaitFor(t.Context(), log[len(log)-1].Sequence); err != nil {
		t.Fatal(err)
	}
	whole := openStore(t)
	whole.catchUp(t, st.log, nil)
	if diff := cmp.Diff(whole.dump(t), s.dump(t)); diff != "" {
		t.Errorf("-want +:\n%s", diff)
	}
}
