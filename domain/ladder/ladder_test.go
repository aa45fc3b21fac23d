package ladder

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"xiaohao/events"
)

type weekdays struct{}

func (weekdays) Working(d events.Date) bool {
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

func date(t testing.TB, s string) events.Date {
	t.Helper()
	d, err := events.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOwed(t *testing.T) {
	due := "2026-03-11" // a Wednesday
	for _, x := range []struct {
		name    string
		w       events.Watched
		today   string
		want    events.SupervisionLevel
		ask     bool
		on      string
		preset  events.Preset
		reached events.SupervisionLevel
	}{
		{name: "four days before", today: "2026-03-05"},
		{name: "提醒 three days before", today: "2026-03-06", want: events.Remind},
		{name: "the weekend does not count", today: "2026-03-08", want: events.Remind},
		{name: "reminded already", today: "2026-03-08", reached: events.Remind},
		{name: "on the day only the reminder", today: due, want: events.Remind},
		{name: "催办 the day after", today: "2026-03-12", want: events.Urge},
		{name: "nobody is reminded of what is over", today: "2026-03-13", want: events.Urge},
		{name: "more than five days late: 黄单", today: "2026-03-19", want: events.Yellow, reached: events.Urge},
		{name: "五天还不到", today: "2026-03-18", reached: events.Urge},
		{name: "a year late: 黄单 first", today: "2027-03-19", want: events.Yellow},
		{name: "then the answer is waited for", today: "2027-03-19", reached: events.Yellow},
		{name: "a leader began higher", today: "2026-03-19", reached: events.Red},
		{name: "county: unsigned one day is in time", w: events.Watched{Watch: events.WatchSigning}, today: "2026-03-12"},
		{name: "unsigned the next day", w: events.Watched{Watch: events.WatchSigning}, today: "2026-03-13", want: events.Urge},
		{name: "unsigned for days", w: events.Watched{Watch: events.WatchSigning}, today: "2026-03-17", want: events.Yellow, reached: events.Urge},
		{name: "slip answered until today", w: events.Watched{Watch: events.WatchAnswer}, reached: events.Yellow, today: due},
		{name: "黄单 lapsed: 橙单", w: events.Watched{Watch: events.WatchAnswer}, reached: events.Yellow, today: "2026-03-30", want: events.Orange},
		{name: "橙单 lapsed: 红单", w: events.Watched{Watch: events.WatchAnswer}, reached: events.Orange, today: "2026-03-12", want: events.Red},
		{name: "红单 lapsed: 约谈 is asked for", w: events.Watched{Watch: events.WatchAnswer}, reached: events.Red, today: "2026-03-12", want: events.Summon, ask: true},
		{name: "nothing is above", w: events.Watched{Watch: events.WatchAnswer}, reached: events.Summon, today: "2026-03-12"},
		{name: "a review comes back on its day", w: events.Watched{Watch: events.WatchReview}, today: due, want: events.Remind, ask: true},
		{name: "and louder", w: events.Watched{Watch: events.WatchReview}, reached: events.Remind, today: "2026-03-18", want: events.Urge, ask: true},
		{name: "urgent items start high", w: events.Watched{Watch: events.WatchDeadline, Urgent: true}, today: "2026-03-12", want: events.Orange},
		{name: "督察 reminds earlier", preset: events.Inspection, today: "2026-03-04", want: events.Remind},
	} {
		t.Run(x.name, func(t *testing.T) {
			x.w.On, x.w.Reached = date(t, due), x.reached
			if x.w.Watch == "" {
				x.w.Watch = events.WatchDeadline
			}
			got, ok := Of(x.preset).Owed(weekdays{}, x.w, date(t, x.today))
			if ok != (x.want != "") || got.Level != x.want || got.Ask != x.ask {
				t.Errorf("owed %v %+v, want %q ask %v", ok, got, x.want, x.ask)
			}
		})
	}
}

// A query by the sets of Reaches finds exactly the days for which something is owed.
func TestReachesAreWhatIsOwed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := events.NewDate(2026, 3, 1).AddDays(rapid.IntRange(0, 400).Draw(t, "today"))
		l := Of(rapid.SampledFrom(events.Presets).Draw(t, "preset"))
		w := events.Watched{Watch: rapid.SampledFrom(events.Watches).Draw(t, "watch"), Urgent: rapid.Bool().Draw(t, "urgent"),
			On:      today.AddDays(rapid.IntRange(-20, 20).Draw(t, "day")),
			Reached: rapid.SampledFrom(append([]events.SupervisionLevel{""}, events.SupervisionLevels...)).Draw(t, "reached")}
		_, owed := l.Owed(weekdays{}, w, today)
		found := false
		for _, r := range l.Reaches(weekdays{}, today) {
			found = found || r.Watch == w.Watch && r.Urgent == w.Urgent && r.Reached == w.Reached && !w.On.After(r.Until)
		}
		if owed != found {
			t.Fatalf("%+v on %s: owed %v, found by a query %v", w, today, owed, found)
		}
	})
}

// Whoever takes every step that is owed comes to the end of the ladder and stays there.
func TestLadderEnds(t *testing.T) {
	for _, p := range events.Presets {
		for _, w := range events.Watches {
			for _, urgent := range []bool{false, true} {
				at := events.Watched{Watch: w, Urgent: urgent, On: date(t, "2026-03-11")}
				steps := 0
				for {
					r, ok := Of(p).Owed(weekdays{}, at, date(t, "2026-12-31"))
					if !ok {
						break
					}
					if r.Level.Rank() <= at.Reached.Rank() {
						t.Fatalf("%s %s: from %q down to %q", p, w, at.Reached, r.Level)
					}
					at.Reached = r.Level
					steps++
				}
				if steps == 0 {
					t.Errorf("%s %s: no rung", p, w)
				}
			}
		}
	}
}
