package domain

import (
	"time"

	"xiaohao/domain/calendar"
	"xiaohao/domain/limit"
	"xiaohao/events"
)

// Calendars has the calendar that an area goes by as it stands now: its own when it has one,
// else the office's; "" is the office's.
type Calendars interface {
	Of(area string) *calendar.Calendar
	// At is the calendar that the area went by at a version.
	At(version int, area string) *calendar.Calendar
}

// Lamp is how an item stands in time; package events has the definition, which the read
// models judge by too.
type Lamp = events.Lamp

// The lamps of a deadline.
const (
	LampNone    = events.LampNone
	LampOnPlan  = events.LampOnPlan
	LampNear    = events.LampNear
	LampOverdue = events.LampOverdue
)

// Looked is what lamps are judged against at an instant: by the calendar, and by how many
// working days before the deadline an item counts as near ([events.StageNear]).
func Looked(c *calendar.Calendar, t *limit.Table, now time.Time) events.Bounds {
	m := c.Moment(now)
	return events.BoundsOf(m, nearUntil(c, t, m.Day))
}

// LookedBack is what they are judged against at the end of a past day.
func LookedBack(c *calendar.Calendar, t *limit.Table, day events.Date) events.Bounds {
	return events.BoundsOf(events.Moment{Day: day, Minute: events.DayEnd}, nearUntil(c, t, day))
}

// nearUntil is the last day that counts as near on a day.
func nearUntil(c *calendar.Calendar, t *limit.Table, day events.Date) events.Date {
	return c.Add(day, t.Rule(limit.Matter{Stage: events.StageNear}).N)
}

// LampOf returns the lamp of an item in state s whose deadline is over at a moment: 红 逾期,
// 黄 临期, 绿 按期.
func LampOf(s events.State, ends events.Moment, at events.Bounds) Lamp {
	if !s.Runs() {
		return LampNone
	}
	return events.Judge(events.DeadlineLamps, ends, at)
}

// PaceOf returns how an item in state s stands against its plan, whose next node is due on a
// day: 达到序时进度 or 未达序时; none when nothing of a plan is waited for.
func PaceOf(s events.State, node events.Date, at events.Bounds) Lamp {
	if !s.Runs() {
		return LampNone
	}
	return events.Judge(events.PlanLamps, events.Moment{Day: node, Minute: events.DayEnd}, at)
}
