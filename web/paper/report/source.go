package report

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/projections"
)

// Lives is where histories of items come from; domain.Journal is one.
type Lives interface {
	Load(ctx context.Context, item uuid.UUID) ([]events.Recorded, error)
}

// Source returns what a report of a day is made from: the read models, or, for a day before
// the first recorded one, what was entered later by the days that it claims.
func Source(ctx context.Context, store *projections.Store, lives Lives, on events.Date) (reads Reads, claimed bool, err error) {
	first, err := store.FirstDay(ctx)
	if err != nil || first.IsZero() || !on.Before(first) {
		return store, false, err
	}
	ids, err := store.ClaimedItems(ctx, on)
	if err != nil || len(ids) == 0 {
		return store, false, err
	}
	at, err := store.Position(ctx)
	if err != nil {
		return nil, false, err
	}
	histories := make([][]events.Recorded, len(ids))
	for i, id := range ids {
		if histories[i], err = lives.Load(ctx, id); err != nil {
			return nil, false, fmt.Errorf("load item %s: %w", id, err)
		}
	}
	return projections.NewReplay(at.Identity, histories), true, nil
}

// Make makes the report that an order asks for, from where its day is read.
func Make(ctx context.Context, store *projections.Store, lives Lives, o Order) (Report, error) {
	reads, claimed, err := Source(ctx, store, lives, o.On)
	if err != nil {
		return Report{}, fmt.Errorf("make report: %w", err)
	}
	o.Claimed = claimed
	return Build(ctx, reads, o)
}
