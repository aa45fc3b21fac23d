package web

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"xiaohao/domain"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/web/notice"
)

//go:embed templates/*.html
var templateFiles embed.FS

// Page is what every page has; each page's own struct embeds it.
type Page struct {
	Site, Owner, Phone string
	Example            string // what a number looks like
	Demo               bool
	Title              string // before " - Site"
	Nav                string // which entry of the main menu is current: query, raise, echo, how, desk, items, board, unit, leader, supervision, reports, admin
	Staff              bool   // staff look and menu
	Feed               string // address of the Atom feed that follows this page
	Theme              string // "wall": dark, without mast and foot
	Actor              events.Actor
	SignedIn           bool
	HasAccount         bool            // with an account of one's own, not in the demonstration's way
	Pending            bool            // signed in by half: good for what is still asked for, and for signing out
	Inbox              bool            // there is one for this person
	Unread             int             // notices since he looked last
	Size, Contrast     string          // "large", "high": attributes of <html>
	Here               string          // path and query of this page, for the switches
	Posted             bool            // answers a POST: the switches need a script to stay on it
	Status             int             // of an error page, else 0
	Notice             string          // something that was just done (toast)
	Missing            int             // year whose holidays are not entered yet and ought to be
	Undo               *commandForm    // takes back what Notice says, for a moment
	Errors             domain.Refusals // summary on top
	Live               uint64          // > 0: the page follows changes from this sequence on
	LiveItem           string          // only changes of the item of this number matter; "" = all
	Now                string          // 2026年10月23日 09:40
	Sequence           uint64          // data as of this record
}

// page fills what every page has.
func (s *Server) page(r *http.Request, title, nav string) Page {
	a, in := s.actor(r)
	p := Page{Site: s.cfg.Site, Owner: s.cfg.Owner, Phone: s.cfg.Phone, Demo: s.cfg.Demo, Title: title, Nav: nav, Actor: a, SignedIn: in,
		Here: r.URL.RequestURI(), Posted: r.Method == http.MethodPost, Now: zhTime(s.cfg.Now())}
	if who, in := s.person(r); in {
		p.HasAccount, p.Pending = !who.Program, firstPage(who) != ""
	}
	p.Example = fmt.Sprintf("%s-%d-000099", cmp.Or(s.desk.Prefix, "QG"), s.today().Year())
	p.Size, p.Contrast = display(r)
	return p
}

// display is what the switches 大字版 and 高对比 say.
func display(r *http.Request) (size, contrast string) {
	if c, err := r.Cookie("size"); err == nil && c.Value == "large" {
		size = "large"
	}
	if c, err := r.Cookie("contrast"); err == nil && c.Value == "high" {
		contrast = "high"
	}
	return size, contrast
}

// staffPage is page in the look of the office. live says that it follows changes.
func (s *Server) staffPage(r *http.Request, title, nav string) Page {
	p := s.page(r, title, nav)
	p.Staff = true
	if nav == "admin" {
		p.Missing = s.missingYear(p.Actor)
	}
	if s.cfg.Notices != nil && rights.Ledger.May(p.Actor.Role) && len(notice.BoxesOf(p.Actor)) > 0 {
		p.Inbox, p.Unread = true, s.unread(r, p.Actor)
	}
	if pos, err := s.reads.Position(r.Context()); err == nil {
		p.Sequence = pos.Sequence
	}
	p.Undo = s.undo(r)
	return p
}

// Switch is the address of this page with a display switch in it: size=large.
func (p Page) Switch(name, value string) string {
	u, err := url.ParseRequestURI(p.Here)
	if err != nil {
		return "?" + name + "=" + value
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

// Large and High report the switches.
func (p Page) Large() bool { return p.Size == "large" }
func (p Page) High() bool  { return p.Contrast == "high" }

// entry is one entry of the main menu.
type entry struct {
	Href, Text string
	Current    bool
}

// Idle reports whether somebody signed in who acts in no post: not yet, or because he has none.
func (p Page) Idle() bool { return p.Staff && (p.Pending || p.HasAccount && !p.SignedIn) }

// Menu returns the main menu: what the public or this role needs.
func (p Page) Menu() []entry {
	if p.Idle() {
		return nil
	}
	all := []struct{ nav, href, text string }{{"query", "/q", "查进展"}, {"raise", "/raise", "提意见"}, {"echo", "/echo", "看回音"}}
	if p.Staff {
		all = all[:0:0]
		for _, e := range []struct {
			nav, href, text string
			shown           bool
		}{
			{"unit", "/unit", "本单位", p.Start() == "/unit"},
			{"leader", "/leader", "我挂钩的", p.Start() == "/leader"},
			{"desk", "/desk", "工作台", p.Start() == "/desk" || !p.SignedIn},
			{"items", "/items", "台账", rights.Ledger.May(p.Actor.Role) || !p.SignedIn},
			{"board", "/board", "总览", rights.Figures.May(p.Actor.Role) || !p.SignedIn},
			{"supervision", "/supervision", "督办", rights.Ledger.May(p.Actor.Role)},
			{"reports", "/reports", "报表", p.SignedIn && mayReport(p.Actor)},
			{"admin", "/admin/units", "管理", rights.Directory.May(p.Actor.Role)},
		} {
			if e.shown {
				all = append(all, struct{ nav, href, text string }{e.nav, e.href, e.text})
			}
		}
	}
	out := make([]entry, len(all))
	for i, e := range all {
		out[i] = entry{e.href, e.text, e.nav == p.Nav}
	}
	return out
}

// Start is where this person begins.
func (p Page) Start() string {
	if !p.SignedIn {
		return "/"
	}
	return startOf(p.Actor)
}

// Imports reports whether this person may bring a ledger in.
func (p Page) Imports() bool {
	rule, _ := rights.Of("accept")
	return rule.Allows(p.Actor.Role)
}

// Brand is where the name of the site leads.
func (p Page) Brand() string {
	if p.Staff {
		return p.Start()
	}
	return "/"
}

// pages holds one template set for each page file: layout.html, parts*.html and the page.
type pages map[string]*template.Template

func parsePages(now func() time.Time) (pages, error) {
	names, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	funcs := helpers(now)
	out := pages{}
	for _, n := range names {
		name := strings.TrimSuffix(n.Name(), ".html")
		if name == "layout" || strings.HasPrefix(name, "parts") {
			continue
		}
		t, err := template.New("layout.html").Funcs(funcs).ParseFS(templateFiles, "templates/layout.html", "templates/parts*.html", path.Join("templates", n.Name()))
		if err != nil {
			return nil, fmt.Errorf("parse template %s: %w", n.Name(), err)
		}
		out[name] = t
	}
	return out, nil
}

// render writes a page. It is rendered in full first, so that a failure never sends half.
func (s *Server) render(w http.ResponseWriter, status int, name string, data any) error {
	t, ok := s.pages[name]
	if !ok {
		return fmt.Errorf("no template %q", name)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}
