package events

// State is where an item stands (domain.md §2.2). Rectified is the unit's own claim;
// only Closed is 销号.
type State string

const (
	Registered        State = "REGISTERED"         // 待受理
	ReturnedForInfo   State = "RETURNED_FOR_INFO"  // 待补充
	NotAccepted       State = "NOT_ACCEPTED"       // 不予受理
	Merged            State = "MERGED"             // 并单
	Answered          State = "ANSWERED"           // 直接答复
	Accepted          State = "ACCEPTED"           // 已受理，待交办
	InProgress        State = "IN_PROGRESS"        // 整改中
	Rectified         State = "RECTIFIED"          // 整改完成，待验收
	UnderVerification State = "UNDER_VERIFICATION" // 验收中
	InPublicity       State = "IN_PUBLICITY"       // 公示中
	Closed            State = "CLOSED"             // 已销号
	Standing          State = "STANDING"           // 常态整改
	SuspendedAccount  State = "SUSPENDED_ACCOUNT"  // 挂账
	Terminated        State = "TERMINATED"         // 终结
	Archived          State = "ARCHIVED"           // 归档
)

// States lists every state in the order of the life-cycle.
var States = []State{Registered, ReturnedForInfo, NotAccepted, Merged, Answered, Accepted, InProgress, Rectified,
	UnderVerification, InPublicity, Closed, Standing, SuspendedAccount, Terminated, Archived}

// AssignmentState is where one unit's assignment stands (domain.md §2.3).
type AssignmentState string

const (
	PartIssued          AssignmentState = "ISSUED"           // 待签收
	PartSigned          AssignmentState = "SIGNED"           // 已签收
	PartWorking         AssignmentState = "WORKING"          // 办理中
	PartReported        AssignmentState = "REPORTED"         // 已反馈
	PartApproved        AssignmentState = "ACCEPTED"         // 审核通过
	PartSentBack        AssignmentState = "SENT_BACK"        // 退回重办
	PartReturnRequested AssignmentState = "RETURN_REQUESTED" // 退单待审
	PartWithdrawn       AssignmentState = "WITHDRAWN"        // 退单同意，已撤
	PartForcedSigned    AssignmentState = "FORCED_SIGNED"    // 强制签收
	PartArbitration     AssignmentState = "ARBITRATION"      // 争议裁定
)

// Part is a unit's part: exactly one unit of an item leads.
type Part string

const (
	Lead Part = "LEAD" // 主办、牵头
	Co   Part = "CO"   // 协办、会办
)

// Mode is how an item is to be rectified (整改类型).
type Mode string

const (
	Immediate    Mode = "IMMEDIATE"    // 立即改
	TimeLimited  Mode = "TIME_LIMITED" // 限期改
	Planned      Mode = "PLANNED"      // 计划改
	StandingMode Mode = "STANDING"     // 常态改
)

// Modes lists every mode.
var Modes = []Mode{Immediate, TimeLimited, Planned, StandingMode}

// Role is what a person acts as (domain.md §2.4).
type Role string

const (
	Intake          Role = "INTAKE"           // 登记员
	Dispatcher      Role = "DISPATCHER"       // 领导小组办公室、交办员
	UnitLiaison     Role = "UNIT_LIAISON"     // 责任单位联络员
	Handler         Role = "HANDLER"          // 承办人
	UnitDeputy      Role = "UNIT_DEPUTY"      // 单位分管领导
	UnitHead        Role = "UNIT_HEAD"        // 单位主要负责人
	SectorAuthority Role = "SECTOR_AUTHORITY" // 行业主管部门
	Supervisor      Role = "SUPERVISOR"       // 督导、督查
	LeaderRole      Role = "LEADER"           // 挂钩领导
	Witness         Role = "WITNESS"          // 群众代表
	Petitioner      Role = "PETITIONER"       // 诉求人
	Publisher       Role = "PUBLISHER"        // 公开审核员
	Auditor         Role = "AUDITOR"          // 审计员
	System          Role = "SYSTEM"           // the program itself: sweeps and timers

	// 三员, kept apart: nobody has two of them (domain.md §7.4).
	SystemAdmin   Role = "SYSTEM_ADMIN"   // 系统管理员: units, officers, ledgers, settings
	SecurityAdmin Role = "SECURITY_ADMIN" // 安全管理员: who may do what, accounts, sessions
	AuditAdmin    Role = "AUDIT_ADMIN"    // 审计管理员: reads the audit trail
)

// Roles lists every role.
var Roles = []Role{Intake, Dispatcher, UnitLiaison, Handler, UnitDeputy, UnitHead, SectorAuthority, Supervisor,
	LeaderRole, Witness, Petitioner, Publisher, Auditor, System, SystemAdmin, SecurityAdmin, AuditAdmin}

// Administrators are the three kept apart (三员).
var Administrators = []Role{SystemAdmin, SecurityAdmin, AuditAdmin}

// Source is who found the problem; it decides the level of sign-off.
type Source string

const (
	FromPublic   Source = "PUBLIC"   // 群众意见
	FromSuperior Source = "SUPERIOR" // 上级督导、督察通报
	FromSelf     Source = "SELF"     // 自查
	FromDelegate Source = "DELEGATE" // 两代表一委员
	FromMedia    Source = "MEDIA"    // 媒体反映
)

// Sources lists every source.
var Sources = []Source{FromPublic, FromSuperior, FromSelf, FromDelegate, FromMedia}

// Channel is how an opinion reached the office.
type Channel string

const (
	ByWeb        Channel = "WEB"        // 网上“民意信箱”
	ByBox        Channel = "BOX"        // 征求意见箱
	BySMS        Channel = "SMS"        // 短信
	ByHotline    Channel = "HOTLINE"    // 12345 转
	ByCall       Channel = "CALL"       // 来电
	ByLetter     Channel = "LETTER"     // 来函
	ByReception  Channel = "RECEPTION"  // 领导接访、来访
	ByVisit      Channel = "VISIT"      // 入户、村组走访
	ByForum      Channel = "FORUM"      // 座谈会、访谈
	BySurvey     Channel = "SURVEY"     // 问卷、评议表
	ByInspection Channel = "INSPECTION" // 督导通报
	BySelfCheck  Channel = "SELF_CHECK" // 自查
	ByMeeting    Channel = "MEETING"    // 专题会议
	ByImport     Channel = "IMPORT"     // 台账导入
	Unstated     Channel = "UNSTATED"   // 原件未注明
)

// Channels lists every channel.
var Channels = []Channel{ByWeb, ByBox, BySMS, ByHotline, ByCall, ByLetter, ByReception, ByVisit, ByForum, BySurvey,
	ByInspection, BySelfCheck, ByMeeting, ByImport, Unstated}

// Behalf is for whom an opinion is given.
type Behalf string

const (
	ForSelf  Behalf = "SELF"  // 替自己
	ForOther Behalf = "OTHER" // 替家人、邻居
	ForMany  Behalf = "MANY"  // 替大家
)

// Class separates the items that must be kept from some eyes.
type Class string

const (
	Ordinary  Class = "ORDINARY"  // 一般事项
	Conduct   Class = "CONDUCT"   // 举报、人员作风: never to those complained of, never public
	Stability Class = "STABILITY" // 涉稳: restricted, never public
)

// Level is an item's weight; it decides the sign-off profile.
type Level string

const (
	Simple Level = "SIMPLE" // 咨询、当场能改的小事
	Normal Level = "NORMAL" // 普通
	Key    Level = "KEY"    // 重点件、重件
)

// Profile is a chain of sign-offs (domain.md §2.5).
type Profile string

const (
	P1 Profile = "P1" // 快结
	P2 Profile = "P2" // 普通
	P3 Profile = "P3" // 重点
	P4 Profile = "P4" // 上级交办、督察
)

// Step is one step of a sign-off chain.
type Step string

const (
	StepHandler     Step = "HANDLER"      // 承办人 (signed by applying)
	StepUnitDeputy  Step = "UNIT_DEPUTY"  // 单位分管领导
	StepUnitHead    Step = "UNIT_HEAD"    // 单位主要负责人
	StepOfficeCheck Step = "OFFICE_CHECK" // 办公室核查、区级验收
	StepReply       Step = "REPLY"        // 答复群众
	StepSiteCheck   Step = "SITE_CHECK"   // 现场核查, two people
	StepLeader      Step = "LEADER"       // 挂钩领导审签
	StepPublicity   Step = "PUBLICITY"    // 公示
	StepHigherCheck Step = "HIGHER_CHECK" // 上级复核
	StepClose       Step = "CLOSE"        // 销号
)

// Preset names a way of working that an office chooses for a ledger (domain.md §2.5, §2.6).
type Preset string

const (
	TownshipBox  Preset = "TOWNSHIP_BOX"  // 镇级意见箱
	CountyLedger Preset = "COUNTY_LEDGER" // 县级整改台账
	Inspection   Preset = "INSPECTION"    // 督察销号
)

// Presets lists every preset.
var Presets = []Preset{TownshipBox, CountyLedger, Inspection}

// Truth is what the check found of the facts alleged (属实情况).
type Truth string

const (
	True      Truth = "TRUE"      // 属实
	Basically Truth = "BASICALLY" // 基本属实
	Partly    Truth = "PARTLY"    // 部分属实
	False     Truth = "FALSE"     // 不属实
)

// Solved answers "解决了没有".
type Solved string

const (
	SolvedYes    Solved = "YES"    // 解决了
	SolvedPartly Solved = "PARTLY" // 一部分
	SolvedNo     Solved = "NO"     // 没解决
)

// Satisfaction answers "满意不满意". There is no default: no answer is no answer.
type Satisfaction string

const (
	Satisfied    Satisfaction = "SATISFIED"    // 满意
	SoSo         Satisfaction = "BASICALLY"    // 基本满意
	Dissatisfied Satisfaction = "DISSATISFIED" // 不满意
)

// Cause is what blocks an item (卡在哪里).
type Cause string

const (
	NoMoney     Cause = "MONEY"     // 缺资金
	NoAuthority Cause = "AUTHORITY" // 缺权限
	NoPolicy    Cause = "POLICY"    // 缺政策
	NoTitle     Cause = "TITLE"     // 权属不清
	NoApproval  Cause = "APPROVAL"  // 等上级批
	NoSeason    Cause = "SEASON"    // 等季节、天气
)

// EvidenceKind weighs evidence: results over paper (domain.md §1, row 53).
type EvidenceKind string

const (
	ResultEvidence    EvidenceKind = "RESULT"    // 前后照片、测量、现场记录、群众确认
	PaperEvidence     EvidenceKind = "PAPER"     // 文件、表册
	StatementEvidence EvidenceKind = "STATEMENT" // 情况说明: never proves a result
	OpinionEvidence   EvidenceKind = "OPINION"   // 反映人交的照片: shows the matter, proves no result
)

// Phase says whether evidence shows the place before or after the work (整改前、整改后).
type Phase string

const (
	Before Phase = "BEFORE" // 整改前
	After  Phase = "AFTER"  // 整改后
)

// SupervisionLevel is a rung of the ladder (domain.md §2.8).
type SupervisionLevel string

const (
	Remind SupervisionLevel = "REMIND" // 提醒
	Urge   SupervisionLevel = "URGE"   // 催办
	Blue   SupervisionLevel = "BLUE"   // 蓝单
	Yellow SupervisionLevel = "YELLOW" // 黄单
	Orange SupervisionLevel = "ORANGE" // 橙单
	Red    SupervisionLevel = "RED"    // 红单
	Summon SupervisionLevel = "SUMMON" // 约谈
)

// SupervisionLevels lists the ladder from the lowest rung.
var SupervisionLevels = []SupervisionLevel{Remind, Urge, Blue, Yellow, Orange, Red, Summon}

// Slipped reports whether the level is a 督办单 proper, which is printed and answered in
// writing; 提醒 and 催办 are said, not written.
func (v SupervisionLevel) Slipped() bool {
	switch v {
	case Blue, Yellow, Orange, Red, Summon:
		return true
	}
	return false
}

// Watch is a date of an item that somebody has to keep and the ladder watches.
type Watch string

const (
	WatchDeadline Watch = "ITEM"      // 整改期限: the item's own deadline
	WatchSigning  Watch = "SIGN"      // 签收: an assignment that nobody has signed
	WatchAnswer   Watch = "SLIP"      // 督办单的答复期限
	WatchReview   Watch = "REVIEW"    // 常态、挂账的下次复核
	WatchLookBack Watch = "LOOK_BACK" // 抽中的回头看
)

// Watches lists every one of them.
var Watches = []Watch{WatchDeadline, WatchSigning, WatchAnswer, WatchReview, WatchLookBack}
