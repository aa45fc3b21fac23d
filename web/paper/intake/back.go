package intake

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/web/paper/ledger"
)

// Own is what is known here of a row whose number an item here bears.
type Own struct {
	Item    uuid.UUID
	Number  string
	Changes []events.LedgerDelta // where the row says otherwise than a ledger made now would
	Doubt   bool                 // the number may be another office's: nothing else of the row fits
}

// back takes a row of a ledger that was made here and comes back. Nothing is raised then; where it
// was changed the kind is Changed and its claim is to be noted. was is the text of the claim before.
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

// doubt refuses a row that bears the number of an item here and nothing else of it.
func doubt(number string) error {
	return &domain.Refusal{Rule: "import.number", Field: "number",
		Message: "编号 " + number + " 是这里的一件事项，这一行的问题却和它不同，又没有提出时间可以对照。要改的是这件，请保留问题原文；是另一件，请去掉编号。"}
}
