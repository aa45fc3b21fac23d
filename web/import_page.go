package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"xiaohao/domain"
	"xiaohao/domain/detect"
	"xiaohao/events"
	"xiaohao/projections"
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
	Names              []nameRow // of units that the directory does not have
	Known              []string  // names of the directory's units
	Running            bool
	Progress           intake.Progress
	Result             *intake.Result
	Told               []told
	Foreseen           string // what an import would make of the rows
	MapSays            string // of the columns, in one line
	MapOpen            bool   // a person should look at the columns
	Failed             string
	CanImport, HasBads bool
}

// mapped is a column with the fields it may be taken for.
type mapped struct {
	Name, Column, Heading string
	Guessed               bool
	Options               []chosen
}

// nameRow is a name of a unit that the directory does not have, and what it is taken for.
type nameRow struct {
	Name, ID string
	Rows     int
	Like     string // names like it
	Said     bool   // it goes by what the unit said
	Unit     string // the control's value
	Err      string
}

// chosen is one option of a select.
type chosen struct {
	Value, Label string
	Selected     bool
}

// readItem is one row of the dry run.
type readItem struct {
	Row                                                        int
	Problem, Lead, Co, Deadline, Mode, Status, Number, Becomes string
	Warnings                                                   []string
}

// told is one row that people should look at.
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
	return s.showStaged(w, r, a, f, nil)
}

// showStaged shows a file; typed are the units of names as they were typed, when they are refused.
func (s *Server) showStaged(w http.ResponseWriter, r *http.Request, a events.Actor, f *intake.Staged, errs domain.Refusals, typed ...string) error {
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	p := stagedPageOf(s.staffPage(r, "导入台账", "items"), f.ID, f.Look())
	p.Errors = errs
	p.typed(typed, errs)
	directory, err := s.reads.Roster(r.Context())
	if err != nil {
		return err
	}
	for _, u := range directory.Units(s.today()) {
		if u.Open && len(p.Names) > 0 {
			p.Known = append(p.Known, u.Name)
		}
	}
	if !p.Running {
		if err := s.foresee(r.Context(), &p, f.Look().Import, a); err != nil {
			return err
		}
	}
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
	guessed, unread := 0, 0
	for i, h := range l.Headings {
		if h.Guessed {
			guessed++
		}
		if h.Field == paper.Ignored {
			unread++
		}
		m := mapped{Name: "c" + strconv.Itoa(i), Column: h.Column, Heading: h.Heading, Guessed: h.Guessed, Options: []chosen{{"", paper.Ignored.Zh(), h.Field == paper.Ignored}}}
		for _, f := range paper.Fields {
			m.Options = append(m.Options, chosen{string(f), f.Zh(), f == h.Field})
		}
		p.Columns = append(p.Columns, m)
	}
	if p.MapOpen = guessed+unread > 0; p.MapOpen {
		p.MapSays = fmt.Sprintf("%d 栏，按内容猜的 %d 栏，不导入 %d 栏", len(l.Headings), guessed, unread)
	} else {
		p.MapSays = fmt.Sprintf("%d 栏都认得", len(l.Headings))
	}
	for _, u := range v.Said() {
		p.Names = append(p.Names, nameRow{Name: u.Name, Rows: u.Rows, Said: true, Unit: u.Unit})
	}
	for _, u := range v.Unknown() {
		p.Names = append(p.Names, nameRow{Name: u.Name, Rows: u.Rows, Like: zhList(u.Like)})
	}
	for i := range p.Names {
		p.Names[i].ID = fieldID("unit." + strconv.Itoa(i))
	}
	p.More = max(0, len(l.Items)-shownRows)
	p.CanImport = !v.Running && v.Result == nil && len(l.Items) > 0
	p.outcome(v)
	return p
}

// typed puts back what was typed, and at each what is wrong with it.
func (p *StagedPage) typed(units []string, errs domain.Refusals) {
	for i := range p.Names {
		if i < len(units) {
			p.Names[i].Unit = units[i]
		}
		for _, r := range errs {
			if r.Field != "" && fieldID(r.Field) == p.Names[i].ID {
				p.Names[i].Err = r.Message
			}
		}
	}
}

// foresee fills in row by row what was read and what an import makes of it.
func (s *Server) foresee(ctx context.Context, p *StagedPage, im intake.Import, a events.Actor) error {
	outcomes, err := intake.Foresee(ctx, s.desk, im, shownRows)
	if err != nil {
		return err
	}
	n, done := map[intake.Kind]int{}, map[int]intake.Outcome{}
	if p.Result != nil {
		for _, o := range p.Result.Rows {
			done[o.Row] = o
		}
	}
	for i, o := range outcomes {
		if was, is := done[o.Row]; is {
			p.Items = append(p.Items, readItemOf(im.Read.Items[i], was))
			continue
		}
		if _, back := im.Own[o.Row]; o.Kind == intake.Changed && !back {
			if o.Changes, err = s.reworded(ctx, a, &im.Read.Items[i], o); err != nil {
				return err
			}
		}
		p.Items = append(p.Items, readItemOf(im.Read.Items[i], o))
		n[o.Kind]++
		if p.Result == nil {
			p.tell(o)
		}
	}
	for i := range p.Items {
		row := &im.Read.Items[i]
		p.Items[i].Lead, p.Items[i].Co = im.Goes(row.LeadUnit), im.Goes(row.CoUnits...)
	}
	if p.Result == nil && len(outcomes) > 0 {
		p.Foreseen = fmt.Sprintf("照这样导入：新登记 %d 件，有变化 %d 件，没有变化 %d 件，按规定不收 %d 件。", n[intake.New], n[intake.Changed], n[intake.Same], n[intake.Refused])
		if p.More > 0 {
			p.Foreseen = fmt.Sprintf("只看前 %d 件，", len(outcomes)) + p.Foreseen
		}
	}
	return nil
}

// reworded adds to the changes of a row what was said before and now where it is sealed, for who
// may read the item.
func (s *Server) reworded(ctx context.Context, a events.Actor, row *paper.Item, o intake.Outcome) ([]events.LedgerDelta, error) {
	it, err := s.see(ctx, o.Number, a)
	if errors.Is(err, projections.ErrNotFound) {
		return o.Changes, nil
	}
	if err != nil {
		return nil, err
	}
	folded, err := s.fold(ctx, it)
	if err != nil || folded.Claim == nil {
		return o.Changes, err
	}
	os, err := s.reads.Opinions(ctx, it.ID)
	if err != nil {
		return nil, err
	}
	said := s.said(ctx, os)
	out := slices.DeleteFunc(slices.Clone(o.Changes), func(d events.LedgerDelta) bool { return d.Field == "text" })
	measures, note := intake.Words(row)
	remark := paper.Progress
	if p := detect.Mask(row.More.Progress, said.names...); p == "" || strings.HasPrefix(said.words(folded.Claim.Note), p) {
		remark = paper.Note
	}
	for _, d := range []struct {
		field paper.Field
		was   events.Sealed
		now   string
	}{{paper.Measures, folded.Claim.Measures, measures}, {remark, folded.Claim.Note, note}} {
		if was, now := said.words(d.was), detect.Mask(d.now, said.names...); was != now {
			was, now = apart(was, now)
			out = append(out, events.LedgerDelta{Field: string(d.field), Was: was, Now: now})
		}
	}
	if len(out) == 0 { // what differs is masked, or in columns that are not kept
		return o.Changes, nil
	}
	return out, nil
}

// apart leaves of two texts in lines the lines that differ.
func apart(a, b string) (string, string) {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	only := func(of, not []string) string {
		return paper.Short(strings.Join(slices.DeleteFunc(slices.Clone(of), func(l string) bool { return slices.Contains(not, l) }), "；"), 60)
	}
	return only(as, bs), only(bs, as)
}

// tell notes what people should look at of a row.
func (p *StagedPage) tell(o intake.Outcome) {
	switch o.Kind {
	case intake.Refused:
		p.Told = append(p.Told, told{o.Row, "", o.Reason, true})
	case intake.Changed:
		p.Told = append(p.Told, told{o.Row, o.Number, zhDeltas(o.Changes), false})
	}
	for _, n := range o.Notes {
		p.Told = append(p.Told, told{o.Row, o.Number, n, false})
	}
}

func readItemOf(it paper.Item, o intake.Outcome) readItem {
	out := readItem{Row: it.Row, Problem: paper.Short(it.Problem, 60), Lead: it.LeadUnit, Co: zhList(it.CoUnits), Mode: it.Mode.Zh(), Status: it.Status.Zh(), Number: o.Number,
		Warnings: slices.Concat(it.Warnings, o.Notes)}
	if it.Deadline != nil {
		out.Deadline = it.Deadline.String()
	}
	switch {
	case o.Kind == intake.Refused:
		out.Becomes = "不收：" + o.Reason
	case o.Kind == intake.Same:
		out.Becomes = "没有变化"
	case o.Kind == intake.Changed:
		out.Becomes = "有变化：" + zhDeltas(o.Changes)
	case it.Mode == events.Planned && it.Deadline == nil:
		out.Becomes = "新登记，" + events.Registered.Zh()
	case it.LeadUnit == "":
		out.Becomes = "新登记，" + events.Accepted.Zh()
	default:
		out.Becomes = "新登记，" + events.InProgress.Zh()
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
		p.tell(o)
	}
}

// zhDeltas says in which cells a row differs from what it was.
func zhDeltas(ds []events.LedgerDelta) (out string) {
	for _, d := range ds {
		name := cmp.Or(paper.Field(d.Field).Zh(), "文字")
		switch {
		case d.Was == "" && d.Now == "":
			out += name + "有改动。"
		case d.Was == "":
			out += fmt.Sprintf("%s原来没有写，现为“%s”。", name, d.Now)
		case d.Now == "":
			out += fmt.Sprintf("%s原为“%s”，现在没有写。", name, d.Was)
		default:
			out += fmt.Sprintf("%s原为“%s”，现为“%s”。", name, d.Was, d.Now)
		}
	}
	return out
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
