package web

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"xiaohao/domain"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/events/roster"
	"xiaohao/projections"
)

// auditRoutes are the pages of the auditor. There is none that changes or deletes anything.
func (s *Server) auditRoutes() []route {
	return []route{
		{"GET /admin/audit", s.sees(rights.Audit, s.auditPage)},
		{"POST /admin/audit/export", s.sees(rights.Audit, s.auditFile)},
	}
}

// AuditPage is the audit trail, the newest line first.
type AuditPage struct {
	Page
	Filters []Input
	Keep    []fact // the filter, to be exported
	Rows    []auditRow
	Older   string
	Newest  string
	Bad     string // what of the filter cannot be read
	Numbers bool   // items are told by number
}

type auditRow struct {
	When, Kind, Who, Post, Behalf string
	WhoHref                       string
	What, Words, About, AboutHref string
	From                          string
	Demo                          bool
}

func (s *Server) auditPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	v := r.URL.Query()
	p := AuditPage{Page: s.staffPage(r, "审计记录", "admin"), Numbers: rights.Ledger.May(a.Role)}
	f, bad, err := s.auditFilter(r.Context(), a, v)
	if err != nil {
		return err
	}
	units, err := s.reads.Units(r.Context())
	if err != nil {
		return err
	}
	if p.Bad, p.Filters = bad, auditInputs(v, units, p.Numbers); bad != "" {
		return s.render(w, http.StatusOK, "audit", p)
	}
	f.Before, _ = strconv.ParseUint(v.Get("before"), 10, 64)
	ts, next, err := s.reads.Audit(r.Context(), f)
	if err != nil {
		return err
	}
	ros, err := s.reads.Roster(r.Context())
	if err != nil {
		return err
	}
	about := Abouts(ros)
	for _, t := range ts {
		p.Rows = append(p.Rows, auditRowOf(t, about(t)))
	}
	kept := keep(v, "before", "size", "contrast")
	for _, name := range sortedKeys(kept) {
		p.Keep = append(p.Keep, fact{name, kept.Get(name)})
	}
	if f.Before > 0 {
		p.Newest = "/admin/audit?" + kept.Encode()
	}
	if next > 0 {
		kept.Set("before", strconv.FormatUint(next, 10))
		p.Older = "/admin/audit?" + kept.Encode()
	}
	return s.render(w, http.StatusOK, "audit", p)
}

// auditFilter reads the filter of an address; bad says in words what of it selects nothing.
func (s *Server) auditFilter(ctx context.Context, a events.Actor, v url.Values) (f projections.AuditFilter, bad string, err error) {
	sight, err := s.sight(ctx, a)
	if err != nil {
		return f, "", err
	}
	f = projections.AuditFilter{Who: strings.TrimSpace(v.Get("who")), Unit: v.Get("unit"), Sight: reach(sight)}
	if k := projections.AuditKind(v.Get("kind")); k != "" {
		if !slices.Contains(projections.AuditKinds, k) {
			return f, "没有这一类记录。", nil
		}
		f.Kinds = []projections.AuditKind{k}
	}
	for name, into := range map[string]*events.Date{"from": &f.From, "to": &f.To} {
		if text := v.Get(name); text != "" {
			if *into, err = events.ParseDate(text); err != nil {
				return f, "日期读不懂，请写成 2026-11-30。", nil
			}
		}
	}
	if n := strings.TrimSpace(v.Get("network")); n != "" {
		if f.Network = networkOf(n); f.Network == "" {
			return f, "网络地址读不懂，请写成 198.51.100.7 或 198.51.100.0/24。", nil
		}
	}
	if n := v.Get("item"); n != "" {
		it, err := s.see(ctx, n, a)
		if errors.Is(err, projections.ErrNotFound) {
			return f, "没有这个编号。", nil
		}
		if err != nil {
			return f, "", err
		}
		f.Item = it.ID
	}
	return f, "", nil
}

// networkOf is the network of an address, or a network as it is kept.
func networkOf(text string) string {
	if p, err := netip.ParsePrefix(text); err == nil {
		return events.NetworkOf(p.Addr())
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return ""
	}
	return events.NetworkOf(a.Unmap())
}

func auditInputs(v url.Values, units []projections.Option, numbers bool) []Input {
	kind := Input{Name: "kind", Label: "哪一类", Kind: domain.Enum, Blank: "全部"}
	for _, k := range projections.AuditKinds {
		kind.Options = append(kind.Options, domain.Choice{Value: string(k), Label: k.Zh()})
	}
	unit := Input{Name: "unit", Label: "单位", Kind: domain.Enum, Blank: "不限", Options: choicesOf(units, v.Get("unit"))}
	ins := []Input{kind, text("who", "人员编号", false), unit, {Name: "from", Label: "从哪天", Kind: domain.Day}, {Name: "to", Label: "到哪天", Kind: domain.Day},
		text("network", "网络地址", false)}
	if numbers {
		ins = append(ins, text("item", "事项编号", false))
	}
	for i := range ins {
		ins[i].Value = v.Get(ins[i].Name)
	}
	return ins
}

func auditRowOf(t projections.Trace, about string) auditRow {
	row := auditRow{When: zhTime(t.Recorded), Kind: t.Kind.Zh(), Who: t.Actor, Post: t.Post, Behalf: t.Behalf, What: factTitles(t.Facts), Words: t.Words, About: about,
		From: strings.Trim(t.Network+" · "+t.Agent, " ·"), Demo: t.Demo, WhoHref: "/admin/audit?" + url.Values{"who": {t.Actor}}.Encode()}
	if row.From == "" {
		row.From = t.Cause
	}
	if t.Number != "" {
		row.AboutHref = "/items/" + url.PathEscape(t.Number)
	}
	return row
}

// factTitles are the facts of a line in words: 受理、定整改类型.
func factTitles(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = events.TitleOf(n)
	}
	return strings.Join(out, "、")
}

// Abouts tells what a line of the audit trail is about, in words.
func Abouts(r *roster.Roster) func(projections.Trace) string {
	accounts := map[string]string{}
	for _, o := range r.Officers() {
		accounts[events.DirectoryID(events.AccountAggregate, o.ID).String()] = o.ID
	}
	return func(t projections.Trace) string {
		switch {
		case t.Subject == events.ItemAggregate && t.Number == "":
			return "一件事项"
		case t.Subject == events.ItemAggregate:
			return t.Number
		case t.Subject == events.AccountAggregate && accounts[t.About.String()] != "":
			return "账号 " + accounts[t.About.String()]
		case t.Subject.Directory():
			return r.ShortID(t.About.String())
		}
		return ""
	}
}
