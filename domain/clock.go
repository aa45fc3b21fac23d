package domain

import (
	"xiaohao/domain/calendar"
	"xiaohao/events"
)

// dueAfter is the deadline that the item's clock gives after a fact that is decided now and
// makes it stand still, since a day, for some days more (or fewer, when they are negative). A
// clock that does not lead to the deadline as it stands (one counted before calendars were
// kept) moves it by these natural days, rolled.
func (it *Item) dueAfter(e events.Event, since events.Date, days int, s Situation) (events.Date, events.Counting) {
	before, _ := calendar.LimitOf(it.Clock, since)
	after, ok := calendar.LimitOf(it.Clock.After(e, s.Today()), s.Today())
	c := it.Clock.Counted
	c.Area, c.Calendar = s.Calendar.Area, s.Calendar.Version
	if !ok || s.Calendar.Due(before).Due != it.Due {
		due := s.Calendar.Roll(it.Due.AddDays(days))
		c.Provisional = s.Calendar.Open(due.Year())
		return due, c
	}
	d := s.Calendar.Due(after)
	c.Provisional = d.Provisional()
	return d.Due, c
}

// Recompute counts deadlines anew after a calendar was published (期限重算): the item's, each
// unit's own, and those of steps that are waited for. They move, or what was provisional is
// confirmed, or it is refused because nothing changes.
type Recompute struct{}

func (c Recompute) name() string { return "recompute_deadline" }

func (c Recompute) decide(it *Item, s Situation) ([]events.Event, error) {
	e := events.DeadlineRecomputed{Due: it.Due, Was: it.Due, Counted: it.Clock.Counted}
	l, ok := calendar.LimitOf(it.Clock, s.Today())
	set := !ok || l.Rule.Unit == calendar.Fixed && len(l.Pauses) == 0
	moved := false
	if !set && !it.Due.IsZero() {
		if d := s.Calendar.Due(l); d.Due != it.Due || d.Provisional() != it.Clock.Counted.Provisional {
			moved, e.Due = true, d.Due
			e.Counted.Area, e.Counted.Calendar, e.Counted.Provisional = s.Calendar.Area, s.Calendar.Version, d.Provisional()
		}
	}
	for _, a := range it.Assignments {
		if !a.Live() || a.State == events.PartApproved || a.Clock.IsZero() || a.Due != a.Clock.Due { // an extension or a pause moved it
			continue
		}
		along := a.Due
		if along == e.Was {
			along = e.Due
		}
		own, ok := s.recounted(a.Clock)
		if own.Ref = a.ID; ok && (own.Due != along || along != a.Due || own.Counted.Provisional != a.Clock.Counted.Provisional) {
			e.Parts = append(e.Parts, own)
		}
	}
	for _, l := range it.Limits {
		if again, ok := s.recounted(l.Limit); l.Open() && ok && (again.Due != l.Due || again.Counted.Provisional != l.Counted.Provisional) {
			e.Steps = append(e.Steps, again)
		}
	}
	switch {
	case moved || len(e.Parts)+len(e.Steps) > 0:
		return []events.Event{e}, nil
	case set:
		return nil, refuse("recompute_deadline.set", "这一件的期限是定好的日子，不随日历变。")
	}
	return nil, refuse("recompute_deadline.same", "按现在的日历算，期限还是 %s。", it.Due)
}

// recounted is a limit that was set, counted by the calendar as it is now; false for one that
// does not depend on it.
func (s Situation) recounted(l events.Limit) (events.Limit, bool) {
	r, err := calendar.ParseRule(l.Rule)
	if err != nil || r.Unit != calendar.WorkingDays && r.Unit != calendar.NaturalDays {
		return l, false
	}
	again := counted(s.Calendar, r, l.From.Time())
	l.Due, l.Counted = again.Due, again.Counted
	return l, true
}
