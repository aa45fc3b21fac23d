package sheet

import (
	"strconv"
	"strings"
	"time"

	"xiaohao/events"
)

// Kind is what a cell holds.
type Kind int

const (
	Empty  Kind = iota
	Text        // never a formula
	Day         // a civil day
	Moment      // Beijing time, to the minute
	Number      // a count or a measure
	Share       // a part of 1, shown as per cent
)

// Cell is one typed cell. Make one with a constructor; the zero Cell is empty.
type Cell struct {
	Kind Kind
	Text string
	Day  events.Date
	At   time.Time
	N    float64
}

// Words is a cell of text, empty for "".
func Words(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Kind: Text, Text: s}
}

// On is a cell with a day, empty for none.
func On(d events.Date) Cell {
	if d.IsZero() {
		return Cell{}
	}
	return Cell{Kind: Day, Day: d}
}

// At is a cell with a moment, empty for the zero time.
func At(t time.Time) Cell {
	if t.IsZero() {
		return Cell{}
	}
	return Cell{Kind: Moment, At: t}
}

// Count is a cell with a whole number.
func Count(n int) Cell { return Cell{Kind: Number, N: float64(n)} }

// Rate is part ÷ whole as a share; of fewer than least it says so instead.
func Rate(part, whole, least int) Cell {
	if whole < least {
		return Words("不足 " + strconv.Itoa(least))
	}
	return Cell{Kind: Share, N: float64(part) / float64(whole)}
}

// dangerous begin a text that a spreadsheet would take for a formula.
const dangerous = "=+-@\t\r"

// plain is the cell as a field of a .csv.
func (c Cell) plain() string {
	if c.Kind == Text && (strings.ContainsAny(c.Text[:1], dangerous+"'") || strings.ContainsRune("＝＋－＠", []rune(c.Text)[0])) {
		return "'" + c.Text
	}
	return c.Says()
}

// Says is the cell as people read it.
func (c Cell) Says() string {
	switch c.Kind {
	case Text:
		return c.Text
	case Day:
		return c.Day.String()
	case Moment:
		return c.At.In(events.Beijing).Format("2006-01-02 15:04")
	case Number:
		return strconv.FormatFloat(c.N, 'f', -1, 64)
	case Share:
		return strconv.FormatFloat(c.N*100, 'f', 1, 64) + "%"
	}
	return ""
}

// Serial is the cell as Excel counts days, by the clock of Beijing.
func (c Cell) Serial() float64 {
	t := c.At.In(events.Beijing)
	if c.Kind == Day {
		t = c.Day.Time()
	}
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
	return wall.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
}
