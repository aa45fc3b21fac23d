package directory

import (
	"github.com/google/uuid"

	"xiaohao/events"
)

// PutLedger adds a ledger or brings name and office to what it says. The preset is chosen
// once: items that were registered in it were promised its time limits.
type PutLedger struct {
	ID     string        `json:"id"`
	Name   string        `json:"name"`
	Preset events.Preset `json:"preset"`
	Office string        `json:"office"` // id of the unit that keeps it
}

func (PutLedger) name() string { return "put_ledger" }

func ledgerEntry(id string) (events.Aggregate, uuid.UUID) {
	return events.LedgerAggregate, events.DirectoryID(events.LedgerAggregate, id)
}

func (c PutLedger) entry() (events.Aggregate, uuid.UUID) { return ledgerEntry(c.ID) }

func (c PutLedger) decide(s situation) ([]events.Event, error) {
	k := checks{command: c.name()}
	k.id("id", "台账编号", c.ID)
	k.text("name", "台账名称", c.Name, 40, true)
	oneOf(&k, "preset", "办理方式", c.Preset, events.Presets)
	if err := k.err(); err != nil {
		return nil, err
	}
	l := s.is.ledger
	if c.Office != "" && (l == nil || l.Office != c.Office) {
		if _, err := s.unit("office", "主管单位", "put_ledger.office", c.Office, s.today); err != nil {
			return nil, err
		}
	}
	switch {
	case l == nil:
		return []events.Event{events.LedgerAdded{ID: c.ID, Name: c.Name, Preset: c.Preset, Office: c.Office}}, nil
	case l.Closed:
		return nil, refuse("id", "put_ledger.closed", "台账“%s”已停用，要先启用。", l.Name)
	case l.Preset != c.Preset:
		return nil, refuse("preset", "put_ledger.preset", "办理方式：“%s”建账时定为%s，不能再改；请另建一本台账。", l.Name, l.Preset.Zh())
	case l.Name == c.Name && l.Office == c.Office:
		return nil, nil
	}
	return []events.Event{events.LedgerChanged{Name: c.Name, Office: c.Office}}, nil
}

// CloseLedger says that the ledger takes no new items.
type CloseLedger struct {
	ID string `json:"id"`
}

func (CloseLedger) name() string { return "close_ledger" }

func (c CloseLedger) entry() (events.Aggregate, uuid.UUID) { return ledgerEntry(c.ID) }

func (c CloseLedger) decide(s situation) ([]events.Event, error) {
	switch l := s.is.ledger; {
	case l == nil:
		return nil, refuse("id", "close_ledger.unknown", "没有台账“%s”。", c.ID)
	case l.Closed:
		return nil, nil
	}
	return []events.Event{events.LedgerClosed{}}, nil
}

// ReopenLedger takes a closing back.
type ReopenLedger struct {
	ID string `json:"id"`
}

func (ReopenLedger) name() string { return "reopen_ledger" }

func (c ReopenLedger) entry() (events.Aggregate, uuid.UUID) { return ledgerEntry(c.ID) }

func (c ReopenLedger) decide(s situation) ([]events.Event, error) {
	switch l := s.is.ledger; {
	case l == nil:
		return nil, refuse("id", "reopen_ledger.unknown", "没有台账“%s”。", c.ID)
	case !l.Closed:
		return nil, nil
	}
	return []events.Event{events.LedgerReopened{}}, nil
}

// PutDuty says which unit answers for a category in an area (责任目录).
type PutDuty struct {
	Category string      `json:"category"` // first or second category
	Area     string      `json:"area"`     // "" for everywhere
	Unit     string      `json:"unit"`
	From     events.Date `json:"from"` // none = today
}

func (PutDuty) name() string { return "put_duty" }

func (c PutDuty) entry() (events.Aggregate, uuid.UUID) {
	return events.DutyAggregate, events.DutyID(c.Category, c.Area)
}

func (c PutDuty) decide(s situation) ([]events.Event, error) {
	k := checks{command: c.name()}
	k.text("category", "类别", c.Category, 40, true)
	k.text("area", "属地", c.Area, 60, false)
	k.text("unit", "责任单位", c.Unit, 64, true)
	k.day("from", "起始日期", c.From)
	if err := k.err(); err != nil {
		return nil, err
	}
	from := s.orToday(c.From)
	if d := s.is.duty; d != nil && d.Unit(from) == c.Unit {
		return nil, nil
	}
	if _, err := s.unit("unit", "责任单位", "put_duty.unit", c.Unit, from); err != nil {
		return nil, err
	}
	return []events.Event{events.DutyAssigned{Category: c.Category, Area: c.Area, Unit: c.Unit, From: from}}, nil
}

// WithdrawDuty says that nobody is named for it from a day on.
type WithdrawDuty struct {
	Category string      `json:"category"`
	Area     string      `json:"area"`
	From     events.Date `json:"from"` // none = today
}

func (WithdrawDuty) name() string { return "withdraw_duty" }

func (c WithdrawDuty) entry() (events.Aggregate, uuid.UUID) {
	return events.DutyAggregate, events.DutyID(c.Category, c.Area)
}

func (c WithdrawDuty) decide(s situation) ([]events.Event, error) {
	from := s.orToday(c.From)
	switch d := s.is.duty; {
	case d == nil:
		return nil, refuse("category", "withdraw_duty.unknown", "责任目录里没有这一条。")
	case d.Unit(from) == "":
		return nil, nil
	}
	return []events.Event{events.DutyWithdrawn{From: from}}, nil
}
