package intake

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/web/paper/ledger"
)

// back takes a row of a ledger that was made here and comes back, see [Import.Know]. Nothing is
// raised then; where the row was changed the kind is Changed and its claim is to be noted. was
// is the text of the claim before.
func (r *run) back(ctx context.Context, row *row, o *Outcome) (was string, is bool, err error) {
	own, is := r.Own[row.Row]
	if !is {
		return "", false, nil
	}
	o.Item, o.Number, o.Kind = own.Item, own.Number, Same
	if own.Doubt {
		return "", true, doubt(own.Number)
	}
	it, err := r.desk.Look(ctx, own.Item)
	if err != nil {
		return "", true, err
	}
	row.claim.Text = wholeOf(row.Cells)
	if it.Claim != nil {
		was = it.Claim.Text
	}
	if was == row.claim.Text || len(own.Changes) == 0 {
		return was, true, nil
	}
	if !slices.ContainsFunc(own.Changes, func(d events.LedgerDelta) bool { return d.Field == string(ledger.Note) }) {
		row.note = strings.TrimSpace(row.More.Progress) // the remark is this program's
	}
	o.Kind, o.Changes, row.claim.Changed = Changed, own.Changes, domain.Told(own.Changes)
	return was, true, nil
}

// wholeOf is the hash of all cells of a row.
func wholeOf(cells map[ledger.Field]string) string {
	b, err := json.Marshal(cells)
	if err != nil { // texts always marshal
		panic(err)
	}
	return hashOf(string(b))
}
