package domain

import "xiaohao/events"

// erasable are the states in which personal data may be erased: nobody works on the item
// any more, and no fact leads out of them. A closed or answered item is archived first,
// when its look-backs and evaluations are over. What the law says on how long papers are
// kept concerns the record of what was done, which erasure does not touch; if it asks for
// the words and contacts too, the office does not give the command.
var erasable = states{events.NotAccepted, events.Merged, events.Terminated, events.Archived}

// RequestErasure asks that the personal data of an item be erased (申请抹除个人信息). It cannot
// be taken back.
type RequestErasure struct {
	Reason events.ErasureReason `json:"reason" zh:"为什么抹除" need:"1"`
	Asked  events.ErasureAsker  `json:"asked" zh:"谁提出的" need:"1"`
	Ground string               `json:"ground" zh:"依据" need:"1" max:"200" hint:"写法条、申请书编号或文号，不写人名、电话。抹除以后谁也恢复不了。"`
}

func (c RequestErasure) name() string { return "request_erasure" }

func notErased(it *Item, _ Situation) *Refusal {
	if it.Erasure > 0 {
		return refuse("request_erasure.done", "已经申请过抹除，不用再申请。")
	}
	return nil
}

func (c RequestErasure) decide(*Item, Situation) ([]events.Event, error) {
	if r := noPersonal("ground", "request_erasure", "依据", c.Ground); r != nil { // it stays readable for ever
		return nil, r
	}
	return []events.Event{events.ErasureRequested{Reason: c.Reason, Asked: c.Asked, Ground: c.Ground}}, nil
}

// CompleteErasure records that the keys are destroyed (抹除完毕). Only the program itself
// gives it, after it did so.
type CompleteErasure struct{}

func (c CompleteErasure) name() string { return "complete_erasure" }

func erasureOpen(it *Item, _ Situation) *Refusal {
	switch {
	case it.Erasure == 0:
		return refuse("complete_erasure.none", "没有人申请抹除。")
	case it.Erased:
		return refuse("complete_erasure.done", "已经抹除完毕。")
	}
	return nil
}

func (c CompleteErasure) decide(it *Item, _ Situation) ([]events.Event, error) {
	return []events.Event{events.ErasureCompleted{Request: it.Erasure}}, nil
}

// takesPersonal refuses facts that would bring new personal data to an item whose personal
// data is to be erased, whatever command they come from.
func (it *Item) takesPersonal(facts []events.Event) *Refusal {
	if it == nil || it.Erasure == 0 {
		return nil
	}
	for _, e := range facts {
		personal := false
		_, _ = events.MapSealed(e, func(_ string, s events.Sealed) (events.Sealed, error) { // never fails
			personal = personal || s.Pending()
			return s, nil
		})
		if personal {
			return refuse("erasure.requested", "这一件的个人信息已按申请抹除，不能再记原话、姓名、电话。")
		}
	}
	return nil
}
