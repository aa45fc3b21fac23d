package calendar

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"xiaohao/events"
)

// Unit is what a rule counts in.
type Unit int

// The units.
const (
	ByHour      Unit = iota + 1 // hours by the clock
	NaturalDays                 // every day; rolled when the last one is off
	WorkingDays                 // worked days only
	Fixed                       // a day that was set
	Review                      // no end; a look every N natural days
)

// Rule is a time limit (时限). The zero Rule is none.
type Rule struct {
	Unit Unit
	N    int         // of hours or days
	On   events.Date // of Fixed
}

// ErrRule is returned for a rule that cannot be read.
var ErrRule = errors.New("not a time limit like 24h, 7d, 3wd, 2026-11-30 or none/90d")

// maxN bounds a rule: ten years.
const maxN = 3650

// ParseRule reads "24h", "7d", "3wd", "2026-11-30" or "none/90d". The error is ErrRule.
func ParseRule(s string) (Rule, error) {
	bad := fmt.Errorf("%w: %q", ErrRule, s)
	if d, err := events.ParseDate(s); err == nil {
		return Rule{Unit: Fixed, On: d}, nil
	}
	num, unit := s, Unit(0)
	for _, u := range []struct {
		prefix, suffix string
		unit           Unit
	}{{"none/", "d", Review}, {"", "wd", WorkingDays}, {"", "d", NaturalDays}, {"", "h", ByHour}} {
		if strings.HasPrefix(s, u.prefix) && strings.HasSuffix(s, u.suffix) {
			num, unit = strings.TrimSuffix(strings.TrimPrefix(s, u.prefix), u.suffix), u.unit
			break
		}
	}
	n, err := strconv.Atoi(num)
	if unit == 0 || err != nil || n < 1 || n > maxN || strconv.Itoa(n) != num {
		return Rule{}, bad
	}
	return Rule{Unit: unit, N: n}, nil
}

// IsZero reports whether there is no limit at all.
func (r Rule) IsZero() bool { return r == Rule{} }

// String returns what ParseRule reads; "" for none.
func (r Rule) String() string {
	n := strconv.Itoa(r.N)
	switch r.Unit {
	case ByHour:
		return n + "h"
	case NaturalDays:
		return n + "d"
	case WorkingDays:
		return n + "wd"
	case Fixed:
		return r.On.String()
	case Review:
		return "none/" + n + "d"
	}
	return ""
}

// Zh says the rule in words: 5 个工作日.
func (r Rule) Zh() string {
	switch r.Unit {
	case ByHour:
		return fmt.Sprintf("%d 小时", r.N)
	case NaturalDays:
		return fmt.Sprintf("%d 天", r.N)
	case WorkingDays:
		return fmt.Sprintf("%d 个工作日", r.N)
	case Fixed:
		return "定到 " + r.On.String()
	case Review:
		return fmt.Sprintf("不设期限，每 %d 天复核一次", r.N)
	}
	return "没有期限"
}

// MarshalText writes the rule as ParseRule reads it.
func (r Rule) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (r *Rule) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*r = Rule{}
		return nil
	}
	v, err := ParseRule(string(b))
	if err == nil {
		*r = v
	}
	return err
}
