package domain

import (
	"strings"

	"xiaohao/events"
)

// SubmitPlan hands in the lead unit's plan (整改方案): 问题、目标、措施、责任人、时限, all of them,
// with milestones that cover the period.
type SubmitPlan struct {
	Goal       string      `json:"goal" zh:"目标" need:"1" max:"200"`
	Measures   []string    `json:"measures" zh:"措施" need:"1" hint:"一行一条。"`
	Person     string      `json:"person" zh:"责任人（写职务）" need:"1" max:"40"`
	Due        events.Date `json:"due" zh:"完成日期" need:"1"`
	Milestones []Node      `json:"milestones" zh:"节点" need:"1" max:"20"`
}

// Node is one milestone of a plan.
type Node struct {
	Name string      `json:"name" zh:"节点" need:"1" max:"60"`
	Due  events.Date `json:"due" zh:"哪天" need:"1"`
}

func (c SubmitPlan) name() string { return "submit_plan" }

func (c SubmitPlan) decide(it *Item, s Situation) ([]events.Event, error) {
	var rs Refusals
	if c.Due.Before(s.Today()) {
		rs = append(rs, refuseAt("due", "submit_plan.due_past", "完成日期：%s 已经过了。", c.Due))
	}
	// An item that is overdue still needs a plan; it stays overdue, whatever the plan says.
	if !it.Due.Before(s.Today()) && c.Due.After(it.Due) {
		rs = append(rs, refuseAt("due", "submit_plan.due_late", "完成日期：不能晚于期限 %s。", it.Due))
	}
	e := events.PlanSubmitted{Goal: c.Goal, Measures: c.Measures, Person: c.Person, Due: c.Due}
	last := s.Today()
	for i, m := range c.Milestones {
		at := "milestones." + itoa(i) + ".due"
		if m.Due.Before(last) {
			rs = append(rs, refuseAt(at, "submit_plan.order", "节点：%s 的日子要不早于前一个节点和今天。", m.Name))
		}
		if m.Due.After(c.Due) {
			rs = append(rs, refuseAt(at, "submit_plan.cover", "节点：%s 晚于完成日期。", m.Name))
		}
		last = m.Due
		e.Milestones = append(e.Milestones, events.Milestone{Name: m.Name, Due: m.Due})
	}
	if last != c.Due && len(rs) == 0 {
		rs = append(rs, refuseAt("milestones", "submit_plan.cover", "节点：最后一个要落在完成日期 %s。", c.Due))
	}
	return []events.Event{e}, rs.err()
}

func planWaits(it *Item, _ Situation) *Refusal {
	if it.Plan == nil || it.PlanApproved {
		return refuse("plan.none", "现在没有等着审的方案。")
	}
	return nil
}

func planOpen(it *Item, s Situation) *Refusal {
	if it.PlanApproved {
		return refuse("submit_plan.approved", "方案已经通过。")
	}
	return leadWorks(it, s)
}

// leadWorks refuses what the lead unit may do only after it signed.
func leadWorks(it *Item, _ Situation) *Refusal {
	a, ok := it.lead()
	switch {
	case !ok:
		return refuse("assignment.no_lead", "现在没有主办单位。")
	case a.State == events.PartIssued:
		return refuse("assignment.unsigned", "%s还没有签收。", a.Unit.Name)
	case a.State == events.PartReturnRequested || a.State == events.PartArbitration:
		return refuse("assignment.disputed", "退单还没有定下来。")
	}
	return nil
}

// ApprovePlan accepts the plan (方案通过).
type ApprovePlan struct {
	Note string `json:"note" zh:"意见" max:"100"`
}

func (c ApprovePlan) name() string { return "approve_plan" }

func (c ApprovePlan) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.PlanApproved{Note: c.Note}}, nil
}

// SendBackPlan asks for a better plan (方案退回).
type SendBackPlan struct {
	Reason string `json:"reason" zh:"哪里不行" need:"1" max:"200"`
}

func (c SendBackPlan) name() string { return "send_back_plan" }

func (c SendBackPlan) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.PlanSentBack{Reason: c.Reason}}, nil
}

// ReportProgress is one update (报进展): no photo, no daily duty (国办函〔2026〕12号).
type ReportProgress struct {
	Note      string  `json:"note" zh:"一句话情况" need:"1" max:"200"`
	Done      float64 `json:"done" zh:"做到多少"`
	Total     float64 `json:"total" zh:"一共多少"`
	Unit      string  `json:"unit" zh:"单位" max:"10"`
	Place     string  `json:"place" zh:"哪一处" max:"40"`
	Milestone string  `json:"milestone" zh:"完成了哪个节点" max:"60"`
}

func (c ReportProgress) name() string { return "report_progress" }

func (c ReportProgress) decide(it *Item, s Situation) ([]events.Event, error) {
	var rs Refusals
	if c.Done > 0 && strings.TrimSpace(c.Unit) == "" {
		rs = append(rs, refuseAt("unit", "report_progress.unit", "单位：填了数，要写单位，比如公里、户。"))
	}
	if c.Total > 0 && c.Done > c.Total {
		rs = append(rs, refuseAt("done", "report_progress.over", "做到多少：%g 多于一共的 %g。", c.Done, c.Total))
	}
	if c.Milestone != "" && !it.hasNode(c.Milestone) {
		rs = append(rs, refuseAt("milestone", "report_progress.milestone", "完成了哪个节点：方案里没有“%s”。", c.Milestone))
	}
	a, _ := it.of(s.Actor.Unit)
	return []events.Event{events.ProgressReported{Assignment: a.ID, Note: c.Note, Place: c.Place, Milestone: c.Milestone,
		Quantity: quantity(c.Done, c.Total, c.Unit)}}, rs.err()
}

func quantity(done, total float64, unit string) events.Quantity {
	if done == 0 && total == 0 {
		return events.Quantity{}
	}
	return events.Quantity{Done: done, Total: total, Unit: unit}
}

func (it *Item) hasNode(name string) bool {
	if it.Plan == nil {
		return false
	}
	for _, m := range it.Plan.Milestones {
		if m.Name == name {
			return true
		}
	}
	return false
}

// ReportBlock names what stands in the way (报卡点) and may propose 挂账.
type ReportBlock struct {
	Cause   events.Cause `json:"cause" zh:"卡在哪里" need:"1"`
	Note    string       `json:"note" zh:"说明" need:"1" max:"200"`
	Suspend bool         `json:"suspend" zh:"建议挂账"`
}

func (c ReportBlock) name() string { return "report_block" }

func (c ReportBlock) decide(it *Item, s Situation) ([]events.Event, error) {
	a, _ := it.of(s.Actor.Unit)
	return []events.Event{events.BlockReported{Assignment: a.ID, Cause: c.Cause, Note: c.Note, Suspend: c.Suspend}}, nil
}

// RecordEvidence enters one piece of evidence (登记佐证). One formed before the item was
// raised is marked, not refused: somebody has to look at it (domain.md §6, “穿越”). So is a
// file that was used before.
type RecordEvidence struct {
	Title  string              `json:"title" zh:"名称" need:"1" max:"80"`
	Kind   events.EvidenceKind `json:"kind" zh:"是哪一种" need:"1"`
	Shows  events.Phase        `json:"shows" zh:"拍的是"`
	Formed events.Date         `json:"formed" zh:"形成日期"`
	SHA256 string              `json:"sha256" zh:"文件校验码" max:"64" hint:"文件存在别处、不在这里交的，才填。"`

	attached attachment
}

type attachment struct {
	file events.EvidenceFile
	uses []events.EvidenceUse
}

// Attach adds the file that came with the command, as the evidence store keeps it, and
// where the same file stands already. Neither is ever typed in.
func (c *RecordEvidence) Attach(file events.EvidenceFile, uses []events.EvidenceUse) {
	c.attached = attachment{file, uses}
}

func (c RecordEvidence) name() string { return "record_evidence" }

func (c RecordEvidence) decide(it *Item, s Situation) ([]events.Event, error) {
	if c.Formed.After(s.Today()) {
		return nil, refuseAt("formed", "record_evidence.future", "形成日期：%s 还没有到。", c.Formed)
	}
	if c.SHA256 != "" && !isHex64(c.SHA256) {
		return nil, refuseAt("sha256", "record_evidence.hash", "文件校验码：要 64 位，只有数字和小写字母。")
	}
	if c.SHA256 != "" && !c.attached.file.IsZero() && c.SHA256 != c.attached.file.Original {
		return nil, refuseAt("sha256", "record_evidence.other_file", "文件校验码：和交来的文件对不上，请核对是不是选错了文件。")
	}
	return []events.Event{events.EvidenceRecorded{ID: s.NewID(), Name: c.Title, Kind: c.Kind, Formed: c.Formed, SHA256: c.SHA256,
		Early: !c.Formed.IsZero() && c.Formed.Before(it.RaisedOn), Shows: c.Shows, File: c.attached.file, Uses: c.attached.uses}}, nil
}

func isHex64(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// ReportPart is a co-unit's report that its part is done (协办反馈).
type ReportPart struct {
	Result string `json:"result" zh:"办得怎样" need:"1" max:"500"`
}

func (c ReportPart) name() string { return "report_part" }

func (c ReportPart) decide(it *Item, s Situation) ([]events.Event, error) {
	a, _ := it.of(s.Actor.Unit)
	return []events.Event{events.AssignmentReported{Assignment: a.ID, Result: c.Result}}, nil
}

// ApprovePart accepts a co-unit's report; the lead unit or the office does it.
type ApprovePart struct {
	Assignment string `json:"assignment" zh:"哪一份" max:"40"`
}

func (c ApprovePart) name() string { return "approve_part" }

func (c ApprovePart) decide(it *Item, _ Situation) ([]events.Event, error) {
	a, r := it.reportedPart("approve_part", c.Assignment)
	if r != nil {
		return nil, r
	}
	return []events.Event{events.AssignmentApproved{Assignment: a.ID}}, nil
}

// SendBackPart asks a co-unit to do it again (协办退回).
type SendBackPart struct {
	Assignment string `json:"assignment" zh:"哪一份" max:"40"`
	Reason     string `json:"reason" zh:"哪里不行" need:"1" max:"200"`
}

func (c SendBackPart) name() string { return "send_back_part" }

func (c SendBackPart) decide(it *Item, _ Situation) ([]events.Event, error) {
	a, r := it.reportedPart("send_back_part", c.Assignment)
	if r != nil {
		return nil, r
	}
	return []events.Event{events.AssignmentSentBack{Assignment: a.ID, Reason: c.Reason}}, nil
}

func (it *Item) reportedPart(command, id string) (events.Assignment, *Refusal) {
	for _, a := range it.live() {
		if a.Part == events.Co && a.State == events.PartReported && (id == "" || a.ID == id) {
			return a, nil
		}
	}
	return events.Assignment{}, refuseAt("assignment", command+".none", "哪一份：没有等着审的协办反馈。")
}

func partWaits(it *Item, _ Situation) *Refusal {
	if _, r := it.reportedPart("part", ""); r != nil {
		return refuse("part.none", "现在没有等着审的协办反馈。")
	}
	return nil
}

// RequestExtension asks for more time (申请延期), before the deadline: after it the
// request is recorded as late and refused.
type RequestExtension struct {
	Due    events.Date `json:"due" zh:"延到哪天" need:"1"`
	Reason string      `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c RequestExtension) name() string { return "request_extension" }

func mayExtend(it *Item, s Situation) *Refusal {
	set := SettingsOf(it.Preset)
	switch {
	case it.Due.IsZero():
		return refuse("request_extension.no_due", "这一件没有期限，不用延期。")
	case it.overdue(s):
		return refuse("request_extension.late", "期限 %s 已过。延期只能在到期前提出。", it.Due)
	case it.Extension != nil:
		return refuse("request_extension.open", "已经申请延期，等着批。")
	case it.Extended >= set.Extensions:
		return refuse("request_extension.max", "最多延期 %d 次，已经用完。", set.Extensions)
	}
	return nil
}

func (c RequestExtension) decide(it *Item, s Situation) ([]events.Event, error) {
	if !c.Due.After(it.Due) {
		return nil, refuseAt("due", "request_extension.earlier", "延到哪天：要晚于现在的期限 %s。", it.Due)
	}
	if span := orElse(it.FirstDue, it.Due).DaysSince(it.From); !it.From.IsZero() && c.Due.DaysSince(it.Due) > max(span, 1) {
		return nil, refuseAt("due", "request_extension.span", "延到哪天：延的日子不能比原来的 %d 天长。", max(span, 1))
	}
	return []events.Event{events.ExtensionRequested{Due: c.Due, Reason: c.Reason}}, nil
}

func extensionOpen(it *Item, s Situation) *Refusal {
	if it.Extension == nil {
		return refuse("extension.none", "现在没有等着批的延期。")
	}
	if it.ExtensionBy == s.Actor.ID {
		return refuse("extension.own", "延期是您申请的，要由别人来批。")
	}
	if it.Extended >= 1 && s.Actor.Role != events.LeaderRole {
		return refuse("extension.leader", "第 %d 次延期，按规定由挂钩领导批。", it.Extended+1)
	}
	return nil
}

// GrantExtension moves the deadline; the original stays visible (批准延期).
type GrantExtension struct {
	Reason string `json:"reason" zh:"意见" need:"1" max:"200"`
}

func (c GrantExtension) name() string { return "grant_extension" }

func (c GrantExtension) decide(it *Item, _ Situation) ([]events.Event, error) {
	return []events.Event{events.ExtensionGranted{Due: it.Extension.Due, Was: it.Due, Reason: c.Reason}}, nil
}

// DenyExtension leaves the deadline where it is (不同意延期).
type DenyExtension struct {
	Reason string `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c DenyExtension) name() string { return "deny_extension" }

func (c DenyExtension) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.ExtensionDenied{Reason: c.Reason}}, nil
}

// Instruct is a leader's instruction (批示).
type Instruct struct {
	Text string `json:"text" zh:"批示" need:"1" max:"200"`
}

func (c Instruct) name() string { return "instruct" }

func (c Instruct) decide(*Item, Situation) ([]events.Event, error) {
	return []events.Event{events.LeaderInstructed{Text: c.Text}}, nil
}
