package main

import (
	"context"
	"errors"
	"time"

	"log/slog"

	"xiaohao/events"
	"xiaohao/events/proof"
)

// tenant is whose log this is; there is one.
const tenant = "main"

// newestRoot says which key signs and up to where the log is signed, as far as the read
// models know.
func (s *stack) newestRoot(ctx context.Context) (key, day string, covered uint64) {
	roots, err := s.reads.Roots(ctx, events.Date{}, 1)
	if err != nil || len(roots) == 0 {
		return s.signing.public(), "", 0 // that Postgres does not answer is said elsewhere
	}
	r := roots[0]
	if r.NextKey != "" {
		return r.NextKey, r.Day.String(), r.Sequence
	}
	return r.Key, r.Day.String(), r.Sequence
}

// startRoots signs each day's root until stop is called. On a graceful stop nothing is
// signed: the next start makes up for a day that was missed.
func (s *stack) startRoots(dir string, now func() time.Time, logger *slog.Logger) (stop func(), err error) {
	keys, err := loadSigning(dir)
	if err != nil {
		return nil, err
	}
	if now == nil {
		now = time.Now
	}
	s.signing = keys
	signer := &proof.Signer{Prover: s.prover, Key: keys.key, Next: keys.next, Now: now}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		var last error
		signer.Run(ctx, func(r *events.RootSigned, err error) {
			if err != nil {
				if last == nil || last.Error() != err.Error() { // it is tried each minute, and told once
					logger.Error("daily root not signed", "error", err, "wrong", errors.As(err, new(*proof.Wrong)))
				}
				last = err
				return
			}
			last = nil
			logger.Info("daily root signed", "day", r.Day, "sequence", r.Sequence, "root", r.Root)
			if err := keys.takeNext(dir, r.NextKey, r.Key); err != nil {
				logger.Error("signing key not changed", "error", err)
			}
		})
	}()
	return func() { cancel(); <-done }, nil
}
