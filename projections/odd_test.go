package projections

import (
	"testing"
	"time"

	"xiaohao/events"
)

// TestOdd gives three units' evaluations: many that are all satisfied, some that came within
// minutes, and ordinary ones. Only the first two are odd, and an evaluation that was exempted
// or is of a hidden item is not told in public.
func TestOdd(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	st := newStory(never{})
	st.step = time.Minute // from one commit to the next
	closed := func(unit events.Unit, public bool) *Item {
		it := st.raise()
		st.commit(it, events.ItemAccepted{Title: "标题", Category: "民生", Class: events.Ordinary})
		st.commit(it, events.ItemAssigned{Assignments: []events.Assigned{{ID: "a" + it.Number, Unit: unit, Part: events.Lead, Due: today}}})
		st.commit(it, events.ReplyIssued{Public: "改好了"})
		if public {
			st.commit(it, events.PublicTextDrafted{Summary: "改好的事"}, events.ItemReleased{Summary: "改好的事"})
		}
		st.commit(it, events.ItemClosed{Round: 1})
		return it
	}
	evaluate := func(it *Item, how events.Satisfaction) *Item {
		st.commit(it, events.Evaluated{Round: 1, Contacted: true, Solved: events.SolvedYes, Satisfied: how, By: "CODE"})
		return it
	}
	for range OddMany {
		evaluate(closed(units[0], false), events.Satisfied)
	}
	var quick []*Item
	for range OddBurst {
		quick = append(quick, closed(units[1], true))
	}
	for i, it := range quick {
		evaluate(it, []events.Satisfaction{events.Dissatisfied, events.Satisfied}[min(i, 1)])
	}
	last := evaluate(closed(units[2], true), events.Satisfied)
	evaluate(closed(units[2], true), events.SoSo)
	s.catchUp(t, st.log, nil)
	odd, err := s.Odd(t.Context(), time.Time{})
	if err != nil || len(odd) != 2 || odd[0].Unit != units[0].ID || !odd[0].All() || odd[0].Burst >= OddBurst || odd[1].Unit != units[1].ID || odd[1].All() || odd[1].Burst != OddBurst {
		t.Errorf("%+v, %v", odd, err)
	}
	said := func() Said {
		t.Helper()
		x, err := s.PublicSaid(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	if got := said(); got != (Said{Closed: 7, Evaluated: 7, Solved: 7, Satisfied: 6}) {
		t.Errorf("%+v", got)
	}
	st.commit(last, events.ExemptionRequested{}, events.ExemptionEndorsed{}, events.ExemptionDecided{Granted: true})
	s.catchUp(t, st.log, nil)
	if got := said(); got != (Said{Closed: 7, Evaluated: 6, Solved: 6, Satisfied: 5}) {
		t.Errorf("after an exemption: %+v", got)
	}
}
