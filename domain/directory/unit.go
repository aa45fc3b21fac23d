package directory

import (
	"github.com/google/uuid"

	"xiaohao/events"
)

// maxDepth is how many levels a tree of units may have: 省、市、县、乡、村、组 and two to spare.
const maxDepth = 8

// PutUnit adds a unit or brings one to what it says.
type PutUnit struct {
	ID     string           `json:"id"` // "" = the name
	Name   string           `json:"name"`
	Level  events.UnitLevel `json:"level"`
	Type   events.UnitType  `json:"type"`
	Parent string           `json:"parent"` // id
	Area   string           `json:"area"`
	From   events.Date      `json:"from"` // none = today
}

func (PutUnit) name() string { return "put_unit" }

func (c PutUnit) id() string {
	if c.ID == "" {
		return c.Name
	}
	return c.ID
}

func (c PutUnit) entry() (events.Aggregate, uuid.UUID) {
	return events.UnitAggregate, events.DirectoryID(events.UnitAggregate, c.id())
}

func (c PutUnit) check() error {
	k := checks{command: c.name()}
	k.text("name", "单位名称", c.Name, 40, true)
	if c.id() != "" {
		k.id("id", "单位编号", c.id())
	}
	oneOf(&k, "level", "层级", c.Level, events.UnitLevels)
	oneOf(&k, "type", "类型", c.Type, events.UnitTypes)
	k.text("area", "属地", c.Area, 60, false)
	k.day("from", "起始日期", c.From)
	return k.err()
}

func (c PutUnit) decide(s situation) ([]events.Event, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	u, from := s.is.unit, s.orToday(c.From)
	if c.Parent != "" && (u == nil || u.On(from).Parent != c.Parent) {
		if err := c.checkParent(s, from); err != nil {
			return nil, err
		}
	}
	if u == nil {
		return []events.Event{events.UnitAdded{ID: c.id(), Name: c.Name, Level: c.Level, Type: c.Type, Parent: c.Parent, Area: c.Area, From: from}}, nil
	}
	if c.From.IsZero() && u.Begin.After(from) {
		from = u.Begin
	}
	as := u.On(from)
	if !as.Open {
		return nil, refuse("id", "put_unit.closed", "“%s”已于 %s 撤销，要先恢复。", as.Name, as.Closed)
	}
	var out []events.Event
	if as.Name != c.Name {
		out = append(out, events.UnitRenamed{Name: c.Name, From: from})
	}
	if as.Parent != c.Parent {
		out = append(out, events.UnitMoved{Parent: c.Parent, From: from})
	}
	if as.Level != c.Level || as.Type != c.Type || as.Area != c.Area {
		out = append(out, events.UnitClassified{Level: c.Level, Type: c.Type, Area: c.Area, From: from})
	}
	return out, nil
}

// checkParent wants the unit above to be there and not to be the unit itself or under it.
func (c PutUnit) checkParent(s situation, from events.Date) error {
	up := c.Parent
	for depth := 0; up != ""; depth++ {
		if up == c.id() {
			return refuse("parent", "put_unit.ring", "上级单位：“%s”在它自己下面，不能作它的上级。", c.Parent)
		}
		if depth >= maxDepth {
			return refuse("parent", "put_unit.deep", "上级单位：最多 %d 层。", maxDepth)
		}
		u, err := s.unit("parent", "上级单位", "put_unit.parent", up, from)
		if err != nil {
			return err
		}
		up = u.On(from).Parent
	}
	return nil
}

// CloseUnit says that the unit takes nothing more from a day on.
type CloseUnit struct {
	ID        string      `json:"id"`
	On        events.Date `json:"on"`        // none = today
	Successor string      `json:"successor"` // id
}

func (CloseUnit) name() string { return "close_unit" }

func (c CloseUnit) entry() (events.Aggregate, uuid.UUID) {
	return events.UnitAggregate, events.DirectoryID(events.UnitAggregate, c.ID)
}

func (c CloseUnit) decide(s situation) ([]events.Event, error) {
	u, on := s.is.unit, s.orToday(c.On)
	if u == nil {
		return nil, noUnit(c.name(), c.ID)
	}
	if c.Successor == c.ID {
		return nil, refuse("successor", "close_unit.itself", "承接单位：不能是它自己。")
	}
	if c.Successor != "" {
		if _, err := s.unit("successor", "承接单位", "close_unit.successor", c.Successor, on); err != nil {
			return nil, err
		}
	}
	if u.Closed == on && u.Successor == c.Successor {
		return nil, nil
	}
	if !u.Closed.IsZero() {
		return nil, refuse("id", "close_unit.closed", "“%s”已于 %s 撤销。", u.On(on).Name, u.Closed)
	}
	return []events.Event{events.UnitClosed{On: on, Successor: c.Successor}}, nil
}

// ReopenUnit takes a closing back.
type ReopenUnit struct {
	ID   string      `json:"id"`
	From events.Date `json:"from"` // none = today
}

func (ReopenUnit) name() string { return "reopen_unit" }

func (c ReopenUnit) entry() (events.Aggregate, uuid.UUID) {
	return events.UnitAggregate, events.DirectoryID(events.UnitAggregate, c.ID)
}

func (c ReopenUnit) decide(s situation) ([]events.Event, error) {
	switch u := s.is.unit; {
	case u == nil:
		return nil, noUnit(c.name(), c.ID)
	case u.Closed.IsZero():
		return nil, nil
	}
	return []events.Event{events.UnitReopened{From: s.orToday(c.From)}}, nil
}

func noUnit(command, id string) error {
	return refuse("id", command+".unknown", "单位目录里没有“%s”。", id)
}
