package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/events/vault"
	"xiaohao/projections"
)

// eraser carries out what was asked for by the fact erasure.requested: it destroys the
// item's data key, waits until every process has forgotten it, and records that it is done.
// At its start it looks after all items ever asked for, since a restored backup of keys may
// have brought one back. Every step may be cut off and done again, by any process.
type eraser struct {
	reads  *projections.Store
	vault  *vault.Vault
	desk   *domain.Desk
	lives  func(ctx context.Context, item uuid.UUID) ([]events.Recorded, error)
	forget time.Duration               // after which no process knows a destroyed key any more
	whole  func(context.Context) error // returns when the read models have all of the log
	log    *slog.Logger

	gone map[uuid.UUID]time.Time // when this process destroyed the key
}

// erasing is how an eraser signs.
var erasing = events.Actor{ID: "system.eraser", Role: events.System, Post: "系统"}

// erasureSpace makes the command id of a completion, so that there is only ever one.
var erasureSpace = uuid.MustParse("0b8f4f0e-9f6b-5c0a-8f0b-6a3d5f1f2e77")

// startEraser runs an eraser until stop is called.
func (s *stack) startEraser(logger *slog.Logger) (stop func()) {
	e := &eraser{reads: s.reads, vault: s.vault, desk: s.desk, lives: s.log.Load, whole: s.caughtUp, log: logger, gone: map[uuid.UUID]time.Time{}}
	if s.server == nil { // others may share the log
		e.forget = vault.Remember
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.run(ctx)
	}()
	return func() { cancel(); <-done }
}

// breath is the least time between two looks, so that a busy log is not asked at each write.
const breath = time.Second

// run looks at the start, after each change of the read models, when a key is due to be
// forgotten, and again a while after a failure.
func (e *eraser) run(ctx context.Context) {
	changes, cancel := e.reads.Watch()
	defer cancel()
	all := true // until everything was looked at once
	for {
		whole := all && e.whole(ctx) == nil
		next, err := e.look(ctx, all)
		all = all && !(whole && err == nil)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			e.log.Error("personal data not erased yet; it is tried again", "error", err)
			next = 5 * breath
		}
		if all && next == 0 {
			next = 5 * breath
		}
		if !rest(ctx, next, changes) || !rest(ctx, breath, nil) {
			return
		}
	}
}

// rest returns after d (0 = never) or a change, and false when ctx ended.
func rest(ctx context.Context, d time.Duration, changes <-chan projections.Change) bool {
	var after <-chan time.Time
	if d > 0 {
		after = time.After(d)
	}
	select {
	case <-ctx.Done():
		return false
	case <-after:
	case <-changes:
	}
	return true
}

// look destroys the keys of all items that were ever asked for, or of those not done yet,
// and completes what is due. It returns when the next one is due, 0 when none is.
func (e *eraser) look(ctx context.Context, all bool) (next time.Duration, err error) {
	items, err := e.reads.Erasures(ctx, !all)
	if err != nil {
		return 0, err
	}
	open := items
	if all {
		if open, err = e.reads.Erasures(ctx, true); err != nil {
			return 0, err
		}
	}
	for _, item := range items {
		if _, known := e.gone[item]; known {
			continue
		}
		if err := e.destroy(ctx, item); err != nil {
			return 0, err
		}
		e.gone[item] = time.Now()
	}
	for _, item := range open {
		if wait := e.forget - time.Since(e.gone[item]); wait > 0 {
			if next == 0 || wait < next {
				next = wait
			}
			continue
		}
		if err := e.complete(ctx, item); err != nil {
			return 0, err
		}
	}
	return next, nil
}

// destroy destroys the item's key, and those of the workbooks that may say something of it:
// all that came into its ledgers before the request, for a row that did not change left no fact.
func (e *eraser) destroy(ctx context.Context, item uuid.UUID) error {
	if err := e.vault.Erase(ctx, item); err != nil {
		return err
	}
	commits, err := e.lives(ctx, item)
	if err != nil {
		return fmt.Errorf("load item %s: %w", item, err)
	}
	var ledgers []string
	var asked uint64
	for _, c := range commits {
		for _, x := range c.Events {
			switch x := x.(type) {
			case events.LedgerClaimed:
				ledgers = append(ledgers, x.Ledger)
			case events.ErasureRequested:
				asked = c.Sequence
			}
		}
	}
	if len(ledgers) == 0 {
		return nil
	}
	files, err := e.reads.Workbooks(ctx, ledgers, asked)
	if err != nil {
		return err
	}
	for _, hash := range files {
		if err := e.vault.Erase(ctx, events.WorkbookKey(hash)); err != nil {
			return err
		}
	}
	return nil
}

// complete records that nobody can open the item's personal data any more.
func (e *eraser) complete(ctx context.Context, item uuid.UUID) error {
	_, err := e.desk.Do(ctx, domain.Order{ID: uuid.NewSHA1(erasureSpace, item[:]), Item: item, Command: domain.CompleteErasure{},
		Actor: erasing, Cause: "eraser"})
	var r *domain.Refusal
	if errors.As(err, &r) && r.Rule == "complete_erasure.done" {
		return nil // by another process; the read models will say so
	}
	if err != nil {
		return fmt.Errorf("complete erasure of item %s: %w", item, err)
	}
	return nil
}
