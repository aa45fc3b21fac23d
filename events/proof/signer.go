package proof

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"xiaohao/events"

	"github.com/google/uuid"
)

// ErrNotTheKey says that the newest root was signed by another key, and did not announce
// the one at hand: a root by it would never be believed.
var ErrNotTheKey = errors.New("proof: newest root was signed by another key and does not announce this one")

// ErrAhead says that the newest root is of a day that has not come: a clock was ahead when
// it was signed, or is behind now. Nothing can be signed until that day is over.
var ErrAhead = errors.New("proof: newest root is of a day that has not come yet; a clock is or was wrong")

// Signer appends the daily root. Any number of them may work on one log, in one process or
// in many: the guard of the log's own chain lets one through a day. It is not safe for
// concurrent use.
type Signer struct {
	Prover *Prover
	Key    ed25519.PrivateKey
	Next   ed25519.PrivateKey // signs from the next root on; nil while the key does not change
	Now    func() time.Time

	done events.Date // newest day that is known to have its root
}

const signTries = 10

// Sign appends the root of the Beijing day before now, unless that or a later day has one
// already, or the log is empty: then it returns nil. The error is a [*Wrong] when the log
// is not right, and then nothing is signed, ErrNotTheKey or ErrAhead.
func (s *Signer) Sign(ctx context.Context) (*events.RootSigned, error) {
	today := events.DateOf(s.Now())
	day := today.AddDays(-1)
	if s.done == day {
		return nil, nil
	}
	p := s.Prover
	p.mu.Lock()
	defer p.mu.Unlock()
	// After a restart most days have their root already: the log is not read for that.
	if p.checker == nil {
		r, err := p.stored(ctx)
		if err == nil && r != nil && !day.After(r.Day) && !r.Day.After(today) {
			s.done = day
			return nil, nil
		}
	}
	var err error
	for range signTries {
		if err = p.catchUp(ctx); err != nil {
			break
		}
		if p.signed(today.AddDays(1)) {
			return nil, fmt.Errorf("sign root of %s: %w: %s", day, ErrAhead, p.checker.root.Day)
		}
		if p.signed(day) {
			s.done = day
			return nil, nil
		}
		if p.checker.last == 0 {
			return nil, nil
		}
		var r *events.RootSigned
		r, err = s.append(ctx, day)
		if err == nil {
			return r, nil
		}
		if !errors.Is(err, events.ErrConflict) && !errors.Is(err, events.ErrOutcomeUnknown) {
			break
		}
	}
	return nil, fmt.Errorf("sign root of %s: %w", day, err)
}

func (s *Signer) append(ctx context.Context, day events.Date) (*events.RootSigned, error) {
	p := s.Prover
	r, err := p.checker.Root(day)
	if err != nil {
		return nil, err
	}
	key, err := s.key()
	if err != nil {
		return nil, err
	}
	if s.Next != nil && !key.Equal(s.Next) {
		r.NextKey = KeyText(s.Next.Public().(ed25519.PublicKey))
	}
	if err := Sign(&r, key); err != nil {
		return nil, err
	}
	id, err := uuid.Parse(p.Log.Identity())
	if err != nil {
		return nil, err
	}
	commit := events.Commit{Item: id, Rev: 1, CommandID: uuid.NewSHA1(id, []byte("root "+p.Tenant+" "+day.String())), Command: "sign_root",
		Actor: events.Actor{ID: "xiaohao", Role: events.System, Post: "系统"}, Cause: "daily root", At: s.Now(), Events: []events.Event{r}}
	var expected uint64
	if h := p.checker.heads[events.Subject(p.Tenant, events.LogAggregate, id)]; h != nil {
		commit.Rev, commit.Prev, expected = h.Rev+1, hex.EncodeToString(h.Hash[:]), h.at
	}
	_, err = p.Log.Append(ctx, events.Write{Commit: commit, Expected: expected})
	return &r, err
}

// key is the one whose signature the newest root makes believed.
func (s *Signer) key() (ed25519.PrivateKey, error) {
	root := s.Prover.checker.root
	if root == nil {
		return s.Key, nil
	}
	due := root.Key
	if root.NextKey != "" {
		due = root.NextKey
	}
	for _, k := range []ed25519.PrivateKey{s.Key, s.Next} {
		if k != nil && KeyText(k.Public().(ed25519.PublicKey)) == due {
			return k, nil
		}
	}
	return nil, ErrNotTheKey
}

// Run signs each day's root soon after midnight, and at once when yesterday's is missing,
// until ctx ends. Every failure is told to report and tried again a minute later; so is
// every root. It looks at the clock each minute, because machines sleep.
func (s *Signer) Run(ctx context.Context, report func(*events.RootSigned, error)) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		if r, err := s.Sign(ctx); r != nil || (err != nil && ctx.Err() == nil) {
			report(r, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
