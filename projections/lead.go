package projections

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// Matter is what past cases are looked for by.
type Matter struct{ Category, Area string }

// Past is what became of items of the same sort.
type Past struct {
	N     int        // items that were looked at and have a lead
	Leads []PastLead // up to three, those of the same area before others, the most frequent first
	Modes []PastMode // the most frequent first
}

// PastLead is a unit that led items of the same sort before.
type PastLead struct {
	Unit string // id
	Name string
	N    int
	Here bool // some of them in the same area
}

// PastMode is how items of the same sort were put right.
type PastMode struct {
	Mode events.Mode
	N    int
}

// pastLeads is how many units are told.
const pastLeads = 3

// PastCases tells of each matter who led items of its category and in which mode. Looked at are
// the first 300 items of the category in the ledger's order that have a lead and exist for the
// person. It is one question however many matters there are.
func (s *Store) PastCases(ctx context.Context, ms []Matter, sight Sight) (map[Matter]Past, error) {
	out := make(map[Matter]Past, len(ms))
	var distinct []Matter
	for _, m := range ms {
		if _, again := out[m]; !again && clean(m.Category) != "" {
			out[m], distinct = Past{}, append(distinct, m)
		}
	}
	if len(distinct) == 0 {
		return out, nil
	}
	w := &where{}
	sight.limit(w)
	w.add("i.unit <> ''")
	categories, areas := w.arg(column(distinct, func(m Matter) string { return clean(m.Category) })), w.arg(column(distinct, func(m Matter) string { return clean(m.Area) }))
	rows, err := s.pool.Query(ctx, `
		with matter as materialized (select * from unnest(`+categories+`::text[], `+areas+`::text[]) with ordinality m (category, area, at)),
			looked as materialized (
				select m.category, x.* from (select distinct category from matter) m
					cross join lateral (select i.unit, i.mode, i.area from item i where i.category = m.category and `+w.String()+`
						order by i.rank, i.sort_day, i.number, i.id limit `+w.arg(alikeLooked)+`) x)
		select m.at::int - 1, x.unit, coalesce(max(n.name), x.unit), x.mode, count(*)::int, bool_or(x.area = m.area and x.area <> '')
		from matter m join looked x on x.category = m.category
			left join named n on n.kind = 'UNIT' and n.id = x.unit
		group by 1, 2, 4`, w.args...)
	if err != nil {
		return nil, fmt.Errorf("look for past cases: %w", err)
	}
	var at int
	var lead PastLead
	var mode PastMode
	if _, err := pgx.ForEachRow(rows, []any{&at, &lead.Unit, &lead.Name, &mode.Mode, &lead.N, &lead.Here}, func() error {
		p := out[distinct[at]]
		mode.N = lead.N
		p.add(lead, mode)
		out[distinct[at]] = p
		return nil
	}); err != nil {
		return nil, fmt.Errorf("look for past cases: %w", err)
	}
	for m, p := range out {
		p.order()
		out[m] = p
	}
	return out, nil
}

// add counts items of one unit and mode.
func (p *Past) add(l PastLead, m PastMode) {
	p.N += l.N
	if i := slices.IndexFunc(p.Leads, func(x PastLead) bool { return x.Unit == l.Unit }); i >= 0 {
		p.Leads[i].N += l.N
		p.Leads[i].Here = p.Leads[i].Here || l.Here
	} else {
		p.Leads = append(p.Leads, l)
	}
	if i := slices.IndexFunc(p.Modes, func(x PastMode) bool { return x.Mode == m.Mode }); i >= 0 {
		p.Modes[i].N += m.N
	} else if m.Mode != "" {
		p.Modes = append(p.Modes, m)
	}
}

func (p *Past) order() {
	here := func(l PastLead) int {
		if l.Here {
			return 0
		}
		return 1
	}
	slices.SortFunc(p.Leads, func(a, b PastLead) int {
		return cmp.Or(cmp.Compare(here(a), here(b)), cmp.Compare(b.N, a.N), cmp.Compare(a.Unit, b.Unit))
	})
	p.Leads = p.Leads[:min(len(p.Leads), pastLeads)]
	slices.SortFunc(p.Modes, func(a, b PastMode) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Mode, b.Mode))
	})
}
