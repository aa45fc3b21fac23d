package rungs

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/ladder"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
)

// A ladder that was set holds on every node after it looked, and after a restart.
func TestKeeper(t *testing.T) {
	j := memory.New()
	open := func() *Keeper {
		t.Helper()
		k, err := Open(t.Context(), j, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	a, b := open(), open()
	set := events.LadderSet{Preset: events.CountyLedger, Watch: events.WatchDeadline, Rungs: []events.LadderRung{{Level: events.Urge, After: 2}, {Level: events.Red, After: 3}}}
	id, office := uuid.New(), events.Actor{ID: "d-1", Role: events.Dispatcher}
	for range 2 { // the same command twice is once
		if err := a.Set(t.Context(), id, office, set); err != nil {
			t.Fatal(err)
		}
	}
	says := func(k *Keeper) string { return ladder.Text(k.Of(events.CountyLedger).Rungs[events.WatchDeadline]) }
	if says(a) != "催办 2，红单 3" || says(b) == says(a) {
		t.Errorf("%q, another node %q", says(a), says(b))
	}
	if err := b.Set(t.Context(), uuid.New(), office, events.LadderSet{Preset: events.Inspection, Watch: events.WatchSigning, Rungs: set.Rungs}); err != nil {
		t.Fatal(err) // it learns of the first and goes on from there
	}
	if says(b) != says(a) || says(open()) != says(a) {
		t.Errorf("%q, %q, after a restart %q", says(a), says(b), says(open()))
	}
	for rule, err := range map[string]error{
		"set_ladder.role":  a.Set(t.Context(), uuid.New(), events.Actor{Role: events.UnitHead}, set),
		"set_ladder.place": a.Set(t.Context(), uuid.New(), office, events.LadderSet{Preset: "NO", Watch: events.WatchDeadline}),
		"set_ladder.rungs": a.Set(t.Context(), uuid.New(), office, events.LadderSet{Preset: events.CountyLedger, Watch: events.WatchReview, Rungs: set.Rungs}),
	} {
		if rs := domain.RefusalsOf(err); len(rs) != 1 || rs[0].Rule != rule {
			t.Errorf("%s: %v", rule, err)
		}
	}
}
