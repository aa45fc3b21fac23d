package projections

import (
	"testing"

	"xiaohao/events"
)

// TestOwed holds what lies with the office in each state, and that it is the earliest of all.
func TestOwed(t *testing.T) {
	t.Parallel()
	day := func(d int) events.Date { return events.NewDate(2026, 10, d) }
	limit := func(st events.Stage, d int) events.Limited {
		return events.Limited{Limit: events.Limit{Due: day(d), Rule: "3wd", By: events.Basis{Row: events.LimitKey{Stage: st}}}}
	}
	met := limit(events.StageReply, 5)
	met.Met = day(4)
	chain := func(done ...events.Step) (out []ChainStep) {
		for _, st := range []events.Step{events.StepHandler, events.StepUnitHead, events.StepOfficeCheck, events.StepReply, events.StepLeader, events.StepPublicity, events.StepClose} {
			x := ChainStep{Step: st}
			for _, d := range done {
				if d == st {
					x.On = day(1)
				}
			}
			out = append(out, x)
		}
		return out
	}
	verify := []events.Limited{limit(events.StageVerify, 9)}
	for name, x := range map[string]struct {
		it   Item
		want Owed
	}{
		"to be accepted":        {Item{State: events.Registered, Group: GroupPending, Detail: Detail{Limits: []events.Limited{limit(events.StageAccept, 2)}}}, Owed{QueueRegistered, day(2)}},
		"to be looked at":       {Item{State: events.Registered, Group: GroupPending, Held: true, Detail: Detail{Limits: []events.Limited{limit(events.StageAccept, 2)}}}, Owed{QueueHeld, day(2)}},
		"the petitioner's turn": {Item{State: events.ReturnedForInfo, Group: GroupPending, Detail: Detail{Limits: []events.Limited{limit(events.StageAccept, 2)}}}, Owed{}},
		"no limit recorded":     {Item{State: events.Registered, Group: GroupPending}, Owed{}},
		"to be assigned":        {Item{State: events.Accepted, Group: GroupWaiting, Due: day(20)}, Owed{QueueAccepted, day(20)}},
		"the unit's turn":       {Item{State: events.InProgress, Group: GroupOpen, Due: day(20)}, Owed{}},
		"given back":            {Item{State: events.InProgress, Group: GroupOpen, Due: day(20), ReturnOpen: true}, Owed{QueueReturn, day(20)}},
		"more time":             {Item{State: events.InProgress, Group: GroupOpen, Due: day(20), ExtOpen: true}, Owed{QueueExtension, day(20)}},
		"more time again":       {Item{State: events.InProgress, Group: GroupOpen, Due: day(20), ExtOpen: true, Extensions: 1}, Owed{}},
		"a pause":               {Item{State: events.InProgress, Group: GroupOpen, Due: day(20), ExtOpen: true, Extensions: 1, Detail: Detail{Pause: &events.PauseRequested{}}}, Owed{QueueExtension, day(20)}},
		"a reply":               {Item{State: events.Rectified, Group: GroupDone, ReplyOpen: true, Detail: Detail{Limits: []events.Limited{limit(events.StageReply, 5)}}}, Owed{QueueReply, day(5)}},
		"a reply before both":   {Item{State: events.InProgress, Group: GroupOpen, Due: day(20), ReturnOpen: true, ReplyOpen: true, Detail: Detail{Limits: []events.Limited{limit(events.StageReply, 5)}}}, Owed{QueueReply, day(5)}},
		"replied":               {Item{State: events.Rectified, Group: GroupDone, Detail: Detail{Limits: []events.Limited{met}}}, Owed{}},
		"head signs":            {Item{State: events.UnderVerification, Group: GroupDone, Detail: Detail{Limits: verify, Chain: chain(events.StepHandler)}}, Owed{}},
		"office checks":         {Item{State: events.UnderVerification, Group: GroupDone, Detail: Detail{Limits: verify, Chain: chain(events.StepHandler, events.StepUnitHead)}}, Owed{QueueVerify, day(9)}},
		"no draft":              {Item{State: events.UnderVerification, Group: GroupDone, Detail: Detail{Limits: verify, Chain: chain(events.StepHandler, events.StepUnitHead, events.StepOfficeCheck)}}, Owed{}},
		"a draft":               {Item{State: events.UnderVerification, Group: GroupDone, ReplyOpen: true, Detail: Detail{Limits: verify, Chain: chain(events.StepHandler, events.StepUnitHead, events.StepOfficeCheck)}}, Owed{QueueReply, day(9)}},
		"leader signs":          {Item{State: events.UnderVerification, Group: GroupDone, Detail: Detail{Limits: verify, Chain: chain(events.StepHandler, events.StepUnitHead, events.StepOfficeCheck, events.StepReply)}}, Owed{}},
		"to be struck off": {Item{State: events.UnderVerification, Group: GroupDone, Detail: Detail{Limits: verify,
			Chain: chain(events.StepHandler, events.StepUnitHead, events.StepOfficeCheck, events.StepReply, events.StepLeader, events.StepPublicity)}}, Owed{QueueVerify, day(9)}},
		"shown to the public": {Item{State: events.InPublicity, Group: GroupDone, Detail: Detail{Limits: verify, Publicity: &events.PublicityOpened{Until: day(18)}}}, Owed{QueuePublicity, day(19)}},
		"standing":            {Item{State: events.Standing, Group: GroupStanding, NextReview: day(30)}, Owed{QueueReview, day(30)}},
		"held":                {Item{State: events.SuspendedAccount, Group: GroupHeld, NextReview: day(30)}, Owed{QueueReview, day(30)}},
		"struck off":          {Item{State: events.Closed, Group: GroupClosed, Due: day(1), NextReview: day(1)}, Owed{}},
	} {
		if got, ok := x.it.Owed(); got != x.want || ok != (x.want != Owed{}) {
			t.Errorf("%s: %+v (%v), want %+v", name, got, ok, x.want)
		}
	}
}
