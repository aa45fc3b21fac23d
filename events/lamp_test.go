package events

import "testing"

// What of a plan is waited for: the plan itself, then its first node that is not done.
func TestNextNode(t *testing.T) {
	first, last, owed := NewDate(2026, 3, 20), NewDate(2026, 6, 30), NewDate(2026, 3, 9)
	plan := &PlanSubmitted{Milestones: []Milestone{{"下游先通", first}, {"全部完成", last}}}
	for _, c := range []struct {
		plan *PlanSubmitted
		done []string
		want Date
	}{
		{nil, nil, owed}, {plan, nil, first}, {plan, []string{"下游先通"}, last}, {plan, []string{"全部完成"}, first}, {plan, []string{"下游先通", "全部完成"}, Date{}},
	} {
		if got := NextNode(c.plan, c.done, owed); got != c.want {
			t.Errorf("done %v: %s, want %s", c.done, got, c.want)
		}
	}
	for day, want := range map[Date]Lamp{first.AddDays(-1): OnPace, first: OnPace, first.AddDays(1): Behind} {
		if got := Judge(PlanLamps, Moment{first, DayEnd}, Bounds{Now: {day, 9 * 60}}); got != want {
			t.Errorf("on %s: %s, want %s", day, got, want)
		}
	}
}

// Limits go by the step and the part: a new one replaces the old, and what it asks for meets
// it.
func TestLimitsAfter(t *testing.T) {
	limit := func(st Stage, due Date) Limit {
		return Limit{Due: due, Rule: "1wd", By: Basis{Row: LimitKey{Stage: st}}}
	}
	d1, d2 := NewDate(2026, 3, 3), NewDate(2026, 3, 4)
	ls := LimitsAfter(nil, ItemAssigned{Assignments: []Assigned{{ID: "a", Limits: []Limit{limit(StageSign, d1), limit(StageReturn, d1)}}, {ID: "b", Limits: []Limit{limit(StageSign, d1)}}}}, d1)
	after := LimitsAfter(ls, AssignmentSigned{Assignment: "b"}, d2)
	if len(after) != 3 || !after[0].Open() || !after[1].Open() || after[2].Met != d2 || !ls[2].Open() {
		t.Errorf("%+v, and before %+v", after, ls)
	}
	again := LimitsAfter(after, ClosureApplied{Verify: limit(StageVerify, d1)}, d1)
	again = LimitsAfter(again, SignOffRefused{}, d1)
	again = LimitsAfter(again, ClosureApplied{Verify: limit(StageVerify, d2)}, d2)
	if len(again) != 4 || again[3].Due != d2 || !again[3].Open() {
		t.Errorf("%+v", again)
	}
}
