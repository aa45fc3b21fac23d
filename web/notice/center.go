package notice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
)

// Center is what pages ask of notices: the outbox, and preferences in the log.
type Center struct {
	*Outbox
	Facts interface {
		Preferences
		Append(ctx context.Context, writes ...events.Write) ([]events.Recorded, error)
	}
	Now func() time.Time
}

// Preference returns how a person wants to be told.
func (c *Center) Preference(ctx context.Context, person string) (events.NoticePreferred, error) {
	return Preference(ctx, c.Facts, person)
}

// preferTries is how often a preference is recorded anew when the same person gives another
// at the same moment.
const preferTries = 5

// Prefer records how a person wants to be told. The same command id is carried out once.
func (c *Center) Prefer(ctx context.Context, id uuid.UUID, a events.Actor, p events.NoticePreferred) error {
	p.Person = a.ID
	var err error
	for range preferTries {
		var h []events.Recorded
		if h, err = c.Facts.LoadOf(ctx, events.RecipientAggregate, PersonID(a.ID)); err != nil {
			break
		}
		commit := events.Commit{Item: PersonID(a.ID), Rev: 1, CommandID: id, Command: "prefer_notices", Actor: a, At: c.Now(), Events: []events.Event{p}}
		var expected uint64
		if n := len(h); n > 0 {
			last := h[n-1]
			commit.Rev, commit.Prev, expected = last.Rev+1, last.Hash, last.Sequence
		}
		for _, x := range h {
			if x.CommandID == id {
				return nil
			}
		}
		if _, err = c.Facts.Append(ctx, events.Write{Commit: commit, Expected: expected}); err == nil {
			return nil
		}
		if !errors.Is(err, events.ErrConflict) && !errors.Is(err, events.ErrOutcomeUnknown) {
			break
		}
	}
	return fmt.Errorf("record preferences of %s: %w", a.ID, err)
}
