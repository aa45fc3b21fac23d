package projections

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// slipRow is one 督办单 as it is tracked.
type slipRow struct {
	item uuid.UUID
	unit string
	due  events.Date // while its answer is waited for
	*Slip
}

var slipTable = table[slipRow]{name: "slip", key: []string{"slip"}, cols: []col[slipRow]{
	uuidCol("item", func(s *slipRow) uuid.UUID { return s.item }),
	textCol("slip", func(s *slipRow) string { return s.Slip.Slip }),
	textCol("level", func(s *slipRow) events.SupervisionLevel { return s.Level }),
	dateCol("issued", func(s *slipRow) events.Date { return s.On }),
	dateCol("due", func(s *slipRow) events.Date { return s.due }),
	textCol("unit", func(s *slipRow) string { return s.unit }),
}}

// settleSlips writes the slips of an item that has any; they are few.
func (b *batch) settleSlips(r *row) {
	slips := r.Detail.Slips
	for i := range slips {
		x := &slips[i]
		if !x.Level.Slipped() || slices.ContainsFunc(slips[i+1:], func(y Slip) bool { return clean(y.Slip) == clean(x.Slip) }) {
			continue // the later of two with one number stands
		}
		row := &slipRow{item: r.id, unit: r.Lead.ID, Slip: x}
		if r.Detail.waits(x.Slip) {
			row.due = x.Due
		}
		b.out.slips.upsert(row)
	}
}

// waits reports whether the answer to a slip is still waited for.
func (d *Detail) waits(slip string) bool {
	return slices.ContainsFunc(d.Supervised.Waiting, func(x events.SupervisionIssued) bool { return x.Slip == slip })
}

// LastSlip is the newest slip that stands, nil when there is none.
func (d *Detail) LastSlip() *Slip {
	for i := range slices.Backward(d.Slips) {
		if !d.Slips[i].Back {
			return &d.Slips[i]
		}
	}
	return nil
}

// SlipFilter selects slips.
type SlipFilter struct {
	Waiting bool   // only those whose answer is waited for, the earliest due first; else the newest first
	Unit    string // of this lead unit only
	Sight   Sight  // of the person who asks
	Limit   int
}

// TrackedSlip is a slip with its item.
type TrackedSlip struct {
	Slip
	Waiting bool // for its answer
	Item    Item
}

// Slips lists slips with their items.
func (s *Store) Slips(ctx context.Context, f SlipFilter) ([]TrackedSlip, error) {
	order, only := "s.issued desc, s.slip desc", "true"
	if f.Waiting {
		order, only = "s.due, s.slip", "s.due is not null"
	}
	w := &where{}
	f.Sight.limit(w)
	if f.Unit != "" {
		w.add("s.unit = $", clean(f.Unit))
	}
	w.add(only)
	rows, err := s.pool.Query(ctx, `
		select s.slip, s.due, i.code_hash, d.doc from slip s join item i on i.id = s.item join item_doc d on d.item = i.id
		where `+w.String()+` order by `+order+` limit `+w.arg(f.Limit), w.args...)
	if err != nil {
		return nil, fmt.Errorf("list slips: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanSlip)
	if err != nil {
		return nil, fmt.Errorf("list slips: %w", err)
	}
	return out, nil
}

func scanSlip(r pgx.CollectableRow) (t TrackedSlip, err error) {
	var number string
	var due pgtype.Date
	var doc []byte
	if err := r.Scan(&number, &due, &t.Item.CodeHash, (*pgtype.DriverBytes)(&doc)); err != nil {
		return t, err
	}
	if err := json.Unmarshal(doc, &t.Item); err != nil {
		return t, err
	}
	for _, x := range t.Item.Detail.Slips {
		if clean(x.Slip) == number {
			t.Slip = x
		}
	}
	t.Waiting = due.Valid
	return t, nil
}
