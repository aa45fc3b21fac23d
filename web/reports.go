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
	Files  []domain.Choice
}

// reportRoutes are the pages of reports.
func (s *Server) reportRoutes() []route {
	return []route{
		{"GET /reports", s.staff(s.reportsPage)},
		{"GET /reports/{kind}", s.staff(s.reportPage)},
		{"POST /reports/{kind}", s.staff(s.reportFile)},
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

// reportPage shows a report of a day.
func (s *Server) reportPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	rep, p, err := s.report(r, a, r.URL.Query())
	if err != nil {
		return err
	}
	if rep != nil {
		p.Title, p.Report = rep.Title+" "+rep.Period, rep
		p.Files = []domain.Choice{{Value: string(report.DOCX), Label: "下载 Word"}, {Value: string(report.XLSX), Label: "下载 Excel"}, {Value: string(report.HTML), Label: "下载网页"}}
	}
	return s.render(w, http.StatusOK, "reports", p)
}

// reportFile sends a report of a day.
func (s *Server) reportFile(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	rep, p, err := s.report(r, a, r.PostForm)
	if err != nil {
		return err
	}
	f := report.Format(r.PostForm.Get("format"))
	if rep == nil || !slices.Contains(report.Formats, f) {
		return fmt.Errorf("%w: report of %q as %q", errBadRequest, r.PostForm.Get("as_of"), f)
	}
	kind := report.Kind(p.Kind)
	return s.sendPaper(w, r, fmt.Sprintf("%s_%s.%s", kind.Zh(), p.On, f), f.Type(), func(to io.Writer) error {
		if err := rep.Write(f, to); err != nil {
			return err
		}
		return s.exported(r.Context(), a, events.ExportMade{What: events.ReportExport, Name: kind.Zh(), Format: string(f), Filter: "到 " + p.On})
	})
}

// report makes the report that the values ask for; it is nil when they name no day that is over or
// goes on, and the page then asks again.
func (s *Server) report(r *http.Request, a events.Actor, v url.Values) (*report.Report, ReportsPage, error) {
	if !mayReport(a) {
		return nil, ReportsPage{}, &denied{"报表是全部事项的数，领导小组办公室、督导和审计才看得到。"}
	}
	kind := report.Kind(r.PathValue("kind"))
	if kind == "show" { // the form's own address
		kind = report.Kind(v.Get("kind"))
	}
	if kind.Zh() == "" {
		return nil, ReportsPage{}, fmt.Errorf("%w: report %q", errBadRequest, kind)
	}
	on, err := events.ParseDate(v.Get("as_of"))
	if err != nil || on.After(s.today()) {
		p := s.askReport(r, kind, s.today().AddDays(-1))
		p.Bad = v.Get("as_of") != ""
		return nil, p, nil
	}
	sight, err := s.sight(r.Context(), a)
	if err != nil {
		return nil, ReportsPage{}, err
	}
	rep, err := report.Make(r.Context(), s.reads, s.desk.Journal, report.Order{Kind: kind, On: on, Office: s.cfg.Owner, Running: !on.Before(s.today()), Sight: reach(sight)})
	return &rep, s.askReport(r, kind, on), err
}
