package projections

import "xiaohao/events"

// dimension is one way to split items up. Counters are kept for each value of each.
type dimension int

const (
	byPreset dimension = iota
	byUnit             // lead unit
	byLeader
	byMode
	bySource
	byCategory
	byArea
	byCampaign
	dimensions
)

// column of item and item_day.
func (d dimension) column() string {
	return [...]string{"preset", "unit", "leader", "mode", "source", "category", "area", "campaign"}[d]
}

// Further dimensions of counters, with no column of their own.
const (
	byAll   dimension = dimensions + iota // everything, key ""
	byTally                               // items with a leader: C and the campaign, or M and the mode
	byQueue                               // the queues that an item is in
	allDimensions
)

// code is how counters name the dimension.
func (d dimension) code() string {
	return [...]string{"PRESET", "UNIT", "LEADER", "MODE", "SOURCE", "CATEGORY", "AREA", "CAMPAIGN", "ALL", "TALLY", "QUEUE"}[d]
}

// scopes are what a whole board can be narrowed by and still be read from counters: within
// each value of one of these, everything is counted by every dimension. Items that the
// public sees are a scope of their own, with the key "1".
const (
	scopeAll = iota
	scopePreset
	scopeUnit
	scopeLeader
	scopeCampaign
	scopeShown
	scopeCount
)

var scopeCodes = [scopeCount]string{"ALL", "PRESET", "UNIT", "LEADER", "CAMPAIGN", "SHOWN"}

// scopeOf is the scope that narrows by d.
func scopeOf(d dimension) (scope int, ok bool) {
	switch d {
	case byPreset:
		return scopePreset, true
	case byUnit:
		return scopeUnit, true
	case byLeader:
		return scopeLeader, true
	case byCampaign:
		return scopeCampaign, true
	}
	return 0, false
}

// scopeDimension is the dimension that a scope narrows by.
func scopeDimension(scope int) dimension {
	for d := range dimensions {
		if s, ok := scopeOf(d); ok && s == scope {
			return d
		}
	}
	return byAll
}

// keys are an item's values, by dimension.
type keys [dimensions]string

func keysOf(it *Item) keys {
	return keys{clean(string(it.Preset)), clean(it.Lead.ID), clean(it.Leader.ID), clean(string(it.Mode)), clean(string(it.Source)),
		clean(it.Category), clean(it.Area), clean(it.Campaign)}
}

// tally is the key of the row of seals that the item stands in, "" without a leader.
func (k *keys) tally() string {
	switch {
	case k[byLeader] == "":
		return ""
	case k[byCampaign] != "":
		return "C" + k[byCampaign]
	}
	return "M" + k[byMode]
}

// in is the item's value in a dimension, and whether it is in one of its rows at all.
func (k *keys) in(d dimension) (value string, in bool) {
	switch {
	case d < dimensions:
		return k[d], true
	case d == byTally:
		return k.tally(), k.tally() != ""
	}
	return "", d == byAll
}

// scope is the item's value in a scope, and whether it is in it at all.
func (k *keys) scope(s int, shown bool) (value string, in bool) {
	switch s {
	case scopePreset:
		return k[byPreset], true
	case scopeUnit:
		return k[byUnit], true
	case scopeLeader:
		return k[byLeader], true
	case scopeCampaign:
		return k[byCampaign], true
	case scopeShown:
		return "1", shown
	}
	return "", true
}

// span is how many days a row of board_day or board_due stands for: since is its first day.
type span byte

const (
	spanEver  span = 'A' // what stands now: board_sum
	spanYear  span = 'Y'
	spanMonth span = 'M'
	spanTen   span = 'T' // 旬: from the 1st, 11th or 21st
	spanDay   span = 'D'
)

// start is the first day of the span that holds d.
func (s span) start(d events.Date) events.Date {
	switch s {
	case spanYear:
		return events.NewDate(d.Year(), 1, 1)
	case spanMonth:
		return events.NewDate(d.Year(), d.Month(), 1)
	case spanTen:
		return events.NewDate(d.Year(), d.Month(), min(d.Day()-1, 29)/10*10+1)
	case spanDay:
		return d
	}
	return events.Date{}
}
