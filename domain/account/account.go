package account

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
)

// Account is an officer's account as its facts make it.
type Account struct {
	Hash      events.Sealed // of the password; zero when there is none
	Temporary bool          // the password was given by somebody else and has to be changed
	Secret    events.Sealed // of the second factor; zero when there is none
	Codes     events.Sealed // hashes of the recovery codes
	Used      []int         // recovery codes that were used
	Step      int           // of the newest one-time code that was taken
	Links     []events.LoginLinked
	Tokens    []Token
	Erased    bool

	Failures    int // since the last sign-in, unlocking or lock
	Locks       int // since the last sign-in or unlocking
	LockedUntil time.Time
	LastSignIn  time.Time
}

// Token is an API token that was issued.
type Token struct {
	events.TokenIssued
	Revoked bool
}

// ID returns the account's place in the log.
func ID(officer string) uuid.UUID { return events.DirectoryID(events.AccountAggregate, officer) }

// Fold returns the account that the commits make; an account that never was has no password.
func Fold(history []events.Recorded) Account {
	var a Account
	for _, r := range history {
		for _, e := range r.Events {
			a.apply(e, r.At)
		}
	}
	return a
}

func (a *Account) apply(e events.Event, at time.Time) {
	switch e := e.(type) {
	case events.PasswordSet:
		a.Hash, a.Temporary = e.Hash, e.Temporary
	case events.SecondFactorSet:
		a.Secret, a.Codes, a.Used = e.Secret, e.Codes, nil
	case events.SecondFactorRemoved:
		a.Secret, a.Codes, a.Used = events.Sealed{}, events.Sealed{}, nil
	case events.RecoveryCodeUsed:
		a.Used = append(a.Used, e.Code)
	case events.LoginLinked:
		a.Links = append(a.Links, e)
	case events.LoginUnlinked:
		a.Links = slices.DeleteFunc(a.Links, func(l events.LoginLinked) bool { return l.Issuer == e.Issuer })
	case events.SessionStarted:
		a.Failures, a.Locks, a.LockedUntil, a.LastSignIn = 0, 0, time.Time{}, at
		a.Step = max(a.Step, e.Step)
	case events.SignInFailed:
		a.Failures++
	case events.AccountLocked:
		a.Failures, a.LockedUntil = 0, at.Add(time.Duration(e.Minutes)*time.Minute)
		a.Locks++
	case events.AccountUnlocked:
		a.Failures, a.Locks, a.LockedUntil = 0, 0, time.Time{}
	case events.AccountErased:
		*a = Account{Erased: true}
	case events.TokenIssued:
		a.Tokens = append(a.Tokens, Token{TokenIssued: e})
	case events.TokenRevoked:
		for i := range a.Tokens {
			a.Tokens[i].Revoked = a.Tokens[i].Revoked || a.Tokens[i].ID == e.ID
		}
	}
}

// Bounds of failing.
const (
	maxFailures = 5
	firstLock   = 15 * time.Minute
	longestLock = 4 * time.Hour
	firstDelay  = 250 * time.Millisecond
)

// Locked returns how long nobody may sign in yet, 0 when it is open.
func (a *Account) Locked(now time.Time) time.Duration { return max(0, a.LockedUntil.Sub(now)) }

// Delay is how late a wrong password is answered: 1/4 second after the first, twice as much
// after each.
func (a *Account) Delay() time.Duration {
	if a.Failures == 0 {
		return 0
	}
	return firstDelay << (a.Failures - 1)
}

// lock is how long the next lock lasts.
func (a *Account) lock() time.Duration {
	d := firstLock
	for range a.Locks {
		if d *= 2; d >= longestLock {
			return longestLock
		}
	}
	return d
}

// Failed returns the facts of a failure.
func (a *Account) Failed(f events.SignInFailed) []events.Event {
	if a.Failures+1 < maxFailures {
		return []events.Event{f}
	}
	return []events.Event{f, events.AccountLocked{Failures: a.Failures + 1, Minutes: int(a.lock() / time.Minute)}}
}

// LeftTries is how many failures are left before the next lock.
func (a *Account) LeftTries() int { return maxFailures - a.Failures }
