package domain

import (
	"slices"
	"strings"
	"testing"

	"xiaohao/events"
)

func chainZh(steps []events.Step) string {
	var out []string
	for _, s := range steps {
		out = append(out, s.Zh())
	}
	return strings.Join(out, "→")
}

// The chains of domain.md §2.5.
func TestChains(t *testing.T) {
	for p, want := range map[events.Profile]string{
		events.P1: "承办人→单位分管领导→答复群众→销号",
		events.P2: "承办人→单位分管领导→主要负责人→办公室核查→答复群众→销号",
		events.P3: "承办人→单位分管领导→主要负责人→办公室核查→答复群众→现场核查→挂钩领导审签→公示→销号",
		events.P4: "承办人→单位分管领导→主要负责人→办公室核查→现场核查→答复群众→公示→挂钩领导审签→上级复核→销号",
	} {
		if got := chainZh(Chain(p)); got != want {
			t.Errorf("%s: %s, want %s", p, got, want)
		}
	}
	Chain(events.P1)[0] = "x"
	if Chain(events.P1)[0] != events.StepHandler {
		t.Error("a caller can change the chain")
	}
}

// Every chain starts with the handler, ends with 销号 and answers before it; the steps of
// the unit come before those of others, so that a check is never of unsigned work.
func TestChainsAreWhole(t *testing.T) {
	for p := range chains {
		c := Chain(p)
		if c[0] != events.StepHandler || c[len(c)-1] != events.StepClose || !slices.Contains(c, events.StepReply) {
			t.Errorf("%s: %s", p, chainZh(c))
		}
		others := false
		for i, step := range c {
			if slices.Contains(c[:i], step) {
				t.Errorf("%s has %s twice", p, step)
			}
			own := step == events.StepHandler || signers[step].own
			if own && others {
				t.Errorf("%s: the unit signs %s after others", p, step)
			}
			others = others || !own
		}
	}
	for _, p := range events.Presets {
		s := SettingsOf(p)
		if s.Name != p.Zh() || s.Returns < 1 || len(s.Profiles) != 3 {
			t.Errorf("%s: %+v", p, s)
		}
	}
	if SettingsOf("NEW").Name != SettingsOf(events.CountyLedger).Name {
		t.Error("an unknown preset is not the county's")
	}
}

func TestProfileOf(t *testing.T) {
	for _, c := range []struct {
		preset  events.Preset
		level   events.Level
		source  events.Source
		leader  bool
		units   int
		want    events.Profile
		because string
	}{
		{events.CountyLedger, events.Simple, events.FromPublic, false, 1, events.P1, "small"},
		{events.CountyLedger, events.Normal, events.FromPublic, false, 1, events.P2, "ordinary"},
		{events.CountyLedger, events.Key, events.FromPublic, false, 1, events.P3, "重件"},
		{events.CountyLedger, events.Normal, events.FromPublic, true, 1, events.P3, "挂钩"},
		{events.CountyLedger, events.Normal, events.FromPublic, false, 2, events.P3, "two units"},
		{events.CountyLedger, events.Simple, events.FromPublic, true, 1, events.P3, "挂钩, small"},
		{events.CountyLedger, events.Simple, events.FromPublic, false, 2, events.P3, "two units, small"},
		{events.CountyLedger, events.Simple, events.FromSuperior, false, 1, events.P4, "from above"},
		{events.CountyLedger, events.Key, events.FromSuperior, true, 3, events.P4, "from above"},
		{events.CountyLedger, events.Normal, events.FromMedia, false, 1, events.P2, "media"},
		{events.TownshipBox, events.Simple, events.FromPublic, false, 1, events.P1, "township"},
		{events.TownshipBox, events.Normal, events.FromPublic, false, 1, events.P1, "township"},
		{events.TownshipBox, events.Key, events.FromPublic, false, 1, events.P2, "township"},
		{events.TownshipBox, events.Normal, events.FromPublic, true, 1, events.P2, "township, 挂钩"},
		{events.TownshipBox, events.Normal, events.FromPublic, false, 2, events.P2, "township, two units"},
		{events.TownshipBox, events.Normal, events.FromSuperior, false, 1, events.P4, "from above"},
		{events.Inspection, events.Simple, events.FromPublic, false, 1, events.P4, "督察"},
		{events.Inspection, events.Key, events.FromSelf, true, 2, events.P4, "督察"},
	} {
		it := &Item{Preset: c.preset, Level: c.level, Source: c.source}
		if c.leader {
			it.Leader = events.Leader{ID: "l"}
		}
		for i := range c.units {
			it.Assignments = append(it.Assignments, events.Assignment{Assigned: events.Assigned{Unit: units[i]}})
		}
		it.Assignments = append(it.Assignments, events.Assignment{State: events.PartWithdrawn}) // counts no more
		if got := ProfileOf(it); got != c.want {
			t.Errorf("%s %s %s (%s): %s, want %s", c.preset, c.level, c.source, c.because, got, c.want)
		}
	}
}
