package web

import (
	"crypto/subtle"
	"errors"
	"net/http"

	"xiaohao/domain"
	"xiaohao/web/account"
	"xiaohao/web/sso"
)

// stateCookie holds the state of an attempt to sign in elsewhere, so that nobody can be led into
// finishing what somebody else began.
const stateCookie = "sso"

// elsewhereRoutes sign people in by another system (统一身份认证), see package sso.
func (s *Server) elsewhereRoutes() []route {
	if s.cfg.Accounts == nil || s.cfg.SSO == nil {
		return nil
	}
	return []route{
		{"POST /signin/sso", s.goElsewhere},
		{"GET " + sso.Back, s.backPage},
		{"POST " + sso.Back, s.comeBack},
	}
}

// ElsewherePage leads to the other system, or on from there. Neither needs a script: the one
// goes by itself, the other has a button that a script presses.
type ElsewherePage struct {
	Page
	Go          string // address of the other system; "" on the way back
	Code, State string
}

// goElsewhere begins an attempt. It answers with a page and not with a redirect: the policy of
// our pages lets no form end on another host.
func (s *Server) goElsewhere(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	f, err := s.cfg.Accounts.Begin(r.Context(), localTarget(r.PostForm.Get("to")))
	if err != nil {
		return err
	}
	to, err := s.cfg.SSO.URL(r.Context(), attempt(f))
	if err != nil {
		return s.elsewhereFailed(w, r, err)
	}
	s.setState(w, r, f.State)
	w.Header().Set("Refresh", "0; url="+to)
	return s.render(w, http.StatusOK, "elsewhere", ElsewherePage{Page: s.page(r, "统一身份认证", ""), Go: to})
}

func attempt(f account.Flow) sso.Attempt {
	return sso.Attempt{State: f.State, Nonce: f.Nonce, Verifier: f.Verifier}
}

// backPage is where the other system leads back to. It only asks to go on: a GET writes nothing.
func (s *Server) backPage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if q.Get("error") != "" || q.Get("code") == "" {
		return s.elsewhereFailed(w, r, errNotLet)
	}
	return s.render(w, http.StatusOK, "elsewhere", ElsewherePage{Page: s.page(r, "统一身份认证", ""), Code: q.Get("code"), State: q.Get("state")})
}

// comeBack finishes the attempt that this browser began, once.
func (s *Server) comeBack(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	state := r.PostForm.Get("state")
	began, err := r.Cookie(stateCookie)
	if err != nil || state == "" || subtle.ConstantTimeCompare([]byte(began.Value), []byte(state)) != 1 {
		return s.elsewhereFailed(w, r, errState)
	}
	s.setState(w, r, "")
	f, err := s.cfg.Accounts.Take(r.Context(), state)
	if err != nil {
		return s.elsewhereFailed(w, r, err)
	}
	who, err := s.cfg.SSO.Finish(r.Context(), r.PostForm.Get("code"), attempt(f))
	if err != nil {
		return s.elsewhereFailed(w, r, err)
	}
	n, err := s.cfg.Accounts.Linked(r.Context(), who.Issuer, who.Subject, who.Second, cookieOf(r), s.visitor(r))
	if err != nil {
		return s.elsewhereFailed(w, r, err)
	}
	return s.enter(w, r, n, f.Back)
}

func (s *Server) setState(w http.ResponseWriter, r *http.Request, state string) {
	c := http.Cookie{Name: stateCookie, Value: state, Path: "/signin/sso", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.cfg.Proxies.Secure(r), MaxAge: int(account.FlowTime.Seconds())}
	if state == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, &c)
}

// What goes wrong between here and the other system, beside the errors of package sso.
var (
	errState  = errors.New("web: sign-in was not begun by this browser")
	errNotLet = errors.New("web: the other system let nobody in")
)

// elsewhereFailed shows the sign-in page with the reason. What an administrator has to look at
// is logged.
func (s *Server) elsewhereFailed(w http.ResponseWriter, r *http.Request, err error) error {
	p := SignInPage{Page: s.page(r, "登录", ""), Elsewhere: true}
	status := http.StatusUnprocessableEntity
	switch {
	case errors.Is(err, errState):
		p.Failed = "这次登录不是在这个浏览器里开始的，没有登录。请从这一页重新开始。"
	case errors.Is(err, errNotLet):
		p.Failed = "统一身份认证没有让您通过，没有登录。请再试一次，或者用口令登录。"
	case errors.Is(err, account.ErrNoSession):
		p.Failed = "这次登录已经用过，或者超过了 10 分钟，没有登录。请重新开始。"
	case errors.Is(err, sso.ErrCode):
		p.Failed = "统一身份认证不认这次登录的凭证，没有登录。请重新开始。"
	case errors.Is(err, sso.ErrToken):
		p.Failed = "统一身份认证给的身份核对不上，没有登录。请告诉管理员。"
	case errors.Is(err, sso.ErrDown):
		p.Failed, status = "统一身份认证现在连不上。请过一会儿再试，或者用口令登录。", http.StatusServiceUnavailable
	case errors.Is(err, account.ErrTooOften), domain.RefusalsOf(err) != nil:
		return s.signInAgain(w, r, err, p)
	default:
		return err
	}
	s.cfg.Log.Warn("sign-in elsewhere failed", "request", requestID(r), "error", err)
	return s.render(w, status, "signin", p)
}
