// Package returned knows ledgers that were made here and come back (导出改过再导回来), and finds what
// was changed in them, for package intake to note.
package returned

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/intake"
	"xiaohao/web/paper/ledger"
	"xiaohao/web/paper/sheet"
)

// Know finds the rows of im that went out from here, and what was changed in them: the ledger of
// the same columns is made once more, of the items of those numbers that the person may see, and
// each row held against its own. A number alone may be another office's: the day of raising has to
// fit, or where either has none, the problem.
func Know(ctx context.Context, im *intake.Import, reads sheet.Reads, open sheet.Opener, sight projections.Sight) error {
	im.Own = map[int]intake.Own{}
	o := sheet.Order{Ledger: madeAs(im), Format: sheet.CSV, Personal: true, Filter: projections.Filter{Sight: sight, Today: im.Today, Near: im.Today}}
	for _, it := range im.Read.Items {
		if it.More.Number != "" {
			o.Filter.Numbers = append(o.Filter.Numbers, it.More.Number)
		}
	}
	for _, o.Whole = range []bool{false, true} { // as pages give it; what differs, as the command line does
		if len(o.Filter.Numbers) == 0 {
			return nil
		}
		if err := hold(ctx, im, reads, open, o); err != nil {
			return fmt.Errorf("hold rows against the items here: %w", err)
		}
		o.Filter.Numbers = unlike(im)
	}
	return nil
}

// madeAs is the ledger of ours whose columns the file has.
func madeAs(im *intake.Import) (is sheet.Ledger) {
	most := -1
	for _, l := range []sheet.Ledger{sheet.L1, sheet.L2, sheet.L3, sheet.L5} {
		n := 0
		for _, head := range l.Heads() {
			if slices.ContainsFunc(im.Read.Headings, func(h ledger.Heading) bool { return h.Heading == head }) {
				n++
			}
		}
		if n > most {
			is, most = l, n
		}
	}
	return is
}

// unlike lists the numbers of the rows that are ours and differ.
func unlike(im *intake.Import) (numbers []string) {
	for _, own := range im.Own {
		if own.Doubt || len(own.Changes) > 0 {
			numbers = append(numbers, own.Number)
		}
	}
	return numbers
}

// hold makes a ledger and holds the rows against it. What was known stays where the ledger before
// fits better.
func hold(ctx context.Context, im *intake.Import, reads sheet.Reads, open sheet.Opener, o sheet.Order) error {
	items := numbered{reads, map[string]uuid.UUID{}}
	var made bytes.Buffer
	if out, err := sheet.Write(ctx, items, open, o, &made); err != nil || out.Rows == 0 {
		return err
	}
	ours, err := ledger.Read("", bytes.NewReader(made.Bytes()), int64(made.Len()), nil)
	if err != nil {
		return err
	}
	lines := map[string][]*ledger.Item{}
	for i := range ours.Items {
		it := &ours.Items[i]
		lines[it.More.Number] = append(lines[it.More.Number], it)
	}
	for i := range im.Read.Items {
		it := &im.Read.Items[i]
		line, fits := fitting(it, lines[it.More.Number])
		if line == nil {
			continue
		}
		own := intake.Own{Item: items.ids[it.More.Number], Number: it.More.Number, Doubt: !fits}
		for _, d := range im.Read.Differences(it, ours, line) {
			own.Changes = append(own.Changes, events.LedgerDelta{Field: string(d.Field), Was: ledger.Short(d.Was, 40), Now: ledger.Short(d.Now, 40)})
		}
		if known, is := im.Own[it.Row]; !is || known.Doubt && fits || known.Doubt == own.Doubt && len(own.Changes) < len(known.Changes) {
			im.Own[it.Row] = own
		}
	}
	return nil
}

// fitting picks the line of an item that a row comes from; one has several where each opinion is
// a line. None when the row was raised on another day, and so is another office's.
func fitting(it *ledger.Item, lines []*ledger.Item) (line *ledger.Item, fits bool) {
	most := -1
	for _, l := range lines {
		same, dated := ledger.Sameness(l.Problem) == ledger.Sameness(it.Problem), !it.More.Raised.IsZero() && !l.More.Raised.IsZero()
		if dated && it.More.Raised != l.More.Raised {
			continue
		}
		n := 0
		if same {
			n++
		}
		if n > most {
			line, fits, most = l, dated || same, n
		}
	}
	return line, fits
}

// numbered notes which item bears which number while rows are read.
type numbered struct {
	sheet.Reads
	ids map[string]uuid.UUID
}

func (n numbered) Each(ctx context.Context, f projections.Filter, do func(projections.Entered) error) (projections.Position, error) {
	return n.Reads.Each(ctx, f, func(it projections.Entered) error {
		id, err := uuid.Parse(it.ID)
		if err != nil {
			return err
		}
		n.ids[it.Number] = id
		return do(it)
	})
}
