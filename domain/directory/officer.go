package directory

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/events/roster"
)

// PutOfficer adds a person or brings name and telephone to what it says. Posts are given by
// [TakePost].
type PutOfficer struct {
	ID    string `json:"id"`
	Name  string `json:"name"`  // sealed in the log
	Phone string `json:"phone"` // sealed in the log
}

func (PutOfficer) name() string { return "put_officer" }

func officerEntry(id string) (events.Aggregate, uuid.UUID) {
	return events.OfficerAggregate, events.DirectoryID(events.OfficerAggregate, id)
}

func (c PutOfficer) entry() (events.Aggregate, uuid.UUID) { return officerEntry(c.ID) }

func (c PutOfficer) decide(s situation) ([]events.Event, error) {
	k := checks{command: c.name()}
	k.id("id", "人员编号", c.ID)
	k.text("name", "姓名", c.Name, 40, true)
	k.text("phone", "电话", c.Phone, 30, false)
	if err := k.err(); err != nil {
		return nil, err
	}
	o := s.is.officer
	if o == nil {
		return []events.Event{events.OfficerAdded{ID: c.ID, Name: events.Secret(c.Name), Phone: events.Secret(c.Phone)}}, nil
	}
	for _, f := range []struct {
		was events.Sealed
		is  string
	}{{o.Name, c.Name}, {o.Phone, c.Phone}} {
		was, err := s.open(f.was)
		if errors.Is(err, events.ErrErased) {
			return nil, refuse("id", "put_officer.erased", "“%s”的个人信息已经抹除，不能再填；同一个人回来请用新的人员编号。", c.ID)
		}
		if err != nil {
			return nil, fmt.Errorf("open a field of officer %s: %w", c.ID, err)
		}
		if was != f.is {
			return []events.Event{events.OfficerDescribed{Name: events.Secret(c.Name), Phone: events.Secret(c.Phone)}}, nil
		}
	}
	return nil, nil
}

// DismissOfficer ends every post of an officer, and with them the account.
type DismissOfficer struct {
	ID string      `json:"id"`
	On events.Date `json:"on"` // the first day without; none = today
}

func (DismissOfficer) name() string { return "dismiss_officer" }

func (c DismissOfficer) entry() (events.Aggregate, uuid.UUID) { return officerEntry(c.ID) }

func (c DismissOfficer) decide(s situation) ([]events.Event, error) {
	o, on := s.is.officer, s.orToday(c.On)
	switch {
	case o == nil:
		return nil, noOfficer(c.name(), c.ID)
	case o.Left == on:
		return nil, nil
	case c.ID == s.actor.ID:
		return nil, refuse("id", "dismiss_officer.own", "不能给自己办理离任，请另一位管理员来办。")
	case !o.Left.IsZero():
		return nil, refuse("id", "dismiss_officer.left", "“%s”已于 %s 离任。", c.ID, o.Left)
	}
	return []events.Event{events.OfficerLeft{On: on}}, nil
}

// ReturnOfficer takes a person who had left in again. Posts have to be given anew.
type ReturnOfficer struct {
	ID   string      `json:"id"`
	From events.Date `json:"from"` // none = today
}

func (ReturnOfficer) name() string { return "return_officer" }

func (c ReturnOfficer) entry() (events.Aggregate, uuid.UUID) { return officerEntry(c.ID) }

func (c ReturnOfficer) decide(s situation) ([]events.Event, error) {
	switch o := s.is.officer; {
	case o == nil:
		return nil, noOfficer(c.name(), c.ID)
	case o.Left.IsZero():
		return nil, nil
	}
	return []events.Event{events.OfficerReturned{From: s.orToday(c.From)}}, nil
}

// here is the officer of an entry, who must work here on a day.
func (s situation) here(command, id string, day events.Date) (*roster.Officer, error) {
	switch o := s.is.officer; {
	case o == nil:
		return nil, noOfficer(command, id)
	case !o.Here(day):
		return nil, refuse("officer", command+".left", "“%s”已于 %s 离任。", id, o.Left)
	default:
		return o, nil
	}
}

func noOfficer(command, id string) error {
	return refuse("officer", command+".unknown", "人员名册里没有“%s”，请先添加。", id)
}
