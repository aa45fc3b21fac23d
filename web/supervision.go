package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"xiaohao/domain/rights"
	"xiaohao/domain/sample"
	"xiaohao/events"
	"xiaohao/projections"
)

// SupervisionPage tracks slips (督办单) and shows the draws of look-backs.
type SupervisionPage struct {
	Page
	All     bool // not only those that wait
	Odd     bool // may look at odd evaluations
	Rows    []slipRow
	Samples []sampleRow
}

type slipRow struct {
	Href, Slip, Level, Title, Lead string
	On, Due, State                 string
	Over                           bool
}

type sampleRow struct{ Href, Name, Says string }

const (
	slipRows   = 200
	sampleRows = 10
)

func (s *Server) supervisionPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	p := SupervisionPage{Page: s.staffPage(r, "督办", "supervision"), All: r.URL.Query().Get("all") != ""}
	p.Live, p.Odd = p.Sequence, rights.Odd.May(a.Role)
	sight, err := s.sight(r.Context(), a)
	if err != nil {
		return err
	}
	slips, err := s.reads.Slips(r.Context(), projections.SlipFilter{Waiting: !p.All, Sight: reach(sight), Limit: slipRows})
	if err != nil {
		return err
	}
	for _, x := range slips {
		p.Rows = append(p.Rows, s.slipRow(x))
	}
	if rights.Ledger.Of(a.Role) != rights.All { // a draw names 举报, too
		return s.render(w, http.StatusOK, "supervision", p)
	}
	draws, err := s.reads.Samples(r.Context(), sampleRows)
	if err != nil {
		return err
	}
	for _, d := range draws {
		p.Samples = append(p.Samples, sampleRow{fmt.Sprintf("/supervision/%s/%d", url.PathEscape(d.Period), d.Draw), fmt.Sprintf("%s 第 %d 次", d.Period, d.Draw),
			fmt.Sprintf("%d 件里抽 %d 件，%s", len(d.Lots), len(d.Chosen), zhTime(d.Recorded))})
	}
	return s.render(w, http.StatusOK, "supervision", p)
}

func (s *Server) slipRow(x projections.TrackedSlip) slipRow {
	r := slipRow{Href: slipHref(x.Item.Number, x.Slip.Slip), Slip: x.Slip.Slip, Level: x.Level.Zh(), Title: titleOf(x.Item), Lead: x.Item.Lead.Name,
		On: dayIn(x.On, s.today()), Due: dayIn(x.Due, s.today()), State: slipState(x.Slip, x.Waiting, s.today())}
	r.Over = x.Waiting && x.Due.Before(s.today())
	return r
}

func slipHref(number, slip string) string {
	return "/items/" + url.PathEscape(number) + "/slips/" + url.PathEscape(slip)
}

// slipState says what became of a slip.
func slipState(x projections.Slip, waiting bool, today events.Date) string {
	switch {
	case x.Back:
		return "当时就撤销了"
	case x.Answered:
		return "已答复"
	case !waiting:
		return "随报完成了结"
	case x.Due.Before(today):
		return "逾期没有答复"
	}
	return "等着答复"
}

// SlipPage is one 督办单 as it is printed.
type SlipPage struct {
	Page
	Item           row
	Slip, Level    string
	To, Copy       string // 主送, 抄送
	Text, From, On string
	Due, Rule      string
	Deadline       string
	Answer, State  string
	Give           string // where the answer is given, "" when this person cannot
}

func (s *Server) slipPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	it, err := s.see(r.Context(), r.PathValue("number"), a)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(it.Detail.Slips, func(x projections.Slip) bool { return x.Slip == r.PathValue("slip") })
	if i < 0 {
		return projections.ErrNotFound
	}
	x := it.Detail.Slips[i]
	waiting := slices.ContainsFunc(it.Detail.Supervised.Waiting, func(w events.SupervisionIssued) bool { return w.Slip == x.Slip })
	p := SlipPage{Page: s.staffPage(r, x.Level.Zh()+" "+x.Slip, "supervision"), Item: s.row(it), Slip: x.Slip, Level: x.Level.Zh(), To: it.Lead.Name, Copy: it.Leader.Post,
		Text: x.Text, From: x.Post, On: fullDay(x.On), Answer: x.Answer, State: slipState(x, waiting, s.today())}
	if !x.Due.IsZero() {
		p.Due = fullDay(x.Due)
	}
	if !it.Due.IsZero() {
		p.Deadline = fullDay(it.Due)
	}
	if x.Watch == "" {
		p.Rule = "按领导、督导要求发出。"
	} else {
		p.From, p.Rule = s.cfg.Owner, fmt.Sprintf("按督办规则自动发出：盯的是%s %s。", x.Watch.Zh(), x.For)
	}
	if waiting && ofUnit(a) && a.Unit.ID == it.Lead.ID {
		p.Give = "/items/" + url.PathEscape(it.Number) + "/answer_supervision"
	}
	return s.render(w, http.StatusOK, "slip", p)
}

// SamplePage is one draw of look-backs with everything that anybody needs to draw it again.
type SamplePage struct {
	Page
	Name, When, Seed string
	Share            int
	Holds            bool // the same seed gives the same lot
	Lots             []lotRow
}

type lotRow struct {
	Href, Number, Due, Risks string
	Weight                   int
	Chosen                   bool
}

func (s *Server) samplePage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	draw, err := strconv.Atoi(r.PathValue("draw"))
	if err != nil || rights.Ledger.Of(a.Role) != rights.All {
		return projections.ErrNotFound
	}
	x, err := s.reads.Sample(r.Context(), r.PathValue("period"), draw)
	if err != nil {
		return err
	}
	p := SamplePage{Page: s.staffPage(r, "回头看抽样", "supervision"), Name: fmt.Sprintf("%s 第 %d 次", x.Period, x.Draw), When: zhTime(x.Recorded), Seed: x.Seed,
		Share: x.Share, Holds: slices.Equal(x.Chosen, sample.Choose(x.Seed, x.Lots, x.Share))}
	for _, l := range x.Lots {
		p.Lots = append(p.Lots, lotRow{"/items/" + url.PathEscape(l.Number), l.Number, l.Due.String(), strings.Join(l.Risks, "、"), l.Weight, slices.Contains(x.Chosen, l.Item)})
	}
	slices.SortStableFunc(p.Lots, func(a, b lotRow) int {
		if a.Chosen == b.Chosen {
			return 0
		}
		if a.Chosen {
			return -1
		}
		return 1
	})
	return s.render(w, http.StatusOK, "sample", p)
}

// fullDay is a day as a form writes it: 2026年12月2日.
func fullDay(d events.Date) string { return fmt.Sprintf("%d年%s", d.Year(), zhDay(d)) }
