package projections

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// Board returns the overview, all figures of one state of the log: from counters when it is
// narrowed by at most one of ledger, lead unit, leader and campaign (a board of a past day:
// by the ledger), else counted over the rows.
func (s *Store) Board(ctx context.Context, f BoardFilter) (b Board, err error) {
	n := f.narrowing()
	at := when{f.AsOf, f.Today, f.Near}
	if !f.AsOf.IsZero() {
		at.today = f.AsOf
	}
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		p, err := position(ctx, tx)
		if err != nil {
			return err
		}
		b.AsOf, b.Day = p.Sequence, f.AsOf
		ns, err := readNames(ctx, tx)
		if err != nil {
			return err
		}
		t, err := readSheet(ctx, tx, &n, at)
		if err != nil {
			return err
		}
		b.fill(t, ns)
		if f.AsOf.IsZero() {
			return b.weeks(ctx, tx, &n, f.Today)
		}
		return nil
	})
	if err != nil {
		return Board{}, fmt.Errorf("read board: %w", err)
	}
	return b, nil
}

func (f BoardFilter) narrowing() narrowing {
	return narrowing{string(f.Preset), f.Unit, f.Leader, string(f.Mode), string(f.Source), f.Category, f.Area, f.Campaign}
}

func (b *Board) fill(t *sheet, ns nameList) {
	all := t.row(byAll, "")
	b.All = all.cell("")
	b.Pending = all.of(placeRegistered, placeInfo)
	b.Answered, b.Ended, b.Merged = all.at[placeAnswered], all.at[placeEnded], all.at[placeMerged]
	b.OnPlan = b.All.Running + b.All.Near + b.All.Waiting
	b.Concluded = b.All.Rectified() + b.Answered
	b.ByPreset = cells(t[byPreset], nil, func(k string) (string, int) {
		return events.Preset(k).Zh(), rankIn(events.Presets, events.Preset(k))
	})
	b.ByUnit = cells(t[byUnit], ns.of(unitName), nil)
	b.ByLeader = cells(t[byLeader], ns.of(leaderName), nil)
	b.ByMode = cells(t[byMode], nil, func(k string) (string, int) {
		return events.Mode(k).Zh(), rankIn(events.Modes, events.Mode(k))
	})
	b.BySource = cells(t[bySource], nil, func(k string) (string, int) {
		return events.Source(k).Zh(), rankIn(events.Sources, events.Source(k))
	})
	b.ByCategory = cells(t[byCategory], nil, nil)
	b.ByArea = cells(t[byArea], nil, nil)
	b.ByCampaign = cells(t[byCampaign], nil, nil)
	tallies := map[string]*ModeTally{}
	for k, f := range t[byTally] {
		if x := tallyOf(k, f); x.Total > 0 {
			tallies[k] = x
		}
	}
	for _, k := range sorted(tallies, func(x, y string) int { return compareTally(tallies[x], tallies[y]) }) {
		b.Linked = append(b.Linked, *tallies[k])
	}
}

// tallyStates name the places of a row of seals, where an archived item stays where it was.
var tallyStates = map[place]events.State{placeWaiting: events.Accepted, placeOpen: events.InProgress, placeRectified: events.Rectified,
	placeVerifying: events.UnderVerification, placePublicity: events.InPublicity, placeStanding: events.Standing,
	placeHeld: events.SuspendedAccount, placeClosed: events.Closed}

func tallyOf(key string, f *figures) *ModeTally {
	t := &ModeTally{Key: key[1:], IsCampaign: key[0] == 'C', Counts: map[events.State]int{}}
	if t.IsCampaign {
		t.Name = t.Key
	}
	for p, s := range tallyStates {
		if n := f.at[p]; n > 0 {
			t.Counts[s] = n
			t.Total += n
		}
	}
	return t
}

// compareTally puts modes first, in their order, then campaigns.
func compareTally(a, b *ModeTally) int {
	switch {
	case a.IsCampaign != b.IsCampaign:
		return map[bool]int{true: 1, false: -1}[a.IsCampaign]
	case !a.IsCampaign && a.Key != b.Key:
		return rankIn(events.Modes, events.Mode(a.Key)) - rankIn(events.Modes, events.Mode(b.Key))
	}
	return compare(a.Key, b.Key)
}

// cells orders the rows of one table: by where named stands, or by what order says, the
// row without a key last. Keys without a base item are left out.
func cells(m map[string]*figures, named []nameRef, order func(key string) (name string, place int)) []Cell {
	at, names := map[string]int{}, map[string]string{}
	for i, n := range named {
		at[n.ID], names[n.ID] = i, n.Name
	}
	for k := range m {
		switch {
		case order != nil:
			names[k], at[k] = order(k)
		case named == nil:
			names[k] = k
		}
	}
	names[""], at[""] = "", 1<<30
	var out []Cell
	for _, k := range sorted(m, func(x, y string) int {
		if at[x] != at[y] {
			return at[x] - at[y]
		}
		return compare(x, y)
	}) {
		if c := m[k].cell(k); c.Total > 0 {
			c.Name = names[k]
			out = append(out, c)
		}
	}
	return out
}

// rankIn is v's place in order, after all others when it has none.
func rankIn[T comparable](order []T, v T) int {
	if i := slices.Index(order, v); i >= 0 {
		return i
	}
	return len(order)
}

// shownWeeks is how many weeks a board shows.
const shownWeeks = 12

func (b *Board) weeks(ctx context.Context, tx pgx.Tx, n *narrowing, today events.Date) error {
	if today.IsZero() {
		return nil
	}
	first := monday(today).AddDays(-7 * (shownWeeks - 1))
	for i := range shownWeeks {
		b.Weeks = append(b.Weeks, Week{Start: first.AddDays(7 * i)})
	}
	b.EarlierNew, b.EarlierClosed = b.All.Total, b.All.Closed
	note := func(kind string, week events.Date, m int) {
		i := week.DaysSince(first) / 7
		if i >= shownWeeks {
			return // registered after today: a board of a day that is over
		}
		if kind == weekNew {
			b.Weeks[i].New += m
			b.EarlierNew -= m
		} else {
			b.Weeks[i].Closed += m
			b.EarlierClosed -= m
		}
	}
	var kind string
	var week pgtype.Date
	var m int
	reads, ok := n.reads(false)
	if !ok {
		w := &where{}
		n.where(w)
		day := w.arg(date(first))
		rows, err := tx.Query(ctx, `
			select 'NEW', i.new_week, count(*)::int from item i
			where i.grp in ('WAITING', 'OPEN', 'DONE', 'STANDING', 'HELD', 'CLOSED') and i.new_week >= `+day+` and `+w.String()+` group by 2
			union all
			select 'CLOSED', i.closed_week, count(*)::int from item i where i.closed_week >= `+day+` and `+w.String()+` group by 2`, w.args...)
		if err != nil {
			return err
		}
		_, err = pgx.ForEachRow(rows, []any{&kind, &week, &m}, func() error {
			note(kind, fromDate(week), m)
			return nil
		})
		return err
	}
	for _, r := range reads {
		rows, err := tx.Query(ctx, `
			select kind, week, n from week_count where scope = $1 and value = $2 and kind in ('NEW', 'CLOSED') and week >= $3`,
			scopeCodes[r.scope], r.key, date(first))
		if err != nil {
			return err
		}
		if _, err = pgx.ForEachRow(rows, []any{&kind, &week, &m}, func() error {
			note(kind, fromDate(week), r.sign*m)
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
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

// name is what an id of that kind was called last.
func (l nameList) name(kind, id string) string {
	for _, n := range l {
		if n.Kind == kind && n.ID == id {
			return n.Name
		}
	}
	return ""
}
