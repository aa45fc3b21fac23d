package directory

import (
	"slices"

	"github.com/google/uuid"

	"xiaohao/events"
)

// maxDelegation is the longest a delegation may run: an absence, not another appointment.
const maxDelegation = 180

// Delegate lets another officer act in the giver's posts for some days. What is done under
// it is recorded with both: who acted, and for whom.
type Delegate struct {
	Officer string      `json:"officer"` // who gives it
	To      string      `json:"to"`
	Post    string      `json:"post"` // "" for all that can be
	From    events.Date `json:"from"` // none = today
	Until   events.Date `json:"until"`
	Reason  string      `json:"reason"` // 出差、休假
}

func (Delegate) name() string { return "delegate" }

func (c Delegate) person() string { return c.Officer }

func (c Delegate) entry() (events.Aggregate, uuid.UUID) { return officerEntry(c.Officer) }

func (c Delegate) check(s situation) error {
	k, from := checks{command: c.name()}, s.orToday(c.From)
	k.text("to", "委托给谁", c.To, 64, true)
	k.text("reason", "原因", c.Reason, 100, true)
	switch {
	case c.Until.IsZero():
		k.add("until", "missing", "委托到哪一天：还没有填。")
	case c.Until.Before(from):
		k.add("until", "order", "委托到哪一天：%s 在开始的 %s 之前。", c.Until, from)
	case c.Until.DaysSince(from) >= maxDelegation:
		k.add("until", "long", "委托到哪一天：最长 %d 天；更久请重新任职。", maxDelegation)
	}
	if from.Before(s.today) {
		k.add("from", "past", "从哪一天起：不能早于今天。")
	}
	if c.To == c.Officer {
		k.add("to", "itself", "委托给谁：不能是自己。")
	}
	return k.err()
}

func (c Delegate) decide(s situation) ([]events.Event, error) {
	if err := c.check(s); err != nil {
		return nil, err
	}
	from := s.orToday(c.From)
	o, err := s.here(c.name(), c.Officer, from)
	if err != nil {
		return nil, err
	}
	to, err := s.look(events.OfficerAggregate, c.To)
	switch {
	case err != nil:
		return nil, err
	case to.officer == nil:
		return nil, refuse("to", "delegate.unknown", "委托给谁：人员名册里没有“%s”。", c.To)
	case !to.officer.Here(from):
		return nil, refuse("to", "delegate.left", "委托给谁：“%s”已于 %s 离任。", c.To, to.officer.Left)
	}
	if err := c.posts(s, o.PostsOn(from)); err != nil {
		return nil, err
	}
	for _, g := range o.Given {
		if g.To == c.To && g.Post == c.Post && !g.Withdrawn && !g.Until.Before(from) && !c.Until.Before(g.From) {
			if g.From == from && g.Until == c.Until {
				return nil, nil
			}
			return nil, refuse("to", "delegate.already", "已经委托给“%s”了：%s 到 %s。要改日期，先收回再委托。", c.To, g.From, g.Until)
		}
	}
	return []events.Event{events.DelegationGiven{ID: s.newID(), To: c.To, Post: c.Post, From: from, Until: c.Until, Reason: c.Reason}}, nil
}

// posts wants a post that can be delegated: an administrator's cannot.
func (c Delegate) posts(s situation, held []events.Post) error {
	held = slices.DeleteFunc(held, func(p events.Post) bool { return c.Post != "" && p.ID != c.Post })
	switch {
	case len(held) == 0 && c.Post != "":
		return refuse("post", "delegate.post", "委托哪个职务：那一天不在这个职务上。")
	case len(held) == 0:
		return refuse("officer", "delegate.no_post", "那一天没有职务，没有什么可以委托的。")
	}
	for _, p := range held {
		if slices.Contains(events.Administrators, p.Role) {
			return refuse("post", "delegate.administrator", "%s的职务不能委托，请安全管理员另行任命。", p.Role.Zh())
		}
	}
	return nil
}

// WithdrawDelegation ends a delegation at once.
type WithdrawDelegation struct {
	Officer string `json:"officer"` // who gave it
	ID      string `json:"id"`
}

func (WithdrawDelegation) name() string { return "withdraw_delegation" }

func (c WithdrawDelegation) person() string { return c.Officer }

func (c WithdrawDelegation) entry() (events.Aggregate, uuid.UUID) { return officerEntry(c.Officer) }

func (c WithdrawDelegation) decide(s situation) ([]events.Event, error) {
	if s.is.officer == nil {
		return nil, noOfficer(c.name(), c.Officer)
	}
	for _, g := range s.is.officer.Given {
		if g.ID == c.ID {
			if g.Withdrawn {
				return nil, nil
			}
			return []events.Event{events.DelegationWithdrawn{ID: c.ID}}, nil
		}
	}
	return nil, refuse("id", "withdraw_delegation.unknown", "没有这项委托。")
}
