package domain

import (
	"slices"
	"strings"

	"xiaohao/events"
)

// Evaluate is the petitioner's own word (评价), once a round, with the query code or by the
// call-back agent; unit staff have no way to enter it.
type Evaluate struct {
	Contacted bool                `json:"contacted" zh:"联系过您吗"`
	Solved    events.Solved       `json:"solved" zh:"解决了没有" need:"1"`
	Satisfied events.Satisfaction `json:"satisfied" zh:"满意不满意" need:"1"`
	Words     string              `json:"words" zh:"想说的话" max:"500"`
	Code      string              `json:"code" zh:"查询码" max:"40"`
}

func (c Evaluate) name() string { return "evaluate" }

func mayEvaluate(it *Item, s Situation) *Refusal {
	switch {
	case !it.Replied:
		return refuse("evaluate.reply", "答复以后才能评。")
	case it.Evaluation != nil:
		return refuse("evaluate.once", "这一轮已经评过。")
	}
	if _, handles := it.of(s.Actor.Unit); handles && !s.Actor.Unit.IsZero() {
		return refuse("evaluate.unit", "办这件事的单位不能录评价。")
	}
	if l := it.limitOf(events.StageEvaluate, "", it.RepliedOn, s); s.Today().After(l.Due) {
		return refuse("evaluate.late", "评价到 %s 为止。", l.Due)
	}
	return nil
}

func (c Evaluate) decide(it *Item, s Situation) ([]events.Event, error) {
	if r := it.proves("evaluate", c.Code, s.Actor); r != nil {
		return nil, r
	}
	by := "CODE"
	if s.Actor.Role != events.Petitioner {
		by = "CALL"
	}
	return []events.Event{events.Evaluated{Round: it.Round, Contacted: c.Contacted, Solved: c.Solved, Satisfied: c.Satisfied,
		Words: events.Secret(strings.TrimSpace(c.Words)), By: by}}, nil
}

// proves refuses a petitioner whose code is not this item's.
func (it *Item) proves(command, code string, a events.Actor) *Refusal {
	if a.Role != events.Petitioner || CodeMatches(it.Number, code, it.CodeHash) {
		return nil
	}
	return refuseAt("code", command+".code", "查询码：和编号对不上，请照回执再核一遍。")
}

// OrderRedo takes the item up again after a reasoned 不满意 (退回重办), once; then the second
// evaluation counts.
type OrderRedo struct {
	Reason string `json:"reason" zh:"重办什么" need:"1" max:"200"`
}

func (c OrderRedo) name() string { return "order_redo" }

func mayRedo(it *Item, s Situation) *Refusal {
	switch {
	case it.Evaluation == nil || (it.Evaluation.Satisfied != events.Dissatisfied && it.Evaluation.Solved != events.SolvedNo):
		return refuse("order_redo.satisfied", "没有不满意的评价，不用重办。")
	case it.Redone:
		return refuse("order_redo.once", "已经重办过一次，以第二次评价为准。")
	case it.ClosedBy != "" && it.ClosedBy == s.Actor.ID:
		return refuse("order_redo.closer", "销号是您批的，不满意的评价由另一个人来处理。")
	}
	return nil
}

func (c OrderRedo) decide(it *Item, _ Situation) ([]events.Event, error) {
	to := events.InProgress
	if _, ok := it.lead(); !ok {
		to = events.Accepted
		if it.Mode == "" { // answered directly: it was never triaged
			to = events.Registered
		}
	}
	return []events.Event{events.RedoOrdered{To: to, Reason: c.Reason, Round: it.Round + 1}}, nil
}

// RequestExemption asks that an evaluation be left out of the rates (申请甄别).
type RequestExemption struct {
	Reason string `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c RequestExemption) name() string { return "request_exemption" }

func mayAskExemption(it *Item, _ Situation) *Refusal {
	if it.Evaluation == nil {
		return refuse("request_exemption.none", "还没有评价。")
	}
	if it.Exemption != "" {
		return refuse("request_exemption.open", "已经申请，等着定。")
	}
	if it.Exempted {
		return refuse("request_exemption.once", "这一轮的甄别已经定过，不能再申请。")
	}
	return nil
}

func (c RequestExemption) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.ExemptionRequested{Ground: "BEYOND_DUTY", Reason: c.Reason}}, nil
}

// EndorseExemption is the office's half of a decision on 甄别 (domain.md §2.4: two steps):
// it puts the request to the supervisor, or denies it at once.
type EndorseExemption struct {
	Agreed bool   `json:"agreed" zh:"同意报督导"`
	Reason string `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c EndorseExemption) name() string { return "endorse_exemption" }

func mayEndorseExemption(it *Item, s Situation) *Refusal {
	switch {
	case it.Exemption == "":
		return refuse("endorse_exemption.none", "没有等着审的甄别。")
	case it.Endorsed != "":
		return refuse("endorse_exemption.done", "已经报给督导，等着定。")
	case it.ClosedBy != "" && it.ClosedBy == s.Actor.ID:
		return refuse("endorse_exemption.closer", "销号是您批的，甄别由另一个人来审。")
	case it.Exemption == s.Actor.ID:
		return refuse("endorse_exemption.self", "您提的甄别要由别人来审。")
	}
	return nil
}

func (c EndorseExemption) decide(*Item, Situation) ([]events.Event, error) {
	if !c.Agreed {
		return []events.Event{events.ExemptionDecided{Reason: c.Reason}}, nil
	}
	return []events.Event{events.ExemptionEndorsed{Reason: c.Reason}}, nil
}

// DecideExemption is the supervisor's half, by another person than asked or endorsed.
type DecideExemption struct {
	Granted bool   `json:"granted" zh:"同意甄别"`
	Reason  string `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c DecideExemption) name() string { return "decide_exemption" }

func mayDecideExemption(it *Item, s Situation) *Refusal {
	if it.Exemption == "" {
		return refuse("decide_exemption.none", "没有等着定的甄别。")
	}
	if it.Exemption == s.Actor.ID {
		return refuse("decide_exemption.self", "您提的甄别要由别人来定。")
	}
	if it.Endorsed == "" {
		return refuse("decide_exemption.office", "办公室还没有审，审了再由督导来定。")
	}
	if it.Endorsed == s.Actor.ID {
		return refuse("decide_exemption.self", "您审过的甄别要由别人来定。")
	}
	return nil
}

func (c DecideExemption) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.ExemptionDecided{Granted: c.Granted, Reason: c.Reason}}, nil
}

// DrawLookBack says whether the item was drawn for its next look-back (回头看抽查); the sweep
// gives it once for each.
type DrawLookBack struct {
	Due    events.Date `json:"due" zh:"定在哪天" need:"1"`
	Period string      `json:"period" zh:"哪一周" need:"1" max:"10"`
	Draw   int         `json:"draw" zh:"第几次抽样" need:"1"`
	Chosen bool        `json:"chosen" zh:"抽中了"`
}

func (c DrawLookBack) name() string { return "draw_look_back" }

func (c DrawLookBack) decide(it *Item, _ Situation) ([]events.Event, error) {
	if len(it.LookBacks) == 0 || it.LookBacks[0] != c.Due || !it.Supervision.LookBack.IsZero() {
		return nil, refuse("draw_look_back.none", "没有等着抽的这次回头看。")
	}
	return []events.Event{events.LookBackDrawn{Due: c.Due, Period: c.Period, Draw: c.Draw, Chosen: c.Chosen}}, nil
}

// PassLookBack says it still holds (回头看通过).
type PassLookBack struct {
	Finding string `json:"finding" zh:"看到什么" need:"1" max:"300"`
}

func (c PassLookBack) name() string { return "pass_look_back" }

func mayLookBack(it *Item, s Situation) *Refusal {
	if len(it.LookBacks) == 0 {
		return refuse("look_back.none", "没有安排回头看。")
	}
	if slices.Contains(it.Verifiers, s.Actor.ID) {
		return refuse("look_back.verifier", "您核查过这一件，回头看要由别人去。")
	}
	return nil
}

func (c PassLookBack) decide(it *Item, s Situation) ([]events.Event, error) {
	if due := it.LookBacks[0]; s.Today().Before(due) { // an early look finds what was just done
		return nil, refuse("look_back.early", "回头看定在 %s，还没有到。早看出问题的，可以记反弹。", due)
	}
	return []events.Event{events.LookBackPassed{Finding: c.Finding}}, nil
}

// FailLookBack says it came back; the item is reopened under its number (反弹).
type FailLookBack struct {
	Finding string      `json:"finding" zh:"看到什么" need:"1" max:"300"`
	Due     events.Date `json:"due" zh:"重改到哪天"`
}

func (c FailLookBack) name() string { return "fail_look_back" }

func (c FailLookBack) decide(it *Item, s Situation) ([]events.Event, error) {
	re, err := reopen("fail_look_back", it, s, "回头看："+c.Finding, c.Due)
	if err != nil {
		return nil, err
	}
	return []events.Event{events.LookBackFailed{Finding: c.Finding}, re}, nil
}

// Reopen takes a closed or standing item up again under the same number (复号).
type Reopen struct {
	Reason string      `json:"reason" zh:"为什么" need:"1" max:"200"`
	Due    events.Date `json:"due" zh:"重改到哪天"`
}

func (c Reopen) name() string { return "reopen" }

func (c Reopen) decide(it *Item, s Situation) ([]events.Event, error) {
	re, err := reopen("reopen", it, s, c.Reason, c.Due)
	if err != nil {
		return nil, err
	}
	return []events.Event{re}, nil
}

func reopen(command string, it *Item, s Situation, reason string, due events.Date) (events.Event, error) {
	e := events.ItemReopened{Reason: reason, Round: it.Round + 1, Due: due}
	if due.IsZero() {
		m := it.matter(events.StageRectify)
		m.Mode = events.TimeLimited // whatever it was: it did not hold
		l := s.sets(m)
		e.Due, e.Rule, e.By, e.Counted = l.Due, l.Rule, l.By, l.Counted
		return e, nil
	}
	if due.Before(s.Today()) {
		return nil, refuseAt("due", command+".due_past", "重改到哪天：%s 已经过了。", due)
	}
	return e, nil
}

// MakeStanding moves an item that met its goals to standing work (转常态整改); the leader
// decides. It cannot hide an item that is overdue.
type MakeStanding struct {
	Reason     string `json:"reason" zh:"为什么要长期坚持" need:"1" max:"200"`
	ReviewDays int    `json:"review_days" zh:"多少天评一次" need:"1"`
}

func (c MakeStanding) name() string { return "make_standing" }

func mayStand(it *Item, _ Situation) *Refusal {
	if !it.Due.IsZero() && it.ReportedOn.After(it.Due) {
		return refuse("make_standing.overdue", "报完成时已经逾期，不能转常态整改。")
	}
	if n := it.openObjections(); n > 0 {
		return refuse("make_standing.objection", "还有 %d 条异议没有答复，不能转常态整改。", n)
	}
	return nil
}

func (c MakeStanding) decide(it *Item, s Situation) ([]events.Event, error) {
	if most := s.days(it.matter(events.StageReview)); c.ReviewDays > most {
		return nil, refuseAt("review_days", "make_standing.review", "多少天评一次：最多 %d 天。", most)
	}
	return []events.Event{events.ItemMadeStanding{Reason: c.Reason, ReviewDays: c.ReviewDays, NextReview: s.Today().AddDays(c.ReviewDays)}}, nil
}

// ReviewStanding is one look at standing work (常态复核).
type ReviewStanding struct {
	Finding    string      `json:"finding" zh:"这一期的情况" need:"1" max:"300"`
	NextReview events.Date `json:"next_review" zh:"下次哪天" need:"1"`
}

func (c ReviewStanding) name() string { return "review_standing" }

func (c ReviewStanding) decide(it *Item, s Situation) ([]events.Event, error) {
	if r := nextReview("review_standing", it, s, c.NextReview); r != nil {
		return nil, r
	}
	return []events.Event{events.StandingReviewed{Finding: c.Finding, NextReview: c.NextReview}}, nil
}

func nextReview(command string, it *Item, s Situation, d events.Date) *Refusal {
	last := s.Today().AddDays(s.days(it.matter(events.StageReview)))
	if !d.After(s.Today()) || d.After(last) {
		return refuseAt("next_review", command+".review", "下次哪天：要在明天到 %s 之间。", last)
	}
	return nil
}

// Suspend keeps an item that cannot go on for a named cause on a list of its own (挂账):
// a body decides, and a date for the next look is set.
type Suspend struct {
	Cause      events.Cause `json:"cause" zh:"卡在哪里" need:"1"`
	Body       string       `json:"body" zh:"谁研究定的" need:"1" max:"40"`
	Reason     string       `json:"reason" zh:"说明" need:"1" max:"200"`
	NextReview events.Date  `json:"next_review" zh:"下次哪天" need:"1"`
}

func (c Suspend) name() string { return "suspend" }

func (c Suspend) decide(it *Item, s Situation) ([]events.Event, error) {
	if r := nextReview("suspend", it, s, c.NextReview); r != nil {
		return nil, r
	}
	return []events.Event{events.ItemSuspended{From: it.State, Cause: c.Cause, Body: c.Body, Reason: c.Reason, NextReview: c.NextReview}}, nil
}

// ReviewSuspension keeps the item suspended until another date (挂账复议).
type ReviewSuspension struct {
	Finding    string      `json:"finding" zh:"研究的结果" need:"1" max:"300"`
	NextReview events.Date `json:"next_review" zh:"下次哪天" need:"1"`
}

func (c ReviewSuspension) name() string { return "review_suspension" }

func (c ReviewSuspension) decide(it *Item, s Situation) ([]events.Event, error) {
	if r := nextReview("review_suspension", it, s, c.NextReview); r != nil {
		return nil, r
	}
	return []events.Event{events.SuspensionReviewed{Finding: c.Finding, NextReview: c.NextReview}}, nil
}

// Resume takes a suspended item up again (恢复办理).
type Resume struct {
	Reason string `json:"reason" zh:"为什么能办了" need:"1" max:"200"`
}

func (c Resume) name() string { return "resume" }

func (c Resume) decide(it *Item, s Situation) ([]events.Event, error) {
	e := events.ItemResumed{To: it.ResumeTo, Reason: c.Reason}
	if !it.Due.IsZero() { // 挂账 is a recorded pause (domain.md §2.7): its days do not count
		e.Due, e.Counted = it.dueAfter(events.ItemResumed{}, it.SuspendedOn, s.Today().DaysSince(it.SuspendedOn), s)
	}
	return []events.Event{e}, nil
}

// Ground is why an item ends without 销号.
type Ground string

const (
	BeyondDuty Ground = "BEYOND_DUTY" // 超职责
	Exhausted  Ground = "EXHAUSTED"   // 程序终结
)

// Zh returns the Chinese word.
func (v Ground) Zh() string {
	if v == BeyondDuty {
		return "超出职责，核过"
	}
	return "法定程序已经走完"
}

// Terminate ends an item without 销号 (终结).
type Terminate struct {
	Ground Ground `json:"ground" zh:"依据" need:"1"`
	Reason string `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c Terminate) name() string { return "terminate" }

func (c Terminate) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.ItemTerminated{Ground: string(c.Ground), Reason: c.Reason}}, nil
}

// Withdraw ends an item because its petitioner says so, with the query code (撤回).
type Withdraw struct {
	Reason string `json:"reason" zh:"为什么撤回" max:"200"`
	Code   string `json:"code" zh:"查询码" need:"1" max:"40"`
}

func (c Withdraw) name() string { return "withdraw" }

func mayWithdraw(it *Item, _ Situation) *Refusal {
	if len(it.Opinions) > 1 {
		return refuse("withdraw.others", "还有别人也提了这件事，不能一个人撤回。")
	}
	return nil
}

func (c Withdraw) decide(it *Item, s Situation) ([]events.Event, error) {
	if r := it.proves("withdraw", c.Code, s.Actor); r != nil {
		return nil, r
	}
	if r := noPersonal("reason", "withdraw", "为什么撤回", c.Reason); r != nil { // it stays readable for ever
		return nil, r
	}
	return []events.Event{events.ItemTerminated{Ground: "WITHDRAWN", Reason: orElse(c.Reason, "本人撤回")}}, nil
}

// Archive makes the item read-only (归档).
type Archive struct {
	File string `json:"file" zh:"档号" need:"1" max:"40"`
}

func (c Archive) name() string { return "archive" }

func mayArchive(it *Item, _ Situation) *Refusal {
	if it.State == events.Closed && len(it.LookBacks) > 0 {
		return refuse("archive.look_back", "回头看还没有做完，不能归档。")
	}
	return nil
}

func (c Archive) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.ItemArchived{File: c.File}}, nil
}

// Correct sets something right by a further fact; what was recorded stays (更正).
type Correct struct {
	Rev    int    `json:"rev" zh:"哪一条记录" need:"1"`
	What   string `json:"what" zh:"哪一项" need:"1" max:"40"`
	Was    string `json:"was" zh:"原来写的" need:"1" max:"200"`
	Should string `json:"should" zh:"应当是" need:"1" max:"200"`
	Reason string `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c Correct) name() string { return "correct" }

func (c Correct) decide(it *Item, _ Situation) ([]events.Event, error) {
	if c.Rev > it.Rev {
		return nil, refuseAt("rev", "correct.rev", "哪一条记录：这一件只有 %d 条。", it.Rev)
	}
	for _, r := range []*Refusal{noPersonal("was", "correct", "原来写的", c.Was), noPersonal("should", "correct", "应当是", c.Should),
		noPersonal("reason", "correct", "理由", c.Reason)} {
		if r != nil { // a correction stays readable for ever
			return nil, r
		}
	}
	return []events.Event{events.Corrected{Rev: c.Rev, What: c.What, Was: c.Was, Should: c.Should, Reason: c.Reason}}, nil
}
