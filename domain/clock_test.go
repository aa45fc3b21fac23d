package domain

import (
	"testing"

	"xiaohao/domain/calendar"
	"xiaohao/events"
)

// A deadline that runs into a year without a notice is provisional; when the notice comes it
// is recomputed by a fact, once, and what does not depend on it stays as it is.
func TestRecompute(t *testing.T) {
	s := accepted(t, mode(events.TimeLimited))
	due := s.it.Due
	if !s.it.Clock.Counted.Provisional {
		t.Fatal("a deadline of a year without a notice is not provisional")
	}
	decide := func(cal *calendar.Calendar) ([]events.Event, error) {
		return Decide(s.it, Recompute{}, Situation{Actor: system, Now: s.now, Calendar: cal})
	}
	if _, err := decide(&calendar.Calendar{}); RefusalsOf(err) == nil || RefusalsOf(err)[0].Rule != "recompute_deadline.same" {
		t.Errorf("nothing changed: %v", err)
	}
	notice := events.Notice{Year: due.Year(), Days: []events.NoticeDay{{Date: due, Name: "州庆", Off: true}}}
	cal := calendar.New("", 2, calendar.Hours{}, []events.Notice{notice}, nil)
	facts, err := decide(cal)
	if err != nil {
		t.Fatal(err)
	}
	e := facts[0].(events.DeadlineRecomputed)
	if e.Was != due || e.Due != cal.Add(due, 1) || e.Counted.Provisional || e.Counted.Calendar != 2 {
		t.Errorf("%+v", e)
	}
	if c := s.it.Clock.After(e, s.today()); c.First != due || c.Counted != e.Counted {
		t.Errorf("the clock is %+v", c)
	}
	// A day that a person set does not depend on any calendar.
	fixed := accepted(t, Accept{Title: "末班车太早", Category: "交通出行", Mode: events.TimeLimited, Due: s.today().AddDays(30)})
	if _, err := Decide(fixed.it, Recompute{}, Situation{Actor: system, Now: s.now, Calendar: cal}); RefusalsOf(err) == nil {
		t.Error("a day that was set is recomputed")
	}
}

// A unit that got the item later has its own clock, and a step its own: each is counted anew
// from its own beginning, whether or not it ran with the item's.
func TestRecomputeOwnClocks(t *testing.T) {
	s := accepted(t, mode(events.TimeLimited)).wait(4)
	s.do(office1, Assign{Units: []Assignee{{Unit: unitA, Part: events.Lead}, {Unit: unitB, Part: events.Co}}})
	lead := s.it.Assignments[0]
	if lead.Clock.IsZero() || lead.Due != lead.Clock.Due || lead.Due == s.it.Due {
		t.Fatalf("the unit has no clock of its own: %+v, item %s", lead, s.it.Due)
	}
	recount := func(days ...events.Date) (*calendar.Calendar, []events.Event, error) {
		notice := events.Notice{Year: s.it.Due.Year()}
		for _, d := range days {
			notice.Days = append(notice.Days, events.NoticeDay{Date: d, Name: "州庆", Off: true})
		}
		cal := calendar.New("", 2, calendar.Hours{}, []events.Notice{notice}, nil)
		facts, err := Decide(s.it, Recompute{}, Situation{Actor: system, Now: s.now, Calendar: cal})
		return cal, facts, err
	}
	sign := s.limit(events.StageSign)
	for name, off := range map[string]events.Date{"the unit's last day": lead.Due, "the item's last day": s.it.Due, "the day to sign": sign.Due} {
		cal, facts, err := recount(off)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		e := facts[0].(events.DeadlineRecomputed)
		for _, a := range events.MoveAssignments(s.it.Assignments, e) {
			r, err := calendar.ParseRule(a.Clock.Rule)
			if want := cal.DueOn(r, a.Clock.From); err != nil || a.Due != want || a.Clock.Due != want || a.Clock.Counted.Calendar != 2 {
				t.Errorf("%s: %s has %s by %+v, want %s", name, a.Unit.Name, a.Due, a.Clock, want)
			}
		}
		for _, l := range events.LimitsAfter(s.it.Limits, e, s.today()) {
			if r, err := calendar.ParseRule(l.Rule); err != nil || l.Open() && l.Due != cal.DueOn(r, l.From) {
				t.Errorf("%s: %s of %s is due %s, want %s", name, l.Stage(), l.Ref, l.Due, cal.DueOn(r, l.From))
			}
		}
		if cal.DueOn(calendar.Rule{Unit: calendar.WorkingDays, N: 15}, s.it.Clock.From) != e.Due {
			t.Errorf("%s: the item is due %s", name, e.Due)
		}
	}
	// What was granted later holds.
	_, facts, _ := recount()
	s.record(system, "recompute_deadline", facts...)
	s.do(head(unitA), RequestExtension{Due: s.it.Due.AddDays(9), Reason: "汛期"}).do(leader1, GrantExtension{Reason: "准"})
	held := s.it.Assignments[0].Due
	_, facts, _ = recount(lead.Due)
	for _, e := range facts {
		for _, p := range e.(events.DeadlineRecomputed).Parts {
			if p.Ref == lead.ID {
				t.Errorf("what was extended to %s is counted anew: %s", held, p.Due)
			}
		}
	}
}
