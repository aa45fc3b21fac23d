package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"xiaohao/events"
)

// Limit is what a deadline is computed from.
type Limit struct {
	Rule       Rule
	By         events.Basis // the row of the rule table that gave it, for the account
	From       time.Time    // when it starts to run; only its Beijing day matters, but for hours
	Pauses     []Pause      // they may overlap: a day counts when it is in none
	Extensions []Extension  // in the order granted
}

// Pause is a time in which the clock stands still (中止计时): From is its first day, which
// does not count; To is the day the clock goes on, which does. A pause that is still open
// is computed up to today.
type Pause struct {
	From, To events.Date
	Why      string // 听证
}

// Extension is a later day that was granted (延期).
type Extension struct {
	To  events.Date
	On  events.Date // the day it was granted
	Why string
}

// Deadline is when a limit ends, and why then.
type Deadline struct {
	Limit    Limit
	Area     string
	Version  int         // of the calendar
	Due      events.Date // the last day
	Ends     time.Time   // the instant at which it is over
	Original events.Date // what the rule alone gives, without pauses and extensions
	Open     []int       // years without a notice that the result depends on
	Days     []Line      // the account
}

// Provisional reports whether the result may still move because the notice of a year is not
// out yet (暂定).
func (d Deadline) Provisional() bool { return len(d.Open) > 0 }

// Line is one day of the account.
type Line struct {
	Date    events.Date
	Counted bool
	N       int    // which day it is: 3 of the 3rd working day; 0 when not counted, and for hours
	Unit    string // what N counts: 个工作日, 天
	Why     string // 国庆节调休上班; none of an ordinary day that counts
	Then    string // what happens on it, each thing after a comma: ，期限到这天

	skipped bool // nothing counts it
}

// Says is the whole line in words: 第 3 个工作日（国庆节调休上班），期限到这天.
func (l Line) Says() string {
	s := l.Why
	switch {
	case l.N > 0:
		s = fmt.Sprintf("第 %d %s", l.N, l.Unit)
		if l.Why != "" {
			s += "（" + l.Why + "）"
		}
	case l.skipped:
		s += "，不算"
	}
	return s + l.Then
}

// Reason is the line without whether and as which day it counts: 国庆节调休上班，期限到这天.
func (l Line) Reason() string { return strings.TrimPrefix(l.Why+l.Then, "，") }

// Due computes a limit. A limit without a rule has neither days nor an end, unless it was
// extended.
func (c *Calendar) Due(l Limit) Deadline {
	d := Deadline{Limit: l, Area: c.Area, Version: c.Version}
	if l.Rule.IsZero() && len(l.Extensions) == 0 {
		return d
	}
	if len(l.Pauses) > 0 || len(l.Extensions) > 0 {
		d.Original = c.Due(Limit{Rule: l.Rule, From: l.From}).Due
	}
	w := walk{cal: c, limit: l, day: events.DateOf(l.From)}
	w.byRule()
	for i, x := range l.Extensions {
		w.extended(i, x)
	}
	d.Due, d.Ends, d.Open, d.Days = w.due, w.ends, w.open, w.days
	if d.Original.IsZero() {
		d.Original = d.Due
	}
	return d
}

// DueOn is the last day of a plain rule that starts on a day.
func (c *Calendar) DueOn(r Rule, from events.Date) events.Date {
	return c.Due(Limit{Rule: r, From: from.Time()}).Due
}

// walk goes through the days of a limit, one after the other, and keeps the account.
type walk struct {
	cal   *Calendar
	limit Limit
	day   events.Date // where it stands; everything up to it is in the account
	due   events.Date
	ends  time.Time
	open  []int
	days  []Line
	next  int // index of the first extension not reached yet
}

// stop returns the day on which the next extension was granted: from there on the rule
// counts no longer.
func (w *walk) stop() events.Date {
	if w.next < len(w.limit.Extensions) {
		return w.limit.Extensions[w.next].On
	}
	return events.Date{}
}

func (w *walk) byRule() {
	r, start := w.limit.Rule, w.day
	if r.Unit == ByHour {
		w.hours()
		return
	}
	w.skip("起算日")
	switch r.Unit {
	case WorkingDays:
		w.working(r.N)
	case NaturalDays, Review:
		w.natural(r.N, true)
	case Fixed:
		if !r.On.After(start) { // set for a day that is past already: nothing to count
			if w.due = r.On; r.On != start {
				w.days = []Line{{Date: r.On, Why: "定在这一天，早于起算日"}}
			}
			w.finish()
			return
		}
		w.natural(r.On.DaysSince(start), false)
	}
}

// working counts n worked days.
func (w *walk) working(n int) {
	for i := 0; i < n; {
		if w.stopped() {
			return
		}
		day := w.step()
		if why, paused := w.paused(w.day); paused {
			w.skip(why)
			continue
		}
		w.look(w.day)
		if !day.Working() {
			w.skip(day.Why())
			continue
		}
		i++
		w.count(i, "个工作日", day)
	}
	w.due = w.day
	w.finish()
}

// natural counts n days. The last one is rolled to a worked day, always or only when a
// pause has moved it.
func (w *walk) natural(n int, roll bool) {
	for i := 0; i < n; {
		if w.stopped() {
			return
		}
		day := w.step()
		if why, paused := w.paused(w.day); paused {
			w.skip(why)
			roll = true
			continue
		}
		i++
		w.count(i, "天", day)
	}
	if !roll {
		w.due = w.day
		w.finish()
		return
	}
	for w.look(w.day); !w.cal.Working(w.day); w.look(w.day) {
		w.tail("，不上班，往后顺延")
		if w.stopped() {
			return
		}
		w.say(Line{Why: w.step().Why()})
	}
	w.due = w.day
	w.finish()
}

// hours counts by the clock; a pause takes whole days out.
func (w *walk) hours() {
	left, at := time.Duration(w.limit.Rule.N)*time.Hour, w.limit.From
	first := true
	for {
		midnight := w.day.AddDays(1).Time()
		run := min(left, midnight.Sub(at))
		if why, paused := w.paused(w.day); paused && !first {
			w.skip(why)
		} else {
			left -= run
			w.say(Line{Counted: true, Why: hoursOf(at, run, first)})
		}
		if left == 0 {
			w.ends = at.Add(run)
			break
		}
		if w.stopped() {
			return
		}
		w.day, at, first = w.day.AddDays(1), midnight, false
	}
	if w.due = events.DateOf(w.ends); w.due != w.day { // it ends at midnight sharp
		w.day = w.due
		w.say(Line{Why: "0 点"})
	}
	w.tail("，" + w.ends.In(events.Beijing).Format("15:04") + " 到期")
}

// extended goes on from the day an extension was granted to the day it gives.
func (w *walk) extended(i int, x Extension) {
	for w.day.Before(x.On) {
		w.step()
		w.say(Line{Why: "期限已到，等批延期"})
	}
	w.next, w.open = i+1, nil
	if !x.To.After(w.day) {
		w.due = x.To
		w.finish()
		return
	}
	w.tail("，批准延期到 " + x.To.String())
	w.natural(x.To.DaysSince(w.day), false)
}

// step goes to the next day.
func (w *walk) step() Day {
	w.day = w.day.AddDays(1)
	return w.cal.Day(w.day)
}

// stopped reports whether the next day no longer belongs to this count.
func (w *walk) stopped() bool {
	stop := w.stop()
	return !stop.IsZero() && !w.day.Before(stop)
}

func (w *walk) paused(d events.Date) (why string, ok bool) {
	for _, p := range w.limit.Pauses {
		if !d.Before(p.From) && d.Before(p.To) {
			return "暂停计时（" + p.Why + "）", true
		}
	}
	return "", false
}

// look notes that the result depends on whether d is worked.
func (w *walk) look(d events.Date) {
	if y := d.Year(); w.cal.Open(y) && !slices.Contains(w.open, y) {
		w.open = append(w.open, y)
	}
}

// say adds a line of the day that the walk has come to.
func (w *walk) say(l Line) {
	l.Date = w.day
	w.days = append(w.days, l)
}

// count adds the n-th day that counts.
func (w *walk) count(n int, unit string, day Day) {
	l := Line{Counted: true, N: n, Unit: unit}
	if day.Kind != Worked {
		l.Why = day.Why()
	}
	w.say(l)
}

// skip adds a day that does not count.
func (w *walk) skip(why string) { w.say(Line{Why: why, skipped: true}) }

// tail adds what happens on the last day.
func (w *walk) tail(s string) { w.days[len(w.days)-1].Then += s }

func (w *walk) finish() {
	w.ends = w.cal.End(w.due)
	w.tail("，期限到这天")
}
