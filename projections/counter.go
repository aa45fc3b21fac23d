package projections

import (
	"cmp"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// counterSet says which counters an item stands in. The projector takes the row as it was
// out of its counters and puts the row as it is into them, so counters are right whatever
// the facts were, and a board never has to count items.
type counterSet struct {
	counted bool // false: in none
	cell    cellKey
	weeks   [2]weekKey // zero when not counted
	words   [3]wordKey
}

type cellKey struct {
	preset, unit, leader, mode, group, state, source, category, campaign string

	shown bool
	due   events.Date // while it runs
}

type weekKey struct {
	preset, unit, leader, kind string
	week                       events.Date
}

type wordKey struct{ kind, word string }

const (
	weekNew    = "NEW"
	weekClosed = "CLOSED"
)

// inBase reports whether rates are taken over items of the group.
func inBase(g Group) bool {
	switch g {
	case GroupWaiting, GroupOpen, GroupDone, GroupStanding, GroupHeld, GroupClosed:
		return true
	}
	return false
}

func countersOf(it *Item) counterSet {
	c := counterSet{counted: true}
	preset, unit, leader := clean(string(it.Preset)), clean(it.Lead.ID), clean(it.Leader.ID)
	c.cell = cellKey{preset: preset, unit: unit, leader: leader, mode: clean(string(it.Mode)), group: string(it.Group),
		state: clean(string(it.State)), source: clean(string(it.Source)), category: clean(it.Category),
		campaign: clean(it.Campaign), shown: it.shown(), due: runningDue(it)}
	if inBase(it.Group) {
		c.weeks[0] = weekKey{preset, unit, leader, weekNew, monday(events.DateOf(it.Raised))}
	}
	if w := it.closedWeek(); !w.IsZero() {
		c.weeks[1] = weekKey{preset, unit, leader, weekClosed, w}
	}
	for i, w := range []wordKey{{"CATEGORY", clean(it.Category)}, {"AREA", clean(it.Area)}, {"CAMPAIGN", clean(it.Campaign)}} {
		if w.word != "" {
			c.words[i] = w
		}
	}
	return c
}

// counterDiff is what a batch changes, summed by counter.
type counterDiff struct {
	cells map[cellKey]int32
	weeks map[weekKey]int32
	words map[wordKey]int32
}

func (d counterDiff) add(c counterSet, n int32) {
	if !c.counted {
		return
	}
	d.cells[c.cell] += n
	for _, w := range c.weeks {
		if w.kind != "" {
			d.weeks[w] += n
		}
	}
	for _, w := range c.words {
		if w.kind != "" {
			d.words[w] += n
		}
	}
}

func queueCounters(out *pgx.Batch, rows []*row) {
	d := counterDiff{map[cellKey]int32{}, map[weekKey]int32{}, map[wordKey]int32{}}
	for _, r := range rows {
		d.add(r.cells, -1)
		d.add(countersOf(&r.Item), 1)
	}
	queueCells(out, changed(d.cells))
	queueWeeks(out, changed(d.weeks))
	queueWords(out, changed(d.words))
}

// changed drops what came out as before.
func changed[K comparable](m map[K]int32) map[K]int32 {
	for k, n := range m {
		if n == 0 {
			delete(m, k)
		}
	}
	return m
}

func queueCells(out *pgx.Batch, m map[cellKey]int32) {
	if len(m) == 0 {
		return
	}
	keys := sorted(m, func(a, b cellKey) int { return strings.Compare(a.order(), b.order()) })
	text := func(f func(k cellKey) string) []string { return column(keys, f) }
	out.Queue(`
		insert into board_cell (preset, unit, leader, mode, grp, state, source, category, campaign, shown, due, n)
		select preset, unit, leader, mode, grp, state, source, category, campaign, shown, due, n
		from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
			$9::text[], $10::boolean[], $11::date[], $12::integer[])
			as t (preset, unit, leader, mode, grp, state, source, category, campaign, shown, due, n)
		on conflict (preset, unit, leader, mode, grp, state, source, category, campaign, shown, due)
			do update set n = board_cell.n + excluded.n`,
		text(func(k cellKey) string { return k.preset }),
		text(func(k cellKey) string { return k.unit }),
		text(func(k cellKey) string { return k.leader }),
		text(func(k cellKey) string { return k.mode }),
		text(func(k cellKey) string { return k.group }),
		text(func(k cellKey) string { return k.state }),
		text(func(k cellKey) string { return k.source }),
		text(func(k cellKey) string { return k.category }),
		text(func(k cellKey) string { return k.campaign }),
		column(keys, func(k cellKey) bool { return k.shown }),
		column(keys, func(k cellKey) pgtype.Date { return sortable(k.due) }),
		column(keys, func(k cellKey) int32 { return m[k] }))
	out.Queue(`delete from board_cell where n = 0`)
}

func (k cellKey) order() string {
	return strings.Join([]string{k.preset, k.unit, k.leader, k.mode, k.group, k.state, k.source, k.category, k.campaign,
		pick(k.shown, "1", "0"), k.due.String()}, separator)
}

func queueWeeks(out *pgx.Batch, m map[weekKey]int32) {
	if len(m) == 0 {
		return
	}
	keys := sorted(m, func(a, b weekKey) int {
		return cmp.Or(strings.Compare(a.preset, b.preset), strings.Compare(a.unit, b.unit), strings.Compare(a.leader, b.leader),
			strings.Compare(a.kind, b.kind), strings.Compare(a.week.String(), b.week.String()))
	})
	out.Queue(`
		insert into week_count (preset, unit, leader, kind, week, n)
		select preset, unit, leader, kind, week, n
		from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::integer[])
			as t (preset, unit, leader, kind, week, n)
		on conflict (preset, unit, leader, kind, week) do update set n = week_count.n + excluded.n`,
		column(keys, func(k weekKey) string { return k.preset }),
		column(keys, func(k weekKey) string { return k.unit }),
		column(keys, func(k weekKey) string { return k.leader }),
		column(keys, func(k weekKey) string { return k.kind }),
		column(keys, func(k weekKey) pgtype.Date { return date(k.week) }),
		column(keys, func(k weekKey) int32 { return m[k] }))
	out.Queue(`delete from week_count where n = 0`)
}

func queueWords(out *pgx.Batch, m map[wordKey]int32) {
	if len(m) == 0 {
		return
	}
	keys := sorted(m, func(a, b wordKey) int {
		return cmp.Or(strings.Compare(a.kind, b.kind), strings.Compare(a.word, b.word))
	})
	out.Queue(`
		insert into word_count (kind, word, n)
		select kind, word, n from unnest($1::text[], $2::text[], $3::integer[]) as t (kind, word, n)
		on conflict (kind, word) do update set n = word_count.n + excluded.n`,
		column(keys, func(k wordKey) string { return k.kind }),
		column(keys, func(k wordKey) string { return k.word }),
		column(keys, func(k wordKey) int32 { return m[k] }))
	out.Queue(`delete from word_count where n = 0`)
}
