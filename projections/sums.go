package projections

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// narrowing is what rows are narrowed by, one value a dimension: a key, [Any], [None], or ""
// for not at all.
type narrowing [dimensions]string

// set lists the dimensions that are narrowed.
func (n *narrowing) set() (ds []dimension) {
	for d := range dimensions {
		if n[d] != "" {
			ds = append(ds, d)
		}
	}
	return ds
}

// where is the narrowing as conditions on i, which is item or item_day.
func (n *narrowing) where(w *where) {
	for d := range dimensions {
		w.key("i."+d.column(), n[d])
	}
}

// term is one value that is added or, for [Any], taken away.
type term struct {
	key  string
	sign int
}

// terms resolves a value: [Any] is everything (all) without those that have no value.
func terms(v string) (of []term, all bool) {
	switch v {
	case "":
		return nil, true
	case Any:
		return []term{{"", -1}}, true
	case None:
		return []term{{"", 1}}, false
	}
	return []term{{clean(v), 1}}, false
}

// read says which rows of board_sum answer: the sum of the rows of its scopes.
type read struct {
	scope int
	term
}

// reads resolves a narrowing to scopes, false when no counter is narrowed like that.
func (n *narrowing) reads(asOf bool) ([]read, bool) {
	ds := n.set()
	if len(ds) == 0 {
		return []read{{scopeAll, term{"", 1}}}, true
	}
	scope, ok := scopeOf(ds[0])
	if len(ds) > 1 || !ok || asOf && scope != scopePreset {
		return nil, false
	}
	var out []read
	ts, all := terms(n[ds[0]])
	if all {
		out = append(out, read{scopeAll, term{"", 1}})
	}
	for _, t := range ts {
		out = append(out, read{scope, t})
	}
	return out, true
}

// sheet holds figures by dimension and key.
type sheet [allDimensions]map[string]*figures

func (t *sheet) row(d dimension, key string) *figures {
	if t[d] == nil {
		t[d] = map[string]*figures{}
	}
	f := t[d][key]
	if f == nil {
		f = &figures{}
		t[d][key] = f
	}
	return f
}

// when is the moment that figures are of: now, or the end of a past day.
type when struct {
	asOf        events.Date // zero: now
	today, near events.Date // decide what is late and what is near; of a past day, today is that day
}

// readSheet reads all figures under a narrowing: from counters when there are such, else
// counted over the rows that the narrowing's index finds.
func readSheet(ctx context.Context, q querier, n *narrowing, at when) (*sheet, error) {
	t := &sheet{}
	reads, ok := n.reads(!at.asOf.IsZero())
	if !ok {
		return t, t.count(ctx, q, n, at)
	}
	for _, r := range reads {
		if err := t.readSums(ctx, q, r, at, "", ""); err != nil {
			return nil, err
		}
		if at.asOf.IsZero() {
			if err := t.readDues(ctx, q, r, at, "", ""); err != nil {
				return nil, err
			}
		}
	}
	// A narrowed counter leaves out the dimension itself: all rows have the one value.
	for _, d := range n.set() {
		if n[d] == Any {
			delete(t[d], "")
		} else {
			*t.row(d, keyOf(n[d])) = *t.row(byAll, "")
		}
	}
	if at.asOf.IsZero() {
		return t, nil
	}
	return t, t.countNear(ctx, q, n, at)
}

func keyOf(v string) string {
	if v == None {
		return ""
	}
	return clean(v)
}

// pick narrows a read to one dimension and key, when there is one.
func (r read) pick(w *where, dim, key string) {
	w.add("scope = $ and value = $", scopeCodes[r.scope], r.key)
	if dim != "" {
		w.add("dim = $ and key = $", dim, key)
	}
}

// readSums adds the rows of one scope, of one dimension and key only when dim is given.
func (t *sheet) readSums(ctx context.Context, q querier, r read, at when, dim, key string) error {
	w := &where{}
	r.pick(w, dim, key)
	n := int(places)
	sql := `select dim, key, ` + strings.Join(measureNames[:n], ", ") + ` from board_sum where ` + w.String()
	if !at.asOf.IsZero() {
		n = measures
		names := strings.Join(measureNames[:], ", ")
		sql = `select dim, key, sum(` + strings.Join(measureNames[:], `)::int, sum(`) + `)::int from (` +
			spansTo(w, at.asOf, true, func(cond string) string {
				return `select dim, key, ` + names + ` from board_day where ` + w.String() + ` and ` + cond
			}) + `) x group by dim, key`
	}
	rows, err := q.Query(ctx, sql, w.args...)
	if err != nil {
		return err
	}
	var name, value string
	var ns [measures]int
	into := []any{&name, &value}
	for i := range n {
		into = append(into, &ns[i])
	}
	_, err = pgx.ForEachRow(rows, into, func() error {
		f := figures{lateWaiting: ns[lateWaiting], lateOpen: ns[lateOpen]}
		copy(f.at[:], ns[:places])
		t.row(dimensionOf(name), value).add(f, r.sign)
		return nil
	})
	return err
}

// spansTo joins one query for each span of which the days up to the end of d are made; each
// reads one stretch of an index. Only rows by day, month and year are there without tens.
func spansTo(w *where, d events.Date, tens bool, query func(cond string) string) string {
	year, month, ten := date(spanYear.start(d)), date(spanMonth.start(d)), date(spanTen.start(d))
	if !tens {
		ten = month
	}
	conds := []string{
		"span = 'Y' and since < " + w.arg(year),
		"span = 'M' and since >= " + w.arg(year) + " and since < " + w.arg(month),
		"span = 'D' and since >= " + w.arg(ten) + " and since <= " + w.arg(date(d)),
	}
	if tens {
		conds = append(conds, "span = 'T' and since >= "+w.arg(month)+" and since < "+w.arg(ten))
	}
	return strings.Join(column(conds, query), "\n\t\tunion all ")
}

// readDues adds what is late and near today.
func (t *sheet) readDues(ctx context.Context, q querier, r read, at when, dim, key string) error {
	if at.today.IsZero() {
		return nil
	}
	w := &where{}
	r.pick(w, dim, key)
	part := func(late string) func(cond string) string {
		return func(cond string) string {
			return `select dim, key, waiting, open, ` + late + ` as late from board_due where ` + w.String() + ` and ` + cond
		}
	}
	sql := spansTo(w, at.today.AddDays(-1), false, part("true"))
	sql += " union all " + part("false")("span = 'D' and since >= "+w.arg(date(at.today))+" and since <= "+w.arg(date(at.near)))
	rows, err := q.Query(ctx, `
		select dim, key,
			coalesce(sum(waiting) filter (where late), 0)::int, coalesce(sum(open) filter (where late), 0)::int,
			coalesce(sum(waiting) filter (where not late), 0)::int, coalesce(sum(open) filter (where not late), 0)::int
		from (`+sql+`) x group by dim, key`, w.args...)
	if err != nil {
		return err
	}
	var name, value string
	var f figures
	_, err = pgx.ForEachRow(rows, []any{&name, &value, &f.lateWaiting, &f.lateOpen, &f.nearWaiting, &f.nearOpen}, func() error {
		t.row(dimensionOf(name), value).add(f, r.sign)
		return nil
	})
	return err
}

func dimensionOf(code string) dimension {
	for d := range allDimensions {
		if d.code() == code {
			return d
		}
	}
	return byAll
}

// count counts rows, where no counter is narrowed like that.
func (t *sheet) count(ctx context.Context, q querier, n *narrowing, at when) error {
	w, from := &where{}, "item i"
	if !at.asOf.IsZero() {
		from = "item_day i"
		w.asOf(at.asOf)
	}
	n.where(w)
	return t.countRows(ctx, q, from, w, at, false)
}

// countNear counts what was near its deadline at the end of a past day, by an index over
// deadlines: which days are near follows from a calendar, so no counter is kept for it.
func (t *sheet) countNear(ctx context.Context, q querier, n *narrowing, at when) error {
	w := &where{}
	w.asOf(at.asOf)
	w.add("i.due between $ and $", date(at.asOf), date(at.near))
	n.where(w)
	return t.countRows(ctx, q, "item_day i", w, at, true)
}

// countRows adds rows up by every dimension; only what is near, when nearOnly is set.
func (t *sheet) countRows(ctx context.Context, q querier, from string, w *where, at when, nearOnly bool) error {
	today, near := w.arg(date(at.today)), w.arg(date(at.near))
	rows, err := q.Query(ctx, fmt.Sprintf(`
		select i.preset, i.unit, i.leader, i.mode, i.source, i.category, i.area, i.campaign, i.grp, i.state,
			coalesce(i.due < %s, false), coalesce(i.due between %s and %s, false), count(*)::int
		from %s
		where %s
		group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12`, today, today, near, from, w), w.args...)
	if err != nil {
		return err
	}
	var k keys
	var group Group
	var state events.State
	var isLate, isNear bool
	var m int
	var into []any
	for d := range k {
		into = append(into, &k[d])
	}
	_, err = pgx.ForEachRow(rows, append(into, &group, &state, &isLate, &isNear, &m), func() error {
		var f figures
		if !nearOnly {
			f.at[placeOf(group, state)] = m
		}
		switch {
		case isLate && group == GroupWaiting:
			f.lateWaiting = m
		case isLate:
			f.lateOpen = m
		case isNear && group == GroupWaiting:
			f.nearWaiting = m
		case isNear:
			f.nearOpen = m
		}
		t.row(byAll, "").add(f, 1)
		for d := range dimensions {
			t.row(d, k[d]).add(f, 1)
		}
		if key := k.tally(); key != "" {
			t.row(byTally, key).add(f, 1)
		}
		return nil
	})
	return err
}

// asOf picks of item_day i the rows of a day.
func (w *where) asOf(d events.Date) {
	w.add("i.from_day <= $ and i.to_day > $", date(d), date(d))
}
