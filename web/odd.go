package web

import (
	"fmt"
	"net/http"
	"net/url"

	"xiaohao/events"
	"xiaohao/projections"
)

// OddPage shows the supervisor evaluations that look made, not given (被满意).
type OddPage struct {
	Page
	Since events.Date
	Many  int
	Burst int
	Rows  []oddRow
}

// oddRow is one unit and what is odd about it.
type oddRow struct {
	Unit, Href string
	N          int
	Why        []string
}

// oddDays is how far back evaluations are looked at.
const oddDays = 90

func (s *Server) oddPage(w http.ResponseWriter, r *http.Request, _ events.Actor) error {
	since := s.today().AddDays(-oddDays)
	odd, err := s.reads.Odd(r.Context(), since.Time())
	if err != nil {
		return err
	}
	p := OddPage{Page: s.staffPage(r, "评价异常", "supervision"), Since: since, Many: projections.OddMany, Burst: projections.OddBurst}
	for _, o := range odd {
		row := oddRow{Unit: s.units.of(o.Unit), Href: "/items?lead=1&unit=" + url.QueryEscape(o.Unit), N: o.N}
		if o.All() {
			row.Why = append(row.Why, fmt.Sprintf("%d 条评价，条条满意。", o.N))
		}
		if o.Burst >= projections.OddBurst {
			row.Why = append(row.Why, fmt.Sprintf("%s前后 %d 分钟里凭查询码来了 %d 条。", zhTime(o.On), int(projections.OddWithin.Minutes()), o.Burst))
		}
		p.Rows = append(p.Rows, row)
	}
	return s.render(w, http.StatusOK, "odd", p)
}
