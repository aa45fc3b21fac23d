package projections

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// When erasure of an item's personal data is asked for, its rows lose every sealed field in
// the transaction of that very fact; the keys are destroyed after it. Only that something
// was given stays ([events.Sealed.Erased]). What was sealed is all there is to lose: no
// text made from it ever stands in a row.

// scrub takes every sealed field from the row.
func (it *Item) scrub() {
	erased := func(_ string, s events.Sealed) (events.Sealed, error) { return s.Erased(), nil }
	d := &it.Detail
	for _, s := range []*events.Sealed{&d.Answer, &d.ReplyPrivate, &d.ReplySecret} {
		*s = s.Erased()
	}
	if d.Report != nil {
		e, _ := events.MapSealed(*d.Report, erased) // erased never fails
		report := e.(events.RectificationReported)
		d.Report = &report
	}
	if d.Claim != nil {
		e, _ := events.MapSealed(*d.Claim, erased)
		claim := e.(events.LedgerClaimed)
		d.Claim = &claim
	}
	for i := range d.Evidence {
		d.Evidence[i].File.Name = d.Evidence[i].File.Name.Erased()
	}
	for i := range d.Objections {
		d.Objections[i].Text, d.Objections[i].Contact = d.Objections[i].Text.Erased(), d.Objections[i].Contact.Erased()
	}
	for i := range d.Evaluations {
		e, _ := events.MapSealed(d.Evaluations[i].Evaluated, erased)
		d.Evaluations[i].Evaluated = e.(events.Evaluated)
	}
}

// erasedOpinion is what stands of an opinion that should never have come after it.
func erasedOpinion(o events.Opinion) events.Opinion {
	o.Text, o.Name, o.Phone, o.Place = o.Text.Erased(), o.Name.Erased(), o.Phone.Erased(), o.Place.Erased()
	return o
}

// opinionScrub is scrub for opinions.
const opinionScrub = `
	update opinion set doc = doc || (
		select coalesce(jsonb_object_agg(f, jsonb_build_object('key', item, 'at', '', 'box', encode('erased', 'base64'))), '{}')
		from unnest('{text,name,phone,place}'::text[]) f
		where jsonb_typeof(doc -> f) = 'object')
	where item = any($1)`

// scrubs are the items of which erasure was asked for. Their opinions lose their personal
// data with this write: those that were registered under them, wherever they are answered now.
type scrubs []uuid.UUID

func (o *scrubs) size() int { return 16 * len(*o) }

func (o *scrubs) sums() (sumsSQL, bool) { return sumsSQL{}, false }

func (o *scrubs) mass() string { return "" }

func (o *scrubs) hand(w *writer) {
	if len(*o) == 0 {
		return
	}
	ids := uuidArray(*o)
	w.queue("scrub opinion", func() string { return opinionScrub }, [][]byte{ids})
	w.queue("scrub verbatim", func() string { return `delete from verbatim where item = any($1)` }, [][]byte{ids})
	w.queue("open erasure", func() string {
		return `insert into erasure (item, done) select distinct unnest($1::uuid[]), false on conflict do nothing`
	}, [][]byte{ids})
	*o = (*o)[:0]
}

// uuidArray is a uuid[] in Postgres's binary form.
func uuidArray(ids []uuid.UUID) []byte {
	b := appendArrayHead(nil, kindUUID.elem, len(ids))
	for _, id := range ids {
		b = append(append(b, 0, 0, 0, 16), id[:]...)
	}
	return b
}

// erasureRow is an item whose personal data was asked to be erased.
type erasureRow struct {
	item uuid.UUID
	done bool
}

var erasureTable = table[erasureRow]{name: "erasure", key: []string{"item"}, cols: []col[erasureRow]{
	uuidCol("item", func(r *erasureRow) uuid.UUID { return r.item }),
	boolCol("done", func(r *erasureRow) bool { return r.done }),
}}

func (b *batch) settleErasure(r *row) {
	if r.Erased {
		b.out.erasures.upsert(&erasureRow{r.id, true})
	}
}

// Erasures lists the items whose personal data was asked to be erased: all of them, or only
// those where it is not done yet.
func (s *Store) Erasures(ctx context.Context, openOnly bool) ([]uuid.UUID, error) {
	rows, err := s.pool.Query(ctx, `select item from erasure where not $1 or not done order by item`, openOnly)
	if err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	return ids, nil
}
