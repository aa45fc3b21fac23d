package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"

	"xiaohao/events"
	"xiaohao/web/account"
	"xiaohao/web/shield"
)

// sessionCookie holds the session of somebody who signed in. It is sent to this site only,
// never to a script, and over TLS only where there is TLS.
const sessionCookie = "session"

// visit is what is known of who sends a request; it is found out once, when it is first
// asked for.
type visit struct {
	known  bool
	person account.Person
	in     bool // signed in, or a program with a token
}

type visitKey struct{}

func withVisit(ctx context.Context) context.Context {
	return context.WithValue(ctx, visitKey{}, new(visit))
}

// person returns who has signed in, by cookie or by token. A token counts in the header only,
// and before the cookie. A failure of the store is told in the log and is nobody.
func (s *Server) person(r *http.Request) (account.Person, bool) {
	v, _ := r.Context().Value(visitKey{}).(*visit)
	if v == nil {
		v = new(visit)
	}
	if v.known || s.cfg.Accounts == nil {
		return v.person, v.in
	}
	v.known = true
	var err error
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		v.person, err = s.cfg.Accounts.Program(r.Context(), strings.TrimSpace(token))
	} else {
		v.person, err = s.cfg.Accounts.Who(r.Context(), cookieOf(r))
	}
	v.in = err == nil
	v.person.Actor.Origin = s.whence(r)
	if err != nil && !errors.Is(err, account.ErrNoSession) && r.Context().Err() == nil {
		s.cfg.Log.Error("session not looked up", "request", requestID(r), "error", err)
	}
	return v.person, v.in
}

func cookieOf(r *http.Request) string {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return ""
	}
	return c.Value
}

// setSession gives the browser another session; with "" it takes it away.
func (s *Server) setSession(w http.ResponseWriter, r *http.Request, cookie string) {
	c := http.Cookie{Name: sessionCookie, Value: cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.cfg.Proxies.Secure(r),
		MaxAge: int(account.Longest.Seconds())}
	if cookie == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, &c)
}

// visitor is where a request comes from.
func (s *Server) visitor(r *http.Request) account.Visitor {
	return account.Visitor{Address: s.client(r), Agent: cmp.Or(shield.Agent(r.UserAgent()), "其他程序")}
}

// actor returns who the request acts as, and whether that is staff: whoever signed in, and in
// the demonstration whoever was chosen.
func (s *Server) actor(r *http.Request) (events.Actor, bool) {
	if p, in := s.person(r); in {
		if p.Session.Stage != account.Ready || p.Actor.Role == "" {
			return s.anybody(), false
		}
		return p.Actor, true
	}
	if key, ok := s.actKey(r); ok {
		a, staff := s.actorOf(key)
		if staff {
			a.Origin = s.whence(r)
		}
		return a, staff
	}
	return s.anybody(), false
}

// whence is where a member of staff acts from, as the audit trail keeps it.
func (s *Server) whence(r *http.Request) events.Origin {
	return events.Origin{Network: events.NetworkOf(s.cfg.Proxies.Client(r)), Agent: shield.Agent(r.UserAgent())}
}

// mayWrite reports whether the request may change anything at all: anybody may raise, query and answer;
// a program needs a token that may write.
func (s *Server) mayWrite(r *http.Request) bool {
	p, in := s.person(r)
	return !in || !p.Program || p.Write
}

// firstPage is where somebody has to go before anything else, "" for nowhere.
func firstPage(p account.Person) string {
	switch p.Session.Stage {
	case account.NeedsPassword:
		return "/account/password"
	case account.NeedsSecondFactor:
		return "/account/second"
	}
	return ""
}
