package calendar

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"xiaohao/events"
)

// brute finds a deadline in another way than the program: every day of a few years is laid
// out in a list with what it is, and the list is filtered.
type brute struct {
	off  map[string]bool // named days off
	made map[string]bool // named days worked
}

func bruteOf(notices ...[]events.Notice) brute {
	b := brute{map[string]bool{}, map[string]bool{}}
	for _, ns := range notices {
		for _, n := range ns {
			for _, d := range n.Days {
				b.off[d.Date.String()], b.made[d.Date.String()] = d.Off, !d.Off
			}
		}
	}
	return b
}

func (b brute) worked(t time.Time) bool {
	s := t.Format(time.DateOnly)
	if b.off[s] || b.made[s] {
		return b.made[s]
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// due lists the days after from that no pause takes out, and picks.
func (b brute) due(r Rule, from time.Time, pauses []Pause) string {
	day := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
	n, fixed := r.N, false
	if r.Unit == Fixed {
		on, _ := time.Parse(time.DateOnly, r.On.String())
		if !on.After(day) {
			return r.On.String()
		}
		n, fixed = int(on.Sub(day).Hours())/24, true
	}
	var all, left []time.Time
	for i := 1; i < 400; i++ {
		x := day.AddDate(0, 0, i)
		all = append(all, x)
		out := slices.ContainsFunc(pauses, func(p Pause) bool {
			s := x.Format(time.DateOnly)
			return s >= p.From.String() && s < p.To.String()
		})
		if !out {
			left = append(left, x)
		}
	}
	if r.Unit == WorkingDays {
		left = slices.DeleteFunc(left, func(x time.Time) bool { return !b.worked(x) })
		return left[n-1].Format(time.DateOnly)
	}
	last := left[n-1]
	if fixed && last.Equal(all[n-1]) {
		return last.Format(time.DateOnly)
	}
	for !b.worked(last) {
		last = last.AddDate(0, 0, 1)
	}
	return last.Format(time.DateOnly)
}

func drawRule(t *rapid.T, from events.Date) Rule {
	n := rapid.IntRange(1, 90).Draw(t, "n")
	switch u := rapid.SampledFrom([]Unit{ByHour, NaturalDays, WorkingDays, Fixed, Review}).Draw(t, "unit"); u {
	case Fixed:
		return Rule{Unit: Fixed, On: from.AddDays(n - 5)}
	default:
		return Rule{Unit: u, N: n}
	}
}

func drawPauses(t *rapid.T, from events.Date) []Pause {
	var out []Pause
	at := from
	for range rapid.IntRange(0, 3).Draw(t, "pauses") {
		at = at.AddDays(rapid.IntRange(1, 20).Draw(t, "until pause"))
		to := at.AddDays(rapid.IntRange(1, 15).Draw(t, "pause"))
		out = append(out, Pause{at, to, "听证"})
		at = to
	}
	return out
}

func drawLocal(t *rapid.T, from events.Date) []events.Notice {
	byYear := map[int]*events.Notice{}
	seen := map[events.Date]bool{}
	for range rapid.IntRange(0, 6).Draw(t, "local days") {
		d := from.AddDays(rapid.IntRange(0, 60).Draw(t, "local day"))
		if seen[d] {
			continue
		}
		seen[d] = true
		if byYear[d.Year()] == nil {
			byYear[d.Year()] = &events.Notice{Year: d.Year()}
		}
		n := byYear[d.Year()]
		n.Days = append(n.Days, events.NoticeDay{Date: d, Name: "州庆", Off: !isWeekend(d) || rapid.Bool().Draw(t, "off")})
	}
	var out []events.Notice
	for _, n := range byYear {
		out = append(out, *n)
	}
	return out
}

// TestAgainstBruteForce: every kind of rule, over 2020 to 2026, with pauses and areas of
// their own.
func TestAgainstBruteForce(t *testing.T) {
	first, days := date("2020-01-01"), date("2026-12-31").DaysSince(date("2020-01-01"))
	rapid.Check(t, func(t *rapid.T) {
		from := first.AddDays(rapid.IntRange(0, days).Draw(t, "from"))
		start := from.Time().Add(time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "minute")) * time.Minute)
		local := drawLocal(t, from)
		hours := drawHours(t)
		cal := New("A", 1, hours, Shipped(), local)
		l := Limit{Rule: drawRule(t, from), From: start, Pauses: drawPauses(t, from)}
		d := cal.Due(l)
		if l.Rule.Unit == ByHour {
			checkHours(t, l, d)
		} else if want := bruteOf(Shipped(), local).due(l.Rule, start, l.Pauses); d.Due.String() != want {
			t.Fatalf("%s from %s: %s, want %s\n%s", l.Rule, from, d.Due, want, d.Text())
		} else if end := endOf(d.Due, hours); !d.Ends.Equal(end) {
			t.Fatalf("%s with %+v ends %s, want %s", d.Due, hours, d.Ends, end)
		}
		checkAccount(t, cal, from, d)
		checkMoment(t, cal, l, d)
	})
}

// checkMoment: the moment that lamps are judged by is the instant at which the limit is over,
// whichever way one comes to it; from it on, and not before, it is past.
func checkMoment(t *rapid.T, cal *Calendar, l Limit, d Deadline) {
	from := events.DateOf(l.From)
	clock := events.Clock{Rule: l.Rule.String(), From: from, First: d.Due, Counted: events.Counting{Minute: int(l.From.Sub(from.Time()).Minutes())}}
	for _, p := range l.Pauses {
		clock.Pauses = append(clock.Pauses, events.ClockPause{From: p.From, To: p.To, Why: p.Why})
	}
	m := clock.Ends(d.Due)
	if l.Rule.Unit == ByHour && !m.Day.Time().Add(time.Duration(m.Minute)*time.Minute).Equal(d.Ends) {
		t.Fatalf("%s from %s with %v ends at %s, and is judged by %s", l.Rule, l.From, l.Pauses, d.Ends, m)
	}
	for after, want := range map[time.Duration]bool{-time.Second: false, time.Second: true} {
		if over := m.Before(cal.Moment(d.Ends.Add(after))); over != want {
			t.Fatalf("%s that ends at %s: %s later over is %v", l.Rule, d.Ends, after, over)
		}
	}
}

func drawHours(t *rapid.T) Hours {
	opens := rapid.IntRange(0, 12*60).Draw(t, "opens")
	closes := opens + rapid.IntRange(1, 11*60).Draw(t, "open for")
	return Hours{time.Duration(opens) * time.Minute, time.Duration(closes) * time.Minute, rapid.Bool().Draw(t, "at close")}
}

// endOf is when a last day is over: written down by the clock on the wall.
func endOf(d events.Date, h Hours) time.Time {
	if !h.AtClose {
		return time.Date(d.Year(), d.Month(), d.Day(), 24, 0, 0, 0, events.Beijing)
	}
	return time.Date(d.Year(), d.Month(), d.Day(), 0, int(h.Closes.Minutes()), 0, 0, events.Beijing)
}

// TestPublishedLateAgainstBruteForce: whatever notice comes late, what did not depend on its
// year stays, what lies before the first day it changes stays, and what is counted with it
// is what one who always knew counts.
func TestPublishedLateAgainstBruteForce(t *testing.T) {
	all := Shipped()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, len(all)-1).Draw(t, "known years")
		known, now := all[:n], all[:n+1]
		was, is := New("", 1, Hours{}, known, nil), New("", 2, Hours{}, now, nil)
		turn := events.NewDate(known[n-1].Year, time.December, 31)
		from := turn.AddDays(rapid.IntRange(-120, 30).Draw(t, "from"))
		l := Limit{Rule: drawRule(t, from), From: from.Time(), Pauses: drawPauses(t, from)}
		before, after := was.Due(l), is.Due(l)
		if !before.Provisional() && before.Due != after.Due {
			// A day in the December before its year is the one thing a notice may say of another.
			if first := Changed(was, is); first.IsZero() || before.Due.Before(first) {
				t.Fatalf("%s from %s: %s becomes %s without being provisional", l.Rule, from, before.Due, after.Due)
			}
		}
		if first := Changed(was, is); before.Due.Before(first) && before.Due != after.Due {
			t.Fatalf("%s lies before %s and moves to %s", before.Due, first, after.Due)
		}
		if l.Rule.Unit != ByHour {
			if want := bruteOf(now).due(l.Rule, from.Time(), l.Pauses); after.Due.String() != want {
				t.Fatalf("%s from %s: %s, want %s\n%s", l.Rule, from, after.Due, want, after.Text())
			}
		}
	})
}

// TestAreasAgainstBruteForce: two areas with days of their own each count by theirs.
func TestAreasAgainstBruteForce(t *testing.T) {
	first := date("2020-01-01")
	rapid.Check(t, func(t *rapid.T) {
		from := first.AddDays(rapid.IntRange(0, 2500).Draw(t, "from"))
		a, b := drawLocal(t, from), drawLocal(t, from)
		facts := func(area string, ns []events.Notice) (out []events.Event) {
			for _, n := range ns {
				out = append(out, events.CalendarPublished{Area: area, Notice: n})
			}
			return out
		}
		almanac := NewAlmanac("").With(append(facts("", Shipped()), append(facts("甲", a), facts("乙", b)...)...)...)
		r := Rule{Unit: WorkingDays, N: rapid.IntRange(1, 60).Draw(t, "n")}
		for area, local := range map[string][]events.Notice{"甲": a, "乙": b, "丙": nil} {
			if got, want := almanac.Of(area).DueOn(r, from).String(), bruteOf(Shipped(), local).due(r, from.Time(), nil); got != want {
				t.Fatalf("%s: %s from %s is %s, want %s", area, r, from, got, want)
			}
		}
	})
}

// checkHours adds the hours up minute by minute.
func checkHours(t *rapid.T, l Limit, d Deadline) {
	at, left := l.From, l.Rule.N*60
	for left > 0 {
		day := events.DateOf(at)
		out := day != events.DateOf(l.From) && slices.ContainsFunc(l.Pauses, func(p Pause) bool { return !day.Before(p.From) && day.Before(p.To) })
		if at = at.Add(time.Minute); !out {
			left--
		}
	}
	if !d.Ends.Equal(at) || d.Due != events.DateOf(at) {
		t.Fatalf("%s from %s ends %s, want %s", l.Rule, l.From, d.Ends, at)
	}
}

// checkAccount: one line a day without a gap, numbers that go up by one, the rule's count
// reached on or before the last line.
func checkAccount(t *rapid.T, cal *Calendar, from events.Date, d Deadline) {
	r := d.Limit.Rule
	if r.Unit == Fixed && d.Due.Before(from) {
		return
	}
	if d.Days[0].Date != from || d.Days[len(d.Days)-1].Date != d.Due {
		t.Fatalf("the account runs from %s to %s", d.Days[0].Date, d.Days[len(d.Days)-1].Date)
	}
	n := 0
	for i, line := range d.Days {
		if i > 0 && line.Date != d.Days[i-1].Date.AddDays(1) {
			t.Fatalf("%s follows %s", line.Date, d.Days[i-1].Date)
		}
		if line.N > 0 {
			if n++; line.N != n || !line.Counted {
				t.Fatalf("line %+v, want number %d", line, n)
			}
			if r.Unit == WorkingDays && !cal.Working(line.Date) {
				t.Fatalf("%s counts and is off", line.Date)
			}
		}
		if line.Says() == "" {
			t.Fatalf("no reason for %s", line.Date)
		}
	}
	if r.Unit != ByHour && r.Unit != Fixed && n != r.N {
		t.Fatalf("%s counts %d days", r, n)
	}
}

// The functions that count agree with each other and with the days.
func TestCounting(t *testing.T) {
	cal := Official()
	rapid.Check(t, func(t *rapid.T) {
		from := date("2020-01-01").AddDays(rapid.IntRange(0, 2500).Draw(t, "from"))
		n := rapid.IntRange(0, 200).Draw(t, "n")
		to := cal.Add(from, n)
		if got := cal.Between(from, to); got != n {
			t.Fatalf("%d working days after %s is %s, and between them %d", n, from, to, got)
		}
		if got := cal.Between(to, from); got != -n {
			t.Fatalf("back it is %d", got)
		}
		if d := cal.Roll(from); !cal.Working(d) || cal.Between(from.AddDays(-1), d) != 1 && d != from {
			t.Fatalf("%s rolls to %s", from, d)
		}
	})
}

// Sums over the weeks of 调休: the working days of the parts make those of the whole.
func TestSums(t *testing.T) {
	cal := Official()
	rapid.Check(t, func(t *rapid.T) {
		a := date("2020-01-01").AddDays(rapid.IntRange(0, 2500).Draw(t, "a"))
		b := a.AddDays(rapid.IntRange(0, 90).Draw(t, "b"))
		c := b.AddDays(rapid.IntRange(0, 90).Draw(t, "c"))
		if cal.Between(a, b)+cal.Between(b, c) != cal.Between(a, c) {
			t.Fatalf("%s to %s to %s", a, b, c)
		}
	})
}
