package domain

import (
	"strconv"

	"xiaohao/domain/rights"
	"xiaohao/events"
)

func itoa(n int) string { return strconv.Itoa(n) }

type (
	states = []events.State
)

var (
	working = states{events.InProgress}
	closing = states{events.UnderVerification, events.InPublicity}
	ongoing = states{events.Accepted, events.InProgress, events.Rectified, events.UnderVerification, events.InPublicity,
		events.Standing, events.SuspendedAccount}
	replying   = states{events.InProgress, events.Rectified, events.UnderVerification, events.Standing}
	answerable = states{events.Answered, events.Rectified, events.UnderVerification, events.InPublicity, events.Closed, events.Standing}
)

// specs is the table of all commands (domain.md §2.4): in which states, under which
// condition; who may give them is added from the table of package rights. The
// state × command matrix test walks it.
var specs = entitled([]Spec{
	// 登记、受理
	{Name: "raise", Title: "登记", Starts: true, New: func() Command { return &Raise{} }},
	{Name: "add_opinion", Title: "再记一条同样的意见", From: append(states{events.Registered}, ongoing...), New: func() Command { return &AddOpinion{} }},
	{Name: "lift_hold", Title: "放行", From: states{events.Registered}, Pre: isHeld, New: func() Command { return &LiftHold{} }},
	{Name: "renew_code", Title: "重办查询码", From: events.States[:len(events.States)-1], Pre: mayRenew, New: func() Command { return &RenewCode{} }},
	{Name: "add_photo", Title: "补照片", From: states{events.Registered, events.ReturnedForInfo, events.Accepted, events.InProgress}, Pre: photosLeft, New: func() Command { return &AddPhoto{} }},
	{Name: "request_info", Title: "请补充", From: states{events.Registered}, Pre: askedBefore, New: func() Command { return &RequestInfo{} }},
	{Name: "supply_info", Title: "补充", From: states{events.ReturnedForInfo}, New: func() Command { return &SupplyInfo{} }},
	{Name: "accept", Title: "受理", From: states{events.Registered}, New: func() Command { return &Accept{} }},
	{Name: "dispatch", Title: "受理并交办", From: states{events.Registered}, New: func() Command { return &Dispatch{} }},
	{Name: "answer", Title: "直接答复", From: states{events.Registered}, New: func() Command { return &Answer{} }},
	{Name: "not_accept", Title: "不予受理", From: states{events.Registered, events.ReturnedForInfo}, New: func() Command { return &NotAccept{} }},
	{Name: "merge", Title: "并单", From: states{events.Registered, events.Accepted}, New: func() Command { return &Merge{} }},
	{Name: "unmerge", Title: "撤销并单", From: states{events.Merged}, Pre: mayUnmerge, New: func() Command { return &Unmerge{} }},
	{Name: "split", Title: "拆单", From: states{events.Accepted}, New: func() Command { return &Split{} }},
	{Name: "classify", Title: "改整改类型", From: states{events.Accepted, events.InProgress}, New: func() Command { return &Classify{} }},
	{Name: "link_leader", Title: "定挂钩领导", From: ongoing, New: func() Command { return &LinkLeader{} }},

	// 交办
	{Name: "assign", Title: "交办", From: states{events.Accepted}, New: func() Command { return &Assign{} }},
	{Name: "sign", Title: "签收", From: working, Pre: mine(events.PartIssued), New: func() Command { return &Sign{} }},
	{Name: "request_return", Title: "退单", From: working, Pre: mayReturn, New: func() Command { return &RequestReturn{} }},
	{Name: "uphold_return", Title: "同意退单", From: working, Pre: returnOpenFirst, New: func() Command { return &UpholdReturn{} }},
	{Name: "reject_return", Title: "驳回退单", From: working, Pre: returnOpenFirst, New: func() Command { return &RejectReturn{} }},
	{Name: "open_arbitration", Title: "提交职责裁定", From: working, Pre: returnOpen, New: func() Command { return &OpenArbitration{} }},
	{Name: "decide_arbitration", Title: "记职责裁定", From: working, Pre: inArbitration, New: func() Command { return &DecideArbitration{} }},
	{Name: "add_co_unit", Title: "加派协办", From: working, Pre: leadWorks, New: func() Command { return &AddCoUnit{} }},

	// 整改
	{Name: "submit_plan", Title: "报方案", From: working, Pre: planOpen, New: func() Command { return &SubmitPlan{} }},
	{Name: "approve_plan", Title: "通过方案", From: working, Pre: planWaits, New: func() Command { return &ApprovePlan{} }},
	{Name: "send_back_plan", Title: "退回方案", From: working, Pre: planWaits, New: func() Command { return &SendBackPlan{} }},
	{Name: "report_progress", Title: "报进展", From: working, Pre: mine(events.PartSigned, events.PartForcedSigned, events.PartWorking, events.PartSentBack), New: func() Command { return &ReportProgress{} }},
	{Name: "report_block", Title: "报卡点", From: working, Pre: mine(events.PartSigned, events.PartForcedSigned, events.PartWorking, events.PartSentBack), New: func() Command { return &ReportBlock{} }},
	{Name: "record_evidence", Title: "登记佐证", From: states{events.InProgress, events.Rectified}, New: func() Command { return &RecordEvidence{} }},
	{Name: "report_part", Title: "协办反馈", From: working, Pre: mine(events.PartSigned, events.PartForcedSigned, events.PartWorking, events.PartSentBack), New: func() Command { return &ReportPart{} }},
	{Name: "approve_part", Title: "通过协办反馈", From: working, Pre: partWaits, New: func() Command { return &ApprovePart{} }},
	{Name: "send_back_part", Title: "退回协办反馈", From: working, Pre: partWaits, New: func() Command { return &SendBackPart{} }},
	{Name: "request_extension", Title: "申请延期", From: working, Pre: mayExtend, New: func() Command { return &RequestExtension{} }},
	{Name: "grant_extension", Title: "批准延期", From: working, Pre: extensionOpen, New: func() Command { return &GrantExtension{} }},
	{Name: "deny_extension", Title: "不同意延期", From: working, Pre: extensionOpen, New: func() Command { return &DenyExtension{} }},
	{Name: "request_pause", Title: "申请暂停计时", From: working, Pre: mayPause, New: func() Command { return &RequestPause{} }},
	{Name: "grant_pause", Title: "批准暂停计时", From: working, Pre: pauseOpen, New: func() Command { return &GrantPause{} }},
	{Name: "deny_pause", Title: "不同意暂停计时", From: working, Pre: pauseOpen, New: func() Command { return &DenyPause{} }},
	{Name: "end_pause", Title: "恢复计时", From: working, Pre: isPaused, New: func() Command { return &EndPause{} }},
	{Name: "recompute_deadline", Title: "重算期限", From: states{events.Registered, events.Accepted, events.InProgress, events.Rectified, events.UnderVerification, events.SuspendedAccount}, New: func() Command { return &Recompute{} }},
	{Name: "instruct", Title: "批示", From: ongoing, New: func() Command { return &Instruct{} }},
	{Name: "supervise", Title: "督办", From: ongoing, New: func() Command { return &Supervise{} }},
	{Name: "take_back", Title: "撤销刚才的批示、督办", From: ongoing, Pre: mayTakeBack, New: func() Command { return &TakeBack{} }},
	{Name: "escalate", Title: "到期督办", From: append(states{events.Closed}, ongoing...), New: func() Command { return &Escalate{} }},
	{Name: "answer_supervision", Title: "答复督办", From: ongoing, Pre: slipOpen, New: func() Command { return &AnswerSupervision{} }},

	// 销号
	{Name: "report_rectified", Title: "报整改完成", From: working, Pre: mayReport, New: func() Command { return &ReportRectified{} }},
	{Name: "submit_reply", Title: "拟答复", From: replying, Pre: notReplied, New: func() Command { return &SubmitReply{} }},
	{Name: "send_back_reply", Title: "退回答复", From: replying, Pre: draftWaits, New: func() Command { return &SendBackReply{} }},
	{Name: "issue_reply", Title: "答复群众", From: replying, Pre: draftWaits, New: func() Command { return &IssueReply{} }},
	{Name: "apply_closure", Title: "申请销号", From: states{events.Rectified}, Pre: mayApply, New: func() Command { return &ApplyClosure{} }},
	{Name: "sign_off", Title: "签批", From: states{events.UnderVerification}, Pre: maySign, New: func() Command { return &SignOff{} }},
	{Name: "check_site", Title: "录现场核查", From: states{events.UnderVerification}, Pre: mayCheckSite, New: func() Command { return &CheckSite{} }},
	{Name: "open_publicity", Title: "开始公示", From: states{events.UnderVerification}, Pre: mayPublish, New: func() Command { return &OpenPublicity{} }},
	{Name: "object", Title: "提异议", From: states{events.InPublicity}, New: func() Command { return &Object{} }},
	{Name: "resolve_objection", Title: "答复异议", From: append(states{events.InProgress, events.Rectified}, closing...), Pre: objectionOpen, New: func() Command { return &ResolveObjection{} }},
	{Name: "close_publicity", Title: "结束公示", From: states{events.InPublicity}, Pre: mayEndPublicity, New: func() Command { return &ClosePublicity{} }},
	{Name: "close", Title: "销号", From: states{events.Rectified, events.UnderVerification}, Pre: mayClose, New: func() Command { return &Close{} }},
	{Name: "refuse", Title: "退回重办", From: append(states{events.Rectified}, closing...), Pre: mayRefuse, New: func() Command { return &Refuse{} }},
	{Name: "make_standing", Title: "转常态整改", From: states{events.Rectified, events.UnderVerification}, Pre: mayStand, New: func() Command { return &MakeStanding{} }},

	// 销号以后
	{Name: "file_upward", Title: "备案", From: states{events.Closed}, Pre: fromAbove, New: func() Command { return &FileUpward{} }},
	{Name: "evaluate", Title: "评价", From: answerable, Pre: mayEvaluate, New: func() Command { return &Evaluate{} }},
	{Name: "order_redo", Title: "不满意重办", From: states{events.Answered, events.Rectified, events.UnderVerification, events.Closed, events.Standing}, Pre: mayRedo, New: func() Command { return &OrderRedo{} }},
	{Name: "request_exemption", Title: "申请甄别", From: answerable, Pre: mayAskExemption, New: func() Command { return &RequestExemption{} }},
	{Name: "endorse_exemption", Title: "审甄别", From: answerable, Pre: mayEndorseExemption, New: func() Command { return &EndorseExemption{} }},
	{Name: "decide_exemption", Title: "定甄别", From: answerable, Pre: mayDecideExemption, New: func() Command { return &DecideExemption{} }},
	{Name: "draw_look_back", Title: "回头看抽查", From: states{events.Closed}, New: func() Command { return &DrawLookBack{} }},
	{Name: "pass_look_back", Title: "回头看通过", From: states{events.Closed}, Pre: mayLookBack, New: func() Command { return &PassLookBack{} }},
	{Name: "fail_look_back", Title: "回头看反弹", From: states{events.Closed}, Pre: mayLookBack, New: func() Command { return &FailLookBack{} }},
	{Name: "reopen", Title: "复号", From: states{events.Closed, events.Standing}, New: func() Command { return &Reopen{} }},
	{Name: "review_standing", Title: "常态复核", From: states{events.Standing}, New: func() Command { return &ReviewStanding{} }},

	// 挂账、终结、归档、更正
	{Name: "suspend", Title: "挂账", From: states{events.Accepted, events.InProgress}, New: func() Command { return &Suspend{} }},
	{Name: "review_suspension", Title: "挂账复议", From: states{events.SuspendedAccount}, New: func() Command { return &ReviewSuspension{} }},
	{Name: "resume", Title: "恢复办理", From: states{events.SuspendedAccount}, New: func() Command { return &Resume{} }},
	{Name: "terminate", Title: "终结", From: states{events.Accepted, events.InProgress, events.SuspendedAccount, events.Standing}, New: func() Command { return &Terminate{} }},
	{Name: "withdraw", Title: "撤回", From: states{events.Registered, events.ReturnedForInfo, events.Accepted, events.InProgress}, Pre: mayWithdraw, New: func() Command { return &Withdraw{} }},
	{Name: "archive", Title: "归档", From: states{events.Closed, events.Answered, events.NotAccepted, events.Terminated}, Pre: mayArchive, New: func() Command { return &Archive{} }},
	{Name: "correct", Title: "更正", From: events.States[:len(events.States)-1], New: func() Command { return &Correct{} }},
	{Name: "record_claim", Title: "记台账所称", From: events.States[:len(events.States)-1], New: func() Command { return &RecordClaim{} }},
	{Name: "request_erasure", Title: "申请抹除个人信息", From: erasable, Pre: notErased, New: func() Command { return &RequestErasure{} }},
	{Name: "complete_erasure", Title: "记抹除完毕", From: erasable, Pre: erasureOpen, New: func() Command { return &CompleteErasure{} }},

	// 个人信息
	{Name: "reveal", Title: "看个人信息", From: events.States, Pre: mayReveal, New: func() Command { return &Reveal{} }},

	// 公开
	{Name: "draft_public_text", Title: "拟公开稿", From: append(states{events.Answered, events.Closed}, ongoing...), Pre: mayDraft, New: func() Command { return &DraftPublicText{} }},
	{Name: "release", Title: "公开", From: append(states{events.Answered, events.Closed}, ongoing...), Pre: mayRelease, New: func() Command { return &Release{} }},
	{Name: "unpublish", Title: "撤下公开", From: append(states{events.Answered, events.Closed}, ongoing...), Pre: isReleased, New: func() Command { return &Unpublish{} }},
	{Name: "expire_release", Title: "公开期满撤下", From: append(states{events.Answered, events.Closed}, ongoing...), Pre: releaseOver, New: func() Command { return &ExpireRelease{} }},
	{Name: "redact_photo", Title: "涂照片", From: append(states{events.Answered, events.Closed}, ongoing...), Pre: mayRedact, New: func() Command { return &RedactPhoto{} }},
	{Name: "release_photo", Title: "公开照片", From: append(states{events.Answered, events.Closed}, ongoing...), Pre: mayReleasePhoto, New: func() Command { return &ReleasePhoto{} }},
	{Name: "unpublish_photo", Title: "撤下照片", From: append(states{events.Answered, events.Closed}, ongoing...), Pre: photoShown, New: func() Command { return &UnpublishPhoto{} }},
})

// entitled adds to each command who may give it. One that nobody may give is a mistake that
// must not be found out by the first person who needs it.
func entitled(specs []Spec) []Spec {
	for i := range specs {
		rule, ok := rights.Of(specs[i].Name)
		if !ok {
			panic("domain: package rights has no row for the command " + specs[i].Name)
		}
		specs[i].Roles, specs[i].Scope = rule.Roles, rule.Scope
	}
	return specs
}
