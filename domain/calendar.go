package domain

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"xiaohao/events"
)

// Calendar says which days are worked. The full calendar with public holidays and 调休 is
// a matter of its own; it takes this interface.
type Calendar interface {
	Working(events.Date) bool
}

// Weekdays is the plain calendar: Monday to Friday.
type Weekdays struct{}

// Working reports whether d is Monday to Friday.
func (Weekdays) Working(d events.Date) bool {
	w := d.Weekday()
	return w != time.Saturday && w != time.Sunday
}

// Rule is a time limit: N working days ("5wd") or N natural days ("7d"), day 0 not
// counted (民法典 §201). A natural-day limit that ends on a day off rolls forward (§203).
type Rule struct {
	N       int
	Working bool
}

// ParseRule reads "5wd" or "7d".
func ParseRule(s string) (Rule, error) {
	num, working := strings.CutSuffix(s, "wd")
	if !working {
		var ok bool
		if num, ok = strings.CutSuffix(s, "d"); !ok {
			return Rule{}, fmt.Errorf("time limit %q: want 5wd or 7d", s)
		}
	}
	n, err := strconv.Atoi(num)
	if err != nil || n < 1 || n > 3650 {
		return Rule{}, fmt.Errorf("time limit %q: want 1 to 3650 days", s)
	}
	return Rule{n, working}, nil
}

func (r Rule) String() string {
	if r.Working {
		return strconv.Itoa(r.N) + "wd"
	}
	return strconv.Itoa(r.N) + "d"
}

// Zh says the rule in words: 5 个工作日.
func (r Rule) Zh() string {
	if r.Working {
		return fmt.Sprintf("%d 个工作日", r.N)
	}
	return fmt.Sprintf("%d 天", r.N)
}

// Due returns the last day of the limit that starts on day 0 = from.
func (r Rule) Due(c Calendar, from events.Date) events.Date {
	if r.Working {
		return AddWorkingDays(c, from, r.N)
	}
	d := from.AddDays(r.N)
	for !c.Working(d) {
		d = d.AddDays(1)
	}
	return d
}

// AddWorkingDays returns the nth working day after from.
func AddWorkingDays(c Calendar, from events.Date, n int) events.Date {
	d := from
	for n > 0 {
		d = d.AddDays(1)
		if c.Working(d) {
			n--
		}
	}
	return d
}

// WorkingDays counts the working days after from up to and including to; negative when
// to is before from.
func WorkingDays(c Calendar, from, to events.Date) int {
	if to.Before(from) {
		return -WorkingDays(c, to, from)
	}
	n := 0
	for d := from; d.Before(to); {
		d = d.AddDays(1)
		if c.Working(d) {
			n++
		}
	}
	return n
}

// DayCount is one line of a deadline's account (怎么算的).
type DayCount struct {
	Day     events.Date
	Counted int    // which day it is, 0 when it does not count
	Why     string // why it does not, or what it is
}

// Account explains due day by day from day 0.
func Account(c Calendar, from, due events.Date, working bool) []DayCount {
	out := []DayCount{{from, 0, "受理这天不算"}}
	n := 0
	for d := from.AddDays(1); !d.After(due) && len(out) < 400; d = d.AddDays(1) {
		line := DayCount{Day: d}
		if working && !c.Working(d) {
			line.Why = "周末"
		} else {
			n++
			line.Counted = n
		}
		if d == due {
			line.Why = strings.TrimPrefix(line.Why+"，期限到这天", "，")
		}
		out = append(out, line)
	}
	return out
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
func NearUntil(c Calendar, today events.Date) events.Date { return AddWorkingDays(c, today, nearDays) }

// LampOf returns the lamp of an item in state s with deadline due. The clock runs while
// the item waits to be assigned or is being rectified.
func LampOf(c Calendar, s events.State, due, today events.Date) Lamp {
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
