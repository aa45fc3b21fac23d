package directory

import (
	"slices"

	"xiaohao/domain"
	"xiaohao/domain/rights"
	"xiaohao/events"
)

// Spec says about a command what does not depend on the entry.
type Spec struct {
	Name  string        // "put_unit"
	Title string        // 单位维护
	Roles []events.Role // who may give it; an officer may delegate whatever the role
	Own   bool          // an officer may give it about themselves
}

// specs is the table of all commands; who may give them is added from package rights.
var specs = entitled([]Spec{
	{Name: "put_unit", Title: "维护单位"},
	{Name: "close_unit", Title: "撤销单位"},
	{Name: "reopen_unit", Title: "恢复单位"},
	{Name: "put_officer", Title: "维护人员"},
	{Name: "dismiss_officer", Title: "办理离任"},
	{Name: "return_officer", Title: "办理返岗"},
	{Name: "take_post", Title: "任职"},
	{Name: "leave_post", Title: "免职"},
	{Name: "delegate", Title: "委托"},
	{Name: "withdraw_delegation", Title: "收回委托"},
	{Name: "put_ledger", Title: "维护台账"},
	{Name: "close_ledger", Title: "停用台账"},
	{Name: "reopen_ledger", Title: "启用台账"},
	{Name: "put_duty", Title: "维护责任目录"},
	{Name: "withdraw_duty", Title: "撤销责任目录"},
})

func entitled(specs []Spec) []Spec {
	for i := range specs {
		rule, ok := rights.Of(specs[i].Name)
		if !ok {
			panic("directory: package rights has no row for the command " + specs[i].Name)
		}
		specs[i].Roles, specs[i].Own = rule.Roles, rule.Scope == rights.OrSelf
	}
	return specs
}

// Specs returns all commands.
func Specs() []Spec { return slices.Clone(specs) }

// SpecOf returns the spec of a command.
func SpecOf(c Command) Spec {
	i := slices.IndexFunc(specs, func(s Spec) bool { return s.Name == c.name() })
	return specs[i] // a test holds that every command has one
}

// Allows returns nil when the actor may give the command, else why not. officer is whom it is
// about, "" for anything else.
func (sp Spec) Allows(a events.Actor, officer string) *domain.Refusal {
	if slices.Contains(sp.Roles, a.Role) || sp.Own && officer != "" && a.ID == officer && a.Delegation.ID == "" {
		return nil
	}
	words := ""
	for i, r := range sp.Roles {
		if r == events.System {
			continue
		}
		if i > 0 {
			words += "、"
		}
		words += r.Zh()
	}
	return refuse("", sp.Name+".role", "%s由%s来做，您现在是%s。", sp.Title, words, a.Role.Zh())
}
