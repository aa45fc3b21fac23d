package projections

import "xiaohao/events"

// The ledger of a unit that leads or helps is read from assignment, whose rows repeat where
// the item stands. Most of what a unit asks they answer by themselves.

// byParts reports whether the rows are those of a unit that leads or helps, which are read by
// its parts.
func (f Filter) byParts() bool {
	return f.Unit != "" && f.Unit != Any && f.Unit != None && !f.LeadOnly && (f.Queue == "" || f.Queue.ofParts()) && f.AsOf.IsZero()
}

// inParts reports whether rows of assignment say everything that the filter asks, so that
// items need not be looked at.
func (f Filter) inParts() bool {
	if !f.byParts() || !(f.Sight.free() || f.Sight.counted() || f.ownUnit()) {
		return false
	}
	if _, ok := placesIn(f); !ok {
		return false
	}
	g := f
	g.Unit, g.Lamp, g.Queue, g.Sight = "", "", "", Sight{}
	g.Groups, g.States, g.DueFrom, g.DueBy = nil, nil, events.Date{}, events.Date{}
	return g.plain()
}

// ofParts says from where the rows of a unit's parts are read, adds which, and returns the
// ranks that they can have.
func (f Filter) ofParts(w *where) (from string, rs ranks) {
	from = "assignment a"
	w.add("a.unit = $ and a.lists", clean(f.Unit))
	if f.Queue.ofParts() {
		w.add("a.place = $", int(placeOpen))
		w.conds = append(w.conds, "exists (select from assignment x where x.item = a.item and x.unit = a.unit and "+partsIn(f.Queue, "x.")+")")
	}
	if !f.inParts() {
		from = "assignment a join item i on i.id = a.item"
		g := f
		g.Unit, g.Queue = "", ""
		g.Sight.within = f.ownUnit()
		g.conditions(w)
		return from, f.ordered(w, "a.")
	}
	if in, _ := placesIn(f); len(f.States) > 0 || len(f.Groups) > 0 {
		w.add("a.place = any($)", placeList(in))
	}
	rs = f.ordered(w, "a.")
	lamp := map[Lamp]events.Lamp{LampOverdue: events.LampOverdue, LampNear: events.LampNear, LampCalm: events.LampOnPlan}[f.Lamp]
	if f.Lamp == LampCalm {
		w.add("a.place = any($)", placeList([places]bool{placeWaiting: true, placeOpen: true}))
	}
	if lamp != events.LampNone {
		w.lamp("$$", events.DeadlineLamps, lamp, endsOfPart, judged(f.Today, f.Minute, f.Near, f.AsOf))
	}
	if !f.Sight.free() {
		s := f.Sight
		s.within = f.ownUnit()
		w.conds = append(w.conds, "not exists (select from item i where i.id = a.item and "+s.hidden(w)+")")
	}
	return from, rs
}

func placeList(in [places]bool) (out []int16) {
	for p, is := range in {
		if is {
			out = append(out, int16(p))
		}
	}
	return out
}

// partsIn is the condition of the parts that a queue of parts is of.
func partsIn(q Queue, at string) string {
	switch q {
	case QueueToSign:
		return at + "state = 'ISSUED'"
	case QueueSentBack:
		return at + "state = 'SENT_BACK'"
	}
	return at + "state not in ('REPORTED', 'ACCEPTED', 'WITHDRAWN')"
}
