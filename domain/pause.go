package domain

import "xiaohao/events"

// RequestPause asks that the item's clock stands still for a while (申请暂停计时): time for
// 听证、鉴定、招标、公示 does not count (domain.md §2.7). It is asked before the deadline, says
// until when, and is decided by somebody else.
type RequestPause struct {
	Ground events.PauseGround `json:"ground" zh:"因为什么" need:"1"`
	Until  events.Date        `json:"until" zh:"暂停到哪天" need:"1" hint:"这一天起恢复计时。"`
	Reason string             `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c RequestPause) name() string { return "request_pause" }

func mayPause(it *Item, s Situation) *Refusal {
	switch {
	case it.Due.IsZero():
		return refuse("request_pause.no_due", "这一件没有期限，不用暂停计时。")
	case it.overdue(s):
		return refuse("request_pause.late", "期限 %s 已过。暂停计时只能在到期前提出。", it.Due)
	case it.Pause != nil:
		return refuse("request_pause.open", "已经申请暂停计时，等着批。")
	}
	if p, paused := it.Clock.Paused(s.Today()); paused {
		return refuse("request_pause.paused", "现在就在暂停计时，到 %s 恢复。", p.To)
	}
	return nil
}

func (c RequestPause) decide(it *Item, s Situation) ([]events.Event, error) {
	last := s.Today().AddDays(s.days(it.matter(events.StageReview)))
	if !c.Until.After(s.Today()) || c.Until.After(last) {
		return nil, refuseAt("until", "request_pause.until", "暂停到哪天：要在明天到 %s 之间。", last)
	}
	if r := noPersonal("reason", "request_pause", "理由", c.Reason); r != nil {
		return nil, r
	}
	return []events.Event{events.PauseRequested{Ground: c.Ground, Until: c.Until, Reason: c.Reason}}, nil
}

func pauseOpen(it *Item, s Situation) *Refusal {
	if it.Pause == nil {
		return refuse("pause.none", "现在没有等着批的暂停计时。")
	}
	if it.PauseBy == s.Actor.ID {
		return refuse("pause.own", "暂停计时是您申请的，要由别人来批。")
	}
	return nil
}

// GrantPause stops the clock from the day on which it was asked to and moves the deadline;
// the original stays visible (批准暂停计时).
type GrantPause struct {
	Reason string `json:"reason" zh:"意见" need:"1" max:"200"`
}

func (c GrantPause) name() string { return "grant_pause" }

func (c GrantPause) decide(it *Item, s Situation) ([]events.Event, error) {
	e := events.PauseGranted{Ground: it.Pause.Ground, From: it.PauseOn, Until: it.Pause.Until, Was: it.Due, Reason: c.Reason}
	e.Due, e.Counted = it.dueAfter(e, it.PauseOn, e.Until.DaysSince(e.From), s)
	return []events.Event{e}, nil
}

// DenyPause leaves the clock running (不同意暂停计时).
type DenyPause struct {
	Reason string `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c DenyPause) name() string { return "deny_pause" }

func (c DenyPause) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.PauseDenied{Reason: c.Reason}}, nil
}

func isPaused(it *Item, s Situation) *Refusal {
	if _, paused := it.Clock.Paused(s.Today()); !paused {
		return refuse("end_pause.none", "现在没有暂停计时。")
	}
	return nil
}

// EndPause lets the clock go on before the pause is over (恢复计时): today counts again, and
// the deadline comes nearer by what was not used.
type EndPause struct {
	Reason string `json:"reason" zh:"为什么恢复" need:"1" max:"200"`
}

func (c EndPause) name() string { return "end_pause" }

func (c EndPause) decide(it *Item, s Situation) ([]events.Event, error) {
	p, _ := it.Clock.Paused(s.Today())
	e := events.PauseEnded{Was: it.Due, Reason: c.Reason}
	e.Due, e.Counted = it.dueAfter(e, s.Today(), s.Today().DaysSince(p.To), s)
	return []events.Event{e}, nil
}
