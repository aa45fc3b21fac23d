package ladder

import (
	"slices"

	"xiaohao/events"
)

// Calendar says which days are worked.
type Calendar interface {
	Working(events.Date) bool
}

// Rung is one step of a ladder.
type Rung struct {
	Level events.SupervisionLevel
	After int  // working days after the watched day, negative before it
	Ask   bool // only a person can order it; the program asks for it
}

// Ladder has the rungs of each watched day from the lowest, those of urgent items apart.
type Ladder struct {
	Rungs  map[events.Watch][]Rung
	Urgent map[events.Watch][]Rung // instead of Rungs, where there are any
}

// Of returns the rungs for a watched day.
func (l Ladder) Of(w events.Watch, urgent bool) []Rung {
	if r, ok := l.Urgent[w]; ok && urgent {
		return r
	}
	return l.Rungs[w]
}

// Owed returns the step that is owed for a watched day on a day; false when none is.
func (l Ladder) Owed(c Calendar, w events.Watched, today events.Date) (owed Rung, ok bool) {
	for _, r := range l.Of(w.Watch, w.Urgent) {
		if r.Level.Rank() <= w.Reached.Rank() {
			continue
		}
		if Shift(c, w.On, r.After).After(today) {
			break
		}
		if owed, ok = r, true; r.Level.Slipped() {
			break // the next colour comes when this one had its time
		}
	}
	return owed, ok
}

// Reach is a set of watched days that all owe something: those of one watch and urgency
// for which the ladder went to Reached, up to the day Until.
type Reach struct {
	Watch   events.Watch
	Urgent  bool
	Reached events.SupervisionLevel
	Until   events.Date
}

// Reaches returns the sets that hold every watched day with something owed today, and no
// other.
func (l Ladder) Reaches(c Calendar, today events.Date) (out []Reach) {
	for _, w := range events.Watches {
		for _, urgent := range []bool{false, true} {
			rungs := l.Of(w, urgent)
			for _, reached := range append([]events.SupervisionLevel{""}, events.SupervisionLevels...) {
				i := slices.IndexFunc(rungs, func(r Rung) bool { return r.Level.Rank() > reached.Rank() })
				if i >= 0 { // later rungs come later
					out = append(out, Reach{w, urgent, reached, last(c, rungs[i].After, today)})
				}
			}
		}
	}
	return out
}

// Shift returns the nth working day after d, before it when n is negative; d itself for 0.
func Shift(c Calendar, d events.Date, n int) events.Date {
	step := 1
	if n < 0 {
		n, step = -n, -1
	}
	for n > 0 {
		if d = d.AddDays(step); c.Working(d) {
			n--
		}
	}
	return d
}

// last returns the last day whose rung after so many working days has come today.
func last(c Calendar, after int, today events.Date) events.Date {
	d := today
	for Shift(c, d, after).After(today) {
		d = d.AddDays(-1)
	}
	for !Shift(c, d.AddDays(1), after).After(today) {
		d = d.AddDays(1)
	}
	return d
}
