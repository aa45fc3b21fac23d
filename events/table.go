package events

import (
	"encoding/json"
	"fmt"
)

// Event is one fact. Facts are plain values; [TypeOf] tells their wire name.
type Event interface{ fact() kind }

// kind is a row of the table below.
type kind int

const (
	itemRaised kind = iota
	opinionAdded
	infoRequested
	infoSupplied
	itemAccepted
	itemNotAccepted
	itemAnswered
	modeClassified
	leaderLinked
	itemMerged
	itemAbsorbed
	itemUnmerged
	itemSeparated
	itemSplit
	itemSplitOff
	leaderInstructed
	itemMadeStanding
	standingReviewed
	itemSuspended
	suspensionReviewed
	itemResumed
	itemTerminated
	itemReopened
	itemArchived
	corrected
	ledgerClaimed
	publicTextDrafted
	itemReleased
	itemUnpublished
	releaseLimited
	photoRedacted
	photoReleased
	photoUnpublished
	itemAssigned
	coUnitAdded
	assignmentSigned
	returnRequested
	returnUpheld
	itemUnassigned
	returnRejected
	arbitrationOpened
	arbitrationDecided
	planSubmitted
	planApproved
	planSentBack
	progressReported
	blockReported
	evidenceRecorded
	assignmentReported
	assignmentApproved
	assignmentSentBack
	extensionRequested
	extensionGranted
	extensionDenied
	deadlineRecomputed
	supervisionIssued
	supervisionAnswered
	orderTakenBack
	rectificationReported
	closureApplied
	signOffGiven
	signOffRefused
	siteChecked
	publicityOpened
	objectionRaised
	objectionResolved
	publicityClosed
	itemClosed
	filedUpward
	replySubmitted
	replySentBack
	replyIssued
	evaluated
	redoOrdered
	exemptionRequested
	exemptionEndorsed
	exemptionDecided
	lookBackScheduled
	lookBackPassed
	lookBackFailed
	attentionCalled
	lookBackDrawn
	sampleDrawn
	viewSaved
	viewDropped
	noticePreferred
	ladderSet
	followAsked
	followConfirmed
	followEnded
	columnsMapped
	unitsMapped
	templateKept
	templateWithdrawn
	erasureRequested
	erasureCompleted
	rootSigned
	complaintNamed
	personalRevealed
	exportMade
	accessRefused
	unitAdded
	unitRenamed
	unitMoved
	unitClassified
	unitClosed
	unitReopened
	officerAdded
	officerDescribed
	officerLeft
	officerReturned
	postTaken
	postLeft
	delegationGiven
	delegationWithdrawn
	ledgerAdded
	ledgerChanged
	ledgerClosed
	ledgerReopened
	dutyAssigned
	dutyWithdrawn
	passwordSet
	secondFactorSet
	secondFactorRemoved
	recoveryCodeUsed
	loginLinked
	loginUnlinked
	sessionStarted
	sessionEnded
	signInFailed
	accountLocked
	accountUnlocked
	accountErased
	tokenIssued
	tokenRevoked
	calendarPublished
	workingHoursSet
	itemHeld
	holdLifted
	codeRenewed
	opinionCollected
	limitSet
	limitWithdrawn
	pauseRequested
	pauseGranted
	pauseDenied
	pauseEnded
	kinds // how many
)

// row is one fact's wire name, current version and decoder.
type row struct {
	name    string
	version int
	of      Aggregate // whose fact it is
	zh      string    // what it is called on a page
	decode  func(json.RawMessage) (Event, error)
}

// table is the one place that fixes wire names and versions.
var table = [kinds]row{
	itemRaised:            {"item.raised", 2, ItemAggregate, "登记", decode[ItemRaised]},
	opinionAdded:          {"opinion.added", 1, ItemAggregate, "又有人提", decode[OpinionAdded]},
	infoRequested:         {"info.requested", 1, ItemAggregate, "请补充", decode[InfoRequested]},
	infoSupplied:          {"info.supplied", 1, ItemAggregate, "已补充", decode[InfoSupplied]},
	itemAccepted:          {"item.accepted", 1, ItemAggregate, "受理", decode[ItemAccepted]},
	itemNotAccepted:       {"item.not_accepted", 1, ItemAggregate, "不予受理", decode[ItemNotAccepted]},
	itemAnswered:          {"item.answered", 2, ItemAggregate, "直接答复", decode[ItemAnswered]},
	modeClassified:        {"mode.classified", 3, ItemAggregate, "定整改类型", decode[ModeClassified]},
	leaderLinked:          {"leader.linked", 1, ItemAggregate, "挂钩领导", decode[LeaderLinked]},
	itemMerged:            {"item.merged", 1, ItemAggregate, "并单", decode[ItemMerged]},
	itemAbsorbed:          {"item.absorbed", 1, ItemAggregate, "并入", decode[ItemAbsorbed]},
	itemUnmerged:          {"item.unmerged", 1, ItemAggregate, "撤销并单", decode[ItemUnmerged]},
	itemSeparated:         {"item.separated", 1, ItemAggregate, "并单撤出", decode[ItemSeparated]},
	itemSplit:             {"item.split", 1, ItemAggregate, "拆分", decode[ItemSplit]},
	itemSplitOff:          {"item.split_off", 1, ItemAggregate, "拆出", decode[ItemSplitOff]},
	leaderInstructed:      {"leader.instructed", 1, ItemAggregate, "批示", decode[LeaderInstructed]},
	itemMadeStanding:      {"item.made_standing", 1, ItemAggregate, "转常态整改", decode[ItemMadeStanding]},
	standingReviewed:      {"standing.reviewed", 1, ItemAggregate, "常态复核", decode[StandingReviewed]},
	itemSuspended:         {"item.suspended", 1, ItemAggregate, "挂账", decode[ItemSuspended]},
	suspensionReviewed:    {"suspension.reviewed", 1, ItemAggregate, "挂账复议", decode[SuspensionReviewed]},
	itemResumed:           {"item.resumed", 2, ItemAggregate, "恢复办理", decode[ItemResumed]},
	itemTerminated:        {"item.terminated", 1, ItemAggregate, "终结", decode[ItemTerminated]},
	itemReopened:          {"item.reopened", 3, ItemAggregate, "复号", decode[ItemReopened]},
	itemArchived:          {"item.archived", 1, ItemAggregate, "归档", decode[ItemArchived]},
	corrected:             {"item.corrected", 1, ItemAggregate, "更正", decode[Corrected]},
	ledgerClaimed:         {"ledger.claimed", 1, ItemAggregate, "台账导入", decode[LedgerClaimed]},
	publicTextDrafted:     {"public_text.drafted", 1, ItemAggregate, "拟公开稿", decode[PublicTextDrafted]},
	itemReleased:          {"item.released", 1, ItemAggregate, "公开", decode[ItemReleased]},
	itemUnpublished:       {"item.unpublished", 1, ItemAggregate, "撤下公开", decode[ItemUnpublished]},
	releaseLimited:        {"release.limited", 1, ItemAggregate, "定公开到哪天", decode[ReleaseLimited]},
	photoRedacted:         {"photo.redacted", 1, ItemAggregate, "涂去照片里的隐私", decode[PhotoRedacted]},
	photoReleased:         {"photo.released", 1, ItemAggregate, "公开照片", decode[PhotoReleased]},
	photoUnpublished:      {"photo.unpublished", 1, ItemAggregate, "撤下照片", decode[PhotoUnpublished]},
	itemAssigned:          {"item.assigned", 2, ItemAggregate, "交办", decode[ItemAssigned]},
	coUnitAdded:           {"co_unit.added", 2, ItemAggregate, "加派", decode[CoUnitAdded]},
	assignmentSigned:      {"assignment.signed", 1, ItemAggregate, "签收", decode[AssignmentSigned]},
	returnRequested:       {"return.requested", 1, ItemAggregate, "申请退单", decode[ReturnRequested]},
	returnUpheld:          {"return.upheld", 1, ItemAggregate, "同意退单", decode[ReturnUpheld]},
	itemUnassigned:        {"item.unassigned", 1, ItemAggregate, "待重新交办", decode[ItemUnassigned]},
	returnRejected:        {"return.rejected", 1, ItemAggregate, "驳回退单", decode[ReturnRejected]},
	arbitrationOpened:     {"arbitration.opened", 1, ItemAggregate, "提交裁定", decode[ArbitrationOpened]},
	arbitrationDecided:    {"arbitration.decided", 2, ItemAggregate, "职责裁定", decode[ArbitrationDecided]},
	planSubmitted:         {"plan.submitted", 1, ItemAggregate, "报方案", decode[PlanSubmitted]},
	planApproved:          {"plan.approved", 1, ItemAggregate, "方案通过", decode[PlanApproved]},
	planSentBack:          {"plan.sent_back", 1, ItemAggregate, "方案退回", decode[PlanSentBack]},
	progressReported:      {"progress.reported", 1, ItemAggregate, "报进展", decode[ProgressReported]},
	blockReported:         {"block.reported", 1, ItemAggregate, "报卡点", decode[BlockReported]},
	evidenceRecorded:      {"evidence.recorded", 2, ItemAggregate, "登记佐证", decode[EvidenceRecorded]},
	assignmentReported:    {"assignment.reported", 1, ItemAggregate, "协办反馈", decode[AssignmentReported]},
	assignmentApproved:    {"assignment.approved", 1, ItemAggregate, "协办审核通过", decode[AssignmentApproved]},
	assignmentSentBack:    {"assignment.sent_back", 1, ItemAggregate, "协办退回", decode[AssignmentSentBack]},
	extensionRequested:    {"extension.requested", 1, ItemAggregate, "申请延期", decode[ExtensionRequested]},
	extensionGranted:      {"extension.granted", 1, ItemAggregate, "批准延期", decode[ExtensionGranted]},
	extensionDenied:       {"extension.denied", 1, ItemAggregate, "不同意延期", decode[ExtensionDenied]},
	deadlineRecomputed:    {"deadline.recomputed", 1, ItemAggregate, "期限重算", decode[DeadlineRecomputed]},
	supervisionIssued:     {"supervision.issued", 3, ItemAggregate, "督办", decode[SupervisionIssued]},
	supervisionAnswered:   {"supervision.answered", 1, ItemAggregate, "答复督办", decode[SupervisionAnswered]},
	orderTakenBack:        {"order.taken_back", 1, ItemAggregate, "撤销", decode[OrderTakenBack]},
	rectificationReported: {"item.rectified", 3, ItemAggregate, "整改完成（单位报的）", decode[RectificationReported]},
	closureApplied:        {"closure.applied", 2, ItemAggregate, "申请销号", decode[ClosureApplied]},
	signOffGiven:          {"sign_off.given", 1, ItemAggregate, "签批", decode[SignOffGiven]},
	signOffRefused:        {"sign_off.refused", 1, ItemAggregate, "退回重办", decode[SignOffRefused]},
	siteChecked:           {"site.checked", 1, ItemAggregate, "现场核查", decode[SiteChecked]},
	publicityOpened:       {"publicity.opened", 2, ItemAggregate, "公示", decode[PublicityOpened]},
	objectionRaised:       {"objection.raised", 1, ItemAggregate, "提出异议", decode[ObjectionRaised]},
	objectionResolved:     {"objection.resolved", 1, ItemAggregate, "答复异议", decode[ObjectionResolved]},
	publicityClosed:       {"publicity.closed", 1, ItemAggregate, "公示期满", decode[PublicityClosed]},
	itemClosed:            {"item.closed", 1, ItemAggregate, "销号", decode[ItemClosed]},
	filedUpward:           {"item.filed_upward", 1, ItemAggregate, "备案", decode[FiledUpward]},
	replySubmitted:        {"reply.submitted", 1, ItemAggregate, "拟答复", decode[ReplySubmitted]},
	replySentBack:         {"reply.sent_back", 1, ItemAggregate, "退回答复", decode[ReplySentBack]},
	replyIssued:           {"reply.issued", 2, ItemAggregate, "答复群众", decode[ReplyIssued]},
	evaluated:             {"item.evaluated", 1, ItemAggregate, "群众评价", decode[Evaluated]},
	redoOrdered:           {"redo.ordered", 1, ItemAggregate, "退回重办", decode[RedoOrdered]},
	exemptionRequested:    {"exemption.requested", 1, ItemAggregate, "申请甄别", decode[ExemptionRequested]},
	exemptionEndorsed:     {"exemption.endorsed", 1, ItemAggregate, "甄别初审", decode[ExemptionEndorsed]},
	exemptionDecided:      {"exemption.decided", 1, ItemAggregate, "甄别结论", decode[ExemptionDecided]},
	lookBackScheduled:     {"look_back.scheduled", 2, ItemAggregate, "安排回头看", decode[LookBackScheduled]},
	lookBackPassed:        {"look_back.passed", 1, ItemAggregate, "回头看通过", decode[LookBackPassed]},
	lookBackFailed:        {"look_back.failed", 1, ItemAggregate, "回头看发现反弹", decode[LookBackFailed]},
	attentionCalled:       {"attention.called", 1, ItemAggregate, "到期提请", decode[AttentionCalled]},
	lookBackDrawn:         {"look_back.drawn", 1, ItemAggregate, "回头看抽查", decode[LookBackDrawn]},
	sampleDrawn:           {"sample.drawn", 1, SampleAggregate, "回头看抽样", decode[SampleDrawn]},
	viewSaved:             {"view.saved", 1, ViewAggregate, "存视图", decode[ViewSaved]},
	viewDropped:           {"view.dropped", 1, ViewAggregate, "去掉视图", decode[ViewDropped]},
	noticePreferred:       {"notice.preferred", 1, RecipientAggregate, "通知偏好", decode[NoticePreferred]},
	followAsked:           {"follow.asked", 1, FollowAggregate, "想关注进展", decode[FollowAsked]},
	followConfirmed:       {"follow.confirmed", 1, FollowAggregate, "确认关注", decode[FollowConfirmed]},
	followEnded:           {"follow.ended", 1, FollowAggregate, "不再关注", decode[FollowEnded]},
	ladderSet:             {"ladder.set", 1, LadderAggregate, "定督办阶梯", decode[LadderSet]},
	columnsMapped:         {"columns.mapped", 1, PaperAggregate, "栏目对照", decode[ColumnsMapped]},
	unitsMapped:           {"units.mapped", 1, PaperAggregate, "单位对照", decode[UnitsMapped]},
	templateKept:          {"template.kept", 1, PaperAggregate, "换表单模板", decode[TemplateKept]},
	templateWithdrawn:     {"template.withdrawn", 1, PaperAggregate, "撤表单模板", decode[TemplateWithdrawn]},
	erasureRequested:      {"erasure.requested", 1, ItemAggregate, "申请抹除个人信息", decode[ErasureRequested]},
	erasureCompleted:      {"erasure.completed", 1, ItemAggregate, "个人信息抹除完毕", decode[ErasureCompleted]},
	complaintNamed:        {"complaint.named", 1, ItemAggregate, "写明被反映的人", decode[ComplaintNamed]},
	personalRevealed:      {"personal.revealed", 1, ItemAggregate, "看个人信息", decode[PersonalRevealed]},
	exportMade:            {"export.made", 1, TrailAggregate, "导出", decode[ExportMade]},
	accessRefused:         {"access.refused", 1, TrailAggregate, "越权被拒", decode[AccessRefused]},
	rootSigned:            {"root.signed", 1, LogAggregate, "日根签名", decode[RootSigned]},
	unitAdded:             {"unit.added", 1, UnitAggregate, "新增单位", decode[UnitAdded]},
	unitRenamed:           {"unit.renamed", 1, UnitAggregate, "单位更名", decode[UnitRenamed]},
	unitMoved:             {"unit.moved", 1, UnitAggregate, "单位调整隶属", decode[UnitMoved]},
	unitClassified:        {"unit.classified", 1, UnitAggregate, "单位调整层级、类型、属地", decode[UnitClassified]},
	unitClosed:            {"unit.closed", 1, UnitAggregate, "撤销单位", decode[UnitClosed]},
	unitReopened:          {"unit.reopened", 1, UnitAggregate, "恢复单位", decode[UnitReopened]},
	officerAdded:          {"officer.added", 1, OfficerAggregate, "新增人员", decode[OfficerAdded]},
	officerDescribed:      {"officer.described", 1, OfficerAggregate, "更改姓名、电话", decode[OfficerDescribed]},
	officerLeft:           {"officer.left", 1, OfficerAggregate, "人员离任", decode[OfficerLeft]},
	officerReturned:       {"officer.returned", 1, OfficerAggregate, "人员返岗", decode[OfficerReturned]},
	postTaken:             {"post.taken", 1, OfficerAggregate, "任职", decode[PostTaken]},
	postLeft:              {"post.left", 1, OfficerAggregate, "免职", decode[PostLeft]},
	delegationGiven:       {"delegation.given", 1, OfficerAggregate, "委托", decode[DelegationGiven]},
	delegationWithdrawn:   {"delegation.withdrawn", 1, OfficerAggregate, "收回委托", decode[DelegationWithdrawn]},
	ledgerAdded:           {"ledger.added", 1, LedgerAggregate, "新建台账", decode[LedgerAdded]},
	ledgerChanged:         {"ledger.changed", 1, LedgerAggregate, "更改台账", decode[LedgerChanged]},
	ledgerClosed:          {"ledger.closed", 1, LedgerAggregate, "停用台账", decode[LedgerClosed]},
	ledgerReopened:        {"ledger.reopened", 1, LedgerAggregate, "启用台账", decode[LedgerReopened]},
	dutyAssigned:          {"duty.assigned", 1, DutyAggregate, "责任目录定责", decode[DutyAssigned]},
	dutyWithdrawn:         {"duty.withdrawn", 1, DutyAggregate, "责任目录撤销", decode[DutyWithdrawn]},
	passwordSet:           {"password.set", 1, AccountAggregate, "设口令", decode[PasswordSet]},
	secondFactorSet:       {"second_factor.set", 1, AccountAggregate, "开通动态口令", decode[SecondFactorSet]},
	secondFactorRemoved:   {"second_factor.removed", 1, AccountAggregate, "取消动态口令", decode[SecondFactorRemoved]},
	recoveryCodeUsed:      {"recovery_code.used", 1, AccountAggregate, "用掉恢复码", decode[RecoveryCodeUsed]},
	loginLinked:           {"login.linked", 1, AccountAggregate, "关联统一身份", decode[LoginLinked]},
	loginUnlinked:         {"login.unlinked", 1, AccountAggregate, "取消关联", decode[LoginUnlinked]},
	sessionStarted:        {"session.started", 1, AccountAggregate, "登录", decode[SessionStarted]},
	sessionEnded:          {"session.ended", 1, AccountAggregate, "退出", decode[SessionEnded]},
	signInFailed:          {"sign_in.failed", 1, AccountAggregate, "登录失败", decode[SignInFailed]},
	accountLocked:         {"account.locked", 1, AccountAggregate, "账号锁定", decode[AccountLocked]},
	accountUnlocked:       {"account.unlocked", 1, AccountAggregate, "账号解锁", decode[AccountUnlocked]},
	accountErased:         {"account.erased", 1, AccountAggregate, "抹除登录凭据", decode[AccountErased]},
	tokenIssued:           {"token.issued", 1, AccountAggregate, "发放接口令牌", decode[TokenIssued]},
	tokenRevoked:          {"token.revoked", 1, AccountAggregate, "收回接口令牌", decode[TokenRevoked]},
	calendarPublished:     {"calendar.published", 1, CalendarAggregate, "放假安排", decode[CalendarPublished]},
	workingHoursSet:       {"working_hours.set", 1, CalendarAggregate, "工作时间", decode[WorkingHoursSet]},
	itemHeld:              {"item.held", 1, ItemAggregate, "先看一眼", decode[ItemHeld]},
	holdLifted:            {"item.hold_lifted", 1, ItemAggregate, "放行", decode[HoldLifted]},
	codeRenewed:           {"item.code_renewed", 1, ItemAggregate, "重办查询码", decode[CodeRenewed]},
	opinionCollected:      {"opinion.collected", 1, ItemAggregate, "收集意见", decode[OpinionCollected]},
	limitSet:              {"limit.set", 1, RulesAggregate, "定时限", decode[LimitSet]},
	limitWithdrawn:        {"limit.withdrawn", 1, RulesAggregate, "撤销时限", decode[LimitWithdrawn]},
	pauseRequested:        {"pause.requested", 1, ItemAggregate, "申请暂停计时", decode[PauseRequested]},
	pauseGranted:          {"pause.granted", 1, ItemAggregate, "批准暂停计时", decode[PauseGranted]},
	pauseDenied:           {"pause.denied", 1, ItemAggregate, "不同意暂停计时", decode[PauseDenied]},
	pauseEnded:            {"pause.ended", 1, ItemAggregate, "恢复计时", decode[PauseEnded]},
}

var byName = func() map[string]kind {
	m := make(map[string]kind, kinds)
	for k, r := range table {
		m[r.name] = kind(k)
	}
	return m
}()

// TypeOf returns the wire name and version of e: "item.assigned", 1.
func TypeOf(e Event) (name string, version int) {
	r := table[e.fact()]
	return r.name, r.version
}

// Title returns what the fact is called on a page: 交办.
func Title(e Event) string { return table[e.fact()].zh }

// TitleOf returns what the fact with a wire name is called on a page, the name itself for one
// that this program does not know.
func TitleOf(name string) string {
	if k, ok := byName[name]; ok {
		return table[k].zh
	}
	return name
}

// Names lists every wire name in table order.
func Names() []string {
	out := make([]string, kinds)
	for k, r := range table {
		out[k] = r.name
	}
	return out
}

func decode[T Event](b json.RawMessage) (Event, error) {
	v, err := read[T](b)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// read reads the data of one version of a fact.
func read[T any](b json.RawMessage) (v T, err error) {
	if readPlain(b, &v) {
		return v, nil
	}
	v = *new(T)
	_, err = first(b, &v)
	return v, err
}

// UnknownError says that a stored fact has a name or version this program does not know.
// Nothing may be decided or shown without it: whoever reads the log has to stop.
type UnknownError struct {
	Name    string
	Version int
}

func (e *UnknownError) Error() string {
	k, ok := byName[e.Name]
	switch {
	case e.Version < 1:
		return fmt.Sprintf("events: fact %q v%d is unknown: no program ever wrote such a version", e.Name, e.Version)
	case ok:
		return fmt.Sprintf("events: fact %q v%d is unknown: written by a newer program (this one knows v1 to v%d)", e.Name, e.Version, table[k].version)
	}
	return fmt.Sprintf("events: fact %q v%d is unknown: written by a newer program", e.Name, e.Version)
}

type wire struct {
	Type string          `json:"type"`
	V    int             `json:"v"`
	Data json.RawMessage `json:"data"`
}

// EncodeFact returns one fact by itself, with its name and version: what read models keep of
// the directory. It fails with ErrNotSealed when a personal field was not sealed.
func EncodeFact(e Event) ([]byte, error) {
	w, err := toWire(e)
	if err != nil {
		return nil, err
	}
	return json.Marshal(w)
}

// DecodeFact reads what EncodeFact wrote.
func DecodeFact(data []byte) (Event, error) {
	var w wire
	if err := strict(data, &w); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrBroken, err)
	}
	return fromWire(w)
}

func toWire(e Event) (wire, error) {
	name, v := TypeOf(e)
	data, err := json.Marshal(e)
	if err != nil {
		return wire{}, fmt.Errorf("encode %s: %w", name, err)
	}
	return wire{name, v, data}, nil
}

func fromWire(w wire) (Event, error) {
	k, ok := byName[w.Type]
	if !ok || w.V < 1 || w.V > table[k].version {
		return nil, &UnknownError{w.Type, w.V}
	}
	if len(w.Data) == 0 || w.Data[0] != '{' {
		return nil, fmt.Errorf("decode %s v%d: data is not an object", w.Type, w.V)
	}
	e, err := upcast(k, w.V, w.Data)
	if err != nil {
		return nil, fmt.Errorf("decode %s v%d: %w", w.Type, w.V, err)
	}
	return e, nil
}
