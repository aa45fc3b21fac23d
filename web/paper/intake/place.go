package intake

import (
	"fmt"

	"xiaohao/domain"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/events/roster"
)

// Place looks an import up in the directory: the units that its rows may name and, when the
// directory has the ledger by its id or its name, how its items are handled. A closed ledger
// is refused.
func (im *Import) Place(known *roster.Roster) error {
	var units []events.Unit
	for _, u := range known.Units(im.Today) {
		units = append(units, known.Ref(u.ID, im.Today))
	}
	im.Units, im.Preset = NewDirectory(units), events.CountyLedger
	l := kept(known, im.Ledger)
	if l == nil {
		return nil
	}
	if l.Closed {
		return &domain.Refusal{Rule: "import.closed", Field: "ledger", Message: fmt.Sprintf("台账“%s”已经停用，不再收新的。", l.Name)}
	}
	im.ID, im.Ledger, im.Preset = l.ID, l.Name, l.Preset
	return nil
}

// OfficeOf is the unit by whose mapping somebody at the command line reads a ledger: the one
// that keeps it, else the only one with posts that import. "" when that is nobody's, or
// several could be meant.
func OfficeOf(known *roster.Roster, ledger string, today events.Date) (unit string) {
	if l := kept(known, ledger); l != nil && l.Office != "" {
		return l.Office
	}
	rule, _ := rights.Of("accept")
	for _, o := range known.Officers() {
		for _, p := range o.PostsOn(today) {
			switch {
			case !rule.Allows(p.Role) || p.Unit == unit:
			case unit != "":
				return ""
			default:
				unit = p.Unit
			}
		}
	}
	return unit
}

// kept finds a ledger of the directory by its id, else by its name.
func kept(known *roster.Roster, ledger string) *roster.Ledger {
	if l := known.Ledger(ledger); l != nil {
		return l
	}
	for _, l := range known.Ledgers() { // the open ones first
		if l.Name == ledger {
			return l
		}
	}
	return nil
}
