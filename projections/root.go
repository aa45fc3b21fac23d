package projections

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// Root is a signed root (日根) as it is published.
type Root struct {
	events.RootSigned
	At       uint64    `json:"at"`       // its own sequence in the log
	Recorded time.Time `json:"recorded"` // when it was stored
}

var rootTable = table[Root]{name: "root", key: []string{"day"}, then: keepRow, cols: []col[Root]{
	dateCol("day", func(r *Root) events.Date { return r.Day }),
	bigCol("sequence", func(r *Root) uint64 { return r.At }),
	timeCol("recorded", func(r *Root) time.Time { return r.Recorded }),
	docCol("doc", func(r *Root) []byte {
		doc, _ := json.Marshal(r.RootSigned) // numbers and texts only
		return doc
	}),
}}

// root notes the roots in a commit about the log itself.
func (b *batch) root(c *events.Recorded) {
	for _, e := range c.Events {
		if r, ok := e.(events.RootSigned); ok && !r.Day.IsZero() {
			b.out.roots.upsert(&Root{r, c.Sequence, c.Time})
		}
	}
}

// Roots returns up to limit published roots of days before a day, the newest first; with
// the zero day, from the newest on.
func (s *Store) Roots(ctx context.Context, before events.Date, limit int) ([]Root, error) {
	rows, err := s.pool.Query(ctx, `select sequence, recorded, doc from root where day < $1 order by day desc limit $2`,
		sortable(before), limit)
	if err != nil {
		return nil, fmt.Errorf("read roots: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Root, err error) {
		var doc []byte
		if err := row.Scan(&r.At, &r.Recorded, (*pgtype.DriverBytes)(&doc)); err != nil {
			return r, err
		}
		r.Recorded = r.Recorded.UTC()
		return r, json.Unmarshal(doc, &r.RootSigned)
	})
	if err != nil {
		return nil, fmt.Errorf("read roots: %w", err)
	}
	return out, nil
}
