package intake

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"xiaohao/domain"
)

// back recognizes the row of a ledger that was made here and comes back (导出改过再导回来): it
// bears the number of an item here, and the day on which that was raised. Nothing is raised then; where
// the row says otherwise than the item does, the kind is Changed and the row's claim is to be
// noted. was is the text of the claim before.
func (r *run) back(ctx context.Context, row *row, o *Outcome) (was string, is bool, err error) {
	it, err := r.look(ctx, *row)
	if it == nil || err != nil || it.RaisedOn != row.More.Raised {
		return "", false, err
	}
	o.Item, o.Number, o.Kind = it.ID, it.Number, Same
	if it.Claim != nil {
		was = it.Claim.Text
	}
	if was == row.claim.Text {
		return was, true, nil
	}
	said := row.claim
	if !row.ModeSaid {
		said.Mode = ""
	}
	if !row.Said {
		said.Says = ""
	}
	if row.claim.Changed = domain.Unlike(it, said); len(row.claim.Changed) > 0 {
		o.Kind, o.Changes = Changed, row.claim.Changed
	}
	return was, true, nil
}

func (r *run) look(ctx context.Context, row row) (*domain.Item, error) {
	if row.own == uuid.Nil {
		return nil, nil
	}
	it, err := r.desk.Look(ctx, row.own)
	if errors.Is(err, domain.ErrNotFound) {
		err = nil
	}
	return it, err
}
