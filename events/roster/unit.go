package roster

import (
	"xiaohao/events"
)

// Unit is a unit (单位) over time.
type Unit struct {
	ID        string
	Begin     events.Date // the first day it is known of
	Closed    events.Date // the first day without it; none while it stands
	Successor string      // id of the unit that took over

	names   timeline[string]
	parents timeline[string]
	kinds   timeline[kind]
}

type kind struct {
	level events.UnitLevel
	typ   events.UnitType
	area  string
}

// UnitAs is a unit as it is on one day.
type UnitAs struct {
	ID, Name  string
	Level     events.UnitLevel
	Type      events.UnitType
	Area      string
	Parent    string      // id, "" for none
	Open      bool        // stands on that day
	Closed    events.Date // see [Unit]
	Successor string
}

// On returns the unit as of a day.
func (u *Unit) On(day events.Date) UnitAs {
	k := u.kinds.on(day)
	return UnitAs{ID: u.ID, Name: u.names.on(day), Level: k.level, Type: k.typ, Area: k.area, Parent: u.parents.on(day),
		Open: u.Closed.IsZero() || day.Before(u.Closed), Closed: u.Closed, Successor: u.Successor}
}

// Ref is the unit as facts name it on a day.
func (u *Unit) Ref(day events.Date) events.Unit { return events.Unit{ID: u.ID, Name: u.names.on(day)} }

// Names lists every name it ever had, oldest first, with the day from which.
func (u *Unit) Names() []Named {
	out := make([]Named, len(u.names))
	for i, n := range u.names {
		out[i] = Named{n.from, n.value}
	}
	return out
}

// Named is a name from a day on.
type Named struct {
	From events.Date
	Name string
}

// Apply returns the unit after a fact; nil is a unit that there is not yet. Facts of
// anything else change nothing. The receiver is not changed.
func (u *Unit) Apply(e events.Event) *Unit {
	if e, ok := e.(events.UnitAdded); ok {
		return &Unit{ID: e.ID, Begin: e.From, names: timeline[string]{{e.From, e.Name}}, parents: timeline[string]{{e.From, e.Parent}},
			kinds: timeline[kind]{{e.From, kind{e.Level, e.Type, e.Area}}}}
	}
	if u == nil {
		return nil
	}
	n := *u
	switch e := e.(type) {
	case events.UnitRenamed:
		n.names = u.names.with(e.From, e.Name)
	case events.UnitMoved:
		n.parents = u.parents.with(e.From, e.Parent)
	case events.UnitClassified:
		n.kinds = u.kinds.with(e.From, kind{e.Level, e.Type, e.Area})
	case events.UnitClosed:
		n.Closed, n.Successor = e.On, e.Successor
	case events.UnitReopened:
		n.Closed, n.Successor = events.Date{}, ""
	}
	return &n
}
