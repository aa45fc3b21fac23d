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

// timelineTable is only added to.
var timelineTable = table[entryRow]{name: "timeline", mass: true, cols: []col[entryRow]{
	uuidCol("item", func(e *entryRow) uuid.UUID { return e.item }),
	bigCol("sequence", func(e *entryRow) uint64 { return e.Sequence }),
	intCol("idx", func(e *entryRow) int { return e.Index }),
	intCol("rev", func(e *entryRow) int { return e.Rev }),
	textCol("type", func(e *entryRow) string { return e.Type }),
	textCol("title", func(e *entryRow) string { return e.Title }),
	textCol("body", func(e *entryRow) string { return e.Text }),
	textCol("public_body", func(e *entryRow) string { return e.PublicText }),
	textCol("visibility", func(e *entryRow) Visibility { return e.Visibility }),
	textCol("post", func(e *entryRow) string { return e.Post }),
	boolCol("demo", func(e *entryRow) bool { return e.Demo }),
	timeCol("recorded", func(e *entryRow) time.Time { return e.Recorded }),
	dateCol("occurred", func(e *entryRow) events.Date { return e.Occurred }),
	textCol("hash", func(e *entryRow) string { return e.Hash }),
	textCol("state", func(e *entryRow) events.State { return e.State }),
}}

// entry notes the line that a fact leaves in the timeline; r is the item after the fact.
func (b *batch) entry(r *row, c *events.Recorded, i int, e events.Event) {
	name, _ := events.TypeOf(e)
	t := tell(&r.Item, e)
	state, _ := events.StateAfter(e)
	occurred := c.Occurred
	if occurred == events.DateOf(c.Time) {
		occurred = events.Date{}
	}
	b.out.entries.room = entryRow{c.Item, Entry{Sequence: c.Sequence, Index: i, Rev: c.Rev, Type: name, Title: events.Title(e),
		Text: t.text, PublicText: t.public, Visibility: t.vis, Post: post(c.Actor), Demo: c.Actor.Demo,
		Recorded: c.Time, Occurred: occurred, Hash: c.Hash, State: state}}
	b.out.entries.insert(&b.out.entries.room)
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
	rows, err := q.Query(ctx, timelineSQL+` where item = any($1) and (cardinality($2::text[]) = 0 or visibility = any($2)) `+timelineOrder,
		items, column(vis, func(v Visibility) string { return string(v) }))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanEntry)
}

const (
	timelineSQL = `
		select item, sequence, idx, rev, type, title, body, public_body, visibility, post, demo, recorded, occurred, hash, state
		from timeline`
	timelineOrder = `order by item, sequence desc, idx desc`
)

func scanEntry(r pgx.CollectableRow) (e Entry, err error) {
	var item uuid.UUID
	var seq int64
	var recorded time.Time
	var occurred pgtype.Date
	err = r.Scan(&item, &seq, &e.Index, &e.Rev, &e.Type, &e.Title, &e.Text, &e.PublicText, &e.Visibility, &e.Post,
		&e.Demo, &recorded, &occurred, &e.Hash, &e.State)
	e.Item, e.Sequence, e.Recorded, e.Occurred = item.String(), uint64(seq), recorded.UTC(), fromDate(occurred)
	return e, err
}
