package domain

import (
	"testing"

	"xiaohao/events"
)

// TestDispatch: triage, leader and units in one commit give what the three commands give one
// after the other, and nothing when one of them is refused.
func TestDispatch(t *testing.T) {
	triage := Accept{Title: "夜间公交", Category: "民生", Mode: events.TimeLimited}
	units := []Assignee{{Unit: unitA, Part: events.Lead, Task: "协调夜班车"}, {Unit: unitB, Part: events.Co}}
	leader := events.Leader{ID: leader1.ID, Post: "副区长", Rank: "副处"}

	one := raised(t, opinion).do(office1, Dispatch{triage, Assign{Units: units, Leader: leader}})
	three := raised(t, opinion).do(office1, triage).do(office1, LinkLeader{leader}).do(office1, Assign{Units: units})
	a, b := one.it, three.it
	if a.State != events.InProgress || a.State != b.State || a.Due != b.Due || a.Leader != b.Leader || a.Leader.Rank != "副处" || len(a.Assignments) != 2 || a.AssignedBy != office1.ID {
		t.Errorf("in one: %+v\nin three: %+v", a, b)
	}
	for i := range a.Assignments {
		if x, y := a.Assignments[i], b.Assignments[i]; x.Unit != y.Unit || x.Due != y.Due || x.State != y.State {
			t.Errorf("%+v, want %+v", x, y)
		}
	}
	if len(one.history) != 2 {
		t.Errorf("%d commits, want 2", len(one.history))
	}

	s := raised(t, opinion)
	conduct := triage
	conduct.Class, conduct.ComplainedOf, conduct.Complained = events.Conduct, []events.Unit{unitA}, []string{leader1.ID}
	s.refused("dispatch.missing@title", office1, Dispatch{Accept{Category: "民生", Mode: events.Immediate}, Assign{Units: units}})
	s.refused("dispatch.missing@units", office1, Dispatch{triage, Assign{}})
	s.refused("assign.no_lead@units.0.part", office1, Dispatch{triage, Assign{Units: units[1:]}})
	s.refused("assign.complained_of@units.0.unit", office1, Dispatch{conduct, Assign{Units: units}})
	s.refused("link_leader.complained@leader", office1, Dispatch{conduct, Assign{Units: units[1:], Leader: leader}})
	if s.it.State != events.Registered {
		t.Errorf("refused, and the item is %s", s.it.State)
	}
}
