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
	events.Opinion
}

// link says that an item answers an opinion.
type link struct {
	opinion string
	item    uuid.UUID
}

// opinion notes what a fact says about opinions.
func (b *batch) opinion(r events.Recorded, e events.Event, number string) {
	said := func(o events.Opinion) {
		b.opinions = append(b.opinions, opinionRow{r.Item, r.Time, claimed(r), r.Sequence, o})
		b.links = append(b.links, link{o.ID, r.Item})
	}
	answers := func(ids []string) {
		for _, id := range ids {
			b.links = append(b.links, link{id, r.Item})
		}
	}
	switch e := e.(type) {
	case events.ItemRaised:
		said(e.Opinion)
	case events.OpinionAdded:
		said(e.Opinion)
	case events.ItemAbsorbed:
		answers(e.Opinions)
	case events.ItemSplitOff:
		answers(e.Opinions)
	}
}

func queueOpinions(out *pgx.Batch, os []opinionRow, links []link) error {
	if len(os) > 0 {
		docs := make([]string, len(os))
		for i, o := range os {
			var err error
			if docs[i], err = document(o.Opinion); err != nil {
				return fmt.Errorf("write opinion %s: %w", o.ID, err)
			}
		}
		out.Queue(`
			insert into opinion (id, item, raised, raised_on, sequence, doc)
			select id, item, raised, raised_on, sequence, doc::jsonb
			from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::date[], $5::bigint[], $6::text[])
				as t (id, item, raised, raised_on, sequence, doc)
			on conflict (id) do nothing`,
			column(os, func(o opinionRow) string { return clean(o.ID) }),
			uuids(column(os, func(o opinionRow) uuid.UUID { return o.item })),
			column(os, func(o opinionRow) time.Time { return o.raised }),
			column(os, func(o opinionRow) pgtype.Date { return date(o.raisedOn) }),
			column(os, func(o opinionRow) int64 { return int64(o.sequence) }),
			docs)
	}
	if len(links) > 0 {
		out.Queue(`
			insert into opinion_item (opinion, item)
			select opinion, item from unnest($1::text[], $2::uuid[]) as t (opinion, item)
			on conflict (opinion, item) do nothing`,
			column(links, func(l link) string { return clean(l.opinion) }),
			uuids(column(links, func(l link) uuid.UUID { return l.item })))
	}
	return nil
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
