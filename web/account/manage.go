package account

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	rules "xiaohao/domain/account"
	"xiaohao/events"
)

func refusal(field, rule, format string, args ...any) *domain.Refusal {
	return &domain.Refusal{Rule: rule, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Account returns an officer's account as it is, without its credentials open.
func (s *Service) Account(ctx context.Context, officer string) (rules.Account, error) {
	return s.desk.Load(ctx, officer)
}

// ChangePassword gives the person another password, who has to know the old one. All other
// sessions end; this one is good for everything then. It returns the next stage.
func (s *Service) ChangePassword(ctx context.Context, p Person, old, password string, v Visitor) (Stage, error) {
	officer := p.Session.Officer
	if err := s.again(ctx, officer, old, v); err != nil {
		return p.Session.Stage, err
	}
	if old == password {
		return p.Session.Stage, refusal("password", "password.same", "新口令：和旧口令一样，请换一个。")
	}
	if err := s.setPassword(ctx, p.Self(), officer, password, false); err != nil {
		return p.Session.Stage, err
	}
	if err := s.endOthers(ctx, officer, p.Session.ID); err != nil {
		return p.Session.Stage, err
	}
	return s.forward(ctx, p)
}

// again wants the password of somebody who is signed in once more, before something that
// matters. Failures count like any other.
func (s *Service) again(ctx context.Context, officer, password string, v Visitor) error {
	defer s.turn(officer)()
	a, err := s.desk.Load(ctx, officer)
	if err != nil {
		return err
	}
	if left := a.Locked(s.cfg.Now()); left > 0 {
		return rules.ErrLocked(left)
	}
	phc, err := s.open(ctx, a.Hash)
	if err != nil {
		return err
	}
	if ok, err := s.hasher.matches(ctx, phc, password); err != nil || ok {
		return err
	}
	return s.failed(ctx, officer, events.ByPassword, v, refusal("old", "sign_in.wrong", "现在的口令：不对。"))
}

// freshTime is how long somebody without a password counts as having proved himself.
const freshTime = 15 * time.Minute

// fresh wants whoever sets up a second factor to prove himself once more: by the password, or, who
// signs in elsewhere and has none, by having done so just now.
func (s *Service) fresh(ctx context.Context, p Person, password string, v Visitor) error {
	needs, err := s.HasPassword(ctx, p)
	if err != nil {
		return err
	}
	if needs {
		return s.again(ctx, p.Session.Officer, password, v)
	}
	if s.cfg.Now().Sub(p.Session.Started) > freshTime {
		return refusal("", "second_factor.stale", "登录已超过 %d 分钟。请退出，从统一身份认证重新登录，再来开通。", int(freshTime/time.Minute))
	}
	return nil
}

// HasPassword reports whether the person has one to be asked for; whoever came by password has.
func (s *Service) HasPassword(ctx context.Context, p Person) (bool, error) {
	if p.Session.Way != events.ByOIDC {
		return true, nil
	}
	a, err := s.desk.Load(ctx, p.Session.Officer)
	return !a.Hash.IsZero(), err
}

// forward moves a session on to its next stage.
func (s *Service) forward(ctx context.Context, p Person) (Stage, error) {
	r, _, err := s.known(ctx, p.Session.Officer)
	if err != nil {
		return p.Session.Stage, err
	}
	a, err := s.desk.Load(ctx, p.Session.Officer)
	if err != nil {
		return p.Session.Stage, err
	}
	next := s.stage(r, a, p.Session)
	_, err = s.table.exec(ctx, "keep a session", `update account.session set stage = $2 where id = $1`, p.Session.ID, string(next))
	return next, err
}

func (s *Service) setPassword(ctx context.Context, actor events.Actor, officer, password string, temporary bool) error {
	if r := rules.CheckPassword(officer, password); r != nil {
		return r
	}
	phc, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = s.desk.Change(ctx, officer, "set_password", actor, func(a *rules.Account) ([]events.Event, error) {
		facts := []events.Event{events.PasswordSet{Hash: events.Secret(phc), Temporary: temporary}}
		if a.Failures > 0 || a.Locks > 0 {
			facts = append(facts, events.AccountUnlocked{})
		}
		return facts, nil
	})
	return err
}

// Enrol draws a second factor for somebody. Nothing is kept; the secret goes along in the
// form until [Service.SetSecondFactor] gets the first code of it.
func (s *Service) Enrol(officer string) (Enrolment, error) { return enrol(s.cfg.Site, officer) }

// Picture is an enrolment that is shown again.
func (s *Service) Picture(officer, secret string) (Enrolment, error) {
	return enrolmentOf(s.cfg.Site, officer, secret)
}

// SetSecondFactor turns the second factor on, when the code proves that the telephone has the
// secret. It returns the recovery codes, shown once, and the next stage.
func (s *Service) SetSecondFactor(ctx context.Context, p Person, secret, code, password string, v Visitor) ([]string, Stage, error) {
	officer := p.Session.Officer
	if err := s.fresh(ctx, p, password, v); err != nil {
		return nil, p.Session.Stage, err
	}
	n := step(secret, code, s.cfg.Now(), 0)
	if n == 0 {
		return nil, p.Session.Stage, refusal("code", "second_factor.code", "动态口令：不对。请核对手机上的时间，填最新的 6 位数字。")
	}
	shown, hashes := newRecovery()
	_, err := s.desk.Change(ctx, officer, "set_second_factor", p.Self(), func(a *rules.Account) ([]events.Event, error) {
		if !a.Secret.IsZero() {
			return nil, refusal("", "second_factor.set", "动态口令已经开通。要换手机，请管理员先取消。")
		}
		return []events.Event{events.SecondFactorSet{Secret: events.Secret(secret), Codes: events.Secret(hashes)}}, nil
	})
	if err != nil {
		return nil, p.Session.Stage, err
	}
	if err := s.endOthers(ctx, officer, p.Session.ID); err != nil {
		return nil, p.Session.Stage, err
	}
	next, err := s.forward(ctx, p)
	return shown, next, err
}

// longestToken is how many days an API token may be good for.
const longestToken = 366

// IssueToken lets a program act for a person in one post until a day. It returns the token,
// shown once.
func (s *Service) IssueToken(ctx context.Context, p Person, name, hat string, write bool, until events.Date) (string, error) {
	today := s.today()
	switch n := len([]rune(strings.TrimSpace(name))); {
	case p.Program:
		return "", refusal("", "token.program", "程序不能给自己发令牌，请本人登录来办。")
	case n == 0 || n > 40:
		return "", refusal("name", "token.name", "用途：写 1 到 40 字。")
	case until.IsZero() || until.Before(today) || until.DaysSince(today) > longestToken:
		return "", refusal("until", "token.until", "用到哪一天：今天起一年以内。")
	}
	found := false
	for _, h := range p.Hats {
		found = found || h.Key == hat && h.Actor.Delegation.ID == ""
	}
	if !found {
		return "", refusal("hat", "token.hat", "以哪个职务：请从自己的职务里选，受委托的不能用。")
	}
	token, id := tokenMark+rand.Text(), uuid.NewString()
	scopes := []string{"read"}
	if write {
		scopes = append(scopes, "write")
	}
	_, err := s.desk.Change(ctx, p.Session.Officer, "issue_token", p.Actor, func(*rules.Account) ([]events.Event, error) {
		return []events.Event{events.TokenIssued{ID: id, Name: strings.TrimSpace(name), Scopes: scopes, Hat: hat, Until: until}}, nil
	})
	if err != nil {
		return "", err
	}
	_, err = s.table.exec(ctx, "keep a token", `insert into account.token (hash, id, officer, hat, write, until) values ($1, $2, $3, $4, $5, $6::text::date)`,
		keyOf(token), id, p.Session.Officer, hat, write, until.String())
	return token, err
}

// RevokeToken ends a token of the person's own at once.
func (s *Service) RevokeToken(ctx context.Context, p Person, id string) error {
	officer := p.Session.Officer
	if _, err := s.table.exec(ctx, "drop a token", `delete from account.token where officer = $1 and id = $2`, officer, id); err != nil {
		return err
	}
	_, err := s.desk.Change(ctx, officer, "revoke_token", p.Self(), func(a *rules.Account) ([]events.Event, error) {
		for _, t := range a.Tokens {
			if t.ID == id && !t.Revoked {
				return []events.Event{events.TokenRevoked{ID: id}}, nil
			}
		}
		return nil, nil
	})
	return err
}
