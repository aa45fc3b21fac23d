package domain

import (
	"testing"

	"xiaohao/domain/calendar"
	"xiaohao/events"
)

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
			if got := LampOf(&calendar.Calendar{}, st, due, date(c.today)); got != want {
				t.Errorf("%s on %s: %q, want %q", st, c.today, got, want)
			}
		}
	}
	// Over a weekend: near is three working days, not three days.
	if got := LampOf(&calendar.Calendar{}, events.InProgress, date("2026-03-10"), date("2026-03-05")); got != LampNear {
		t.Errorf("Thursday to Tuesday is %q", got)
	}
	if got := LampOf(&calendar.Calendar{}, events.InProgress, date("2026-03-11"), date("2026-03-05")); got != LampOnPlan {
		t.Errorf("Thursday to Wednesday is %q", got)
	}
	if LampOf(&calendar.Calendar{}, events.InProgress, events.Date{}, date("2026-03-05")) != LampNone {
		t.Error("no deadline, no lamp")
	}
}
