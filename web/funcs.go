package web

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/report"
)

// quoted puts what somebody said into quotation marks, and leaves alone the sentence that
// stands for what was erased.
func quoted(said string) string {
	if said == erasedText {
		return said
	}
	return "“" + said + "”"
}

// helpers are the functions that templates may call. They make words and marks, never
// decisions.
func helpers(now func() time.Time) template.FuncMap {
	thisYear := func() int { return events.DateOf(now()).Year() }
	return template.FuncMap{
		"asset":    asset,
		"chart":    report.SVG,
		"icon":     icon,
		"sealmark": sealMark,
		"quoted":   quoted,
		"st":       func(s events.State) template.HTML { return stateMark(markOf(s)) },
		"stlamp":   func(s events.State, l domain.Lamp) template.HTML { return stateMark(lampMark(s, l)) },
		"stpub":    func(s events.State) template.HTML { return stateMark(publicMark(s)) },
		"stword":   func(class, iconName, word string) template.HTML { return stateMark(mark{class, iconName, word}) },
		"pubword":  func(s events.State) string { return publicMark(s).word },
		"zhdate":   zhDate,
		"zhday": func(d events.Date) string {
			if d.Year() != thisYear() {
				return zhDate(d)
			}
			return zhDay(d)
		},
		"zhtime":  zhTime,
		"weekday": calendar.Weekday,
		"areazh":  areaZh,
		"md":      monthDay,
		"iso":     func(d events.Date) string { return d.String() },
		"isotime": func(t time.Time) string { return t.In(events.Beijing).Format("2006-01-02T15:04") },
		"wday":    weekdayZh,
		"code":    domain.FormatCode,
		"num":     thousands,
		"fieldid": fieldID,
		"digits":  digitsOnly,
		"inc":     func(i int) int { return i + 1 },
		"wmline":  func(i int) int { return 40 + 24*i }, // of a watermark, from the top
		"join":    strings.Join,
		"clauses": func(s string) []string { return strings.SplitAfter(s, "，") },
	}
}

// zhDate writes 2026年10月23日, nothing for none.
func zhDate(d events.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year(), d.Month(), d.Day())
}

// zhDay writes 10月23日.
func zhDay(d events.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d月%d日", d.Month(), d.Day())
}

// zhTime writes 2026年10月23日 09:40.
func zhTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return zhDate(events.DateOf(t)) + t.In(events.Beijing).Format(" 15:04")
}

// monthDay writes 10-23, for narrow columns.
func monthDay(d events.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d-%02d", d.Month(), d.Day())
}

// weekdayZh writes 星期一 as 一.
func weekdayZh(d events.Date) string {
	return [...]string{"日", "一", "二", "三", "四", "五", "六"}[d.Weekday()]
}

// thousands writes 18,204.
func thousands(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func digitsOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, s)
}

// fieldID is the id of the control of a field; summaries link to it. units.1.part → f-units-1-part.
func fieldID(name string) string { return "f-" + strings.ReplaceAll(name, ".", "-") }

// icon draws a symbol of the sheet in parts.html; it is decoration, a word stands beside it.
func icon(name string) template.HTML {
	return template.HTML(`<svg width="18" height="18" aria-hidden="true"><use href="#i-` + template.HTMLEscapeString(name) + `"/></svg>`)
}

// sealMark draws the red seal, size in CSS pixels. With label it speaks for itself. Only
// an item that is truly struck off may carry it.
func sealMark(size int, label bool) template.HTML {
	says := `aria-hidden="true"`
	if label {
		says = `role="img" aria-label="已销号印"`
	}
	n := strconv.Itoa(size)
	return template.HTML(`<svg class="seal" width="` + n + `" height="` + n + `" ` + says + `><use href="#i-seal"/></svg>`)
}

// mark is a state as it is shown: colour class, shape and word.
type mark struct{ class, icon, word string }

// markOf is the table of design/README: how staff see a state.
func markOf(s events.State) mark {
	m := mark{word: s.Zh(), icon: "no"}
	switch s {
	case events.Registered:
		m.icon = "new"
	case events.ReturnedForInfo, events.Accepted:
		m.icon = "wait"
	case events.InProgress:
		m.icon = "run"
	case events.Rectified:
		m.class, m.icon = "done", "ok"
	case events.UnderVerification:
		m.class, m.icon = "done", "ver"
	case events.InPublicity:
		m.class, m.icon = "done", "pub"
	case events.Closed:
		m.class, m.icon = "sealed", "seal"
	case events.Standing:
		m.icon = "std"
	case events.SuspendedAccount:
		m.icon = "hold"
	case events.Merged:
		m.icon = "merge"
	case events.Answered:
		m.class, m.icon = "done", "ok"
	case events.Archived:
		m.icon = "lock"
	}
	return m
}

// lampMark lays a lamp over a state, as lists show it.
func lampMark(s events.State, l domain.Lamp) mark {
	switch l {
	case domain.LampOverdue:
		return mark{"over", "over", "逾期"}
	case domain.LampNear:
		return mark{"near", "near", "临期"}
	case domain.LampOnPlan:
		if s == events.InProgress {
			return mark{"", "run", "按序时"}
		}
	}
	return markOf(s)
}

// publicMark is markOf in the words that the public reads.
func publicMark(s events.State) mark {
	m := markOf(s)
	switch s {
	case events.Accepted:
		m.word = "等交办"
	case events.Rectified:
		m.word = "改完等验收"
	case events.Answered:
		m.word = "已答复"
	case events.Standing:
		m.word = "长期坚持"
	case events.SuspendedAccount:
		m.word = "暂时办不了"
	case events.Merged:
		m.word = "并到一起办"
	case events.Archived:
		m.word = "已归档"
	}
	return m
}

func stateMark(m mark) template.HTML {
	class := "st"
	if m.class != "" {
		class += " " + m.class
	}
	svg := icon(m.icon)
	if m.icon == "seal" {
		svg = sealMark(22, false)
	}
	return template.HTML(`<span class="`+template.HTMLEscapeString(class)+`">`) + svg + template.HTML(template.HTMLEscapeString(m.word)+`</span>`)
}

// struck reports whether the number is off the list: the only state that carries the seal.
func struck(s events.State, closedOn events.Date) bool {
	return s == events.Closed || s == events.Archived && !closedOn.IsZero()
}

// step is one line of the template "timeline".
type step struct {
	ID     string // u7: one entry can be linked to
	Class  string // pub, int, sys; struck when the item was struck off by it
	Struck bool
	Time   string // 10月22日 16:20
	ISO    string
	Title  string
	Text   string
	Tag    string // 公开, 内部, 系统; "" on public pages
	Post   string
	Hash   string // of the commit, "" on public pages
	New    bool   // since this person looked last
}

// timelineOf turns entries into lines. Public pages get no tags and no posts.
func timelineOf(es []projections.Entry, public bool, now time.Time) []step {
	out := make([]step, 0, len(es))
	for _, e := range es {
		l := step{ID: "u" + strconv.Itoa(e.Rev) + indexSuffix(e.Index), Class: "pub", Title: e.Title, Text: e.Text,
			ISO: e.Recorded.In(events.Beijing).Format("2006-01-02T15:04"), Time: shortTime(e.Recorded, now)}
		if !e.Occurred.IsZero() {
			l.Time, l.ISO = shortDay(e.Occurred, now), e.Occurred.String()
		}
		if !public {
			l.Post, l.Tag, l.Hash = e.Post, "公开", e.Hash
		}
		late := "" // what was entered afterwards says so: the recorded time is the server's
		if !e.Occurred.IsZero() {
			late = " · " + shortTime(e.Recorded, now) + " 补录"
		}
		switch e.Visibility {
		case projections.Internal:
			l.Class = "int"
			l.Tag = "内部"
		case projections.SystemLog:
			l.Class = "sys"
			l.Tag = "系统"
		}
		if e.State == events.Closed && e.Type == "item.closed" {
			l.Class, l.Struck = l.Class+" struck", true
		}
		if e.Demo && !public {
			l.Post += "（演示人员）"
		}
		l.Post = strings.TrimPrefix(l.Post+late, " · ")
		out = append(out, l)
	}
	return out
}

func indexSuffix(i int) string {
	if i == 0 {
		return ""
	}
	return "-" + strconv.Itoa(i)
}

func shortTime(t, now time.Time) string {
	return shortDay(events.DateOf(t), now) + t.In(events.Beijing).Format(" 15:04")
}

func shortDay(d events.Date, now time.Time) string {
	if d.Year() != events.DateOf(now).Year() {
		return zhDate(d)
	}
	return zhDay(d)
}
