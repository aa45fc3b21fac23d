package events

import (
	"errors"
	"fmt"
	"time"
)

// Beijing is the only zone the tracker counts days in (东八区; no daylight saving, so
// no zone data is needed on the machine).
var Beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date is a civil day in Beijing. The zero Date means "none", which is before any other. It
// is one small number, in the order of days, since an item has dozens and sums are kept by it.
type Date struct {
	n int32 // year, month and day in 9, 4 and 5 bits from the right
}

// ErrBadDate is returned for a date that the calendar does not have.
var ErrBadDate = errors.New("not a date of the form 2026-11-30")

func pack(y int, m time.Month, d int) Date { return Date{int32(y<<9 | int(m)<<5 | d)} }

// NewDate returns the given day; out-of-range values are carried over as in [time.Date].
func NewDate(y int, m time.Month, d int) Date {
	return pack(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Date())
}

// DateOf returns the Beijing day of t.
func DateOf(t time.Time) Date { return pack(t.UTC().Add(8 * time.Hour).Date()) }

// ParseDate reads "2026-11-30". It returns ErrBadDate for anything else.
func ParseDate(s string) (Date, error) {
	if d, ok := parseDate(s); ok {
		return d, nil
	}
	return Date{}, fmt.Errorf("%w: %q", ErrBadDate, s)
}

func parseDate[T string | []byte](s T) (d Date, ok bool) {
	if len(s) != len(time.DateOnly) {
		return d, false
	}
	n := 0
	for i := range len(s) {
		switch c := s[i]; {
		case i == 4 || i == 7:
			if c != '-' {
				return d, false
			}
		case c < '0' || c > '9':
			return d, false
		default:
			n = 10*n + int(c-'0')
		}
	}
	year, month, day := n/10000, n/100%100, n%100
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return d, false
	}
	d = pack(year, time.Month(month), day)
	return d, day <= 28 || d == NewDate(year, time.Month(month), day)
}

// Time returns the first instant of the day.
func (d Date) Time() time.Time { return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, Beijing) }

// number counts days.
func (d Date) number() int {
	return int(time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400) // whole days
}

// IsZero reports whether d is "none".
func (d Date) IsZero() bool { return d == Date{} }

// AddDays returns the day n natural days later.
func (d Date) AddDays(n int) Date { return NewDate(d.Year(), d.Month(), d.Day()+n) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.n < e.n }

// After reports whether d is later than e.
func (d Date) After(e Date) bool { return d.n > e.n }

// DaysSince returns the natural days from e to d.
func (d Date) DaysSince(e Date) int { return d.number() - e.number() }

// Year returns the year of d.
func (d Date) Year() int { return int(d.n >> 9) }

// Month returns the month of d.
func (d Date) Month() time.Month { return time.Month(d.n >> 5 & 15) }

// Day returns the day of the month.
func (d Date) Day() int { return int(d.n & 31) }

func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	b, _ := d.AppendText(make([]byte, 0, len(time.DateOnly)))
	return string(b)
}

// MarshalText writes "2026-11-30", or nothing for none.
func (d Date) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// AppendText appends what MarshalText writes.
func (d Date) AppendText(b []byte) ([]byte, error) {
	if d.IsZero() {
		return b, nil
	}
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC).AppendFormat(b, time.DateOnly), nil
}

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, ok := parseDate(b)
	if !ok {
		return fmt.Errorf("%w: %q", ErrBadDate, b)
	}
	*d = v
	return nil
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
