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

// Lamp is how an item stands against its deadline (红黄绿灯); a pure function, so that a
// page, a replay and the read models agree.
type Lamp string

// The lamps. LampNone is for items whose clock does not run.
const (
	LampNone    Lamp = ""
	LampOnPlan  Lamp = "ON_PLAN" // 按序时
	LampNear    Lamp = "NEAR"    // 临期
	LampOverdue Lamp = "OVERDUE" // 逾期
)

// nearDays is how many working days before the deadline an item counts as near.
const nearDays = 3

// NearUntil returns the last day that counts as near when today is given.
func NearUntil(c *calendar.Calendar, today events.Date) events.Date { return c.Add(today, nearDays) }

// LampOf returns the lamp of an item in state s with deadline due. The clock runs while
// the item waits to be assigned or is being rectified.
func LampOf(c *calendar.Calendar, s events.State, due, today events.Date) Lamp {
	if (s != events.Accepted && s != events.InProgress) || due.IsZero() {
		return LampNone
	}
	switch {
	case due.Before(today):
		return LampOverdue
	case !due.After(NearUntil(c, today)):
		return LampNear
	}
	return LampOnPlan
}
