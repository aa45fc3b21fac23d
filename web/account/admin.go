package account

import (
	"context"
	"crypto/rand"
	"strings"

	"xiaohao/domain"
	rules "xiaohao/domain/account"
	"xiaohao/events"
)

// may returns nil when the actor may do something to the officer's account, else why not.
func (s *Service) may(ctx context.Context, what string, actor events.Actor, officer string) error {
	r, err := s.cfg.Roster(ctx)
	if err != nil {
		return err
	}
	if r.Officer(officer) == nil {
		return refusal("officer", "account.unknown", "人员名册里没有这个人。")
	}
	if no := rules.SpecOf(what).May(actor, officer, NeedsSecond(r, officer, s.today())); no != nil {
		return no
	}
	return nil
}

// SetPassword gives an officer a password: a temporary one, unless the program itself is told
// to (xiaohao officer add --admin). It ends the officer's sessions.
func (s *Service) SetPassword(ctx context.Context, actor events.Actor, officer, password string, temporary bool) error {
	if err := s.may(ctx, rules.ResetPassword, actor, officer); err != nil {
		return err
	}
	if _, known, err := s.known(ctx, officer); err != nil || !known {
		if err == nil {
			err = refusal("officer", "account.unknown", "人员名册里没有这个人，或者已经离任。")
		}
		return err
	}
	if err := s.setPassword(ctx, actor, officer, password, temporary); err != nil {
		return err
	}
	return s.endOthers(ctx, officer, "")
}

// ResetPassword gives an officer a temporary password and returns it, to be shown once.
func (s *Service) ResetPassword(ctx context.Context, actor events.Actor, officer string) (string, error) {
	c := strings.ToLower(rand.Text()[:16]) // 80 random bits that can be read out on the telephone
	password := c[:4] + "-" + c[4:8] + "-" + c[8:12] + "-" + c[12:]
	return password, s.SetPassword(ctx, actor, officer, password, true)
}

// Unlock opens an account before its time.
func (s *Service) Unlock(ctx context.Context, actor events.Actor, officer string) error {
	if err := s.may(ctx, rules.Unlock, actor, officer); err != nil {
		return err
	}
	_, err := s.desk.Change(ctx, officer, rules.Unlock, actor, func(a *rules.Account) ([]events.Event, error) {
		if a.Failures == 0 && a.Locks == 0 {
			return nil, nil
		}
		return []events.Event{events.AccountUnlocked{}}, nil
	})
	return err
}

// RemoveSecondFactor turns it off for an officer who lost the telephone. An administrator of
// accounts does it, never the officer: else who stole a session could.
func (s *Service) RemoveSecondFactor(ctx context.Context, actor events.Actor, officer, reason string) error {
	if err := s.may(ctx, rules.RemoveSecondFactor, actor, officer); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" || len([]rune(reason)) > 100 {
		return refusal("reason", "second_factor.reason", "原因：写 1 到 100 字。")
	}
	_, err := s.desk.Change(ctx, officer, rules.RemoveSecondFactor, actor, func(a *rules.Account) ([]events.Event, error) {
		if a.Secret.IsZero() {
			return nil, nil
		}
		return []events.Event{events.SecondFactorRemoved{Reason: reason}}, nil
	})
	if err != nil {
		return err
	}
	return s.endOthers(ctx, officer, "")
}

// Erase erases an officer's credentials for good: sessions and tokens end, the key that
// sealed password and second factor is destroyed. The record that there was an account stays.
func (s *Service) Erase(ctx context.Context, actor events.Actor, officer string) error {
	if err := s.may(ctx, rules.Erase, actor, officer); err != nil {
		return err
	}
	_, err := s.desk.Change(ctx, officer, rules.Erase, actor, func(*rules.Account) ([]events.Event, error) {
		return []events.Event{events.AccountErased{}}, nil
	})
	if rs := domain.RefusalsOf(err); err != nil && (len(rs) == 0 || rs[0].Rule != "account.erased") {
		return err // erased before, perhaps not to the end
	}
	if err := s.endOthers(ctx, officer, ""); err != nil {
		return err
	}
	if _, err := s.table.exec(ctx, "drop tokens", `delete from account.token where officer = $1`, officer); err != nil {
		return err
	}
	if _, err := s.table.exec(ctx, "drop links", `delete from account.login where officer = $1`, officer); err != nil {
		return err
	}
	return s.cfg.Vault.Erase(ctx, rules.ID(officer))
}
