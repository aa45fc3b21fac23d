package web

import (
	"fmt"
	"net/http"
	"strconv"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/web/paper/intake"
	paper "xiaohao/web/paper/ledger"
)

// shownRows bounds the rows of a dry run on one page; the counts are of all.
const shownRows = 500

// StagedPage shows what was read of a file, how far its import is, or what came of it.
type StagedPage struct {
	Page
	ID, File, Ledger   string
	Sheet, HeaderRows  string
	Columns            []mapped
	Items              []readItem
	More               int // items not shown
	Total              int
	Rejected           []paper.Rejection
	Duplicates         []paper.Duplicate
	Skipped            []paper.Skip
	Others             string
	Running            bool
	Progress           intake.Progress
	Result             *intake.Result
	Told               []told
	Failed             string
	CanImport, HasBads bool
}

// mapped is a column with the fields it may be taken for.
type mapped struct {
	Name, Column, Heading string
	Guessed               bool
	Options               []chosen
}

// chosen is one option of a select.
type chosen struct {
	Value, Label string
	Selected     bool
}

// readItem is one row of the dry run.
type readItem struct {
	Row                                                int
	Problem, Lead, Co, Deadline, Mode, Status, Becomes string
	Warnings                                           []string
}

// told is one row of a finished import that people should look at.
type told struct {
	Row          int
	Number, Text string
	Bad          bool
}

func (s *Server) stagedPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	f, err := s.staged(r, a)
	if err != nil {
		return err
	}
	return s.showStaged(w, r, f, nil)
}

func (s *Server) showStaged(w http.ResponseWriter, r *http.Request, f *intake.Staged, errs domain.Refusals) error {
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	p := stagedPageOf(s.staffPage(r, "导入台账", "items"), f.ID, f.Look())
	p.Errors = errs
	if p.Running {
		w.Header().Set("Refresh", "2")
	}
	return s.render(w, status, "staged", p)
}

// stagedPageOf fills the page from a staged file.
func stagedPageOf(page Page, id string, v intake.View) StagedPage {
	l := v.Read
	p := StagedPage{Page: page, ID: id, File: v.Name, Ledger: v.Ledger, Sheet: l.Sheet, Rejected: l.Rejected, Duplicates: l.Duplicates, Skipped: l.Skipped, Others: zhList(l.Others),
		Total: len(l.Items), Running: v.Running, Progress: v.Progress, Result: v.Result, HasBads: len(l.Rejected) > 0}
	for i, n := range l.HeaderRows {
		if i > 0 {
			p.HeaderRows += "、"
		}
		p.HeaderRows += strconv.Itoa(n)
	}
	for i, h := range l.Headings {
		m := mapped{Name: "c" + strconv.Itoa(i), Column: h.Column, Heading: h.Heading, Guessed: h.Guessed, Options: []chosen{{"", paper.Ignored.Zh(), h.Field == paper.Ignored}}}
		for _, f := range paper.Fields {
			m.Options = append(m.Options, chosen{string(f), f.Zh(), f == h.Field})
		}
		p.Columns = append(p.Columns, m)
	}
	for _, it := range l.Items[:min(len(l.Items), shownRows)] {
		p.Items = append(p.Items, readItemOf(it))
	}
	p.More = len(l.Items) - len(p.Items)
	p.CanImport = !v.Running && v.Result == nil && len(l.Items) > 0
	p.outcome(v)
	return p
}

func readItemOf(it paper.Item) readItem {
	out := readItem{Row: it.Row, Problem: paper.Short(it.Problem, 60), Lead: it.LeadUnit, Co: zhList(it.CoUnits), Mode: it.Mode.Zh(), Status: it.Status.Zh(), Warnings: it.Warnings}
	if it.Deadline != nil {
		out.Deadline = it.Deadline.String()
	}
	switch {
	case it.Mode == events.Planned && it.Deadline == nil:
		out.Becomes = events.Registered.Zh()
	case it.LeadUnit == "":
		out.Becomes = events.Accepted.Zh()
	default:
		out.Becomes = events.InProgress.Zh()
	}
	return out
}

// outcome tells what came of the import.
func (p *StagedPage) outcome(v intake.View) {
	if v.Result == nil {
		return
	}
	if v.Err != nil {
		p.Failed = "导入停下了：已导入的都完整，再按一次“接着导入”就接着做。"
		if rs := domain.RefusalsOf(v.Err); len(rs) > 0 {
			p.Failed = rs[0].Message
		}
		p.CanImport = true
	}
	for _, o := range v.Result.Rows {
		switch o.Kind {
		case intake.Refused:
			p.Told = append(p.Told, told{o.Row, "", o.Reason, true})
		case intake.Changed:
			for _, d := range o.Changes {
				text := "文字有改动。"
				if d.Was != "" || d.Now != "" {
					text = fmt.Sprintf("%s：原为“%s”，现为“%s”。", paper.Field(d.Field).Zh(), d.Was, d.Now)
				}
				p.Told = append(p.Told, told{o.Row, o.Number, text, false})
			}
		}
		for _, n := range o.Notes {
			p.Told = append(p.Told, told{o.Row, o.Number, n, false})
		}
	}
}

func zhList(parts []string) string {
	out := ""
	for i, s := range parts {
		if i > 0 {
			out += "、"
		}
		out += s
	}
	return out
}
