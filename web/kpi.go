package web

import (
	"fmt"
	"net/http"
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

// rateCell is a rate with the two counts that it is made of.
type rateCell struct {
	Value    string
	Num, Den number
}

// kpiPage shows the rates of a period or of a cohort, as of a cut-off.
func (s *Server) kpiPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	f, err := s.kpiFilter(r, a)
	if err != nil {
		return err
	}
	rep, err := s.reads.KPIs(r.Context(), f)
	if err != nil {
		return err
	}
	p := KPIPage{Page: s.staffPage(r, "比率", "board"), From: f.From.String()[:7], To: f.To.String()[:7], Latest: s.today().String()[:7], ByRaised: f.ByRaised,
		CutOff: f.CutOff.String(), Today: s.today().String(), Says: kpiSays(f)}
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
				x.Cells = append(x.Cells, rateCell{value, number{u.Ratios[i].Num, kpiHref(f, k, false, keyOr(u.Unit))}, number{u.Ratios[i].Den, kpiHref(f, k, true, keyOr(u.Unit))}})
			}
			p.Units = append(p.Units, x)
		}
	}
	for i, k := range projections.KPIs {
		p.Heads = append(p.Heads, k.Name)
		p.Rates = append(p.Rates, rateRow{k.Name, k.Formula, k.Excluded, rateWords(k, total.Ratios[i]),
			number{total.Ratios[i].Num, kpiHref(f, k, false, "")}, number{total.Ratios[i].Den, kpiHref(f, k, true, "")}})
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
