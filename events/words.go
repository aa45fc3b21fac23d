package events

// The Chinese word for each term, as the glossary has it. An unknown value is returned as
// it is, so that a page never shows nothing.

var stateZh = map[State]string{Registered: "待受理", ReturnedForInfo: "待补充", NotAccepted: "不予受理", Merged: "并单",
	Answered: "直接答复", Accepted: "待交办", InProgress: "整改中", Rectified: "完成待验", UnderVerification: "验收中",
	InPublicity: "公示中", Closed: "已销号", Standing: "常态", SuspendedAccount: "挂账", Terminated: "终结", Archived: "归档"}

var assignmentZh = map[AssignmentState]string{PartIssued: "待签收", PartSigned: "已签收", PartWorking: "办理中",
	PartReported: "已反馈", PartApproved: "审核通过", PartSentBack: "退回重办", PartReturnRequested: "退单待审",
	PartWithdrawn: "已撤回", PartForcedSigned: "强制签收", PartArbitration: "争议裁定"}

var partZh = map[Part]string{Lead: "主办", Co: "协办"}

var modeZh = map[Mode]string{Immediate: "立即改", TimeLimited: "限期改", Planned: "计划改", StandingMode: "常态改"}

var roleZh = map[Role]string{Intake: "登记员", Dispatcher: "交办员", UnitLiaison: "联络员", Handler: "承办人",
	UnitDeputy: "分管领导", UnitHead: "主要负责人", SectorAuthority: "行业主管部门", Supervisor: "督导", LeaderRole: "挂钩领导",
	Witness: "群众代表", Petitioner: "反映人", Publisher: "公开审核员", Auditor: "审计员", System: "系统",
	SystemAdmin: "系统管理员", SecurityAdmin: "安全管理员", AuditAdmin: "审计管理员"}

var sourceZh = map[Source]string{FromPublic: "群众意见", FromSuperior: "上级督导通报", FromSelf: "自查",
	FromDelegate: "两代表一委员", FromMedia: "媒体反映"}

var channelZh = map[Channel]string{ByWeb: "网上“民意信箱”", ByBox: "征求意见箱", BySMS: "短信", ByHotline: "12345 转",
	ByCall: "来电", ByLetter: "来函", ByReception: "来访、接访", ByVisit: "入户、村组走访", ByForum: "座谈会、访谈",
	BySurvey: "问卷、评议表", ByInspection: "督导通报", BySelfCheck: "自查", ByMeeting: "专题会议", ByImport: "台账导入",
	Unstated: "原件未注明"}

var behalfZh = map[Behalf]string{ForSelf: "替自己", ForOther: "替家人、邻居（老人、孩子）", ForMany: "替大家，好多人都这样说"}

var classZh = map[Class]string{Ordinary: "一般事项", Conduct: "举报、人员作风", Stability: "涉稳"}

var levelZh = map[Level]string{Simple: "简易件", Normal: "普通件", Key: "重点件"}

var stepZh = map[Step]string{StepHandler: "承办人", StepUnitDeputy: "单位分管领导", StepUnitHead: "主要负责人",
	StepOfficeCheck: "办公室核查", StepReply: "答复群众", StepSiteCheck: "现场核查", StepLeader: "挂钩领导审签",
	StepPublicity: "公示", StepHigherCheck: "上级复核", StepClose: "销号"}

var profileZh = map[Profile]string{P1: "快结", P2: "普通", P3: "重点件", P4: "上级交办"}

var presetZh = map[Preset]string{TownshipBox: "镇级意见箱", CountyLedger: "县级整改台账", Inspection: "督察销号"}

var truthZh = map[Truth]string{True: "属实", Basically: "基本属实", Partly: "部分属实", False: "不属实"}

var solvedZh = map[Solved]string{SolvedYes: "解决了", SolvedPartly: "一部分", SolvedNo: "没解决"}

var satisfactionZh = map[Satisfaction]string{Satisfied: "满意", SoSo: "基本满意", Dissatisfied: "不满意"}

var causeZh = map[Cause]string{NoMoney: "缺资金", NoAuthority: "缺权限", NoPolicy: "缺政策", NoTitle: "权属不清",
	NoApproval: "等上级批", NoSeason: "等季节、天气"}

var evidenceZh = map[EvidenceKind]string{ResultEvidence: "结果（照片、测量、群众确认）", PaperEvidence: "文件、表册",
	StatementEvidence: "情况说明", OpinionEvidence: "反映人交的照片"}

var phaseZh = map[Phase]string{Before: "整改前", After: "整改后"}

var watchZh = map[Watch]string{WatchDeadline: "整改期限", WatchSigning: "签收", WatchAnswer: "督办单答复", WatchReview: "复核", WatchLookBack: "回头看"}

var supervisionZh = map[SupervisionLevel]string{Remind: "提醒", Urge: "催办", Blue: "蓝单", Yellow: "黄单", Orange: "橙单",
	Red: "红单", Summon: "约谈"}

var stageZh = map[Stage]string{StageAccept: "受理", StageSign: "签收", StageReturn: "退单", StagePlan: "报方案", StageRectify: "整改",
	StageReply: "答复群众", StageVerify: "验收", StagePublicity: "公示", StageAnswer: "答复督办单", StageEvaluate: "群众评价",
	StageLookBack: "回头看", StageReview: "复核", StageNear: "临期"}

var urgencyZh = map[Urgency]string{Pressing: "紧急", Usual: "不紧急"}

var pauseZh = map[PauseGround]string{Hearing: "听证", Appraisal: "鉴定、检测", Tender: "招标、采购", Posting: "公示"}

func word[T ~string](m map[T]string, v T) string {
	if w, ok := m[v]; ok {
		return w
	}
	return string(v)
}

// Zh returns the Chinese word.
func (v State) Zh() string { return word(stateZh, v) }

// Zh returns the Chinese word.
func (v AssignmentState) Zh() string { return word(assignmentZh, v) }

// Zh returns the Chinese word.
func (v Part) Zh() string { return word(partZh, v) }

// Zh returns the Chinese word.
func (v Mode) Zh() string { return word(modeZh, v) }

// Zh returns the Chinese word.
func (v Role) Zh() string { return word(roleZh, v) }

// Zh returns the Chinese word.
func (v Source) Zh() string { return word(sourceZh, v) }

// Zh returns the Chinese word.
func (v Channel) Zh() string { return word(channelZh, v) }

// Zh returns the Chinese word.
func (v Behalf) Zh() string { return word(behalfZh, v) }

// Zh returns the Chinese word.
func (v Class) Zh() string { return word(classZh, v) }

// Zh returns the Chinese word.
func (v Level) Zh() string { return word(levelZh, v) }

// Zh returns the Chinese word.
func (v Step) Zh() string { return word(stepZh, v) }

// Zh returns the Chinese word.
func (v Profile) Zh() string { return word(profileZh, v) }

// Zh returns the Chinese word.
func (v Preset) Zh() string { return word(presetZh, v) }

// Zh returns the Chinese word.
func (v Truth) Zh() string { return word(truthZh, v) }

// Zh returns the Chinese word.
func (v Solved) Zh() string { return word(solvedZh, v) }

// Zh returns the Chinese word.
func (v Satisfaction) Zh() string { return word(satisfactionZh, v) }

// Zh returns the Chinese word.
func (v Cause) Zh() string { return word(causeZh, v) }

// Zh returns the Chinese word.
func (v EvidenceKind) Zh() string { return word(evidenceZh, v) }

// Zh returns the Chinese word.
func (v Phase) Zh() string { return word(phaseZh, v) }

// Zh returns the Chinese word.
func (v SupervisionLevel) Zh() string { return word(supervisionZh, v) }

// Zh returns the Chinese word.
func (v Watch) Zh() string { return word(watchZh, v) }

// Zh returns the Chinese word.
func (v Stage) Zh() string { return word(stageZh, v) }

// Zh returns the Chinese word.
func (v Urgency) Zh() string { return word(urgencyZh, v) }

// Zh returns the Chinese word.
func (v PauseGround) Zh() string { return word(pauseZh, v) }
