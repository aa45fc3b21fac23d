package projections

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// rankOf is the first key of the ledger's order: what is stuck comes first.
func rankOf(it *Item) int16 {
	switch it.Group {
	case GroupOpen:
		return 0
	case GroupWaiting:
		if !it.Due.IsZero() {
			return 0
		}
		return 1
	case GroupDone:
		return 2
	case GroupStanding:
		return 3
	case GroupHeld:
		return 4
	case GroupPending:
		return 5
	case GroupClosed:
		return 6
	}
	return 7
}

// sortDay is the second key: the deadline while it runs, else the day of the next review.
func sortDay(it *Item) events.Date {
	switch {
	case it.open():
		return it.Due
	case it.Group == GroupStanding || it.Group == GroupHeld:
		return it.NextReview
	}
	return events.Date{}
}

// runningDue is the deadline while it runs.
func runningDue(it *Item) events.Date {
	if it.open() {
		return it.Due
	}
	return events.Date{}
}

func queueItems(out *pgx.Batch, rows []*row) error {
	docs := make([]string, len(rows))
	for i, r := range rows {
		var err error
		if docs[i], err = document(&r.Item); err != nil {
			return fmt.Errorf("write item %s: %w", r.ID, err)
		}
	}
	text := func(f func(r *row) string) []string {
		return column(rows, func(r *row) string { return clean(f(r)) })
	}
	flag := func(f func(r *row) bool) []bool { return column(rows, f) }
	days := func(f func(r *row) pgtype.Date) pgtype.FlatArray[pgtype.Date] { return column(rows, f) }
	ids := uuids(column(rows, func(r *row) uuid.UUID { return r.uuid() }))
	out.Queue(`
		insert into item (id, number, public_id, code_hash, state, grp, rank, sort_day, mode, preset, source, category,
			class, area, unit, leader, campaign, due, next_review, new_week, closed_week, returns, reopened,
			return_open, ext_open, reply_open, unsatisfied, shown, complained_of, closed_at)
		select id, number, public_id, code_hash, state, grp, rank, sort_day, mode, preset, source, category,
			class, area, unit, leader, campaign, due, next_review, new_week, closed_week, returns, reopened,
			return_open, ext_open, reply_open, unsatisfied, shown,
			string_to_array(complained_of, E'\x1f'), closed_at
		from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::smallint[], $8::date[],
			$9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
			$17::text[], $18::date[], $19::date[], $20::date[], $21::date[], $22::integer[], $23::integer[],
			$24::boolean[], $25::boolean[], $26::boolean[], $27::boolean[], $28::boolean[], $29::text[], $30::timestamptz[])
			as t (id, number, public_id, code_hash, state, grp, rank, sort_day, mode, preset, source, category,
				class, area, unit, leader, campaign, due, next_review, new_week, closed_week, returns, reopened,
				return_open, ext_open, reply_open, unsatisfied, shown, complained_of, closed_at)
		on conflict (id) do update set
			number = excluded.number, public_id = excluded.public_id, code_hash = excluded.code_hash,
			state = excluded.state, grp = excluded.grp, rank = excluded.rank, sort_day = excluded.sort_day,
			mode = excluded.mode, preset = excluded.preset, source = excluded.source, category = excluded.category,
			class = excluded.class, area = excluded.area, unit = excluded.unit, leader = excluded.leader,
			campaign = excluded.campaign, due = excluded.due, next_review = excluded.next_review,
			new_week = excluded.new_week, closed_week = excluded.closed_week, returns = excluded.returns,
			reopened = excluded.reopened, return_open = excluded.return_open, ext_open = excluded.ext_open,
			reply_open = excluded.reply_open, unsatisfied = excluded.unsatisfied, shown = excluded.shown,
			complained_of = excluded.complained_of, closed_at = excluded.closed_at
		where (
				item.number, item.public_id, item.code_hash, item.state, item.grp, item.rank, item.sort_day, item.mode,
				item.preset, item.source, item.category, item.class, item.area, item.unit, item.leader, item.campaign,
				item.due, item.next_review, item.new_week, item.closed_week, item.returns, item.reopened, item.return_open,
				item.ext_open, item.reply_open, item.unsatisfied, item.shown, item.complained_of, item.closed_at)
			is distinct from (
				excluded.number, excluded.public_id, excluded.code_hash, excluded.state, excluded.grp, excluded.rank,
				excluded.sort_day, excluded.mode, excluded.preset, excluded.source, excluded.category, excluded.class,
				excluded.area, excluded.unit, excluded.leader, excluded.campaign, excluded.due, excluded.next_review,
				excluded.new_week, excluded.closed_week, excluded.returns, excluded.reopened, excluded.return_open,
				excluded.ext_open, excluded.reply_open, excluded.unsatisfied, excluded.shown, excluded.complained_of,
				excluded.closed_at)`,
		ids,
		text(func(r *row) string { return r.Number }),
		text(func(r *row) string { return r.PublicID }),
		text(func(r *row) string { return r.CodeHash }),
		text(func(r *row) string { return string(r.State) }),
		text(func(r *row) string { return string(r.Group) }),
		column(rows, func(r *row) int16 { return rankOf(&r.Item) }),
		days(func(r *row) pgtype.Date { return sortable(sortDay(&r.Item)) }),
		text(func(r *row) string { return string(r.Mode) }),
		text(func(r *row) string { return string(r.Preset) }),
		text(func(r *row) string { return string(r.Source) }),
		text(func(r *row) string { return r.Category }),
		text(func(r *row) string { return string(r.Class) }),
		text(func(r *row) string { return r.Area }),
		text(func(r *row) string { return r.Lead.ID }),
		text(func(r *row) string { return r.Leader.ID }),
		text(func(r *row) string { return r.Campaign }),
		days(func(r *row) pgtype.Date { return date(runningDue(&r.Item)) }),
		days(func(r *row) pgtype.Date { return date(r.NextReview) }),
		days(func(r *row) pgtype.Date { return date(monday(events.DateOf(r.Raised))) }),
		days(func(r *row) pgtype.Date { return date(r.closedWeek()) }),
		column(rows, func(r *row) int32 { return int32(r.Returns) }),
		column(rows, func(r *row) int32 { return int32(r.Reopened) }),
		flag(func(r *row) bool { return r.ReturnOpen }),
		flag(func(r *row) bool { return r.ExtOpen }),
		flag(func(r *row) bool { return r.ReplyOpen }),
		flag(func(r *row) bool { return r.Unsatisfied }),
		flag(func(r *row) bool { return r.shown() }),
		text(func(r *row) string {
			return list(column(r.Detail.ComplainedOf, func(u events.Unit) string { return u.ID }))
		}),
		column(rows, func(r *row) pgtype.Timestamptz {
			return pgtype.Timestamptz{Time: r.ClosedAt, Valid: r.Group == GroupClosed}
		}))
	out.Queue(`
		insert into item_doc (item, doc)
		select item, doc::jsonb from unnest($1::uuid[], $2::text[]) as t (item, doc)
		on conflict (item) do update set doc = excluded.doc`, ids, docs)
	return nil
}

func queueAssignments(out *pgx.Batch, rows []*row) {
	type part struct {
		item uuid.UUID
		Assignment
	}
	var parts []part
	for _, r := range rows {
		at := map[string]int{}
		for _, a := range r.Detail.Assignments {
			if i, ok := at[a.ID]; ok { // the later of two with one id
				parts[i].Assignment = a
				continue
			}
			at[a.ID] = len(parts)
			parts = append(parts, part{r.uuid(), a})
		}
	}
	if len(parts) == 0 {
		return
	}
	out.Queue(`
		insert into assignment (item, id, unit, part, state, due)
		select item, id, unit, part, state, due
		from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[])
			as t (item, id, unit, part, state, due)
		on conflict (item, id) do update set
			unit = excluded.unit, part = excluded.part, state = excluded.state, due = excluded.due
		where (assignment.unit, assignment.part, assignment.state, assignment.due)
			is distinct from (excluded.unit, excluded.part, excluded.state, excluded.due)`,
		uuids(column(parts, func(p part) uuid.UUID { return p.item })),
		column(parts, func(p part) string { return clean(p.ID) }),
		column(parts, func(p part) string { return clean(p.Unit.ID) }),
		column(parts, func(p part) string { return string(p.Part) }),
		column(parts, func(p part) string { return string(p.State) }),
		pgtype.FlatArray[pgtype.Date](column(parts, func(p part) pgtype.Date { return date(p.Due) })))
}

// Item returns the item with that number, ErrNotFound when there is none.
func (s *Store) Item(ctx context.Context, number string) (Item, error) {
	rows, err := s.pool.Query(ctx, `
		select i.code_hash, d.doc from item i join item_doc d on d.item = i.id
		where i.number = $1 order by i.id limit 1`, clean(number))
	return oneItem(rows, err, number)
}

// ItemByID returns the item with that id, ErrNotFound when there is none.
func (s *Store) ItemByID(ctx context.Context, id string) (Item, error) {
	u, err := uuid.Parse(id)
	if err != nil {
		return Item{}, ErrNotFound
	}
	rows, err := s.pool.Query(ctx, `select i.code_hash, d.doc from item i join item_doc d on d.item = i.id where i.id = $1`, u)
	return oneItem(rows, err, id)
}

func oneItem(rows pgx.Rows, err error, key string) (Item, error) {
	if err == nil {
		var it Item
		if it, err = pgx.CollectOneRow(rows, scanItem); err == nil {
			return it, nil
		}
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return Item{}, ErrNotFound
	}
	return Item{}, fmt.Errorf("read item %s: %w", key, err)
}

// scanItem reads the columns code_hash and doc.
func scanItem(r pgx.CollectableRow) (it Item, err error) {
	var doc []byte
	if err := r.Scan(&it.CodeHash, (*pgtype.DriverBytes)(&doc)); err != nil {
		return Item{}, err
	}
	return it, json.Unmarshal(doc, &it)
}

// HiddenFrom reports whether an item must look absent to the staff of a unit (domain.md
// §7.3): a 举报 or 涉稳 item is, from the unit complained of and from every unit that does
// not handle it. An ordinary service complaint does go to the service's own unit.
func (it *Item) HiddenFrom(unit string) bool {
	if !it.restricted() {
		return false
	}
	return slices.ContainsFunc(it.Detail.ComplainedOf, func(u events.Unit) bool { return u.ID == unit }) || !slices.ContainsFunc(it.Detail.Assignments, func(a Assignment) bool { return a.Unit.ID == unit && a.Live() })
}

// LatestClosed returns the n items that were struck off last, newest first: of one leader,
// or of all with leader "".
func (s *Store) LatestClosed(ctx context.Context, leader string, n int) ([]Item, error) {
	rows, err := s.pool.Query(ctx, `
		select i.code_hash, d.doc from item i join item_doc d on d.item = i.id
		where i.closed_at is not null and ($1 = '' or i.leader = $1)
		order by i.closed_at desc, i.id limit $2`, clean(leader), n)
	return closedItems(rows, err)
}

// PublicLatestClosed returns the n released items that were struck off last, newest first.
func (s *Store) PublicLatestClosed(ctx context.Context, n int) ([]PublicItem, error) {
	rows, err := s.pool.Query(ctx, `
		select i.code_hash, d.doc from item i join item_doc d on d.item = i.id
		where i.closed_at is not null and i.shown
		order by i.closed_at desc, i.id limit $1`, n)
	its, err := closedItems(rows, err)
	out := make([]PublicItem, len(its))
	for i := range its {
		out[i] = publicOf(&its[i], false)
	}
	return out, err
}

func closedItems(rows pgx.Rows, err error) ([]Item, error) {
	var its []Item
	if err == nil {
		its, err = pgx.CollectRows(rows, scanItem)
	}
	if err != nil {
		return nil, fmt.Errorf("list what was struck off last: %w", err)
	}
	return its, nil
}
