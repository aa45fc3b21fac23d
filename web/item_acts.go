package web

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// actOrder puts what moves the item on before what only accompanies it.
var actOrder = []string{"sign", "accept", "assign", "uphold_return", "approve_plan", "approve_part", "grant_extension", "grant_pause", "issue_reply", "check_site", "sign_off",
	"close", "close_publicity", "open_publicity", "apply_closure", "report_part", "submit_plan", "report_progress", "record_evidence", "report_rectified",
	"resolve_objection", "review_standing", "review_suspension", "resume", "order_redo", "decide_arbitration", "open_arbitration", "reject_return", "send_back_plan",
	"send_back_part", "deny_extension", "deny_pause", "send_back_reply", "refuse", "instruct", "supervise", "answer_supervision", "pass_look_back", "fail_look_back", "decide_exemption",
	"release", "draft_public_text", "answer", "request_info", "not_accept", "merge", "split", "request_return", "request_extension", "request_pause", "end_pause", "report_block", "submit_reply"}

// mostNot bounds how many impossible commands are shown with their reasons at once.
const mostNot = 6

// farOff reports whether a rule only says that the time for a command has not come: of no
// interest unless somebody looks for it.
func farOff(rule string) bool {
	if rule == "assignment.state" {
		return false
	}
	return slices.ContainsFunc([]string{".state", ".none", ".done", ".satisfied"}, func(end string) bool { return strings.HasSuffix(rule, end) })
}

// fillActions lists what this actor can do now, and what not with the reason.
func (s *Server) fillActions(p *ItemPage, it projections.Item, folded *domain.Item, a events.Actor) {
	situation := s.desk.Situation(a)
	all := domain.Actions(folded, situation)
	place := func(x domain.Action) int {
		if i := slices.Index(actOrder, x.Spec.Name); i >= 0 {
			return i
		}
		return len(actOrder)
	}
	slices.SortStableFunc(all, func(x, y domain.Action) int { return place(x) - place(y) })
	closing := false
	for _, x := range all {
		if x.Spec.Name == "reveal" { // stands beside what is masked
			continue
		}
		c := act{Name: x.Spec.Name, Title: x.Spec.Title, Href: commandPath(it.Number, x.Spec.Name), Class: "two"}
		closing = closing || x.Spec.Name == "close"
		if strings.HasSuffix(c.Name, "_photo") { // each photo has a page of its own
			c.Href = "/items/" + it.Number + "#a9"
		}
		if x.Refused != nil {
			c.Why = x.Refused.Message
			if x.Spec.Name != "close" && (farOff(x.Refused.Rule) || len(p.Not) >= mostNot) {
				p.Rest = append(p.Rest, c)
			} else {
				p.Not = append(p.Not, c)
			}
			continue
		}
		if len(p.Acts) == 0 && place(x) < len(actOrder) {
			c.Class = ""
		}
		if backward[c.Name] {
			c.Class = "warn"
		}
		if len(fieldsShown(x.Spec)) == 0 {
			f := commandForm{Command: c.Name, Action: c.Href, ID: uuid.NewString(), Seen: it.Rev}
			c.Button = &f
		}
		p.Acts = append(p.Acts, c)
	}
	if sp, ok := domain.SpecOf("close"); ok && !closing {
		if no := sp.Allows(folded, situation); no != nil {
			p.Not = append(p.Not, act{Name: "close", Title: sp.Title, Why: no.Message})
		}
	}
	slices.SortStableFunc(p.Not, func(x, y act) int { return first(y.Name == "close") - first(x.Name == "close") })
}

func first(b bool) int {
	if b {
		return 1
	}
	return 0
}
