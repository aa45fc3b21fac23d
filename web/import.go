package web

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/intake"
	paper "xiaohao/web/paper/ledger"
	"xiaohao/web/paper/returned"
)

// importRoutes are the pages on which an office hands in a ledger: upload, look at what
// was read, correct the mapping, import.
func (s *Server) importRoutes() []route {
	return []route{
		{"GET /import", s.imports(s.importPage)},
		{"POST /import", s.imports(s.uploading(s.importUpload))},
		{"GET /import/{id}", s.imports(s.stagedPage)},
		{"POST /import/{id}/map", s.imports(s.importMap)},
		{"POST /import/{id}/take", s.imports(s.importTake)},
		{"POST /import/{id}/cancel", s.imports(s.importCancel)},
		{"GET /import/{id}/errors.xlsx", s.imports(s.importErrors)},
	}
}

// imports lets those through who may accept items: an import does so for every row.
func (s *Server) imports(h staffHandler) handler {
	return s.staff(func(w http.ResponseWriter, r *http.Request, a events.Actor) error {
		if rule, _ := rights.Of("accept"); !rule.Allows(a.Role) {
			return &denied{fmt.Sprintf("台账由%s导入，您现在是%s。", zhJoin(rule.Roles), a.Role.Zh())}
		}
		return h(w, r, a)
	})
}

// ImportPage takes a file.
type ImportPage struct {
	Page
	Ledger string
	Known  []string // names of the directory's ledgers
	MaxMB  int64
	Off    bool // no files are taken here
}

func (s *Server) importPage(w http.ResponseWriter, r *http.Request, _ events.Actor) error {
	return s.showImport(w, r, http.StatusOK, "", nil)
}

func (s *Server) showImport(w http.ResponseWriter, r *http.Request, status int, name string, errs domain.Refusals) error {
	p := ImportPage{Page: s.staffPage(r, "导入台账", "items"), Ledger: name, Off: s.cfg.Files == nil}
	if s.cfg.Files != nil {
		p.MaxMB = s.cfg.Files.MaxSize() >> 20
	}
	directory, err := s.reads.Roster(r.Context())
	if err != nil {
		return err
	}
	for _, l := range directory.Ledgers() {
		if !l.Closed {
			p.Known = append(p.Known, l.Name)
		}
	}
	p.Errors = errs
	return s.render(w, status, "import", p)
}

// importUpload reads a file and keeps it until it is imported.
func (s *Server) importUpload(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	im, errs, err := s.readImport(r, a)
	if err != nil {
		return err
	}
	if len(errs) > 0 {
		return s.showImport(w, r, http.StatusUnprocessableEntity, im.Ledger, errs)
	}
	f, ok := s.stage.Put(im, s.cfg.Now())
	if !ok {
		return s.showImport(w, r, http.StatusUnprocessableEntity, im.Ledger, domain.Refusals{{Rule: "import.busy", Message: "正在导入的太多，请过几分钟再交。"}})
	}
	http.Redirect(w, r, "/import/"+f.ID, http.StatusSeeOther)
	return nil
}

// readImport reads the form and the file in it.
func (s *Server) readImport(r *http.Request, a events.Actor) (im intake.Import, errs domain.Refusals, err error) {
	form, file, err := s.readForm(r)
	if err != nil {
		return im, nil, err
	}
	im = intake.Import{Ledger: strings.TrimSpace(form.Get("ledger")), Actor: a, Today: s.today()}
	if im.Ledger == "" || len([]rune(im.Ledger)) > 60 {
		errs = append(errs, &domain.Refusal{Rule: "import.ledger", Field: "ledger", Message: "台账名称：要写，不超过 60 个字。"})
	}
	if file == nil {
		return im, append(errs, &domain.Refusal{Rule: "import.file", Field: fileField, Message: "文件：还没有选。"}), nil
	}
	if int64(len(file.data)) > s.cfg.Files.MaxSize() {
		return im, append(errs, &domain.Refusal{Rule: "import.file_size", Field: fileField, Message: fmt.Sprintf("文件：超过 %d MB。", s.cfg.Files.MaxSize()>>20)}), nil
	}
	im.Name, im.Data = filepath.Base(file.name), file.data
	known, err := s.mapping(r.Context(), a)
	if err != nil {
		return im, nil, err
	}
	im.Read, err = paper.Read(im.Name, bytes.NewReader(im.Data), int64(len(im.Data)), known)
	if rs := domain.RefusalsOf(err); len(rs) > 0 {
		return im, append(errs, rs...), nil
	}
	if err != nil {
		return im, errs, err
	}
	directory, err := s.reads.Roster(r.Context())
	if err != nil {
		return im, errs, err
	}
	if s.cfg.Own != nil {
		if im.Means, err = s.cfg.Own.Units(r.Context(), a.Unit.ID); err != nil {
			return im, errs, err
		}
	}
	err = s.know(r.Context(), a, &im)
	return im, append(errs, domain.RefusalsOf(im.Place(directory))...), err
}

// know finds the rows of a ledger that was made here.
func (s *Server) know(ctx context.Context, a events.Actor, im *intake.Import) error {
	base, err := s.filter(ctx, a)
	if err != nil {
		return err
	}
	return returned.Know(ctx, im, s.reads, s.vault.Open, base.Sight)
}

// mapping is what the actor's unit has said its columns mean.
func (s *Server) mapping(ctx context.Context, a events.Actor) (paper.Mapping, error) {
	if s.cfg.Own == nil {
		return paper.Mapping{}, nil
	}
	return s.cfg.Own.Mapping(ctx, a.Unit.ID)
}

// staged finds the file that the address names.
func (s *Server) staged(r *http.Request, a events.Actor) (*intake.Staged, error) {
	f, ok := s.stage.Get(r.PathValue("id"), a, s.cfg.Now())
	if !ok {
		return nil, projections.ErrNotFound
	}
	return f, nil
}

// meanings are what the form says of names of units: ids, "" where one is taken back. A unit that
// is not in the directory is refused.
func meanings(form url.Values, im intake.Import) (means map[string]string, errs domain.Refusals) {
	asked := map[string]bool{}
	for _, u := range im.Unknown() {
		asked[u.Name] = true
	}
	for _, u := range im.Said() {
		asked[u.Name] = true
	}
	means = map[string]string{}
	for i, name := range form["name"] {
		if !asked[name] || i >= len(form["unit"]) {
			continue
		}
		said := strings.TrimSpace(form["unit"][i])
		if said == "" {
			means[name] = ""
			continue
		}
		u, _ := im.Units.Match(said)
		if u.IsZero() {
			errs = append(errs, &domain.Refusal{Rule: "import.unit", Field: "unit." + strconv.Itoa(i), Message: fmt.Sprintf("“%s”：单位目录里没有“%s”，请从目录里选。", name, paper.Short(said, 30))})
		}
		means[name] = u.ID
	}
	return means, errs
}

// importMap reads the file anew with the corrected mapping of columns and names of units, which
// the unit keeps.
func (s *Server) importMap(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	f, err := s.staged(r, a)
	if err != nil {
		return err
	}
	form, _, err := s.readForm(r)
	if err != nil {
		return err
	}
	v := f.Look()
	fixed := paper.Mapping{}
	for i, h := range v.Read.Headings {
		if got := form.Get("c" + strconv.Itoa(i)); got != string(h.Field) {
			fixed[h.Heading] = paper.Field(got)
		}
	}
	if err := fixed.Check(); err != nil {
		return s.showStaged(w, r, a, f, domain.RefusalsOf(err))
	}
	means, errs := meanings(form, v.Import)
	if len(errs) > 0 {
		return s.showStaged(w, r, a, f, errs, form["unit"]...)
	}
	all, err := s.mapping(r.Context(), a)
	if err != nil {
		return err
	}
	maps.Copy(all, fixed)
	l, err := paper.Read(v.Name, bytes.NewReader(v.Data), int64(len(v.Data)), all)
	if rs := domain.RefusalsOf(err); len(rs) > 0 {
		return s.showStaged(w, r, a, f, rs)
	}
	if err != nil {
		return err
	}
	if s.cfg.Own != nil {
		id, err := commandID(form.Get("id"))
		if err != nil {
			return err
		}
		if err := s.cfg.Own.Remember(r.Context(), id, a, a.Unit.ID, fixed); err != nil {
			return err
		}
		if err := s.cfg.Own.RememberUnits(r.Context(), uuid.NewSHA1(id, []byte("units")), a, a.Unit.ID, means); err != nil {
			return err
		}
	}
	im := v.Import
	im.Read = l
	im.Means = maps.Clone(im.Means) // others look at the old one
	if im.Means == nil {
		im.Means = map[string]string{}
	}
	maps.Copy(im.Means, means)
	if err := s.know(r.Context(), a, &im); err != nil {
		return err
	}
	f.Reread(im)
	http.Redirect(w, r, "/import/"+f.ID, http.StatusSeeOther)
	return nil
}

// importTake begins the import; the page that follows shows how far it is.
func (s *Server) importTake(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	f, err := s.staged(r, a)
	if err != nil {
		return err
	}
	if v := f.Look(); !v.Running { // the items may have moved since the file was shown
		im := v.Import
		if err := s.know(r.Context(), a, &im); err != nil {
			return err
		}
		f.Reread(im)
	}
	f.Start(s.desk, s.cfg.Files)
	http.Redirect(w, r, "/import/"+f.ID, http.StatusSeeOther)
	return nil
}

func (s *Server) importCancel(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	f, err := s.staged(r, a)
	if err != nil {
		return err
	}
	f.Cancel()
	http.Redirect(w, r, "/import/"+f.ID, http.StatusSeeOther)
	return nil
}

// importErrors hands out the workbook with the cells marked that were not taken.
func (s *Server) importErrors(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	f, err := s.staged(r, a)
	if err != nil {
		return err
	}
	v := f.Look()
	if len(v.Read.Rejected) == 0 {
		return projections.ErrNotFound
	}
	data, err := paper.Mark(v.Data, v.Read)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(v.Name, filepath.Ext(v.Name)) + "（有错的格子已标出）.xlsx"
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	h.Set("Cache-Control", "no-store")
	_, err = w.Write(data)
	return err
}
