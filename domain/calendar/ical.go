package calendar

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"xiaohao/events"
)

// maxSpan bounds one entry of an iCalendar file, in days.
const maxSpan = 31

// ReadICal reads an iCalendar file (RFC 5545) of holidays: whole-day entries whose summary
// says 休 or 放假 for a day off, 班 for a day that is worked, as the calendars that people
// subscribe to have them. It gives a notice for each year in it. The error is ErrNotice.
func ReadICal(r io.Reader) ([]events.Notice, error) {
	byYear := map[int]*events.Notice{}
	var e icalEvent
	in := false
	for _, line := range unfold(io.LimitReader(r, maxNotice)) {
		name, value, _ := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, ";")
		switch strings.ToUpper(name) {
		case "BEGIN":
			if strings.EqualFold(value, "VEVENT") {
				e, in = icalEvent{}, true
			}
		case "END":
			if in && strings.EqualFold(value, "VEVENT") {
				if err := e.into(byYear); err != nil {
					return nil, err
				}
				in = false
			}
		default:
			if in {
				e.set(strings.ToUpper(name), value)
			}
		}
	}
	var out []events.Notice
	for _, n := range byYear {
		t, err := tidy(*n)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: no days off in the iCalendar file", ErrNotice)
	}
	slices.SortFunc(out, func(a, b events.Notice) int { return cmp.Compare(a.Year, b.Year) })
	return out, nil
}

// unfold joins the lines that RFC 5545 §3.1 folds.
func unfold(r io.Reader) []string {
	var out []string
	for s := bufio.NewScanner(r); s.Scan(); {
		line := strings.TrimRight(s.Text(), "\r")
		if len(out) > 0 && line != "" && (line[0] == ' ' || line[0] == '\t') {
			out[len(out)-1] += line[1:]
			continue
		}
		out = append(out, line)
	}
	return out
}

type icalEvent struct{ start, end, summary string }

func (e *icalEvent) set(name, value string) {
	switch name {
	case "DTSTART":
		e.start = value
	case "DTEND":
		e.end = value
	case "SUMMARY":
		e.summary = strings.NewReplacer(`\,`, ",", `\;`, ";", `\n`, " ").Replace(value)
	}
}

// into enters the days of the entry; one that says neither off nor worked is passed over.
func (e *icalEvent) into(byYear map[int]*events.Notice) error {
	worked := strings.Contains(e.summary, "班")
	if !worked && !strings.Contains(e.summary, "休") && !strings.Contains(e.summary, "放假") {
		return nil
	}
	from, err := icalDay(e.start)
	if err != nil {
		return err
	}
	to := from.AddDays(1) // the end is not part of it
	if e.end != "" {
		if to, err = icalDay(e.end); err != nil {
			return err
		}
	}
	if n := to.DaysSince(from); n < 1 || n > maxSpan {
		return fmt.Errorf("%w: %q lasts %d days", ErrNotice, e.summary, n)
	}
	for d := from; d.Before(to); d = d.AddDays(1) {
		n := byYear[d.Year()]
		if n == nil {
			n = &events.Notice{Year: d.Year()}
			byYear[d.Year()] = n
		}
		n.Days = append(n.Days, events.NoticeDay{Date: d, Name: icalName(e.summary), Off: !worked})
	}
	return nil
}

func icalDay(s string) (events.Date, error) {
	s, _, _ = strings.Cut(s, "T")
	t, err := time.ParseInLocation("20060102", s, events.Beijing)
	if err != nil {
		return events.Date{}, fmt.Errorf("%w: %q is no day", ErrNotice, s)
	}
	return events.DateOf(t), nil
}

// icalName is the holiday without what says off or worked: 春节(班) is 春节.
func icalName(summary string) string {
	name := summary
	if i := strings.IndexAny(name, "(（"); i > 0 {
		name = name[:i]
	}
	for _, tail := range []string{"调休上班", "补班", "上班", "放假", "假期", "调休", "班", "休"} {
		if cut := strings.TrimSuffix(strings.TrimSpace(name), tail); cut != "" {
			name = cut
		}
	}
	return strings.TrimSpace(name)
}

// Read reads a file in either form: JSON of one year, or iCalendar.
func Read(text string) ([]events.Notice, error) {
	if strings.Contains(text, "BEGIN:VCALENDAR") {
		return ReadICal(strings.NewReader(text))
	}
	n, err := ReadNotice(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	return []events.Notice{n}, nil
}
