package web

import (
	"fmt"
	"slices"
	"strings"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// closingList is what an item still lacks before 销号 may be applied for.
type closingList struct {
	Item   row
	Says   string
	Checks []closingCheck
	Apply  string // address of the form, "" while something is missing
}

// closingCheck is one condition; Missing says what is not there.
type closingCheck struct{ Name, Missing string }

// OK reports whether nothing is missing.
func (c closingCheck) OK() bool { return c.Missing == "" }

// closingOf lists the conditions of domain.md §2.5 as far as the rows tell them; the
// application's own form asks what only a person can say, and the rules decide.
func (s *Server) closingOf(it projections.Item) *closingList {
	d := it.Detail
	c := &closingList{Item: s.row(it)}
	add := func(name, missing string) { c.Checks = append(c.Checks, closingCheck{name, missing}) }
	if d.Plan != nil {
		var open []string
		for _, m := range d.Plan.Milestones {
			if !slices.Contains(d.NodesDone, m.Name) {
				open = append(open, m.Name)
			}
		}
		add("方案里的节点都完成", zhOr(len(open) > 0, "还有："+strings.Join(open, "、")))
	}
	var waits []string
	for _, x := range d.Assignments {
		if x.Part == events.Co && x.Live() && x.State != events.PartApproved {
			waits = append(waits, x.Unit.Name)
		}
	}
	if it.CoUnits > 0 {
		add("协办单位都反馈了，并且通过", zhOr(len(waits) > 0, "还等："+strings.Join(waits, "、")))
	}
	result := slices.ContainsFunc(d.Evidence, func(e events.EvidenceRecorded) bool { return e.Kind == events.ResultEvidence })
	if domain.SettingsOf(it.Preset).ResultNeeded {
		add("有结果类佐证", zhOr(!result, "照片、测量、群众确认，还一样都没有；情况说明不算"))
	}
	report := d.Report
	if report == nil || it.State == events.InProgress {
		report = &events.RectificationReported{}
	}
	add("报了整改完成", zhOr(it.State == events.InProgress, "还没有报"))
	add("联系过反映人", zhOr(!report.Contacted && report.ContactNote.IsZero(), "报整改完成时写哪天、怎么联系的"))
	add("拟好了给群众的答复", zhOr(d.ReplyPublic == "" && !it.Replied, "公开的话和只给反映人看的话，分开写"))
	add("有长效办法", zhOr(report.LongTerm == "" && report.Alike == "", "报整改完成时写"))
	missing := 0
	for _, x := range c.Checks {
		if !x.OK() {
			missing++
		}
	}
	switch c.Says = fmt.Sprintf("%d 条里满足 %d 条", len(c.Checks), len(c.Checks)-missing); {
	case it.State == events.Rectified:
		c.Apply = commandPath(it.Number, "apply_closure") + "?back=%2Funit"
	default:
		c.Says += "，还不能申请"
	}
	return c
}
