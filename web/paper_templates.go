package web

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"

	"xiaohao/domain"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/projections"
	papers "xiaohao/web/paper/form"
)

// templateRoutes are the pages on which an office puts its own templates (红头模板).
func (s *Server) templateRoutes() []route {
	return []route{
		{"GET /admin/templates", s.sees(rights.Templates, s.keeping(s.templatesPage))},
		{"POST /admin/templates", s.sees(rights.Templates, s.keeping(s.uploading(s.templateKeep)))},
		{"GET /admin/templates/{form}", s.sees(rights.Templates, s.keeping(s.templateFile))},
	}
}

// keeping answers only where there is a place to keep templates.
func (s *Server) keeping(h staffHandler) staffHandler {
	return func(w http.ResponseWriter, r *http.Request, a events.Actor) error {
		if s.cfg.Own == nil || s.cfg.Files == nil {
			return projections.ErrNotFound
		}
		return h(w, r, a)
	}
}

// TemplatesPage lists the papers with whose template each is filled into.
type TemplatesPage struct {
	Page
	Rows  []templateRow
	MaxMB int64
}

type templateRow struct {
	Kind, Name, Href string
	Says             string // whose template it is
	Own              bool
	Must, May        string // placeholders
}

func (s *Server) templatesPage(w http.ResponseWriter, r *http.Request, _ events.Actor) error {
	return s.showTemplates(w, r, http.StatusOK, nil)
}

func (s *Server) showTemplates(w http.ResponseWriter, r *http.Request, status int, errs domain.Refusals) error {
	p := TemplatesPage{Page: s.staffPage(r, "表单模板", "admin"), MaxMB: s.cfg.Files.MaxSize() >> 20}
	p.Errors, p.Notice = errs, map[string]string{"keep": "模板换好了，下次打印就用它", "withdraw": "撤下了，改用系统自带的"}[r.URL.Query().Get("done")]
	for _, k := range papers.Kinds {
		t, own, err := s.cfg.Own.Template(r.Context(), k)
		if err != nil {
			return err
		}
		row := templateRow{Kind: string(k), Name: k.Zh(), Href: "/admin/templates/" + string(k), Says: "系统自带的", Own: own, Must: braced(k.Must())}
		if own {
			row.Says = fmt.Sprintf("本单位的，%s %s放上来，%d KB", t.By, zhTime(t.On), (t.Size+1023)>>10)
		}
		row.May = braced(slices.DeleteFunc(append(k.Fields(), papers.SignsName, papers.RecordName), func(f string) bool { return slices.Contains(k.Must(), f) }))
		p.Rows = append(p.Rows, row)
	}
	return s.render(w, status, "papers", p)
}

// braced writes the placeholders as they stand in a template.
func braced(names []string) string {
	out := ""
	for _, n := range names {
		out += "{{" + n + "}} "
	}
	return out
}

// templateKeep takes a template, or withdraws the office's.
func (s *Server) templateKeep(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	form, file, err := s.readForm(r)
	if err != nil {
		return err
	}
	id, err := commandID(form.Get("id"))
	if err != nil {
		return err
	}
	k, done := papers.Kind(form.Get("paper")), "keep"
	switch {
	case form.Get("do") == "withdraw":
		done, err = "withdraw", s.cfg.Own.Withdraw(r.Context(), id, a, k)
	case file == nil:
		err = &domain.Refusal{Rule: "template.file", Field: fileField, Message: "文件：还没有选。"}
	default:
		err = s.cfg.Own.Keep(r.Context(), id, a, k, filepath.Base(file.name), file.data)
	}
	if rs := domain.RefusalsOf(err); rs != nil {
		for i := range rs { // each paper has a field of its own
			x := *rs[i]
			x.Field = "file-" + string(k)
			rs[i] = &x
		}
		return s.showTemplates(w, r, http.StatusUnprocessableEntity, rs)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/admin/templates?done="+done, http.StatusSeeOther)
	return nil
}

// templateFile sends the template that holds, to be changed.
func (s *Server) templateFile(w http.ResponseWriter, r *http.Request, _ events.Actor) error {
	k := papers.Kind(r.PathValue("form"))
	if k.Zh() == "" {
		return fmt.Errorf("%w: form %q", errBadRequest, k)
	}
	data, err := s.cfg.Own.File(r.Context(), k)
	if err != nil {
		return err
	}
	if data == nil {
		if data, err = papers.Template(k); err != nil {
			return err
		}
	}
	return s.sendPaper(w, r, k.Zh()+".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", func(to io.Writer) error {
		_, err := to.Write(data)
		return err
	})
}
