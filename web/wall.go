package web

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"xiaohao/events"
	"xiaohao/projections"
)

// WallPage is the overview for a screen that hangs in a room and that nobody touches:
// 1920 × 1080 without scrolling. Its script renews it and says how old the figures are when
// it cannot.
type WallPage struct {
	Page
	Weekday string
	Behind  string // that the rows lag behind the log, "" when they do not
	StuckN  int
	Stuck   []wallRow
	More    int // stuck ones for which there is no room
	Total   number
	Figures []figure
	Linked  []tallyRow
	ClosedN number // this week
	Closed  []closedRow
	Weeks   []weekCell
	Trend   []rect
}

// wallRow is one item that is stuck.
type wallRow struct {
	Class, Icon, Name string
	Title, Lead       string
	HowLong           string
}

// What has room on the wall.
const (
	wallStuck  = 9
	wallLinked = 2
	wallTally  = 39 // cells of a row of seals: three lines
	wallSeals  = 6
)

// behindAfter is how long the rows may lag before the wall says so.
const behindAfter = 10 * time.Second

// wallPage shows the wall. Whoever walks past reads it: 举报 and 涉稳 are not on it, whoever
// opened it, and its links list what is counted on it.
func (s *Server) wallPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if ofUnit(a) {
		http.Redirect(w, r, "/board", http.StatusSeeOther)
		return nil
	}
	ordinary, at := projections.Sight{Extent: projections.SeesOrdinary}, s.looked()
	b, err := s.reads.Board(r.Context(), projections.BoardFilter{Today: at.Today(), Minute: at[events.Now].Minute, Near: at[events.NearEnd].Day, Sight: ordinary})
	if err != nil {
		return err
	}
	f := projections.Filter{Today: s.today(), Near: s.calendar().Add(s.today(), 1), Sight: ordinary}
	stuck, err := s.reads.Stuck(r.Context(), f)
	if err != nil {
		return err
	}
	week := b.Weeks[len(b.Weeks)-1]
	f.ClosedIn, f.Limit, f.Brief = week.Start, wallSeals, true
	closed, err := s.reads.Items(r.Context(), f)
	if err != nil {
		return err
	}
	base := url.Values{"class": {string(events.Ordinary)}}
	all := s.boardOf(b, base)
	s.stuckOf(&all, stuck, base, at)
	p := WallPage{Page: s.staffPage(r, "大屏", "board"), Weekday: weekdayZh(s.today()), StuckN: all.StuckN, Total: all.Total,
		Weeks: all.Weeks, Trend: all.Trend, ClosedN: number{week.Closed, ledger(base, "closed_in", week.Start.String())}}
	p.Theme, p.Sequence = "wall", b.AsOf
	p.Behind = behindWords(s.reads.Health(r.Context()), s.cfg.Now())
	p.Figures = []figure{{Href: all.Figures[0].Href, Name: "整改完成", N: all.Figures[0].N}, {Href: all.Figures[1].Href, Name: "已销号", N: all.Figures[1].N},
		{Href: ledger(base, "group", "OPEN,WAITING"), Name: "还没改完", N: b.All.Overdue + b.All.Near + b.All.Running + b.All.Waiting},
		{Href: ledger(base, "group", "STANDING"), Name: "常态", N: b.All.Standing}}
	p.Stuck, p.More = wallRows(all.Stuck, all.StuckN)
	for _, t := range b.Linked[:min(len(b.Linked), wallLinked)] {
		x := tallyRowOf(t, base)
		if t.Total > wallTally {
			x.Cells, x.Bar = nil, tallyBar(t)
		}
		p.Linked = append(p.Linked, x)
	}
	for _, it := range closed.Items {
		o := outcome(s.calendar(), it)
		p.Closed = append(p.Closed, closedRow{s.row(it).Href, titleOf(it), it.Lead.Name, o.Text, o.Late, it.ClosedOn})
	}
	return s.render(w, http.StatusOK, "wall", p)
}

// wallRows takes what has room of all that is stuck, and how much has none.
func wallRows(groups []stuckGroup, all int) (rows []wallRow, more int) {
	room := wallStuck
	if all > room {
		room-- // for the line that says so
	}
	for _, g := range groups {
		for _, it := range g.Rows {
			if len(rows) == room {
				break
			}
			rows = append(rows, wallRow{g.Class, g.Icon, g.Short, it.Title, it.Lead, it.HowLong})
		}
	}
	return rows, all - len(rows)
}

// behindWords says that the rows lag behind the log.
func behindWords(h projections.Health, now time.Time) string {
	if h.Lag < behindAfter {
		return ""
	}
	return fmt.Sprintf("数停在 %s，后面 %d 条记录还没算进来。", now.Add(-h.Lag).In(events.Beijing).Format("15:04"), h.Behind)
}
