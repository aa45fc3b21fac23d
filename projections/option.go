package projections

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// names are the ids that facts name, with what they were called last.
type names map[nameKey]nameRow

type nameKey struct{ kind, id string }

type nameRow struct {
	name  string // at last
	first int64  // where it first appeared
	last  int64
}

const (
	unitName   = "UNIT"
	leaderName = "LEADER"
)

func (n names) learn(e events.Event, seq uint64, i int) {
	at := int64(seq)*1000 + int64(min(i, 99))*10
	add := func(kind, id, name string) {
		if id == "" {
			return
		}
		k := nameKey{kind, clean(id)}
		r, ok := n[k]
		if !ok {
			r.first = at
		}
		r.last = at
		at++
		r.name = clean(name)
		n[k] = r
	}
	switch e := e.(type) {
	case events.ItemAssigned:
		for _, a := range e.Assignments {
			add(unitName, a.Unit.ID, a.Unit.Name)
		}
	case events.CoUnitAdded:
		add(unitName, e.Assignment.Unit.ID, e.Assignment.Unit.Name)
	case events.ArbitrationDecided:
		add(unitName, e.Unit.ID, e.Unit.Name)
	case events.LeaderLinked:
		add(leaderName, e.Leader.ID, e.Leader.Post)
	}
}

type namedRow struct {
	nameKey
	nameRow
}

// namedTable does not depend on the order in which commits are applied: one that was parked
// comes late.
var namedTable = table[namedRow]{name: "named", key: []string{"kind", "id"}, then: mergeRow, set: `
	first = least(named.first, excluded.first), last = greatest(named.last, excluded.last),
	name = case when excluded.last >= named.last then excluded.name else named.name end`, cols: []col[namedRow]{
	textCol("kind", func(r *namedRow) string { return r.kind }),
	textCol("id", func(r *namedRow) string { return r.id }),
	textCol("name", func(r *namedRow) string { return r.name }),
	bigCol("first", func(r *namedRow) int64 { return r.first }),
	bigCol("last", func(r *namedRow) int64 { return r.last }),
}}

func (b *batch) settleNames() {
	for k, r := range b.names {
		b.out.named.upsert(&namedRow{k, r})
	}
	clear(b.names)
}

// Units returns the units that were ever assigned something, in the order in which they
// first were.
func (s *Store) Units(ctx context.Context) ([]Option, error) {
	return s.options(ctx, "units", `select id, name from named where kind = 'UNIT' order by first, id`)
}

// Leaders returns the leaders that were ever linked, by post.
func (s *Store) Leaders(ctx context.Context) ([]Option, error) {
	return s.options(ctx, "leaders", `select id, name from named where kind = 'LEADER' order by first, id`)
}

// Categories returns the categories that items have which the person sees, the most frequent first.
func (s *Store) Categories(ctx context.Context, sight Sight) ([]Option, error) {
	return s.values(ctx, "categories", byCategory, sight)
}

// Areas returns the areas that items have which the person sees, the most frequent first.
func (s *Store) Areas(ctx context.Context, sight Sight) ([]Option, error) {
	return s.values(ctx, "areas", byArea, sight)
}

// Campaigns returns the campaigns that items have which the person sees, the most frequent first.
func (s *Store) Campaigns(ctx context.Context, sight Sight) ([]Option, error) {
	return s.values(ctx, "campaigns", byCampaign, sight)
}

// PublicCategories returns the categories of items that the public sees, and PublicAreas their
// areas: what stands in a 举报 alone is no suggestion for anybody.
func (s *Store) PublicCategories(ctx context.Context) ([]Option, error) {
	return s.options(ctx, "public categories", shownOf, "CATEGORY")
}

// PublicAreas is like PublicCategories.
func (s *Store) PublicAreas(ctx context.Context) ([]Option, error) {
	return s.options(ctx, "public areas", shownOf, "AREA")
}

// shownOf lists the values that a dimension has among what the public sees, the most frequent
// first.
const (
	shownOf = `select key, key from board_sum_all where scope = 'SHOWN' and value = '1' and dim = $1 and key <> ''` + mostFirst
)

const (
	allPlaces = `sum(registered + info + waiting + open + rectified + verifying + publicity + standing + held + closed
		+ answered + ended + merged)`
	mostFirst = ` group by key having ` + allPlaces + ` > 0 order by ` + allPlaces + ` desc, key`
)

// values lists those that a dimension has, the most frequent first; a value that only items
// have which the person does not see is none.
func (s *Store) values(ctx context.Context, what string, d dimension, sight Sight) ([]Option, error) {
	w := &where{}
	w.add("scope = 'ALL' and value = '' and dim = $ and key <> ''", d.code())
	sql := `select b.key, b.key from board_sum_all b where ` + w.String() + ` group by b.key having ` + allPlaces + ` > `
	if sight.free() {
		sql += `0`
	} else {
		sql += `(select count(*) from item i where i.` + d.column() + ` = b.key and ` + sight.hidden(w) + `)`
	}
	return s.options(ctx, what, sql+` order by `+allPlaces+` desc, b.key`, w.args...)
}

func (s *Store) options(ctx context.Context, what, sql string, args ...any) ([]Option, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	os, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Option])
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return os, nil
}
