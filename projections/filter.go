package projections

import (
	"slices"
	"strconv"
	"strings"

	"xiaohao/events"
)

// where collects the conditions of a query and their parameters.
type where struct {
	conds []string
	args  []any
}

// add adds a condition; each $ in it stands for the next of vs.
func (w *where) add(cond string, vs ...any) {
	for _, v := range vs {
		cond = strings.Replace(cond, "$", "\x00"+w.arg(v)[1:], 1)
	}
	w.conds = append(w.conds, strings.ReplaceAll(cond, "\x00", "$"))
}

// arg adds a parameter and returns its name.
func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

// key selects a column by value, [Any] or [None].
func (w *where) key(col, v string) {
	switch v {
	case "":
	case Any:
		w.add(col + " <> ''")
	case None:
		w.add(col + " = ''")
	default:
		w.add(col+" = $", clean(v))
	}
}

func (w *where) String() string {
	if len(w.conds) == 0 {
		return "true"
	}
	return strings.Join(w.conds, "\n\t\t\tand ")
}

func texts[T ~string](vs []T) []string {
	return column(vs, func(v T) string { return clean(string(v)) })
}

// rows says from where the rows of a filter are read, and which.
func (f Filter) rows() (from string, w *where) {
	if f.AsOf.IsZero() {
		return "item i", f.where()
	}
	return "item_day i", f.past()
}

// stands adds what item and item_day have in common: where the row stands, and its deadline
// as seen when one looks.
func (f Filter) stands(w *where) {
	if len(f.States) > 0 {
		w.add("i.state = any($)", texts(f.States))
	}
	if len(f.Groups) > 0 {
		w.add("i.grp = any($)", texts(f.Groups))
		if s := map[Group]events.State{GroupWaiting: events.Accepted, GroupOpen: events.InProgress}[f.Groups[0]]; s != "" && len(f.Groups) == 1 {
			w.add("i.state = $", string(s)) // the same, for the index
		}
	}
	if len(f.Modes) > 0 {
		w.add("i.mode = any($)", column(f.Modes, func(m events.Mode) string { return keyOf(string(m)) }))
	}
	w.key("i.source", string(f.Source))
	w.key("i.category", f.Category)
	w.key("i.area", f.Area)
	w.key("i.leader", f.Leader)
	w.key("i.campaign", f.Campaign)
	if f.Campaign != "" && f.Campaign != None {
		w.add("i.campaign <> ''") // the same, for the index
	}
	w.key("i.class", string(f.Class))
	if f.Class != "" && f.Class != events.Ordinary {
		w.add("i.class <> 'ORDINARY'")
	}
	w.key("i.preset", string(f.Preset))
	at := judged(f.Today, f.Minute, f.Near, f.AsOf)
	switch f.Lamp {
	case LampOverdue, LampNear:
		w.lamp("$$", events.DeadlineLamps, events.Lamp(f.Lamp), endsOfItem, at)
	case LampCalm:
		w.lamp("i.grp in ('WAITING', 'OPEN') and (i.due is null or $$)", events.DeadlineLamps, events.LampOnPlan, endsOfItem, at)
	}
	if !f.DueFrom.IsZero() {
		w.add("i.due >= $", date(f.DueFrom))
	}
	if !f.DueBy.IsZero() {
		w.add("i.due <= $", date(f.DueBy))
	}
}

// past is the filter as conditions on item_day i, at the end of the day AsOf. Unit means
// leads; what is kept for now only is not looked at.
func (f Filter) past() *where {
	w := &where{}
	w.asOf(f.AsOf)
	f.stands(w)
	if f.Lamp == LampOverdue || f.Lamp == LampNear { // for the index
		w.lampDay(events.DeadlineLamps, events.Lamp(f.Lamp), "i.due", judged(f.Today, f.Minute, f.Near, f.AsOf))
	}
	w.key("i.unit", f.Unit)
	if !f.Sight.free() || !f.RaisedFrom.IsZero() || !f.RaisedBy.IsZero() || len(f.Numbers) > 0 {
		g := Filter{Sight: f.Sight, Numbers: f.Numbers, RaisedFrom: f.RaisedFrom, RaisedBy: f.RaisedBy}
		x := &where{args: w.args}
		g.now(x)
		w.args = x.args
		w.conds = append(w.conds, "i.item in (select i.id from item i where "+x.String()+")")
	}
	return w
}

// where is the filter as conditions on item i.
func (f Filter) where() *where {
	w := &where{}
	f.conditions(w)
	w.only(f.ordered(w, "i."), "i.")
	return w
}

// conditions adds all that the filter says but what follows for the order.
func (f Filter) conditions(w *where) {
	f.stands(w)
	if f.LeadOnly || f.Unit == Any || f.Unit == None {
		w.key("i.unit", f.Unit)
	} else if f.Unit != "" && !f.Queue.ofParts() { // a queue of parts says it itself
		w.add("i.id in (select a.item from assignment a where a.unit = $ and a.lists)", clean(f.Unit))
	}
	f.Sight.within = f.Sight.within || f.ownUnit()
	f.now(w)
	if f.Queue != "" {
		w.conds = append(w.conds, w.queue(f.Queue, f))
	}
}

// ownUnit reports whether the filter is for what one of the person's own units has a part in.
func (f Filter) ownUnit() bool {
	return !f.LeadOnly && f.Unit != Any && f.Unit != None && slices.Contains(f.Sight.Units, f.Unit)
}

// now adds what only item knows.
func (f Filter) now(w *where) {
	if len(f.Numbers) > 0 {
		w.add("i.number = any($)", column(f.Numbers, clean))
	}
	if !f.NewIn.IsZero() {
		w.add("i.grp in ('WAITING', 'OPEN', 'DONE', 'STANDING', 'HELD', 'CLOSED') and i.new_week = $", date(f.NewIn))
	}
	if !f.ClosedIn.IsZero() {
		w.add("i.grp = 'CLOSED' and i.closed_week = $", date(f.ClosedIn))
	}
	if !f.RaisedFrom.IsZero() {
		w.add("i.raised_day >= $", date(f.RaisedFrom))
	}
	if !f.RaisedBy.IsZero() {
		w.add("i.raised_day <= $", date(f.RaisedBy))
	}
	if f.Level != "" {
		w.add("i.level = $", clean(string(f.Level)))
	}
	if f.Urgent {
		w.add("i.urgent")
	}
	if f.Pace != "" {
		w.lamp("$$", events.PlanLamps, f.Pace, endsOfNode, judged(f.Today, f.Minute, f.Near, f.AsOf))
	}
	w.key("i.supervision", string(f.Supervision))
	if f.Supervision != "" && f.Supervision != None {
		w.add("i.supervision <> ''")
	}
	if f.Reopened {
		w.add("i.reopened > 0")
	}
	if f.Returned {
		w.add("i.returns > 1")
	}
	if f.Unsatisfied {
		w.add("i.unsatisfied")
	}
	f.Sight.limit(w)
}

// ordered adds what follows of the days for the ledger's order, whose columns have the prefix
// col, and returns the ranks that rows can have, so that the index over the order is entered
// where the rows begin and left where they end.
func (f Filter) ordered(w *where, col string) (rs ranks) {
	rs = allRanks
	if len(f.Groups) > 0 {
		var of ranks
		for _, g := range f.Groups {
			of |= ranksOf(g)
		}
		rs &= of
	}
	if len(f.States) > 0 && !slices.Contains(f.States, events.Archived) {
		var of ranks
		for _, s := range f.States {
			of |= ranksOf(groupOf(s, ""))
		}
		rs &= of
	}
	due := ranksOf(GroupOpen)
	switch f.Lamp {
	case LampOverdue, LampNear:
		rs &= due
		w.lampDay(events.DeadlineLamps, events.Lamp(f.Lamp), col+"sort_day", judged(f.Today, f.Minute, f.Near, f.AsOf))
	case LampCalm:
		rs &= ranksOf(GroupWaiting)
	}
	if !f.DueFrom.IsZero() {
		rs &= due
		w.add(col+"sort_day >= $", date(f.DueFrom))
	}
	if !f.DueBy.IsZero() {
		rs &= due
		w.add(col+"sort_day <= $", date(f.DueBy))
	}
	if !f.ClosedIn.IsZero() {
		rs &= ranksOf(GroupClosed)
	}
	switch f.Queue {
	case QueueVerify:
		rs &= ranksOf(GroupDone)
	case QueueReview:
		rs &= ranksOf(GroupStanding) | ranksOf(GroupHeld)
	}
	return rs
}

// only adds that rows have one of the ranks, when that is not a matter of course.
func (w *where) only(rs ranks, col string) {
	switch lo, hi := rs.ends(); {
	case rs == 0:
		w.add("false")
	case lo == hi:
		w.add(col+"rank = $", lo)
	case rs != allRanks:
		w.add(col+"rank between $ and $", lo, hi)
	}
}
