package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/limit"
	"xiaohao/domain/rights"
	"xiaohao/domain/rulebook"
	"xiaohao/events"
)

// Rulebook keeps the table of time limits; [rulebook.Keeper] is one.
type Rulebook interface {
	Now() *limit.Table
	History() []events.Recorded
	Set(ctx context.Context, id uuid.UUID, a events.Actor, key events.LimitKey, text string) (rulebook.Receipt, error)
	Withdraw(ctx context.Context, id uuid.UUID, a events.Actor, key events.LimitKey) (rulebook.Receipt, error)
}

// timingRoutes are the pages of time limits and of the working calendar.
func (s *Server) timingRoutes() []route {
	var out []route
	if s.cfg.Rules != nil {
		out = append(out, route{"GET /admin/rules", s.sees(rights.Timing, s.rulesPage)}, route{"POST /admin/rules", s.sees(rights.Timing, s.rulesDo)})
	}
	if s.cfg.Calendars != nil {
		out = append(out, route{"GET /admin/calendar", s.sees(rights.Timing, s.calendarPage)}, route{"POST /admin/calendar", s.sees(rights.Timing, s.calendarDo)})
	}
	return out
}

// RulesPage is the table of time limits, the form that changes it, and who changed what.
type RulesPage struct {
	Page
	Version int
	Rows    []ruleRow
	Inputs  []Input
	No      string // why this person may not change it
	Changes []ruleChange
}

// ruleRow is one row of the table.
type ruleRow struct {
	events.LimitKey
	Text, Zh string
	Shipped  bool // comes with the program: cannot be withdrawn
}

// ruleChange is one change, the newest first.
type ruleChange struct {
	Version    int
	When, Post string
	Says       []string
}

// shownChanges bounds the history on the page.
const shownChanges = 50

func (s *Server) rulesPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	return s.showRules(w, r, a, http.StatusOK, nil)
}

func (s *Server) showRules(w http.ResponseWriter, r *http.Request, a events.Actor, status int, rs domain.Refusals) error {
	t := s.cfg.Rules.Now()
	p := RulesPage{Page: s.staffPage(r, "时限规则", "admin"), Version: t.Version(), Inputs: ruleInputs(r, rs), No: mayNot("set_limit", a), Changes: changesOf(s.cfg.Rules.History())}
	p.Errors = rs
	if r.URL.Query().Get("n") != "" {
		p.Notice = "已记下，已经定下的期限不变。"
	}
	for _, row := range t.Rows() {
		p.Rows = append(p.Rows, ruleRow{row.LimitKey, row.Text(), row.Zh(), limit.IsPreset(row.LimitKey)})
	}
	return s.render(w, status, "rules", p)
}

// mayNot says why an actor may not give a command, "" when he may.
func mayNot(command string, a events.Actor) string {
	rule, _ := rights.Of(command)
	if rule.Allows(a.Role) {
		return ""
	}
	return fmt.Sprintf("由%s来改，您现在是%s。", zhJoin(slices.DeleteFunc(slices.Clone(rule.Roles), func(x events.Role) bool { return x == events.System })), a.Role.Zh())
}

// ruleInputs are the controls; after a refusal they keep what was typed, and a link 改 fills
// them with a row.
func ruleInputs(r *http.Request, rs domain.Refusals) []Input {
	any := func(in Input) Input { in.Need, in.Blank = false, "都一样"; return in }
	out := []Input{enum("stage", "环节", events.Stages), hinted(text("category", "类别", false), "一级或二级类别，不填就是都一样"), any(enum("mode", "整改类型", events.Modes)),
		any(enum("urgency", "紧急不紧急", events.Urgencies)), any(enum("preset", "办理方式", events.Presets)),
		hinted(text("rules", "时限", true), "3wd 是 3 个工作日，7d 是 7 天，24h 是 24 小时；回头看可以写几次：30d 90d；临期写到期前几个工作日")}
	for i := range out {
		if out[i].Value = r.URL.Query().Get(out[i].Name); r.Method == http.MethodPost {
			out[i].Value = r.PostForm.Get(out[i].Name)
		}
		out[i].Err = errAt(rs, out[i].Name)
	}
	return out
}

func changesOf(history []events.Recorded) []ruleChange {
	var out []ruleChange
	for i, r := range slices.Backward(history) {
		if len(out) == shownChanges {
			break
		}
		c := ruleChange{Version: i + 1, When: zhTime(r.At), Post: r.Actor.Post}
		for _, e := range r.Events {
			switch e := e.(type) {
			case events.LimitSet:
				says := e.Row.Zh() + "：" + strings.Join(e.Rules, " ")
				if len(e.Was) > 0 {
					says += "，原来 " + strings.Join(e.Was, " ")
				}
				c.Says = append(c.Says, says)
			case events.LimitWithdrawn:
				c.Says = append(c.Says, e.Row.Zh()+"：撤销，原来 "+strings.Join(e.Was, " "))
			}
		}
		if n := len(c.Says); c.Post == rulebook.Program.Post && n > 1 {
			c.Says = []string{fmt.Sprintf("随程序带来的 %d 行", n)}
		}
		out = append(out, c)
	}
	return out
}

// Href fills the form with the row.
func (r ruleRow) Href() string {
	return "/admin/rules?" + addressOf("stage", string(r.Stage), "category", r.Category, "mode", string(r.Mode), "urgency", string(r.Urgency), "preset", string(r.LimitKey.Preset), "rules", r.Text) + "#set"
}

func (s *Server) rulesDo(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	f := r.PostForm
	key := events.LimitKey{Stage: events.Stage(f.Get("stage")), Category: strings.TrimSpace(f.Get("category")), Mode: events.Mode(f.Get("mode")),
		Urgency: events.Urgency(f.Get("urgency")), Preset: events.Preset(f.Get("preset"))}
	var err error
	switch f.Get("command") {
	case "set_limit":
		_, err = s.cfg.Rules.Set(r.Context(), uuid.New(), a, key, f.Get("rules"))
	case "withdraw_limit":
		_, err = s.cfg.Rules.Withdraw(r.Context(), uuid.New(), a, key)
	default:
		return errBadRequest
	}
	if rs := domain.RefusalsOf(err); rs != nil {
		return s.showRules(w, r, a, http.StatusUnprocessableEntity, rs)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/admin/rules?n=1", http.StatusSeeOther)
	return nil
}

// addressOf makes the query of an address, leaving out what is empty.
func addressOf(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return v.Encode()
}
