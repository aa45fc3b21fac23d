package projections

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// expiryRow is the last public day of an item, none once it was taken down.
type expiryRow struct {
	item  uuid.UUID
	until events.Date
}

var expiryTable = table[expiryRow]{name: "expiry", key: []string{"item"}, cols: []col[expiryRow]{
	uuidCol("item", func(e *expiryRow) uuid.UUID { return e.item }),
	dateCol("until", func(e *expiryRow) events.Date { return e.until }),
}}

// settleExpiry writes until when an item is public, when that changed.
func (b *batch) settleExpiry(r *row) {
	if until := r.Detail.PublicUntil; until != r.until {
		b.out.expiries.upsert(&expiryRow{r.id, until})
		r.until = until
	}
}

// Expired returns the items whose last public day lies before a day.
func (s *Store) Expired(ctx context.Context, day events.Date) ([]uuid.UUID, error) {
	rows, err := s.pool.Query(ctx, `select item from expiry where until < $1 order by item`, date(day))
	if err != nil {
		return nil, fmt.Errorf("list expired releases: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("list expired releases: %w", err)
	}
	return ids, nil
}
