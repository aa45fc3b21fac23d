package projections

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// counted is one entry of an item's own account behind the figures of [KPIs]: by how much it
// counts more from a recorded day on. What it counts as of a cut-off is the sum of the
// entries up to that day.
type counted struct {
	measure    measure
	unit       word
	basis, day uint16 // days since 2000-01-01
	n          int16
}

var year2000 = events.NewDate(2000, 1, 1)

func dayNumber(d events.Date) uint16 { return uint16(min(max(d.DaysSince(year2000), 0), 1<<16-1)) }

// account is the entries of one item, one for each measure, unit, basis and day, none of
// which comes to nothing. So it does not depend on where batches end.
type account struct {
	entries []counted
	changed bool // since the last write
}

// note changes what the item counts as from a day on.
func (a *account) note(k kpiKey, day events.Date, n int32) {
	x := counted{measure: k.measure, unit: k.unit, basis: dayNumber(k.basis), day: dayNumber(day)}
	a.changed = true
	i := slices.IndexFunc(a.entries, func(e counted) bool { x.n = e.n; return e == x })
	if i < 0 {
		x.n = int16(n)
		a.entries = append(a.entries, x)
		return
	}
	if a.entries[i].n += int16(n); a.entries[i].n == 0 {
		a.entries = slices.Delete(a.entries, i, i+1)
	}
}

// Places of the parts of an entry in the bigint that stands for it; n is the rest, moved so
// that it is never below nothing.
const (
	measureBits, unitBits, basisBits, dayBits = 56, 48, 32, 16
	noneBits                                  = 1 << 15
)

// packed makes the columns: units by name, entries in order.
func (a *account) packed(d *dictionary) (units []string, entries []int64) {
	for _, e := range a.entries {
		units = append(units, d.texts[e.unit])
	}
	slices.Sort(units)
	units = slices.Compact(units)
	if len(units) > 0 && units[0] == "" { // place 0, and not in the list
		units = units[1:]
	}
	for _, e := range a.entries {
		unit := 0
		if id := d.texts[e.unit]; id != "" {
			unit, _ = slices.BinarySearch(units, id)
			unit++
		}
		entries = append(entries, int64(e.measure)<<measureBits|int64(unit)<<unitBits|int64(e.basis)<<basisBits|int64(e.day)<<dayBits|(int64(e.n)+noneBits))
	}
	slices.Sort(entries)
	return units, entries
}

// unpack reads the columns of an item that stands in the table.
func (a *account) unpack(d *dictionary, units []string, entries []int64) {
	for _, x := range entries {
		unit := ""
		if i := x >> unitBits & 0xff; i > 0 {
			unit = units[i-1]
		}
		a.entries = append(a.entries, counted{measure: measure(x >> measureBits), unit: d.word(unit),
			basis: uint16(x >> basisBits), day: uint16(x >> dayBits), n: int16(x&0xffff - noneBits)})
	}
}

// settleAccount notes the account when it changed. Every item has one, be it empty.
func (b *batch) settleAccount(r *row) {
	if r.stored && !r.account.changed {
		return
	}
	x := &accountRow{item: r.id, raised: spanMonth.start(events.DateOf(r.Raised))}
	x.units, x.entries = r.account.packed(&b.count.dict)
	if es := r.account.entries; len(es) > 0 {
		by := func(x, y counted) int { return cmp.Compare(x.basis, y.basis) }
		x.first, x.last = year2000.AddDays(int(slices.MinFunc(es, by).basis)), year2000.AddDays(int(slices.MaxFunc(es, by).basis))
	}
	if r.stored {
		b.out.accounts.upsert(x)
	} else {
		b.out.accounts.insert(x)
	}
	r.account.changed = false
}

type accountRow struct {
	item                uuid.UUID
	raised, first, last events.Date
	units               []string
	entries             []int64
}

var accountTable = table[accountRow]{name: "kpi_item", mass: true, key: []string{"item"}, cols: []col[accountRow]{
	uuidCol("item", func(r *accountRow) uuid.UUID { return r.item }),
	dateCol("raised", func(r *accountRow) events.Date { return r.raised }),
	dateCol("first", func(r *accountRow) events.Date { return r.first }),
	dateCol("last", func(r *accountRow) events.Date { return r.last }),
	textsCol("units", func(r *accountRow) []string { return r.units }),
	bigsCol("entries", func(r *accountRow) []int64 { return r.entries }),
}}

// KPIRowsFilter asks for the rows behind one count of a [KPI].
type KPIRowsFilter struct {
	KPIFilter
	Code  string // of the KPI
	Den   bool   // the denominator, else the numerator
	Unit  string // id; [None] for what no unit leads, "" for all
	After string // cursor
	Limit int    // 50 when 0, 200 at most
}

// KPICounted is one row behind a count.
type KPICounted struct {
	Number, Title string
	Unit          string      // name
	Basis         events.Date // first of the month that it belongs to; of a deadline, the day itself
	Day           events.Date // recorded day of the last change
	N             int         // how often it counts; of days, how many
}

// KPICountedPage is one page of the rows behind a count, by number.
type KPICountedPage struct {
	Rows []KPICounted
	Sum  int // of N over all pages: the count
	All  int // rows over all pages
	Next string
}

// KPIRows lists what one count of [Store.KPIs] is made of, with the same filter and sight.
// A code that is none is ErrNotFound.
func (s *Store) KPIRows(ctx context.Context, f KPIRowsFilter) (p KPICountedPage, err error) {
	i := slices.IndexFunc(KPIs, func(k KPI) bool { return k.Code == f.Code })
	if i < 0 {
		return p, ErrNotFound
	}
	m := KPIs[i].num
	if f.Den {
		m = KPIs[i].den
	}
	at, err := parseOffset(f.After)
	if err != nil {
		return p, err
	}
	limit := within(f.Limit, 50, 200)
	w := &where{}
	from := f.from(w)
	w.add("e.x >= $ and e.x < $", int64(m)<<measureBits, int64(m+1)<<measureBits)
	if f.Unit != "" {
		w.add(entryUnit+" = $", keyOf(f.Unit))
	}
	f.Sight.limit(w)
	sql := `with e as materialized (
			select i.number, i.id, ` + entryUnit + ` as unit, ` + entryBasis + ` as basis, max(` + entryDay + `) as day, sum(` + entryN + `)::int as n
			from ` + from + ` where ` + w.String() + ` group by 1, 2, 3, 4 having sum(` + entryN + `) <> 0),
		t as (select count(*)::int as rows, coalesce(sum(n), 0)::int as n from e)
		select t.rows, t.n, p.number, p.unit, p.basis, p.day, p.n, d.doc
		from t left join (select * from e order by number, unit, basis limit ` + w.arg(limit) + ` offset ` + w.arg(at) + `) p on true
			left join item_doc d on d.item = p.id
		order by p.number, p.unit, p.basis`
	var ns nameList
	err = s.together(ctx, func(b *pgx.Batch) {
		ns.ask(b)
		b.Queue(sql, w.args...).Query(func(rows pgx.Rows) error { return p.scan(rows, &ns) })
	})
	if err != nil {
		return p, fmt.Errorf("list what a figure counts: %w", err)
	}
	if at+len(p.Rows) < p.All {
		p.Next = offsetCursor(at + len(p.Rows))
	}
	return p, nil
}

func (p *KPICountedPage) scan(rows pgx.Rows, ns *nameList) error {
	var number, unit *string
	var basis, day *int
	var n *int
	var doc []byte
	_, err := pgx.ForEachRow(rows, []any{&p.All, &p.Sum, &number, &unit, &basis, &day, &n, (*pgtype.DriverBytes)(&doc)}, func() error {
		if number == nil {
			return nil // no rows on this page
		}
		var it struct{ Title string }
		if err := json.Unmarshal(doc, &it); err != nil {
			return err
		}
		p.Rows = append(p.Rows, KPICounted{Number: *number, Title: it.Title, Unit: ns.name(unitName, *unit), Basis: year2000.AddDays(*basis),
			Day: year2000.AddDays(*day), N: *n})
		return nil
	})
	return err
}

// Parts of an entry e.x of kpi_item k.
var (
	entryUnit  = "coalesce(k.units[(e.x >> " + strconv.Itoa(unitBits) + " & 255)::int], '')"
	entryBasis = "(e.x >> " + strconv.Itoa(basisBits) + " & 65535)::int"
	entryDay   = "(e.x >> " + strconv.Itoa(dayBits) + " & 65535)::int"
	entryN     = "((e.x & 65535)::int - " + strconv.Itoa(noneBits) + ")"
)

// months is the first day of the filter's months, and the first after them.
func (f KPIFilter) months() (from, to events.Date) {
	return spanMonth.start(f.From), spanMonth.start(spanMonth.start(f.To).AddDays(31))
}

// from is where the entries e.x of the filter's period or cohort are read, each with its item
// i; it adds the conditions.
func (f KPIFilter) from(w *where) string {
	from, to := f.months()
	day := int(dayNumber(f.CutOff))
	if f.ByRaised {
		w.add("k.raised >= $ and k.raised < $ and k.raised <= $", date(from), date(to), date(f.CutOff))
	} else {
		w.add("k.last >= $ and k.first < $", date(from), date(to))
		w.add(entryBasis+" >= $ and "+entryBasis+" < $ and "+entryBasis+" <= $", int(dayNumber(from)), int(dayNumber(to)), day)
	}
	w.add(entryDay+" <= $", day)
	return "kpi_item k join item i on i.id = k.item cross join lateral unnest(k.entries) as e (x)"
}

// askHidden queues what counts what the person does not see, to be taken off the figures.
func (f KPIFilter) askHidden(b *pgx.Batch, take func(unit string, m measure, n int)) {
	if f.Sight.free() {
		return
	}
	w := &where{}
	w.conds = append(w.conds, f.Sight.hidden(w))
	from := f.from(w)
	var unit string
	var m, n int
	each(b, `select `+entryUnit+`, (e.x >> `+strconv.Itoa(measureBits)+`)::int, sum(`+entryN+`)::int from `+from+`
		where `+w.String()+` group by 1, 2`, w.args, []any{&unit, &m, &n}, func() error {
		take(unit, measure(m), n)
		return nil
	})
}
