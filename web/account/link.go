package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"

	rules "xiaohao/domain/account"
	"xiaohao/events"
)

// FlowTime is how long somebody may take to sign in elsewhere.
const FlowTime = 10 * time.Minute

// Flow is one attempt to sign in elsewhere, kept until it comes back.
type Flow struct {
	State    string // comes back, and is in the browser's cookie
	Nonce    string
	Verifier string // of PKCE (RFC 7636): 260 random bits
	Back     string // where to go afterwards
}

// Begin draws the secrets of an attempt and keeps them for [FlowTime].
func (s *Service) Begin(ctx context.Context, back string) (Flow, error) {
	f, now := Flow{rand.Text(), rand.Text(), rand.Text() + rand.Text(), back}, s.cfg.Now()
	if err := s.table.sweepFlows(ctx, now); err != nil {
		return Flow{}, err
	}
	_, err := s.table.exec(ctx, "keep a sign-in", `insert into account.flow (hash, verifier, nonce, back, until) values ($1, $2, $3, $4, $5)`,
		keyOf(f.State), f.Verifier, f.Nonce, f.Back, now.Add(FlowTime))
	return f, err
}

// Take uses an attempt up: a second time it is not there. The error is ErrNoSession or a failure.
func (s *Service) Take(ctx context.Context, state string) (Flow, error) {
	f := Flow{State: state}
	err := s.table.pool.QueryRow(ctx, `delete from account.flow where hash = $1 and until > $2 returning verifier, nonce, back`, keyOf(state), s.cfg.Now()).
		Scan(&f.Verifier, &f.Nonce, &f.Back)
	if errors.Is(err, pgx.ErrNoRows) {
		return Flow{}, ErrNoSession
	}
	if err != nil {
		return Flow{}, fmt.Errorf("look for a sign-in: %w", err)
	}
	return f, nil
}

var errUnlinked = refusal("", "sign_in.unlinked", "您在统一身份认证的身份还没有关联到人员编号，请管理员先关联。")

// Linked signs in whoever another system says is signed in there. second says that it was with
// a second factor: else the one here is asked for. old is the cookie the browser brought. The
// error is a refusal (sign_in.unlinked, sign_in.locked), ErrTooOften or a failure.
func (s *Service) Linked(ctx context.Context, issuer, subject string, second bool, old string, v Visitor) (Signed, error) {
	if s.addresses.wait(v.Address, s.cfg.Now()) > 0 {
		return Signed{}, ErrTooOften
	}
	officer, err := s.linkedTo(ctx, issuer, subject)
	if err != nil {
		return Signed{}, err
	}
	defer s.turn(officer)()
	r, known, err := s.known(ctx, officer)
	if err != nil {
		return Signed{}, err
	}
	if !known {
		s.addresses.failed(v.Address, s.cfg.Now())
		return Signed{}, errUnlinked
	}
	a, err := s.desk.Load(ctx, officer)
	if err != nil {
		return Signed{}, err
	}
	if left := a.Locked(s.cfg.Now()); left > 0 {
		return Signed{}, rules.ErrLocked(left)
	}
	if err := s.drop(ctx, old); err != nil {
		return Signed{}, err
	}
	if !second && !a.Secret.IsZero() {
		return s.half(ctx, officer, events.ByOIDC, v)
	}
	return s.start(ctx, r, a, Session{Officer: officer, Way: events.ByOIDC, Second: second, Address: v.Address, Agent: v.Agent}, nil)
}

// linkedTo returns the officer whose account is linked, "" for none. The table only says where
// to look: what counts is in the log.
func (s *Service) linkedTo(ctx context.Context, issuer, subject string) (string, error) {
	officer, err := s.table.login(ctx, issuer, subject)
	if err != nil {
		return "", err
	}
	if officer == "" {
		if err := s.findLinks(ctx); err != nil {
			return "", err
		}
		if officer, err = s.table.login(ctx, issuer, subject); err != nil {
			return "", err
		}
	}
	if officer == "" {
		return "", nil
	}
	a, err := s.desk.Load(ctx, officer)
	if err != nil {
		return "", err
	}
	holds, err := s.holds(ctx, a, issuer, subject)
	if err != nil || !holds {
		return "", err
	}
	return officer, nil
}

// holds reports whether an account is linked to that person.
func (s *Service) holds(ctx context.Context, a rules.Account, issuer, subject string) (bool, error) {
	for _, l := range a.Links {
		is, err := s.open(ctx, l.Subject)
		if err != nil {
			return false, err
		}
		if l.Issuer == issuer && is == subject {
			return true, nil
		}
	}
	return false, nil
}

// findLinks fills the table from the log, once in a process: the table may have been lost.
func (s *Service) findLinks(ctx context.Context) error {
	s.linksMu.Lock()
	defer s.linksMu.Unlock()
	if s.linksFound {
		return nil
	}
	r, err := s.cfg.Roster(ctx)
	if err != nil {
		return err
	}
	for _, o := range r.Officers() {
		a, err := s.desk.Load(ctx, o.ID)
		if err != nil {
			return err
		}
		for _, l := range a.Links {
			subject, err := s.open(ctx, l.Subject)
			if err != nil {
				return err
			}
			if _, err := s.table.claim(ctx, l.Issuer, subject, o.ID, ""); err != nil {
				return err
			}
		}
	}
	s.linksFound = true
	return nil
}

// Link lets an officer sign in as a person of another system.
func (s *Service) Link(ctx context.Context, actor events.Actor, officer, issuer, subject string) error {
	if err := s.may(ctx, rules.LinkLogin, actor, officer); err != nil {
		return err
	}
	subject = strings.TrimSpace(subject)
	if subject == "" || len(subject) > 255 || strings.ContainsFunc(subject, func(r rune) bool { return !unicode.IsPrint(r) }) { // 255: OpenID Connect Core §2
		return refusal("subject", "link.subject", "对方系统里的身份标识：写 1 到 255 个字符。")
	}
	is, err := s.linkedTo(ctx, issuer, subject) // fills the table, too
	if err != nil {
		return err
	}
	taken := refusal("subject", "link.taken", "这个身份已经关联到另一个人，请先解除那一个。")
	if is != "" && is != officer {
		return taken
	}
	was, err := s.table.login(ctx, issuer, subject)
	if err != nil {
		return err
	}
	if ours, err := s.table.claim(ctx, issuer, subject, officer, was); err != nil || !ours {
		if err == nil {
			err = taken
		}
		return err
	}
	_, err = s.desk.Change(ctx, officer, rules.LinkLogin, actor, func(a *rules.Account) ([]events.Event, error) {
		same, err := s.holds(ctx, *a, issuer, subject)
		if err != nil || same {
			return nil, err
		}
		for _, l := range a.Links {
			if l.Issuer == issuer {
				return nil, refusal("subject", "link.already", "这个账号已经关联过，要换请先解除。")
			}
		}
		return []events.Event{events.LoginLinked{Issuer: issuer, Subject: events.Secret(subject)}}, nil
	})
	return err
}

// UnlinkAll takes every link of an officer back, and ends his sessions.
func (s *Service) UnlinkAll(ctx context.Context, actor events.Actor, officer string) error {
	if err := s.may(ctx, rules.UnlinkLogin, actor, officer); err != nil {
		return err
	}
	seq, err := s.desk.Change(ctx, officer, rules.UnlinkLogin, actor, func(a *rules.Account) ([]events.Event, error) {
		var out []events.Event
		for _, l := range a.Links {
			out = append(out, events.LoginUnlinked{Issuer: l.Issuer})
		}
		return out, nil
	})
	if err != nil || seq == 0 {
		return err
	}
	if _, err := s.table.exec(ctx, "drop links", `delete from account.login where officer = $1`, officer); err != nil {
		return err
	}
	return s.endOthers(ctx, officer, "")
}
