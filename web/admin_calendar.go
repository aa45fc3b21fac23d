package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/domain/rights"
	"xiaohao/events"
)

// Calendars keeps the working calendars and recomputes what they move.
type Calendars interface {
	Almanac() *calendar.Almanac
	// Missing is the year whose notice ought to be looked for, 0 for none.
	Missing() int
	// Enter takes in a year as a file has it, and recomputes what it moves.
	Enter(ctx context.Context, a events.Actor, area, text string) (CalendarDone, error)
	// SetHours says when an area works.
	SetHours(ctx context.Context, a events.Actor, h events.WorkingHoursSet) (CalendarDone, error)
	// Recompute goes over the deadlines that the newest calendar moves once more.
	Recompute(ctx context.Context) (moved int, err error)
}

// CalendarDone is what came of a change of the calendars.
type CalendarDone struct {
	Version int         `json:"version"`
	Changed bool        `json:"changed"`
	Years   []int       `json:"years"`
	Days    int         `json:"days"`
	From    events.Date `json:"from"`  // deadlines from this day on were looked at
	Moved   int         `json:"moved"` // deadlines recomputed, each by a fact
}

// CalendarPage is the working calendars of all areas.
type CalendarPage struct {
	Page
	Version       int
	Areas         []areaRow
	Area          string // whose days are shown
	Year          int
	Days          []calendarDay
	No            string // why this person may not change it
	Upload, Hours []Input
}

// areaRow is one area.
type areaRow struct {
	Name, Href string
	Years      []yearLink
	Hours      string
}

type yearLink struct {
	Year    int
	Href    string
	Current bool
}

// calendarDay is one day that a notice names.
type calendarDay struct {
	Date events.Date
	Why  string
}

// areaZh is what an area is called.
func areaZh(area string) string {
	if area == "" {
		return "全国"
	}
	return area
}

func (s *Server) calendarPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	return s.showCalendar(w, r, a, http.StatusOK, nil)
}

func (s *Server) showCalendar(w http.ResponseWriter, r *http.Request, a events.Actor, status int, rs domain.Refusals) error {
	all, q := s.cfg.Calendars.Almanac(), r.URL.Query()
	p := CalendarPage{Page: s.staffPage(r, "工作日历", "admin"), Version: all.Version(), Area: q.Get("area"), No: mayNot("publish_calendar", a)}
	p.Errors, p.Notice = rs, calendarNotice(q)
	if !all.Has(p.Area) {
		p.Area = ""
	}
	p.Year = s.today().Year()
	if y, err := strconv.Atoi(q.Get("year")); err == nil && calendar.Counts(events.NewDate(y, time.January, 1)) {
		p.Year = y
	}
	for _, area := range all.Areas() {
		p.Areas = append(p.Areas, areaRowOf(all, area, p.Area, p.Year))
	}
	cal := all.Of(p.Area)
	for _, d := range cal.Named(p.Year) {
		p.Days = append(p.Days, calendarDay{d.Date, cal.Day(d.Date).Why()})
	}
	value := func(in Input) Input {
		if r.Method == http.MethodPost {
			in.Value = r.PostForm.Get(in.Name)
		}
		in.Err = errAt(rs, in.Name)
		return in
	}
	area := hinted(text("area", "哪个地方", false), "不填就是全国。地方写自己放的假就行，全国的照样算")
	p.Upload = []Input{value(area)}
	area.Name, area.Hint = "hours_area", "不填就是全国"
	opens, closes := hinted(text("opens", "上班", true), "写成 08:30"), hinted(text("closes", "下班", true), "写成 17:30")
	p.Hours = []Input{value(area), value(opens), value(closes), value(Input{Name: "at_close", Label: "期限到下班为止（不选就是到当天 24 点）", Kind: domain.YesNo})}
	return s.render(w, status, "calendar", p)
}

func areaRowOf(all *calendar.Almanac, area, shown string, year int) areaRow {
	row := areaRow{Name: areaZh(area), Hours: all.Of(area).Hours.Zh()}
	for _, n := range all.Notices(area) {
		row.Years = append(row.Years, yearLink{n.Year, "/admin/calendar?" + addressOf("area", area, "year", strconv.Itoa(n.Year)) + "#days", area == shown && n.Year == year})
	}
	return row
}

// calendarNotice says what was just done.
func calendarNotice(q url.Values) string {
	moved, err := strconv.Atoi(q.Get("moved"))
	if err != nil || moved < 0 {
		return ""
	}
	if moved == 0 {
		return "已记下，没有期限因此改动。"
	}
	return fmt.Sprintf("已记下，重算了 %d 个期限，每个都有记录。", moved)
}

// calendarDo takes a change.
func (s *Server) calendarDo(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if err := r.ParseMultipartForm(maxBody); err != nil && err != http.ErrNotMultipart {
		return badForm(err)
	}
	var done CalendarDone
	var err error
	switch r.PostForm.Get("command") {
	case "publish_calendar":
		done, err = s.enterCalendar(r, a)
	case "set_working_hours":
		done, err = s.setHours(r, a)
	case "recompute":
		if no := mayNot("publish_calendar", a); no != "" {
			return &denied{no}
		}
		done.Moved, err = s.cfg.Calendars.Recompute(r.Context())
	default:
		return errBadRequest
	}
	if rs := domain.RefusalsOf(err); rs != nil {
		return s.showCalendar(w, r, a, http.StatusUnprocessableEntity, rs)
	}
	if err != nil {
		return err
	}
	v := url.Values{"moved": {strconv.Itoa(done.Moved)}}
	if len(done.Years) > 0 {
		v.Set("year", strconv.Itoa(done.Years[0]))
	}
	if area := strings.TrimSpace(r.PostForm.Get("area")); area != "" {
		v.Set("area", area)
	}
	http.Redirect(w, r, "/admin/calendar?"+v.Encode(), http.StatusSeeOther)
	return nil
}

func (s *Server) enterCalendar(r *http.Request, a events.Actor) (CalendarDone, error) {
	file, _, err := r.FormFile("file")
	if err != nil {
		return CalendarDone{}, &domain.Refusal{Rule: "publish_calendar.file", Field: "file", Message: "文件：还没有选。"}
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return CalendarDone{}, badForm(err)
	}
	return s.cfg.Calendars.Enter(r.Context(), a, strings.TrimSpace(r.PostForm.Get("area")), string(text))
}

func (s *Server) setHours(r *http.Request, a events.Actor) (CalendarDone, error) {
	var rs domain.Refusals
	minute := func(name, label string) int {
		t, err := time.Parse("15:04", strings.TrimSpace(r.PostForm.Get(name)))
		if err != nil {
			rs = append(rs, &domain.Refusal{Rule: "set_working_hours.time", Field: name, Message: label + "：写成 08:30 这样。"})
		}
		return t.Hour()*60 + t.Minute()
	}
	h := events.WorkingHoursSet{Area: strings.TrimSpace(r.PostForm.Get("hours_area")), Opens: minute("opens", "上班"), Closes: minute("closes", "下班"), AtClose: truthy(r.PostForm.Get("at_close"))}
	if len(rs) > 0 {
		return CalendarDone{}, rs
	}
	return s.cfg.Calendars.SetHours(r.Context(), a, h)
}

// missingYear is the year whose notice has to be looked for, for those who can do something
// about it; 0 for none.
func (s *Server) missingYear(a events.Actor) int {
	if s.cfg.Calendars == nil || !rights.Timing.May(a.Role) {
		return 0
	}
	return s.cfg.Calendars.Missing()
}
