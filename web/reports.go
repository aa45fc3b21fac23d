package web

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"xiaohao/domain"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/web/paper/report"
)

// ReportsPage is where a report is asked for, and the report itself once it is.
type ReportsPage struct {
	Page
	Kinds  []domain.Choice
	Kind   string
	On     string // the last day that is in it
	Today  string
	Bad    bool // the address asked for a day that is none
	Report *report.Report
	Files  []link
}

// reportRoutes are the pages of reports.
func (s *Server) reportRoutes() []route {
	return []route{
		{"GET /reports", s.staff(s.reportsPage)},
		{"GET /reports/{kind}", s.staff(s.reportPage)},
	}
}

// mayReport reports whether the actor sees figures over everything: a report has no others.
func mayReport(a events.Actor) bool {
	return !ofUnit(a) && rights.Figures.Of(a.Role) == rights.All
}

// reportsPage offers the reports.
func (s *Server) reportsPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if !mayReport(a) {
		return &denied{"报表是全部事项的数，领导小组办公室、督导和审计才看得到。"}
	}
	return s.render(w, http.StatusOK, "reports", s.askReport(r, report.Month, s.today().AddDays(-1)))
}

func (s *Server) askReport(r *http.Request, kind report.Kind, on events.Date) ReportsPage {
	p := ReportsPage{Page: s.staffPage(r, "报表", "reports"), Kind: string(kind), On: on.String(), Today: s.today().String()}
	for _, k := range report.Kinds {
		p.Kinds = append(p.Kinds, domain.Choice{Value: string(k), Label: k.Zh()})
	}
	return p
}

// reportPage shows a report of a day, or sends it as a file.
func (s *Server) reportPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if !mayReport(a) {
		return &denied{"报表是全部事项的数，领导小组办公室、督导和审计才看得到。"}
	}
	kind, v := report.Kind(r.PathValue("kind")), r.URL.Query()
	if kind == "show" { // the form's own address
		kind = report.Kind(v.Get("kind"))
	}
	if kind.Zh() == "" {
		return fmt.Errorf("%w: report %q", errBadRequest, kind)
	}
	on, err := events.ParseDate(v.Get("as_of"))
	if err != nil || on.After(s.today()) {
		p := s.askReport(r, kind, s.today().AddDays(-1))
		p.Bad = v.Get("as_of") != ""
		return s.render(w, http.StatusOK, "reports", p)
	}
	rep, err := report.Make(r.Context(), s.reads, s.desk.Journal, report.Order{Kind: kind, On: on, Office: s.cfg.Owner, Running: !on.Before(s.today())})
	if err != nil {
		return err
	}
	if f := report.Format(v.Get("format")); f != "" {
		if !slices.Contains(report.Formats, f) {
			return fmt.Errorf("%w: report as %q", errBadRequest, f)
		}
		return s.sendPaper(w, r, fmt.Sprintf("%s_%s.%s", kind.Zh(), on, f), f.Type(), func(to io.Writer) error { return rep.Write(f, to) })
	}
	p := s.askReport(r, kind, on)
	p.Title, p.Report = rep.Title+" "+rep.Period, &rep
	for _, f := range []struct {
		format report.Format
		text   string
	}{{report.DOCX, "下载 Word"}, {report.XLSX, "下载 Excel"}, {report.HTML, "下载网页"}} {
		u := url.Values{"as_of": {on.String()}, "format": {string(f.format)}}
		p.Files = append(p.Files, link{"/reports/" + string(kind) + "?" + u.Encode(), f.text})
	}
	return s.render(w, http.StatusOK, "reports", p)
}
