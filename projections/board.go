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
	at := moment(f.Today, f.Minute, f.Near, f.AsOf)
	var ns nameList
	t, hidden, weeks := &sheet{}, &sheet{}, weekSheet{}
	b.Day = f.AsOf
	err = s.together(ctx, func(q *pgx.Batch) {
		var seq int64
		each(q, `select sequence from position`, nil, []any{&seq}, func() error {
			b.AsOf = uint64(seq)
			return nil
		})
		ns.ask(q)
		t.ask(q, &n, at, f.Areas)
		weeks.ask(q, &n, at)
		if !f.Sight.free() {
			hidden.askHidden(q, &n, at, f.Sight)
			weeks.askHidden(q, &n, at, f.Sight)
		}
	})
	if err != nil {
		return Board{}, fmt.Errorf("read board: %w", err)
	}
	t.settle(&n, at, f.Areas)
	t.take(hidden)
	b.fill(t, ns)
	b.weeks(weeks, at.today)
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

// weekSheet counts what was registered and what was struck off, by Monday.
type weekSheet map[events.Date]*Week

func (ws weekSheet) note(kind string, week events.Date, n int) {
	w := ws[week]
	if w == nil {
		w = &Week{Start: week}
		ws[week] = w
	}
	if kind == weekNew {
		w.New += n
	} else {
		w.Closed += n
	}
}

// firstWeek is the first of the weeks that a board of that day shows.
func firstWeek(today events.Date) events.Date { return monday(today).AddDays(-7 * (shownWeeks - 1)) }

// ask queues what reads the weeks that a board shows.
func (ws weekSheet) ask(b *pgx.Batch, n *narrowing, at when) {
	if at.today.IsZero() || !at.asOf.IsZero() {
		return
	}
	first := date(firstWeek(at.today))
	var kind string
	var week pgtype.Date
	var m int
	scan := []any{&kind, &week, &m}
	reads, ok := n.reads(false)
	if !ok {
		w := &where{}
		n.where(w)
		day := w.arg(first)
		each(b, `
			select 'NEW', i.new_week, count(*)::int from item i
			where i.grp in ('WAITING', 'OPEN', 'DONE', 'STANDING', 'HELD', 'CLOSED') and i.new_week >= `+day+` and `+w.String()+` group by 2
			union all
			select 'CLOSED', i.closed_week, count(*)::int from item i where i.closed_week >= `+day+` and `+w.String()+` group by 2`,
			w.args, scan, func() error {
				ws.note(kind, fromDate(week), m)
				return nil
			})
		return
	}
	for _, r := range reads {
		each(b, `
			select kind, week, n from week_count_all where scope = $1 and value = $2 and kind in ('NEW', 'CLOSED') and week >= $3`,
			[]any{scopeCodes[r.scope], r.key, first}, scan, func() error {
				ws.note(kind, fromDate(week), r.sign*m)
				return nil
			})
	}
}

// weeks puts the weeks into the board. What was registered after today is in none of them.
func (b *Board) weeks(ws weekSheet, today events.Date) {
	if today.IsZero() || !b.Day.IsZero() {
		return
	}
	b.EarlierNew, b.EarlierClosed = b.All.Total, b.All.Closed
	first := firstWeek(today)
	for i := range shownWeeks {
		week := Week{Start: first.AddDays(7 * i)}
		if w := ws[week.Start]; w != nil {
			week = *w
		}
		b.Weeks = append(b.Weeks, week)
		b.EarlierNew, b.EarlierClosed = b.EarlierNew-week.New, b.EarlierClosed-week.Closed
	}
}

type nameRef struct{ Kind, ID, Name string }

type nameList []nameRef

// ask queues what reads every name, in the order in which they first appeared.
func (l *nameList) ask(b *pgx.Batch) {
	var n nameRef
	each(b, `select kind, id, name from named order by first, id`, nil, []any{&n.Kind, &n.ID, &n.Name}, func() error {
		*l = append(*l, n)
		return nil
	})
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
