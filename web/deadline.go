package web

import (
	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/projections"
)

// accountRows is how many days of an account stand on the page of an item; a longer one has
// its page alone.
const accountRows = 92

// basis is what a deadline rests on, as the log says.
type basis struct {
	Rule               string // as in the fact: 5wd, date
	From, First, Until events.Date
}

func basisOf(it projections.Item) basis { return basis{it.DueRule, it.DueFrom, it.DueOriginal, it.Due} }

func basisOfPublic(it projections.PublicItem) basis {
	return basis{it.DueRule, it.DueFrom, it.DueOriginal, it.Due}
}

// accountOf tells a deadline day by day. What stands in the log is what holds: where the
// rule does not lead there (it was counted by an older calendar, or moved), the account says
// the day as one that was set.
func accountOf(cal *calendar.Calendar, b basis) calendar.Deadline {
	first := b.First
	if first.IsZero() {
		first = b.Until
	}
	rule, err := calendar.ParseRule(b.Rule)
	l := calendar.Limit{Rule: rule, From: b.From.Time()}
	if err != nil || cal.Due(l).Due != first {
		l.Rule = calendar.Rule{Unit: calendar.Fixed, On: first}
	}
	if b.Until != first {
		l.Extensions = []calendar.Extension{{To: b.Until, On: first}}
	}
	return cal.Due(l)
}
