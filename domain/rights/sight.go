package rights

import (
	"slices"

	"xiaohao/events"
)

// Sight is how far one person sees the ledger. An item that lies outside is absent for him:
// in lists, searches, counts, files, exports and by its address.
type Sight struct {
	Reach   Reach
	Units   []string // of OwnUnits: the own unit and those below it
	Persons []string // the person and of whom he acts for; of Leads, what is linked to these
	Self    []string // Persons and the own unit: 举报 about these is absent, whatever the reach
}

// SightOf returns the sight of an actor. below are the units under his own, nil for none.
func SightOf(a events.Actor, below []string) Sight {
	s := Sight{Reach: Ledger.Of(a.Role)}
	for _, id := range []string{a.ID, a.Delegation.Of} {
		if id != "" {
			s.Persons = append(s.Persons, id)
		}
	}
	if s.Self = slices.Clone(s.Persons); !a.Unit.IsZero() {
		s.Self = append(s.Self, a.Unit.ID)
	}
	if s.Reach == OwnUnits {
		if a.Unit.IsZero() {
			return Sight{}
		}
		s.Units = append([]string{a.Unit.ID}, below...)
	}
	return s
}

// Matter is what of an item decides who may see it.
type Matter struct {
	Class      events.Class
	Leader     string   // id of the linked leader
	Units      []string // that have a part in it now
	Had        []string // that ever had one
	Complained []string // ids of units and people complained of
}

// Restricted reports whether a class is kept from all but those whom it concerns.
func Restricted(c events.Class) bool { return c == events.Conduct || c == events.Stability }

// Sees reports whether an item exists for the person.
func (s Sight) Sees(m Matter) bool {
	if Restricted(m.Class) {
		if meet(s.Self, m.Complained) {
			return false
		}
		switch s.Reach {
		case All:
			return true
		case Leads:
			return m.Leader != "" && slices.Contains(s.Persons, m.Leader)
		case OwnUnits:
			return meet(s.Units, m.Units)
		}
		return false
	}
	switch s.Reach {
	case All, Leads, Ordinary:
		return true
	case OwnUnits:
		return meet(s.Units, m.Had)
	}
	return false
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}
