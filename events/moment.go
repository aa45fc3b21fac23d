package events

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// DayEnd is the minute of a day at which it is over.
const DayEnd = 24 * 60

// Shut is added to the minute of a moment at which one looks, from the close of business on,
// where days end then: what ends with the day is over, what ends at an hour is not yet.
const Shut = 1 << 12

// Moment is a minute of a day, as deadlines are told by and lamps judged against. A deadline
// in days is over at [DayEnd] of its last day; one in hours at its minute.
type Moment struct {
	Day    Date
	Minute int
}

// Looking is the minute of a moment at which one looks, and the minute at which its day ends
// for deadlines: [DayEnd], or before every other once business has closed.
func (m Moment) Looking() (minute, dayEnd int) {
	if m.Minute >= Shut {
		return m.Minute - Shut, -1
	}
	return m.Minute, DayEnd
}

// MomentOf is the first moment that is not before t: a deadline before it is over at t.
func MomentOf(t time.Time) Moment {
	day := DateOf(t)
	return Moment{day, int((t.Sub(day.Time()) + time.Minute - 1) / time.Minute)}
}

// Before reports whether m lies before n, at which one looks.
func (m Moment) Before(n Moment) bool {
	minute, dayEnd := n.Looking()
	ends := m.Minute
	if ends == DayEnd {
		ends = dayEnd
	}
	return m.Day.Before(n.Day) || m.Day == n.Day && ends < minute
}

func (m Moment) String() string {
	if minute, _ := m.Looking(); minute != m.Minute {
		return Moment{m.Day, minute}.String() + ", shut"
	}
	return fmt.Sprintf("%s %02d:%02d", m.Day, m.Minute/60, m.Minute%60)
}

// Ends is the moment at which the clock's deadline, whose last day is due, is over. A clock in
// hours is over at its minute, however many days a pause took out of it; from an extension
// on, which gives a day, and where it does not lead to due, at the end of the day.
func (c Clock) Ends(due Date) Moment {
	end := Moment{due, DayEnd}
	hours, ok := HoursOf(c.Rule)
	if !ok || len(c.Extensions) > 0 || due.IsZero() {
		return end
	}
	minutes := c.Counted.Minute + 60*hours
	if len(c.Pauses) == 0 && c.From.AddDays(minutes/DayEnd) != due {
		return end
	}
	return Moment{due, minutes % DayEnd}
}

// Ends is the moment at which a limit that was set is over.
func (l Limit) Ends() Moment {
	return Clock{Rule: l.Rule, From: l.From, Counted: l.Counted}.Ends(l.Due)
}

// HoursOf reads a rule in hours, as facts hold it: 24h.
func HoursOf(rule string) (hours int, ok bool) {
	n, is := strings.CutSuffix(rule, "h")
	if !is {
		return 0, false
	}
	hours, err := strconv.Atoi(n)
	return hours, err == nil
}

// TimeOfDay is the minute as pages say it, "" for the end of the day.
func (m Moment) TimeOfDay() string {
	if m.Minute >= DayEnd {
		return ""
	}
	return fmt.Sprintf("%02d:%02d", m.Minute/60, m.Minute%60)
}

// At is the moment of a day at what [Moment.TimeOfDay] says.
func At(day Date, timeOfDay string) Moment {
	if timeOfDay == "" {
		return Moment{day, DayEnd}
	}
	if t, err := time.Parse("15:04", timeOfDay); err == nil {
		return Moment{day, t.Hour()*60 + t.Minute()}
	}
	return Moment{day, DayEnd}
}
