package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// UnitPage is the work of one unit, what is urgent first.
type UnitPage struct {
	Page
	Unit     string
	Says     string
	Led      number
	Helps    int
	Groups   []unitGroup
	All      int
	Progress *progressForm
	Closing  *closingList // of the item that is nearest to 销号
}

// unitGroup is one kind of work that waits for the unit.
type unitGroup struct {
	ID, Name, Class, Icon string
	Count                 int
	Rows                  []unitRow
	More                  string
}

// unitRow is one item as its unit sees it.
type unitRow struct {
	row
	Until, UntilClass string
	Says              string
	Acts              []act
}

// progressForm is 报进展 in the page itself.
type progressForm struct {
	Item     row
	Form     commandForm
	Evidence string // where photos and papers are handed in
}

const (
	unitRows = 30
	mostActs = 3 // in a row; the item has them all
)

// unitPage shows a unit its own work.
func (s *Server) unitPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if start := startOf(a); start != "/unit" {
		http.Redirect(w, r, start, http.StatusSeeOther)
		return nil
	}
	p := UnitPage{Page: s.staffPage(r, a.Unit.Name, "unit"), Unit: a.Unit.Name}
	p.Live, p.Notice = p.Sequence, doneWords(r.URL.Query())
	base, err := s.filter(r.Context(), a)
	if err != nil {
		return err
	}
	groups := []struct {
		unitGroup
		queue projections.Queue
		lamp  projections.Lamp
		state events.State
	}{
		{unitGroup{ID: "u1", Name: "待签收", Icon: "new"}, projections.QueueToSign, "", ""},
		{unitGroup{ID: "u2", Name: "临期", Class: "near", Icon: "near"}, "", projections.LampNear, ""},
		{unitGroup{ID: "u3", Name: "逾期", Class: "over", Icon: "over"}, "", projections.LampOverdue, ""},
		{unitGroup{ID: "u4", Name: "退回", Class: "near", Icon: "back"}, projections.QueueSentBack, "", ""},
		{unitGroup{ID: "u5", Name: "待反馈", Icon: "run"}, projections.QueueOpen, projections.LampCalm, ""},
		{unitGroup{ID: "u7", Name: "待申请销号", Class: "done", Icon: "ok"}, "", "", events.Rectified},
	}
	base.Unit = a.Unit.ID
	all, lead := base, base
	all.Limit, lead.Limit, lead.LeadOnly = 1, 1, true
	asked := []projections.Filter{all, lead}
	for _, g := range groups {
		f := base
		f.Queue, f.Lamp, f.Limit = g.queue, g.lamp, unitRows
		if g.state != "" {
			f.States, f.LeadOnly = []events.State{g.state}, true
		}
		asked = append(asked, f)
	}
	lists, err := s.reads.Pages(r.Context(), asked...)
	if err != nil {
		return err
	}
	p.All = lists[0].Total
	p.Says, p.Helps = a.Role.Zh(), lists[0].Total-lists[1].Total
	p.Led = number{lists[1].Total, ledger(url.Values{"unit": {a.Unit.ID}}, "lead", "1")}
	seen := map[string]bool{}
	for i, g := range groups {
		list := lists[i+2]
		g.Count = list.Total
		if g.queue == projections.QueueOpen && list.Total <= unitRows { // what stands above is not said twice
			list.Items = slices.DeleteFunc(list.Items, func(it projections.Item) bool { return seen[it.Number] })
			g.Count = len(list.Items)
		}
		for _, it := range list.Items {
			seen[it.Number] = true
			g.Rows = append(g.Rows, s.unitRow(it, a))
			if it.Lead.ID == a.Unit.ID && g.ID != "u1" && (p.Closing == nil || g.state != "" && p.Closing.Apply == "") {
				p.Closing = s.closingOf(it)
			}
			if p.Progress == nil && (g.ID == "u2" || g.ID == "u3" || g.ID == "u5") {
				p.Progress = s.progressForm(it, a)
			}
		}
		if list.Total > unitRows {
			g.More = unitHref(a, g.queue, g.lamp, g.state)
		}
		p.Groups = append(p.Groups, g.unitGroup)
	}
	return s.render(w, http.StatusOK, "unit", p)
}

func unitHref(a events.Actor, q projections.Queue, l projections.Lamp, state events.State) string {
	v := url.Values{"unit": {a.Unit.ID}}
	if q != "" {
		v.Set("queue", string(q))
	}
	if l != "" {
		v.Set("lamp", string(l))
	}
	if state != "" {
		v.Set("state", string(state))
		v.Set("lead", "1")
	}
	return "/items?" + v.Encode()
}

// part is the unit's own live assignment.
func partOf(it projections.Item, unit events.Unit) (projections.Assignment, bool) {
	for _, x := range it.Detail.Assignments {
		if x.Unit.ID == unit.ID && x.Live() {
			return x, true
		}
	}
	return projections.Assignment{}, false
}

func (s *Server) unitRow(it projections.Item, a events.Actor) unitRow {
	u := unitRow{row: s.row(it), UntilClass: ""}
	part, _ := partOf(it, a.Unit)
	u.Until, u.UntilClass = u.Left.Text+" · "+u.Due, u.Left.Class
	if it.Due.IsZero() {
		u.Until = "—"
	}
	if u.Left.Days > 0 && !u.Left.Over {
		u.Until = "剩 " + u.Until
	}
	u.Says = u.Progress
	var names []string
	switch {
	case part.State == events.PartIssued:
		limit := stageDue(s.calendar(), it, events.StageSign, part.ID, part.IssuedOn)
		u.Until, u.UntilClass = dayIn(limit, s.today())+" 前签", ""
		if !limit.After(s.today()) {
			u.UntilClass = "near"
			if u.Until = "今天要签"; limit.Before(s.today()) {
				u.Until, u.UntilClass = "签收晚了，"+dayIn(limit, s.today())+" 前要签", "over"
			}
		}
		u.Says = dayIn(part.IssuedOn, s.today()) + " 交办。从交办起算，不从签收起算。"
		names = []string{"sign", "request_return"}
	case part.Part == events.Co:
		names = []string{"report_part", "report_progress", "record_evidence"}
	case it.State == events.Rectified:
		names = []string{"apply_closure", "record_evidence"}
	case it.Mode == events.Planned && (it.Detail.PlanState == "" || it.Detail.PlanState == "SENT_BACK"):
		names = []string{"submit_plan", "report_progress", "request_extension"}
	case u.Left.Over: // too late to ask for an extension
		names = []string{"report_block", "report_progress", "report_rectified"}
	default:
		names = []string{"report_progress", "request_extension", "report_block", "report_rectified"}
	}
	if domain.PaceOf(it.State, it.Node(), s.looked()) == events.Behind && part.State != events.PartIssued {
		u.Says = paceNames[events.Behind] + "，" + zhDay(it.Node()) + "该到的还没有到。" + strings.TrimPrefix(u.Says, "—")
	}
	if slips := it.Detail.Supervised.Waiting; len(slips) > 0 && part.Part == events.Lead {
		u.Says = slips[0].Level.Zh() + "要在 " + dayIn(slips[0].Due, s.today()) + " 前答复。" + strings.TrimPrefix(u.Says, "—")
		names = append([]string{"answer_supervision"}, names...)
	}
	if part.State != events.PartIssued && !part.Due.IsZero() && part.Due != it.Due { // domain.md §2.7: it is not blamed for what others took
		u.Says = "本单位的期限是 " + dayIn(part.Due, s.today()) + "，从交办给本单位起算。" + strings.TrimPrefix(u.Says, "—")
	}
	if part.Task != "" {
		u.Says = strings.TrimPrefix(u.Says, "—")
		u.Says = part.Task + zhOr(u.Says != "", "。"+u.Says)
	}
	u.Acts = s.offers(it, a, names)
	return u
}

// offers are those of the commands that the role may give at all; whether each is possible
// now is said when it is opened.
func (s *Server) offers(it projections.Item, a events.Actor, commands []string) []act {
	var out []act
	for _, name := range commands {
		sp, ok := domain.SpecOf(name)
		if !ok || !slices.Contains(sp.Roles, a.Role) {
			continue
		}
		c := act{Name: name, Title: sp.Title, Href: commandPath(it.Number, name) + "?back=%2Funit", Class: "two"}
		if len(out) == 0 && name == "sign" {
			c.Class = ""
		}
		if len(fieldsShown(sp)) == 0 {
			c.Button = &commandForm{Command: name, Action: commandPath(it.Number, name), ID: uuid.NewString(), Seen: it.Rev, Back: "/unit"}
		}
		if out = append(out, c); len(out) == mostActs {
			break
		}
	}
	return out
}

// progressForm is the form for one item of the unit that is being worked on.
func (s *Server) progressForm(it projections.Item, a events.Actor) *progressForm {
	spec, _ := domain.SpecOf("report_progress")
	part, ok := partOf(it, a.Unit)
	working := []events.AssignmentState{events.PartSigned, events.PartForcedSigned, events.PartWorking, events.PartSentBack}
	if !ok || !slices.Contains(working, part.State) || !slices.Contains(spec.Roles, a.Role) {
		return nil
	}
	v := prefill(spec, it, s.today(), nil)
	v.Set("back", "/unit")
	return &progressForm{s.row(it), formOf(formInput{spec: spec, item: it, values: v}), commandPath(it.Number, "record_evidence") + "?back=%2Funit"}
}
