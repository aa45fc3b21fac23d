package domain

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xiaohao/events"
)

func TestDueOnWeekdays(t *testing.T) {
	for _, c := range []struct{ rule, from, want string }{
		{"1wd", "2026-03-02", "2026-03-03"}, // Monday: day 0 is not counted
		{"1wd", "2026-03-06", "2026-03-09"}, // Friday
		{"1wd", "2026-03-07", "2026-03-09"}, // Saturday
		{"5wd", "2026-03-02", "2026-03-09"},
		{"5wd", "2026-03-06", "2026-03-13"},
		{"15wd", "2026-03-02", "2026-03-23"},
		{"7d", "2026-03-02", "2026-03-09"},
		{"7d", "2026-03-07", "2026-03-16"}, // ends on a Saturday: rolls to Monday
		{"7d", "2026-03-08", "2026-03-16"}, // on a Sunday
		{"1d", "2026-03-05", "2026-03-06"},
		{"1d", "2026-03-06", "2026-03-09"},
		{"30d", "2028-02-28", "2028-03-29"}, // a leap year
		{"1wd", "2026-12-31", "2027-01-01"}, // without holidays New Year's Day is a Friday
	} {
		r, err := ParseRule(c.rule)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Due(Weekdays{}, date(c.from)); got != date(c.want) {
			t.Errorf("%s from %s is due %s, want %s", c.rule, c.from, got, c.want)
		}
	}
}

// Limits in hours run through nights and holidays; they are a calendar of their own and
// no rule is read as one.
func TestParseRule(t *testing.T) {
	for _, s := range []string{"5wd", "7d", "1d", "3650wd"} {
		if r, err := ParseRule(s); err != nil || r.String() != s {
			t.Errorf("%s is read as %s, %v", s, r, err)
		}
	}
	for _, s := range []string{"", "5", "wd", "d", "0d", "-1wd", "3651d", "24h", "5 wd", "5WD", "1.5d", "date"} {
		if r, err := ParseRule(s); err == nil {
			t.Errorf("%q is read as %s", s, r)
		}
	}
	if wd(5).Zh() != "5 个工作日" || nd(7).Zh() != "7 天" {
		t.Errorf("%s, %s", wd(5).Zh(), nd(7).Zh())
	}
}

func TestWorkingDays(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     int
	}{
		{"2026-03-02", "2026-03-02", 0}, {"2026-03-02", "2026-03-03", 1}, {"2026-03-06", "2026-03-09", 1}, {"2026-03-06", "2026-03-08", 0},
		{"2026-03-02", "2026-03-16", 10}, {"2026-03-16", "2026-03-02", -10}, {"2026-03-09", "2026-03-06", -1},
	} {
		if got := WorkingDays(Weekdays{}, date(c.from), date(c.to)); got != c.want {
			t.Errorf("from %s to %s: %d, want %d", c.from, c.to, got, c.want)
		}
	}
}

// holidays is a calendar with any days off, for properties.
type holidays map[events.Date]bool

func (h holidays) Working(d events.Date) bool { return Weekdays{}.Working(d) != h[d] }

func TestDeadlineProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := date("2026-01-01").AddDays(rapid.IntRange(0, 700).Draw(t, "from"))
		cal := holidays{}
		for range rapid.IntRange(0, 20).Draw(t, "holidays") {
			cal[from.AddDays(rapid.IntRange(0, 40).Draw(t, "off"))] = true
		}
		r := Rule{rapid.IntRange(1, 60).Draw(t, "n"), rapid.Bool().Draw(t, "working")}
		due := r.Due(cal, from)
		switch {
		case !cal.Working(due):
			t.Fatalf("%s from %s ends on a day off, %s", r, from, due)
		case r.Working && WorkingDays(cal, from, due) != r.N:
			t.Fatalf("%s from %s to %s has %d working days", r, from, due, WorkingDays(cal, from, due))
		case !r.Working && (due.DaysSince(from) < r.N || WorkingDays(cal, from.AddDays(r.N-1), due) != 1):
			t.Fatalf("%s from %s is due %s: not the first working day after the limit", r, from, due)
		}
		lines := Account(cal, from, due, r.Working)
		last := lines[len(lines)-1]
		if last.Day != due || !strings.HasSuffix(last.Why, "期限到这天") || lines[0].Day != from || lines[0].Counted != 0 {
			t.Fatalf("the account of %s ends on %+v", due, last)
		}
		if r.Working && last.Counted != r.N {
			t.Fatalf("the account counts %d of %d days", last.Counted, r.N)
		}
		back, err := ParseRule(r.String())
		if err != nil || back != r {
			t.Fatalf("%s is read back as %s, %v", r, back, err)
		}
	})
}

func TestAccount(t *testing.T) {
	got := Account(Weekdays{}, date("2026-03-05"), date("2026-03-10"), true)
	want := []DayCount{{date("2026-03-05"), 0, "受理这天不算"}, {date("2026-03-06"), 1, ""}, {date("2026-03-07"), 0, "周末"},
		{date("2026-03-08"), 0, "周末"}, {date("2026-03-09"), 2, ""}, {date("2026-03-10"), 3, "期限到这天"}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("line %d: %+v, want %+v", i, got[i], want[i])
		}
	}
}

func TestLampOf(t *testing.T) {
	due := date("2026-03-13") // a Friday
	for _, c := range []struct {
		today string
		want  Lamp
	}{
		{"2026-03-02", LampOnPlan}, {"2026-03-09", LampOnPlan}, {"2026-03-10", LampNear}, {"2026-03-12", LampNear},
		{"2026-03-13", LampNear}, {"2026-03-14", LampOverdue}, {"2026-04-01", LampOverdue},
	} {
		for _, st := range events.States {
			want := LampNone
			if st == events.Accepted || st == events.InProgress {
				want = c.want
			}
			if got := LampOf(Weekdays{}, st, due, date(c.today)); got != want {
				t.Errorf("%s on %s: %q, want %q", st, c.today, got, want)
			}
		}
	}
	// Over a weekend: near is three working days, not three days.
	if got := LampOf(Weekdays{}, events.InProgress, date("2026-03-10"), date("2026-03-05")); got != LampNear {
		t.Errorf("Thursday to Tuesday is %q", got)
	}
	if got := LampOf(Weekdays{}, events.InProgress, date("2026-03-11"), date("2026-03-05")); got != LampOnPlan {
		t.Errorf("Thursday to Wednesday is %q", got)
	}
	if LampOf(Weekdays{}, events.InProgress, events.Date{}, date("2026-03-05")) != LampNone {
		t.Error("no deadline, no lamp")
	}
}
