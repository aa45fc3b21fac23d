package projections

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// rankOf is the first key of the ledger's order: what is stuck comes first. An item that
// waits to be assigned stands with what is under way as soon as it has a deadline.
func rankOf(it *Item) int {
	if it.Group == GroupWaiting && !it.Due.IsZero() {
		return 0
	}
	lo, hi := ranksOf(it.Group).ends()
	return max(lo, hi)
}

// ranks is a set of ranks.
type ranks uint16

// allRanks are the ranks 0 to 9.
const allRanks ranks = 1<<10 - 1

// ranksOf are the ranks that items of a group can have.
func ranksOf(g Group) ranks {
	switch g {
	case GroupOpen:
		return 1 << 0
	case GroupWaiting:
		return 1<<0 | 1<<1
	case GroupDone:
		return 1 << 2
	case GroupStanding:
		return 1 << 3
	case GroupHeld:
		return 1 << 4
	case GroupPending:
		return 1 << 5
	case GroupClosed:
		return 1 << 6
	case GroupAnswered:
		return 1 << 7
	case GroupEnded:
		return 1 << 8
	}
	return 1 << 9
}

// ends are the least and the greatest.
func (r ranks) ends() (lo, hi int) {
	return bits.TrailingZeros16(uint16(r)), bits.Len16(uint16(r)) - 1
}

// gaps reports whether a rank between the least and the greatest is missing.
func (r ranks) gaps() bool {
	lo, hi := r.ends()
	return bits.OnesCount16(uint16(r)) < hi-lo+1
}

// list is the ranks in order.
func (r ranks) list() (out []int16) {
	for n := range int16(16) {
		if r&(1<<n) != 0 {
			out = append(out, n)
		}
	}
	return out
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

// runningMinute is the minute of that day at which it is over.
func runningMinute(it *Item) int {
	if it.open() {
		return it.Ends().Minute
	}
	return events.DayEnd
}

var itemTable = table[row]{name: "item", mass: true, key: []string{"id"}, cols: []col[row]{
	uuidCol("id", func(r *row) uuid.UUID { return r.id }),
	textCol("number", func(r *row) string { return r.Number }),
	textCol("public_id", func(r *row) string { return r.PublicID }),
	textCol("code_hash", func(r *row) string { return r.CodeHash }),
	textCol("state", func(r *row) events.State { return r.State }),
	textCol("grp", func(r *row) Group { return r.Group }),
	smallCol("rank", func(r *row) int { return rankOf(&r.Item) }),
	lastDateCol("sort_day", func(r *row) events.Date { return sortDay(&r.Item) }),
	textCol("mode", func(r *row) events.Mode { return r.Mode }),
	textCol("preset", func(r *row) events.Preset { return r.Preset }),
	textCol("source", func(r *row) events.Source { return r.Source }),
	textCol("category", func(r *row) string { return r.Category }),
	textCol("class", func(r *row) events.Class { return r.Class }),
	textCol("area", func(r *row) string { return r.Area }),
	textCol("unit", func(r *row) string { return r.Lead.ID }),
	textCol("leader", func(r *row) string { return r.Leader.ID }),
	textCol("campaign", func(r *row) string { return r.Campaign }),
	dateCol("due", func(r *row) events.Date { return runningDue(&r.Item) }),
	smallCol("due_minute", func(r *row) int { return runningMinute(&r.Item) }),
	dateCol("next_review", func(r *row) events.Date { return r.NextReview }),
	dateCol("office_due", func(r *row) events.Date {
		o, _ := r.Owed()
		return o.Due
	}),
	dateCol("new_week", func(r *row) events.Date { return monday(events.DateOf(r.Raised)) }),
	dateCol("closed_week", func(r *row) events.Date { return r.closedWeek() }),
	intCol("returns", func(r *row) int { return r.Returns }),
	intCol("reopened", func(r *row) int { return r.Reopened }),
	boolCol("return_open", func(r *row) bool { return r.ReturnOpen }),
	boolCol("ext_open", func(r *row) bool { return r.ExtOpen }),
	boolCol("reply_open", func(r *row) bool { return r.ReplyOpen }),
	boolCol("held", func(r *row) bool { return r.Held }),
	boolCol("unsatisfied", func(r *row) bool { return r.Unsatisfied }),
	boolCol("blocked", func(r *row) bool { return r.isBlocked() }),
	boolCol("leader_decides", func(r *row) bool { return r.leaderDecides() }),
	boolCol("shown", func(r *row) bool { return r.shown() }),
	textsCol("complained_of", func(r *row) []string {
		units := column(r.Detail.ComplainedOf, func(u events.Unit) string { return clean(u.ID) })
		return append(units, column(r.Detail.Complained, clean)...)
	}),
	textCol("level", func(r *row) events.Level { return r.Level }),
	textCol("supervision", func(r *row) events.SupervisionLevel { return r.Supervision }),
	boolCol("urgent", func(r *row) bool { return r.Urgent }),
	dateCol("node", func(r *row) events.Date { return r.Node() }),
	dateCol("raised_day", func(r *row) events.Date { return events.DateOf(r.Raised) }),
	dateCol("since", func(r *row) events.Date { return r.now.from }),
	timeCol("closed_at", func(r *row) time.Time {
		if r.Group != GroupClosed {
			return time.Time{}
		}
		return r.ClosedAt
	}),
}}

type docRow struct {
	item uuid.UUID
	doc  []byte
}

var docTable = table[docRow]{name: "item_doc", mass: true, key: []string{"item"}, cols: []col[docRow]{
	uuidCol("item", func(r *docRow) uuid.UUID { return r.item }),
	rawCol("doc", func(r *docRow) []byte { return r.doc }),
}}

func (b *batch) settleItem(r *row) error {
	doc, err := document(&r.Item)
	if err != nil {
		return err
	}
	if r.stored {
		b.out.items.upsert(r)
		b.out.docs.upsert(&docRow{r.id, doc})
	} else {
		b.out.items.insert(r)
		b.out.docs.insert(&docRow{r.id, doc})
	}
	return nil
}

// partRow is one unit's part of an item. It repeats where the item stands in the ledger's
// order, so that the ledger of a unit that leads or helps is a stretch of one index.
type partRow struct {
	of    *row
	lists bool // the unit's first part that was not taken back
	*Assignment
}

var assignmentTable = table[partRow]{name: "assignment", mass: true, key: []string{"item", "id"}, cols: []col[partRow]{
	uuidCol("item", func(r *partRow) uuid.UUID { return r.of.id }),
	textCol("id", func(r *partRow) string { return r.ID }),
	textCol("unit", func(r *partRow) string { return r.Unit.ID }),
	textCol("part", func(r *partRow) events.Part { return r.Part }),
	textCol("state", func(r *partRow) events.AssignmentState { return r.State }),
	dateCol("due", func(r *partRow) events.Date { return r.Due }),
	boolCol("lists", func(r *partRow) bool { return r.lists }),
	smallCol("rank", func(r *partRow) int { return rankOf(&r.of.Item) }),
	lastDateCol("sort_day", func(r *partRow) events.Date { return sortDay(&r.of.Item) }),
	smallCol("due_minute", func(r *partRow) int { return runningMinute(&r.of.Item) }),
	textCol("number", func(r *partRow) string { return r.of.Number }),
	smallCol("place", func(r *partRow) int { return int(placeOf(r.of.Group, r.of.State)) }),
}}

func (b *batch) settleParts(r *row) {
	parts := r.Detail.Assignments
	listed := map[string]bool{} // units
	for i := range parts {
		a := &parts[i]
		if slices.ContainsFunc(parts[i+1:], func(x Assignment) bool { return clean(x.ID) == clean(a.ID) }) {
			continue // the later of two with one id stands
		}
		x := partRow{r, a.Live() && !listed[clean(a.Unit.ID)], a}
		if x.lists {
			listed[clean(a.Unit.ID)] = true
		}
		if r.parts == 0 { // none of it is stored
			b.out.parts.insert(&x)
		} else {
			b.out.parts.upsert(&x)
		}
	}
	r.parts = len(parts)
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

// glance is what lists show of a Detail. Reading all of it is four fifths of decoding a row, and a
// third of a page of the ledger.
type glance struct {
	Clock     events.Clock               `json:"clock"`
	Extension *events.ExtensionRequested `json:"extension"`
	Pause     *events.PauseRequested     `json:"pause"`
}

// readBrief reads an item of which the Detail holds no more than a glance.
func readBrief(doc []byte, it *Item) error {
	x := struct {
		*Item
		Detail glance `json:"detail"`
	}{Item: it}
	err := json.Unmarshal(doc, &x)
	it.Detail = Detail{Clock: x.Detail.Clock, Extension: x.Detail.Extension, Pause: x.Detail.Pause}
	return err
}

// listed is how a filter's rows are read: which columns, and by what.
func (f Filter) listed() (columns string, scan pgx.RowToFunc[Item]) {
	if !f.Brief {
		return `i.code_hash, d.doc`, scanItem
	}
	return `i.code_hash, d.doc, i.node`, func(r pgx.CollectableRow) (it Item, err error) {
		var doc []byte
		var node pgtype.Date
		if err := r.Scan(&it.CodeHash, (*pgtype.DriverBytes)(&doc), &node); err != nil {
			return it, err
		}
		it.NodeOn = fromDate(node)
		return it, readBrief(doc, &it)
	}
}

// LatestClosed returns the n items that were struck off last, newest first: of one leader,
// or of all with leader "".
func (s *Store) LatestClosed(ctx context.Context, leader string, n int) ([]Item, error) {
	w := &where{}
	w.add("i.closed_at is not null")
	w.key("i.leader", leader)
	limit := w.arg(n)
	rows, err := s.pool.Query(ctx, `
		select i.code_hash, d.doc from item i join item_doc d on d.item = i.id
		where `+w.String()+`
		order by i.closed_at desc, i.id limit `+limit, w.args...)
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
