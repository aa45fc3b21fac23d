package web

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	rules "xiaohao/domain/account"
	"xiaohao/domain/directory"
	"xiaohao/events"
	"xiaohao/events/roster"
	"xiaohao/web/account"
)

// meRoutes are the pages of one's own account.
func (s *Server) meRoutes() []route {
	if s.cfg.Accounts == nil {
		return nil
	}
	return []route{
		{"GET /account", s.mine(s.mePage)},
		{"POST /account/hat", s.mine(s.wear)},
		{"GET /account/password", s.mine(s.passwordPage)},
		{"POST /account/password", s.mine(s.changePassword)},
		{"GET /account/second", s.mine(s.secondPage)},
		{"POST /account/second", s.mine(s.setSecond)},
		{"POST /account/sessions", s.mine(s.endSessions)},
		{"POST /account/tokens", s.mine(s.issueToken)},
		{"POST /account/tokens/revoke", s.mine(s.revokeToken)},
		{"POST /account/delegations", s.mine(s.delegate)},
		{"POST /account/delegations/withdraw", s.mine(s.withdrawDelegation)},
	}
}

// mineHandler answers somebody who is signed in, about himself.
type mineHandler func(w http.ResponseWriter, r *http.Request, p account.Person) error

// mine lets only those through who signed in themselves: no program, nobody who acts in the
// demonstration. A session that still needs something gets only the page that mends it.
func (s *Server) mine(h mineHandler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, in := s.person(r)
		if !in || p.Program {
			return errNotStaff
		}
		if first := firstPage(p); first != "" && r.URL.Path != first {
			http.Redirect(w, r, first, http.StatusSeeOther)
			return nil
		}
		if !reads(r.Method) {
			if err := r.ParseForm(); err != nil {
				return badForm(err)
			}
		}
		return h(w, r, p)
	}
}

// MePage is one's own account.
type MePage struct {
	Page
	Officer  string
	Hats     []hatChoice
	Second   bool
	Left     int // recovery codes
	Sessions []sessionRow
	Tokens   []tokenRow
	Given    []delegationRow
	Received []delegationRow
	Form     map[string]string // what was typed in the form that was refused
	Issued   string            // the new token, shown once
	Today    string
	Last     string // latest day of a token
}

type hatChoice struct {
	Key, Text string
	Current   bool
	Own       bool
}

type sessionRow struct {
	ID, Agent, Address, Way, Started, Seen string
	Current                                bool
}

type tokenRow struct {
	ID, Name, Scopes, Hat, Until string
	Over                         bool
}

type delegationRow struct {
	ID, Who, Posts, From, Until, Reason, State string
	Open                                       bool
}

func (s *Server) mePage(w http.ResponseWriter, r *http.Request, p account.Person) error {
	return s.showMe(w, r, p, http.StatusOK, MePage{})
}

// showMe shows the account, perhaps with what was refused.
func (s *Server) showMe(w http.ResponseWriter, r *http.Request, p account.Person, status int, page MePage) error {
	errs := page.Errors
	page.Page, page.Officer = s.staffPage(r, "我的账号", "account"), p.Session.Officer
	page.Errors, page.Notice = errs, meNotices[r.URL.Query().Get("n")]
	for _, h := range p.Hats {
		page.Hats = append(page.Hats, hatChoice{h.Key, hatName(h), h.Key == p.Session.Hat, h.Actor.Delegation.ID == ""})
	}
	a, err := s.cfg.Accounts.Account(r.Context(), p.Session.Officer)
	if err != nil {
		return err
	}
	page.Second, page.Left = !a.Secret.IsZero(), account.RecoveryCodes-len(a.Used)
	all, err := s.cfg.Accounts.Sessions(r.Context(), p.Session.Officer)
	if err != nil {
		return err
	}
	for _, n := range all {
		page.Sessions = append(page.Sessions, sessionRow{n.ID, n.Agent, n.Address, n.Way.Zh(), zhTime(n.Started), zhTime(n.Seen), n.ID == p.Session.ID})
	}
	page.tokens(a, p, s.today())
	ros, err := s.reads.Roster(r.Context())
	if err != nil {
		return err
	}
	page.delegations(ros, p.Session.Officer, s.today())
	page.Today, page.Last = s.today().String(), s.today().AddDays(366).String()
	return s.render(w, status, "me", page)
}

func hatName(h roster.Hat) string {
	if h.Actor.Unit.Name != "" && !strings.Contains(h.Actor.Post, h.Actor.Unit.Name) {
		return h.Actor.Unit.Name + " · " + h.Actor.Post
	}
	return h.Actor.Post
}

func (page *MePage) tokens(a rules.Account, p account.Person, today events.Date) {
	for _, t := range a.Tokens {
		row := tokenRow{ID: t.ID, Name: t.Name, Scopes: "只读", Hat: "（这个职务已经没有了）", Until: t.Until.String(), Over: t.Revoked || t.Until.Before(today)}
		if len(t.Scopes) > 1 {
			row.Scopes = "读和办"
		}
		for _, h := range p.Hats {
			if h.Key == t.Hat {
				row.Hat = hatName(h)
			}
		}
		page.Tokens = append(page.Tokens, row)
	}
}

func (page *MePage) delegations(ros *roster.Roster, officer string, today events.Date) {
	o := ros.Officer(officer)
	if o == nil {
		return
	}
	for _, g := range o.Given {
		page.Given = append(page.Given, delegationOf(g, o, g.To, today))
	}
	for _, other := range ros.Officers() {
		for _, g := range other.Given {
			if g.To == officer {
				page.Received = append(page.Received, delegationOf(g, other, other.ID, today))
			}
		}
	}
}

func delegationOf(g roster.Given, giver *roster.Officer, who string, today events.Date) delegationRow {
	d := delegationRow{ID: g.ID, Who: who, Posts: "全部职务", From: g.From.String(), Until: g.Until.String(), Reason: g.Reason}
	if post, ok := giver.Post(g.Post); ok {
		d.Posts = post.Title
	}
	switch {
	case g.Withdrawn:
		d.State = "已收回"
	case g.Until.Before(today):
		d.State = "已到期"
	case g.From.After(today):
		d.State, d.Open = "还没开始", true
	default:
		d.State, d.Open = "生效中", true
	}
	return d
}

// meNotices are what was just done, by the word in the address.
var meNotices = map[string]string{"hat": "职务换好了。", "password": "口令改好了，别处的登录都已退出。", "ended": "已退出。", "revoked": "令牌已收回。",
	"delegated": "已委托。", "withdrawn": "委托已收回。"}

// meAgain goes back to the account after a POST: with a notice, or with what was refused.
func (s *Server) meAgain(w http.ResponseWriter, r *http.Request, p account.Person, notice string, err error) error {
	if rs := domain.RefusalsOf(err); rs != nil {
		form := map[string]string{}
		for k := range r.PostForm {
			form[k] = r.PostForm.Get(k)
		}
		page := MePage{Form: form}
		page.Errors = rs
		return s.showMe(w, r, p, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/account?"+url.Values{"n": {notice}}.Encode(), http.StatusSeeOther)
	return nil
}

func (s *Server) wear(w http.ResponseWriter, r *http.Request, p account.Person) error {
	return s.meAgain(w, r, p, "hat", s.cfg.Accounts.Wear(r.Context(), p, r.PostForm.Get("hat")))
}

func (s *Server) endSessions(w http.ResponseWriter, r *http.Request, p account.Person) error {
	id := r.PostForm.Get("session")
	if err := s.cfg.Accounts.End(r.Context(), p.Self(), p.Session.Officer, id); err != nil {
		return err
	}
	if id == "" || id == p.Session.ID {
		s.setSession(w, r, "")
		http.Redirect(w, r, "/signin?out=1", http.StatusSeeOther)
		return nil
	}
	return s.meAgain(w, r, p, "ended", nil)
}

func (s *Server) issueToken(w http.ResponseWriter, r *http.Request, p account.Person) error {
	f := r.PostForm
	until, err := events.ParseDate(f.Get("until"))
	if err != nil {
		until = events.Date{} // refused as missing
	}
	token, err := s.cfg.Accounts.IssueToken(r.Context(), p, f.Get("name"), f.Get("hat"), truthy(f.Get("write")), until)
	if err != nil {
		return s.meAgain(w, r, p, "", err)
	}
	return s.showMe(w, r, p, http.StatusOK, MePage{Issued: token})
}

func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request, p account.Person) error {
	return s.meAgain(w, r, p, "revoked", s.cfg.Accounts.RevokeToken(r.Context(), p, r.PostForm.Get("token")))
}

func (s *Server) delegate(w http.ResponseWriter, r *http.Request, p account.Person) error {
	f := r.PostForm
	c := directory.Delegate{Officer: p.Session.Officer, To: strings.TrimSpace(f.Get("to")), Post: f.Get("post"), Reason: f.Get("reason")}
	for field, into := range map[string]*events.Date{"from": &c.From, "until": &c.Until} {
		if v := f.Get(field); v != "" {
			d, err := events.ParseDate(v)
			if err != nil {
				return s.meAgain(w, r, p, "", &domain.Refusal{Rule: "delegate.date", Field: field, Message: "日期：没有“" + v + "”这一天。"})
			}
			*into = d
		}
	}
	return s.meAgain(w, r, p, "delegated", s.enterDirectory(r, p.Self(), c))
}

func (s *Server) withdrawDelegation(w http.ResponseWriter, r *http.Request, p account.Person) error {
	c := directory.WithdrawDelegation{Officer: p.Session.Officer, ID: r.PostForm.Get("delegation")}
	return s.meAgain(w, r, p, "withdrawn", s.enterDirectory(r, p.Self(), c))
}

// enterDirectory gives a command to the directory and waits until the pages show it.
func (s *Server) enterDirectory(r *http.Request, a events.Actor, c directory.Command) error {
	rc, err := s.cfg.Directory.Do(r.Context(), directory.Order{ID: uuid.New(), Command: c, Actor: a})
	for _, no := range domain.RefusalsOf(err) {
		if worthSeeing(no.Rule) {
			s.refusedTo(r.Context(), a, events.AccessRefused{Command: directory.Name(c), Rule: no.Rule})
		}
	}
	if err != nil || rc.Sequence == 0 {
		return err
	}
	return s.reads.WaitFor(r.Context(), rc.Sequence)
}

// PasswordPage changes one's password.
type PasswordPage struct {
	Page
	First bool // it was given by somebody else
}

func (s *Server) passwordPage(w http.ResponseWriter, r *http.Request, p account.Person) error {
	return s.render(w, http.StatusOK, "password", PasswordPage{s.staffPage(r, "改口令", "account"), p.Session.Stage == account.NeedsPassword})
}

func (s *Server) changePassword(w http.ResponseWriter, r *http.Request, p account.Person) error {
	f := r.PostForm
	stage, err := p.Session.Stage, error(&domain.Refusal{Rule: "password.twice", Field: "again", Message: "再输一遍：两次不一样。"})
	if f.Get("password") == f.Get("again") {
		stage, err = s.cfg.Accounts.ChangePassword(r.Context(), p, f.Get("old"), f.Get("password"), s.visitor(r))
	}
	if rs := domain.RefusalsOf(err); rs != nil {
		page := PasswordPage{s.staffPage(r, "改口令", "account"), p.Session.Stage == account.NeedsPassword}
		page.Errors = rs
		return s.render(w, http.StatusUnprocessableEntity, "password", page)
	}
	if err != nil {
		return err
	}
	p.Session.Stage = stage
	if first := firstPage(p); first != "" {
		http.Redirect(w, r, first, http.StatusSeeOther)
		return nil
	}
	return s.meAgain(w, r, p, "password", nil)
}

// SecondPage turns the second factor on.
type SecondPage struct {
	Page
	Must     bool // an administrator has to have it
	Password bool // there is one, and it is asked for
	Secret   string
	Groups   []string     // the secret, to be typed
	QR       template.URL // a picture that account drew itself
	Codes    []string     // recovery codes, shown once: it is done
	Start    string
}

func (s *Server) secondPage(w http.ResponseWriter, r *http.Request, p account.Person) error {
	e, err := s.cfg.Accounts.Enrol(p.Session.Officer)
	if err != nil {
		return err
	}
	return s.showSecond(w, r, p, http.StatusOK, e, nil)
}

func (s *Server) showSecond(w http.ResponseWriter, r *http.Request, p account.Person, status int, e account.Enrolment, rs domain.Refusals) error {
	page := SecondPage{Page: s.staffPage(r, "开通动态口令", "account"), Must: p.Session.Stage == account.NeedsSecondFactor, Secret: e.Secret, QR: template.URL(e.QR)}
	for t := e.Secret; t != ""; t = t[min(4, len(t)):] {
		page.Groups = append(page.Groups, t[:min(4, len(t))])
	}
	page.Errors = rs
	var err error
	if page.Password, err = s.cfg.Accounts.HasPassword(r.Context(), p); err != nil {
		return err
	}
	return s.render(w, status, "second", page)
}

func (s *Server) setSecond(w http.ResponseWriter, r *http.Request, p account.Person) error {
	f := r.PostForm
	e, err := s.cfg.Accounts.Picture(p.Session.Officer, f.Get("secret"))
	if rs := domain.RefusalsOf(err); rs != nil {
		e, err := s.cfg.Accounts.Enrol(p.Session.Officer)
		return errors.Join(err, s.showSecond(w, r, p, http.StatusUnprocessableEntity, e, rs))
	}
	if err != nil {
		return err
	}
	codes, _, err := s.cfg.Accounts.SetSecondFactor(r.Context(), p, e.Secret, f.Get("code"), f.Get("old"), s.visitor(r))
	if rs := domain.RefusalsOf(err); rs != nil {
		return s.showSecond(w, r, p, http.StatusUnprocessableEntity, e, rs)
	}
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "second", SecondPage{Page: s.staffPage(r, "恢复码", "account"), Codes: codes, Start: startOf(p.Actor)})
}

// zhTimeOr writes a time, or a dash for none.
func zhTimeOr(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return zhTime(t)
}
