package account

import (
	"context"
	"strings"
	"time"

	rules "xiaohao/domain/account"
	"xiaohao/events"
	"xiaohao/events/roster"
)

// Session is one sign-in that is not over.
type Session struct {
	ID      string
	Officer string
	Hat     string // key of the post acted in, see [roster.Hat]
	Stage   Stage
	Way     events.SignInWay
	Second  bool
	Address string
	Agent   string
	Started time.Time
	Seen    time.Time // last request, to five minutes
	Until   time.Time
	step    int
}

// Stage is what has to be done before a session is good for anything else.
type Stage string

const (
	Ready             Stage = ""         // nothing
	NeedsCode         Stage = "CODE"     // the second factor has still to be given
	NeedsPassword     Stage = "PASSWORD" // a password of one's own
	NeedsSecondFactor Stage = "SECOND"   // an administrator's second factor
)

// Person is who sends a request.
type Person struct {
	Session Session
	Actor   events.Actor // under the hat that is worn; without a role when there is no post
	Hats    []roster.Hat // that could be worn
	Program bool         // comes with a token
	Write   bool         // of a program: may do more than read
}

// Self is the actor of what the person does to the own account: the person, whatever post is
// acted in.
func (p Person) Self() events.Actor {
	a := own(p.Session.Officer)
	a.Origin = p.Actor.Origin
	return a
}

// Who returns who is signed in with a cookie, at any stage but before the code. It costs one
// look at the session and one at the directory. The error is ErrNoSession or a failure.
func (s *Service) Who(ctx context.Context, cookie string) (Person, error) {
	if cookie == "" || len(cookie) > 64 {
		return Person{}, ErrNoSession
	}
	now := s.cfg.Now()
	n, err := s.table.find(ctx, cookie, now)
	if err != nil {
		return Person{}, err
	}
	if n.Stage == NeedsCode {
		return Person{}, ErrNoSession
	}
	p, err := s.person(ctx, n)
	if err != nil {
		return p, err
	}
	if now.Sub(n.Seen) >= seenStep {
		_, err = s.table.exec(ctx, "keep a session", `update account.session set seen = $2 where hash = $1`, keyOf(cookie), now)
	}
	return p, err
}

// Half reports whether the cookie is of somebody who has still to give the code.
func (s *Service) Half(ctx context.Context, cookie string) (bool, error) {
	n, err := s.table.find(ctx, cookie, s.cfg.Now())
	return err == nil && n.Stage == NeedsCode, err
}

// person says what the officer of a session may act as today.
func (s *Service) person(ctx context.Context, n Session) (Person, error) {
	r, known, err := s.known(ctx, n.Officer)
	if err != nil {
		return Person{}, err
	}
	if !known {
		return Person{}, ErrNoSession
	}
	p := Person{Session: n, Hats: r.Hats(n.Officer, s.today()), Actor: events.Actor{ID: n.Officer, Post: "还没有职务"}}
	if h, ok := r.Hat(n.Officer, n.Hat, s.today()); ok {
		p.Actor, p.Session.Hat = h.Actor, h.Key
	}
	return p, nil
}

// tokenMark begins every token, so that one is recognised where it should not be.
const tokenMark = "xh_"

// Program returns whom a token acts for. The error is ErrNoSession or a failure.
func (s *Service) Program(ctx context.Context, token string) (Person, error) {
	if !strings.HasPrefix(token, tokenMark) || len(token) > 64 {
		return Person{}, ErrNoSession
	}
	officer, hat, write, err := s.table.token(ctx, token, s.today())
	if err != nil {
		return Person{}, err
	}
	p, err := s.person(ctx, Session{Officer: officer, Hat: hat})
	p.Program, p.Write = true, write
	if err == nil && p.Session.Hat != hat {
		return Person{}, ErrNoSession // the post it was issued for is over: no other one is acted in
	}
	return p, err
}

// Wear changes the hat of a session. Only one of today's is taken.
func (s *Service) Wear(ctx context.Context, p Person, key string) error {
	for _, h := range p.Hats {
		if h.Key == key {
			_, err := s.table.exec(ctx, "change the post", `update account.session set hat = $2 where id = $1`, p.Session.ID, key)
			return err
		}
	}
	return refusal("hat", "account.hat", "这个职务现在不能用，请重新选。")
}

// Sessions lists an officer's sessions.
func (s *Service) Sessions(ctx context.Context, officer string) ([]Session, error) {
	return s.table.list(ctx, officer, s.cfg.Now())
}

// End ends one session of an officer, or with "" all of them, and records it. The actor is the
// officer himself or an administrator.
func (s *Service) End(ctx context.Context, actor events.Actor, officer, session string) error {
	if err := s.may(ctx, rules.EndSession, actor, officer); err != nil {
		return err
	}
	n, err := s.table.exec(ctx, "end a session", `delete from account.session where officer = $1 and ($2 = '' or id = $2)`, officer, session)
	if err != nil || n == 0 {
		return err
	}
	_, err = s.desk.Change(ctx, officer, rules.EndSession, actor, func(*rules.Account) ([]events.Event, error) {
		return []events.Event{events.SessionEnded{Session: session}}, nil
	})
	return err
}

// Leave forgets a cookie that is of no session yet: somebody who has still to give the code.
func (s *Service) Leave(ctx context.Context, cookie string) error { return s.drop(ctx, cookie) }

// endOthers ends every session of an officer but one, without another record: what caused it
// is one.
func (s *Service) endOthers(ctx context.Context, officer, keep string) error {
	_, err := s.table.exec(ctx, "end other sessions", `delete from account.session where officer = $1 and id <> $2`, officer, keep)
	return err
}
