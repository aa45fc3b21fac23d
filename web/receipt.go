package web

import (
	"net/http"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/domain/limit"
	"xiaohao/events"
)

// ReceiptPage shows number and code, once.
type ReceiptPage struct {
	Page
	Number, Code string // Code is empty when it is not this number's
	Text         string
	At           string
	Steps        []receiptStep
	Behind       bool
	Clerk        bool
}

type receiptStep struct{ What, Who, When string }

func (s *Server) receipt(w http.ResponseWriter, r *http.Request, rc domain.Receipt, c domain.Raise, clerk bool) error {
	p := ReceiptPage{Page: s.page(r, "回执", "raise"), Number: rc.Number, Code: rc.Code, Text: c.Text, At: zhTime(s.cfg.Now()), Clerk: clerk}
	if rc.Repeated { // sent twice: the same receipt, but only with the code that is really this number's
		it, err := s.desk.Look(r.Context(), rc.Item)
		if err != nil {
			return err
		}
		if !domain.CodeMatches(it.Number, rc.Code, it.CodeHash) {
			p.Code = ""
		}
	}
	if err := s.reads.WaitFor(r.Context(), rc.Sequence); err != nil {
		p.Behind = true
	}
	cal := s.calendar()
	rule := func(st events.Stage) calendar.Rule {
		return s.ruleOf(limit.Matter{Stage: st, Category: c.Category, Category2: c.Category2, Preset: c.Preset, Mode: modeOf[st]})
	}
	day := func(d events.Date) string { return zhDay(d) + " 星期" + weekdayZh(d) }
	accept := cal.DueOn(rule(events.StageAccept), s.today())
	assign := cal.Add(accept, 1)
	p.Steps = []receiptStep{
		{"看一遍，定下受理不受理", "领导小组办公室", day(accept)},
		{"交给责任单位", "领导小组办公室", day(assign)},
		{"责任单位签收，跟您联系", "责任单位", day(cal.DueOn(rule(events.StageSign), assign))},
		{"改好", "责任单位", "受理时定，马上能改的 " + rule(events.StageRectify).Zh()},
		{"您来评：解决了没有", "您", "答复后 " + rule(events.StageEvaluate).Zh() + "内"},
	}
	if c.Anonymous || c.Phone == "" {
		p.Steps[2].What = "责任单位签收"
	}
	return s.render(w, http.StatusOK, "receipt", p)
}
