package domain

import (
	"xiaohao/events"
)

// Dispatch is triage and assignment in one (受理并交办): what the office does with most
// opinions. It is what Accept, LinkLeader and Assign do one after the other, as one commit:
// all of it is stored or nothing is, and each part is refused by its own rule.
type Dispatch struct {
	Accept
	Assign
}

func (c Dispatch) name() string { return "dispatch" }

func (c Dispatch) decide(it *Item, s Situation) ([]events.Event, error) {
	facts, err := c.Accept.decide(it, s)
	if err != nil {
		return nil, err
	}
	more, err := c.Assign.decide(it.with(facts, s), s)
	if err != nil {
		return nil, err
	}
	return append(facts, more...), nil
}

// with returns the item as it would stand after facts of triage, for deciding on what comes
// next in the same commit. The item itself is not changed.
func (it *Item) with(facts []events.Event, s Situation) *Item {
	next := *it
	for _, e := range facts {
		next.apply(e, events.Recorded{Commit: events.Commit{Actor: s.Actor}}, s.Today())
		if to, ok := events.StateAfter(e); ok {
			next.State = to
		}
	}
	return &next
}
