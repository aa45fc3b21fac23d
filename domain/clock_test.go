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
