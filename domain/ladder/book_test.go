package ladder

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"xiaohao/events"
)

func TestBook(t *testing.T) {
	set := func(text string) events.LadderSet {
		rungs, err := Parse(events.WatchDeadline, text)
		if err != nil {
			t.Fatal(err)
		}
		return events.LadderSet{Preset: events.CountyLedger, Watch: events.WatchDeadline, Rungs: rungs}
	}
	b := Book{}.With(set("提醒 -7，催办 0, 红单 2"))
	if got := Text(b.Of(events.CountyLedger).Rungs[events.WatchDeadline]); got != "提醒 -7，催办 0，红单 2" {
		t.Errorf("set to %q", got)
	}
	if !reflect.DeepEqual(b.Of(events.Inspection), Of(events.Inspection)) || !reflect.DeepEqual(b.Of(events.CountyLedger).Rungs[events.WatchSigning], Of(events.CountyLedger).Rungs[events.WatchSigning]) {
		t.Error("what was not set changed")
	}
	if back := b.With(events.LadderSet{Preset: events.CountyLedger, Watch: events.WatchDeadline}); !reflect.DeepEqual(back.Of(events.CountyLedger), Of(events.CountyLedger)) {
		t.Error("the preset does not hold again")
	}
	for _, p := range events.Presets { // what comes with the program is in order
		for _, urgent := range []bool{false, true} {
			for _, w := range events.Watches {
				rungs, err := Parse(w, Text(Of(p).Of(w, urgent)))
				if err != nil || !reflect.DeepEqual(Book{}.With(events.LadderSet{Preset: p, Watch: w, Urgent: urgent, Rungs: rungs}).Of(p).Of(w, urgent), Of(p).Of(w, urgent)) {
					t.Errorf("%s %s: %v", p, w, err)
				}
			}
		}
	}
}

func TestCheck(t *testing.T) {
	for text, w := range map[string]events.Watch{"催办 1，提醒 2": events.WatchDeadline, "催办 3，黄单 1": events.WatchDeadline, "催办 999": events.WatchDeadline,
		"黑单 1": events.WatchDeadline, "催办": events.WatchDeadline, "催办 一": events.WatchDeadline, "蓝单 1": events.WatchAnswer, "黄单 1": events.WatchReview} {
		if rungs, err := Parse(w, text); err == nil {
			t.Errorf("%q of %s is taken: %v", text, w, rungs)
		}
	}
	if Check(events.WatchAnswer, []events.LadderRung{{Level: events.Summon, After: 1}}) == nil {
		t.Error("the program summons by itself")
	}
}

// Whatever ladder an office sets: a query by its reaches finds exactly what is owed.
func TestAnyLadderReaches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rungs []events.LadderRung
		after := rapid.IntRange(-5, 5).Draw(t, "first")
		for _, v := range events.SupervisionLevels {
			if rapid.Bool().Draw(t, "has "+string(v)) {
				rungs = append(rungs, events.LadderRung{Level: v, After: after, Ask: v == events.Summon})
				after += rapid.IntRange(0, 5).Draw(t, "then")
			}
		}
		if err := Check(events.WatchDeadline, rungs); err != nil {
			t.Fatal(err)
		}
		l := Book{}.With(events.LadderSet{Preset: events.CountyLedger, Watch: events.WatchDeadline, Rungs: rungs}).Of(events.CountyLedger)
		today := events.NewDate(2026, 3, 1).AddDays(rapid.IntRange(0, 400).Draw(t, "today"))
		w := events.Watched{Watch: events.WatchDeadline, On: today.AddDays(rapid.IntRange(-20, 20).Draw(t, "day")),
			Reached: rapid.SampledFrom(append([]events.SupervisionLevel{""}, events.SupervisionLevels...)).Draw(t, "reached")}
		_, owed := l.Owed(weekdays{}, w, today)
		found := false
		for _, r := range l.Reaches(weekdays{}, today) {
			found = found || r.Watch == w.Watch && !r.Urgent && r.Reached == w.Reached && !w.On.After(r.Until)
		}
		if owed != found {
			t.Fatalf("%+v on %s by %v: owed %v, found by a query %v", w, today, rungs, owed, found)
		}
	})
}
