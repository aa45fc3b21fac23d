package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"xiaohao/events"
	"xiaohao/projections"
)

// KPIPage is the rates, each with the two counts that it is made of.
type KPIPage struct {
	Page
	From, To string // months
	Latest   string // the last month there is
	ByRaised bool
	CutOff   string // day
	Today    string
	Says     string // of what the figures are
	Rates    []rateRow
	Heads    []string // of the table by unit
	Units    []rateUnit
}

// rateRow is one rate over everything.
type rateRow struct {
	Name, Formula, Excluded string
	Value                   string // 63.3%, 4.5 天, or that there are too few
	Num, Den                number
}

// rateUnit is the rates of one unit.
type rateUnit struct {
	Name  string
	Cells []rateCell
}

// rateCell is a rate with its n beside it.
type rateCell struct{ Value, Of string }

// kpiPage shows the rates of a period or of a cohort, as of a cut-off.
func (s *Server) kpiPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	v := r.URL.Query()
	today := s.today()
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
	rep, err := s.reads.KPIs(r.Context(), f)
	if err != nil {
		return err
	}
	p := KPIPage{Page: s.staffPage(r, "比率", "board"), From: f.From.String()[:7], To: f.To.String()[:7], Latest: today.String()[:7], ByRaised: f.ByRaised,
		CutOff: f.CutOff.String(), Today: today.String()}
	what := "发生"
	if f.ByRaised {
		what = "登记"
	}
	p.Says = fmt.Sprintf("%d 年 %d 月到 %d 年 %d 月%s的，算到 %d 年 %d 月 %d 日当天结束。", f.From.Year(), f.From.Month(), f.To.Year(), f.To.Month(), what,
		f.CutOff.Year(), f.CutOff.Month(), f.CutOff.Day())
	total := rep.Total
	if ofUnit(a) { // its own, and no other's
		total = projections.KPIRow{Ratios: make([]projections.Ratio, len(projections.KPIs))}
	}
	for _, u := range rep.Units {
		switch {
		case ofUnit(a) && u.Unit == a.Unit.ID:
			total = u
		case !ofUnit(a):
			x := rateUnit{Name: u.Name}
			for i, k := range projections.KPIs {
				value := "—" // as on the board; the words stand under the table
				if u.Ratios[i].Enough() {
					value = rateWords(k, u.Ratios[i])
				}
				x.Cells = append(x.Cells, rateCell{value, fmt.Sprintf("%d/%d", u.Ratios[i].Num, u.Ratios[i].Den)})
			}
			p.Units = append(p.Units, x)
		}
	}
	for i, k := range projections.KPIs {
		p.Heads = append(p.Heads, k.Name)
		p.Rates = append(p.Rates, rateRow{k.Name, k.Formula, k.Excluded, rateWords(k, total.Ratios[i]),
			number{total.Ratios[i].Num, kpiRows(f, k, true, a)}, number{total.Ratios[i].Den, kpiRows(f, k, false, a)}})
	}
	return s.render(w, http.StatusOK, "kpi", p)
}

// rateWords is the value, said only of enough.
func rateWords(k projections.KPI, r projections.Ratio) string {
	switch {
	case !r.Enough():
		return "不足 " + strconv.Itoa(projections.MinimumN)
	case k.Average:
		return fmt.Sprintf("%.1f 天", float64(r.Num)/float64(r.Den))
	}
	return rate(r.Num, r.Den)
}

// kpiRows is the address of the rows behind a count where there is such a list: of what was
// registered in some months, as far as today's ledger or that of a past day tells.
func kpiRows(f projections.KPIFilter, k projections.KPI, num bool, a events.Actor) string {
	groups := map[string]string{"RECTIFIED": "DONE,CLOSED", "CLOSED": "CLOSED", "STANDING": "STANDING"}[k.Code]
	if groups == "" || !f.ByRaised || ofUnit(a) {
		return ""
	}
	if !num {
		groups = "BASE"
	}
	u := url.Values{"group": {groups}, "raised_from": {f.From.String()}, "raised_by": {f.To.AddDays(31).AddDays(-f.To.AddDays(31).Day()).String()},
		"as_of": {f.CutOff.String()}}
	return "/items?" + u.Encode()
}
