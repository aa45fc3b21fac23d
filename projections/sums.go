package projections

import (
	"fmt"
	"strconv"
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
	minute      int         // of today, up to which it is over
}

// moment is when is at a minute of a day, or at the end of a past day.
func moment(today events.Date, minute int, near, asOf events.Date) when {
	now := judged(today, minute, near, asOf)[events.Now]
	return when{asOf, now.Day, near, now.Minute}
}

// ask queues what reads all figures under a narrowing: from counters when there are such, else
// counted over the rows that the narrowing's index finds. Figures by area are left out unless
// areas is set, because there may be thousands of areas. After the answers, settle.
func (t *sheet) ask(b *pgx.Batch, n *narrowing, at when, areas bool) {
	reads, ok := n.reads(!at.asOf.IsZero())
	if !ok {
		t.askCount(b, n, at)
		return
	}
	dims := make([]string, 0, allDimensions)
	for d := range allDimensions {
		if d != byArea || areas {
			dims = append(dims, d.code())
		}
	}
	for _, r := range reads {
		add := func(dim, key string, f figures) { t.row(dimensionOf(dim), key).add(f, r.sign) }
		askSums(b, r, at, dims, "", add)
		if at.asOf.IsZero() {
			askDues(b, r, at, dims, "", add)
		}
	}
	if !at.asOf.IsZero() {
		t.askNear(b, n, at)
	}
}

// settle adds the rows that narrowed counters leave out: of a dimension that is narrowed all
// items have the one value.
func (t *sheet) settle(n *narrowing, at when, areas bool) {
	if !areas {
		t[byArea] = nil
	}
	if _, ok := n.reads(!at.asOf.IsZero()); !ok {
		return
	}
	for _, d := range n.set() {
		if n[d] == Any {
			delete(t[d], "")
		} else {
			*t.row(d, keyOf(n[d])) = *t.row(byAll, "")
		}
	}
}

func keyOf(v string) string {
	if v == None {
		return ""
	}
	return clean(v)
}

// pick narrows a read to some dimensions, and to one key when there is but one.
func (r read) pick(w *where, dims []string, key string) {
	w.add("scope = $ and value = $", scopeCodes[r.scope], r.key)
	if len(dims) == 1 {
		w.add("dim = $ and key = $", dims[0], key)
	} else {
		w.add("dim = any($)", dims)
	}
}

// askSums queues what reads the rows of one scope, of one key only when there is but one
// dimension.
func askSums(b *pgx.Batch, r read, at when, dims []string, key string, add func(dim, key string, f figures)) {
	w := &where{}
	r.pick(w, dims, key)
	n := int(places)
	sql := `select dim, key, ` + summed(measureNames[:n]) + ` from board_sum_all where ` + w.String() + ` group by dim, key`
	if !at.asOf.IsZero() {
		n, w = measures, &where{}
		sql = `select dim, key, ` + summed(measureNames[:]) + ` from (` +
			r.spanned(w, "board_day", `dim, key, `+strings.Join(measureNames[:], ", "), dims, key, spansTo(w, at.asOf)) + `) x group by dim, key`
	}
	var name, value string
	var ns [measures]int
	into := []any{&name, &value}
	for i := range n {
		into = append(into, &ns[i])
	}
	each(b, sql, w.args, into, func() error {
		f := figures{lateWaiting: ns[lateWaiting], lateOpen: ns[lateOpen]}
		copy(f.at[:], ns[:places])
		add(name, value, f)
		return nil
	})
}

// summed lists columns, each added up.
func summed(cols []string) string { return `sum(` + strings.Join(cols, `)::int, sum(`) + `)::int` }

// spansTo lists the conditions of the spans of which the days up to the end of d are made.
func spansTo(w *where, d events.Date) []string {
	year, month, ten := w.arg(date(spanYear.start(d))), w.arg(date(spanMonth.start(d))), w.arg(date(spanTen.start(d)))
	return []string{
		"span = 'Y' and since < " + year,
		"span = 'M' and since >= " + year + " and since < " + month,
		"span = 'T' and since >= " + month + " and since < " + ten,
		"span = 'D' and since >= " + ten + " and since <= " + w.arg(date(d)),
	}
}

// spanned selects columns of a table of sums over days, of the spans that the conditions name,
// and what is noted to be added to them: notes are read once. Several dimensions are looked up
// one by one, because the planner takes their rows for fewer than they are and would read all
// of the scope for each span.
func (r read) spanned(w *where, table, cols string, dims []string, key string, spans []string) string {
	scope := "scope = " + w.arg(scopeCodes[r.scope]) + " and value = " + w.arg(r.key)
	before, of, after, noted := "", "", "", ""
	if len(dims) == 1 {
		of = " and dim = " + w.arg(dims[0]) + " and key = " + w.arg(key)
		noted = of
	} else {
		list := w.arg(dims)
		before, after = "select x.* from unnest("+list+"::text[]) d (name) cross join lateral (", " offset 0) x"
		of, noted = " and dim = d.name", " and dim = any("+list+")"
	}
	stored := column(spans, func(span string) string {
		return "select " + cols + " from " + table + " where " + scope + of + " and " + span
	})
	return before + strings.Join(stored, "\n\t\tunion all ") + after +
		"\n\t\tunion all select " + cols + " from " + table + "_noted where " + scope + noted + " and (" + strings.Join(spans, " or ") + ")"
}

// askDues queues what reads what is late and near today.
func askDues(b *pgx.Batch, r read, at when, dims []string, key string, add func(dim, key string, f figures)) {
	if at.today.IsZero() {
		return
	}
	w := &where{}
	today := w.arg(date(at.today))
	spans := append(spansTo(w, at.today.AddDays(-1)), "span = 'D' and since >= "+today+" and since <= "+w.arg(date(at.near)))
	sql := r.spanned(w, "board_due", `dim, key, waiting, open, since < `+today+` as late`, dims, key, spans)
	var name, value string
	var f figures
	each(b, `
		select dim, key,
			coalesce(sum(waiting) filter (where late), 0)::int, coalesce(sum(open) filter (where late), 0)::int,
			coalesce(sum(waiting) filter (where not late), 0)::int, coalesce(sum(open) filter (where not late), 0)::int
		from (`+sql+`) x group by dim, key`, w.args,
		[]any{&name, &value, &f.lateWaiting, &f.lateOpen, &f.nearWaiting, &f.nearOpen}, func() error {
			add(name, value, f)
			return nil
		})
	r.askHours(b, at, dims, key, add)
}

// askHours queues what counts the deadlines of today that are over already, those in hours:
// sums are kept by days, in which such a one is near until the day is over. They are few,
// and found by the ledger's order.
func (r read) askHours(b *pgx.Batch, at when, dims []string, key string, add func(dim, key string, f figures)) {
	if at.minute == 0 {
		return
	}
	w := &where{}
	w.add("i.rank = any($::smallint[]) and i.sort_day = $", ranksOf(GroupOpen).list(), date(at.today))
	minute, dayEnd := events.Moment{Day: at.today, Minute: at.minute}.Looking()
	w.add("i.due = $ and "+endsOfItem.at()+" < ($, $)", date(at.today), dayEnd, date(at.today), minute)
	if dayEnd == events.DayEnd { // what ends with the day is not over, for the index
		w.conds = append(w.conds, "i.due_minute < "+strconv.Itoa(events.DayEnd))
	}
	switch r.scope {
	case scopeAll:
	case scopeShown:
		w.add("i.shown")
	default:
		w.add("i."+scopeDimension(r.scope).column()+" = $", r.key)
	}
	var k keys
	var group Group
	var m int
	var into []any
	for d := range k {
		into = append(into, &k[d])
	}
	each(b, `
		select i.preset, i.unit, i.leader, i.mode, i.source, i.category, i.area, i.campaign, i.grp, count(*)::int
		from item i where `+w.String()+` group by 1, 2, 3, 4, 5, 6, 7, 8, 9`, w.args, append(into, &group, &m), func() error {
		f := figures{lateOpen: m, nearOpen: -m}
		if group == GroupWaiting {
			f = figures{lateWaiting: m, nearWaiting: -m}
		}
		if at.near.Before(at.today) { // nobody asked what is near
			f.nearOpen, f.nearWaiting = 0, 0
		}
		for _, dim := range dims {
			value, in := k.in(dimensionOf(dim))
			if in && (len(dims) > 1 || value == key) {
				add(dim, value, f)
			}
		}
		return nil
	})
}

func dimensionOf(code string) dimension {
	for d := range allDimensions {
		if d.code() == code {
			return d
		}
	}
	return byAll
}

// askCount counts rows, where no counter is narrowed like that.
func (t *sheet) askCount(b *pgx.Batch, n *narrowing, at when) {
	w, from := &where{}, "item i"
	if !at.asOf.IsZero() {
		from = "item_day i"
		w.asOf(at.asOf)
	}
	n.where(w)
	t.askRows(b, from, w, at, false)
}

// askNear counts what was near its deadline at the end of a past day, by an index over
// deadlines: which days are near follows from a calendar, so no counter is kept for it.
func (t *sheet) askNear(b *pgx.Batch, n *narrowing, at when) {
	w := &where{}
	w.asOf(at.asOf)
	w.add("i.due between $ and $", date(at.asOf), date(at.near))
	n.where(w)
	t.askRows(b, "item_day i", w, at, true)
}

// askRows adds rows up by every dimension; only what is near, when nearOnly is set.
func (t *sheet) askRows(b *pgx.Batch, from string, w *where, at when, nearOnly bool) {
	lamps := events.BoundsOf(events.Moment{Day: at.today, Minute: at.minute}, at.near)
	shows := func(lamp events.Lamp) string {
		x := &where{args: w.args}
		x.lamp("$$", events.DeadlineLamps, lamp, endsOfItem, lamps)
		w.args = x.args
		return x.String()
	}
	sql := fmt.Sprintf(`
		select i.preset, i.unit, i.leader, i.mode, i.source, i.category, i.area, i.campaign, i.grp, i.state,
			coalesce(%s, false), coalesce(%s, false), count(*)::int
		from %s
		where %s
		group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12`, shows(events.LampOverdue), shows(events.LampNear), from, w)
	var k keys
	var group Group
	var state events.State
	var isLate, isNear bool
	var m int
	var into []any
	for d := range k {
		into = append(into, &k[d])
	}
	each(b, sql, w.args, append(into, &group, &state, &isLate, &isNear, &m), func() error {
		var f figures
		if !nearOnly {
			f.at[placeOf(group, state)] = m
		}
		switch {
		case isLate && nearOnly:
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
}

// asOf picks of item_day i the rows of a day.
func (w *where) asOf(d events.Date) {
	w.add("i.from_day <= $ and i.to_day > $", date(d), date(d))
}
