package projections

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// Entered is an item with the opinions that it answers, as a ledger on paper has it.
type Entered struct {
	Item
	Opinions []Opinion // in the order in which they came; of a past day, those that had come
}

// eachRows is how many rows are held at a time.
const eachRows = 200

// Each calls do for every row that a filter selects, in the order of [Store.Items], and
// returns where the rows stand: all are of one state of the tables, and however many there
// are, a few hundred are in memory. After and Limit of the filter do not matter. An error of
// do ends it and is returned as it is.
func (s *Store) Each(ctx context.Context, f Filter, do func(Entered) error) (at Position, err error) {
	var stopped error
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		if at, err = position(ctx, tx); err != nil {
			return err
		}
		return s.eachPage(ctx, tx, f, func(its []Item) error {
			said, err := opinionsOf(ctx, tx, its, f.AsOf)
			if err != nil {
				return err
			}
			for _, it := range its {
				if stopped = do(Entered{it, said[it.ID]}); stopped != nil {
					return stopped
				}
			}
			return nil
		})
	})
	switch {
	case stopped != nil:
		return Position{}, stopped
	case err != nil:
		return Position{}, fmt.Errorf("read ledger: %w", err)
	}
	return at, nil
}

// eachPage reads the rows of a filter a few at a time.
func (s *Store) eachPage(ctx context.Context, tx pgx.Tx, f Filter, do func([]Item) error) error {
	if len(words(f.Q)) > 0 {
		h, err := s.search(ctx, tx, f, everything)
		if err != nil {
			return err
		}
		for page := range slices.Chunk(h.list, eachRows) {
			its, err := Filter{}.itemsByID(ctx, tx, column(page, func(h hit) uuid.UUID { return h.id }))
			if err != nil {
				return err
			}
			if err := do(its); err != nil {
				return err
			}
		}
		return nil
	}
	var ns nameList
	names := &pgx.Batch{}
	ns.ask(names)
	if err := tx.SendBatch(ctx, names).Close(); err != nil {
		return err
	}
	sql, args, scan := f.inOrder(ns)
	// Described anew each time: the same words mean other rows for the next filter.
	if _, err := tx.Exec(ctx, "declare each_row no scroll cursor for "+sql, append([]any{pgx.QueryExecModeDescribeExec}, args...)...); err != nil {
		return err
	}
	for {
		rows, err := tx.Query(ctx, "fetch "+strconv.Itoa(eachRows)+" from each_row", pgx.QueryExecModeDescribeExec)
		if err != nil {
			return err
		}
		its, err := pgx.CollectRows(rows, scan)
		if err != nil || len(its) == 0 {
			return err
		}
		if err := do(its); err != nil {
			return err
		}
	}
}

// inOrder is the query of all rows of a filter, and how one is read.
func (f Filter) inOrder(ns nameList) (sql string, args []any, scan pgx.RowToFunc[Item]) {
	if f.AsOf.IsZero() {
		w := f.where()
		return `select i.code_hash, d.doc from item i join item_doc d on d.item = i.id
			where ` + w.String() + `
			order by i.rank, i.sort_day, i.number, i.id`, w.args, scanItem
	}
	w := f.past()
	return `select d.doc, i.grp, i.state, i.due, i.due_minute, i.class, i.preset, i.unit, i.leader, i.mode, i.source, i.category, i.area, i.campaign
		from item_day i join item_doc d on d.item = i.item
		where ` + w.String() + `
		order by i.number, i.item`, w.args, func(r pgx.CollectableRow) (Item, error) { return scanPast(r, ns) }
}

// opinionsOf returns what each item answers, by item id; of a past day, what had come.
func opinionsOf(ctx context.Context, tx pgx.Tx, its []Item, asOf events.Date) (map[string][]Opinion, error) {
	var until pgtype.Timestamptz
	if !asOf.IsZero() {
		until = pgtype.Timestamptz{Time: asOf.AddDays(1).Time(), Valid: true}
	}
	rows, err := tx.Query(ctx, `
		select a.item, o.doc, o.raised, o.raised_on
		from opinion_item a join opinion o on o.id = a.opinion
		where a.item = any($1) and ($2::timestamptz is null or o.raised < $2)
		order by a.item, o.sequence, o.id`, uuids(column(its, func(it Item) uuid.UUID { return it.uuid() })), until)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]Opinion, len(its))
	var item uuid.UUID
	var doc []byte
	var raised time.Time
	var on pgtype.Date
	_, err = pgx.ForEachRow(rows, []any{&item, (*pgtype.DriverBytes)(&doc), &raised, &on}, func() error {
		o := Opinion{Raised: raised.UTC(), RaisedOn: fromDate(on)}
		if err := json.Unmarshal(doc, &o.Opinion); err != nil {
			return err
		}
		out[item.String()] = append(out[item.String()], o)
		return nil
	})
	return out, err
}
