package projections

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

type opinionRow struct {
	item     uuid.UUID
	raised   time.Time
	raisedOn events.Date
	sequence uint64
	doc      []byte
	events.Opinion
}

// link says that an item answers an opinion.
type link struct {
	opinion string
	item    uuid.UUID
}

var opinionTable = table[opinionRow]{name: "opinion", mass: true, key: []string{"id"}, then: keepRow, cols: []col[opinionRow]{
	textCol("id", func(o *opinionRow) string { return o.ID }),
	uuidCol("item", func(o *opinionRow) uuid.UUID { return o.item }),
	timeCol("raised", func(o *opinionRow) time.Time { return o.raised }),
	dateCol("raised_on", func(o *opinionRow) events.Date { return o.raisedOn }),
	bigCol("sequence", func(o *opinionRow) uint64 { return o.sequence }),
	docCol("doc", func(o *opinionRow) []byte { return o.doc }),
}}

// linkRow is by how many facts say that an item answers an opinion; a merge that is taken
// back takes its own away.
type linkRow struct {
	link
	n int
}

var linkTable = table[linkRow]{name: "opinion_item", mass: true, key: []string{"opinion", "item"}, then: sumRow, cols: []col[linkRow]{
	textCol("opinion", func(l *linkRow) string { return l.opinion }),
	uuidCol("item", func(l *linkRow) uuid.UUID { return l.item }),
	intCol("n", func(l *linkRow) int { return l.n }),
}}

func (b *batch) settleLinks() {
	for l, n := range b.linked {
		if n != 0 {
			b.out.links.upsert(&linkRow{l, n})
		}
	}
	clear(b.linked)
}

// opinion notes what a fact says about opinions.
func (b *batch) opinion(r *row, c *events.Recorded, e events.Event) {
	said := func(o events.Opinion) {
		if !r.ErasureOn.IsZero() {
			o = erasedOpinion(o)
		} else {
			b.out.verbatim.upsert(&verbatimRow{o.ID, c.Item, monthOf(day(c))})
		}
		doc, err := document(o)
		if err != nil {
			panic(fmt.Errorf("write opinion %s: %w", o.ID, err))
		}
		b.out.opinions.upsert(&opinionRow{c.Item, c.Time, claimed(c), c.Sequence, doc, o})
		b.linked[link{o.ID, c.Item}]++
	}
	answers := func(ids []string, n int) {
		for _, id := range ids {
			b.linked[link{id, c.Item}] += n
		}
	}
	switch e := e.(type) {
	case events.ItemRaised:
		said(e.Opinion)
	case events.OpinionAdded:
		said(e.Opinion)
	case events.ItemAbsorbed:
		answers(e.Opinions, 1)
	case events.ItemSeparated:
		answers(e.Opinions, -1)
	case events.ItemSplitOff:
		answers(e.Opinions, 1)
	case events.ErasureRequested:
		b.out.scrubs = append(b.out.scrubs, c.Item)
	}
}

// Opinions returns every opinion that was registered under the item or that it answers, in
// the order in which they came.
func (s *Store) Opinions(ctx context.Context, itemID string) ([]Opinion, error) {
	id, err := uuid.Parse(itemID)
	if err != nil {
		return nil, nil
	}
	rows, err := s.pool.Query(ctx, `
		select o.doc, coalesce(i.number, ''), o.raised, o.raised_on,
			array(select n.number from opinion_item l join item n on n.id = l.item
				where l.opinion = o.id and n.grp <> 'MERGED' order by n.number)
		from opinion_item a
			join opinion o on o.id = a.opinion
			left join item i on i.id = o.item
		where a.item = $1
		order by o.sequence, o.id`, id)
	if err != nil {
		return nil, fmt.Errorf("read opinions of %s: %w", itemID, err)
	}
	os, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (o Opinion, err error) {
		var doc []byte
		var on pgtype.Date
		if err := r.Scan((*pgtype.DriverBytes)(&doc), &o.Item, &o.Raised, &on, &o.Items); err != nil {
			return o, err
		}
		o.Raised, o.RaisedOn = o.Raised.UTC(), fromDate(on)
		return o, json.Unmarshal(doc, &o.Opinion)
	})
	if err != nil {
		return nil, fmt.Errorf("read opinions of %s: %w", itemID, err)
	}
	return os, nil
}
