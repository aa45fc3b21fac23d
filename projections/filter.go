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
// as seen on a day.
func (f Filter) stands(w *where, today events.Date) {
	if len(f.States) > 0 {
		w.add("i.state = any($)", texts(f.States))
	}
	if len(f.Groups) > 0 {
		w.add("i.grp = any($)", texts(f.Groups))
	}
	if len(f.Modes) > 0 {
		w.add("i.mode = any($)", texts(f.Modes))
	}
	w.key("i.source", string(f.Source))
	w.key("i.category", f.Category)
	w.key("i.area", f.Area)
	w.key("i.leader", f.Leader)
	w.key("i.campaign", f.Campaign)
	w.key("i.class", string(f.Class))
	w.key("i.preset", string(f.Preset))
	switch f.Lamp {
	case LampOverdue:
		w.add("i.due < $", date(today))
	case LampNear:
		w.add("i.due between $ and $", date(today), date(f.Near))
	case LampCalm:
		w.add("i.grp in ('WAITING', 'OPEN') and (i.due is null or i.due >= $ and i.due > $)", date(today), date(f.Near))
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
	f.stands(w, f.AsOf)
	w.key("i.unit", f.Unit)
	if f.HideFrom != "" || !f.RaisedFrom.IsZero() || !f.RaisedBy.IsZero() {
		g := Filter{HideFrom: f.HideFrom, RaisedFrom: f.RaisedFrom, RaisedBy: f.RaisedBy}
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
	f.stands(w, f.Today)
	f.ordered(w)
	if f.LeadOnly || f.Unit == Any || f.Unit == None {
		w.key("i.unit", f.Unit)
	} else if f.Unit != "" {
		w.add("i.id in (select a.item from assignment a where a.unit = $ and a.state <> 'WITHDRAWN')", clean(f.Unit))
	}
	f.now(w)
	if f.Queue != "" {
		w.conds = append(w.conds, w.queue(f.Queue, f))
	}
	return w
}

// now adds what only item knows.
func (f Filter) now(w *where) {
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
	w.key("i.supervision", string(f.Supervision))
	if f.Reopened {
		w.add("i.reopened > 0")
	}
	if f.Returned {
		w.add("i.returns > 1")
	}
	if f.Unsatisfied {
		w.add("i.unsatisfied")
	}
	if f.HideFrom != "" {
		w.add(`(i.class not in ('CONDUCT', 'STABILITY') or (not ($ = any(i.complained_of)) and i.id in (
			select a.item from assignment a where a.unit = $ and a.state <> 'WITHDRAWN')))`, clean(f.HideFrom), clean(f.HideFrom))
	}
}

// ordered adds what follows for the ledger's order, so that the index over it is entered
// where the rows begin and left where they end.
func (f Filter) ordered(w *where) {
	lo, hi := 0, 7
	within := func(l, h int) { lo, hi = max(lo, l), min(hi, h) }
	if len(f.Groups) > 0 {
		l, h := 7, 0
		for _, g := range f.Groups {
			r := rankOf(&Item{Group: g})
			l, h = min(l, r), max(h, r)
			if g == GroupWaiting { // those with a deadline stand with what is under way
				l = 0
			}
		}
		within(l, h)
	}
	if len(f.States) > 0 && !slices.Contains(f.States, events.Archived) {
		l, h := 7, 0
		for _, s := range f.States {
			r := rankOf(&Item{Group: groupOf(s, "")})
			l, h = min(l, r), max(h, r)
			if s == events.Accepted {
				l = 0
			}
		}
		within(l, h)
	}
	switch f.Lamp {
	case LampOverdue:
		within(0, 0)
		w.add("i.sort_day < $", date(f.Today))
	case LampNear:
		within(0, 0)
		w.add("i.sort_day between $ and $", date(f.Today), date(f.Near))
	case LampCalm:
		within(0, 1)
	}
	if !f.DueFrom.IsZero() {
		within(0, 0)
		w.add("i.sort_day >= $", date(f.DueFrom))
	}
	if !f.DueBy.IsZero() {
		within(0, 0)
		w.add("i.sort_day <= $", date(f.DueBy))
	}
	if !f.ClosedIn.IsZero() {
		within(6, 6)
	}
	switch {
	case lo > hi:
		w.add("false")
	case lo == hi:
		w.add("i.rank = $", lo)
	case lo > 0 || hi < 7:
		w.add("i.rank between $ and $", lo, hi)
	}
}
