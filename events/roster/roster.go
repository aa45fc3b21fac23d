package roster

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"xiaohao/events"
)

// Roster is the whole directory at one point of the log. The zero Roster is an empty one.
type Roster struct {
	units    map[string]*Unit
	officers map[string]*Officer
	ledgers  map[string]*Ledger
	duties   map[[2]string]*Duty // by category and area
	ids      map[string]string   // of the log → short id
	received map[string][]string // officer → officers who ever delegated to them
}

// Fact is a fact of the directory and whom it is about: the id of the commit it was in.
type Fact struct {
	Entry string
	Event events.Event
}

// With returns the directory after more facts, in the order of the log. Facts of anything
// else change nothing.
func (r *Roster) With(facts ...Fact) *Roster {
	n := &Roster{units: copied(r.units), officers: copied(r.officers), ledgers: copied(r.ledgers), duties: copied(r.duties),
		ids: copied(r.ids), received: copied(r.received)}
	for _, f := range facts {
		n.apply(f)
	}
	return n
}

func copied[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}

func (r *Roster) apply(f Fact) {
	switch e := f.Event.(type) {
	case events.UnitAdded:
		r.ids[f.Entry] = e.ID
	case events.OfficerAdded:
		r.ids[f.Entry] = e.ID
	case events.LedgerAdded:
		r.ids[f.Entry] = e.ID
	case events.DutyAssigned:
		k := [2]string{e.Category, e.Area}
		r.ids[f.Entry] = e.Category + "\x1f" + e.Area
		r.duties[k] = r.duties[k].Apply(e)
	case events.DutyWithdrawn:
		category, area, _ := strings.Cut(r.ids[f.Entry], "\x1f")
		if k := [2]string{category, area}; r.duties[k] != nil {
			r.duties[k] = r.duties[k].Apply(e)
		}
	case events.DelegationGiven:
		if id := r.ids[f.Entry]; id != "" && !slices.Contains(r.received[e.To], id) {
			r.received[e.To] = append(slices.Clip(r.received[e.To]), id)
		}
	}
	id := r.ids[f.Entry]
	switch events.AggregateOf(f.Event) {
	case events.UnitAggregate:
		if u := r.units[id].Apply(f.Event); u != nil {
			r.units[id] = u
		}
	case events.OfficerAggregate:
		if o := r.officers[id].Apply(f.Event); o != nil {
			r.officers[id] = o
		}
	case events.LedgerAggregate:
		if l := r.ledgers[id].Apply(f.Event); l != nil {
			r.ledgers[id] = l
		}
	}
}

// ShortID returns the short id behind an id of the log, "" for one that the directory does not
// have; of a line of the catalogue its category and area.
func (r *Roster) ShortID(entry string) string {
	return strings.TrimSpace(strings.ReplaceAll(r.ids[entry], "\x1f", " "))
}

// Unit returns a unit, nil when the directory has none of that id.
func (r *Roster) Unit(id string) *Unit { return r.units[id] }

// Officer returns an officer, nil when there is none of that id.
func (r *Roster) Officer(id string) *Officer { return r.officers[id] }

// Ledger returns a ledger, nil when there is none of that id.
func (r *Roster) Ledger(id string) *Ledger { return r.ledgers[id] }

// Ref names a unit as of a day; one that the directory does not have is called by its id.
func (r *Roster) Ref(id string, day events.Date) events.Unit {
	if u := r.units[id]; u != nil {
		return u.Ref(day)
	}
	return events.Unit{ID: id, Name: id}
}

// Units returns every unit as of a day, a unit before those under it, the closed ones after
// the open ones of their level.
func (r *Roster) Units(day events.Date) []UnitAs {
	under := map[string][]UnitAs{}
	for _, u := range r.units {
		as := u.On(day)
		if r.units[as.Parent] == nil {
			as.Parent = ""
		}
		under[as.Parent] = append(under[as.Parent], as)
	}
	var out []UnitAs
	seen := map[string]bool{}
	var walk func(parent string)
	walk = func(parent string) {
		us := under[parent]
		slices.SortFunc(us, func(a, b UnitAs) int {
			return cmp.Or(openFirst(a.Open, b.Open), cmp.Compare(slices.Index(events.UnitTypes, a.Type), slices.Index(events.UnitTypes, b.Type)),
				cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
		})
		for _, u := range us {
			if !seen[u.ID] {
				seen[u.ID] = true
				out = append(out, u)
				walk(u.ID)
			}
		}
	}
	walk("")
	for _, id := range slices.Sorted(maps.Keys(r.units)) { // two moves at the same time may have made a ring
		if !seen[id] {
			out = append(out, r.units[id].On(day))
		}
	}
	return out
}

func openFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// Depth counts the units above a unit on a day.
func (r *Roster) Depth(id string, day events.Date) int { return len(r.Above(id, day)) }

// Above lists the units above a unit on a day, the nearest first.
func (r *Roster) Above(id string, day events.Date) (out []string) {
	seen := map[string]bool{id: true}
	for u := r.units[id]; u != nil; u = r.units[id] {
		id = u.parents.on(day)
		if id == "" || seen[id] || r.units[id] == nil {
			break
		}
		seen[id] = true
		out = append(out, id)
	}
	return out
}

// Within reports whether a unit is, on a day, another one or somewhere under it.
func (r *Roster) Within(id, above string, day events.Date) bool {
	return id == above || slices.Contains(r.Above(id, day), above)
}

// Below lists the units somewhere under a unit on a day.
func (r *Roster) Below(id string, day events.Date) (out []string) {
	for _, other := range slices.Sorted(maps.Keys(r.units)) {
		if other != id && r.Within(other, id, day) {
			out = append(out, other)
		}
	}
	return out
}

// Officers returns every officer by id.
func (r *Roster) Officers() []*Officer {
	return slices.SortedFunc(maps.Values(r.officers), func(a, b *Officer) int { return cmp.Compare(a.ID, b.ID) })
}

// Ledgers returns every ledger by id, the closed ones last.
func (r *Roster) Ledgers() []*Ledger {
	return slices.SortedFunc(maps.Values(r.ledgers), func(a, b *Ledger) int {
		return cmp.Or(openFirst(!a.Closed, !b.Closed), cmp.Compare(a.ID, b.ID))
	})
}

// Duties returns every line of the catalogue that names a unit on a day or will, by category
// and area.
func (r *Roster) Duties(day events.Date) []*Duty {
	var out []*Duty
	for _, d := range r.duties {
		if d.Unit(day) != "" || d.units.last() != "" {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b *Duty) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Area, b.Area))
	})
	return out
}

// Suggest returns the unit that the catalogue names for an item of these categories and this
// area on a day; false when it names none that stands.
func (r *Roster) Suggest(category, category2, area string, day events.Date) (events.Unit, bool) {
	best, unit := 0, ""
	for _, d := range r.duties {
		id := d.Unit(day)
		if n := d.fits(category, category2, area); n > best && id != "" {
			if u := r.units[id]; u == nil || u.On(day).Open {
				best, unit = n, id
			}
		}
	}
	if best == 0 {
		return events.Unit{}, false
	}
	return r.Ref(unit, day), true
}
