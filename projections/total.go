package projections

import (
	"context"

	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// countLimit is how far rows are counted when no counter says how many there are.
const countLimit = 1000

// total says how many rows a filter selects, and whether there are more than that: from a
// counter when one is kept, else counted. Filters of what a board shows are counted to the
// end, so that the list behind a figure says the same number; all others up to countLimit.
func total(ctx context.Context, tx pgx.Tx, f Filter) (n int, more bool, err error) {
	n, ok, err := counted(ctx, tx, f)
	if ok || err != nil {
		return n, false, err
	}
	if len(words(f.Q)) > 0 {
		hits, more, err := search(ctx, tx, f.where(), f.Q)
		return len(hits), more, err
	}
	from, w := f.rows()
	if f.onBoard() {
		err = tx.QueryRow(ctx, `select count(*) from `+from+` where `+w.String(), w.args...).Scan(&n)
		return n, false, err
	}
	limit := w.arg(countLimit + 1)
	err = tx.QueryRow(ctx, `select count(*) from (select from `+from+` where `+w.String()+` limit `+limit+`) x`, w.args...).Scan(&n)
	return min(n, countLimit), n > countLimit, err
}

// onBoard reports whether the filter has nothing in it that boards do not narrow by.
func (f Filter) onBoard() bool {
	g := f
	g.Source, g.Category, g.Area, g.Leader, g.Campaign, g.Preset, g.Queue = "", "", "", "", "", "", ""
	g.States, g.Groups, g.Modes, g.Lamp, g.NewIn, g.ClosedIn, g.AsOf = nil, nil, nil, "", events.Date{}, events.Date{}, events.Date{}
	if g.LeadOnly || g.Unit == Any || g.Unit == None {
		g.Unit, g.LeadOnly = "", false
	}
	return g.plain()
}

// plain reports whether the filter selects everything.
func (f Filter) plain() bool {
	return f.Q == "" && len(f.States) == 0 && len(f.Groups) == 0 && len(f.Modes) == 0 && f.Source == "" && f.Category == "" &&
		f.Area == "" && f.Unit == "" && f.Leader == "" && f.Campaign == "" && f.Class == "" && f.Preset == "" && f.Lamp == "" &&
		f.DueFrom.IsZero() && f.DueBy.IsZero() && f.NewIn.IsZero() && f.ClosedIn.IsZero() && f.Queue == "" && f.HideFrom == "" &&
		f.Level == "" && !f.Urgent && f.Supervision == "" && !f.Reopened && !f.Returned && !f.Unsatisfied &&
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

// counted reads how many rows a filter selects from counters, false when none is kept.
func counted(ctx context.Context, tx pgx.Tx, f Filter) (n int, ok bool, err error) {
	if !f.onBoard() {
		return 0, false, nil
	}
	by, ok := f.narrowing()
	if !ok {
		return 0, false, nil
	}
	at := when{f.AsOf, f.Today, f.Near}
	if !f.AsOf.IsZero() {
		at.today = f.AsOf
	}
	states := len(f.States) + len(f.Groups)
	switch {
	case f.Queue != "":
		if f.Queue == QueueReview || states > 0 || f.Lamp != "" || !f.NewIn.IsZero() || !f.ClosedIn.IsZero() || !f.AsOf.IsZero() ||
			f.Unit != "" && (f.Queue == QueueToSign || f.Queue == QueueSentBack || f.Queue == QueueOpen) {
			return 0, false, nil
		}
		fs, ok, err := readCell(ctx, tx, by, when{}, byQueue, string(f.Queue))
		return fs.all(), ok, err
	case !f.NewIn.IsZero() || !f.ClosedIn.IsZero():
		if states > 0 || f.Lamp != "" || !f.AsOf.IsZero() || !f.NewIn.IsZero() && !f.ClosedIn.IsZero() {
			return 0, false, nil
		}
		return countedWeek(ctx, tx, by, f)
	}
	in, ok := placesIn(f)
	if !ok {
		return 0, false, nil
	}
	dim, key := tallyIn(&by)
	if f.Lamp == "" {
		at.today, at.near = events.Date{}, events.Date{} // what is late does not matter
	}
	fs, ok, err := readCell(ctx, tx, by, at, dim, key)
	if !ok || err != nil {
		return 0, false, err
	}
	return fs.within(in, f.Lamp), true, nil
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

// readCell reads one cell: a narrowing by at most two dimensions of which one is a scope,
// or by one scope when another dimension's key is given.
func readCell(ctx context.Context, tx pgx.Tx, n narrowing, at when, dim dimension, key string) (f figures, ok bool, err error) {
	past := !at.asOf.IsZero()
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
		return f, false, nil
	}
	t := &sheet{}
	one := func(r read, d dimension, c term) error {
		r.sign *= c.sign
		if err := t.readSums(ctx, tx, r, at, d.code(), c.key); err != nil || past {
			return err
		}
		return t.readDues(ctx, tx, r, at, d.code(), c.key)
	}
	for _, r := range reads {
		if everything {
			if err := one(r, byAll, term{"", 1}); err != nil {
				return f, false, err
			}
		}
		for _, c := range cell {
			if err := one(r, dim, c); err != nil {
				return f, false, err
			}
		}
	}
	for _, rows := range t {
		for _, x := range rows {
			f.add(*x, 1)
		}
	}
	if past && !at.near.IsZero() {
		return f, false, nil // what was near is counted, not kept
	}
	return f, true, nil
}

// countedWeek reads how many were registered or struck off in a week.
func countedWeek(ctx context.Context, tx pgx.Tx, by narrowing, f Filter) (n int, ok bool, err error) {
	reads, ok := by.reads(false)
	if !ok {
		return 0, false, nil
	}
	kind, week := weekNew, f.NewIn
	if week.IsZero() {
		kind, week = weekClosed, f.ClosedIn
	}
	for _, r := range reads {
		var m int
		if err := tx.QueryRow(ctx, `select coalesce(sum(n), 0)::int from week_count where scope = $1 and value = $2 and kind = $3 and week = $4`,
			scopeCodes[r.scope], r.key, kind, date(week)).Scan(&m); err != nil {
			return 0, false, err
		}
		n += r.sign * m
	}
	return n, true, nil
}
