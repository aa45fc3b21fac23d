package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/docx"
	papers "xiaohao/web/paper/form"
)

// Papers is what the program knows beyond its own papers.
type Papers struct {
	PDF func(ctx context.Context, page []byte) ([]byte, error) // makes a PDF of a page; nil where Chromium is not
}

// PrintPage is one paper of an item, or the choice of papers.
type PrintPage struct {
	Page
	Number string
	Papers []link // no Href: the item has nothing for it yet
	NotYet string
	Form   *papers.Form
	Action string      // where a file of it is asked for
	PDF    bool        // can be had
	Struck events.Date // when the seal came, on 销号审批表 alone
}

// printRoutes are the papers of an item.
func (s *Server) printRoutes() []route {
	return []route{
		{"GET /items/{number}/print", s.staff(s.printPage)},
		{"GET /items/{number}/print/{form}", s.staff(s.printForm)},
		{"POST /items/{number}/print/{form}", s.staff(s.printFile)},
	}
}

// printPage offers the papers of an item.
func (s *Server) printPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	it, err := s.see(r.Context(), r.PathValue("number"), a)
	if err != nil {
		return err
	}
	p := PrintPage{Page: s.staffPage(r, it.Number+" 打印", "items"), Number: it.Number, NotYet: "还没有"}
	for _, k := range papers.Kinds {
		l := link{"", k.Zh()}
		if k.Ready(&it) {
			l.Href = printHref(it.Number, k)
		}
		p.Papers = append(p.Papers, l)
	}
	return s.render(w, http.StatusOK, "print", p)
}

func printHref(number string, k papers.Kind) string {
	return "/items/" + url.PathEscape(number) + "/print/" + string(k)
}

// printForm shows one paper.
func (s *Server) printForm(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	f, it, err := s.paper(r, a)
	if err != nil {
		return err
	}
	p := PrintPage{Page: s.staffPage(r, f.Title+" "+it.Number, "items"), Number: it.Number, Form: &f, Action: printHref(it.Number, f.Kind), PDF: s.cfg.Papers.PDF != nil}
	if f.Kind == papers.Closure && struck(it.State, it.ClosedOn) {
		p.Struck = it.ClosedOn
	}
	return s.render(w, http.StatusOK, "print", p)
}

// printFile sends one paper as Word or PDF.
func (s *Server) printFile(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	f, it, err := s.paper(r, a)
	if err != nil {
		return err
	}
	format := r.PostForm.Get("format")
	name := fmt.Sprintf("%s_%s.%s", f.Kind.Zh(), it.Number, format)
	kept := func() error {
		return s.exported(r.Context(), a, events.ExportMade{What: events.PaperExport, Name: f.Kind.Zh(), Format: format, Item: it.ID})
	}
	switch {
	case format == "docx":
		return s.sendWord(w, r, f, name, kept)
	case format == "pdf" && s.cfg.Papers.PDF != nil:
		return s.sendPDF(w, r, f, name, kept)
	}
	return fmt.Errorf("%w: form as %q", errBadRequest, format)
}

// paper makes the paper that the address names.
func (s *Server) paper(r *http.Request, a events.Actor) (f papers.Form, it projections.Item, err error) {
	k := papers.Kind(r.PathValue("form"))
	if k.Zh() == "" {
		return f, it, fmt.Errorf("%w: form %q", errBadRequest, k)
	}
	if it, err = s.see(r.Context(), r.PathValue("number"), a); err != nil {
		return f, it, err
	}
	os, err := s.reads.Opinions(r.Context(), it.ID)
	if err != nil {
		return f, it, err
	}
	c := papers.Case{Item: it, Owner: s.cfg.Owner, Phone: s.cfg.Phone, Today: s.today()}
	said := s.said(r.Context(), os)
	for _, o := range os {
		c.Said = append(c.Said, said.words(o.Text))
	}
	f, err = papers.Make(k, c)
	return f, it, err
}

// sendWord fills the office's template, or the program's own.
func (s *Server) sendWord(w http.ResponseWriter, r *http.Request, f papers.Form, name string, kept func() error) error {
	var template []byte
	if s.cfg.Own != nil {
		var err error
		if template, err = s.cfg.Own.File(r.Context(), f.Kind); err != nil {
			return err
		}
	}
	return s.sendPaper(w, r, name, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", func(to io.Writer) error {
		if err := f.WriteWord(to, template); err != nil {
			return err
		}
		return kept()
	})
}

func (s *Server) sendPDF(w http.ResponseWriter, r *http.Request, f papers.Form, name string, kept func() error) error {
	return s.sendPaper(w, r, name, "application/pdf", func(to io.Writer) error {
		var page bytes.Buffer
		if err := f.WriteHTML(&page); err != nil {
			return err
		}
		pdf, err := s.cfg.Papers.PDF(r.Context(), page.Bytes())
		if err != nil {
			return err
		}
		if _, err := to.Write(pdf); err != nil {
			return err
		}
		return kept()
	})
}

// paperTrouble says what is in the way of a paper, false for another error.
func paperTrouble(err error) (trouble, bool) {
	if bad, is := errors.AsType[*papers.BadTemplate](err); is {
		return trouble{422, "template", "模板要改一改", bad.Says() + "请管理员改好模板再打印。", nil}, true
	}
	if no, is := errors.AsType[*papers.NotYet](err); is {
		return trouble{404, "no-paper", "现在还没有这张表", no.Why, nil}, true
	}
	if errors.Is(err, docx.ErrNoTemplate) {
		return trouble{422, "template", "模板打不开", "本单位的模板不是 .docx 文件。请管理员换一个再打印。", nil}, true
	}
	return trouble{}, false
}
