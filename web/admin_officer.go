package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"xiaohao/domain"
	rules "xiaohao/domain/account"
	"xiaohao/domain/directory"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/events/roster"
	"xiaohao/projections"
	"xiaohao/web/account"
)

// officerRoutes are the page of one officer: posts, account, and what an administrator does
// about them.
func (s *Server) officerRoutes() []route {
	if s.cfg.Accounts == nil {
		return nil
	}
	return []route{
		{"GET /admin/officers/{officer}", s.sees(rights.Accounts, s.officerPage)},
		{"POST /admin/officers/{officer}/{act}", s.sees(rights.Accounts, s.officerDo)},
	}
}

// OfficerPage is one officer with his account.
type OfficerPage struct {
	Page
	ID, Name, State string
	Posts           []officerPost
	Facts           []fact // of the account
	Sessions        []sessionRow
	Acts            []officerAct
	Password        string // the new one, shown once
}

type officerPost struct {
	ID, Title, Days string
	Over            bool
	No              string // why he cannot be taken out of it by this person
}

// officerAct is one button with what it asks for.
type officerAct struct {
	Name, Title, Says, Button string
	Inputs                    []Input
	No                        string // why this person may not
}

func (s *Server) officerPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	return s.showOfficer(w, r, a, http.StatusOK, OfficerPage{})
}

// showOfficer shows the page, perhaps with a new password or with what was refused.
func (s *Server) showOfficer(w http.ResponseWriter, r *http.Request, a events.Actor, status int, p OfficerPage) error {
	errs := p.Errors
	p.Page = s.staffPage(r, "人员和账号", "admin")
	p.Errors = errs
	if r.Method == http.MethodGet {
		p.Notice = officerNotices[r.URL.Query().Get("n")]
	}
	ros, err := s.reads.Roster(r.Context())
	if err != nil {
		return err
	}
	o := ros.Officer(r.PathValue("officer"))
	if o == nil {
		return projections.ErrNotFound
	}
	p.ID, p.Name, p.State = o.ID, s.plain(r.Context(), o.Name), "在岗"
	if !o.Here(s.today()) {
		p.State = "已离任 " + o.Left.String()
	}
	p.Posts = s.officerPosts(ros, o, a)
	acc, err := s.cfg.Accounts.Account(r.Context(), o.ID)
	if err != nil {
		return err
	}
	p.Facts = s.accountFacts(acc)
	all, err := s.cfg.Accounts.Sessions(r.Context(), o.ID)
	if err != nil {
		return err
	}
	for _, n := range all {
		p.Sessions = append(p.Sessions, sessionRow{n.ID, n.Agent, n.Address, n.Way.Zh(), zhTime(n.Started), zhTime(n.Seen), false})
	}
	p.Acts = s.officerActs(r, ros, o, acc, len(all), a, errs)
	return s.render(w, status, "officer", p)
}

func (s *Server) officerPosts(ros *roster.Roster, o *roster.Officer, a events.Actor) []officerPost {
	var out []officerPost
	for _, post := range slices.Backward(o.Posts) {
		if !post.Until.IsZero() && post.Until.Before(post.From) {
			continue // taken by mistake and never held
		}
		row := officerPost{ID: post.ID, Title: postWords(ros, post, s.today()), Days: post.From.String() + " 起", Over: !post.Until.IsZero() && post.Until.Before(s.today())}
		if !post.Until.IsZero() {
			row.Days = post.From.String() + " 到 " + post.Until.String()
		}
		if no := directory.SpecOf(directory.LeavePost{}).Allows(a, ""); no != nil {
			row.No = no.Message
		}
		out = append(out, row)
	}
	return out
}

// accountFacts says how the account stands.
func (s *Server) accountFacts(a rules.Account) []fact {
	yes := func(b bool, yes, no string) string {
		if b {
			return yes
		}
		return no
	}
	out := []fact{{"口令", yes(!a.Hash.IsZero(), yes(a.Temporary, "临时的，登录后要换", "有"), "没有")},
		{"动态口令", yes(!a.Secret.IsZero(), fmt.Sprintf("已开通，恢复码还剩 %d 个", account.RecoveryCodes-len(a.Used)), "没有开通")},
		{"上次登录", zhTimeOr(a.LastSignIn)}}
	if left := a.Locked(s.cfg.Now()); left > 0 {
		out = append(out, fact{"锁定", "连错太多次，锁到 " + zhTime(a.LockedUntil)})
	}
	if s.cfg.SSO != nil || len(a.Links) > 0 {
		out = append(out, fact{"统一身份认证", yes(len(a.Links) > 0, "已关联", "没有关联")})
	}
	if a.Erased {
		out = append(out, fact{"登录凭据", "已抹除，不能再登录"})
	}
	return out
}

// officerActs are the buttons that make sense now; those this person may not press say why.
func (s *Server) officerActs(r *http.Request, ros *roster.Roster, o *roster.Officer, acc rules.Account, sessions int, a events.Actor, errs domain.Refusals) []officerAct {
	var out []officerAct
	administrator := account.NeedsSecond(ros, o.ID, s.today())
	add := func(wanted bool, name, says, button string, inputs ...Input) {
		if !wanted {
			return
		}
		for i := range inputs {
			inputs[i].Value, inputs[i].Err = r.PostFormValue(inputs[i].Name), errAt(errs, inputs[i].Name)
		}
		act := officerAct{Name: name, Title: rules.SpecOf(name).Title, Says: says, Button: button, Inputs: inputs}
		if no := rules.SpecOf(name).May(a, o.ID, administrator); no != nil {
			act.No = no.Message
		}
		out = append(out, act)
	}
	here := o.Here(s.today()) && !acc.Erased
	add(here, rules.ResetPassword, "给一个临时口令，只显示一次；本人登录后要换成自己的。已有的登录都会退出。", "重设口令")
	add(here && (acc.Failures > 0 || acc.Locks > 0), rules.Unlock, "连错的次数清零，马上可以再登录。", "解锁")
	add(sessions > 0, rules.EndSession, fmt.Sprintf("现在登录着 %d 处，全部退出。", sessions), "全部退出")
	add(!acc.Secret.IsZero(), rules.RemoveSecondFactor, "手机丢了才用。先核实是本人，再取消；已有的登录都会退出。", "取消动态口令", text("reason", "原因", true))
	add(here && s.cfg.SSO != nil && len(acc.Links) == 0, rules.LinkLogin, "关联以后，本人可以从统一身份认证登录。", "关联", hinted(text("subject", "对方系统里的身份标识", true), "由统一身份认证的管理员提供（sub）"))
	add(len(acc.Links) > 0, rules.UnlinkLogin, "解除以后，只能用口令登录；已有的登录都会退出。", "解除关联")
	if !o.Here(s.today()) {
		act := officerAct{Name: "return_officer", Title: "办理返岗", Says: "返岗以后要重新任职。", Button: "返岗"}
		if no := directory.SpecOf(directory.ReturnOfficer{}).Allows(a, ""); no != nil {
			act.No = no.Message
		}
		out = append(out, act)
	}
	return out
}

// officerNotices are what was just done, by its name in the address.
var officerNotices = map[string]string{rules.Unlock: "已解锁。", rules.EndSession: "已全部退出。", rules.RemoveSecondFactor: "动态口令已取消。", rules.LinkLogin: "已关联。",
	rules.UnlinkLogin: "已解除关联。", "leave_post": "已免职。", "return_officer": "已返岗，请重新任职。"}

// officerDo does what a button says. A new password is shown in the answer, and nowhere again.
func (s *Server) officerDo(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	officer, act := r.PathValue("officer"), r.PathValue("act")
	var err error
	switch act {
	case rules.ResetPassword:
		password, err := s.cfg.Accounts.ResetPassword(r.Context(), a, officer)
		if err != nil {
			return s.officerRefused(w, r, a, err)
		}
		return s.showOfficer(w, r, a, http.StatusOK, OfficerPage{Password: password})
	case "leave_post":
		err = s.enterDirectory(r, a, directory.LeavePost{Officer: officer, Post: r.PostForm.Get("post")})
	case "return_officer":
		err = s.enterDirectory(r, a, directory.ReturnOfficer{ID: officer})
	default:
		err = s.accountDo(r.Context(), a, officer, act, r.PostForm)
	}
	if err != nil {
		return s.officerRefused(w, r, a, err)
	}
	http.Redirect(w, r, "/admin/officers/"+url.PathEscape(officer)+"?"+url.Values{"n": {act}}.Encode(), http.StatusSeeOther)
	return nil
}

func (s *Server) accountDo(ctx context.Context, a events.Actor, officer, act string, form url.Values) error {
	switch act {
	case rules.Unlock:
		return s.cfg.Accounts.Unlock(ctx, a, officer)
	case rules.EndSession:
		return s.cfg.Accounts.End(ctx, a, officer, "")
	case rules.RemoveSecondFactor:
		return s.cfg.Accounts.RemoveSecondFactor(ctx, a, officer, strings.TrimSpace(form.Get("reason")))
	case rules.UnlinkLogin:
		return s.cfg.Accounts.UnlinkAll(ctx, a, officer)
	case rules.LinkLogin:
		if s.cfg.SSO != nil {
			return s.cfg.Accounts.Link(ctx, a, officer, s.cfg.SSO.Issuer(), form.Get("subject"))
		}
	}
	return projections.ErrNotFound
}

func (s *Server) officerRefused(w http.ResponseWriter, r *http.Request, a events.Actor, err error) error {
	rs := domain.RefusalsOf(err)
	if rs == nil {
		return err
	}
	p := OfficerPage{}
	p.Errors = rs
	return s.showOfficer(w, r, a, http.StatusUnprocessableEntity, p)
}

// postWords names a post with its unit.
func postWords(r *roster.Roster, p events.Post, today events.Date) string {
	words := p.Title
	if !strings.HasSuffix(words, p.Role.Zh()) {
		words += "（" + p.Role.Zh() + "）"
	}
	if p.Unit != "" && !strings.Contains(p.Title, r.Ref(p.Unit, today).Name) {
		words = r.Ref(p.Unit, today).Name + " · " + words
	}
	return words
}
