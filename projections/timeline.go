package projections

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

type entryRow struct {
	item uuid.UUID
	Entry
}

// newEntry is the line that a fact leaves in the timeline; it is the row after the fact.
func newEntry(it *Item, r events.Recorded, i int, e events.Event) entryRow {
	name, _ := events.TypeOf(e)
	t := tell(it, e)
	state, _ := events.StateAfter(e)
	occurred := r.Occurred
	if occurred == events.DateOf(r.Time) {
		occurred = events.Date{}
	}
	return entryRow{r.Item, Entry{Sequence: r.Sequence, Index: i, Rev: r.Rev, Type: name, Title: events.Title(e),
		Text: t.text, PublicText: t.public, Visibility: t.vis, Post: post(r.Actor), Demo: r.Actor.Demo,
		Recorded: r.Time, Occurred: occurred, Hash: r.Hash, State: state}}
}

func copyEntries(ctx context.Context, tx pgx.Tx, es []entryRow) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"timeline"},
		[]string{"item", "sequence", "idx", "rev", "type", "title", "body", "public_body", "visibility", "post", "demo",
			"recorded", "occurred", "hash", "state"},
		pgx.CopyFromSlice(len(es), func(i int) ([]any, error) {
			e := &es[i]
			return []any{pgtype.UUID{Bytes: e.item, Valid: true}, int64(e.Sequence), int32(e.Index), int32(e.Rev), e.Type, e.Title, clean(e.Text),
				clean(e.PublicText), string(e.Visibility), clean(e.Post), e.Demo, e.Recorded, date(e.Occurred), e.Hash,
				clean(string(e.State))}, nil
		}))
	if err != nil {
		return fmt.Errorf("store timeline: %w", err)
	}
	return nil
}

// Timeline returns what happened to an item, newest first: all of it, or only what has one
// of the given visibilities.
func (s *Store) Timeline(ctx context.Context, itemID string, vis ...Visibility) ([]Entry, error) {
	id, err := uuid.Parse(itemID)
	if err != nil {
		return nil, nil
	}
	es, err := timeline(ctx, s.pool, []uuid.UUID{id}, vis)
	if err != nil {
		return nil, fmt.Errorf("read timeline of %s: %w", itemID, err)
	}
	return es, nil
}

func timeline(ctx context.Context, q querier, items []uuid.UUID, vis []Visibility) ([]Entry, error) {
	rows, err := q.Query(ctx, `
		select item, sequence, idx, rev, type, title, body, public_body, visibility, post, demo, recorded, occurred, hash, state
		from timeline
		where item = any($1) and (cardinality($2::text[]) = 0 or visibility = any($2))
		order by item, sequence desc, idx desc`,
		items, column(vis, func(v Visibility) string { return string(v) }))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (e Entry, err error) {
		var item uuid.UUID
		var seq int64
		var recorded time.Time
		var occurred pgtype.Date
		err = r.Scan(&item, &seq, &e.Index, &e.Rev, &e.Type, &e.Title, &e.Text, &e.PublicText, &e.Visibility, &e.Post,
			&e.Demo, &recorded, &occurred, &e.Hash, &e.State)
		e.Item, e.Sequence, e.Recorded, e.Occurred = item.String(), uint64(seq), recorded.UTC(), fromDate(occurred)
		return e, err
	})
}
