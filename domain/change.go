package domain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
)

// Histories is the log as those need it who decide on something else than items: entries of the
// directory, accounts.
type Histories interface {
	// LoadOf returns the whole history of one of them in order, nothing when there is none.
	LoadOf(ctx context.Context, a events.Aggregate, id uuid.UUID) ([]events.Recorded, error)
	// Append stores all writes or none; see [Journal].
	Append(ctx context.Context, writes ...events.Write) ([]events.Recorded, error)
}

// Change is one command on the history of something that is not an item.
type Change struct {
	ID      uuid.UUID // the same id is never carried out twice
	Of      events.Aggregate
	Entry   uuid.UUID // what it is about
	Command string
	Actor   events.Actor
	Cause   string
}

// Carry carries the change out: load, look for the own command, decide, seal, append, and
// decide anew when somebody was faster. decide gets the history and returns the facts; none
// means that there is nothing to write, and the Recorded is zero then. vault is nil for facts
// in which nothing is sealed. The error is decide's,
// ErrConflict or a wrapped failure of the log.
func (c Change) Carry(ctx context.Context, log Histories, vault Vault, now time.Time, decide func([]events.Recorded) ([]events.Event, error)) (events.Recorded, error) {
	if c.ID == uuid.Nil || c.Entry == uuid.Nil {
		return events.Recorded{}, errors.New("domain: change without id or entry")
	}
	var last error
	for n := range tries {
		if n > 0 {
			if err := pause(ctx, n); err != nil {
				return events.Recorded{}, err
			}
		}
		r, err := c.try(ctx, log, vault, now, decide)
		if !again(err) {
			return r, err
		}
		last = err
	}
	return events.Recorded{}, fmt.Errorf("%w: %w", ErrConflict, last)
}

func (c Change) try(ctx context.Context, log Histories, vault Vault, now time.Time, decide func([]events.Recorded) ([]events.Event, error)) (events.Recorded, error) {
	history, err := log.LoadOf(ctx, c.Of, c.Entry)
	if err != nil {
		return events.Recorded{}, fmt.Errorf("load %s %s: %w", c.Of, c.Entry, err)
	}
	w := events.Write{Commit: events.Commit{Item: c.Entry, Rev: 1, CommandID: c.ID, Command: c.Command, Actor: c.Actor, Cause: c.Cause, At: now}}
	for _, r := range history {
		if r.CommandID == c.ID {
			return r, nil
		}
		w.Commit.Rev, w.Commit.Prev, w.Expected = r.Rev+1, r.Hash, r.Sequence
	}
	if w.Commit.Events, err = decide(history); err != nil || len(w.Commit.Events) == 0 {
		return events.Recorded{}, err
	}
	if vault == nil {
		vault = nothingSealed{}
	}
	if err := vault.SealCommit(ctx, &w.Commit); err != nil {
		return events.Recorded{}, fmt.Errorf("seal commit of %s %s: %w", c.Of, c.Entry, err)
	}
	done, err := log.Append(ctx, w)
	if err != nil {
		return events.Recorded{}, fmt.Errorf("append to %s %s: %w", c.Of, c.Entry, err)
	}
	return done[0], nil
}

// nothingSealed is the vault of facts in which nothing is sealed. A personal field that came
// with one all the same is refused by the log ([events.ErrNotSealed]).
type nothingSealed struct{}

func (nothingSealed) SealCommit(context.Context, *events.Commit) error { return nil }
