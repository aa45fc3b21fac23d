package domain

import (
	"slices"

	"xiaohao/domain/calendar"
	"xiaohao/events"
)

// Settings are what an office sets for a ledger. Every figure is configuration; the
// presets below hold the defaults of domain.md §2.6.
type Settings struct {
	Name         string
	Sign         calendar.Rule // 签收
	Return       calendar.Rule // 退单
	Accept       calendar.Rule // 受理
	Immediate    calendar.Rule // 立即改
	Urgent       calendar.Rule // 立即改, urgent
	TimeLimited  calendar.Rule // 限期改
	Plan         calendar.Rule // 计划改: plan handed in; a late one is taken all the same
	Publicity    calendar.Rule // 公示
	Answer       calendar.Rule // 督办单 answered
	Evaluate     int           // natural days the evaluation stays open
	Extensions   int           // how often a deadline may be extended
	Returns      int           // after this many returns: arbitration
	LookBacks    []int
	ReviewDays   int // 常态, 挂账: longest time until the next look
	Profiles     map[events.Level]events.Profile
	ResultNeeded bool // closing needs at least one piece of result evidence
}

func wd(n int) calendar.Rule { return calendar.Rule{Unit: calendar.WorkingDays, N: n} }
func nd(n int) calendar.Rule { return calendar.Rule{Unit: calendar.NaturalDays, N: n} }
func hr(n int) calendar.Rule { return calendar.Rule{Unit: calendar.ByHour, N: n} }

var settings = map[events.Preset]Settings{
	events.TownshipBox: {Name: "镇级意见箱", Sign: wd(1), Return: wd(1), Accept: wd(1), Immediate: wd(5), Urgent: hr(24),
		TimeLimited: wd(15), Plan: wd(5), Publicity: nd(7), Answer: wd(3), Evaluate: 30, Extensions: 1, Returns: 2,
		LookBacks: []int{30}, ReviewDays: 92,
		Profiles: map[events.Level]events.Profile{events.Simple: events.P1, events.Normal: events.P1, events.Key: events.P2}},
	events.CountyLedger: {Name: "县级整改台账", Sign: wd(1), Return: wd(1), Accept: wd(1), Immediate: wd(5), Urgent: hr(24),
		TimeLimited: wd(15), Plan: wd(5), Publicity: nd(7), Answer: wd(3), Evaluate: 30, Extensions: 2, Returns: 2,
		LookBacks: []int{30, 90}, ReviewDays: 92, ResultNeeded: true,
		Profiles: map[events.Level]events.Profile{events.Simple: events.P1, events.Normal: events.P2, events.Key: events.P3}},
	events.Inspection: {Name: "督察销号", Sign: wd(1), Return: wd(1), Accept: wd(1), Immediate: wd(5), Urgent: hr(24),
		TimeLimited: wd(15), Plan: wd(5), Publicity: nd(7), Answer: wd(3), Evaluate: 30, Extensions: 1, Returns: 2,
		LookBacks: []int{30, 90}, ReviewDays: 92, ResultNeeded: true,
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
