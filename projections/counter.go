package projections

import "xiaohao/events"

// counterSet says which counters an item stands in now. The projector takes the row as it
// was out of its counters and puts the row as it is into them, so counters are right
// whatever the facts were, and a board never has to count items.
type counterSet struct {
	counted bool // false: in none
	keys    keys
	at      place
	shown   bool
	due     events.Date // while it runs
	queues  queueSet
	raised  events.Date // Monday of its week, while it is in the base
	closed  events.Date // Monday of its week, while it is struck off
}

// inBase reports whether rates are taken over items of the group.
func inBase(g Group) bool {
	switch g {
	case GroupWaiting, GroupOpen, GroupDone, GroupStanding, GroupHeld, GroupClosed:
		return true
	}
	return false
}

func countersOf(it *Item) counterSet {
	c := counterSet{counted: true, keys: keysOf(it), at: placeOf(it.Group, it.State), shown: it.shown(), due: runningDue(it),
		queues: queuesOf(it), closed: it.closedWeek()}
	if inBase(it.Group) {
		c.raised = monday(events.DateOf(it.Raised))
	}
	return c
}

// Measures: a count for each place, then how many were past their deadline, which is kept by
// day only: for now it follows from board_due.
const (
	lateWaiting = int(places) + iota
	lateOpen
	measures
)

type sumKey struct {
	scope, dim uint8
	span       span
	value, key word
	since      events.Date
}

type dueKey struct {
	scope, dim uint8
	span       span
	value, key word
	since      events.Date
}

type weekKey struct {
	scope uint8
	value word
	kind  string // NEW, CLOSED
	week  events.Date
}

const (
	weekNew    = "NEW"
	weekClosed = "CLOSED"
)

// word is a text by number: keys of counters repeat, and numbers hash fast.
type word uint32

type dictionary struct {
	of    map[string]word
	texts []string
}

func (d *dictionary) word(s string) word {
	w, ok := d.of[s]
	if !ok {
		w = word(len(d.texts))
		d.of[s], d.texts = w, append(d.texts, s)
	}
	return w
}

// counters are sums that a batch changes, by key.
type counters struct {
	dict  dictionary
	sums  map[sumKey]*[measures]int32
	dues  map[dueKey]*[2]int32 // WAITING, OPEN
	weeks map[weekKey]int32
	kpis  map[kpiDayKey]int32
}

func newCounters() counters {
	return counters{dictionary{of: map[string]word{}}, map[sumKey]*[measures]int32{}, map[dueKey]*[2]int32{}, map[weekKey]int32{}, map[kpiDayKey]int32{}}
}

func (d *counters) sum(k sumKey) *[measures]int32 {
	n := d.sums[k]
	if n == nil {
		n = new([measures]int32)
		d.sums[k] = n
	}
	return n
}

func (d *counters) due(k dueKey) *[2]int32 {
	n := d.dues[k]
	if n == nil {
		n = new([2]int32)
		d.dues[k] = n
	}
	return n
}

// numbered are the keys that an item of some values is counted under, as words: of a dimension
// that all have, of byTally "" when it is in none of its rows.
type numbered [byTally + 1]word

func (d *dictionary) number(k *keys) (n numbered) {
	for dim := range dimensions {
		n[dim] = d.word(k[dim])
	}
	n[byAll], n[byTally] = d.word(""), d.word(k.tally())
	return n
}

// each calls f for every key that an item of these values is counted under within a scope.
func (n *numbered) each(scope int, f func(dim uint8, key word)) {
	f(uint8(byAll), n[byAll])
	for dim := range dimensions {
		if s, ok := scopeOf(dim); ok && s == scope {
			continue // all of them have this one value
		}
		if scope == scopeShown && dim != byMode {
			continue
		}
		f(uint8(dim), n[dim])
	}
	if n[byTally] != n[byAll] && scope != scopeShown {
		f(uint8(byTally), n[byTally])
	}
}

// add counts an item n times more in all that is asked of today.
func (d *counters) add(c *counterSet, n int32) {
	if !c.counted {
		return
	}
	words := d.dict.number(&c.keys)
	for scope := range scopeCount {
		v, in := c.keys.scope(scope, c.shown)
		if !in {
			continue
		}
		value := d.dict.word(v)
		words.each(scope, func(dim uint8, key word) {
			d.sum(sumKey{uint8(scope), dim, spanEver, value, key, always})[c.at] += n
			if c.due.IsZero() {
				return
			}
			m := d.due(dueKey{uint8(scope), dim, spanDay, value, key, c.due})
			if c.at == placeWaiting {
				m[0] += n
			} else {
				m[1] += n
			}
		})
		if scope == scopeShown {
			continue
		}
		for i, q := range queues {
			if c.queues&(1<<i) != 0 {
				d.sum(sumKey{uint8(scope), uint8(byQueue), spanEver, value, d.dict.word(string(q)), always})[c.at] += n
			}
		}
		if !c.raised.IsZero() {
			d.weeks[weekKey{uint8(scope), value, weekNew, c.raised}] += n
		}
		if !c.closed.IsZero() {
			d.weeks[weekKey{uint8(scope), value, weekClosed, c.closed}] += n
		}
	}
}

// always is the since of what stands now.
var always = events.Date{}

// settleCounters takes the row as it was stored out of its counters, and puts it in as it is.
func (b *batch) settleCounters(r *row) {
	now := countersOf(&r.Item)
	if now == r.cells {
		return
	}
	b.count.add(&r.cells, -1)
	b.count.add(&now, 1)
	r.cells = now
}

// settleSums notes the sums that came out other than before.
func (b *batch) settleSums() {
	d := &b.count
	for k, n := range d.sums {
		if k.span != spanDay || *n == [measures]int32{} {
			continue
		}
		for _, s := range []span{spanTen, spanMonth, spanYear} {
			up := k
			up.span, up.since = s, s.start(k.since)
			into := d.sum(up)
			for i, x := range n {
				into[i] += x
			}
		}
	}
	for k, n := range d.dues {
		if k.span != spanDay || *n == [2]int32{} {
			continue
		}
		for _, s := range []span{spanTen, spanMonth, spanYear} {
			up := k
			up.span, up.since = s, s.start(k.since)
			into := d.due(up)
			into[0], into[1] = into[0]+n[0], into[1]+n[1]
		}
	}
	text := d.dict.texts
	for k, n := range d.sums {
		switch x := (&sumRows{k, text[k.value], text[k.key], n}); {
		case *n == [measures]int32{}:
		case k.span == spanEver:
			b.out.sums.upsert(x)
		default:
			b.out.days.upsert(x)
		}
	}
	for k, n := range d.dues {
		if *n != [2]int32{} {
			b.out.dues.upsert(&dueRows{k, text[k.value], text[k.key], n})
		}
	}
	for k, n := range d.weeks {
		if n != 0 {
			b.out.weeks.upsert(&weekRows{k, text[k.value], n})
		}
	}
	clear(d.sums)
	clear(d.dues)
	clear(d.weeks)
}

type (
	sumRows struct {
		sumKey
		valueText, keyText string
		n                  *[measures]int32
	}
	dueRows struct {
		dueKey
		valueText, keyText string
		n                  *[2]int32
	}
	weekRows struct {
		weekKey
		valueText string
		n         int32
	}
)

var sumTable = table[sumRows]{name: "board_sum", then: addRow, key: []string{"scope", "value", "dim", "key"},
	cols: append([]col[sumRows]{
		textCol("scope", func(r *sumRows) string { return scopeCodes[r.scope] }),
		textCol("value", func(r *sumRows) string { return r.valueText }),
		textCol("dim", func(r *sumRows) string { return dimension(r.dim).code() }),
		textCol("key", func(r *sumRows) string { return r.keyText }),
	}, measureCols(int(places))...)}

var dayTable = table[sumRows]{name: "board_day", then: addRow, key: []string{"scope", "value", "dim", "span", "since", "key"},
	cols: append([]col[sumRows]{
		textCol("scope", func(r *sumRows) string { return scopeCodes[r.scope] }),
		textCol("value", func(r *sumRows) string { return r.valueText }),
		textCol("span", func(r *sumRows) string { return string(r.span) }),
		dateCol("since", func(r *sumRows) events.Date { return r.since }),
		textCol("dim", func(r *sumRows) string { return dimension(r.dim).code() }),
		textCol("key", func(r *sumRows) string { return r.keyText }),
	}, measureCols(measures)...)}

// measureNames are the columns that are summed: of board_sum one a place, of board_day all.
var measureNames = [measures]string{"registered", "info", "waiting", "open", "rectified", "verifying", "publicity", "standing", "held",
	"closed", "answered", "ended", "merged", "late_waiting", "late_open"}

func measureCols(n int) (cs []col[sumRows]) {
	for i, name := range measureNames[:n] {
		cs = append(cs, intCol(name, func(r *sumRows) int { return int(r.n[i]) }))
	}
	return cs
}

var dueTable = table[dueRows]{name: "board_due", mass: true, then: addRow, key: []string{"scope", "value", "dim", "span", "since", "key"},
	cols: []col[dueRows]{
		textCol("scope", func(r *dueRows) string { return scopeCodes[r.scope] }),
		textCol("value", func(r *dueRows) string { return r.valueText }),
		textCol("span", func(r *dueRows) string { return string(r.span) }),
		dateCol("since", func(r *dueRows) events.Date { return r.since }),
		textCol("dim", func(r *dueRows) string { return dimension(r.dim).code() }),
		textCol("key", func(r *dueRows) string { return r.keyText }),
		intCol("waiting", func(r *dueRows) int { return int(r.n[0]) }),
		intCol("open", func(r *dueRows) int { return int(r.n[1]) }),
	}}

var weekTable = table[weekRows]{name: "week_count", then: addRow, key: []string{"scope", "value", "kind", "week"},
	cols: []col[weekRows]{
		textCol("scope", func(r *weekRows) string { return scopeCodes[r.scope] }),
		textCol("value", func(r *weekRows) string { return r.valueText }),
		textCol("kind", func(r *weekRows) string { return r.kind }),
		dateCol("week", func(r *weekRows) events.Date { return r.week }),
		intCol("n", func(r *weekRows) int { return int(r.n) }),
	}}
