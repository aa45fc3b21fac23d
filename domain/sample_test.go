package domain

import (
	"maps"
	"slices"

	"xiaohao/domain/calendar"
	"xiaohao/domain/ladder"
	"xiaohao/events"
)

// sample returns a command with plausible inputs for an item. rnd(n) is in [0,n); always 0
// gives the plain case.
func sample(name string, it *Item, today events.Date, rnd func(int) int) Command {
	text := "按规定办"
	day := func(lo, hi int) events.Date { return today.AddDays(lo + rnd(hi-lo+1)) }
	some := func() bool { return rnd(4) == 1 }
	unit := func() events.Unit { // of those who do not have it yet and are not complained of
		var free []events.Unit
		for _, u := range units {
			_, has := it.of(u)
			if !has && !(it.Class == events.Conduct && slices.Contains(it.ComplainedOf, u)) {
				free = append(free, u)
			}
		}
		if len(free) == 0 {
			return unitA
		}
		return free[rnd(len(free))]
	}
	review := func() events.Date { return day(1, 90) }
	switch name {
	case "raise":
		return opinion
	case "add_opinion":
		return AddOpinion{Text: text, Channel: events.ByCall, Phone: []string{"", "0595-87981234"}[rnd(2)], Confidential: rnd(12) == 1}
	case "lift_hold":
		return LiftHold{}
	case "renew_code":
		return RenewCode{Ground: text, codeHash: HashCode(it.Number, code)}
	case "add_photo":
		return &AddPhoto{Code: code, attached: attachment{file: events.EvidenceFile{Object: "o", Width: 4, Height: 3, Cleaned: true, Name: events.Secret("照片.jpg")}}}
	case "request_info":
		return RequestInfo{Question: text}
	case "supply_info":
		return SupplyInfo{Text: text, Code: code}
	case "accept":
		c := Accept{Title: "末班车太早", Category: "交通出行", Mode: events.Modes[(1+rnd(4))%4], Level: []events.Level{events.Normal, events.Simple, events.Key}[rnd(3)],
			Urgent: some(), Class: []events.Class{events.Ordinary, events.Ordinary, events.Ordinary, events.Conduct, events.Stability}[rnd(5)]}
		switch c.Mode {
		case events.Planned:
			c.Due = day(20, 120)
		case events.StandingMode:
			c.ReviewDays = 1 + rnd(92)
		}
		if c.Class == events.Conduct {
			c.ComplainedOf = []events.Unit{units[rnd(4)]}
		}
		return c
	case "answer":
		return Answer{Title: "问末班车", Reply: "22:30。", Way: ByPhone}
	case "not_accept":
		return NotAccept{Reason: text, Route: "区法院"}
	case "dispatch":
		a := sample("accept", it, today, rnd).(Accept)
		if a.Class == events.Conduct { // anybody may be drawn to handle it
			a.Class, a.ComplainedOf = events.Ordinary, nil
		}
		c := Dispatch{a, Assign{Units: []Assignee{{Unit: unit(), Part: events.Lead, Task: text}}, Leader: events.Leader{ID: leader1.ID, Post: "副区长", Rank: "副处"}}}
		if a.Mode == events.StandingMode {
			c.Units[0].Due = day(1, 30)
		}
		return c
	case "unmerge":
		return Unmerge{Reason: text}
	case "merge":
		return Merge{Into: "QG-2026-000099", Basis: "同人同事"}
	case "split":
		return Split{Parts: []SplitPart{{Title: "夜班车"}, {Title: "站牌"}}}
	case "classify":
		c := Classify{Mode: events.Modes[(1+rnd(4))%4], Reason: text}
		switch {
		case c.Mode == events.StandingMode:
			c.ReviewDays = 30
		case it.Due.IsZero():
			c.Due = day(1, 60)
		}
		return c
	case "link_leader":
		l := []events.Actor{leader1, leader2}[rnd(2)]
		return LinkLeader{Leader: events.Leader{ID: l.ID, Post: "副区长", Rank: "副处"}}
	case "assign":
		c := Assign{Units: []Assignee{{Unit: unit(), Part: events.Lead}}}
		if it.Due.IsZero() {
			c.Units[0].Due = day(1, 30)
		}
		for range rnd(3) {
			if u := unit(); !slices.ContainsFunc(c.Units, func(a Assignee) bool { return a.Unit == u }) {
				c.Units = append(c.Units, Assignee{Unit: u, Part: events.Co, Task: text})
			}
		}
		return c
	case "sign":
		return Sign{}
	case "request_return":
		return RequestReturn{Grounds: text, Basis: "三定方案", Suggested: events.Unit{ID: "uz", Name: "区教育局"}}
	case "uphold_return":
		return UpholdReturn{Reason: text}
	case "reject_return":
		return RejectReturn{Reason: text}
	case "open_arbitration":
		return OpenArbitration{Body: "区委编办"}
	case "decide_arbitration":
		c := DecideArbitration{Unit: unit(), Basis: "三定方案"}
		if _, has := it.of(c.Unit); has { // nobody else is left: it stays with the unit that would not have it
			a, _ := it.arbitrated()
			c.Unit = a.Unit
		}
		return c
	case "add_co_unit":
		return AddCoUnit{Unit: unit(), Task: text, Reason: text}
	case "submit_plan":
		due := it.Due
		if due.Before(today) { // none, or past
			due = day(10, 40)
		}
		return SubmitPlan{Goal: text, Measures: []string{text}, Person: "副局长", Due: due, Milestones: []Node{{"完成", due}}}
	case "approve_plan":
		return ApprovePlan{}
	case "send_back_plan":
		return SendBackPlan{Reason: text}
	case "report_progress":
		return ReportProgress{Note: text, Done: float64(rnd(12)), Total: 11, Unit: "公里"}
	case "report_block":
		return ReportBlock{Cause: events.NoMoney, Note: text, Suspend: some()}
	case "record_evidence":
		return RecordEvidence{Title: "照片", Kind: []events.EvidenceKind{events.ResultEvidence, events.StatementEvidence}[rnd(2)], Formed: today.AddDays(-rnd(30))}
	case "report_part":
		return ReportPart{Result: text}
	case "approve_part":
		return ApprovePart{}
	case "send_back_part":
		return SendBackPart{Reason: text}
	case "request_extension":
		return RequestExtension{Due: it.Due.AddDays(1 + rnd(9)), Reason: text}
	case "grant_extension":
		return GrantExtension{Reason: text}
	case "deny_extension":
		return DenyExtension{Reason: text}
	case "request_pause":
		return RequestPause{Ground: events.PauseGrounds[rnd(4)], Until: today.AddDays(1 + rnd(9)), Reason: text}
	case "grant_pause":
		return GrantPause{Reason: text}
	case "deny_pause":
		return DenyPause{Reason: text}
	case "end_pause":
		return EndPause{Reason: text}
	case "instruct":
		return Instruct{Text: text}
	case "supervise":
		return Supervise{Level: events.SupervisionLevels[rnd(7)], Text: text}
	case "take_back":
		return TakeBack{}
	case "recompute_deadline":
		return Recompute{}
	case "escalate":
		for _, w := range it.Watched() {
			if r, ok := ladder.Of(it.Preset).Owed(&calendar.Calendar{}, w, today); ok {
				return Escalate{Watch: w.Watch, Ref: w.Ref, For: w.On, Level: r.Level}
			}
		}
		return Escalate{Watch: events.WatchDeadline, For: day(-9, 9), Level: events.Urge}
	case "draw_look_back":
		c := DrawLookBack{Due: today, Period: "2026-W10", Draw: 1, Chosen: some()}
		if len(it.LookBacks) > 0 {
			c.Due = it.LookBacks[0]
		}
		return c
	case "answer_supervision":
		return AnswerSupervision{Text: text}
	case "report_rectified":
		c := report
		c.Contacted, c.ContactNote = true, "3 月 2 日打电话"
		return c
	case "submit_reply":
		return SubmitReply{Public: "末班车已改到 22:30。", Private: []string{"", "林先生您好"}[rnd(2)]}
	case "send_back_reply":
		return SendBackReply{Reason: text}
	case "issue_reply":
		return IssueReply{Way: ByPhone}
	case "apply_closure":
		return apply
	case "sign_off":
		return SignOff{Opinion: "同意"}
	case "check_site":
		c := site
		c.On, c.Passed = today, rnd(5) != 1
		return c
	case "open_publicity":
		return OpenPublicity{Medium: "公告栏"}
	case "object":
		return Object{Text: "没有修好", Contact: "13800138000"}
	case "resolve_objection":
		return ResolveObjection{Upheld: some(), Answer: text}
	case "close_publicity":
		return ClosePublicity{}
	case "close":
		return Close{}
	case "refuse":
		return Refuse{Reason: text}
	case "make_standing":
		return MakeStanding{Reason: text, ReviewDays: 1 + rnd(92)}
	case "file_upward":
		return FileUpward{To: "市督导组", Refer: "2026-3"}
	case "evaluate":
		return Evaluate{Contacted: true, Solved: []events.Solved{events.SolvedYes, events.SolvedNo}[rnd(2)],
			Satisfied: []events.Satisfaction{events.Satisfied, events.Dissatisfied}[rnd(2)], Code: code}
	case "order_redo":
		return OrderRedo{Reason: text}
	case "request_exemption":
		return RequestExemption{Reason: text}
	case "endorse_exemption":
		return EndorseExemption{Agreed: true, Reason: text}
	case "decide_exemption":
		return DecideExemption{Granted: some(), Reason: text}
	case "pass_look_back":
		return PassLookBack{Finding: text}
	case "fail_look_back":
		return FailLookBack{Finding: text}
	case "reopen":
		return Reopen{Reason: text}
	case "review_standing":
		return ReviewStanding{Finding: text, NextReview: review()}
	case "suspend":
		return Suspend{Cause: events.NoSeason, Body: "领导小组会", Reason: text, NextReview: review()}
	case "review_suspension":
		return ReviewSuspension{Finding: text, NextReview: review()}
	case "resume":
		return Resume{Reason: text}
	case "terminate":
		return Terminate{Ground: BeyondDuty, Reason: text}
	case "withdraw":
		return Withdraw{Code: code}
	case "archive":
		return Archive{File: "2026-7"}
	case "correct":
		return Correct{Rev: 1, What: "类别", Was: "交通", Should: "环保", Reason: text}
	case "record_claim":
		return RecordClaim{claim: events.LedgerClaimed{Ledger: "台账", File: "0f", Row: 5, Says: events.Closed, Mode: events.TimeLimited, Text: itoa(rnd(1000))}}
	case "request_erasure":
		return RequestErasure{Reason: events.ErasureReasons[rnd(4)], Asked: events.ErasureAskers[rnd(4)], Ground: "申请书 2026-3 号"}
	case "complete_erasure":
		return CompleteErasure{}
	case "reveal":
		return Reveal{Opinion: it.Opinions[rnd(len(it.Opinions))], Name: true, Phone: rnd(2) == 1, Reason: "约反映人到现场看"}
	case "draft_public_text":
		return DraftPublicText{Summary: "末班车改到 22:30"}
	case "release":
		return Release{}
	case "expire_release":
		return ExpireRelease{}
	case "redact_photo":
		c := RedactPhoto{Looked: true}
		c.Evidence = least(it.Pictures)
		c.Attach("00", []events.Area{{X: rnd(500), Y: 10, W: 300, H: 300}}, events.PublicFile{Object: "o", SHA256: "11", Size: 9, Width: 4, Height: 3})
		return c
	case "release_photo":
		return ReleasePhoto{Photo: least(it.PublicPhotos)}
	case "unpublish_photo":
		return UnpublishPhoto{Photo: least(it.PublicPhotos), Reason: text}
	case "unpublish":
		return Unpublish{Reason: text}
	}
	return nil
}

// least is the first key of m in order, "" when there is none.
func least[V any](m map[string]V) string {
	return slices.Min(append(slices.Collect(maps.Keys(m)), "zzz"))
}
