package domain

import (
	"time"

	"xiaohao/domain/calendar"
	"xiaohao/domain/limit"
	"xiaohao/events"
)

// Rules has the table of time limits as it stands now.
type Rules interface {
	Now() *limit.Table
}

// table is the one in force; that of the program where none is kept.
func (s Situation) table() *limit.Table {
	if s.Rules == nil {
		return limit.Shipped()
	}
	return s.Rules
}

// sets is the deadline that the table gives to a stage that begins now.
func (s Situation) sets(m limit.Matter) events.Limit { return s.setsFrom(m, s.Now) }

// setsFrom is the deadline of a stage that begins at another instant.
func (s Situation) setsFrom(m limit.Matter, from time.Time) events.Limit {
	t := s.table()
	row := t.Resolve(m)
	l := counted(s.Calendar, row.Rules[0], from)
	l.By = t.By(row)
	return l
}

// counted counts a rule by a calendar.
func counted(cal *calendar.Calendar, r calendar.Rule, from time.Time) events.Limit {
	d := cal.Due(calendar.Limit{Rule: r, From: from})
	day := events.DateOf(from)
	c := events.Counting{Area: cal.Area, Calendar: cal.Version, Provisional: d.Provisional()}
	if r.Unit == calendar.ByHour {
		c.Minute = int(from.Sub(day.Time()).Minutes())
	}
	return events.Limit{From: day, Due: d.Due, Rule: r.String(), Counted: c}
}

// days is how many natural days the table allows a matter.
func (s Situation) days(m limit.Matter) int { return s.table().Rule(m).N }

// matter is what the table is asked for a stage of the item.
func (it *Item) matter(st events.Stage) limit.Matter {
	return limit.Matter{Stage: st, Category: it.Category, Category2: it.Category2, Mode: it.Mode, Urgent: it.Urgent, Preset: it.Preset}
}

// limitOf is the deadline that was set on a stage. One that began before deadlines were
// recorded, on a day that is known, is counted by the rules of that program: those that
// still come with it.
func (it *Item) limitOf(st events.Stage, ref string, began events.Date, s Situation) events.Limit {
	for _, l := range it.Limits {
		if l.Stage() == st && l.Ref == ref {
			return l.Limit
		}
	}
	return counted(s.Calendar, limit.Shipped().Rule(it.matter(st)), began.Time())
}

// over reports whether a deadline is over now: after its last day, or the close of business
// of it, or its hour.
func (s Situation) over(l events.Limit) bool { return s.Now.After(calendar.EndOf(s.Calendar, l)) }

// overdue reports whether the item's deadline is over now, by the same moment that lamps are
// judged by.
func (it *Item) overdue(s Situation) bool {
	return !it.Due.IsZero() && it.Clock.Ends(it.Due).Before(s.Calendar.Moment(s.Now))
}

// ownClock is a unit's own deadline (domain.md §2.7): the rule of the item counted from the
// issue to this unit, so that it is not blamed for the time others took. It is zero where no
// rule set the item's deadline.
func (it *Item) ownClock(s Situation) events.Limit {
	if it.Clock.Rule == "" || it.Clock.Rule == "date" {
		return events.Limit{}
	}
	return s.sets(it.matter(events.StageRectify))
}

// begins are the limits of the steps that an assignment begins.
func (it *Item) begins(part events.Part, s Situation) []events.Limit {
	out := []events.Limit{s.sets(it.matter(events.StageSign)), s.sets(it.matter(events.StageReturn))}
	if part == events.Lead && it.Mode == events.Planned && !it.PlanApproved {
		out = append(out, s.sets(it.matter(events.StagePlan)))
	}
	return out
}

func later(a, b events.Date) events.Date {
	if b.After(a) {
		return b
	}
	return a
}

// ruleZh says a rule that was recorded in words.
func ruleZh(rule string) string {
	r, err := calendar.ParseRule(rule)
	if err != nil {
		return rule
	}
	return r.Zh()
}
