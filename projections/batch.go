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

// batch is the work of one transaction: rows are loaded once, changed in memory by every
// commit in order, and written once. The result does not depend on where batches end.
type batch struct {
	rows     map[uuid.UUID]*row
	order    []uuid.UUID // touched, by first touch
	entries  []entryRow
	opinions []opinionRow
	links    []link
	results  []result
	names    names
}

// row is an item before and after the batch.
type row struct {
	Item
	stored  bool // was in the table
	touched bool
	body    string     // searched text as stored
	cells   counterSet // as stored
}

func newBatch() *batch { return &batch{rows: map[uuid.UUID]*row{}, names: names{}} }

// load gets the rows of every item that the commits touch or ask about.
func (b *batch) load(ctx context.Context, tx pgx.Tx, commits []events.Recorded) error {
	var ids []uuid.UUID
	want := func(id uuid.UUID) {
		if _, ok := b.rows[id]; ok {
			return
		}
		b.rows[id] = nil
		ids = append(ids, id)
	}
	for _, c := range commits {
		if c.Aggregate() != events.ItemAggregate {
			continue
		}
		want(c.Item)
		for _, e := range c.Events {
			if a, ok := e.(events.ItemAbsorbed); ok {
				if id, err := uuid.Parse(a.From); err == nil {
					want(id)
				}
			}
		}
	}
	rows, err := tx.Query(ctx, `
		select i.id, i.code_hash, d.doc from item i join item_doc d on d.item = i.id where i.id = any($1)`, uuids(ids))
	if err != nil {
		return fmt.Errorf("load items: %w", err)
	}
	var id uuid.UUID
	var hash string
	var doc []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &hash, (*pgtype.DriverBytes)(&doc)}, func() error {
		r := &row{stored: true}
		if err := json.Unmarshal(doc, &r.Item); err != nil {
			return fmt.Errorf("read item %s: %w", id, err)
		}
		r.CodeHash = hash
		r.body, r.cells = searchBody(&r.Item), countersOf(&r.Item)
		b.rows[id] = r
		return nil
	})
	return err
}

// fold applies every commit in order.
func (b *batch) fold(commits []events.Recorded) {
	find := func(id string) *Item {
		u, err := uuid.Parse(id)
		if err != nil || b.rows[u] == nil {
			return nil
		}
		return &b.rows[u].Item
	}
	for _, c := range commits {
		if c.Aggregate() != events.ItemAggregate {
			continue
		}
		r := b.rows[c.Item]
		if r == nil {
			r = &row{}
			b.rows[c.Item] = r
		}
		if !r.touched {
			r.touched = true
			b.order = append(b.order, c.Item)
		}
		b.results = append(b.results, result{c.CommandID, c.Item, c.Sequence, c.Command})
		for i, e := range c.Events {
			r.apply(c, e, find)
			b.entries = append(b.entries, newEntry(&r.Item, c, i, e))
			b.names.learn(e, c.Sequence, i)
			b.opinion(c, e, r.Number)
		}
	}
}

func (b *batch) ids() []string {
	out := make([]string, len(b.order))
	for i, id := range b.order {
		out[i] = id.String()
	}
	return out
}

// save writes what fold made, each table with one statement.
func (b *batch) save(ctx context.Context, tx pgx.Tx) error {
	items := make([]*row, 0, len(b.order))
	for _, id := range b.order {
		items = append(items, b.rows[id])
	}
	out := &pgx.Batch{}
	if err := queueItems(out, items); err != nil {
		return err
	}
	queueSearch(out, items)
	queueAssignments(out, items)
	queueCounters(out, items)
	queueResults(out, b.results)
	b.names.queue(out)
	if err := queueOpinions(out, b.opinions, b.links); err != nil {
		return err
	}
	if err := tx.SendBatch(ctx, out).Close(); err != nil {
		return fmt.Errorf("store rows: %w", err)
	}
	return copyEntries(ctx, tx, b.entries)
}

// column makes one array parameter from one field of every row.
func column[R, T any](rows []R, f func(R) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = f(r)
	}
	return out
}

// uuids makes the array parameter that is cheapest to send.
func uuids(ids []uuid.UUID) pgtype.FlatArray[pgtype.UUID] {
	return column(ids, func(u uuid.UUID) pgtype.UUID { return pgtype.UUID{Bytes: u, Valid: true} })
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

func list(words []string) string { return strings.Join(words, separator) }

// clean takes out the one character that Postgres cannot keep in a text.
func clean(s string) string { return strings.ReplaceAll(s, "\x00", "") }

// document is v as jsonb text.
func document(v any) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	if bytes.Contains(raw, []byte(`\u0000`)) {
		raw = withoutNul(raw)
	}
	return string(raw), nil
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

// sorted returns the keys of m in order, so that statements always lock rows in one order.
func sorted[K comparable, V any](m map[K]V, cmp func(a, b K) int) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, cmp)
	return out
}
