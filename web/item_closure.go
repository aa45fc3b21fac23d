package web

import (
	"fmt"
	"slices"
	"strings"

	"xiaohao/events"
	"xiaohao/projections"
)

// fillClosure fills report, reply, publicity, supervision and evaluation.
func (s *Server) fillClosure(p *ItemPage, it projections.Item, a events.Actor, said said) {
	d, today := it.Detail, s.today()
	some := func(fs ...fact) []fact { return slices.DeleteFunc(fs, func(f fact) bool { return f.Text == "" }) }
	if r := d.Report; r != nil {
		q := ""
		if !r.Quantity.IsZero() {
			q = num(r.Quantity.Done) + total(r.Quantity.Total) + " " + r.Quantity.Unit
		}
		contact := "没有联系"
		if r.Contacted {
			contact = "联系过"
			if note := said.words(r.ContactNote); note != "" && readsContact(it, a) {
				contact += "：" + note
			}
		}
		p.Report = some(fact{"结果", r.Result}, fact{"数量", q}, fact{"属实吗", r.Truth.Zh()}, fact{"解决了没有", r.Solved.Zh()}, fact{"没解决的原因", r.Unsolved},
			fact{"联系反映人", contact}, fact{"同类问题", r.Alike}, fact{"长效办法", r.LongTerm})
	}
	for _, c := range d.Checks {
		p.Checks = append(p.Checks, slip{Level: map[bool]string{true: "改好了", false: "没改好"}[c.Passed], Text: c.Conclusion, On: dayIn(c.On, today),
			Due: c.Place, Post: strings.Join(c.Checkers, "、")})
	}
	reply := "还是拟稿，没有发出"
	if it.Replied {
		reply = dayIn(d.RepliedOn, today) + " 已发，" + d.ReplyWay
	}
	if d.ReplyPublic != "" || !d.ReplyPrivate.IsZero() {
		p.Reply = some(fact{"公开的话", d.ReplyPublic}, fact{"只给反映人", said.words(d.ReplyPrivate)}, fact{"情况", strings.TrimSuffix(reply, "，")})
	}
	until := ""
	if d.Publicity != nil {
		until = d.Publicity.Medium + "，到 " + d.Publicity.Until.String()
	}
	p.Publicity = some(fact{"公开稿", d.PublicText}, fact{"公示", until})
	for _, o := range d.Objections {
		st := "没有答复"
		if !o.Open {
			st = map[bool]string{true: "成立", false: "不成立"}[o.Upheld]
		}
		p.Objected = append(p.Objected, objection{said.words(o.Text), dayIn(o.RaisedOn, today), o.Answer, st, !o.Contact.IsZero()})
	}
	for _, x := range d.Instructions {
		p.Words = append(p.Words, fact{x.Post + " " + dayIn(x.On, today), x.Text})
	}
	for _, x := range d.Slips {
		p.Slips = append(p.Slips, slipOf(it, x, today))
	}
	for _, e := range d.Evaluations {
		if awaits(it, e, a, today) {
			p.Evaluated = append(p.Evaluated, evaluation{Title: fmt.Sprintf("第 %d 轮：评了，评价期过了才给单位看", e.Round)})
			continue
		}
		ev := evaluation{Title: fmt.Sprintf("第 %d 轮：%s，%s", e.Round, e.Solved.Zh(), e.Satisfied.Zh()), Words: said.words(e.Words),
			Exempt: map[string]string{"ASKED": "单位申请甄别，等着定", "GRANTED": "甄别同意：不计入满意率", "DENIED": "甄别不同意"}[e.Exempt]}
		if !readsEvaluation(it, e, a, today) {
			ev.Words = ""
		}
		p.Evaluated = append(p.Evaluated, ev)
	}
}

// closedBy is who struck the number off, "" when nobody has.
func closedBy(it projections.Item) string {
	for _, s := range it.Detail.Chain {
		if s.Step == events.StepClose {
			return s.By
		}
	}
	return ""
}

// slipOf is a slip as the item's page lists it. 提醒 and 催办 by the ladder have no form and
// want no written answer.
func slipOf(it projections.Item, x projections.Slip, today events.Date) slip {
	out := slip{Level: x.Level.Zh(), Text: x.Text, On: dayIn(x.On, today), Answer: x.Answer, Post: x.Post}
	if x.Level.Slipped() {
		out.Href = slipHref(it.Number, x.Slip)
	}
	switch {
	case x.Back:
		out.Answer = "当时就撤销了"
	case x.Due.IsZero():
		out.Answer = "不用书面答复"
	case !x.Answered:
		out.Answer = "还没有答复"
	}
	if !x.Due.IsZero() {
		out.Due = dayIn(x.Due, today)
	}
	return out
}
