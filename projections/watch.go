package projections

import (
	"cmp"
	"context"
	"fmt"
	"maps"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// watchDraw marks a look-back that is still to be drawn; no ladder watches it.
const watchDraw events.Watch = "DRAW"

// watched lists the days of the item that are watched, and the look-back to be drawn.
func (it *Item) watched() []events.Watched {
	d := &it.Detail
	plain := make([]events.Assignment, len(d.Assignments))
	for i, a := range d.Assignments {
		plain[i] = a.Assignment
	}
	out := d.Supervised.Watched(events.WatchedItem{State: it.State, Due: it.Due, NextReview: it.NextReview, Urgent: it.Urgent, Assignments: plain})
	if it.State == events.Closed && len(d.LookBacks) > 0 && d.Supervised.LookBack.IsZero() {
		out = append(out, events.Watched{Watch: watchDraw, On: d.LookBacks[0]})
	}
	return out
}

// watchRow is one watched day.
type watchRow struct {
	item   uuid.UUID
	preset events.Preset
	events.Watched
}

var watchTable = table[watchRow]{name: "watch", mass: true, key: []string{"item", "watch", "ref"}, cols: []col[watchRow]{
	uuidCol("item", func(w *watchRow) uuid.UUID { return w.item }),
	textCol("watch", func(w *watchRow) events.Watch { return w.Watch }),
	textCol("ref", func(w *watchRow) string { return w.Ref }),
	dateCol("day", func(w *watchRow) events.Date { return w.On }),
	textCol("preset", func(w *watchRow) events.Preset { return w.preset }),
	boolCol("urgent", func(w *watchRow) bool { return w.Urgent }),
	smallCol("reached", func(w *watchRow) int { return w.Reached.Rank() }),
}}

// watchKey names a watched day of an item.
type watchKey struct {
	watch events.Watch
	ref   string
}

// watchesOf are the watched days of an item as they stand in the table.
func watchesOf(it *Item) map[watchKey]events.Watched {
	ws := it.watched()
	if len(ws) == 0 {
		return nil
	}
	out := make(map[watchKey]events.Watched, len(ws))
	for _, w := range ws {
		out[watchKey{w.Watch, clean(w.Ref)}] = w
	}
	return out
}

// settleWatches writes the watched days of an item anew when any of them changed.
func (b *batch) settleWatches(r *row) {
	now := watchesOf(&r.Item)
	if maps.Equal(now, r.watches) {
		return
	}
	put := b.out.watches.insert
	if len(r.watches) > 0 { // what is copied is written before the old ones go
		b.out.unwatched, put = append(b.out.unwatched, r.id), b.out.watches.upsert
	}
	for _, k := range sorted(now, func(a, b watchKey) int {
		return cmp.Or(cmp.Compare(a.watch, b.watch), cmp.Compare(a.ref, b.ref))
	}) {
		put(&watchRow{r.id, r.Preset, now[k]})
	}
	r.watches = now
}

// unwatched are the items whose rows go, to be written anew.
type unwatched []uuid.UUID

func (o *unwatched) size() int { return 16 * len(*o) }

func (o *unwatched) sums() (sumsSQL, bool) { return sumsSQL{}, false }

func (o *unwatched) mass() string { return "" }

func (o *unwatched) hand(w *writer) {
	if len(*o) == 0 {
		return
	}
	w.queue("clear watch", func() string { return `delete from watch where item = any($1)` }, [][]byte{uuidArray(*o)})
	*o = (*o)[:0]
}

// Reach is a set of watched days: those of one watch and urgency under a preset for which
// the ladder went to Reached, up to the day Until.
type Reach struct {
	Preset  events.Preset
	Watch   events.Watch
	Urgent  bool
	Reached events.SupervisionLevel
	Until   events.Date
}

// Owing is a watched day that one of the sets asked for holds.
type Owing struct {
	Item   uuid.UUID
	Preset events.Preset
	events.Watched
}

// Owing returns up to limit watched days that are in one of the sets. Each set is read from
// the index and no other row is looked at, so it costs what it finds.
func (s *Store) Owing(ctx context.Context, sets []Reach, limit int) ([]Owing, error) {
	rows, err := s.pool.Query(ctx, `
		select w.item, w.preset, w.watch, w.ref, w.day, w.urgent, w.reached
		from unnest($1::text[], $2::text[], $3::boolean[], $4::smallint[], $5::date[]) q(preset, watch, urgent, reached, until)
			cross join lateral (
				select w.* from watch w
				where w.preset = q.preset and w.watch = q.watch and w.urgent = q.urgent and w.reached = q.reached
					and w.day <= q.until
				order by w.day limit $6) w
		limit $6`,
		column(sets, func(r Reach) string { return string(r.Preset) }), column(sets, func(r Reach) string { return string(r.Watch) }),
		column(sets, func(r Reach) bool { return r.Urgent }), column(sets, func(r Reach) int16 { return int16(r.Reached.Rank()) }),
		column(sets, func(r Reach) pgtype.Date { return date(r.Until) }), limit)
	if err != nil {
		return nil, fmt.Errorf("read what supervision owes: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (o Owing, err error) {
		var day pgtype.Date
		var reached int
		err = r.Scan(&o.Item, &o.Preset, &o.Watch, &o.Ref, &day, &o.Urgent, &reached)
		if o.On = fromDate(day); reached > 0 && reached <= len(events.SupervisionLevels) {
			o.Reached = events.SupervisionLevels[reached-1]
		}
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what supervision owes: %w", err)
	}
	return out, nil
}

// Undrawn returns up to limit closed items whose next look-back lies not after until and
// was not drawn yet, the longest waiting first.
func (s *Store) Undrawn(ctx context.Context, until events.Date, limit int) ([]Item, error) {
	rows, err := s.pool.Query(ctx, `
		select i.code_hash, d.doc
		from (select w.item, w.day from unnest($3::text[]) q(preset)
				cross join lateral (select w.item, w.day from watch w
					where w.preset = q.preset and w.watch = 'DRAW' and not w.urgent and w.reached = 0 and w.day <= $1
					order by w.day limit $2) w
				order by w.day, w.item limit $2) w
			join item i on i.id = w.item
			join item_doc d on d.item = i.id
		order by w.day, i.id`, date(until), limit, column(events.Presets, func(p events.Preset) string { return string(p) }))
	if err != nil {
		return nil, fmt.Errorf("read look-backs to be drawn: %w", err)
	}
	its, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return nil, fmt.Errorf("read look-backs to be drawn: %w", err)
	}
	return its, nil
}
