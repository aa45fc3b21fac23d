package account

import (
	"slices"
	"strings"

	"xiaohao/domain"
	"xiaohao/domain/rights"
	"xiaohao/events"
)

// Spec is something that is done to an account by somebody else than its owner. Who may is in
// package rights.
type Spec struct {
	Name  string // "reset_password"
	Title string // 重设口令
	Key   bool   // it opens, or closes for good, the way into the account
}

// The names of what is done to accounts, as commits record them.
const (
	ResetPassword      = "reset_password"
	Unlock             = "unlock_account"
	EndSession         = "end_session"
	RemoveSecondFactor = "remove_second_factor"
	LinkLogin          = "link_login"
	UnlinkLogin        = "unlink_login"
	Erase              = "erase_account"
)

var specs = []Spec{
	{ResetPassword, "重设口令", true},
	{Unlock, "解锁账号", false},
	{EndSession, "退出登录", false},
	{RemoveSecondFactor, "取消动态口令", true},
	{LinkLogin, "关联统一身份认证", true},
	{UnlinkLogin, "解除统一身份认证", false},
	{Erase, "抹除登录凭据", true},
}

// Specs returns all of them.
func Specs() []Spec { return slices.Clone(specs) }

// SpecOf returns one of them by name; the zero Spec for none.
func SpecOf(name string) Spec {
	for _, s := range specs {
		if s.Name == name {
			return s
		}
	}
	return Spec{}
}

// May returns nil when the actor may do it to the officer's account, else why not. Nobody does
// so for another officer, and nobody to his own account but end its sessions. administrator says
// that the officer is one: whoever opens such an account has its power, so the security
// administrator does it, who appoints them, too (domain.md §7.4).
func (s Spec) May(a events.Actor, officer string, administrator bool) *domain.Refusal {
	rule, _ := rights.Of(s.Name)
	switch {
	case a.Delegation.ID != "":
		return refuse("", "account.delegated", "受委托时不能管账号，请换回自己的职务。")
	case a.ID == officer && rule.Scope == rights.OrSelf:
		return nil
	case !rule.Allows(a.Role):
		return refuse("", "account.role", "%s由%s来做，您现在是%s。", s.Title, words(rule.Roles), a.Role.Zh())
	case a.ID == officer:
		return refuse("", "account.own", "自己的账号不能自己%s，请另一位管理员来办。", s.Title)
	case s.Key && administrator && a.Role == events.SystemAdmin:
		return refuse("", "account.administrator", "这是管理员的账号，%s由安全管理员来做。", s.Title)
	}
	return nil
}

func words(roles []events.Role) string {
	var out []string
	for _, r := range roles {
		if r != events.System {
			out = append(out, r.Zh())
		}
	}
	return strings.Join(out, "、")
}
