package intake

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"xiaohao/domain"
	"xiaohao/events"
)

// Previewer also says what a command would do; [domain.Desk] is one.
type Previewer interface {
	Desk
	Preview(ctx context.Context, o domain.Order) ([]events.Event, error)
}

// Foresee says of the first n items what an import would make of each, and writes nothing.
func Foresee(ctx context.Context, desk Previewer, im Import, n int) ([]Outcome, error) {
	r := newRun(desk, nil, im, nil)
	out := make([]Outcome, min(n, len(im.Read.Items)))
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	for i := range out {
		all.Go(func() (err error) {
			out[i], err = r.foresee(ctx, desk, i)
			return err
		})
	}
	return out, all.Wait()
}

func (r *run) foresee(ctx context.Context, desk Previewer, i int) (Outcome, error) {
	row := r.row(i)
	o := Outcome{Row: row.Row, Kind: Same, Item: domain.ItemOf(row.raise), Notes: row.notes}
	err := row.wrong
	if err == nil {
		err = r.foreseeSteps(ctx, desk, row, &o)
	}
	if rs := domain.RefusalsOf(err); len(rs) > 0 {
		o.Kind, o.Reason = Refused, rs[0].Message
		return o, nil
	}
	return o, err
}

// foreseeSteps looks at the item as it is. Of a new one only what is wrong by itself is known.
func (r *run) foreseeSteps(ctx context.Context, desk Previewer, row row, o *Outcome) error {
	if _, is, err := r.back(ctx, &row, o); is || err != nil {
		return err
	}
	it, err := desk.Look(ctx, o.Item)
	switch {
	case errors.Is(err, domain.ErrNotFound):
		o.Kind = New
		if rs := domain.Check(row.raise.Command); len(rs) > 0 {
			return rs
		}
		return nil
	case err != nil:
		return err
	}
	o.Number = it.Number
	if it.Claim == nil { // an import was cut off here
		o.Kind = New
		return nil
	}
	if it.Claim.Text == row.claim.Text {
		return nil
	}
	o.Kind = Changed
	facts, err := desk.Preview(ctx, r.claimOrder(o.Item, row, it.Claim.Text, row.claim))
	for _, f := range facts {
		if f, ok := f.(events.LedgerClaimed); ok {
			o.Changes = f.Changed
		}
	}
	return err
}
