package domain

import (
	"errors"
	"fmt"
	"testing"

	"xiaohao/domain/calendar"
	"xiaohao/domain/rights"
	"xiaohao/events"
)

// The guards of domain.md §2.4 from 公示 on, and of 并单, 拆分.

func TestPublicity(t *testing.T) {
	s := applied(t, level(events.Key)).signTo(events.StepPublicity).
		refused("open_publicity.release", publisher1, OpenPublicity{Medium: "m"}).
		refused("release.none", publisher1, Release{}).
		do(publisher1, DraftPublicText{Summary: "末班车"}).
		refused("release.four_eyes", publisher1, Release{}).
		refused("open_publicity.release", publisher1, OpenPublicity{Medium: "m"}).
		do(publisher2, Release{}).
		refused("release.done", publisher2, DraftPublicText{Summary: "s"}).
		do(publisher1, OpenPublicity{Medium: "公告栏"}).in(events.InPublicity)
	if until := s.it.Publicity.Until; until != date("2026-03-09") {
		t.Errorf("publicity until %s, want seven days", until)
	}
	s.refused("unpublish.publicity", publisher1, Unpublish{Reason: "r"}).
		until("2026-03-09").refused("close_publicity.early", office1, ClosePublicity{}).
		do(petitioner, Object{Text: "没修"}).
		until("2026-03-10").refused("close_publicity.objection", system, ClosePublicity{}).
		refused("resolve_objection.unknown@objection", office1, ResolveObjection{Objection: "x", Answer: "a"}).
		do(office1, ResolveObjection{Answer: "已修好"}).
		refused("resolve_objection.none", office1, ResolveObjection{Answer: "a"}).
		do(system, ClosePublicity{}).in(events.UnderVerification).
		do(office3, Close{})

	open := representatives[events.InPublicity]
	up := open(t).do(witness, Object{Text: "没修"}).do(office1, ResolveObjection{Upheld: true, Answer: "属实"}).in(events.InProgress)
	if up.it.Round != 2 {
		t.Errorf("an objection that holds leaves round %d", up.it.Round)
	}
	// An objection that is open when the item is sent back is not forgotten, and blocks.
	left := open(t).do(witness, Object{Text: "没修"}).do(super1, Refuse{Reason: "r"}).report().
		refused("make_standing.objection", leader1, MakeStanding{Reason: "r", ReviewDays: 30}).
		do(handler(unitA), apply).signTo(events.StepPublicity).refused("close.objection", office3, Close{})
	left.do(office1, ResolveObjection{Answer: "已修好"})
}

// 举报, 涉稳 and 保密 items are never public, and can be struck off all the same.
func TestNeverPublic(t *testing.T) {
	for _, class := range []events.Class{events.Conduct, events.Stability} {
		c := level(events.Key)
		c.Class, c.ComplainedOf = class, []events.Unit{unitD}
		s := closed(t, c)
		s.refused("release.class", publisher1, DraftPublicText{Summary: "s"}).refused("release.class", publisher2, Release{})
	}
	o := opinion
	o.Confidential = true
	s := raised(t, o).do(office1, level(events.Key), to(unitA)).do(liaison(unitA), Sign{}).report().do(handler(unitA), apply).
		refused("release.confidential", publisher1, DraftPublicText{Summary: "s"}).
		signTo(events.StepClose).do(office3, Close{})
	for _, step := range s.it.Chain {
		if step == events.StepPublicity {
			t.Error("a confidential item has 公示 in its chain")
		}
	}
	// 保密 may be asked for when the chain is under way already.
	applied(t, level(events.Key)).signTo(events.StepPublicity).do(clerk, AddOpinion{Text: "我也是", Channel: events.ByCall, Confidential: true}).
		do(office3, Close{})
	// A confidential opinion cannot be put on an item that is public.
	secret := AddOpinion{Text: "我也是", Channel: events.ByCall, Confidential: true}
	s = handed(t, triage, unitA).do(publisher1, DraftPublicText{Summary: "s"}).do(publisher2, Release{}).
		refused("add_opinion.released@confidential", clerk, secret).
		refused("unpublish.missing@reason", publisher1, Unpublish{}).
		do(publisher1, Unpublish{Reason: "r"}).do(clerk, secret).
		refused("unpublish.none", publisher1, Unpublish{Reason: "r"})
	if !s.it.Confidential || s.it.PublicText != "" {
		t.Error("after a confidential opinion")
	}
}

var (
	unhappy = Evaluate{Solved: events.SolvedNo, Satisfied: events.Dissatisfied, Code: code}
	happy   = Evaluate{Contacted: true, Solved: events.SolvedYes, Satisfied: events.Satisfied, Code: code}
)

func TestEvaluation(t *testing.T) {
	wrong := happy
	wrong.Code = "0000000000000"
	none := happy
	none.Satisfied = ""
	s := applied(t, triage).refused("evaluate.reply", petitioner, happy).signTo(events.StepClose).
		refused("evaluate.code@code", petitioner, wrong).
		refused("evaluate.missing@satisfied", petitioner, none).
		refused("evaluate.unit", person("clerk-a", events.Intake, unitA), happy)
	for _, r := range rights.UnitStaff {
		s.refused("evaluate.role", person("x", r, unitA), happy)
	}
	s.wait(30).decideOK(petitioner, happy).wait(1).refused("evaluate.late", petitioner, happy)

	s = applied(t, triage).signTo(events.StepClose).
		refused("order_redo.satisfied", office1, OrderRedo{Reason: "r"}).
		do(clerk, Evaluate{Solved: events.SolvedNo, Satisfied: events.Dissatisfied}). // a call-back needs no code
		refused("evaluate.once", petitioner, happy).
		do(office1, OrderRedo{Reason: "r"}).in(events.InProgress)
	if s.it.Round != 2 || s.it.Evaluation != nil {
		t.Errorf("round %d, evaluation %v", s.it.Round, s.it.Evaluation)
	}
	s.report().do(handler(unitA), apply).signTo(events.StepClose).do(office3, Close{}).do(petitioner, unhappy).
		refused("order_redo.once", office1, OrderRedo{Reason: "r"})

	s.refused("decide_exemption.none", super1, DecideExemption{Reason: "r"}).
		refused("request_exemption.scope", deputy(unitB), RequestExemption{Reason: "r"}).
		do(deputy(unitA), RequestExemption{Reason: "超职责"}).
		refused("request_exemption.open", head(unitA), RequestExemption{Reason: "r"}).
		refused("decide_exemption.self", person("deputy-ua", events.Supervisor, events.Unit{}), DecideExemption{Reason: "r"}).
		refused("decide_exemption.role", head(unitA), DecideExemption{Reason: "r"}).
		refused("decide_exemption.office", super1, DecideExemption{Reason: "r"}).
		do(office1, EndorseExemption{Agreed: true, Reason: "报督导"}).
		refused("endorse_exemption.done", office2, EndorseExemption{Reason: "r"}).
		refused("decide_exemption.self", person("office1", events.Supervisor, events.Unit{}), DecideExemption{Reason: "r"}).
		do(super1, DecideExemption{Reason: "不成立"}).
		refused("request_exemption.once", deputy(unitA), RequestExemption{Reason: "r"})
	closed(t, triage).refused("request_exemption.none", deputy(unitA), RequestExemption{Reason: "r"})
}

func TestReplies(t *testing.T) {
	s := handed(t, triage, unitA).refused("reply.none", office1, IssueReply{Way: ByPhone}).
		do(handler(unitA), SubmitReply{Public: "正在办"}).do(office1, SendBackReply{Reason: "答非所问"}).
		refused("reply.none", office1, IssueReply{Way: ByPhone}).
		do(handler(unitA), SubmitReply{Public: "已改到 22:30"}).
		refused("issue_reply.missing@way", office1, IssueReply{}).
		do(office1, IssueReply{Way: ByMessage}).
		refused("submit_reply.done", handler(unitA), SubmitReply{Public: "p"})
	r := report
	r.Reply = ""
	s.do(handler(unitA), evidence).do(deputy(unitA), r) // an answer that was given is enough
	// Standing work still owes the petitioner an answer.
	representatives[events.Standing](t).do(office1, IssueReply{Way: ByPhone}).do(petitioner, happy)
}

func TestAfterClosing(t *testing.T) {
	s := closed(t, level(events.Key)).
		refused("archive.look_back", office1, Archive{File: "f"}).
		refused("file_upward.source", office1, FileUpward{To: "t", Refer: "r"})
	for _, a := range []events.Actor{person("office2", events.Supervisor, events.Unit{}), person("authority", events.Supervisor, events.Unit{})} {
		s.refused("look_back.verifier", a, PassLookBack{Finding: "f"}).refused("look_back.verifier", a, FailLookBack{Finding: "f"})
	}
	cal := &calendar.Calendar{}
	if first := s.today().AddDays(30); len(s.it.LookBacks) != 2 || s.it.LookBacks[0] != cal.Roll(first) {
		t.Errorf("look-backs: %v", s.it.LookBacks)
	}
	s.until(s.it.LookBacks[0].AddDays(-1).String()).refused("look_back.early", super1, PassLookBack{Finding: "f"}).wait(1).do(super1, PassLookBack{Finding: "好"}).wait(60).do(super1, PassLookBack{Finding: "好"}).
		refused("look_back.none", super1, PassLookBack{Finding: "f"}).
		do(office1, Archive{File: "2026-7"}).in(events.Archived)

	number := "QG-2026-000123"
	s = closed(t, triage).wait(30).refused("fail_look_back.due_past@due", super1, FailLookBack{Finding: "f", Due: monday0()}).
		do(super1, FailLookBack{Finding: "又没车了"}).in(events.InProgress)
	if s.it.Number != number || s.it.Round != 2 || s.it.Due != (&calendar.Calendar{}).Add(s.today(), 15) || s.it.LookBacks != nil {
		t.Errorf("reopened: %s round %d due %s", s.it.Number, s.it.Round, s.it.Due)
	}
	// An extension is measured by the new round's span.
	last := s.it.Due.AddDays(s.it.Due.DaysSince(s.today()))
	s.refused("request_extension.span@due", head(unitA), RequestExtension{Due: last.AddDays(1), Reason: "r"}).
		decideOK(head(unitA), RequestExtension{Due: last, Reason: "r"})
	// Whoever verified an earlier round does not look back on a later one either.
	s.report().do(handler(unitA), apply).do(deputy(unitA), SignOff{}).do(head(unitA), SignOff{}).do(office3, SignOff{}).do(office1, IssueReply{Way: ByPost}).do(office1, Close{}).
		refused("look_back.verifier", person("office2", events.Supervisor, events.Unit{}), PassLookBack{Finding: "f"})

	up := opinion
	up.Source = events.FromSuperior
	s = raised(t, up).do(office1, triage, to(unitA)).do(liaison(unitA), Sign{}).report().do(handler(unitA), apply).signTo(events.StepClose).do(office3, Close{}).
		do(office1, FileUpward{To: "市督导组", Refer: "2026-3"})
	s.refused("look_back.verifier", super1, PassLookBack{Finding: "f"}) // he did 上级复核
}

func monday0() events.Date { return events.DateOf(monday) }

func TestStandingWork(t *testing.T) {
	stand := MakeStanding{Reason: "长期盯", ReviewDays: 92}
	rectified(t, triage).refused("make_standing.role", office1, stand).refused("make_standing.review@review_days", leader1, MakeStanding{Reason: "r", ReviewDays: 93}).
		refused("make_standing.missing@review_days", leader1, MakeStanding{Reason: "r"})
	handed(t, triage, unitA).until("2026-03-24").report().refused("make_standing.overdue", leader1, stand)
	handed(t, triage, unitA).do(office1, LinkLeader{Leader: events.Leader{ID: leader2.ID, Post: "副区长"}}).report().refused("make_standing.scope", leader1, stand).do(leader2, stand)
	s := rectified(t, triage).do(leader1, stand).in(events.Standing).
		refused("review_standing.review@next_review", office1, ReviewStanding{Finding: "f", NextReview: monday0()}).
		refused("review_standing.review@next_review", office1, ReviewStanding{Finding: "f", NextReview: monday0().AddDays(93)}).
		do(office1, ReviewStanding{Finding: "f", NextReview: monday0().AddDays(92)})
	s.do(super1, Reopen{Reason: "r"}).in(events.InProgress)
}

func TestSuspension(t *testing.T) {
	hang := Suspend{Cause: events.NoMoney, Body: "领导小组会", Reason: "r", NextReview: date("2026-04-30")}
	for _, from := range []events.State{events.Accepted, events.InProgress} {
		s := representatives[from](t).refused("suspend.missing@body", office1, Suspend{Cause: events.NoMoney, Reason: "r", NextReview: date("2026-04-30")}).
			refused("suspend.review@next_review", office1, Suspend{Cause: events.NoMoney, Body: "b", Reason: "r", NextReview: date("2026-07-30")}).
			do(office1, hang)
		due := s.it.Due
		s.do(office1, ReviewSuspension{Finding: "f", NextReview: date("2026-05-30")}).
			refused("review_suspension.review@next_review", office1, ReviewSuspension{Finding: "f", NextReview: date("2026-03-01")}).
			do(leader1, Resume{Reason: "r"}).in(from)
		if s.it.Due != due {
			t.Errorf("suspension moves the deadline from %s to %s", due, s.it.Due)
		}
	}
}

func TestEnding(t *testing.T) {
	one := raised(t, opinion).refused("withdraw.code@code", petitioner, Withdraw{Code: "1"}).refused("withdraw.missing@code", petitioner, Withdraw{}).
		refused("withdraw.role", liaison(unitA), Withdraw{Code: code})
	one.do(clerk, AddOpinion{Text: "我也是", Channel: events.ByCall}).refused("withdraw.others", petitioner, Withdraw{Code: code}).
		refused("add_opinion.phone@phone", clerk, AddOpinion{Text: "t", Channel: events.ByCall, Phone: "1"})
	accepted(t, triage).refused("terminate.role", office1, Terminate{Ground: Exhausted, Reason: "r"}).
		refused("terminate.choice@ground", leader1, Terminate{Ground: "WITHDRAWN", Reason: "r"}).
		refused("correct.rev@rev", office1, Correct{Rev: 3, What: "w", Was: "a", Should: "b", Reason: "r"})
}

func TestSupervision(t *testing.T) {
	s := handed(t, triage, unitA).refused("answer_supervision.none", handler(unitA), AnswerSupervision{Text: "t"}).
		refused("supervise.role", office1, Supervise{Level: events.Red, Text: "t"}).
		refused("supervise.role", system, Supervise{Level: events.Red, Text: "t"}).
		do(leader1, Supervise{Level: events.Urge, Text: "快到期了"}).do(super1, Supervise{Level: events.Orange, Text: "t"})
	for n := 1; n <= 2; n++ {
		s.do(handler(unitA), AnswerSupervision{Text: "t"})
		got := s.history[len(s.history)-1].Events[0].(events.SupervisionAnswered).Slip
		if want := fmt.Sprintf("QG-2026-000123-D%d", n); got != want {
			t.Errorf("answered %s, want the oldest, %s", got, want)
		}
	}
	s.refused("answer_supervision.none", handler(unitA), AnswerSupervision{Text: "t"}).do(leader1, Instruct{Text: "抓紧"}).
		do(head(unitA), ReportBlock{Cause: events.NoMoney, Note: "n", Suspend: true}).
		refused("report_block.role", handler(unitA), ReportBlock{Cause: events.NoMoney, Note: "n"})
}

func TestMergeRules(t *testing.T) {
	base := func() (*Item, *Item) {
		a, b := raised(t, opinion).it, handed(t, triage, unitA).it
		b.ID, b.Number = space, "QG-2026-000099"
		return a, b
	}
	for name, c := range map[string]struct {
		change func(a, into *Item)
		want   string
	}{
		"allowed":            {func(a, b *Item) {}, ""},
		"itself":             {func(a, b *Item) { b.ID = a.ID }, "merge.self"},
		"merged":             {func(a, b *Item) { b.State = events.Merged }, "merge.ended"},
		"terminated":         {func(a, b *Item) { b.State = events.Terminated }, "merge.ended"},
		"closed":             {func(a, b *Item) { b.State = events.Closed }, "merge.closed"},
		"conduct, ordinary":  {func(a, b *Item) { a.Class = events.Conduct }, "merge.class"},
		"conduct, stability": {func(a, b *Item) { a.Class, b.Class = events.Conduct, events.Stability }, "merge.class"},
		"conduct of another": {func(a, b *Item) {
			a.Class, b.Class, a.ComplainedOf, b.ComplainedOf = events.Conduct, events.Conduct, []events.Unit{unitA}, []events.Unit{unitB}
		}, "merge.complained_of"},
		"conduct of the same": {func(a, b *Item) {
			a.Class, b.Class, a.ComplainedOf, b.ComplainedOf = events.Conduct, events.Conduct, []events.Unit{unitB}, []events.Unit{unitC, unitB}
		}, ""},
		"confidential, open":         {func(a, b *Item) { a.Confidential = true }, "merge.confidential"},
		"confidential, confidential": {func(a, b *Item) { a.Confidential, b.Confidential = true, true }, ""},
		"open, confidential":         {func(a, b *Item) { b.Confidential = true }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := base()
			c.change(a, b)
			own, theirs, err := Merge{Into: b.Number, Basis: "同人同事"}.decideBoth(a, b, Situation{})
			rs := RefusalsOf(err)
			if (c.want == "") != (err == nil) || (c.want != "" && rs[0].Rule != c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if err == nil && (own[0].(events.ItemMerged).IntoNumber != b.Number || theirs[0].(events.ItemAbsorbed).Opinions[0] != a.Opinions[0]) {
				t.Errorf("%+v %+v", own, theirs)
			}
		})
	}
}

// 并单 and 拆分 touch two items; nobody can decide them on one.
func TestTwoItems(t *testing.T) {
	s := accepted(t, triage)
	for _, name := range []string{"merge", "split"} {
		_, err := Decide(s.it, sample(name, s.it, s.today(), func(int) int { return 0 }), s.situation(office1))
		if !errors.Is(err, errTwoItems) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSplitRules(t *testing.T) {
	o := opinion
	o.Confidential = true
	c := triage
	c.Class, c.ComplainedOf = events.Conduct, []events.Unit{unitD}
	s := raised(t, o).do(office1, c)
	parts := Split{Parts: []SplitPart{{Title: "夜班车"}, {Title: "站牌", Category: "城市管理"}}}
	made := []newItem{{id: s.id(), number: "N1"}, {id: s.id(), number: "N2"}}
	own, children, err := parts.decideChildren(s.it, s.situation(office1), made)
	if err != nil || len(own[0].(events.ItemSplit).Children) != 2 || len(children) != 2 {
		t.Fatal(own, children, err)
	}
	for i, facts := range children {
		child := &story{t: t, now: s.now}
		child.record(office1, "split", facts...)
		it := child.in(events.Accepted).it
		if it.Number != made[i].number || it.Due != s.it.Due || it.Mode != s.it.Mode || !it.Confidential || it.Class != events.Conduct ||
			len(it.ComplainedOf) != 1 || it.Opinions[0] != s.it.Opinions[0] {
			t.Errorf("child: %+v", it)
		}
		child.refused("assign.complained_of@units.0.unit", office1, to(unitD)).do(office1, to(unitA))
	}
	if it := s.do(office1, parts).it; it.State != events.Accepted {
		t.Errorf("the parent is %s", it.State)
	}
	st := accepted(t, mode(events.StandingMode))
	_, children, err = parts.decideChildren(st.it, st.situation(office1), made)
	if mc := children[0][1].(events.ModeClassified); err != nil || !mc.Due.IsZero() || mc.ReviewDays == 0 {
		t.Errorf("child of standing work: %+v, %v", mc, err)
	}
	s.refused("split.missing@parts", office1, Split{}).refused("split.too_many@parts", office1, Split{Parts: make([]SplitPart, 10)})
}

// TestSuspensionStopsTheClock: the days on the list do not count (domain.md §2.7).
func TestSuspensionStopsTheClock(t *testing.T) {
	s := accepted(t, mode(events.TimeLimited))
	due := s.it.Due
	s.do(leader1, Suspend{Cause: events.NoMoney, Body: "党委会", Reason: "钱没到", NextReview: s.today().AddDays(30)})
	s.wait(20)
	s.do(leader1, Resume{Reason: "钱到了"})
	want := (&calendar.Calendar{}).Add(s.today(), 15) // none of its days was used up
	if s.it.Due != want {
		t.Errorf("suspended for 20 days, the deadline went from %s to %s, want %s", due, s.it.Due, want)
	}
}

// TestComplainedOfUnitHasNoHand: whatever its people's role, in a 举报 item about their own
// unit they may do nothing.
func TestComplainedOfUnitHasNoHand(t *testing.T) {
	s := accepted(t, triage)
	s.it.Class, s.it.ComplainedOf = events.Conduct, []events.Unit{unitB}
	a := office1
	a.Unit = unitB
	s.refused("conduct.own_unit", a, to(unitA))
}

// TestReleasedItemTurnsSecret: an answered, released item that is taken up again as 涉稳 is
// off the public pages in the same commit.
func TestReleasedItemTurnsSecret(t *testing.T) {
	s := raised(t, opinion).do(office1, Answer{Title: "t", Reply: "r"}).do(publisher1, DraftPublicText{Summary: "s"}).do(publisher2, Release{}).
		do(petitioner, unhappy).do(office1, OrderRedo{Reason: "r"})
	c := triage
	c.Class = events.Stability
	s.do(office1, c)
	if s.it.Released {
		t.Error("a 涉稳 item is public")
	}
}
