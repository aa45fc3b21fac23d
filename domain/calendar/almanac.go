package calendar

import (
	"time"

	"xiaohao/events"
)

// Almanac is the calendars of all areas as their facts make them, and as they were at every
// version: what was computed by an old one can be told for ever. It is not changed after it
// was made; [Almanac.With] makes the next one.
//
// Version 0, before any fact, is the shipped notices.
type Almanac struct {
	facts []events.Event // in order; version n is the first n commits
	upTo  []int          // facts[:upTo[n-1]] are those of version n
	areas map[string]*Calendar
	main  string // area of the office
}

// NewAlmanac returns the almanac without facts. main is the area of the office: its calendar
// is used where an area has none of its own.
func NewAlmanac(main string) *Almanac {
	a := &Almanac{main: main}
	a.areas = a.build(0)
	return a
}

// With returns the almanac after one more commit.
func (a *Almanac) With(facts ...events.Event) *Almanac {
	next := &Almanac{main: a.main, facts: append(a.facts[:len(a.facts):len(a.facts)], facts...)}
	next.upTo = append(a.upTo[:len(a.upTo):len(a.upTo)], len(next.facts))
	next.areas = next.build(len(next.upTo))
	return next
}

// Version returns how many commits there are.
func (a *Almanac) Version() int { return len(a.upTo) }

// Of returns the calendar that an area goes by: its own, else the office's.
func (a *Almanac) Of(area string) *Calendar { return pick(a.areas, area, a.main) }

// At returns the calendar that an area went by at a version; of one that is not there yet,
// today's.
func (a *Almanac) At(version int, area string) *Calendar {
	if version >= a.Version() || version < 0 {
		return a.Of(area)
	}
	return pick(a.build(version), area, a.main)
}

// Areas returns the areas with a calendar of their own, and "" for the country.
func (a *Almanac) Areas() []string {
	out := []string{""}
	seen := map[string]bool{"": true}
	for _, f := range a.facts {
		if area := areaOf(f); !seen[area] {
			seen[area] = true
			out = append(out, area)
		}
	}
	return out
}

// Has reports whether an area has facts of its own; the country always has.
func (a *Almanac) Has(area string) bool { return a.areas[area] != nil }

// Notices returns what was published for an area and stands, newest of each year, by year.
func (a *Almanac) Notices(area string) []events.Notice {
	var out []events.Notice
	if area == "" && len(a.facts) == 0 {
		return Shipped()
	}
	for _, f := range a.facts {
		if p, ok := f.(events.CalendarPublished); ok && p.Area == area {
			out = append(out, p.Notice)
		}
	}
	return newest(out)
}

func pick(areas map[string]*Calendar, area, main string) *Calendar {
	for _, name := range []string{area, main} {
		if c := areas[name]; c != nil {
			return c
		}
	}
	return areas[""]
}

func areaOf(f events.Event) string {
	switch f := f.(type) {
	case events.CalendarPublished:
		return f.Area
	case events.WorkingHoursSet:
		return f.Area
	}
	return ""
}

func (a *Almanac) build(version int) map[string]*Calendar {
	facts := a.facts
	if version < len(a.upTo) {
		facts = facts[:0]
		if version > 0 {
			facts = a.facts[:a.upTo[version-1]]
		}
	}
	notices, hours := map[string][]events.Notice{}, map[string]Hours{}
	if version == 0 {
		notices[""] = shippedNotices
	}
	for _, f := range facts {
		switch f := f.(type) {
		case events.CalendarPublished:
			notices[f.Area] = append(notices[f.Area], f.Notice)
		case events.WorkingHoursSet:
			hours[f.Area] = Hours{time.Duration(f.Opens) * time.Minute, time.Duration(f.Closes) * time.Minute, f.AtClose}
		}
	}
	out := map[string]*Calendar{"": New("", version, hours[""], notices[""], nil)}
	for _, f := range facts {
		area := areaOf(f)
		if out[area] != nil {
			continue
		}
		h, own := hours[area]
		if !own {
			h = hours[""]
		}
		out[area] = New(area, version, h, notices[""], notices[area])
	}
	return out
}

// Changed returns the first day that two calendars do not say the same of, or that only the
// newer one has a notice for; zero when there is none. Deadlines before it stay as they are.
func Changed(was, is *Calendar) events.Date {
	var first events.Date
	consider := func(d events.Date) {
		if was.Working(d) != is.Working(d) && (first.IsZero() || d.Before(first)) {
			first = d
		}
	}
	for d := range was.days {
		consider(d)
	}
	for d := range is.days {
		consider(d)
	}
	for y := range is.years { // what was provisional is no longer, from the year's first day on
		if d := events.NewDate(y, time.January, 1); was.Open(y) && (first.IsZero() || d.Before(first)) {
			first = d
		}
	}
	return first
}
