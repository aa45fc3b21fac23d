package events

import (
	"errors"
	"fmt"
	"time"
)

// Beijing is the only zone the tracker counts days in (东八区; no daylight saving, so
// no zone data is needed on the machine).
var Beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date is a civil day in Beijing. The zero Date means "none".
type Date struct {
	year  int
	month time.Month
	day   int
}

// ErrBadDate is returned for a date that the calendar does not have.
var ErrBadDate = errors.New("not a date of the form 2026-11-30")

// NewDate returns the given day; out-of-range values are carried over as in [time.Date].
func NewDate(y int, m time.Month, d int) Date {
	return DateOf(time.Date(y, m, d, 12, 0, 0, 0, Beijing))
}

// DateOf returns the Beijing day of t.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Beijing).Date()
	return Date{y, m, d}
}

// ParseDate reads "2026-11-30". It returns ErrBadDate for anything else.
func ParseDate(s string) (Date, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, Beijing)
	if err != nil {
		return Date{}, fmt.Errorf("%w: %q", ErrBadDate, s)
	}
	return DateOf(t), nil
}

// Time returns the first instant of the day.
func (d Date) Time() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, Beijing) }

// IsZero reports whether d is "none".
func (d Date) IsZero() bool { return d == Date{} }

// AddDays returns the day n natural days later.
func (d Date) AddDays(n int) Date { return NewDate(d.year, d.month, d.day+n) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.Time().Before(e.Time()) }

// After reports whether d is later than e.
func (d Date) After(e Date) bool { return e.Before(d) }

// DaysSince returns the natural days from e to d.
func (d Date) DaysSince(e Date) int { return int(d.Time().Sub(e.Time()).Hours()) / 24 }

// Year returns the year of d.
func (d Date) Year() int { return d.year }

// Month returns the month of d.
func (d Date) Month() time.Month { return d.month }

// Day returns the day of the month.
func (d Date) Day() int { return d.day }

func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// MarshalText writes "2026-11-30", or nothing for none.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, err := ParseDate(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// Unit is a responsible unit (责任单位). Name is as of the day of the fact; ID never changes.
type Unit struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// IsZero reports whether no unit is named.
func (u Unit) IsZero() bool { return u == Unit{} }

// Leader is a linked leader (挂钩领导) by post, not by name, with the rank held on that day.
type Leader struct {
	ID   string `json:"id"`
	Post string `json:"post"`
	Rank string `json:"rank,omitzero"`
}

// IsZero reports whether no leader is linked.
func (l Leader) IsZero() bool { return l == Leader{} }

// Actor is who gave a command: a personal account acting in one role for one unit.
// It holds a post, never a person's name.
type Actor struct {
	ID   string `json:"id"`
	Role Role   `json:"role"`
	Unit Unit   `json:"unit,omitzero"`
	Post string `json:"post"`
	Demo bool   `json:"demo,omitzero"` // 演示人员: a demonstration officer, not a real one

	// Delegation is set when another officer's post is acted in. ID stays the person who acts.
	Delegation Delegation `json:"delegation,omitzero"`

	// Origin is where a member of staff acts from. The public has none: whoever asks not to be
	// known must not be found by his network.
	Origin Origin `json:"origin,omitzero"`
}

// Delegation says for whom an actor acts (受委托代办).
type Delegation struct {
	ID string `json:"id"`
	Of string `json:"of"` // officer who gave it
}

// Opinion is what somebody said (意见), verbatim, apart from the item it led to.
type Opinion struct {
	ID           string  `json:"id"`
	Text         Sealed  `json:"text"`                  // 原话, never edited
	Channel      Channel `json:"channel"`               // how it reached us
	ChannelNote  string  `json:"channel_note,omitzero"` // the channel in the document's own words
	Name         Sealed  `json:"name,omitzero"`
	Phone        Sealed  `json:"phone,omitzero"`
	Place        Sealed  `json:"place,omitzero"` // exact place; the public sees Area only
	Area         string  `json:"area,omitzero"`  // 村、社区、路段
	Behalf       Behalf  `json:"behalf,omitzero"`
	Happened     Date    `json:"happened,omitzero"`
	Anonymous    bool    `json:"anonymous,omitzero"`
	Confidential bool    `json:"confidential,omitzero"` // 保密: hidden from the handling unit
	External     string  `json:"external,omitzero"`     // the other system's number
}

// Assigned is one unit's part of an assignment (交办).
type Assigned struct {
	ID   string `json:"id"`
	Unit Unit   `json:"unit"`
	Part Part   `json:"part"`
	Task string `json:"task,omitzero"` // 办什么
	Due  Date   `json:"due,omitzero"`

	// Clock says how Due was found when a rule gave it: counted from this assignment's own
	// issue, whatever time others took before.
	Clock  Limit   `json:"clock,omitzero"`
	Limits []Limit `json:"limits,omitzero"` // of the steps it begins: 签收、退单、报方案
}

// Milestone is one node of a plan (节点).
type Milestone struct {
	Name string `json:"name"`
	Due  Date   `json:"due"`
}

// Quantity is measured progress: Done of Total in Unit (11 / 11 公里).
type Quantity struct {
	Done  float64 `json:"done"`
	Total float64 `json:"total,omitzero"`
	Unit  string  `json:"unit"`
}

// IsZero reports whether nothing was measured.
func (q Quantity) IsZero() bool { return q == Quantity{} }
