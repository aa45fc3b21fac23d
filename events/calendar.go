package events

import "github.com/google/uuid"

// CalendarID is the id in the log of the working calendars: one history for all areas, so
// that its revision is the version of them all.
var CalendarID = uuid.MustParse("5d3ad5f6-51c9-5a3c-9c55-0f6a1c0c7b11")

// Notice is one year's arrangement of holidays (放假安排) as the one who may order it
// published it: the days off, and the weekend days that are worked instead (调休). Weekends
// that are simply off are not in it. A day may lie in the December before Year.
type Notice struct {
	Year   int         `json:"year"`
	Papers []string    `json:"papers,omitzero"` // the documents it stands in
	Days   []NoticeDay `json:"days"`
}

// NoticeDay is one day that a [Notice] speaks of.
type NoticeDay struct {
	Date Date   `json:"date"`
	Name string `json:"name"` // 国庆节
	Off  bool   `json:"off"`  // false: a weekend day that is worked
}

// CalendarPublished enters a year's arrangement into the calendar of an area (放假安排公布). It
// replaces what was entered for that area and year before, whole.
type CalendarPublished struct {
	Area   string `json:"area,omitzero"` // "" for the whole country
	Notice Notice `json:"notice"`
}

// WorkingHoursSet says when an area works and with what a limit's last day ends (工作时间).
// Minutes are since midnight.
type WorkingHoursSet struct {
	Area    string `json:"area,omitzero"`
	Opens   int    `json:"opens"`
	Closes  int    `json:"closes"`
	AtClose bool   `json:"at_close,omitzero"` // a limit ends at the close of business, not at midnight
}

func (CalendarPublished) fact() kind { return calendarPublished }
func (WorkingHoursSet) fact() kind   { return workingHoursSet }
