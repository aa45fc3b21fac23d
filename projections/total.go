package projections

import (
	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// countLimit is how far rows are counted when no counter says how many there are.
const countLimit = 1000

// total is how many rows a filter selects, known after the answers; more says that there are
// more than that.
type total struct {
	n    int
	more bool
}

// askTotal queues what says how many rows a filter without words selects: from a counter when
// one is kept, else counted. Filters of what a board shows are counted to the end, so that
// the list behind a figure says the same number, and so is what a unit has a part in; all
// others up to countLimit.
func askTotal(b *pgx.Batch, f Filter) *total {
	t := &total{}
	if f.Class == events.Ordinary && f.AsOf.IsZero() && (f.Sight.free() || f.Sight.counted()) {
		f.Class, f.Sight = "", Sight{Extent: SeesOrdinary} // the same rows, and counted
	}
	if askCounted(b, f, &t.n) {
		return t
	}
	if s := f.Sight; s.counted() { // all there are, without the few that he does not see
		f.Sight = Sight{}
		t = askTotal(b, f)
		askHidden(b, f, s, func(n int) { t.n -= n })
		return t
	}
	from, w := f.rows()
	if f.byParts() {
		var rs ranks
		w = &where{}
		from, rs = f.ofParts(w)
		w.only(rs, "a.")
	}
	bounded := !f.onBoard() && !f.inParts()
	sql, args := `select count(*)::int from `+from+` where `+w.String(), w.args
	if bounded {
		limit := w.arg(countLimit + 1)
		sql, args = `select count(*)::int from (select from `+from+` where `+w.String()+` limit `+limit+`) x`, w.args
	}
	b.Queue(sql, args...).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&t.n)
		if bounded && t.n > countLimit {
			t.n, t.more = countLimit, true
		}
		return err
	})
	return t
}

// onBoard reports whether the filter has nothing in it that boards do not narrow by, for
// whomever.
func (f Filter) onBoard() bool {
	g := f
	g.Sight = Sight{}
	g.Source, g.Category, g.Area, g.Leader, g.Campaign, g.Preset, g.Queue = "", "", "", "", "", "", ""
	g.States, g.Groups, g.Modes, g.Lamp, g.NewIn, g.ClosedIn, g.AsOf = nil, nil, nil, "", events.Date{}, events.Date{}, events.Date{}
	if g.LeadOnly || g.Unit == Any || g.Unit == None {
		g.Unit, g.LeadOnly = "", false
	}
	return g.plain()
}

// plain reports whether the filter selects everything.
func (f Filter) plain() bool {
	return f.Q == "" && len(f.Numbers) == 0 && len(f.States) == 0 && len(f.Groups) == 0 && len(f.Modes) == 0 && f.Source == "" && f.Category == "" &&
		f.Area == "" && f.Unit == "" && f.Leader == "" && f.Campaign == "" && f.Class == "" && f.Preset == "" && f.Lamp == "" &&
		f.DueFrom.IsZero() && f.DueBy.IsZero() && f.NewIn.IsZero() && f.ClosedIn.IsZero() && f.Queue == "" && f.Sight.free() &&
		f.Level == "" && !f.Urgent && f.Pace == "" && f.Supervision == "" && !f.Reopened && !f.Returned && !f.Unsatisfied &&
		f.RaisedFrom.IsZero() && f.RaisedBy.IsZero() && f.AsOf.IsZero()
}

// narrowing is what of the filter stands for one value a dimension.
func (f Filter) narrowing() (n narrowing, ok bool) {
	if len(f.Modes) > 1 || f.Unit != "" && !f.LeadOnly && f.Unit != Any && f.Unit != None {
		return n, false
	}
	n = narrowing{string(f.Preset), f.Unit, f.Leader, "", string(f.Source), f.Category, f.Area, f.Campaign}
	if len(f.Modes) == 1 {
		if n[byMode] = string(f.Modes[0]); n[byMode] == "" {
			n[byMode] = None
		}
	}
	return n, true
}

// askCounted queues what reads from counters how many rows a filter selects, false when none
// is kept.
func askCounted(b *pgx.Batch, f Filter, n *int) bool {
	if !f.onBoard() || !f.Sight.free() {
		return false
	}
	by, ok := f.narrowing()
	if !ok {
		return false
	}
	at := moment(f.Today, f.Minute, f.Near, f.AsOf)
	states := len(f.States) + len(f.Groups)
	switch {
	case f.Queue != "":
		if f.Queue.ofDay() || states > 0 || f.Lamp != "" || !f.NewIn.IsZero() || !f.ClosedIn.IsZero() || !f.AsOf.IsZero() ||
			f.Unit != "" && (f.Queue == QueueToSign || f.Queue == QueueSentBack || f.Queue == QueueOpen) {
			return false
		}
		return askCell(b, by, when{}, byQueue, string(f.Queue), func(fs figures, sign int) { *n += sign * fs.all() })
	case !f.NewIn.IsZero() || !f.ClosedIn.IsZero():
		if states > 0 || f.Lamp != "" || !f.AsOf.IsZero() || !f.NewIn.IsZero() && !f.ClosedIn.IsZero() {
			return false
		}
		return askWeek(b, by, f, n)
	}
	in, ok := placesIn(f)
	if !ok {
		return false
	}
	dim, key := tallyIn(&by)
	if f.Lamp == "" {
		at.today, at.near = events.Date{}, events.Date{} // what is late does not matter
	}
	return askCell(b, by, at, dim, key, func(fs figures, sign int) { *n += sign * fs.within(in, f.Lamp) })
}

// within sums the places, of those with a lamp only what shows it.
func (f *figures) within(in [places]bool, lamp Lamp) (n int) {
	if lamp == "" {
		for p, yes := range in {
			if yes {
				n += f.at[p]
			}
		}
		return n
	}
	for p, x := range map[place][2]int{placeWaiting: {f.lateWaiting, f.nearWaiting}, placeOpen: {f.lateOpen, f.nearOpen}} {
		switch {
		case !in[p]:
		case lamp == LampOverdue:
			n += x[0]
		case lamp == LampNear:
			n += x[1]
		case lamp == LampCalm:
			n += f.at[p] - x[0] - x[1]
		}
	}
	return n
}

// placesIn resolves states and groups to places, false for a state that is no place of its
// own: an archived item keeps its place.
func placesIn(f Filter) (in [places]bool, ok bool) {
	for p := range in {
		in[p] = len(f.Groups) == 0
	}
	for _, g := range f.Groups {
		for _, p := range placesOf(g) {
			in[p] = true
		}
	}
	if len(f.States) == 0 {
		return in, true
	}
	var of [places]bool
	for _, s := range f.States {
		p, ok := map[events.State]place{events.Registered: placeRegistered, events.ReturnedForInfo: placeInfo, events.Accepted: placeWaiting,
			events.InProgress: placeOpen, events.Rectified: placeRectified, events.UnderVerification: placeVerifying,
			events.InPublicity: placePublicity}[s]
		if !ok {
			return in, false
		}
		of[p] = true
	}
	for p := range in {
		in[p] = in[p] && of[p]
	}
	return in, true
}

// tallyIn takes leader, campaign and mode out of a narrowing that selects a row of seals.
func tallyIn(n *narrowing) (dimension, string) {
	leader, campaign, mode := n[byLeader], n[byCampaign], n[byMode]
	if leader == "" || leader == None || campaign == "" || campaign == Any {
		return byAll, ""
	}
	key := ""
	switch {
	case campaign != None && mode == "":
		key = "C" + clean(campaign)
	case campaign == None && mode != "" && mode != Any:
		key = "M" + keyOf(mode)
	default:
		return byAll, ""
	}
	n[byCampaign], n[byMode] = "", ""
	if leader == Any {
		n[byLeader] = ""
	}
	return byTally, key
}

// askCell queues what reads one cell, and false when no counter is narrowed like that: it is
// narrowed by at most two dimensions of which one is a scope, or by one scope when another
// dimension's key is given. The cell is the sum of what add is told.
func askCell(b *pgx.Batch, n narrowing, at when, dim dimension, key string, add func(f figures, sign int)) bool {
	past := !at.asOf.IsZero()
	if past && !at.near.IsZero() {
		return false // what was near is counted, not kept
	}
	cell := []term{{key, 1}}
	everything := false
	if dim == byAll { // one dimension may be the cell's own
		own := -1
		for _, d := range n.set() {
			scope, is := scopeOf(d)
			if !is || past && scope != scopePreset || len(n.set()) == 1 {
				own = int(d)
			}
		}
		if len(n.set()) > 1 && own < 0 {
			own = int(n.set()[1])
		}
		if own >= 0 {
			dim = dimension(own)
			cell, everything = terms(n[dim])
			n[dim] = ""
		}
	}
	reads, ok := n.reads(past)
	if !ok {
		return false
	}
	one := func(r read, d dimension, c term) {
		sign := r.sign * c.sign
		tell := func(_, _ string, f figures) { add(f, sign) }
		askSums(b, r, at, []string{d.code()}, c.key, tell)
		if !past {
			askDues(b, r, at, []string{d.code()}, c.key, tell)
		}
	}
	for _, r := range reads {
		if everything {
			one(r, byAll, term{"", 1})
		}
		for _, c := range cell {
			one(r, dim, c)
		}
	}
	return true
}

// askWeek queues what reads how many were registered or struck off in a week.
func askWeek(b *pgx.Batch, by narrowing, f Filter, n *int) bool {
	reads, ok := by.reads(false)
	if !ok {
		return false
	}
	kind, week := weekNew, f.NewIn
	if week.IsZero() {
		kind, week = weekClosed, f.ClosedIn
	}
	for _, r := range reads {
		var m int
		each(b, `select n from week_count_all where scope = $1 and value = $2 and kind = $3 and week = $4`,
			[]any{scopeCodes[r.scope], r.key, kind, date(week)}, []any{&m}, func() error {
				*n += r.sign * m
				return nil
			})
	}
	return true
}
