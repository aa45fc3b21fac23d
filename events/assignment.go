package events

// Facts of one unit's assignment (交办), its plan, progress and deadline, and of supervision.

// ItemAssigned gives the item to its units: exactly one leads (交办). Each assignment's
// clock starts here, at issue, not at signing. The milestone "assigned".
type ItemAssigned struct {
	Assignments []Assigned `json:"assignments"`
}

// CoUnitAdded adds a co-unit to an item under way (加派).
type CoUnitAdded struct {
	Assignment Assigned `json:"assignment"`
	Reason     string   `json:"reason,omitzero"`
}

// AssignmentSigned is the unit's receipt (签收).
type AssignmentSigned struct {
	Assignment string `json:"assignment"`
	Late       bool   `json:"late,omitzero"`
}

// ReturnRequested says the unit holds it is not its duty (退单). The clock keeps running.
type ReturnRequested struct {
	Assignment string `json:"assignment"`
	Grounds    string `json:"grounds"`
	Basis      string `json:"basis"` // 法定依据
	Suggested  Unit   `json:"suggested"`
}

// ReturnUpheld takes the assignment from the unit (同意退单).
type ReturnUpheld struct {
	Assignment string `json:"assignment"`
	Reason     string `json:"reason"`
}

// ItemUnassigned says that no unit leads the item any more; it waits to be assigned again.
type ItemUnassigned struct {
	Reason string `json:"reason"`
}

// ReturnRejected leaves the assignment with the unit, signed by force (驳回退单、强制签收).
type ReturnRejected struct {
	Assignment string `json:"assignment"`
	Reason     string `json:"reason"`
}

// ArbitrationOpened hands a twice-returned item to those who define duties (争议裁定).
type ArbitrationOpened struct {
	Assignment string `json:"assignment"`
	Body       string `json:"body"` // 编办、司法、领导小组
}

// ArbitrationDecided says whose duty it is, for good.
type ArbitrationDecided struct {
	Assignment string `json:"assignment"`
	Unit       Unit   `json:"unit"`
	Basis      string `json:"basis"`
	Clock      Limit  `json:"clock,omitzero"` // the unit's own: it begins here
}

// PlanSubmitted is the unit's plan (整改方案).
type PlanSubmitted struct {
	Goal       string      `json:"goal"`
	Measures   []string    `json:"measures"`
	Person     string      `json:"person"` // 责任人, by post
	Due        Date        `json:"due"`
	Milestones []Milestone `json:"milestones"`
}

// PlanApproved accepts the plan.
type PlanApproved struct {
	Note string `json:"note,omitzero"`
}

// PlanSentBack asks for a better plan.
type PlanSentBack struct {
	Reason string `json:"reason"`
}

// ProgressReported is one update; every report is fed from it (报进展).
type ProgressReported struct {
	Assignment string   `json:"assignment"`
	Note       string   `json:"note"`
	Quantity   Quantity `json:"quantity,omitzero"`
	Place      string   `json:"place,omitzero"`
	Milestone  string   `json:"milestone,omitzero"` // name of a node that is now done
}

// BlockReported names what stands in the way (报卡点).
type BlockReported struct {
	Assignment string `json:"assignment"`
	Cause      Cause  `json:"cause"`
	Note       string `json:"note"`
	Suspend    bool   `json:"suspend,omitzero"` // proposes 挂账
}

// AssignmentReported is a co-unit's report that its part is done (反馈).
type AssignmentReported struct {
	Assignment string `json:"assignment"`
	Result     string `json:"result"`
}

// AssignmentApproved accepts a co-unit's report (审核通过).
type AssignmentApproved struct {
	Assignment string `json:"assignment"`
}

// AssignmentSentBack asks the unit to do it again (退回重办).
type AssignmentSentBack struct {
	Assignment string `json:"assignment"`
	Reason     string `json:"reason"`
}

// ExtensionRequested asks for more time, before the deadline (申请延期).
type ExtensionRequested struct {
	Due    Date   `json:"due"` // the date asked for
	Reason string `json:"reason"`
	Late   bool   `json:"late,omitzero"` // asked after the deadline: itself a breach
}

// ExtensionGranted moves the deadline; the original stays visible (批准延期).
type ExtensionGranted struct {
	Due    Date   `json:"due"`
	Was    Date   `json:"was"`
	Reason string `json:"reason"`
}

// ExtensionDenied leaves the deadline where it is.
type ExtensionDenied struct {
	Reason string `json:"reason"`
}

// SupervisionIssued puts the item under supervision at a level (督办): by a person's order,
// or by the ladder's rule, and then it says for which watched day.
type SupervisionIssued struct {
	Slip  string           `json:"slip"` // 督办单编号
	Level SupervisionLevel `json:"level"`
	Text  string           `json:"text"`
	Due   Date             `json:"due,omitzero"`   // answer until
	Limit Limit            `json:"limit,omitzero"` // how Due was found
	Watch Watch            `json:"watch,omitzero"` // "" = ordered by a person
	Ref   string           `json:"ref,omitzero"`   // the assignment or the slip whose day it is
	For   Date             `json:"for,omitzero"`   // the watched day itself
}

// AttentionCalled says that a day has come on which somebody has to look (到期提请): a review
// of 常态 or 挂账, a look-back that was drawn, or a 约谈 that only a person can order.
type AttentionCalled struct {
	Watch Watch            `json:"watch"`
	Ref   string           `json:"ref,omitzero"` // the slip, of WatchAnswer
	For   Date             `json:"for"`          // the day that has come
	Level SupervisionLevel `json:"level"`        // REMIND on the day, URGE when nobody looked, SUMMON for 约谈
}

// SupervisionAnswered is the unit's answer to a slip.
type SupervisionAnswered struct {
	Slip string `json:"slip"`
	Text string `json:"text"`
}

// OrderTakenBack takes back what the same person ordered a moment ago with one tap, a 批示 or
// a 督办 (撤销), before anybody was told of it.
type OrderTakenBack struct {
	Order string `json:"order"`         // command id of what is taken back
	Slip  string `json:"slip,omitzero"` // its 督办单, whose number is not given again
}
