package domain

import (
	"strings"
	"testing"

	"xiaohao/events"
)

// The guards of domain.md §2.4, in the order of its table.

func TestGuardsOfIntake(t *testing.T) {
	late := opinion
	late.Happened = date("2026-03-03")
	anon := opinion
	anon.Anonymous, anon.Phone = true, "13800138000"
	from := opinion
	from.Source = events.FromSuperior
	own := opinion
	own.External = "12345-7"
	phone := opinion
	phone.Phone = "打我电话"
	area := opinion
	area.Area = "前黄镇 138-0013-8000"
	begin(t).
		refused("raise.future@happened", clerk, late).
		refused("raise.anonymous@anonymous", clerk, anon).
		refused("raise.source@source", petitioner, from).
		refused("raise.external@external", petitioner, own).
		refused("raise.phone@phone", clerk, phone).
		refused("raise.personal@area", clerk, area).
		refused("raise.role", auditor, opinion).
		refused("raise.missing@text", clerk, Raise{Text: " \n"}).
		do(clerk, own).in(events.Registered).
		refused("raise.role", super1, own)

	raised(t, opinion).do(clerk, RequestInfo{Question: "哪一路"}).
		refused("supply_info.code@code", petitioner, SupplyInfo{Text: "8 路"}).
		refused("supply_info.code@code", petitioner, SupplyInfo{Text: "8 路", Code: "K8XN3WQF6HRTW"}).
		refused("accept.state", office1, triage).
		do(petitioner, SupplyInfo{Text: "8 路", Code: "k8xn 3wqf 6hrtv"}).in(events.Registered).
		refused("request_info.once", clerk, RequestInfo{Question: "哪一站"})

	c := level(events.Normal)
	c.Class = events.Conduct
	named := triage
	named.Title = "林某 13800138000 反映末班车"
	raised(t, opinion).
		refused("accept.complained_of@complained_of", office1, c).
		refused("accept.personal@title", office1, named).
		refused("accept.role", clerk, triage)
}

func TestPersonalNumbersInPublicTexts(t *testing.T) {
	for text, bad := range map[string]bool{
		"末班车改到 22:30，请看站牌。":           false,
		"联系区交通运输局 0595-87981234。":     false,
		"2026-03-15至2026-04-15施工":     false,
		"编号 QG-2026-000123":           false,
		"打 13800138000":               true,
		"打 138 0013 8000":             true,
		"打 138-0013-8000":             true,
		"打 １３８００１３８０００":               true,
		"身份证 35058319800101001X":      true,
		"身份证 350583 19800101 001x 本人": true,
		"卡号 6222 0200 1234 5678 901":  true,
		"打 +86 138 0013 8000":         true,
	} {
		if got := noPersonal("f", "c", "公开稿", text) != nil; got != bad {
			t.Errorf("%q: personal %v, want %v", text, got, bad)
		}
	}
	bad := "请打 13800138000"
	r := report
	r.Reply = bad
	told := report
	told.Result = bad
	raised(t, opinion).refused("answer.personal@reply", office1, Answer{Title: "t", Reply: bad}).refused("answer.personal@title", office1, Answer{Title: bad, Reply: "t"})
	accepted(t, triage).refused("split.personal@parts.1.title", office1, Split{Parts: []SplitPart{{Title: "一"}, {Title: bad}}})
	handed(t, triage, unitA).refused("report_rectified.personal@reply", deputy(unitA), r).
		refused("report_rectified.personal@result", deputy(unitA), told).
		refused("submit_reply.personal@public", handler(unitA), SubmitReply{Public: bad}).
		refused("draft_public_text.personal@summary", publisher1, DraftPublicText{Summary: bad}).
		refused("correct.personal@should", office1, Correct{Rev: 1, What: "电话", Was: "无", Should: "13800138000", Reason: "写错"})
}

func TestModes(t *testing.T) {
	s := raised(t, opinion)
	late, past, none := mode(events.Immediate), mode(events.TimeLimited), mode(events.Planned)
	late.Due, past.Due, none.Due = date("2026-03-10"), date("2026-02-27"), events.Date{}
	s.refused("accept.due_late@due", office1, late).
		refused("accept.due_past@due", office1, past).
		refused("accept.due_missing@due", office1, none)
	review := mode(events.StandingMode)
	for _, n := range []int{0, 93} {
		review.ReviewDays = n
		s.refused("accept.review@review_days", office1, review)
	}
	urgent := mode(events.Immediate)
	urgent.Urgent = true
	own := mode(events.TimeLimited)
	own.Due = date("2026-03-05")
	for _, c := range []struct {
		in        Accept
		due, rule string
	}{
		{mode(events.Immediate), "2026-03-09", "5wd"}, {urgent, "2026-03-03", "24h"}, {mode(events.TimeLimited), "2026-03-23", "15wd"},
		{own, "2026-03-05", "date"}, {mode(events.Planned), "2026-06-30", "date"}, {mode(events.StandingMode), "", ""},
	} {
		a := accepted(t, c.in)
		got := a.history[1].Events[1].(events.ModeClassified)
		if a.it.Due.String() != c.due || got.Rule != c.rule || got.Mode != c.in.Mode {
			t.Errorf("%s: due %s by %s, want %s by %s", c.in.Mode, a.it.Due, got.Rule, c.due, c.rule)
		}
	}
}

func TestChangingTheMode(t *testing.T) {
	standing := Classify{Mode: events.StandingMode, ReviewDays: 30, Reason: "长期"}
	accepted(t, mode(events.Immediate)).
		refused("classify.role", office1, standing).
		refused("classify.extends@due", leader1, Classify{Mode: events.TimeLimited, Due: date("2026-03-20"), Reason: "r"}).
		do(leader1, standing)
	for _, m := range []events.Mode{events.Immediate, events.TimeLimited} {
		s := accepted(t, mode(m))
		s.until(s.it.Due.String()).decideOK(leader1, standing)
		s.wait(1).refused("classify.overdue@mode", leader1, standing)
	}
	// Changing the mode never gives more time.
	for _, m := range []events.Mode{events.Immediate, events.TimeLimited, events.Planned} {
		s := accepted(t, mode(events.Immediate)).wait(3)
		due := s.it.Due
		if s.do(leader1, Classify{Mode: m, Reason: "r"}); s.it.Due.After(due) {
			t.Errorf("立即改 → %s moves the deadline from %s to %s", m.Zh(), due, s.it.Due)
		}
	}
}

// decideOK is a command that must be allowed but is not carried out.
func (s *story) decideOK(a events.Actor, c Command) *story {
	s.t.Helper()
	if _, err := s.decide(a, c); err != nil {
		s.t.Errorf("%s by %s in %s: %v", c.name(), a.ID, s.it.State, err)
	}
	return s
}

func TestGuardsOfAssignment(t *testing.T) {
	with := func(c Assign, change func(*Assign)) Assign { change(&c); return c }
	accepted(t, triage).
		refused("assign.one_lead@units.1.part", office1, Assign{Units: []Assignee{{Unit: unitA, Part: events.Lead}, {Unit: unitB, Part: events.Lead}}}).
		refused("assign.no_lead@units.0.part", office1, Assign{Units: []Assignee{{Unit: unitA, Part: events.Co}}}).
		refused("assign.twice@units.1.unit", office1, to(unitA, unitA)).
		refused("assign.due_past@units.0.due", office1, with(to(unitA), func(c *Assign) { c.Units[0].Due = date("2026-03-01") })).
		refused("assign.due_late@units.0.due", office1, with(to(unitA), func(c *Assign) { c.Units[0].Due = date("2026-03-24") })).
		refused("assign.co_late@units.1.due", office1, with(to(unitA, unitB), func(c *Assign) { c.Units[0].Due, c.Units[1].Due = date("2026-03-10"), date("2026-03-11") })).
		refused("assign.missing@units", office1, Assign{}).
		refused("assign.missing@units.0.unit", office1, Assign{Units: []Assignee{{Part: events.Lead}}}).
		refused("assign.choice@units.0.unit", office1, Assign{Units: []Assignee{{Unit: events.Unit{Name: "没有编号的单位"}, Part: events.Lead}}}).
		refused("assign.role", leader1, to(unitA)).
		wait(30).do(office1, to(unitA)) // an item that is late keeps its date
	s := handed(t, triage, unitA, unitB)
	s.refused("add_co_unit.twice@unit", office1, AddCoUnit{Unit: unitB, Task: "t"}).
		refused("add_co_unit.due_late@due", office1, AddCoUnit{Unit: unitC, Task: "t", Due: date("2026-03-24")}).
		refused("add_co_unit.due_past@due", office1, AddCoUnit{Unit: unitC, Task: "t", Due: date("2026-03-01")}).
		do(office1, AddCoUnit{Unit: unitC, Task: "t"})
	if a, _ := s.it.of(unitC); a.Due != s.it.Due || a.Part != events.Co {
		t.Errorf("added co-unit: %+v", a)
	}
	early := to(unitA)
	early.Units[0].Due = date("2026-03-10")
	accepted(t, triage).do(office1, early).do(liaison(unitA), Sign{}).
		refused("add_co_unit.co_late@due", office1, AddCoUnit{Unit: unitC, Task: "t", Due: date("2026-03-11")})
	accepted(t, triage).do(office1, to(unitA)).refused("assignment.unsigned", office1, AddCoUnit{Unit: unitC, Task: "t"})
	accepted(t, mode(events.StandingMode)).do(office1, to(unitA)).in(events.InProgress)
	raised(t, opinion).do(office1, Answer{Title: "t", Reply: "r"}).do(petitioner, unhappy).do(office1, OrderRedo{Reason: "r"}).in(events.Registered).
		refused("assign.state", office1, to(unitA)).do(office1, triage).do(office1, to(unitA)).in(events.InProgress)
}

// The clock runs from issue; signing late is flagged, by the rule of the preset.
func TestSigningLate(t *testing.T) {
	for days, late := range map[int]bool{0: false, 1: false, 2: true} {
		s := accepted(t, triage).do(office1, to(unitA)).wait(days).do(liaison(unitA), Sign{})
		if got := s.history[len(s.history)-1].Events[0].(events.AssignmentSigned).Late; got != late {
			t.Errorf("signed after %d days: late %v", days, got)
		}
		s.refused("assignment.state", liaison(unitA), Sign{}).refused("sign.scope", liaison(unitB), Sign{}).refused("sign.role", head(unitA), Sign{})
	}
}

func TestComplainedOf(t *testing.T) {
	c := triage
	c.Class, c.ComplainedOf = events.Conduct, []events.Unit{unitA}
	s := accepted(t, c).
		refused("assign.complained_of@units.0.unit", office1, to(unitA)).
		refused("assign.complained_of@units.1.unit", office1, to(unitB, unitA)).
		do(office1, to(unitB)).do(liaison(unitB), Sign{}).
		refused("add_co_unit.complained_of@unit", office1, AddCoUnit{Unit: unitA, Task: "t"})
	s.do(deputy(unitB), RequestReturn{Grounds: "g", Basis: "b", Suggested: unitC}).do(office2, OpenArbitration{Body: "编办"}).
		refused("decide_arbitration.complained_of@unit", office1, DecideArbitration{Unit: unitA, Basis: "b"}).
		do(office1, DecideArbitration{Unit: unitC, Basis: "b"})
	// An officer complained of has it in his hands in no role, and none is linked to himself.
	c.ComplainedOf, c.Complained = nil, []string{office2.ID, leader1.ID}
	own := c
	own.Complained = []string{office1.ID}
	raised(t, opinion).refused("accept.own_person@complained", office1, own).
		do(office1, c).
		refused("conduct.own_person", office2, to(unitA)).
		refused("link_leader.complained@leader", office1, LinkLeader{Leader: events.Leader{ID: leader1.ID, Post: "副区长"}}).
		refused("conduct.own_person", leader1, Instruct{Text: "抓紧办。"}).
		do(office1, to(unitA))
	// Ordinary service complaints do go to the service's own unit.
	c.Class = events.Ordinary
	accepted(t, c).do(office1, to(unitA))
}

var back = RequestReturn{Grounds: "不归我们", Basis: "三定方案", Suggested: unitC}

func TestReturns(t *testing.T) {
	accepted(t, triage).do(office1, to(unitA)).
		refused("request_return.suggested@suggested", deputy(unitA), RequestReturn{Grounds: "g", Basis: "b", Suggested: unitA}).
		refused("request_return.missing@basis", deputy(unitA), RequestReturn{Grounds: "g", Suggested: unitB}).
		refused("request_return.role", head(unitA), back).
		refused("request_return.role", liaison(unitA), back). // the deputy signs for it
		refused("request_return.scope", deputy(unitB), back).
		decideOK(deputy(unitA), back).
		wait(1).decideOK(deputy(unitA), back).
		wait(1).refused("request_return.late", deputy(unitA), back)

	s := accepted(t, triage).do(office1, to(unitA, unitB))
	due := s.it.Due
	s.do(deputy(unitA), back).
		refused("return.own_dispatch", office1, RejectReturn{Reason: "r"}).
		refused("return.own_dispatch", office1, UpholdReturn{Reason: "r"}).
		refused("return.own_dispatch", office1, OpenArbitration{Body: "编办"}).
		refused("assignment.disputed", deputy(unitA), report).
		refused("reject_return.none@assignment", office2, RejectReturn{Assignment: "x", Reason: "r"}).
		refused("uphold_return.none@assignment", office2, UpholdReturn{Assignment: "x", Reason: "r"}).
		do(office2, UpholdReturn{Reason: "r"}).in(events.Accepted)
	if s.it.Due != due || len(s.it.live()) != 0 {
		t.Errorf("after a return: due %s, want %s; live %v", s.it.Due, due, s.it.live())
	}
	// Once per unit and item, even when it is assigned again.
	s.do(office2, to(unitA)).refused("request_return.once", deputy(unitA), back)

	// The second return goes to arbitration; it ends the matter.
	s = accepted(t, triage).do(office1, to(unitA)).do(deputy(unitA), back).do(office2, UpholdReturn{Reason: "r"}).
		do(office2, to(unitB)).do(deputy(unitB), back).
		refused("return.arbitrate", office1, UpholdReturn{Reason: "r"}).
		refused("return.arbitrate", office1, RejectReturn{Reason: "r"}).
		refused("decide_arbitration.none", office1, DecideArbitration{Unit: unitC, Basis: "b"}).
		do(office1, OpenArbitration{Body: "区委编办"}).
		refused("return.none", office1, OpenArbitration{Body: "区委编办"}).
		do(office3, DecideArbitration{Unit: unitC, Basis: "三定方案第 3 条"}).
		refused("request_return.state", deputy(unitC), back)
	if a, _ := s.it.lead(); a.Unit != unitC || a.State != events.PartForcedSigned || s.it.Due != due {
		t.Errorf("after arbitration: %+v, due %s", a, s.it.Due)
	}
	// A rejected return is a signature.
	s = accepted(t, triage).do(office1, to(unitA)).do(deputy(unitA), back).do(office2, RejectReturn{Reason: "r"}).
		refused("request_return.state", deputy(unitA), back)
	s.do(handler(unitA), ReportProgress{Note: "在办"})
	// A co-unit's return leaves the item where it is.
	s = handed(t, triage, unitA, unitB).do(deputy(unitB), back).do(office2, UpholdReturn{Reason: "r"}).in(events.InProgress)
	if len(s.it.live()) != 1 {
		t.Errorf("live after a co-unit's return: %v", s.it.live())
	}
	handed(t, triage, unitA, unitB).do(deputy(unitB), back).do(office2, OpenArbitration{Body: "编办"}).
		refused("decide_arbitration.twice@unit", office1, DecideArbitration{Unit: unitA, Basis: "b"})
}

func TestPlans(t *testing.T) {
	p := plan("2026-06-30")
	change := func(f func(*SubmitPlan)) SubmitPlan {
		c := plan("2026-06-30")
		f(&c)
		return c
	}
	s := handed(t, mode(events.Planned), unitA).
		refused("report_rectified.plan", deputy(unitA), report).
		refused("plan.none", office1, ApprovePlan{}).
		refused("submit_plan.missing@goal", handler(unitA), change(func(c *SubmitPlan) { c.Goal = " " })).
		refused("submit_plan.missing@measures", handler(unitA), change(func(c *SubmitPlan) { c.Measures = nil })).
		refused("submit_plan.missing@person", handler(unitA), change(func(c *SubmitPlan) { c.Person = "" })).
		refused("submit_plan.missing@due", handler(unitA), change(func(c *SubmitPlan) { c.Due = events.Date{} })).
		refused("submit_plan.missing@milestones", handler(unitA), change(func(c *SubmitPlan) { c.Milestones = nil })).
		refused("submit_plan.missing@milestones.1.name", handler(unitA), change(func(c *SubmitPlan) { c.Milestones[1].Name = "" })).
		refused("submit_plan.cover@milestones", handler(unitA), change(func(c *SubmitPlan) { c.Milestones = c.Milestones[:1] })).
		refused("submit_plan.cover@milestones.1.due", handler(unitA), change(func(c *SubmitPlan) { c.Milestones[1].Due = date("2026-07-01") })).
		refused("submit_plan.order@milestones.1.due", handler(unitA), change(func(c *SubmitPlan) { c.Milestones[0].Due, c.Milestones[1].Due = c.Due, c.Due.AddDays(-1) })).
		refused("submit_plan.due_late@due", handler(unitA), change(func(c *SubmitPlan) { c.Due = date("2026-07-01") })).
		refused("submit_plan.due_past@due", handler(unitA), change(func(c *SubmitPlan) { c.Due = date("2026-03-01") })).
		refused("submit_plan.scope", handler(unitB), p).
		do(handler(unitA), p).
		refused("report_rectified.plan", deputy(unitA), report).
		refused("report_progress.milestone@milestone", handler(unitA), ReportProgress{Note: "n", Milestone: "没有的节点"}).
		do(office1, SendBackPlan{Reason: "太粗"}).
		do(handler(unitA), p).do(office1, ApprovePlan{}).
		refused("submit_plan.approved", handler(unitA), p).
		do(handler(unitA), ReportProgress{Note: "n", Milestone: "加一班", Done: 1, Total: 2, Unit: "班"}).
		refused("report_progress.unit@unit", handler(unitA), ReportProgress{Note: "n", Done: 1}).
		refused("report_progress.over@done", handler(unitA), ReportProgress{Note: "n", Done: 3, Total: 2, Unit: "班"})
	// Overdue without a plan: it can still be handed in, and the deadline stays where it was.
	late := handed(t, mode(events.Planned), unitA).until("2026-07-06").do(handler(unitA), plan("2026-08-31")).do(office1, ApprovePlan{}).report()
	if late.it.Due != date("2026-06-30") || !late.it.Report.Late {
		t.Errorf("due %s, late %v", late.it.Due, late.it.Report.Late)
	}
	s.report().do(handler(unitA), apply).signTo(events.StepClose).do(office3, Close{})
	// A reopened round has a new deadline, so it needs a new plan and can have co-units.
	s.do(super1, Reopen{Reason: "又没车了"}).do(handler(unitA), evidence).
		refused("report_rectified.plan", deputy(unitA), report).
		do(office1, AddCoUnit{Unit: unitB, Task: "t"}).
		do(handler(unitA), plan(s.it.Due.String())).do(office1, ApprovePlan{})
}

func TestExtensions(t *testing.T) {
	ask := func(day string) RequestExtension { return RequestExtension{Due: date(day), Reason: "天气"} }
	s := handed(t, triage, unitA) // 2026-03-02 to 03-23: 21 days
	s.refused("request_extension.earlier@due", head(unitA), ask("2026-03-23")).
		refused("request_extension.span@due", head(unitA), ask("2026-04-14")).
		refused("request_extension.role", handler(unitA), ask("2026-04-01")).
		refused("request_extension.scope", head(unitB), ask("2026-04-01")).
		refused("extension.none", office1, GrantExtension{Reason: "r"}).
		until("2026-03-23").decideOK(head(unitA), ask("2026-04-13")).
		until("2026-03-24").refused("request_extension.late", head(unitA), ask("2026-04-13"))

	s = handed(t, triage, unitA).do(head(unitA), ask("2026-04-13")).
		refused("request_extension.open", head(unitA), ask("2026-04-13")).
		refused("report_rectified.extension", deputy(unitA), report).
		do(office1, GrantExtension{Reason: "r"})
	if a, _ := s.it.lead(); s.it.Due != date("2026-04-13") || a.Due != s.it.Due {
		t.Errorf("extended to %s, the lead's to %s", s.it.Due, a.Due)
	}
	// The second is the leader's, measured by the original span, not the extended one.
	s.refused("request_extension.span@due", head(unitA), ask("2026-05-05")).
		do(head(unitA), ask("2026-05-04")).
		refused("extension.leader", office1, GrantExtension{Reason: "r"}).
		refused("extension.leader", office1, DenyExtension{Reason: "r"}).
		do(leader1, GrantExtension{Reason: "r"}).
		refused("request_extension.max", head(unitA), ask("2026-05-05"))

	linked := handed(t, triage, unitA).do(office1, LinkLeader{Leader: events.Leader{ID: leader2.ID, Post: "副区长"}}).
		refused("link_leader.same@leader", leader1, LinkLeader{Leader: events.Leader{ID: leader2.ID, Post: "副区长"}}).
		do(head(unitA), ask("2026-04-01")).
		refused("grant_extension.scope", leader1, GrantExtension{Reason: "r"}).
		do(leader2, DenyExtension{Reason: "r"})
	if linked.it.Due != date("2026-03-23") || linked.it.Extension != nil {
		t.Errorf("denied, yet due %s", linked.it.Due)
	}
	handed(t, mode(events.StandingMode), unitA).refused("request_extension.no_due", head(unitA), ask("2026-04-01"))
	one := opinion
	one.Preset = events.TownshipBox
	raised(t, one).do(office1, triage, to(unitA)).do(liaison(unitA), Sign{}).do(head(unitA), ask("2026-04-01")).do(office1, GrantExtension{Reason: "r"}).
		refused("request_extension.max", head(unitA), ask("2026-04-02"))
}

func TestReporting(t *testing.T) {
	change := func(f func(*ReportRectified)) ReportRectified { c := report; f(&c); return c }
	s := handed(t, triage, unitA, unitB).
		refused("report_rectified.co_units", deputy(unitA), report).
		refused("report_part.scope", handler(unitA), ReportPart{Result: "r"}).
		do(handler(unitB), ReportPart{Result: "r"}).
		refused("report_rectified.co_units", deputy(unitA), report).
		refused("approve_part.none@assignment", office1, ApprovePart{Assignment: "x"}).
		do(handler(unitA), SendBackPart{Reason: "不全"}).
		refused("part.none", office1, ApprovePart{}).
		do(handler(unitB), ReportPart{Result: "r"}).do(office1, ApprovePart{}).
		refused("report_rectified.scope", deputy(unitB), report).
		refused("report_rectified.role", handler(unitA), report).
		refused("report_rectified.reply@reply", deputy(unitA), change(func(c *ReportRectified) { c.Reply = "" })).
		refused("report_rectified.contact@contact_note", deputy(unitA), change(func(c *ReportRectified) { c.Contacted = true })).
		refused("report_rectified.unsolved@unsolved", deputy(unitA), change(func(c *ReportRectified) { c.Solved = events.SolvedPartly })).
		refused("report_rectified.unit@unit", deputy(unitA), change(func(c *ReportRectified) { c.Done = 1 })).
		refused("report_rectified.over@done", deputy(unitA), change(func(c *ReportRectified) { c.Done, c.Total, c.Unit = 2, 1, "班" })).
		refused("report_rectified.missing@truth", deputy(unitA), change(func(c *ReportRectified) { c.Truth = "" })).
		do(deputy(unitA), report).in(events.Rectified)
	_ = s
	accepted(t, triage).do(office1, to(unitA)).refused("assignment.unsigned", deputy(unitA), report)
	handed(t, level(events.Key), unitA).refused("report_rectified.head", deputy(unitA), report).do(head(unitA), report)
	// Who left a phone number is rung up, or it is written why not.
	o := opinion
	o.Name, o.Phone = "林某", "13800138000"
	raised(t, o).do(office1, triage, to(unitA)).do(liaison(unitA), Sign{}).
		refused("report_rectified.not_contacted@contact_note", deputy(unitA), report).
		decideOK(deputy(unitA), change(func(c *ReportRectified) { c.ContactNote = "空号，打了三次" })).
		do(deputy(unitA), change(func(c *ReportRectified) { c.Contacted, c.ContactNote = true, "3 月 2 日来电" }))
	// What is reported after the deadline stays late for ever.
	s = handed(t, triage, unitA).until("2026-03-25").report()
	if !s.it.Report.Late {
		t.Error("a late report is not late")
	}
	s.do(handler(unitA), apply).signTo(events.StepClose).do(office3, Close{})
	if e := s.history[len(s.history)-1].Events[0].(events.ItemClosed); e.LateDays != 2 || e.Report != date("2026-03-25") {
		t.Errorf("closed: %+v, want 2 working days late", e)
	}
}

func TestEvidence(t *testing.T) {
	s := handed(t, triage, unitA).
		refused("record_evidence.future@formed", handler(unitA), RecordEvidence{Title: "t", Kind: events.PaperEvidence, Formed: date("2026-03-03")}).
		refused("record_evidence.hash@sha256", handler(unitA), RecordEvidence{Title: "t", Kind: events.PaperEvidence, SHA256: strings.Repeat("G", 64)}).
		do(handler(unitA), RecordEvidence{Title: "情况说明", Kind: events.StatementEvidence}).do(deputy(unitA), report).
		refused("apply_closure.evidence", handler(unitA), apply).
		do(handler(unitA), RecordEvidence{Title: "文件", Kind: events.PaperEvidence}).
		refused("apply_closure.evidence", handler(unitA), apply).
		do(handler(unitA), RecordEvidence{Title: "制度", Kind: events.ResultEvidence, Formed: date("2026-01-02"), SHA256: strings.Repeat("a", 64)})
	if e := s.history[len(s.history)-1].Events[0].(events.EvidenceRecorded); !e.Early {
		t.Error("“穿越”: evidence formed before the item was raised is not marked")
	}
	file := events.EvidenceFile{Object: "o", Type: "image/jpeg", Original: strings.Repeat("a", 64), Kept: strings.Repeat("b", 64)}
	uses := []events.EvidenceUse{{Item: "i", Number: "ZG-2026-000017", ID: "e", On: date("2026-02-02")}}
	photo := RecordEvidence{Title: "清淤以后", Kind: events.ResultEvidence, Shows: events.After, SHA256: file.Kept}
	photo.Attach(file, uses)
	s.refused("record_evidence.other_file@sha256", handler(unitA), photo)
	photo.SHA256 = file.Original
	s.do(handler(unitA), photo)
	if e := s.history[len(s.history)-1].Events[0].(events.EvidenceRecorded); e.Shows != events.After || e.File.Object != "o" || len(e.Uses) != 1 {
		t.Errorf("the file is not in the fact: %+v", e)
	}
	s.refused("apply_closure.missing@lawful", handler(unitA), ApplyClosure{Tasks: true, Alike: true, Cause: true}).
		refused("apply_closure.role", deputy(unitA), apply).
		refused("apply_closure.scope", handler(unitB), apply).
		do(handler(unitA), apply)
}

// No person signs two steps of an application, for every pair of steps that one person
// could sign by rank; and nobody of a handling unit signs from 核查 on.
func TestFourEyes(t *testing.T) {
	all := []events.Role{events.Handler, events.UnitDeputy, events.UnitHead, events.Dispatcher, events.Supervisor, events.LeaderRole, events.SectorAuthority}
	for _, source := range []events.Source{events.FromPublic, events.FromSuperior} {
		o := opinion
		o.Source = source
		chain := Chain(map[events.Source]events.Profile{events.FromPublic: events.P3, events.FromSuperior: events.P4}[source])
		for i, first := range chain {
			for _, second := range chain[i+1:] {
				if first == events.StepReply || first == events.StepPublicity || second == events.StepReply || second == events.StepPublicity {
					continue // done by their own facts, not signed
				}
				s := raised(t, o).do(office1, level(events.Key), to(unitA)).do(liaison(unitA), Sign{}).report().do(handler(unitA), apply).signTo(second)
				signer := s.it.Signed[first]
				if signer == "" {
					t.Fatalf("%s is not signed when %s is next", first, second)
				}
				refusedAs := 0
				for _, role := range all { // the same person in whatever role and unit
					for _, u := range []events.Unit{unitA, {}} {
						same := person(signer, role, u)
						var c Command = SignOff{}
						switch second {
						case events.StepSiteCheck:
							c = site
						case events.StepClose:
							c = Close{}
						}
						if _, err := s.decide(same, c); err == nil {
							t.Errorf("%s: %s signs %s and, as %s, %s", source, signer, first, role, second)
						} else if RefusalsOf(err)[0].Rule == "closure.four_eyes" {
							refusedAs++
						}
					}
				}
				if refusedAs == 0 {
					t.Errorf("%s then %s is refused, but never for the person's sake", first, second)
				}
			}
		}
	}
}

func TestHandlingUnitDoesNotVerify(t *testing.T) {
	for _, step := range []events.Step{events.StepOfficeCheck, events.StepSiteCheck, events.StepLeader, events.StepClose} {
		s := applied(t, level(events.Key), unitB).signTo(step)
		for _, u := range []events.Unit{unitA, unitB} {
			switch step {
			case events.StepSiteCheck:
				s.refused("check_site.scope", person("x", events.SectorAuthority, u), site).refused("check_site.scope", person("x", events.Supervisor, u), site)
			case events.StepClose:
				s.refused("close.scope", person("x", events.Dispatcher, u), Close{})
			case events.StepLeader:
				s.refused("sign_off.own_check", person("x", events.LeaderRole, u), SignOff{})
			default:
				s.refused("sign_off.own_check", person("x", events.Dispatcher, u), SignOff{}).refused("sign_off.own_check", person("x", events.Supervisor, u), SignOff{})
			}
		}
	}
	// And only the lead unit's own people sign its steps.
	applied(t, triage, unitB).refused("sign_off.unit", deputy(unitB), SignOff{}).refused("sign_off.turn", head(unitA), SignOff{}).
		refused("refuse.turn", deputy(unitB), Refuse{Reason: "r"}).refused("refuse.turn", deputy(unitC), Refuse{Reason: "r"}).
		refused("refuse.turn", head(unitA), Refuse{Reason: "r"}).decideOK(deputy(unitA), Refuse{Reason: "r"}).decideOK(super1, Refuse{Reason: "r"})
}

func TestChainOrder(t *testing.T) {
	s := applied(t, level(events.Key)).do(office1, LinkLeader{Leader: events.Leader{ID: leader1.ID, Post: "副区长"}}).
		refused("sign_off.turn", office2, SignOff{}).
		refused("check_site.turn", authority, site).
		refused("close.steps", office3, Close{}).
		refused("open_publicity.turn", publisher1, OpenPublicity{Medium: "m"}).
		signTo(events.StepReply).refused("sign_off.reply", office2, SignOff{}).
		signTo(events.StepSiteCheck).refused("sign_off.site", office3, SignOff{})
	change := func(f func(*CheckSite)) CheckSite { c := site; f(&c); return c }
	s.refused("check_site.two@checkers", authority, change(func(c *CheckSite) { c.Checkers = []string{"科长"} })).
		refused("check_site.two@checkers", authority, change(func(c *CheckSite) { c.Checkers = []string{"科长", "科长 ", "科长"} })).
		decideOK(authority, change(func(c *CheckSite) { c.Checkers = []string{"科长", "科长", "群众代表"} })).
		refused("check_site.future@on", authority, change(func(c *CheckSite) { c.On = date("2026-03-03") })).
		refused("check_site.role", publisher1, site).
		signTo(events.StepLeader).refused("sign_off.leader", leader2, SignOff{}).
		signTo(events.StepPublicity).refused("sign_off.publicity", office3, SignOff{}).
		signTo(events.StepClose).refused("sign_off.close", office3, SignOff{}).do(office3, Close{}).
		refused("close.state", office3, Close{})
	applied(t, triage).refused("check_site.none", authority, site)
	rectified(t, triage).refused("close.not_applied", office1, Close{})

	// A failed check on the spot is a refusal: one round on, all signatures gone.
	failed := applied(t, level(events.Key)).signTo(events.StepSiteCheck).do(authority, change(func(c *CheckSite) { c.Passed = false })).in(events.InProgress)
	if failed.it.Round != 2 || failed.it.Signed != nil || failed.it.Replied {
		t.Errorf("after a failed check: round %d, signed %v, replied %v", failed.it.Round, failed.it.Signed, failed.it.Replied)
	}
	failed.do(head(unitA), report).refused("apply_closure.evidence", handler(unitA), apply)
}
