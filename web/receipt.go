package web

import (
	"net/http"
	"net/url"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/domain/limit"
	"xiaohao/events"
	"xiaohao/projections"
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
	Renewed      bool     // of a code that was given anew
	Lost         []string // photos that were not taken
	QR           qrCode   // leads to the query page with the number; the code is never in it
}

type receiptStep struct{ What, Who, When string }

func (s *Server) newReceipt(r *http.Request, rc domain.Receipt) (ReceiptPage, error) {
	p := ReceiptPage{Page: s.page(r, "回执", "raise"), Number: rc.Number, Code: rc.Code, At: zhTime(s.cfg.Now())}
	scheme := "http://"
	if s.cfg.Proxies.Secure(r) {
		scheme = "https://"
	}
	var err error
	p.QR, err = qrOf(scheme + r.Host + "/q?no=" + url.QueryEscape(rc.Number))
	return p, err
}

// renewed shows the code that was given anew, to be printed and handed over.
func (s *Server) renewed(w http.ResponseWriter, r *http.Request, it projections.Item, rc domain.Receipt) error {
	p, err := s.newReceipt(r, rc)
	if err != nil {
		return err
	}
	p.Title, p.Clerk, p.Renewed = "新的查询码", true, true
	if p.Behind, err = s.settle(r.Context(), rc.Sequence); err != nil {
		return err
	}
	p.Number = it.Number
	return s.render(w, http.StatusOK, "receipt", p)
}

func (s *Server) receipt(w http.ResponseWriter, r *http.Request, rc domain.Receipt, c domain.Raise, clerk bool, lost []string) error {
	p, err := s.newReceipt(r, rc)
	if err != nil {
		return err
	}
	p.Text, p.Clerk, p.Lost = c.Text, clerk, lost
	if rc.Repeated { // sent twice: the same receipt, but only with the code that is really this number's
		it, err := s.desk.Look(r.Context(), rc.Item)
		if err != nil {
			return err
		}
		if !domain.CodeMatches(it.Number, rc.Code, it.CodeHash) {
			p.Code = ""
		}
	}
	if p.Behind, err = s.settle(r.Context(), rc.Sequence); err != nil {
		s.cfg.Log.Warn("receipt without waiting for the rows", "error", err)
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
