package projections

import (
	"slices"

	"xiaohao/events"
)

// Owed is a step that lies with the office, and the last day on which it is done in time.
type Owed struct {
	Queue Queue // in which the item waits for it
	Due   events.Date
}

// Owed returns the step that the office must do first, by the account of the item's deadlines:
// the step's own limit where one was set, else the deadline of the whole item, which runs on
// meanwhile; of a 公示 the day on which it can be ended, of 常态 and 挂账 the day of the next
// look. It is false when nothing lies with the office, or nothing that has a day.
func (it *Item) Owed() (o Owed, ok bool) {
	by := func(q Queue, due events.Date) {
		if !due.IsZero() && (o.Due.IsZero() || due.Before(o.Due)) {
			o = Owed{q, due}
		}
	}
	limit := func(q Queue, st events.Stage) {
		if l, set := it.Limit(st, ""); set && l.Open() {
			by(q, l.Due)
		}
	}
	switch it.State {
	case events.Registered:
		limit(pick(it.Held, QueueHeld, QueueRegistered), events.StageAccept)
	case events.Accepted:
		by(QueueAccepted, it.Due)
	case events.UnderVerification:
		if q := it.officeSigns(); q != "" {
			limit(q, events.StageVerify)
		}
	case events.InPublicity:
		if p := it.Detail.Publicity; p != nil {
			by(QueuePublicity, p.Until.AddDays(1))
		}
	case events.Standing, events.SuspendedAccount:
		by(QueueReview, it.NextReview)
	}
	if it.ReplyOpen {
		limit(QueueReply, events.StageReply)
	}
	if it.open() && it.ReturnOpen {
		by(QueueReturn, it.Due)
	}
	if it.open() && it.ExtOpen && (it.Detail.Pause != nil || it.Extensions == 0) { // a second extension lies with the leader
		by(QueueExtension, it.Due)
	}
	return o, !o.Due.IsZero()
}

// officeSigns is the queue in which a closure waits for the office, "" while it is the turn of
// somebody else.
func (it *Item) officeSigns() Queue {
	i := slices.IndexFunc(it.Detail.Chain, func(c ChainStep) bool { return c.On.IsZero() })
	if i < 0 {
		return ""
	}
	switch it.Detail.Chain[i].Step {
	case events.StepOfficeCheck, events.StepPublicity, events.StepClose:
		return QueueVerify
	case events.StepReply:
		return pick(it.ReplyOpen, QueueReply, "")
	}
	return ""
}
