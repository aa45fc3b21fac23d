package limit

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xiaohao/domain/calendar"
	"xiaohao/events"
)

func set(k events.LimitKey, rules ...string) events.LimitSet {
	return events.LimitSet{Row: k, Rules: rules}
}

// The presets are the figures of domain.md §2.6.
func TestPresets(t *testing.T) {
	for _, c := range []struct {
		m    Matter
		want string
	}{
		{Matter{Stage: events.StageSign}, "1wd"},
		{Matter{Stage: events.StageReturn}, "1wd"},
		{Matter{Stage: events.StageReturn, Mode: events.Planned}, "2wd"},
		{Matter{Stage: events.StageRectify, Mode: events.Immediate}, "5wd"},
		{Matter{Stage: events.StageRectify, Mode: events.Immediate, Urgent: true}, "24h"},
		{Matter{Stage: events.StageRectify, Mode: events.TimeLimited}, "15wd"},
		{Matter{Stage: events.StagePlan, Mode: events.Planned}, "5wd"},
		{Matter{Stage: events.StagePublicity}, "7d"},
		{Matter{Stage: events.StageNear}, "3wd"},
		{Matter{Stage: events.StageLookBack, Preset: events.CountyLedger}, "30d 90d"},
		{Matter{Stage: events.StageLookBack, Preset: events.TownshipBox}, "30d"},
	} {
		if got := Shipped().Resolve(c.m).Text(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.m, got, c.want)
		}
	}
	for _, s := range events.Stages {
		if r, ok := Shipped().Has(events.LimitKey{Stage: s}); !ok || len(r.Rules) == 0 {
			t.Errorf("%s has no row of its own", s)
		}
	}
	for _, r := range Presets() {
		if got, err := ReadRules(r.Stage, r.Text()); err != nil || !slices.Equal(got, r.Rules) {
			t.Errorf("%s is not read back: %v, %v", r.LimitKey.Zh(), got, err)
		}
	}
}

// The row that names most holds, and of equals the one that names what comes first.
func TestMostSpecificWins(t *testing.T) {
	key := func(cat string, m events.Mode, u events.Urgency, p events.Preset) events.LimitKey {
		return events.LimitKey{Stage: events.StageRectify, Category: cat, Mode: m, Urgency: u, Preset: p}
	}
	table := Shipped().With(
		set(key("", "", events.Pressing, ""), "2wd"),
		set(key("市政", "", "", ""), "3wd"),
		set(key("路灯", "", "", ""), "4wd"),
		set(key("市政", events.Immediate, "", ""), "6wd"),
		set(key("市政", "", "", events.Inspection), "7wd"))
	for _, c := range []struct {
		m    Matter
		want string
	}{
		{Matter{Mode: events.TimeLimited}, "15wd"},
		{Matter{Mode: events.TimeLimited, Urgent: true}, "2wd"},
		{Matter{Mode: events.Immediate, Urgent: true}, "24h"},                                              // two parts beat one
		{Matter{Category: "市政", Mode: events.TimeLimited}, "3wd"},                                          // a category beats nothing
		{Matter{Category: "市政", Category2: "路灯", Mode: events.TimeLimited}, "4wd"},                         // the second level beats the first
		{Matter{Category: "市政", Category2: "路灯", Mode: events.Immediate}, "6wd"},                           // two parts beat one
		{Matter{Category: "市政", Mode: events.Immediate, Urgent: true}, "6wd"},                              // category and mode before mode and urgency
		{Matter{Category: "市政", Mode: events.Immediate, Preset: events.Inspection}, "6wd"},                 // the mode before the preset
		{Matter{Category: "市政", Mode: events.TimeLimited, Preset: events.Inspection, Urgent: true}, "7wd"}, // two parts beat one
	} {
		c.m.Stage = events.StageRectify
		if got := table.Resolve(c.m).Text(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.m, got, c.want)
		}
	}
	if table.Version() != 1 || Shipped().Version() != 0 || Shipped().Resolve(Matter{Stage: events.StageRectify, Category: "市政"}).Text() != "15wd" {
		t.Error("the table before was changed")
	}
	back := table.With(events.LimitWithdrawn{Row: key("路灯", "", "", "")}, events.LimitWithdrawn{Row: events.LimitKey{Stage: events.StageRectify}})
	if got := back.Resolve(Matter{Stage: events.StageRectify, Category: "市政", Category2: "路灯"}).Text(); got != "3wd" {
		t.Errorf("after the row was withdrawn: %s", got)
	}
	if _, ok := back.Has(events.LimitKey{Stage: events.StageRectify}); !ok {
		t.Error("a preset was withdrawn")
	}
}

// Whatever rows there are: one row holds, it fits, and none that fits names more.
func TestResolveProperty(t *testing.T) {
	cats := []string{"", "市政", "路灯", "教育"}
	drawKey := func(t *rapid.T) events.LimitKey {
		return events.LimitKey{Stage: rapid.SampledFrom(events.Stages).Draw(t, "stage"), Category: rapid.SampledFrom(cats).Draw(t, "category"),
			Mode: rapid.SampledFrom(append([]events.Mode{""}, events.Modes...)).Draw(t, "mode"), Urgency: rapid.SampledFrom([]events.Urgency{"", events.Pressing, events.Usual}).Draw(t, "urgency"),
			Preset: rapid.SampledFrom(append([]events.Preset{""}, events.Presets...)).Draw(t, "preset")}
	}
	rapid.Check(t, func(t *rapid.T) {
		table := Shipped()
		for range rapid.IntRange(0, 20).Draw(t, "rows") {
			if k := drawKey(t); rapid.Bool().Draw(t, "withdraw") {
				table = table.With(events.LimitWithdrawn{Row: k})
			} else {
				table = table.With(set(k, "7d"))
			}
		}
		m := Matter{Stage: rapid.SampledFrom(events.Stages).Draw(t, "of stage"), Category: rapid.SampledFrom(cats[1:2]).Draw(t, "of category"), Category2: rapid.SampledFrom(cats[2:]).Draw(t, "of category 2"),
			Mode: rapid.SampledFrom(events.Modes).Draw(t, "of mode"), Urgent: rapid.Bool().Draw(t, "urgent"), Preset: rapid.SampledFrom(events.Presets).Draw(t, "of preset")}
		got := table.Resolve(m)
		if _, ok := m.fits(got.LimitKey); !ok || len(got.Rules) == 0 {
			t.Fatalf("%+v: row %s", m, got.LimitKey.Zh())
		}
		for _, r := range table.Rows() {
			if _, ok := m.fits(r.LimitKey); ok && named(r.LimitKey) > named(got.LimitKey) {
				t.Fatalf("%+v: row %s, and %s names more", m, got.LimitKey.Zh(), r.LimitKey.Zh())
			}
		}
		if again := table.Resolve(m); again.LimitKey != got.LimitKey {
			t.Fatalf("%s, then %s", got.LimitKey.Zh(), again.LimitKey.Zh())
		}
	})
}

func TestReadRules(t *testing.T) {
	for _, c := range []struct {
		s    events.Stage
		text string
		ok   bool
	}{
		{events.StageSign, "1wd", true}, {events.StageSign, "24h", true}, {events.StageSign, " 2d ", true}, {events.StageSign, "1wd 2wd", false},
		{events.StageSign, "2026-11-30", false}, {events.StageSign, "none/90d", false}, {events.StageSign, "", false}, {events.StageSign, "soon", false},
		{events.StageLookBack, "30d 90d 180d", true}, {events.StageLookBack, "90d 30d", false}, {events.StageLookBack, "30wd", false},
		{events.StageLookBack, "1d 2d 3d 4d 5d 6d", false}, {events.StageReview, "92d", true}, {events.StageReview, "60wd", false}, {"NEW", "1wd", false},
		{events.StageNear, "5wd", true}, {events.StageNear, "5d", false}, {events.StageNear, "24h", false},
	} {
		if _, err := ReadRules(c.s, c.text); (err == nil) != c.ok {
			t.Errorf("%s %q: %v", c.s, c.text, err)
		}
	}
	if got := (Row{Rules: []calendar.Rule{nd(30), nd(90)}}).Zh(); got != "30 天、90 天" {
		t.Error(got)
	}
}
