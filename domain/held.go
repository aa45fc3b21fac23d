package domain

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"xiaohao/events"
)

// Held is what the history of one entry of the log makes, kept folded by every process:
// the calendars, the time limits, the ladders. It is safe for concurrent use.
type Held[T any] struct {
	log  Histories
	of   Change // Of and Entry
	with func(T, []events.Event) T
	now  atomic.Pointer[folded[T]]
}

type folded[T any] struct {
	is      T
	history []events.Recorded
}

// Hold folds the history of the entry that c names: first is what stands without any, with
// is a T with further facts, which leaves the T it is given alone.
func Hold[T any](ctx context.Context, log Histories, c Change, first T, with func(T, []events.Event) T) (*Held[T], error) {
	h := &Held[T]{log: log, of: c, with: with}
	h.now.Store(&folded[T]{is: first})
	_, err := h.Refresh(ctx)
	return h, err
}

// Now returns what stands as far as it is known here.
func (h *Held[T]) Now() T { return h.now.Load().is }

// History returns the commits that made it, oldest first.
func (h *Held[T]) History() []events.Recorded { return slices.Clone(h.now.Load().history) }

// Refresh loads what was added since, by others too, and reports whether there was any.
func (h *Held[T]) Refresh(ctx context.Context) (bool, error) {
	history, err := h.log.LoadOf(ctx, h.of.Of, h.of.Entry)
	if err != nil {
		return false, fmt.Errorf("load %s: %w", h.of.Of, err)
	}
	return h.take(history), nil
}

// take folds what a history has more than is known; somebody else may be faster with as much.
func (h *Held[T]) take(history []events.Recorded) bool {
	for {
		is := h.now.Load()
		if len(history) <= len(is.history) {
			return false
		}
		next := &folded[T]{is.is, history}
		for _, r := range history[len(is.history):] {
			next.is = h.with(next.is, r.Events)
		}
		if h.now.CompareAndSwap(is, next) {
			return true
		}
	}
}

// Do carries a change out on the newest state; see [Change.Carry]. changed is false when
// decide found nothing to write.
func (h *Held[T]) Do(ctx context.Context, c Change, at time.Time, decide func(is T) []events.Event) (changed bool, err error) {
	c.Of, c.Entry = h.of.Of, h.of.Entry
	r, err := c.Carry(ctx, h.log, nil, at, func(history []events.Recorded) ([]events.Event, error) {
		h.take(history)
		return decide(h.Now()), nil
	})
	if err != nil || r.Sequence == 0 {
		return false, err
	}
	_, err = h.Refresh(ctx)
	return true, err
}
