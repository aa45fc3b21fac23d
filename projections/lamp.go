package projections

import (
	"strconv"
	"strings"

	"xiaohao/events"
)

// ends are the columns of a moment: a day, and the minute of it at which it is over.
type ends struct{ day, minute string }

// Where the moments stand that lamps judge. A node of a plan is over at the end of its day.
var (
	endsOfItem = ends{"i.due", "i.due_minute"}
	endsOfPart = ends{"a.sort_day", "a.due_minute"} // of the item, which a part repeats
	endsOfNode = ends{"i.node", strconv.Itoa(events.DayEnd)}
)

// at is the moment as SQL compares it, with "$" for the minute at which days end.
func (e ends) at() string {
	return "(" + e.day + ", case " + e.minute + " when " + strconv.Itoa(events.DayEnd) + " then $ else " + e.minute + " end)"
}

// lampIs makes of a definition of lamps the condition that a moment shows one of them, with
// "$" for the minute at which days end and "($, $)" for the moment that it is judged against,
// in the order of bounds. It is the row's own condition and that no row before it holds; an
// index over the day serves it.
func lampIs(rows []events.LampRow, lamp events.Lamp, at ends) (cond string, bounds []events.Bound) {
	return lampRows(rows, lamp, func(r events.LampRow, holds bool) string {
		return at.at() + " " + op(r, holds) + " ($, $)"
	})
}

// lampDays is what follows of that for a column of the days alone, with "$" for each day.
func lampDays(rows []events.LampRow, lamp events.Lamp, day string) (cond string, bounds []events.Bound) {
	return lampRows(rows, lamp, func(_ events.LampRow, holds bool) string { return day + pick(holds, " <= $", " >= $") })
}

func lampRows(rows []events.LampRow, lamp events.Lamp, is func(r events.LampRow, holds bool) string) (cond string, bounds []events.Bound) {
	var conds []string
	for _, r := range rows {
		if r.Bounded {
			conds, bounds = append(conds, is(r, r.Lamp == lamp)), append(bounds, r.Bound)
		}
		if r.Lamp == lamp {
			break
		}
	}
	return strings.Join(conds, " and "), bounds
}

// op compares a moment with the bound of a row, as the row does or the other way about.
func op(r events.LampRow, holds bool) string {
	switch {
	case holds && r.Reaches:
		return "<="
	case holds:
		return "<"
	case r.Reaches:
		return ">"
	}
	return ">="
}

// lamp adds a condition in which $$ stands for: the moment shows the lamp.
func (w *where) lamp(within string, rows []events.LampRow, lamp events.Lamp, of ends, at events.Bounds) {
	cond, bounds := lampIs(rows, lamp, of)
	var args []any
	for _, b := range bounds {
		minute, dayEnd := at[b].Looking()
		args = append(args, dayEnd, date(at[b].Day), minute)
	}
	w.add(strings.Replace(within, "$$", cond, 1), args...)
}

// lampDay adds what follows for a column of days.
func (w *where) lampDay(rows []events.LampRow, lamp events.Lamp, day string, at events.Bounds) {
	cond, bounds := lampDays(rows, lamp, day)
	var args []any
	for _, b := range bounds {
		args = append(args, date(at[b].Day))
	}
	w.add(cond, args...)
}

// judged is what lamps are judged against: a minute of today, or the end of a past day.
func judged(today events.Date, minute int, near, asOf events.Date) events.Bounds {
	if !asOf.IsZero() {
		today, minute = asOf, events.DayEnd
	}
	return events.BoundsOf(events.Moment{Day: today, Minute: minute}, near)
}
