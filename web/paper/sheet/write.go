package sheet

import (
	"context"
	"fmt"
	"io"

	"xiaohao/events"
	"xiaohao/projections"
)

// Reads is where rows come from; projections.Store is one.
type Reads interface {
	Each(ctx context.Context, f projections.Filter, do func(projections.Entered) error) (projections.Position, error)
}

// Opener opens sealed personal fields; events/vault is one. It returns events.ErrErased for
// what was erased.
type Opener func(ctx context.Context, s events.Sealed) (string, error)

// Format is a kind of file.
type Format string

const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
)

// Type is the media type of the file.
func (f Format) Type() string {
	if f == CSV {
		return "text/csv; charset=utf-8"
	}
	return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
}

// Order says which ledger of which rows is wanted.
type Order struct {
	Ledger   Ledger
	Format   Format
	Filter   projections.Filter // exactly these rows; After and Limit do not matter
	Says     string             // the filter in words, for the sheet that tells what the file is
	Personal bool               // with the columns of names, telephone numbers and exact places
	Whole    bool               // names and numbers in full, those in what people said too; otherwise masked
}

// Written is what became of an order.
type Written struct {
	Rows int                  // of the ledger, headings not counted
	At   projections.Position // up to where the log is in it
}

// book takes the rows of a table.
type book interface {
	row(cells []Cell) error
	close(notes []string) error
}

// newBook begins a table; drop lets go of what it holds, whether it was closed or not.
func newBook(f Format, title string, cols []Column, w io.Writer) (b book, drop func(), err error) {
	if f == CSV {
		b, err = newCSV(w, cols)
		return b, func() {}, err
	}
	x, err := newXLSX(w, title, cols)
	if err != nil {
		return nil, nil, err
	}
	return x, x.drop, nil
}

// Write writes a ledger to w. Nothing arrives at w of an .xlsx before all rows are read; of
// a .csv some may, so a caller that can still refuse should keep it back until Write returns.
// It returns ErrTooLong for an .xlsx of more rows than a sheet takes.
func Write(ctx context.Context, reads Reads, open Opener, o Order, w io.Writer) (out Written, err error) {
	cols, keep := shown(o.Ledger.columns(o), o.Personal)
	b, drop, err := newBook(o.Format, o.Ledger.Zh(), cols, w)
	if err != nil {
		return out, fmt.Errorf("write ledger: %w", err)
	}
	defer drop()
	r := &rower{ctx: ctx, open: open, o: o}
	put := func(cells []Cell) error {
		out.Rows++
		return b.row(kept(cells, keep))
	}
	var ts tallies
	out.At, err = reads.Each(ctx, o.Filter, func(it projections.Entered) error {
		if err := r.enter(it, &ts, put); err != nil {
			return err
		}
		return r.err
	})
	if err != nil {
		return out, fmt.Errorf("write ledger: %w", err)
	}
	for _, cells := range ts.rows() {
		if err := put(cells); err != nil {
			return out, fmt.Errorf("write ledger: %w", err)
		}
	}
	if err := b.close(o.notes(out)); err != nil {
		return out, fmt.Errorf("write ledger: %w", err)
	}
	return out, nil
}

// enter puts what an item adds to the ledger.
func (r *rower) enter(it projections.Entered, ts *tallies, put func([]Cell) error) error {
	switch r.o.Ledger {
	case L2:
		return put(r.public(it))
	case L3:
		for _, cells := range r.said(it) {
			if err := put(cells); err != nil {
				return err
			}
		}
		return nil
	case L4:
		ts.add(it.Item)
		return nil
	case L5:
		if cells, is := r.redone(it); is {
			return put(cells)
		}
		return nil
	}
	return put(r.main(it))
}

// notes tell what the file is, so that it can be made again and checked.
func (o Order) notes(out Written) []string {
	day := zhDay(o.day()) + "的现状"
	if !o.Filter.AsOf.IsZero() {
		day = zhDay(o.Filter.AsOf) + "当天结束时的样子（事项名称是现在的）"
	}
	return []string{o.Ledger.Zh() + "，" + day + "。", "筛选：" + o.Says + "。", fmt.Sprintf("共 %d 行。", out.Rows),
		fmt.Sprintf("数据截至日志 %s 第 %d 号记录，校验 %s。", out.At.Identity, out.At.Sequence, out.At.Hash)}
}

// shown are the columns of an order, and which they are of all.
func shown(all []Column, personal bool) (cols []Column, keep []int) {
	for i, c := range all {
		if personal || !c.Personal {
			cols, keep = append(cols, c), append(keep, i)
		}
	}
	return cols, keep
}

// kept takes the cells of the columns that are shown.
func kept(cells []Cell, keep []int) []Cell {
	if len(keep) == len(cells) {
		return cells
	}
	out := make([]Cell, len(keep))
	for i, k := range keep {
		out[i] = cells[k]
	}
	return out
}
