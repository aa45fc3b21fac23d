package ladder

import "xiaohao/events"

// presets hold the ladders of domain.md §2.6 and §2.8. 签收 counts from the day of issue:
// one working day is its limit.
var presets = map[events.Preset]Ladder{
	events.TownshipBox: {
		Rungs: map[events.Watch][]Rung{
			events.WatchDeadline: {{events.Remind, -3, false}, {events.Urge, 1, false}, {events.Blue, 5, false}},
			events.WatchSigning:  {{events.Urge, 2, false}},
			events.WatchAnswer:   climb,
			events.WatchReview:   look,
			events.WatchLookBack: look,
		},
		Urgent: urgent,
	},
	events.CountyLedger: {
		Rungs: map[events.Watch][]Rung{
			events.WatchDeadline: {{events.Remind, -3, false}, {events.Urge, 1, false}, {events.Yellow, 6, false}},
			events.WatchSigning:  {{events.Urge, 2, false}, {events.Yellow, 4, false}},
			events.WatchAnswer:   climb,
			events.WatchReview:   look,
			events.WatchLookBack: look,
		},
		Urgent: urgent,
	},
	events.Inspection: {
		Rungs: map[events.Watch][]Rung{
			events.WatchDeadline: {{events.Remind, -5, false}, {events.Urge, 1, false}, {events.Yellow, 3, false}},
			events.WatchSigning:  {{events.Urge, 2, false}, {events.Yellow, 3, false}},
			events.WatchAnswer:   climb,
			events.WatchReview:   look,
			events.WatchLookBack: look,
		},
		Urgent: urgent,
	},
}

var (
	// climb is what follows a slip that nobody answered: the next colour, the day after.
	climb = []Rung{{events.Orange, 1, false}, {events.Red, 1, false}, {events.Summon, 1, true}}
	// look calls on the day, and louder when nobody looked for a week.
	look = []Rung{{events.Remind, 0, true}, {events.Urge, 5, true}}
	// urgent items start high: there is no time for the lower colours.
	urgent = map[events.Watch][]Rung{
		events.WatchDeadline: {{events.Urge, 0, false}, {events.Orange, 1, false}},
		events.WatchSigning:  {{events.Urge, 0, false}, {events.Orange, 1, false}},
	}
)

// Of returns the ladder of a preset; an unknown one gets the county's.
func Of(p events.Preset) Ladder {
	if l, ok := presets[p]; ok {
		return l
	}
	return presets[events.CountyLedger]
}
