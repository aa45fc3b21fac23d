package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"xiaohao/events"
	"xiaohao/projections"
)

// column is a column of the ledger that can be shown or not; number, state and title always
// are. Its key is a part of the cookie and never changes.
type column struct {
	Key, Name string
	Short     string // before the value where columns do not stand
	Figure    bool   // right-aligned
	Shown     bool
	of        func(it projections.Item, r row, today events.Date) string
}

// ledgerColumns are the columns in their order.
var ledgerColumns = []column{
	{Key: "mode", Name: "类型", of: func(_ projections.Item, r row, _ events.Date) string { return r.Mode }},
	{Key: "category", Name: "类别", Short: "类别", of: func(it projections.Item, _ row, _ events.Date) string { return it.Category }},
	{Key: "area", Name: "地方", Short: "地方", of: func(it projections.Item, _ row, _ events.Date) string { return it.Area }},
	{Key: "source", Name: "来源", Short: "来源", of: func(it projections.Item, _ row, _ events.Date) string { return it.Source.Zh() }},
	{Key: "lead", Name: "主办（协办数）", Short: "主办", of: func(_ projections.Item, r row, _ events.Date) string { return r.Lead }},
	{Key: "leader", Name: "挂钩领导", Short: "挂钩", of: func(_ projections.Item, r row, _ events.Date) string { return r.Leader }},
	{Key: "raised", Name: "登记", Short: "登记", Figure: true, of: func(it projections.Item, _ row, today events.Date) string { return dayIn(it.RaisedOn, today) }},
	{Key: "due", Name: "期限", Short: "期限", Figure: true, of: func(_ projections.Item, r row, _ events.Date) string { return r.Due }},
	{Key: "left", Name: "剩余", Short: "剩余", Figure: true, of: func(_ projections.Item, r row, _ events.Date) string { return r.Left.Text }},
	{Key: "slip", Name: "督办", Short: "督办", of: func(_ projections.Item, r row, _ events.Date) string { return r.Slip }},
	{Key: "progress", Name: "进展", Short: "进展", of: func(_ projections.Item, r row, _ events.Date) string { return r.Progress }},
}

// usualColumns are shown when nobody chose.
var usualColumns = []string{"mode", "lead", "leader", "due", "left", "progress"}

// columnsCookie keeps the choice in the browser.
const columnsCookie = "columns"

// columnsOf are all columns, those marked that this browser shows.
func columnsOf(r *http.Request) []column {
	shown := usualColumns
	if c, err := r.Cookie(columnsCookie); err == nil {
		shown = strings.Split(c.Value, ".")
	}
	out := slices.Clone(ledgerColumns)
	for i := range out {
		out[i].Shown = slices.Contains(shown, out[i].Key)
	}
	return out
}

// cell is one value of a row under a column.
type cell struct {
	column
	Text string
	Left *left // of the column 剩余
}

// cells fills a row's columns.
func (r row) cells(cols []column, it projections.Item, today events.Date) []cell {
	var out []cell
	for _, c := range cols {
		if !c.Shown {
			continue
		}
		x := cell{column: c, Text: c.of(it, r, today)}
		if c.Key == "left" {
			x.Left = &r.Left
		}
		if x.Text == "" {
			x.Text = "—"
		}
		out = append(out, x)
	}
	return out
}

// chooseColumns keeps which columns this browser shows.
func (s *Server) chooseColumns(w http.ResponseWriter, r *http.Request, _ events.Actor) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	var keys []string
	for _, c := range ledgerColumns {
		if slices.Contains(r.PostForm["col"], c.Key) {
			keys = append(keys, c.Key)
		}
	}
	age := 365 * 24 * 3600
	if r.PostForm.Get("usual") != "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{Name: columnsCookie, Value: strings.Join(keys, "."), Path: "/items", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: s.cfg.Proxies.Secure(r), MaxAge: age})
	http.Redirect(w, r, backTo(r.PostForm.Get("back"), "/items"), http.StatusSeeOther)
	return nil
}

// moreFilters are the filters that stand folded, and whether one of them is used.
func moreFilters(v url.Values, f projections.Filter, ls lists) (out []Input, used bool) {
	choose := func(name, label, value string, os []projections.Option) {
		out = append(out, Input{Name: name, Label: label, Value: value, Options: choicesOf(os, value), Blank: "不限"})
	}
	choose("category", "类别", f.Category, ls.categories)
	choose("area", "地方", f.Area, ls.areas)
	choose("source", "来源", string(f.Source), zhOptions(events.Sources))
	choose("level", "轻重", string(f.Level), zhOptions([]events.Level{events.Simple, events.Normal, events.Key}))
	choose("supervision", "督办", string(f.Supervision), zhOptions(events.SupervisionLevels))
	choose("preset", "台账", string(f.Preset), zhOptions(events.Presets))
	choose("campaign", "专项", f.Campaign, ls.campaigns)
	for _, d := range []struct {
		name, label string
		day         events.Date
	}{{"raised_from", "登记不早于", f.RaisedFrom}, {"raised_by", "登记不晚于", f.RaisedBy}, {"due_from", "期限不早于", f.DueFrom}} {
		in := Input{Name: d.name, Label: d.label, Kind: "date"}
		if !d.day.IsZero() {
			in.Value = d.day.String()
		}
		out = append(out, in)
	}
	for _, b := range []struct {
		name, label string
		on          bool
	}{{"urgent", "急件", f.Urgent}, {"reopened", "复号过的", f.Reopened}, {"returned", "退过 2 次以上", f.Returned}, {"unsatisfied", "不满意没处理", f.Unsatisfied}} {
		in := Input{Name: b.name, Label: b.label, Blank: "不限", Options: choicesYes}
		if b.on {
			in.Value = "1"
		}
		out = append(out, in)
	}
	for _, in := range out {
		used = used || in.Value != ""
	}
	return out, used
}

var choicesYes = choicesOf([]projections.Option{{Key: "1", Name: "只看"}}, "")

func zhOptions[T interface {
	~string
	Zh() string
}](vs []T) []projections.Option {
	out := make([]projections.Option, len(vs))
	for i, v := range vs {
		out[i] = projections.Option{Key: string(v), Name: v.Zh()}
	}
	return out
}
