package projections

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// boardSums asks for every table of a board at once. dim says which table a row belongs to.
const boardSums = `
	with c as (
		select unit, leader, mode, grp, state, source, category, campaign, n,
			case when grp not in ('WAITING', 'OPEN') then ''
				when due < $4 then 'OVERDUE'
				when due <= $5 then 'NEAR'
				else 'CALM' end as lamp,
			case when leader = '' then '' when campaign <> '' then 'C' || campaign else 'M' || mode end as tally
		from board_cell
		where ($1 = '' or preset = $1)
			and ($2 = '' or unit = $2 or ($2 = '*' and unit <> '') or ($2 = '-' and unit = ''))
			and ($3 = '' or leader = $3 or ($3 = '*' and leader <> '') or ($3 = '-' and leader = ''))
	)
	select case
			when grouping(unit) = 0 then 'UNIT' when grouping(leader) = 0 then 'LEADER'
			when grouping(mode) = 0 then 'MODE' when grouping(source) = 0 then 'SOURCE'
			when grouping(category) = 0 then 'CATEGORY' when grouping(campaign) = 0 then 'CAMPAIGN'
			when grouping(tally) = 0 then 'TALLY' else 'ALL' end as dim,
		coalesce(unit, leader, mode, source, category, campaign, tally, '') as key,
		grp, lamp, coalesce(state, ''), sum(n)::int
	from c
	group by grouping sets (
		(grp, lamp), (grp, lamp, unit), (grp, lamp, leader), (grp, lamp, mode), (grp, lamp, source),
		(grp, lamp, category), (grp, lamp, campaign), (grp, lamp, tally, state))`

// Board returns the overview from counters, all figures of one state of the log.
func (s *Store) Board(ctx context.Context, f BoardFilter) (b Board, err error) {
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		p, err := position(ctx, tx)
		if err != nil {
			return err
		}
		b.AsOf = p.Sequence
		ns, err := readNames(ctx, tx)
		if err != nil {
			return err
		}
		if err := b.sums(ctx, tx, f, ns); err != nil {
			return err
		}
		return b.weeks(ctx, tx, f)
	})
	if err != nil {
		return Board{}, fmt.Errorf("read board: %w", err)
	}
	return b, nil
}

// sum is one row of boardSums.
type sum struct {
	Dim, Key, Group, Lamp, State string
	N                            int
}

func (b *Board) sums(ctx context.Context, tx pgx.Tx, f BoardFilter, ns nameList) error {
	rows, err := tx.Query(ctx, boardSums, string(f.Preset), f.Unit, f.Leader, date(f.Today), date(f.Near))
	if err != nil {
		return err
	}
	sums, err := pgx.CollectRows(rows, pgx.RowToStructByPos[sum])
	if err != nil {
		return err
	}
	tables := map[string]map[string]*Cell{}
	tallies := map[string]*ModeTally{}
	for _, x := range sums {
		switch {
		case x.Dim == "ALL" && !inBase(Group(x.Group)):
			b.aside(Group(x.Group), x.N)
		case !inBase(Group(x.Group)):
		case x.Dim == "TALLY":
			tally(tallies, x)
		default:
			t := tables[x.Dim]
			if t == nil {
				t = map[string]*Cell{}
				tables[x.Dim] = t
			}
			if t[x.Key] == nil {
				t[x.Key] = &Cell{Key: x.Key}
			}
			t[x.Key].add(x)
		}
	}
	if all := tables["ALL"][""]; all != nil {
		b.All = *all
	}
	b.OnPlan = b.All.Running + b.All.Near + b.All.Waiting
	b.Concluded = b.All.Rectified() + b.Answered
	b.ByUnit = cells(tables["UNIT"], ns.of(unitName), nil)
	b.ByLeader = cells(tables["LEADER"], ns.of(leaderName), nil)
	b.ByMode = cells(tables["MODE"], nil, func(k string) (string, int) {
		return events.Mode(k).Zh(), place(events.Modes, events.Mode(k))
	})
	b.BySource = cells(tables["SOURCE"], nil, func(k string) (string, int) {
		return events.Source(k).Zh(), place(events.Sources, events.Source(k))
	})
	b.ByCategory = cells(tables["CATEGORY"], nil, nil)
	b.ByCampaign = cells(tables["CAMPAIGN"], nil, nil)
	for _, k := range sorted(tallies, func(x, y string) int { return compareTally(tallies[x], tallies[y]) }) {
		b.Linked = append(b.Linked, *tallies[k])
	}
	return nil
}

func (b *Board) aside(g Group, n int) {
	switch g {
	case GroupPending:
		b.Pending += n
	case GroupAnswered:
		b.Answered += n
	case GroupEnded:
		b.Ended += n
	case GroupMerged:
		b.Merged += n
	}
}

func (c *Cell) add(x sum) {
	c.Total += x.N
	switch {
	case Lamp(x.Lamp) == LampOverdue:
		c.Overdue += x.N
	case Lamp(x.Lamp) == LampNear:
		c.Near += x.N
	case Group(x.Group) == GroupOpen:
		c.Running += x.N
	case Group(x.Group) == GroupWaiting:
		c.Waiting += x.N
	case Group(x.Group) == GroupHeld:
		c.Held += x.N
	case Group(x.Group) == GroupDone:
		c.Done += x.N
	case Group(x.Group) == GroupStanding:
		c.Standing += x.N
	case Group(x.Group) == GroupClosed:
		c.Closed += x.N
	}
}

func tally(ts map[string]*ModeTally, x sum) {
	if x.Key == "" {
		return // no leader
	}
	t := ts[x.Key]
	if t == nil {
		t = &ModeTally{Key: x.Key[1:], IsCampaign: x.Key[0] == 'C', Counts: map[events.State]int{}}
		if t.IsCampaign {
			t.Name = t.Key
		}
		ts[x.Key] = t
	}
	state := events.State(x.State)
	if Group(x.Group) == GroupClosed {
		state = events.Closed
	}
	t.Counts[state] += x.N
	t.Total += x.N
}

// compareTally puts modes first, in their order, then campaigns.
func compareTally(a, b *ModeTally) int {
	switch {
	case a.IsCampaign != b.IsCampaign:
		return map[bool]int{true: 1, false: -1}[a.IsCampaign]
	case !a.IsCampaign && a.Key != b.Key:
		return place(events.Modes, events.Mode(a.Key)) - place(events.Modes, events.Mode(b.Key))
	}
	return compare(a.Key, b.Key)
}

// cells orders the rows of one table: by where named stands, or by what order says, the
// row without a key last.
func cells(m map[string]*Cell, named []nameRef, order func(key string) (name string, place int)) []Cell {
	at := map[string]int{}
	for i, n := range named {
		at[n.ID] = i
		if c := m[n.ID]; c != nil {
			c.Name = n.Name
		}
	}
	for k, c := range m {
		switch {
		case order != nil:
			c.Name, at[k] = order(k)
		case named == nil:
			c.Name = k
		}
		if k == "" {
			c.Name, at[k] = "", 1<<30
		}
	}
	var out []Cell
	for _, k := range sorted(m, func(x, y string) int {
		if at[x] != at[y] {
			return at[x] - at[y]
		}
		return compare(x, y)
	}) {
		out = append(out, *m[k])
	}
	return out
}

// place is v's place in order, after all others when it has none.
func place[T comparable](order []T, v T) int {
	if i := slices.Index(order, v); i >= 0 {
		return i
	}
	return len(order)
}

// shownWeeks is how many weeks a board shows.
const shownWeeks = 12

func (b *Board) weeks(ctx context.Context, tx pgx.Tx, f BoardFilter) error {
	if f.Today.IsZero() {
		return nil
	}
	first := monday(f.Today).AddDays(-7 * (shownWeeks - 1))
	for i := range shownWeeks {
		b.Weeks = append(b.Weeks, Week{Start: first.AddDays(7 * i)})
	}
	rows, err := tx.Query(ctx, `
		select kind, greatest(week, $4), sum(n)::int
		from week_count
		where ($1 = '' or preset = $1)
			and ($2 = '' or unit = $2 or ($2 = '*' and unit <> '') or ($2 = '-' and unit = ''))
			and ($3 = '' or leader = $3 or ($3 = '*' and leader <> '') or ($3 = '-' and leader = ''))
		group by 1, 2`, string(f.Preset), f.Unit, f.Leader, date(first.AddDays(-7)))
	if err != nil {
		return err
	}
	var kind string
	var week pgtype.Date
	var n int
	_, err = pgx.ForEachRow(rows, []any{&kind, &week, &n}, func() error {
		i := fromDate(week).DaysSince(first) / 7
		switch {
		case i >= shownWeeks: // after Today: a board of the past
		case i < 0 || fromDate(week).Before(first):
			if kind == weekNew {
				b.EarlierNew += n
			} else {
				b.EarlierClosed += n
			}
		case kind == weekNew:
			b.Weeks[i].New += n
		default:
			b.Weeks[i].Closed += n
		}
		return nil
	})
	return err
}

type nameRef struct{ Kind, ID, Name string }

type nameList []nameRef

func readNames(ctx context.Context, q querier) (nameList, error) {
	rows, err := q.Query(ctx, `select kind, id, name from named order by first, id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[nameRef])
}

func (l nameList) of(kind string) []nameRef {
	out := []nameRef{}
	for _, n := range l {
		if n.Kind == kind {
			out = append(out, n)
		}
	}
	return out
}
