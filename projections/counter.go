package projections

import (
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

// counters are sums that a batch changes, by key.
type counters struct {
	cells map[cellKey]int
	weeks map[weekKey]int
	words map[wordKey]int
}

func newCounters() counters {
	return counters{map[cellKey]int{}, map[weekKey]int{}, map[wordKey]int{}}
}

func (d counters) add(c counterSet, n int) {
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

type (
	cellCount struct {
		cellKey
		n int
	}
	weekCount struct {
		weekKey
		n int
	}
	wordCount struct {
		wordKey
		n int
	}
)

var cellTable = table[cellCount]{name: "board_cell", then: sumRow,
	key: []string{"preset", "unit", "leader", "mode", "grp", "state", "source", "category", "campaign", "shown", "due"},
	cols: []col[cellCount]{
		textCol("preset", func(c *cellCount) string { return c.preset }),
		textCol("unit", func(c *cellCount) string { return c.unit }),
		textCol("leader", func(c *cellCount) string { return c.leader }),
		textCol("mode", func(c *cellCount) string { return c.mode }),
		textCol("grp", func(c *cellCount) string { return c.group }),
		textCol("state", func(c *cellCount) string { return c.state }),
		textCol("source", func(c *cellCount) string { return c.source }),
		textCol("category", func(c *cellCount) string { return c.category }),
		textCol("campaign", func(c *cellCount) string { return c.campaign }),
		boolCol("shown", func(c *cellCount) bool { return c.shown }),
		lastDateCol("due", func(c *cellCount) events.Date { return c.due }),
		intCol("n", func(c *cellCount) int { return c.n }),
	}}

var weekTable = table[weekCount]{name: "week_count", then: sumRow,
	key: []string{"preset", "unit", "leader", "kind", "week"},
	cols: []col[weekCount]{
		textCol("preset", func(c *weekCount) string { return c.preset }),
		textCol("unit", func(c *weekCount) string { return c.unit }),
		textCol("leader", func(c *weekCount) string { return c.leader }),
		textCol("kind", func(c *weekCount) string { return c.kind }),
		dateCol("week", func(c *weekCount) events.Date { return c.week }),
		intCol("n", func(c *weekCount) int { return c.n }),
	}}

var wordTable = table[wordCount]{name: "word_count", then: sumRow, key: []string{"kind", "word"}, cols: []col[wordCount]{
	textCol("kind", func(c *wordCount) string { return c.kind }),
	textCol("word", func(c *wordCount) string { return c.word }),
	intCol("n", func(c *wordCount) int { return c.n }),
}}

// settleCounters takes the row as it was stored out of its counters, and puts it in as it is.
func (b *batch) settleCounters(r *row) {
	now := countersOf(&r.Item)
	if now == r.cells {
		return
	}
	b.count.add(r.cells, -1)
	b.count.add(now, 1)
	r.cells = now
}

// settleSums notes the sums that came out other than before.
func (b *batch) settleSums() {
	for k, n := range b.count.cells {
		if n != 0 {
			b.out.cells.upsert(&cellCount{k, n})
		}
	}
	for k, n := range b.count.weeks {
		if n != 0 {
			b.out.weeks.upsert(&weekCount{k, n})
		}
	}
	for k, n := range b.count.words {
		if n != 0 {
			b.out.words.upsert(&wordCount{k, n})
		}
	}
	clear(b.count.cells)
	clear(b.count.weeks)
	clear(b.count.words)
}
