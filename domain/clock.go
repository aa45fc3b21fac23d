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

// Recompute counts the deadline anew after a calendar was published (期限重算): it moves, or
// what was provisional is confirmed, or it is refused because nothing changes.
type Recompute struct{}

func (c Recompute) name() string { return "recompute_deadline" }

func (c Recompute) decide(it *Item, s Situation) ([]events.Event, error) {
	l, ok := calendar.LimitOf(it.Clock, s.Today())
	if !ok || l.Rule.Unit == calendar.Fixed && len(l.Pauses) == 0 {
		return nil, refuse("recompute_deadline.set", "这一件的期限是定好的日子，不随日历变。")
	}
	d := s.Calendar.Due(l)
	counted := it.Clock.Counted
	if d.Due == it.Due && d.Provisional() == counted.Provisional {
		return nil, refuse("recompute_deadline.same", "按现在的日历算，期限还是 %s。", it.Due)
	}
	counted.Area, counted.Calendar, counted.Provisional = s.Calendar.Area, s.Calendar.Version, d.Provisional()
	return []events.Event{events.DeadlineRecomputed{Due: d.Due, Was: it.Due, Counted: counted}}, nil
}
