package domain

import (
	"fmt"

	"xiaohao/events"
)

// Supervise puts the item under supervision (督办) at the level ordered; urgent items may
// start high (domain.md §2.8).
type Supervise struct {
	Level events.SupervisionLevel `json:"level" zh:"级别" need:"1"`
	Text  string                  `json:"text" zh:"要求" need:"1" max:"200"`
}

func (c Supervise) name() string { return "supervise" }

func (c Supervise) decide(it *Item, s Situation) ([]events.Event, error) {
	l := s.sets(it.matter(events.StageAnswer))
	return []events.Event{events.SupervisionIssued{Slip: it.nextSlip(), Level: c.Level, Text: c.Text, Due: l.Due, Limit: l}}, nil
}

// FirstSlip is the lowest 督办单 on the ladder of an item that runs late: what a leader's one
// tap issues, so that its answer is waited for.
func FirstSlip(s Situation, p events.Preset, urgent bool) events.SupervisionLevel {
	for _, r := range s.ladder(p).Of(events.WatchDeadline, urgent) {
		if r.Level.Slipped() {
			return r.Level
		}
	}
	return events.Blue
}

func (it *Item) nextSlip() string { return it.Number + "-D" + itoa(len(it.Slips)+1) }

// Escalate is the step that the ladder owes for a watched day (督办阶梯), given by the sweep.
// The step is decided on the item itself: one that is not owed is refused, so a sweep that
// read old rows or ran with a wrong clock does nothing.
type Escalate struct {
	Watch events.Watch            `json:"watch" zh:"盯的是" need:"1"`
	Ref   string                  `json:"ref" zh:"哪一份" max:"60"`
	For   events.Date             `json:"for" zh:"哪一天" need:"1"`
	Level events.SupervisionLevel `json:"level" zh:"级别" need:"1"`
}

func (c Escalate) name() string { return "escalate" }

// Watched lists the days of the item that the ladder watches.
func (it *Item) Watched() []events.Watched {
	return it.Supervision.Watched(events.WatchedItem{State: it.State, Due: it.Due, NextReview: it.NextReview, Urgent: it.Urgent,
		Assignments: it.Assignments})
}

func (c Escalate) decide(it *Item, s Situation) ([]events.Event, error) {
	for _, w := range it.Watched() {
		if w.Watch != c.Watch || w.Ref != c.Ref || w.On != c.For {
			continue
		}
		rung, owed := s.ladder(it.Preset).Owed(s.Calendar, w, s.Today())
		switch {
		case !owed || rung.Level != c.Level:
		case rung.Ask:
			return []events.Event{events.AttentionCalled{Watch: c.Watch, Ref: c.Ref, For: c.For, Level: c.Level}}, nil
		default:
			e := events.SupervisionIssued{Slip: it.nextSlip(), Level: c.Level, Watch: c.Watch, Ref: c.Ref, For: c.For, Text: c.text(it, s)}
			if c.Level.Slipped() {
				e.Limit = s.sets(it.matter(events.StageAnswer))
				e.Due = e.Limit.Due
			}
			return []events.Event{e}, nil
		}
	}
	return nil, refuse("escalate.not_owed", "现在不到这一步。")
}

// text says what is the matter and, on a slip, what is asked for.
func (c Escalate) text(it *Item, s Situation) string {
	var what string
	switch c.Watch {
	case events.WatchSigning:
		what = fmt.Sprintf("%s 交办的，%s还没有签收", c.For, it.unitNamed(c.Ref))
	case events.WatchAnswer:
		what = fmt.Sprintf("督办单 %s 要在 %s 前答复，没有答复", c.Ref, c.For)
	default:
		switch {
		case c.For.After(s.Today()):
			what = fmt.Sprintf("期限 %s，还有 %d 个工作日", c.For, s.Calendar.Between(s.Today(), c.For))
		case c.For == s.Today():
			what = fmt.Sprintf("期限 %s，就是今天", c.For)
		default:
			what = fmt.Sprintf("期限 %s，已过 %d 个工作日，还没有报整改完成", c.For, s.Calendar.Between(c.For, s.Today()))
		}
	}
	if c.Level.Slipped() {
		return what + "。请书面说明原因、下一步怎么办、哪天办完。"
	}
	return what + "。"
}

// unitNamed is the name of an assignment's unit.
func (it *Item) unitNamed(assignment string) string {
	for _, a := range it.Assignments {
		if a.ID == assignment {
			return a.Unit.Name
		}
	}
	return "责任单位"
}

func slipOpen(it *Item, _ Situation) *Refusal {
	for _, answered := range it.Slips {
		if !answered {
			return nil
		}
	}
	return refuse("answer_supervision.none", "没有等着回的督办单。")
}

// AnswerSupervision answers the oldest slip that is open (答复督办).
type AnswerSupervision struct {
	Text string `json:"text" zh:"怎么办的" need:"1" max:"500"`
}

func (c AnswerSupervision) name() string { return "answer_supervision" }

func (c AnswerSupervision) decide(it *Item, _ Situation) ([]events.Event, error) {
	for i := 1; i <= len(it.Slips); i++ {
		slip := it.Number + "-D" + itoa(i)
		if answered, ok := it.Slips[slip]; ok && !answered {
			return []events.Event{events.SupervisionAnswered{Slip: slip, Text: c.Text}}, nil
		}
	}
	return nil, refuse("answer_supervision.none", "没有等着回的督办单。")
}
