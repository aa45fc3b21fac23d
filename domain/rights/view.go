package rights

import (
	"slices"

	"xiaohao/events"
)

// Reach is how far the eyes of a role go in a view.
type Reach int

const (
	Nothing  Reach = iota
	ByCodes        // the own item, by number and code
	OwnUnits       // what the own unit, or one below it, has a part in
	Leads          // everything ordinary, and what is restricted where he is the linked leader
	Ordinary       // everything but 举报 and 涉稳
	All            // everything
)

// Zh says the reach in words.
func (r Reach) Zh() string {
	return [...]string{"—", "自己那一件", "本单位和下级单位的", "全部，举报和涉稳只有自己挂钩的", "全部，举报和涉稳除外", "全部"}[r]
}

// View is a way of reading that is given or not.
type View string

const (
	Released    View = "released"    // what is public
	Answers     View = "answers"     // 查进展
	Ledger      View = "ledger"      // 台账、搜索、事项、佐证、清单
	Figures     View = "figures"     // 总览
	Rates       View = "rates"       // 指标
	Odd         View = "odd"         // 评价异常
	Complained  View = "complained"  // 被反映的单位和人
	Masked      View = "masked"      // 姓名和电话，遮住一部分
	Case        View = "case"        // 导出卷宗
	Permissions View = "permissions" // 谁能做什么
	Audit       View = "audit"       // 审计记录
	Directory   View = "directory"   // 单位、人员、角色
	Accounts    View = "accounts"    // 账号、从哪里登录着
	Notices     View = "notices"     // 通知发给谁、哪些没有发出去
	Timing      View = "timing"      // 时限规则、工作日历
	Ladders     View = "ladders"     // 督办阶梯：看和改
	Templates   View = "templates"   // 表单的模板：看和换
)

// viewRow is the row of one view.
type viewRow struct {
	View  View
	Title string
	reach map[events.Role]Reach
}

// everyone gives all roles of staff the same reach.
func everyone(r Reach, of ...events.Role) map[events.Role]Reach {
	m := map[events.Role]Reach{}
	for _, role := range of {
		m[role] = r
	}
	return m
}

// staff are all roles of people who work here.
var staff = slices.DeleteFunc(slices.Clone(events.Roles), func(r events.Role) bool { return r == events.Petitioner || r == events.System })

// ledger is how far each role sees the ledger; what is not named sees none of it.
var ledger = map[events.Role]Reach{
	events.Dispatcher: All, events.Supervisor: All, events.Auditor: All, events.System: All, events.LeaderRole: Leads,
	events.Intake: Ordinary, events.SectorAuthority: Ordinary, events.Witness: Ordinary, events.Publisher: Ordinary,
	events.UnitLiaison: OwnUnits, events.Handler: OwnUnits, events.UnitDeputy: OwnUnits, events.UnitHead: OwnUnits,
}

// rates are for those who see the items behind them: a rate cannot leave single ones out.
var rates = map[events.Role]Reach{events.Dispatcher: All, events.Supervisor: All, events.Auditor: All, events.LeaderRole: All,
	events.UnitLiaison: OwnUnits, events.Handler: OwnUnits, events.UnitDeputy: OwnUnits, events.UnitHead: OwnUnits}

// views is the table.
var views = []viewRow{
	{Released, "公开的事项、回音壁、公示", everyone(All, events.Roles...)},
	{Answers, "查进展（凭编号和查询码）", everyone(ByCodes, events.Petitioner)},
	{Ledger, "台账、搜索、事项、佐证文件、清单", ledger},
	{Figures, "总览", ledger},
	{Rates, "指标（各种率）", rates},
	{Odd, "评价异常", everyone(All, events.Supervisor, events.Auditor)},
	{Complained, "被反映的单位和人", map[events.Role]Reach{events.Dispatcher: All, events.Supervisor: All, events.Auditor: All, events.LeaderRole: Leads}},
	{Masked, "反映人（遮住一部分；保密的不给办的单位看）", ledger},
	{Case, "导出一件的卷宗", map[events.Role]Reach{events.Dispatcher: All, events.Supervisor: All, events.Auditor: All}},
	{Permissions, "谁能做什么", everyone(All, staff...)},
	{Audit, "审计记录", everyone(All, events.Auditor, events.AuditAdmin)},
	{Notices, "通知发送", everyone(All, events.SystemAdmin, events.AuditAdmin, events.Auditor, events.Dispatcher)},
	{Accounts, "账号、从哪里登录着", everyone(All, events.SystemAdmin, events.SecurityAdmin, events.AuditAdmin, events.Auditor)},
	{Timing, "时限规则、工作日历", everyone(All, events.SystemAdmin, events.SecurityAdmin, events.AuditAdmin, events.Auditor, events.Dispatcher, events.Supervisor, events.LeaderRole)},
	{Ladders, "督办阶梯（看和改）", everyone(All, events.SystemAdmin, events.Dispatcher)},
	{Templates, "表单模板（看和换）", everyone(All, events.SystemAdmin, events.Dispatcher)},
	{Directory, "单位、人员、角色", everyone(All, events.SystemAdmin, events.SecurityAdmin, events.AuditAdmin, events.Auditor, events.Dispatcher)},
}

// Of returns how far a role sees in the view.
func (v View) Of(role events.Role) Reach {
	for _, row := range views {
		if row.View == v {
			return row.reach[role]
		}
	}
	return Nothing
}

// Roles lists who has the view.
func (v View) Roles() []events.Role {
	return slices.DeleteFunc(slices.Clone(events.Roles), func(r events.Role) bool { return r == events.System || !v.May(r) })
}

// May reports whether the role may open the view at all.
func (v View) May(role events.Role) bool { return v.Of(role) != Nothing }

// Zh is what the view is called on a page.
func (v View) Zh() string {
	for _, row := range views {
		if row.View == v {
			return row.Title
		}
	}
	return string(v)
}

// Views lists all views.
func Views() []View {
	out := make([]View, len(views))
	for i, row := range views {
		out[i] = row.View
	}
	return out
}
