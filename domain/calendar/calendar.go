package calendar

import (
	"cmp"
	"slices"
	"time"

	"xiaohao/events"
)

// Kind is what sort of day a day is.
type Kind int

// The kinds. Worked and MadeUp are working days.
const (
	Worked  Kind = iota // Monday to Friday, named by no notice
	MadeUp              // 调休上班: a weekend day that is worked
	Weekend             // Saturday, Sunday
	Holiday             // named by the country's notice
	Local               // named by the area's own notice
)

// Day is what a calendar says of one day.
type Day struct {
	Kind Kind
	Name string // 国庆节; "" when no notice names the day
}

// Working reports whether the day is worked.
func (d Day) Working() bool { return d.Kind == Worked || d.Kind == MadeUp }

// Why says it in words: 国庆节放假.
func (d Day) Why() string {
	switch d.Kind {
	case MadeUp:
		return d.Name + "调休上班"
	case Weekend:
		return "周末"
	case Holiday:
		return d.Name + "放假"
	case Local:
		return d.Name + "（本地）放假"
	}
	return "工作日"
}

// Calendar says of every day whether it is worked in one area. The zero Calendar is Monday
// to Friday with every year open. A Calendar is not changed after [New].
type Calendar struct {
	Area    string // "" for the whole country
	Version int    // of the facts it was made of; it stands beside every deadline counted by it
	Hours   Hours
	days    map[events.Date]Day
	years   map[int]bool // the country's notice is there
}

// Hours are the working hours of an area and what the last day of a limit ends with.
type Hours struct {
	Opens, Closes time.Duration // since midnight; both 0: 9:00 to 17:00
	AtClose       bool          // a limit ends at the close of business, not at midnight
}

// New returns the calendar of an area: the country's notices, then the area's own, each in
// the order in which they were published. A later notice of a year replaces the earlier
// one; a later year wins over an earlier about the same day.
func New(area string, version int, hours Hours, national, local []events.Notice) *Calendar {
	c := &Calendar{Area: area, Version: version, Hours: hours, days: map[events.Date]Day{}, years: map[int]bool{}}
	for _, n := range newest(national) {
		c.years[n.Year] = true
		c.add(n, Holiday)
	}
	for _, n := range newest(local) {
		c.add(n, Local)
	}
	return c
}

// Of returns c, whatever the area: where there is one calendar only.
func (c *Calendar) Of(string) *Calendar { return c }

// At returns c, whatever the version: where there is one calendar only.
func (c *Calendar) At(int, string) *Calendar { return c }

// newest keeps the last notice of each year, by year.
func newest(all []events.Notice) []events.Notice {
	last := map[int]events.Notice{}
	for _, n := range all {
		last[n.Year] = n
	}
	out := make([]events.Notice, 0, len(last))
	for _, n := range last {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b events.Notice) int { return cmp.Compare(a.Year, b.Year) })
	return out
}

func (c *Calendar) add(n events.Notice, off Kind) {
	for _, d := range n.Days {
		day := Day{off, d.Name}
		switch {
		case !d.Off && isWeekend(d.Date):
			day.Kind = MadeUp
		case !d.Off:
			day.Kind = Worked
		}
		c.days[d.Date] = day
	}
}

func isWeekend(d events.Date) bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Day returns what d is.
func (c *Calendar) Day(d events.Date) Day {
	if day, named := c.days[d]; named {
		return day
	}
	if isWeekend(d) {
		return Day{Kind: Weekend}
	}
	return Day{}
}

// Working reports whether d is worked.
func (c *Calendar) Working(d events.Date) bool {
	if len(c.days) > 0 {
		if day, named := c.days[d]; named {
			return day.Working()
		}
	}
	return !isWeekend(d)
}

// Open reports whether the country's notice of a year is missing.
func (c *Calendar) Open(year int) bool { return !c.years[year] }

// Years returns the years whose notice is there, in order.
func (c *Calendar) Years() []int {
	out := make([]int, 0, len(c.years))
	for y := range c.years {
		out = append(out, y)
	}
	slices.Sort(out)
	return out
}

// Named returns the days of a year that a notice names, in order.
func (c *Calendar) Named(year int) []events.NoticeDay {
	var out []events.NoticeDay
	for d, day := range c.days {
		if d.Year() == year {
			out = append(out, events.NoticeDay{Date: d, Name: day.Name, Off: !day.Working()})
		}
	}
	slices.SortFunc(out, func(a, b events.NoticeDay) int { return a.Date.DaysSince(b.Date) })
	return out
}

// Roll returns d, or the next worked day when d is off.
func (c *Calendar) Roll(d events.Date) events.Date {
	for !c.Working(d) {
		d = d.AddDays(1)
	}
	return d
}

// Add returns the nth working day after d; d itself when n is 0.
func (c *Calendar) Add(d events.Date, n int) events.Date {
	for n > 0 {
		d = d.AddDays(1)
		if c.Working(d) {
			n--
		}
	}
	return d
}

// Between counts the working days after from up to and including to; negative when to is
// before from.
func (c *Calendar) Between(from, to events.Date) int {
	if to.Before(from) {
		return -c.Between(to, from)
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

// End returns the instant at which a limit whose last day is d is over: midnight, or the
// close of business when the hours say so.
func (c *Calendar) End(d events.Date) time.Time {
	if !c.Hours.AtClose {
		return d.AddDays(1).Time()
	}
	_, closes := c.Hours.span()
	return d.Time().Add(closes)
}

// Moment is t as deadlines are judged against; see [events.Shut].
func (c *Calendar) Moment(t time.Time) events.Moment {
	m := events.MomentOf(t)
	if c.Hours.AtClose && t.After(c.End(m.Day)) {
		m.Minute += events.Shut
	}
	return m
}

// InHours reports whether t lies in the working hours of a working day.
func (c *Calendar) InHours(t time.Time) bool {
	d := events.DateOf(t)
	since := t.Sub(d.Time())
	opens, closes := c.Hours.span()
	return c.Working(d) && since >= opens && since < closes
}

// Zh says when one works: 09:00 到 17:00，期限到当天 24 点。
func (h Hours) Zh() string {
	opens, closes := h.span()
	clock := func(d time.Duration) string { return time.Time{}.Add(d).Format("15:04") }
	until := "期限到当天 24 点"
	if h.AtClose {
		until = "期限到下班"
	}
	return clock(opens) + " 到 " + clock(closes) + "，" + until
}

func (h Hours) span() (opens, closes time.Duration) {
	if h.Opens == 0 && h.Closes == 0 {
		return 9 * time.Hour, 17 * time.Hour
	}
	return h.Opens, h.Closes
}
