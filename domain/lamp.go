package domain

import (
	"xiaohao/domain/calendar"
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

// NearUntil returns the last day that counts as near when today is given.
func NearUntil(c *calendar.Calendar, today events.Date) events.Date {
	return c.Add(today, events.NearDays)
}

// LampOf returns the lamp of an item in state s with deadline due: 红 逾期, 黄 临期, 绿 按期.
func LampOf(c *calendar.Calendar, s events.State, due, today events.Date) Lamp {
	if !s.Runs() {
		return LampNone
	}
	return events.Judge(events.DeadlineLamps, due, events.Bounds{today, NearUntil(c, today)})
}

// PaceOf returns how an item in state s stands against its plan, whose next node is due on a
// day: 达到序时进度 or 未达序时; none when nothing of a plan is waited for.
func PaceOf(s events.State, node, today events.Date) Lamp {
	if !s.Runs() {
		return LampNone
	}
	return events.Judge(events.PlanLamps, node, events.Bounds{events.Today: today})
}
