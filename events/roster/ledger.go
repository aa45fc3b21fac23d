package roster

import (
	"strings"

	"xiaohao/events"
)

// Ledger is a ledger (台账) that an office keeps.
type Ledger struct {
	ID     string
	Name   string
	Preset events.Preset
	Office string // id of the unit that keeps it
	Closed bool   // takes no new items
}

// Apply returns the ledger after a fact; nil is one that there is not yet. Facts of anything
// else change nothing. The receiver is not changed.
func (l *Ledger) Apply(e events.Event) *Ledger {
	if e, ok := e.(events.LedgerAdded); ok {
		return &Ledger{ID: e.ID, Name: e.Name, Preset: e.Preset, Office: e.Office}
	}
	if l == nil {
		return nil
	}
	n := *l
	switch e := e.(type) {
	case events.LedgerChanged:
		n.Name, n.Office = e.Name, e.Office
	case events.LedgerClosed:
		n.Closed = true
	case events.LedgerReopened:
		n.Closed = false
	}
	return &n
}

// Duty is a line of the responsibility catalogue (责任目录) over time: which unit answers
// for a category in an area.
type Duty struct {
	Category string
	Area     string // "" for everywhere
	units    timeline[string]
}

// Unit returns the id of the unit that answers on a day, "" when none does. Before the first
// day none does.
func (d *Duty) Unit(day events.Date) string {
	if len(d.units) == 0 || day.Before(d.units[0].from) {
		return ""
	}
	return d.units.on(day)
}

// From returns the day from which the unit of a day answers.
func (d *Duty) From(day events.Date) (from events.Date) {
	for _, u := range d.units {
		if u.from.After(day) {
			break
		}
		from = u.from
	}
	return from
}

// Apply returns the line after a fact; nil is one that there is not yet. Facts of anything
// else change nothing. The receiver is not changed.
func (d *Duty) Apply(e events.Event) *Duty {
	switch e := e.(type) {
	case events.DutyAssigned:
		n := Duty{Category: e.Category, Area: e.Area}
		if d != nil {
			n.units = d.units
		}
		n.units = n.units.with(e.From, e.Unit)
		return &n
	case events.DutyWithdrawn:
		if d != nil {
			n := *d
			n.units = d.units.with(e.From, "")
			return &n
		}
	}
	return d
}

// fits tells how well the line fits an item: higher is better, 0 is not at all. The second
// category counts before the first, a line for an area before one for everywhere, and a
// longer area, which is a narrower one, before a shorter.
func (d *Duty) fits(category, category2, area string) int {
	n := 0
	switch d.Category {
	case "":
		return 0
	case category2:
		n = 2000
	case category:
		n = 1000
	default:
		return 0
	}
	if d.Area == "" {
		return n
	}
	if !strings.Contains(area, d.Area) {
		return 0
	}
	return n + min(len(d.Area), 900)
}
