package directory

import (
	"bytes"
	"encoding/json"
	"fmt"
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

	read func([]byte) (Command, error)
}

// specs is the table of all commands; who may give them is added from package rights.
var specs = entitled([]Spec{
	{Name: "put_unit", Title: "维护单位", read: read[PutUnit]},
	{Name: "close_unit", Title: "撤销单位", read: read[CloseUnit]},
	{Name: "reopen_unit", Title: "恢复单位", read: read[ReopenUnit]},
	{Name: "put_officer", Title: "维护人员", read: read[PutOfficer]},
	{Name: "dismiss_officer", Title: "办理离任", read: read[DismissOfficer]},
	{Name: "return_officer", Title: "办理返岗", read: read[ReturnOfficer]},
	{Name: "take_post", Title: "任职", read: read[TakePost]},
	{Name: "leave_post", Title: "免职", read: read[LeavePost]},
	{Name: "delegate", Title: "委托", read: read[Delegate]},
	{Name: "withdraw_delegation", Title: "收回委托", read: read[WithdrawDelegation]},
	{Name: "put_ledger", Title: "维护台账", read: read[PutLedger]},
	{Name: "close_ledger", Title: "停用台账", read: read[CloseLedger]},
	{Name: "reopen_ledger", Title: "启用台账", read: read[ReopenLedger]},
	{Name: "put_duty", Title: "维护责任目录", read: read[PutDuty]},
	{Name: "withdraw_duty", Title: "撤销责任目录", read: read[WithdrawDuty]},
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

// Decode reads a command by its name from JSON. A field that it does not have is an error.
func Decode(name string, data []byte) (Command, error) {
	i := slices.IndexFunc(specs, func(s Spec) bool { return s.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("directory: no command %q", name)
	}
	return specs[i].read(data)
}

// DecodeFields reads a command by its name from the fields of a form. A day that there is not
// is a refusal at its field.
func DecodeFields(name string, fields map[string]string) (Command, error) {
	var rs domain.Refusals
	for _, f := range []string{"from", "on", "until"} {
		if v := fields[f]; v != "" {
			if _, err := events.ParseDate(v); err != nil {
				rs = append(rs, refuse(f, name+".date", "日期：没有“%s”这一天。", v))
			}
		}
	}
	if len(rs) > 0 {
		return nil, rs
	}
	data, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("read command %s: %w", name, err)
	}
	return Decode(name, data)
}

func read[C Command](data []byte) (Command, error) {
	var c C
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("read command %s: %w", c.name(), err)
	}
	return c, nil
}

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
