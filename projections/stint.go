package projections

import (
	"github.com/google/uuid"

	"xiaohao/events"
)

// stint is a run of days over which an item stood the same: all that a board or the ledger
// of a past day goes by. An item's stints follow each other without a gap from the day it
// was registered, and the last one has no end. Days are recorded days; what is recorded
// later belongs to a later day, so that what was true of a past day stays true.
type stint struct {
	from, to events.Date // to is the first day that it no longer holds; zero for the last
	keys     keys
	group    Group
	state    events.State
	class    events.Class
	due      events.Date // while it runs
	minute   int         // of that day, at which it is over
}

func stintOf(it *Item) stint {
	return stint{keys: keysOf(it), group: it.Group, state: events.State(clean(string(it.State))), class: events.Class(clean(string(it.Class))), due: runningDue(it), minute: runningMinute(it)}
}

// lateFrom is the first day of the stint at whose end the deadline has passed.
func (s *stint) lateFrom() events.Date {
	first := s.due
	if s.minute == events.DayEnd {
		first = s.due.AddDays(1)
	}
	if first.After(s.from) {
		return first
	}
	return s.from
}

// stand ends the item's stint when the commit of that day changed where it stands, and
// begins the next. A day on which the clock went back counts to the stint's first day.
func (b *batch) stand(r *row, on events.Date) {
	now := stintOf(&r.Item)
	now.from = r.now.from
	if now == r.now {
		return
	}
	if !r.now.from.IsZero() {
		if on.Before(r.now.from) {
			on = r.now.from
		}
		b.count.end(&r.now, on)
		if on != r.now.from {
			r.now.to = on
			r.past = append(r.past, r.now)
		}
	}
	now.from = on
	r.now = now
	b.count.begin(&r.now)
}

// begin counts the stint from its first day on. The day on which it would become overdue is
// known already: it is counted then, so that no clock has to run.
func (d *counters) begin(s *stint) {
	at := placeOf(s.group, s.state)
	d.onDay(s, s.from, int(at), 1)
	if !s.due.IsZero() {
		d.onDay(s, s.lateFrom(), lateOf(at), 1)
	}
}

// end counts it no longer from that day on; a day of becoming overdue that it no longer
// reaches is taken back.
func (d *counters) end(s *stint, on events.Date) {
	at := placeOf(s.group, s.state)
	d.onDay(s, on, int(at), -1)
	if s.due.IsZero() {
		return
	}
	if late := s.lateFrom(); late.Before(on) {
		d.onDay(s, on, lateOf(at), -1)
	} else {
		d.onDay(s, late, lateOf(at), -1)
	}
}

func lateOf(at place) int {
	if at == placeWaiting {
		return lateWaiting
	}
	return lateOpen
}

// onDay changes what is counted from a day on. Boards of a past day are kept for everything
// and for each ledger; narrower ones are counted from item_day.
func (d *counters) onDay(s *stint, day events.Date, measure int, n int32) {
	words := d.dict.number(&s.keys)
	for _, scope := range [...]int{scopeAll, scopePreset} {
		v, _ := s.keys.scope(scope, false)
		value := d.dict.word(v)
		words.each(scope, func(dim uint8, key word) {
			d.sum(sumKey{uint8(scope), dim, spanDay, value, key, day})[measure] += n
		})
	}
}

// settleStints notes the stints that are new or ended.
func (b *batch) settleStints(r *row) {
	for i := range r.past {
		b.stint(r, &r.past[i])
	}
	r.past = r.past[:0]
	if r.now != r.wrote {
		b.stint(r, &r.now)
		r.wrote = r.now
	}
}

func (b *batch) stint(r *row, s *stint) {
	x := &stintRow{r.id, clean(r.Number), *s}
	if s.from == r.wrote.from {
		b.out.stints.upsert(x)
	} else {
		b.out.stints.insert(x)
	}
}

type stintRow struct {
	item   uuid.UUID
	number string
	stint
}

var stintTable = table[stintRow]{name: "item_day", mass: true, key: []string{"item", "from_day"}, cols: []col[stintRow]{
	uuidCol("item", func(r *stintRow) uuid.UUID { return r.item }),
	dateCol("from_day", func(r *stintRow) events.Date { return r.from }),
	lastDateCol("to_day", func(r *stintRow) events.Date { return r.to }),
	textCol("number", func(r *stintRow) string { return r.number }),
	textCol("preset", func(r *stintRow) string { return r.keys[byPreset] }),
	textCol("unit", func(r *stintRow) string { return r.keys[byUnit] }),
	textCol("leader", func(r *stintRow) string { return r.keys[byLeader] }),
	textCol("mode", func(r *stintRow) string { return r.keys[byMode] }),
	textCol("source", func(r *stintRow) string { return r.keys[bySource] }),
	textCol("category", func(r *stintRow) string { return r.keys[byCategory] }),
	textCol("area", func(r *stintRow) string { return r.keys[byArea] }),
	textCol("campaign", func(r *stintRow) string { return r.keys[byCampaign] }),
	textCol("class", func(r *stintRow) events.Class { return r.class }),
	textCol("grp", func(r *stintRow) Group { return r.group }),
	textCol("state", func(r *stintRow) events.State { return r.state }),
	dateCol("due", func(r *stintRow) events.Date { return r.due }),
	smallCol("due_minute", func(r *stintRow) int { return r.minute }),
}}
