package calendar

import (
	"time"

	"xiaohao/events"
)

// LimitOf reads an item's clock; a pause that is still open is counted up to today. ok is
// false when there is no deadline.
func LimitOf(c events.Clock, today events.Date) (l Limit, ok bool) {
	if c.First.IsZero() {
		return l, false
	}
	from := c.From
	if from.IsZero() {
		from = c.First
	}
	l.From = from.Time().Add(time.Duration(c.Counted.Minute) * time.Minute)
	var err error
	l.By = c.By
	if l.Rule, err = ParseRule(c.Rule); err != nil || l.Rule.Unit == Fixed {
		l.Rule = Rule{Unit: Fixed, On: c.First}
	}
	for _, p := range c.Pauses {
		to := p.To
		if to.IsZero() {
			to = today
		}
		if p.From.Before(to) {
			l.Pauses = append(l.Pauses, Pause{p.From, to, p.Why})
		}
	}
	for _, x := range c.Extensions {
		l.Extensions = append(l.Extensions, Extension{x.To, x.On, x.Why})
	}
	return l, true
}

// Explain tells the deadline that the log has for an item. What stands in the log is what
// holds: where the clock does not lead there (it was counted before calendars were kept, or
// corrected), the account gives the day as one that was set.
func (c *Calendar) Explain(clock events.Clock, due, today events.Date) Deadline {
	l, ok := LimitOf(clock, today)
	if !ok || due.IsZero() {
		return Deadline{}
	}
	d := c.Due(l)
	if d.Due != due {
		d = c.Due(Limit{Rule: Rule{Unit: Fixed, On: due}, From: l.From})
		d.Original = clock.First
	}
	if d.Limit.Rule.Unit != Fixed && !clock.Counted.Provisional {
		d.Open = nil // the version it was counted by knew, or nothing depends on it
	}
	return d
}

// EndOf is the instant at which a limit that was set is over.
func EndOf(c *Calendar, l events.Limit) time.Time {
	if m := l.Ends(); m.Minute < events.DayEnd {
		return m.Day.Time().Add(time.Duration(m.Minute) * time.Minute)
	}
	return c.End(l.Due)
}

// Account tells a limit that was set, day by day, as [Calendar.Explain] tells an item's.
func (c *Calendar) Account(l events.Limit, today events.Date) Deadline {
	return c.Explain(events.Clock{Rule: l.Rule, From: l.From, First: l.Due, By: l.By, Counted: l.Counted}, l.Due, today)
}
