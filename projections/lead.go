package projections

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// PastLead is a unit that led items of the same sort before.
type PastLead struct {
	Unit string // id
	Name string
	N    int  // of the items that were looked at
	Here bool // some of them in the same area
}

// PastLeads returns up to three units that led items of a category, those of the same area
// before others, the most frequent first. Looked at are the first 300 items of the category
// in the ledger's order that exist for the person.
func (s *Store) PastLeads(ctx context.Context, category, area string, sight Sight) ([]PastLead, error) {
	if clean(category) == "" {
		return nil, nil
	}
	w := &where{}
	sight.limit(w)
	w.add("i.category = $ and i.unit <> ''", clean(category))
	here := w.arg(clean(area))
	rows, err := s.pool.Query(ctx, `
		select x.unit, coalesce(n.name, x.unit), count(*)::int, coalesce(bool_or(x.area = `+here+` and x.area <> ''), false)
		from (select i.unit, i.area from item i where `+w.String()+` order by i.rank, i.sort_day, i.number, i.id limit `+w.arg(alikeLooked)+`) x
			left join named n on n.kind = 'UNIT' and n.id = x.unit
		group by 1, 2 order by 4 desc, 3 desc, 1 limit 3`, w.args...)
	if err != nil {
		return nil, fmt.Errorf("look for who led items of %s: %w", category, err)
	}
	ls, err := pgx.CollectRows(rows, pgx.RowToStructByPos[PastLead])
	if err != nil {
		return nil, fmt.Errorf("look for who led items of %s: %w", category, err)
	}
	return ls, nil
}
