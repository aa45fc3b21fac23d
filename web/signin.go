package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"xiaohao/domain"
	"xiaohao/web/account"
)

// signInRoutes are the way in and out.
func (s *Server) signInRoutes() []route {
	if s.cfg.Accounts == nil {
		return nil
	}
	return []route{
		{"GET /signin", s.signInPage},
		{"POST /signin", s.signIn},
		{"GET /signin/code", s.codePage},
		{"POST /signin/code", s.code},
		{"POST /signout", s.signOut},
	}
}

// SignInPage asks for officer id and password, or for the code.
type SignInPage struct {
	Page
	Code    bool // the second step
	Officer string
	To      string // where to go afterwards
	Bad     string // at the field
	Back    bool   // signed out just now

	Elsewhere bool   // another system signs people in, too
	Failed    string // why nobody came from there
}

func (s *Server) signInPage(w http.ResponseWriter, r *http.Request) error {
	to := localTarget(r.URL.Query().Get("to"))
	if p, in := s.person(r); in {
		http.Redirect(w, r, s.onward(p, to), http.StatusSeeOther)
		return nil
	}
	return s.render(w, http.StatusOK, "signin", SignInPage{Page: s.page(r, "登录", ""), To: to, Back: r.URL.Query().Get("out") != "", Elsewhere: s.cfg.SSO != nil})
}

// localTarget keeps an address that comes from outside on this site.
func localTarget(to string) string {
	u, err := url.Parse(to)
	if to == "" || err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.ContainsAny(to, "\\\r\n\t") {
		return ""
	}
	u.Path = localPath(u.Path)
	return u.RequestURI()
}

// onward is the page after signing in.
func (s *Server) onward(p account.Person, to string) string {
	if first := firstPage(p); first != "" {
		return first
	}
	if to != "" {
		return to
	}
	return startOf(p.Actor)
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	officer, to := strings.TrimSpace(r.PostForm.Get("officer")), localTarget(r.PostForm.Get("to"))
	n, err := s.cfg.Accounts.Password(r.Context(), officer, r.PostForm.Get("password"), cookieOf(r), s.visitor(r))
	if err != nil {
		return s.signInAgain(w, r, err, SignInPage{Page: s.page(r, "登录", ""), Officer: officer, To: to, Elsewhere: s.cfg.SSO != nil})
	}
	return s.enter(w, r, n, to)
}

// enter gives the new session to the browser and goes on.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, n account.Signed, to string) error {
	s.setSession(w, r, n.Cookie)
	next := "/signin/code"
	if n.Stage != account.NeedsCode {
		p, err := s.cfg.Accounts.Who(r.Context(), n.Cookie)
		if err != nil {
			return err
		}
		http.Redirect(w, r, s.onward(p, to), http.StatusSeeOther)
		return nil
	}
	if to != "" {
		next += "?" + url.Values{"to": {to}}.Encode()
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// signInAgain shows the form once more with the reason.
func (s *Server) signInAgain(w http.ResponseWriter, r *http.Request, err error, p SignInPage) error {
	status := http.StatusUnprocessableEntity
	switch rs := domain.RefusalsOf(err); {
	case errors.Is(err, account.ErrTooOften):
		p.Bad, status = "从这个网络连错的次数太多，10 分钟后再试。", http.StatusTooManyRequests
	case rs == nil:
		return err
	case rs[0].Field == "":
		p.Failed = rs[0].Message
	default:
		p.Bad = rs[0].Message
		if rs[0].Rule == "sign_in.locked" {
			status = http.StatusTooManyRequests
		}
	}
	return s.render(w, status, "signin", p)
}

func (s *Server) codePage(w http.ResponseWriter, r *http.Request) error {
	half, err := s.cfg.Accounts.Half(r.Context(), cookieOf(r))
	if err != nil && !errors.Is(err, account.ErrNoSession) {
		return err
	}
	if !half {
		http.Redirect(w, r, "/signin", http.StatusSeeOther)
		return nil
	}
	return s.render(w, http.StatusOK, "signin", SignInPage{Page: s.halfPage(r), Code: true, To: localTarget(r.URL.Query().Get("to"))})
}

// halfPage is a page between password and code: nothing but the code, and the way out.
func (s *Server) halfPage(r *http.Request) Page {
	p := s.page(r, "动态口令", "")
	p.Staff, p.Pending = true, true
	return p
}

func (s *Server) code(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	to := localTarget(r.PostForm.Get("to"))
	n, err := s.cfg.Accounts.Code(r.Context(), cookieOf(r), r.PostForm.Get("code"), s.visitor(r))
	if errors.Is(err, account.ErrNoSession) { // too long ago
		http.Redirect(w, r, "/signin", http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return s.signInAgain(w, r, err, SignInPage{Page: s.halfPage(r), Code: true, To: to})
	}
	return s.enter(w, r, n, to)
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if p, in := s.person(r); in && !p.Program {
		if err := s.cfg.Accounts.End(r.Context(), p.Self(), p.Session.Officer, p.Session.ID); err != nil {
			return err
		}
	} else if err := s.cfg.Accounts.Leave(r.Context(), cookieOf(r)); err != nil { // before the code
		return err
	}
	s.setSession(w, r, "")
	http.Redirect(w, r, "/signin?out=1", http.StatusSeeOther)
	return nil
}

// mustSignIn sends a person who opens a page of the office to sign in first, or to do first
// what the session still needs. Programs and forms get the error.
func (s *Server) mustSignIn(w http.ResponseWriter, r *http.Request) bool {
	if s.cfg.Accounts == nil || s.cfg.Demo || r.Method != http.MethodGet || strings.HasPrefix(r.URL.Path, "/api/") {
		return false
	}
	to := "/signin?" + url.Values{"to": {r.URL.RequestURI()}}.Encode()
	if p, in := s.person(r); in {
		switch to = firstPage(p); {
		case to == "" && p.Actor.Role == "":
			to = "/account" // which says that there is no post
		case to == "":
			return false
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
	return true
}
