package form

import (
	"fmt"
	"strconv"
	"strings"

	"xiaohao/events"
	"xiaohao/projections"
)

// papers is the one table of all kinds. Names of fields are as the field uses them.
var papers = map[Kind]paper{
	Receipt: {name: "回执", title: "群众意见登记回执", foot: [2]string{"登记单位", "登记日期"}, must: []string{"编号", "内容"}, ready: func(it *projections.Item) bool { return it.Number != "" }, fields: []field{
		{"编号", number, false}, {"登记日期", func(c Case) string { return zh(events.DateOf(c.Raised)) }, false}, {"提出日期", func(c Case) string { return zh(c.RaisedOn) }, false},
		{"怎么提的", func(c Case) string { return c.Channel.Zh() }, false}, {"内容", said, true}, {"类别", kindOf, false}, {"地方", func(c Case) string { return c.Area }, false},
		{"办理期限", due, false}, {"现在到哪一步", func(c Case) string { return c.State.Zh() }, false},
		{"怎么查进展", func(Case) string {
			return "在“查进展”输入编号和登记时给的查询码。查询码系统不留底，请收好。"
		}, true}, {"登记单位", owner, false}, {"联系电话", phone, false}}},
	Assignment: {name: "交办单", title: "整改事项交办单", foot: [2]string{"交办单位", "交办日期"}, must: []string{"编号", "事项名称", "牵头单位", "办结时限"}, notYet: "这一件还没有交办。",
		ready: func(it *projections.Item) bool { return !it.AssignedOn.IsZero() }, fields: []field{
			{"编号", number, false}, {"交办日期", func(c Case) string { return zh(c.AssignedOn) }, false}, {"事项名称", title, true}, {"问题来源", source, false}, {"类别", kindOf, false}, {"原文摘录", said, true},
			{"牵头单位", lead, false}, {"协办单位", coUnits, false}, {"办理要求", tasks, true}, {"整改目标", goal, true}, {"整改类型", mode, false}, {"办结时限", due, false}, {"挂钩领导", leader, false},
			{"签收", signed, false}, {"交办单位", owner, false}, {"联系电话", phone, false}}},
	Supervision: {name: "督办单", title: "整改事项督办单", foot: [2]string{"发出单位", "发出日期"}, must: []string{"督办单编号", "编号", "责任单位", "督办意见"}, notYet: "这一件没有督办过。",
		ready: func(it *projections.Item) bool { return it.Detail.LastSlip() != nil }, fields: []field{
			{"督办单编号", slip(func(s projections.Slip) string { return s.Slip }), false}, {"督办级别", slip(func(s projections.Slip) string { return s.Level.Zh() }), false}, {"编号", number, false},
			{"发出日期", slip(func(s projections.Slip) string { return zh(s.On) }), false}, {"事项名称", title, true}, {"责任单位", lead, false}, {"挂钩领导", leader, false}, {"整改时限", due, false},
			{"答复期限", slip(func(s projections.Slip) string { return zh(s.Due) }), false}, {"督办意见", slip(func(s projections.Slip) string { return s.Text }), true},
			{"发出人", slip(func(s projections.Slip) string { return s.Post }), false}, {"发出单位", owner, false}, {"单位答复", slip(func(s projections.Slip) string { return s.Answer }), true}}},
	Extension: {name: "延期申请表", title: "整改事项延期申请表", must: []string{"编号", "申请延至", "申请理由"}, notYet: "这一件现在没有延期申请。",
		ready: func(it *projections.Item) bool { return it.Detail.Extension != nil }, fields: []field{
			{"编号", number, false}, {"申请单位", lead, false}, {"事项名称", title, true}, {"原定时限", func(c Case) string { return zh(c.DueOriginal) }, false}, {"现在的时限", due, false},
			{"申请延至", func(c Case) string { return zh(c.Detail.Extension.Due) }, false}, {"已延过几次", func(c Case) string { return strconv.Itoa(c.Extensions) }, false},
			{"申请理由", func(c Case) string { return c.Detail.Extension.Reason }, true}, {"进展情况", func(c Case) string { return c.Progress }, true}},
		signs: blank("申请单位负责人", "领导小组办公室意见", "挂钩领导意见")},
	Closure: {name: "销号审批表", title: "整改事项销号审批表", must: []string{"编号", "问题名称", "牵头单位", "完成情况"}, notYet: "单位还没有报整改完成。",
		ready: func(it *projections.Item) bool { return it.Detail.Report != nil }, fields: closureFields, signs: chain},
	Publicity: {name: "公示", title: "整改情况公示", foot: [2]string{"异议联系单位", "公示日期"}, must: []string{"整改任务", "整改完成情况", "公示起止"}, notYet: "这一件还没有公示。",
		ready: func(it *projections.Item) bool { return it.Detail.Publicity != nil }, fields: []field{
			{"公示编号", func(c Case) string { return c.PublicID }, false}, {"责任单位", lead, false}, {"整改任务", title, true}, {"整改目标", goal, true},
			{"整改完成情况", func(c Case) string { return c.Detail.Publicity.Text }, true}, {"公示起止", window, false}, {"公示媒介", func(c Case) string { return c.Detail.Publicity.Medium }, false},
			{"异议联系单位", owner, false}, {"联系电话", phone, false}, {"公示日期", func(c Case) string { return zh(c.Detail.PublicityOn) }, false},
			{"提出异议", func(Case) string { return "公示期内可以提出异议，请写明事实和理由。" }, true}}},
	Reply: {name: "答复意见书", title: "答复意见书", foot: [2]string{"答复单位", "答复日期"}, must: []string{"编号", "答复意见"}, notYet: "这一件还没有答复。",
		ready: func(it *projections.Item) bool { return it.Replied && it.Detail.Reply != "" }, fields: []field{
			{"编号", number, false}, {"收到日期", func(c Case) string { return zh(events.DateOf(c.Raised)) }, false}, {"反映事项", title, true}, {"反映内容", said, true}, {"调查核实情况", found, true},
			{"答复意见", func(c Case) string { return c.Detail.Reply }, true}, {"答复方式", func(c Case) string { return c.Detail.ReplyWay }, false}, {"答复日期", func(c Case) string { return zh(c.Detail.RepliedOn) }, false},
			{"答复单位", owner, false}, {"联系电话", phone, false}}},
}

// closureFields are those of domain.md §5.2.
var closureFields = []field{
	{"编号", number, false}, {"交办日期", func(c Case) string { return zh(c.AssignedOn) }, false}, {"问题名称", title, true}, {"问题来源", source, false}, {"交办文号", pen, false}, {"整改类型", mode, false}, {"备案号", filed, false},
	{"原文摘录", said, true}, {"牵头单位", lead, false}, {"配合单位", coUnits, false}, {"挂钩领导", leader, false}, {"责任人", func(c Case) string { return plan(c).Person }, false}, {"整改目标", goal, true},
	{"整改措施", func(c Case) string { return numbered(plan(c).Measures) }, true}, {"整改时限", due, false}, {"实际完成", finished, false},
	{"完成情况", func(c Case) string { return c.Detail.Report.Result }, true}, {"量化成效", amounts, true}, {"长效机制", func(c Case) string { return c.Detail.Report.LongTerm }, true},
	{"群众反馈", feedback, true}, {"佐证清单", evidence, true}, {"现场核查", checks, true},
	{"公示情况", publicity, true}, {"群众代表意见", pen, true}}

// pen is a field that the item knows nothing of.
func pen(Case) string { return "" }

func filed(c Case) string {
	var out []string
	for _, f := range c.Detail.Filed {
		out = append(out, f.Refer+"（"+f.To+"）")
	}
	return strings.Join(out, "\n")
}

func number(c Case) string { return c.Number }
func title(c Case) string  { return c.Title }
func lead(c Case) string   { return c.Lead.Name }
func leader(c Case) string { return c.Leader.Post }
func owner(c Case) string  { return c.Owner }
func phone(c Case) string  { return c.Phone }
func mode(c Case) string   { return c.Mode.Zh() }
func said(c Case) string   { return strings.Join(c.Said, "\n") }
func source(c Case) string { return strings.TrimSuffix(c.Source.Zh()+"，"+c.Channel.Zh(), "，") }
func kindOf(c Case) string { return strings.Trim(c.Category+"/"+c.Category2, "/") }

func goal(c Case) string {
	if c.Goal == "" {
		return plan(c).Goal
	}
	return c.Goal
}

func plan(c Case) events.PlanSubmitted {
	if c.Detail.Plan == nil {
		return events.PlanSubmitted{}
	}
	return *c.Detail.Plan
}

func due(c Case) string {
	if c.Due.IsZero() && c.Mode == events.StandingMode {
		return "长期坚持"
	}
	return zh(c.Due)
}

func finished(c Case) string {
	if c.RectifiedOn.IsZero() {
		return ""
	}
	if c.Late {
		return zh(c.RectifiedOn) + "（逾期）"
	}
	return zh(c.RectifiedOn) + "（按期）"
}

func coUnits(c Case) string {
	var out []string
	for _, a := range c.Detail.Assignments {
		if a.Live() && a.Part == events.Co {
			out = append(out, a.Unit.Name)
		}
	}
	return strings.Join(out, "、")
}

func tasks(c Case) string {
	var out []string
	for _, a := range c.Detail.Assignments {
		if a.Live() && a.Task != "" {
			out = append(out, a.Unit.Name+"："+a.Task)
		}
	}
	return strings.Join(out, "\n")
}

func signed(c Case) string {
	var out []string
	for _, a := range c.Detail.Assignments {
		if a.Live() && !a.SignedOn.IsZero() {
			out = append(out, a.Unit.Name+" "+zh(a.SignedOn))
		}
	}
	return strings.Join(out, "\n")
}

// slip takes something of the latest slip that stands.
func slip(of func(projections.Slip) string) func(Case) string {
	return func(c Case) string { return of(*c.Detail.LastSlip()) }
}

func found(c Case) string {
	if c.Detail.Report == nil {
		return ""
	}
	return c.Detail.Report.Truth.Zh() + "。" + c.Detail.Report.Result
}

func amounts(c Case) string {
	var out []string
	for _, q := range c.Detail.Quantities {
		text := strings.TrimLeft(q.Place+" ", " ") + strconv.FormatFloat(q.Done, 'f', -1, 64)
		if q.Total != 0 {
			text += "/" + strconv.FormatFloat(q.Total, 'f', -1, 64)
		}
		out = append(out, text+q.Unit)
	}
	return strings.Join(out, "；")
}

func feedback(c Case) string {
	var out []string
	if r := c.Detail.Report; r != nil {
		contact := "没有联系过反映人"
		if r.Contacted {
			contact = "联系过反映人"
		}
		out = append(out, "单位说："+contact+"，"+r.Solved.Zh()+"。")
	}
	for _, e := range c.Detail.Evaluations {
		out = append(out, fmt.Sprintf("%s 群众评价：%s，%s。", zh(e.On), e.Solved.Zh(), e.Satisfied.Zh()))
	}
	return strings.Join(out, "\n")
}

func evidence(c Case) string {
	out := make([]string, len(c.Detail.Evidence))
	for i, e := range c.Detail.Evidence {
		out[i] = fmt.Sprintf("%d. %s", i+1, e.Name)
		if !e.Formed.IsZero() {
			out[i] += "，形成 " + e.Formed.String()
		}
		if i < len(c.Detail.EvidenceOn) {
			out[i] += "，上传 " + c.Detail.EvidenceOn[i].String()
		}
		hash := e.SHA256
		if hash == "" {
			hash = e.File.Kept
		}
		if len(hash) >= 16 {
			out[i] += "，校验 " + hash[:16]
		}
	}
	return strings.Join(out, "\n")
}

func checks(c Case) string {
	out := make([]string, len(c.Detail.Checks))
	for i, x := range c.Detail.Checks {
		result := "没通过"
		if x.Passed {
			result = "通过"
		}
		out[i] = fmt.Sprintf("%s 在%s，%s：%s（%s）", zh(x.On), x.Place, result, x.Conclusion, strings.Join(x.Checkers, "、"))
	}
	return strings.Join(out, "\n")
}

// window is the time in which people may object.
func window(c Case) string {
	p, n := c.Detail.Publicity, c.Detail.PublicityOn
	text := zh(n) + "至" + zh(p.Until)
	if days := p.Until.DaysSince(n) + 1; days > 0 {
		text += fmt.Sprintf("（共 %d 天）", days)
	}
	return text
}

func publicity(c Case) string {
	p := c.Detail.Publicity
	if p == nil {
		return ""
	}
	text := window(c)
	if p.Medium != "" {
		text += "，" + p.Medium
	}
	if k := len(c.Detail.Objections); k > 0 {
		return text + fmt.Sprintf("，异议 %d 件", k)
	}
	return text
}

// chain are the steps of the application; before there is one, those that will sign.
func chain(c Case) []Sign {
	if len(c.Detail.Chain) == 0 {
		return blank("承办人", "单位分管领导", "单位主要负责人", "领导小组办公室意见")(c)
	}
	out := make([]Sign, len(c.Detail.Chain))
	for i, s := range c.Detail.Chain {
		out[i] = Sign{s.Step.Zh(), s.Post, s.On}
	}
	return out
}

func blank(names ...string) func(Case) []Sign {
	return func(Case) []Sign {
		out := make([]Sign, len(names))
		for i, n := range names {
			out[i].Name = n
		}
		return out
	}
}

func numbered(ms []string) string {
	out := make([]string, len(ms))
	for i, m := range ms {
		out[i] = strconv.Itoa(i+1) + ". " + m
	}
	return strings.Join(out, "\n")
}

func zh(d events.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year(), d.Month(), d.Day())
}
