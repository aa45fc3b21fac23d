package projections

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// evaluationRow is one round's evaluation, for what is asked over many items.
type evaluationRow struct {
	item  uuid.UUID
	round int
	unit  string // that led the item when it was given
	at    time.Time
	Evaluation
}

var evaluationTable = table[evaluationRow]{name: "evaluation", key: []string{"item", "round"}, cols: []col[evaluationRow]{
	uuidCol("item", func(e *evaluationRow) uuid.UUID { return e.item }),
	intCol("round", func(e *evaluationRow) int { return e.round }),
	textCol("unit", func(e *evaluationRow) string { return e.unit }),
	timeCol("given", func(e *evaluationRow) time.Time { return e.at }),
	textCol("solved", func(e *evaluationRow) events.Solved { return e.Solved }),
	textCol("satisfied", func(e *evaluationRow) events.Satisfaction { return e.Satisfied }),
	textCol("by", func(e *evaluationRow) string { return e.By }),
	boolCol("exempt", func(e *evaluationRow) bool { return e.Exempt == "GRANTED" }),
}}

// settleEvaluations writes the evaluations that are new, and those of which it was decided
// whether they count. Of two in one round the last stands.
func (b *batch) settleEvaluations(r *row) {
	all := r.Detail.Evaluations
	for i, e := range all {
		old := i < len(r.rated) && r.rated[i] == e.Exempt
		if again := slices.ContainsFunc(all[i+1:], func(x Evaluation) bool { return x.Round == e.Round }); !old && !again {
			b.out.said.upsert(&evaluationRow{r.id, e.Round, e.Unit, e.At, e})
		}
	}
	r.rated = ratedOf(&r.Item)
}

// ratedOf is what stands of each evaluation in the table: whether it counts.
func ratedOf(it *Item) []string {
	return column(it.Detail.Evaluations, func(e Evaluation) string { return e.Exempt })
}

// Said is what petitioners said of the public items that are struck off: of the last round of
// each, and without those that were exempted. No answer is none of them.
type Said struct {
	Closed    int // items that were asked of: released and struck off
	Evaluated int // that answered
	Solved    int // 解决了
	Satisfied int // 满意和基本满意
}

// PublicSaid counts what may be said in public of evaluations.
func (s *Store) PublicSaid(ctx context.Context) (out Said, err error) {
	err = s.pool.QueryRow(ctx, `
		select count(*)::int, count(e.item)::int, count(*) filter (where e.solved = 'YES')::int, count(*) filter (where e.satisfied <> 'DISSATISFIED')::int
		from item i
			left join lateral (select e.* from evaluation e where e.item = i.id and not e.exempt order by e.round desc limit 1) e on true
		where i.shown and i.grp = 'CLOSED'`).Scan(&out.Closed, &out.Evaluated, &out.Solved, &out.Satisfied)
	if err != nil {
		return Said{}, fmt.Errorf("count evaluations: %w", err)
	}
	return out, nil
}

// Bounds of what is odd (domain.md §6, “被满意”): evaluations of one unit that are all
// satisfied although there are many, and many that came by code within minutes.
const (
	OddMany   = 20
	OddBurst  = 5
	OddWithin = 10 * time.Minute
)

// Odd is a unit whose evaluations look made, not given.
type Odd struct {
	Unit      string // id
	N         int    // evaluations since the day asked for
	Satisfied int    // 满意
	Burst     int    // most of them within OddWithin
	On        time.Time
}

// All reports whether every evaluation of many is satisfied.
func (o Odd) All() bool { return o.N >= OddMany && o.Satisfied == o.N }

// Odd returns the units with odd evaluations of ordinary items since a time, those with the
// most first.
func (s *Store) Odd(ctx context.Context, since time.Time) ([]Odd, error) {
	rows, err := s.pool.Query(ctx, `
		with given as (
			select e.unit, e.given, e.satisfied, e.by,
				count(*) filter (where e.by = 'CODE') over (partition by e.unit order by e.given range between $2::interval preceding and current row) as near
			from evaluation e join item i on i.id = e.item
			where e.given >= $1 and e.unit <> '' and i.class = 'ORDINARY'
		)
		select unit, count(*)::int, (count(*) filter (where satisfied = 'SATISFIED'))::int, max(near)::int,
			(array_agg(given order by near desc, given))[1]
		from given group by unit
		having max(near) >= $3 or count(*) >= $4 and count(*) = count(*) filter (where satisfied = 'SATISFIED')
		order by 2 desc, 1`, since, OddWithin, OddBurst, OddMany)
	if err != nil {
		return nil, fmt.Errorf("look for odd evaluations: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Odd])
	if err != nil {
		return nil, fmt.Errorf("look for odd evaluations: %w", err)
	}
	return out, nil
}
