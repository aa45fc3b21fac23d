package proof_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"sync"
	"testing"
	"time"

	"xiaohao/events"
	"xiaohao/events/journal/journaltest"
	"xiaohao/events/journal/memory"
	"xiaohao/events/proof"
)

// clock is a day that tests set.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

func newSigner(log proof.Log, c *clock) *proof.Signer {
	return &proof.Signer{Prover: &proof.Prover{Log: log, Tenant: tenant}, Key: key, Now: c.now}
}

// whole checks a log from its first message to its last.
func whole(t *testing.T, log proof.Log, trusted ...ed25519.PublicKey) proof.Report {
	t.Helper()
	c := proof.NewChecker(log.Identity(), tenant, trusted...)
	last, err := log.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(log.Scan(t.Context(), 1, last, c.Add), c.Finish()); err != nil {
		t.Fatal(err)
	}
	return c.Report()
}

func mustSign(t *testing.T, s *proof.Signer, want bool) {
	t.Helper()
	r, err := s.Sign(t.Context())
	if err != nil || (r != nil) != want {
		t.Errorf("signed %v, %v; want %v", r, err, want)
	}
}

func TestSignerOncePerDay(t *testing.T) {
	log, c := memory.New(), &clock{noon}
	s := newSigner(log, c)
	mustSign(t, s, false) // nothing to sign
	journaltest.Fill(t, log, 3)
	mustSign(t, s, true)
	mustSign(t, s, false)
	mustSign(t, newSigner(log, c), false) // after a restart
	journaltest.Fill(t, log, 3)
	mustSign(t, s, false)
	c.t = time.Date(2026, 3, 2, 15, 59, 59, 0, time.UTC) // a second before midnight in Beijing
	mustSign(t, s, false)
	c.t = c.t.Add(time.Second)
	mustSign(t, s, true)
	c.t = noon.AddDate(0, 0, 9) // off for a week: one root for all of it
	mustSign(t, newSigner(log, c), true)
	c.t = c.t.Add(-13 * time.Hour) // a clock set back over midnight
	mustSign(t, s, false)
	mustSign(t, newSigner(log, c), false)
	c.t = noon // and by days
	if _, err := newSigner(log, c).Sign(t.Context()); !errors.Is(err, proof.ErrAhead) {
		t.Errorf("the newest root is of a day to come: %v", err)
	}
	if r := whole(t, log, public(key)); r.Roots != 3 || r.Uncovered != 1 || r.Root.Day.String() != "2026-03-10" {
		t.Errorf("%+v", r)
	}
}

// Many nodes at once, while others write: one root a day.
func TestSignersRace(t *testing.T) {
	log, c := memory.New(), &clock{noon}
	journaltest.Fill(t, log, 3)
	const nodes, days = 6, 4
	var signers []*proof.Signer
	for range nodes {
		signers = append(signers, newSigner(log, c))
	}
	for range days {
		var wg sync.WaitGroup
		var mu sync.Mutex
		n := 0
		for _, s := range signers {
			wg.Go(func() {
				r, err := s.Sign(t.Context())
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if r != nil {
					n++
				}
			})
		}
		wg.Go(func() { journaltest.Fill(t, log, 20) })
		wg.Wait()
		if n != 1 {
			t.Errorf("%d nodes signed the same day", n)
		}
		c.t = c.t.AddDate(0, 0, 1)
	}
	if r := whole(t, log, public(key)); r.Roots != days {
		t.Errorf("%+v", r)
	}
}

// dying is a log whose node dies at the append: before it is stored, or before it is told.
type dying struct {
	*memory.Journal
	after bool
	err   error
}

func (d *dying) Append(ctx context.Context, w ...events.Write) ([]events.Recorded, error) {
	if d.after {
		if _, err := d.Journal.Append(ctx, w...); err != nil {
			return nil, err
		}
	}
	return nil, d.err
}

// Killed in the act, the next start finishes or finds it done; an unknown outcome is
// looked up.
func TestSignerAfterKill(t *testing.T) {
	killed := errors.New("killed")
	for name, c := range map[string]struct {
		after bool
		err   error
		again bool
	}{
		"before it was stored": {false, killed, true},
		"after it was stored":  {true, killed, false},
		"unknown, stored":      {true, events.ErrOutcomeUnknown, false},
		"unknown, not stored":  {false, events.ErrOutcomeUnknown, true},
	} {
		t.Run(name, func(t *testing.T) {
			log, now := memory.New(), &clock{noon}
			journaltest.Fill(t, log, 3)
			_, err := newSigner(&dying{log, c.after, c.err}, now).Sign(t.Context())
			if errors.Is(c.err, events.ErrOutcomeUnknown) && c.after != (err == nil) || c.err == killed && !errors.Is(err, killed) {
				t.Errorf("got %v", err)
			}
			mustSign(t, newSigner(log, now), c.again)
			if r := whole(t, log, public(key)); r.Roots != 1 {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestSignerChangesKey(t *testing.T) {
	log, c := memory.New(), &clock{noon}
	journaltest.Fill(t, log, 3)
	mustSign(t, newSigner(log, c), true)
	tomorrow := func() { c.t = c.t.AddDate(0, 0, 1) }
	tomorrow()
	stranger := newSigner(log, c)
	stranger.Key = other
	if _, err := stranger.Sign(t.Context()); !errors.Is(err, proof.ErrNotTheKey) {
		t.Errorf("a root by a key that was not announced: %v", err)
	}
	both := newSigner(log, c)
	both.Next = other
	mustSign(t, both, true) // by the old one, announcing the new
	tomorrow()
	mustSign(t, both, true) // by the new one
	tomorrow()
	mustSign(t, stranger, true)
	tomorrow()
	if _, err := newSigner(log, c).Sign(t.Context()); !errors.Is(err, proof.ErrNotTheKey) {
		t.Errorf("a root by the key that was put away: %v", err)
	}
	if r := whole(t, log, public(key)); r.Roots != 4 || r.Root.Key != proof.KeyText(public(other)) {
		t.Errorf("%+v", r)
	}
}

// broken is a log in which one byte was changed after it was written.
type broken struct {
	*memory.Journal
	at uint64
}

func (b broken) Scan(ctx context.Context, from, to uint64, f func(events.Message) error) error {
	return b.Journal.Scan(ctx, from, to, func(m events.Message) error {
		if m.Sequence == b.at {
			m.Data = append([]byte{}, m.Data...)
			m.Data[len(m.Data)-9] ^= 1
		}
		return f(m)
	})
}

func TestSignerRefusesWrongLog(t *testing.T) {
	log := memory.New()
	journaltest.Fill(t, log, 3)
	_, err := newSigner(broken{log, 2}, &clock{noon}).Sign(t.Context())
	var w *proof.Wrong
	if !errors.As(err, &w) || w.Sequence != 2 {
		t.Errorf("got %v", err)
	}
	if last, _ := log.Last(t.Context()); last != 3 {
		t.Errorf("something was appended: %d", last)
	}
}
