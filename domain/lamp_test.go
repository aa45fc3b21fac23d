package domain

import (
	"testing"
	"time"

	"xiaohao/domain/calendar"
	"xiaohao/domain/limit"
	"xiaohao/events"
)

// lampAt judges a deadline at the end of a day, by an hour of another.
func lampAt(st events.State, due events.Date, on string, hour int) Lamp {
	return LampOf(st, events.Moment{Day: due, Minute: events.DayEnd}, Looked(&calendar.Calendar{}, limit.Shipped(), date(on).Time().Add(time.Duration(hour)*time.Hour)))
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
			for _, hour := range []int{0, 9, 23} {
				if got := lampAt(st, due, c.today, hour); got != want {
					t.Errorf("%s on %s at %d: %q, want %q", st, c.today, hour, got, want)
				}
			}
		}
	}
	// Over a weekend: near is three working days, not three days.
	if got := lampAt(events.InProgress, date("2026-03-10"), "2026-03-05", 9); got != LampNear {
		t.Errorf("Thursday to Tuesday is %q", got)
	}
	if got := lampAt(events.InProgress, date("2026-03-11"), "2026-03-05", 9); got != LampOnPlan {
		t.Errorf("Thursday to Wednesday is %q", got)
	}
	if lampAt(events.InProgress, events.Date{}, "2026-03-05", 9) != LampNone {
		t.Error("no deadline, no lamp")
	}
}

// How many days before the deadline an item is near it stands in the table.
func TestNearIsAFigure(t *testing.T) {
	due := events.Moment{Day: date("2026-03-13"), Minute: events.DayEnd}
	five := limit.Shipped().With(events.LimitSet{Row: events.LimitKey{Stage: events.StageNear}, Rules: []string{"5wd"}})
	for table, want := range map[*limit.Table]Lamp{limit.Shipped(): LampOnPlan, five: LampNear} {
		if got := LampOf(events.InProgress, due, Looked(&calendar.Calendar{}, table, date("2026-03-06").Time())); got != want {
			t.Errorf("five working days before: %q, want %q", got, want)
		}
		if got := LampOf(events.InProgress, due, LookedBack(&calendar.Calendar{}, table, date("2026-03-06"))); got != want {
			t.Errorf("at the end of the day, five working days before: %q, want %q", got, want)
		}
	}
}

// A limit in hours is red when its hour has passed, and late whoever reports then; where days
// end at the close of business, so is a limit in days.
func TestLampByTheHour(t *testing.T) {
	s := accepted(t, Accept{Title: "停水", Category: "民生", Mode: events.Immediate, Urgent: true})
	began, cal := s.now, &calendar.Calendar{}
	look := func(after time.Duration) Lamp {
		return LampOf(s.it.State, s.it.Clock.Ends(s.it.Due), Looked(cal, limit.Shipped(), began.Add(after)))
	}
	if s.it.Clock.Rule != "24h" {
		t.Fatalf("the clock is %+v", s.it.Clock)
	}
	for after, want := range map[time.Duration]Lamp{0: LampNear, 24*time.Hour - time.Minute: LampNear, 24*time.Hour + time.Minute: LampOverdue, 48 * time.Hour: LampOverdue} {
		if got := look(after); got != want {
			t.Errorf("after %s: %q, want %q", after, got, want)
		}
	}
	s.now = began.Add(24*time.Hour + time.Minute)
	if !s.it.overdue(Situation{Calendar: cal, Now: s.now}) || s.it.overdue(Situation{Calendar: cal, Now: began.Add(23 * time.Hour)}) {
		t.Error("the rules do not judge as the lamp does")
	}
	s.it.Clock.Extensions = []events.ClockExtension{{To: s.it.Due.AddDays(1), On: s.it.Due}}
	if got := LampOf(s.it.State, s.it.Clock.Ends(s.it.Due.AddDays(1)), Looked(cal, limit.Shipped(), s.it.Due.AddDays(1).Time().Add(23*time.Hour))); got != LampNear {
		t.Errorf("an extension gives the whole day: %q", got)
	}

	closing := &calendar.Calendar{Hours: calendar.Hours{AtClose: true, Opens: 9 * time.Hour, Closes: 17*time.Hour + 30*time.Minute}}
	due := events.Moment{Day: date("2026-03-13"), Minute: events.DayEnd}
	for minute, want := range map[int]Lamp{17 * 60: LampNear, 18 * 60: LampOverdue} {
		if got := LampOf(events.InProgress, due, Looked(closing, limit.Shipped(), due.Day.Time().Add(time.Duration(minute)*time.Minute))); got != want {
			t.Errorf("at minute %d of the last day: %q, want %q", minute, got, want)
		}
	}
}

// The moment of a clock in hours does not depend on how many days a pause took out of it; a
// clock that ends at midnight sharp is over with the day before.
func TestEnds(t *testing.T) {
	d := func(s string) events.Date { return date(s) }
	for _, c := range []struct {
		clock events.Clock
		due   string
		want  string
	}{
		{events.Clock{Rule: "24h", From: d("2026-03-12"), Counted: events.Counting{Minute: 605}}, "2026-03-13", "2026-03-13 10:05"},
		{events.Clock{Rule: "24h", From: d("2026-03-12"), Counted: events.Counting{Minute: 605}, Pauses: []events.ClockPause{{From: d("2026-03-13"), To: d("2026-03-16")}}}, "2026-03-16", "2026-03-16 10:05"},
		{events.Clock{Rule: "2h", From: d("2026-03-12"), Counted: events.Counting{Minute: 22 * 60}}, "2026-03-13", "2026-03-13 00:00"},
		{events.Clock{Rule: "24h", From: d("2026-03-12"), Counted: events.Counting{Minute: 605}}, "2026-03-20", "2026-03-20 24:00"}, // set otherwise
		{events.Clock{Rule: "5wd", From: d("2026-03-12")}, "2026-03-19", "2026-03-19 24:00"},
		{events.Clock{Rule: "date", From: d("2026-03-12")}, "2026-03-19", "2026-03-19 24:00"},
	} {
		if got := c.clock.Ends(d(c.due)).String(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.clock, got, c.want)
		}
	}
}
