package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"xiaohao/events"
	"xiaohao/projections"
)

// KPIRowsPage lists what one count of the rates is made of.
type KPIRowsPage struct {
	Page
	Name, Part string // 按时办结率, 分子
	Formula    string
	Says       string // of what it is counted
	Unit       string // name, "" for all
	Back       string
	Sum, All   int
	Days       bool // N is a number of working days
	Rows       []kpiCounted
	Next       string
}

type kpiCounted struct {
	Number, Href, Title, Unit string
	Basis, Day                string
	N                         int
}

// kpiRowsPage shows the rows behind a numerator or a denominator.
func (s *Server) kpiRowsPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	v := r.URL.Query()
	i := slices.IndexFunc(projections.KPIs, func(k projections.KPI) bool { return k.Code == v.Get("code") })
	if i < 0 {
		return projections.ErrNotFound
	}
	k := projections.KPIs[i]
	f, err := s.kpiFilter(r, a)
	if err != nil {
		return err
	}
	q := projections.KPIRowsFilter{KPIFilter: f, Code: k.Code, Den: v.Get("part") == "den", Unit: v.Get("unit"), After: v.Get("after")}
	if ofUnit(a) {
		q.Unit = a.Unit.ID
	}
	rows, err := s.reads.KPIRows(r.Context(), q)
	if err != nil {
		return err
	}
	p := KPIRowsPage{Page: s.staffPage(r, k.Name, "board"), Name: k.Name, Part: zhOr(q.Den, "分母") + zhOr(!q.Den, "分子"), Formula: k.Formula, Says: kpiSays(f),
		Back: "/board/kpi?" + kpiQuery(f).Encode(), Sum: rows.Sum, All: rows.All, Days: k.Average && !q.Den}
	if q.Unit != "" {
		if p.Unit, err = s.unitName(r, q.Unit); err != nil {
			return err
		}
	}
	for _, x := range rows.Rows {
		c := kpiCounted{Number: x.Number, Href: "/items/" + url.PathEscape(x.Number), Title: x.Title, Unit: x.Unit, Day: dayIn(x.Day, s.today()), N: x.N}
		if c.Title == "" {
			c.Title = x.Number
		}
		if c.Basis = fmt.Sprintf("%d年%d月", x.Basis.Year(), x.Basis.Month()); k.ByDay(q.Den) {
			c.Basis = zhDate(x.Basis)
		}
		p.Rows = append(p.Rows, c)
	}
	if rows.Next != "" {
		v.Set("after", rows.Next)
		p.Next = "/board/kpi/rows?" + v.Encode()
	}
	return s.render(w, http.StatusOK, "kpi_rows", p)
}

// unitName is what a unit is called; those that no unit leads have a name, too.
func (s *Server) unitName(r *http.Request, id string) (string, error) {
	if id == projections.None {
		return "还没交办", nil
	}
	units, err := s.reads.Units(r.Context())
	if err != nil {
		return "", err
	}
	for _, u := range units {
		if u.Key == id {
			return u.Name, nil
		}
	}
	return id, nil
}

// kpiFilter reads what a page of rates is of.
func (s *Server) kpiFilter(r *http.Request, a events.Actor) (projections.KPIFilter, error) {
	v, today := r.URL.Query(), s.today()
	month := func(name string, usual events.Date) events.Date {
		if d, err := events.ParseDate(v.Get(name) + "-01"); err == nil && !d.After(today) {
			return d
		}
		return usual
	}
	f := projections.KPIFilter{To: month("to", events.NewDate(today.Year(), today.Month(), 1)), ByRaised: v.Get("by") == "raised", CutOff: today}
	f.From = month("from", f.To.AddDays(-62))
	f.From = events.NewDate(f.From.Year(), f.From.Month(), 1)
	if f.From.After(f.To) {
		f.From = f.To
	}
	if d, err := events.ParseDate(v.Get("as_of")); err == nil && d.Before(today) {
		f.CutOff = d
	}
	sight, err := s.sight(r.Context(), a)
	f.Sight = reach(sight)
	return f, err
}

// kpiQuery is the filter as an address has it.
func kpiQuery(f projections.KPIFilter) url.Values {
	v := url.Values{"from": {f.From.String()[:7]}, "to": {f.To.String()[:7]}, "as_of": {f.CutOff.String()}}
	if f.ByRaised {
		v.Set("by", "raised")
	}
	return v
}

// kpiSays says of what the figures are.
func kpiSays(f projections.KPIFilter) string {
	what := "发生"
	if f.ByRaised {
		what = "登记"
	}
	return fmt.Sprintf("%d 年 %d 月到 %d 年 %d 月%s的，算到 %d 年 %d 月 %d 日当天结束。", f.From.Year(), f.From.Month(), f.To.Year(), f.To.Month(), what,
		f.CutOff.Year(), f.CutOff.Month(), f.CutOff.Day())
}

// kpiHref is the address of the rows behind a count, of one unit or of all with "".
func kpiHref(f projections.KPIFilter, k projections.KPI, den bool, unit string) string {
	v := kpiQuery(f)
	v.Set("code", k.Code)
	v.Set("part", zhOr(den, "den")+zhOr(!den, "num"))
	if unit != "" {
		v.Set("unit", unit)
	}
	return "/board/kpi/rows?" + v.Encode()
}
