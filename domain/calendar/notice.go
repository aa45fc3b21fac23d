package calendar

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"xiaohao/events"
)

// shipped are the notices that are part of the program, a file a year.
//
//go:embed notices/*.json
var shipped embed.FS

// Shipped returns the country's notices that are part of the program, by year: facts of the
// State Council's notices, each named in its file.
func Shipped() []events.Notice { return slices.Clone(shippedNotices) }

var shippedNotices = func() []events.Notice {
	files, err := shipped.ReadDir("notices")
	if err != nil {
		panic(fmt.Sprintf("read the shipped notices: %v", err)) // they are compiled in
	}
	var out []events.Notice
	for _, f := range files {
		r, err := shipped.Open("notices/" + f.Name())
		if err != nil {
			panic(fmt.Sprintf("open shipped notice %s: %v", f.Name(), err))
		}
		n, err := ReadNotice(r)
		if err != nil {
			panic(fmt.Sprintf("shipped notice %s: %v", f.Name(), err))
		}
		out = append(out, n)
	}
	return out
}()

// Official returns the calendar of the shipped notices alone.
func Official() *Calendar {
	return New("", 0, Hours{}, shippedNotices, nil)
}

// ErrNotice is returned for a notice that cannot be one; the message says what is wrong.
var ErrNotice = errors.New("not a year's holiday arrangement")

type noticeFile struct {
	Year   int             `json:"year"`
	Papers []string        `json:"papers"`
	Days   []noticeFileDay `json:"days"`
}

type noticeFileDay struct {
	Name     string      `json:"name"`
	Date     events.Date `json:"date"`
	IsOffDay bool        `json:"isOffDay"`
}

// maxNotice bounds what is read: a year's file has some three kilobytes.
const maxNotice = 1 << 20

// ReadNotice reads {year, papers, days:[{name, date, isOffDay}]}, the form in which holiday
// data are commonly passed on. Other keys are let be. The error is ErrNotice.
func ReadNotice(r io.Reader) (events.Notice, error) {
	var f noticeFile
	if err := json.NewDecoder(io.LimitReader(r, maxNotice)).Decode(&f); err != nil {
		return events.Notice{}, fmt.Errorf("%w: %v", ErrNotice, err)
	}
	n := events.Notice{Year: f.Year, Papers: f.Papers}
	for _, d := range f.Days {
		n.Days = append(n.Days, events.NoticeDay{Date: d.Date, Name: d.Name, Off: d.IsOffDay})
	}
	return tidy(n)
}

// WriteNotice writes a notice in the form that [ReadNotice] reads.
func WriteNotice(w io.Writer, n events.Notice) error {
	f := noticeFile{Year: n.Year, Papers: n.Papers}
	for _, d := range n.Days {
		f.Days = append(f.Days, noticeFileDay{d.Name, d.Date, d.Off})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(f)
}

// tidy sorts the days of a notice and refuses what no notice can say.
func tidy(n events.Notice) (events.Notice, error) {
	if n.Year < minYear || n.Year > maxYear {
		return n, fmt.Errorf("%w: year %d", ErrNotice, n.Year)
	}
	if len(n.Days) == 0 {
		return n, fmt.Errorf("%w: %d has no days: it is not out yet", ErrNotice, n.Year)
	}
	slices.SortFunc(n.Days, func(a, b events.NoticeDay) int { return a.Date.DaysSince(b.Date) })
	for i, d := range n.Days {
		inYear := d.Date.Year() == n.Year || d.Date.Year() == n.Year-1 && d.Date.Month() == 12
		switch {
		case d.Date.IsZero() || !inYear:
			return n, fmt.Errorf("%w: %s is not of the year %d", ErrNotice, d.Date, n.Year)
		case d.Name == "" || len(d.Name) > 60:
			return n, fmt.Errorf("%w: %s has no name, or a long one", ErrNotice, d.Date)
		case i > 0 && n.Days[i-1].Date == d.Date:
			return n, fmt.Errorf("%w: %s stands there twice", ErrNotice, d.Date)
		case !d.Off && !isWeekend(d.Date):
			return n, fmt.Errorf("%w: %s is worked anyway, it is no weekend day", ErrNotice, d.Date)
		}
	}
	return n, nil
}

// The years that the program counts in.
const (
	minYear = 2000
	maxYear = 2100
)

// Counts reports whether the program counts in the year of d.
func Counts(d events.Date) bool { return d.Year() >= minYear && d.Year() <= maxYear }
