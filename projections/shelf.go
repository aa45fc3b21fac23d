package projections

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// SavedView is a view of the ledger that somebody saved.
type SavedView struct {
	Holder, Name, Query string
}

// viewRow is a view as it was left last; a dropped one stays as a row that nobody is shown.
type viewRow struct {
	SavedView
	sequence uint64
	dropped  bool
}

var viewTable = table[viewRow]{name: "saved_view", key: []string{"holder", "name"}, then: mergeRow,
	set: "query = excluded.query, sequence = excluded.sequence, dropped = excluded.dropped where saved_view.sequence < excluded.sequence",
	cols: []col[viewRow]{
		textCol("holder", func(v *viewRow) string { return v.Holder }),
		textCol("name", func(v *viewRow) string { return v.Name }),
		textCol("query", func(v *viewRow) string { return v.Query }),
		bigCol("sequence", func(v *viewRow) uint64 { return v.sequence }),
		boolCol("dropped", func(v *viewRow) bool { return v.dropped }),
	}}

// viewKey is a holder and a name.
type viewKey struct{ holder, name string }

// shelf notes what a commit saves and drops.
func (b *batch) shelf(c *events.Recorded) {
	for _, e := range c.Events {
		switch e := e.(type) {
		case events.ViewSaved:
			b.shelved[viewKey{e.Holder, e.Name}] = viewRow{SavedView{e.Holder, e.Name, e.Query}, c.Sequence, false}
		case events.ViewDropped:
			b.shelved[viewKey{e.Holder, e.Name}] = viewRow{SavedView{e.Holder, e.Name, ""}, c.Sequence, true}
		}
	}
}

func (b *batch) settleShelf() {
	for _, v := range b.shelved {
		b.out.shelved.upsert(&v)
	}
	clear(b.shelved)
}

// SavedViews returns the views of some holders, by holder in the order given and name.
func (s *Store) SavedViews(ctx context.Context, holders ...string) ([]SavedView, error) {
	rows, err := s.pool.Query(ctx, `
		select holder, name, query from saved_view
		where holder = any($1) and not dropped order by array_position($1, holder), name`, column(holders, clean))
	if err != nil {
		return nil, fmt.Errorf("read saved views: %w", err)
	}
	vs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SavedView])
	if err != nil {
		return nil, fmt.Errorf("read saved views: %w", err)
	}
	return vs, nil
}
