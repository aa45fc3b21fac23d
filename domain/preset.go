package domain

import (
	"slices"

	"xiaohao/events"
)

// Settings are what an office sets for a ledger besides its time limits, which package limit
// has. The presets below hold the defaults of domain.md §2.4 and §2.5.
type Settings struct {
	Name         string
	Extensions   int // how often a deadline may be extended
	Returns      int // after this many returns: arbitration
	Profiles     map[events.Level]events.Profile
	ResultNeeded bool // closing needs at least one piece of result evidence
}

var settings = map[events.Preset]Settings{
	events.TownshipBox: {Name: "镇级意见箱", Extensions: 1, Returns: 2,
		Profiles: map[events.Level]events.Profile{events.Simple: events.P1, events.Normal: events.P1, events.Key: events.P2}},
	events.CountyLedger: {Name: "县级整改台账", Extensions: 2, Returns: 2, ResultNeeded: true,
		Profiles: map[events.Level]events.Profile{events.Simple: events.P1, events.Normal: events.P2, events.Key: events.P3}},
	events.Inspection: {Name: "督察销号", Extensions: 1, Returns: 2, ResultNeeded: true,
		Profiles: map[events.Level]events.Profile{events.Simple: events.P4, events.Normal: events.P4, events.Key: events.P4}},
}

// SettingsOf returns the settings of a preset; an unknown one gets the county's.
func SettingsOf(p events.Preset) Settings {
	if s, ok := settings[p]; ok {
		return s
	}
	return settings[events.CountyLedger]
}

// chains are the sign-off profiles of domain.md §2.5, in signing order.
var chains = map[events.Profile][]events.Step{
	events.P1: {events.StepHandler, events.StepUnitDeputy, events.StepReply, events.StepClose},
	events.P2: {events.StepHandler, events.StepUnitDeputy, events.StepUnitHead, events.StepOfficeCheck, events.StepReply,
		events.StepClose},
	events.P3: {events.StepHandler, events.StepUnitDeputy, events.StepUnitHead, events.StepOfficeCheck, events.StepReply,
		events.StepSiteCheck, events.StepLeader, events.StepPublicity, events.StepClose},
	events.P4: {events.StepHandler, events.StepUnitDeputy, events.StepUnitHead, events.StepOfficeCheck, events.StepSiteCheck,
		events.StepReply, events.StepPublicity, events.StepLeader, events.StepHigherCheck, events.StepClose},
}

// Chain returns the steps of a profile in signing order.
func Chain(p events.Profile) []events.Step { return append([]events.Step(nil), chains[p]...) }

// chainOf returns the steps of a profile for an item: what may never be public (举报, 涉稳,
// 保密) has no 公示, or it could never be struck off.
func chainOf(it *Item, p events.Profile) []events.Step {
	return slices.DeleteFunc(Chain(p), func(s events.Step) bool { return s == events.StepPublicity && it.neverPublic() })
}

func (it *Item) neverPublic() bool { return it.Class != events.Ordinary || it.Confidential }

// ProfileOf returns the profile that an item closes by: an order from above always takes
// P4; an item with a linked leader or more than one unit closes like a 重点件 of its preset.
func ProfileOf(it *Item) events.Profile {
	if it.Source == events.FromSuperior {
		return events.P4
	}
	profiles := SettingsOf(it.Preset).Profiles
	if !it.Leader.IsZero() || len(it.live()) > 1 {
		return profiles[events.Key]
	}
	return profiles[it.Level]
}
