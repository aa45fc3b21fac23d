package projections

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Confirm returns ErrDiverged, and what differs, when the served rows were not made from
// this log. [Store.Run] checks the same; whoever is about to write asks first.
func (s *Store) Confirm(ctx context.Context, log Log) error {
	pos, err := s.Position(ctx)
	if err != nil {
		return err
	}
	if err = verify(ctx, log, pos); err != nil {
		s.failed(err) // Health says so from now on
	}
	return err
}

// Lost is one fact as the timeline tells it, with the number of its item.
type Lost struct {
	Number   string
	Title    string
	Sequence uint64
	Recorded time.Time
}

// Beyond returns the newest facts in the rows that stand after a sequence, and how many
// there are: what a log that ends at seq has lost, as far as the rows remember.
func (s *Store) Beyond(ctx context.Context, seq uint64, most int) (newest []Lost, count int, err error) {
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `select count(*) from timeline where sequence > $1`, int64(seq)).Scan(&count); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			select i.number, t.title, t.sequence, t.recorded
			from timeline t join item i on i.id = t.item
			where t.sequence > $1 order by t.sequence desc, t.idx desc limit $2`, int64(seq), most)
		if err != nil {
			return err
		}
		newest, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Lost])
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read what the rows have after %d: %w", seq, err)
	}
	return newest, count, nil
}
