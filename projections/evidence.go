package projections

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// fileRow says that a fact entered a file with this hash.
type fileRow struct {
	hash     string
	item     uuid.UUID
	evidence string
	ledger   string // of a workbook
	on       events.Date
	sequence uint64
}

var fileTable = table[fileRow]{name: "evidence_file", key: []string{"hash", "item", "evidence"}, then: keepRow, cols: []col[fileRow]{
	textCol("hash", func(f *fileRow) string { return f.hash }),
	uuidCol("item", func(f *fileRow) uuid.UUID { return f.item }),
	textCol("evidence", func(f *fileRow) string { return f.evidence }),
	textCol("ledger", func(f *fileRow) string { return f.ledger }),
	dateCol("used", func(f *fileRow) events.Date { return f.on }),
	bigCol("sequence", func(f *fileRow) uint64 { return f.sequence }),
}}

// Workbook begins the id of a use that is no evidence but the file of an import; its object
// in the store follows.
const Workbook = "workbook:"

// file notes which bytes a fact entered, as they came and as they are kept.
func (b *batch) file(c *events.Recorded, e events.Event) {
	var f events.EvidenceFile
	var id, of string
	switch e := e.(type) {
	case events.EvidenceRecorded:
		f, id = e.File, e.ID
	case events.LedgerClaimed:
		f, id, of = e.Workbook, Workbook+e.Workbook.Object, e.Ledger
	}
	if f.IsZero() {
		return
	}
	for _, hash := range []string{f.Original, f.Kept} {
		b.out.files.upsert(&fileRow{hash, c.Item, id, of, events.DateOf(c.Time), c.Sequence})
	}
}

// FileUse is a fact that entered a file, and the hash by which it was found.
type FileUse struct {
	Hash string
	events.EvidenceUse
}

// FileUses returns the facts that entered files with these hashes, as they came or as they
// are kept, the earliest first. It holds what the facts say and nothing else, so it cannot
// be wrong after a rebuild; it can only be late.
func (s *Store) FileUses(ctx context.Context, hashes []string) ([]FileUse, error) {
	rows, err := s.pool.Query(ctx, `
		select f.hash, f.item, i.number, f.evidence, f.used
		from evidence_file f
			join item i on i.id = f.item
		where f.hash = any($1)
		order by f.sequence, f.evidence, f.hash`, hashes)
	if err != nil {
		return nil, fmt.Errorf("read uses of files: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (u FileUse, err error) {
		var item uuid.UUID
		var on pgtype.Date
		err = r.Scan(&u.Hash, &item, &u.Number, &u.ID, &on)
		u.Item, u.On = item.String(), fromDate(on)
		return u, err
	})
	if err != nil {
		return nil, fmt.Errorf("read uses of files: %w", err)
	}
	return out, nil
}

// HidesOf reports whether an item of this imported ledger is kept from the person who asks: then
// every file of the ledger is, too, for a row that did not change left no fact. Only
// restricted items can be, which are few.
func (s *Store) HidesOf(ctx context.Context, ledger string, sight Sight) (hides bool, err error) {
	if sight.free() {
		return false, nil
	}
	w := &where{}
	w.conds = append(w.conds, sight.hidden(w))
	w.add("d.doc::jsonb #> '{detail,ledgers}' ? $::text", ledger)
	err = s.pool.QueryRow(ctx, `select exists (select from item i join item_doc d on d.item = i.id where `+w.String()+`)`, w.args...).Scan(&hides)
	if err != nil {
		return true, fmt.Errorf("look for what came in ledger %q: %w", ledger, err)
	}
	return hides, nil
}

// Workbooks lists the hashes of the files that were imported into one of the ledgers before
// a sequence.
func (s *Store) Workbooks(ctx context.Context, ledgers []string, before uint64) ([]string, error) {
	rows, err := s.pool.Query(ctx, `select distinct hash from evidence_file where ledger <> '' and ledger = any($1) and sequence < $2 order by hash`,
		column(ledgers, clean), int64(before))
	if err != nil {
		return nil, fmt.Errorf("list workbooks: %w", err)
	}
	hashes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list workbooks: %w", err)
	}
	return hashes, nil
}
