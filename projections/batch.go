package projections

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// batch folds commits into rows in memory and keeps what they leave behind until it is
// written. The result does not depend on where batches end.
type batch struct {
	rows    map[uuid.UUID]*row // loaded or made; nil when it is known that there is none
	touched []*row             // changed since the last write, by first touch
	names   names
	entered int // facts of the directory since the last write
	count   counters
	ends    dayEnds             // not written yet
	linked  map[link]int        // likewise
	shelved map[viewKey]viewRow // likewise
	out     outputs
}

// row is an item as it is and as it stands in Postgres.
type row struct {
	Item
	id      uuid.UUID
	stored  bool // stands in the tables
	touched bool
	changed bool                        // by more than that somebody looked
	body    string                      // searched text as stored
	cells   counterSet                  // as stored
	parts   int                         // assignments as stored
	watches map[watchKey]events.Watched // as stored
	rated   []string                    // evaluations as stored
	until   events.Date                 // last public day as stored
	now     stint                       // that goes on
	wrote   stint                       // the last one that stands in the table
	past    []stint                     // ended since the last write

	measures []kpiCount  // as counted
	measured events.Date // day of facts that are not counted yet
	account  account     // what it counted as, day by day
}

func newBatch() *batch {
	return &batch{rows: map[uuid.UUID]*row{}, names: names{}, count: newCounters(), ends: dayEnds{}, linked: map[link]int{}, shelved: map[viewKey]viewRow{}, out: newOutputs()}
}

// outputs are the rows of every table that a batch writes. Tables are written in this order.
type outputs struct {
	parked    rows[parkedRow]
	entries   rows[entryRow]
	traces    rows[traceRow]
	opinions  rows[opinionRow]
	verbatim  rows[verbatimRow]
	links     rows[linkRow]
	items     rows[row]
	docs      rows[docRow]
	search    rows[searchRow]
	parts     rows[partRow]
	stints    rows[stintRow]
	sums      rows[sumRows]
	days      rows[sumRows]
	dues      rows[dueRows]
	weeks     rows[weekRows]
	kpis      rows[kpiRows]
	accounts  rows[accountRow]
	named     rows[namedRow]
	roots     rows[Root]
	files     rows[fileRow]
	erasures  rows[erasureRow]
	entered   rows[directoryRow]
	sizes     rows[directorySize]
	unwatched unwatched
	watches   rows[watchRow]
	slips     rows[slipRow]
	samples   rows[sampleRow]
	shelved   rows[viewRow]
	said      rows[evaluationRow]
	expiries  rows[expiryRow]
	follows   rows[followRow]
	ends      rows[dayEnd]
	scrubs    scrubs // after the opinions
}

func newOutputs() outputs {
	return outputs{
		parked:   rows[parkedRow]{of: &parkedTable},
		entries:  rows[entryRow]{of: &timelineTable},
		traces:   rows[traceRow]{of: &auditTable},
		opinions: rows[opinionRow]{of: &opinionTable},
		verbatim: rows[verbatimRow]{of: &verbatimTable},
		links:    rows[linkRow]{of: &linkTable},
		items:    rows[row]{of: &itemTable},
		docs:     rows[docRow]{of: &docTable},
		search:   rows[searchRow]{of: &searchTable},
		parts:    rows[partRow]{of: &assignmentTable},
		stints:   rows[stintRow]{of: &stintTable},
		sums:     rows[sumRows]{of: &sumTable},
		days:     rows[sumRows]{of: &dayTable},
		dues:     rows[dueRows]{of: &dueTable},
		weeks:    rows[weekRows]{of: &weekTable},
		kpis:     rows[kpiRows]{of: &kpiTable},
		accounts: rows[accountRow]{of: &accountTable},
		named:    rows[namedRow]{of: &namedTable},
		roots:    rows[Root]{of: &rootTable},
		files:    rows[fileRow]{of: &fileTable},
		erasures: rows[erasureRow]{of: &erasureTable},
		entered:  rows[directoryRow]{of: &directoryTable},
		sizes:    rows[directorySize]{of: &directorySizeTable},
		watches:  rows[watchRow]{of: &watchTable},
		slips:    rows[slipRow]{of: &slipTable},
		samples:  rows[sampleRow]{of: &sampleTable},
		shelved:  rows[viewRow]{of: &viewTable},
		said:     rows[evaluationRow]{of: &evaluationTable},
		expiries: rows[expiryRow]{of: &expiryTable},
		follows:  rows[followRow]{of: &followTable},
		ends:     rows[dayEnd]{of: &dayEndTable},
	}
}

func (o *outputs) all() []output {
	return []output{&o.parked, &o.entries, &o.traces, &o.opinions, &o.verbatim, &o.links, &o.items, &o.docs, &o.search, &o.parts,
		&o.stints, &o.sums, &o.days, &o.dues, &o.weeks, &o.kpis, &o.accounts, &o.named, &o.roots, &o.files, &o.erasures, &o.entered, &o.sizes,
		&o.unwatched, &o.watches, &o.slips, &o.samples, &o.shelved, &o.said, &o.expiries, &o.follows, &o.ends, &o.scrubs}
}

// size is how many bytes wait to be written.
func (o *outputs) size() (n int) {
	for _, x := range o.all() {
		n += x.size()
	}
	return n
}

// get returns the row of an item; known says whether it was looked up before.
func (b *batch) get(id uuid.UUID) (r *row, known bool) {
	r, known = b.rows[id]
	return r, known
}

// spill lets go of rows until n are left: first those that stand in Postgres as they are
// here, then those whose last commit is longest ago, which are noted to be written. They are
// loaded again when they are needed, for which they have to be sent first.
func (b *batch) spill(n int, full func() error) error {
	for id, r := range b.rows {
		if r == nil || !r.touched {
			delete(b.rows, id)
		}
	}
	if len(b.touched) <= n {
		return nil
	}
	last := column(b.touched, func(r *row) uint64 { return r.Sequence })
	slices.Sort(last)
	since := last[len(last)-max(n, 1)]
	var cold, warm []*row
	for _, r := range b.touched {
		if r.Sequence >= since {
			warm = append(warm, r)
			continue
		}
		cold = append(cold, r)
		delete(b.rows, r.id)
	}
	b.touched = warm
	return b.settleRows(cold, full)
}

// apply folds one commit. The rows that it touches or asks about are loaded. Commits of
// another aggregate than items leave a line of the audit trail, published roots, draws and
// the directory.
func (b *batch) apply(c *events.Recorded) {
	b.end(c)
	b.audit(c)
	switch a := c.Aggregate(); {
	case a.Directory():
		b.directory(c)
		return
	case a != events.ItemAggregate:
		b.root(c)
		b.sample(c)
		b.shelf(c)
		b.follow(c)
		return
	}
	r, _ := b.get(c.Item)
	if r == nil {
		r = &row{id: c.Item}
		b.rows[c.Item] = r
	}
	r.changed = r.changed || slices.ContainsFunc(c.Events, func(e events.Event) bool { return !events.Quiet(e) })
	if !r.touched {
		r.touched = true
		b.touched = append(b.touched, r)
	}
	if on := day(c); r.measured != on {
		b.measureDay(r)
		r.measured = on
	}
	for i, e := range c.Events {
		r.apply(c, e, b.find)
		b.fact(r, c, i, e)
	}
	b.stand(r, day(c))
}

// fact notes what a fact leaves behind by itself; r is the item after it.
func (b *batch) fact(r *row, c *events.Recorded, i int, e events.Event) {
	b.entry(r, c, i, e)
	b.opinion(r, c, e)
	b.file(c, e)
	b.names.learn(e, c.Sequence, i)
}

// settle notes what became of every item that was touched since the last write, and the
// sums; after it everything is in the outputs.
func (b *batch) settle(full func() error) error {
	if err := b.settleRows(b.touched, full); err != nil {
		return err
	}
	b.touched = b.touched[:0]
	b.settleNames()
	b.settleDirectory()
	b.settleLinks()
	b.settleShelf()
	b.settleSums()
	b.settleMeasures()
	b.settleEnds()
	return nil
}

func (b *batch) settleRows(rows []*row, full func() error) error {
	for i, r := range rows {
		if err := b.settleItem(r); err != nil {
			return fmt.Errorf("write item %s: %w", r.ID, err)
		}
		b.settleSearch(r)
		b.settleParts(r)
		b.settleWatches(r)
		b.settleSlips(r)
		b.settleCounters(r)
		b.settleStints(r)
		b.measureDay(r)
		b.settleAccount(r)
		b.settleErasure(r)
		b.settleEvaluations(r)
		b.settleExpiry(r)
		r.stored, r.touched, r.changed = true, false, false
		if i%64 == 63 {
			if err := full(); err != nil {
				return err
			}
		}
	}
	return nil
}

// change says what the commits up to a sequence changed.
func (b *batch) change(sequence uint64) Change {
	c := Change{Sequence: sequence}
	for _, r := range b.touched {
		if r.changed {
			c.Items = append(c.Items, r.id.String())
		}
	}
	c.Quiet = len(c.Items) == 0 && b.entered == 0
	return c
}

// hand gives the rows that wait to be written to w.
func (b *batch) hand(w *writer) {
	for _, o := range b.out.all() {
		o.hand(w)
	}
}

// find is the [finder] of this batch.
func (b *batch) find(id string) *Item {
	u, err := uuid.Parse(id)
	if err != nil {
		return nil
	}
	r, _ := b.get(u)
	if r == nil {
		return nil
	}
	return &r.Item
}

// load gets the rows of every item that the commits touch or ask about.
func (b *batch) load(ctx context.Context, q querier, commits []events.Recorded) error {
	ids := b.missing(commits)
	if len(ids) == 0 {
		return nil
	}
	rows, err := q.Query(ctx, `
		select i.code_hash, i.since, d.doc, k.units, k.entries
		from item i join item_doc d on d.item = i.id join kpi_item k on k.item = i.id where i.id = any($1)`, uuids(ids))
	if err != nil {
		return fmt.Errorf("load items: %w", err)
	}
	var hash string
	var since pgtype.Date
	var doc []byte
	var units []string
	var entries []int64
	_, err = pgx.ForEachRow(rows, []any{&hash, &since, (*pgtype.DriverBytes)(&doc), &units, &entries}, func() error {
		r := &row{stored: true}
		if err := json.Unmarshal(doc, &r.Item); err != nil {
			return fmt.Errorf("read an item: %w", err)
		}
		r.id, r.CodeHash = r.uuid(), hash
		r.body, r.cells, r.parts = searchBody(&r.Item), countersOf(&r.Item), len(r.Detail.Assignments)
		r.watches = watchesOf(&r.Item)
		r.rated, r.until = ratedOf(&r.Item), r.Detail.PublicUntil
		r.now = stintOf(&r.Item)
		r.now.from = fromDate(since)
		r.wrote = r.now
		r.measures = measuresOf(&r.Item, &b.count.dict, nil)
		r.account.unpack(&b.count.dict, units, entries)
		b.rows[r.id] = r
		return nil
	})
	if err != nil {
		return fmt.Errorf("load items: %w", err)
	}
	return nil
}

// missing lists the items that the commits touch or ask about and that are not here. An
// item whose first commit comes now stands nowhere yet.
func (b *batch) missing(commits []events.Recorded) (ids []uuid.UUID) {
	want := func(id uuid.UUID, first bool) {
		if _, known := b.get(id); known {
			return
		}
		b.rows[id] = nil
		if !first {
			ids = append(ids, id)
		}
	}
	for _, c := range commits {
		if c.Aggregate() != events.ItemAggregate {
			continue
		}
		want(c.Item, c.Rev == 1)
		for _, e := range c.Events {
			if a, ok := e.(events.ItemAbsorbed); ok {
				if id, err := uuid.Parse(a.From); err == nil {
					want(id, false)
				}
			}
		}
	}
	return ids
}

// uuids makes the array parameter that is cheapest to send.
func uuids(ids []uuid.UUID) pgtype.FlatArray[pgtype.UUID] {
	return column(ids, func(u uuid.UUID) pgtype.UUID { return pgtype.UUID{Bytes: u, Valid: true} })
}

// column takes one field of every row.
func column[R, T any](rows []R, f func(R) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = f(r)
	}
	return out
}

// date is the parameter for a day that may be missing.
func date(d events.Date) pgtype.Date {
	if d.IsZero() {
		return pgtype.Date{}
	}
	return pgtype.Date{Time: time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC), Valid: true}
}

// sortable is the parameter for a day that sorts last when it is missing.
func sortable(d events.Date) pgtype.Date {
	if d.IsZero() {
		return pgtype.Date{InfinityModifier: pgtype.Infinity, Valid: true}
	}
	return date(d)
}

// fromDate reads a date column.
func fromDate(d pgtype.Date) events.Date {
	if !d.Valid || d.InfinityModifier != pgtype.Finite {
		return events.Date{}
	}
	return events.NewDate(d.Time.Year(), d.Time.Month(), d.Time.Day())
}

// unit separates the elements of a list that travels as one text, since arrays of arrays
// cannot be unnested.
const separator = "\x1f"

// clean takes out the one character that Postgres cannot keep in a text.
func clean(s string) string {
	if strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(s, "\x00", "")
}

// document is v as jsonb text.
func document(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err == nil && bytes.Contains(raw, []byte(`\u0000`)) {
		raw = withoutNul(raw)
	}
	return raw, err
}

// withoutNul drops the escape \u0000 from JSON, and leaves \\u0000 alone.
func withoutNul(raw []byte) []byte {
	out := raw[:0]
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' {
			if bytes.HasPrefix(raw[i:], []byte(`\u0000`)) {
				i += 5
				continue
			}
			out = append(out, raw[i])
			i++
		}
		out = append(out, raw[i])
	}
	return out
}

// sorted returns the keys of m in order.
func sorted[K comparable, V any](m map[K]V, cmp func(a, b K) int) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, cmp)
	return out
}
