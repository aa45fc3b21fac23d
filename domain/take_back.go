package domain

import (
	"time"

	"xiaohao/events"
)

// UndoWindow is how long a person may take back a 批示 or 督办 given with one tap. Nobody is
// told of either before it is over.
const UndoWindow = 10 * time.Second

// undoTravel is what the request of a tap at the last moment may take.
const undoTravel = 2 * time.Second

// given is an order of a person that may still be taken back.
type given struct {
	command, by string
	at          time.Time // by the clock of the desk that took it
	slip        string    // "" = a 批示
}

func givenBy(r events.Recorded, slip string) *given {
	return &given{r.CommandID.String(), r.Actor.ID, r.At, slip}
}

// TakeBack takes back what the same person ordered last, within [UndoWindow] (撤销刚才的批示、
// 督办). What was said stays in the log, and so does that it was taken back.
type TakeBack struct{}

func (c TakeBack) name() string { return "take_back" }

func mayTakeBack(it *Item, s Situation) *Refusal {
	switch {
	case it.Order == nil || it.Order.by != s.Actor.ID:
		return refuse("take_back.none", "您没有刚给的批示、督办可以撤销。")
	case s.Now.Sub(it.Order.at) > UndoWindow+undoTravel:
		return refuse("take_back.late", "过了 %d 秒，已经通知出去，不能撤销了。", int(UndoWindow.Seconds()))
	}
	return nil
}

func (c TakeBack) decide(it *Item, _ Situation) ([]events.Event, error) {
	return []events.Event{events.OrderTakenBack{Order: it.Order.command, Slip: it.Order.slip}}, nil
}
