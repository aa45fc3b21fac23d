package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/projections"
)

// commandForm is the form of one command, made from the description of its fields.
type commandForm struct {
	Command string // name
	Title   string
	Action  string // where it is sent
	ID      string // of the command: sent twice, done once
	Seen    int    // revision that the person saw
	Back    string // where to go afterwards, "" = the item
	Fields  []control
	Adds    []addRow // buttons that return the page with one more row
	Warn    bool     // sends work back
	Wide    bool     // has a table of several columns
	File    bool     // takes a file
	Lists   []choiceList
}

// control is one field: a single input, or a table of them.
type control struct {
	Input
	List    string // id of a datalist
	Hidden  bool
	Lines   bool // a text with one element a line
	Columns []string
	Table   []controlRow
}

// controlRow is one row of a table field.
type controlRow struct {
	Label string // 主办, 第 2 行
	Cells []control
}

// addRow is a button that adds a row to a table field.
type addRow struct{ Name, Text string }

// choiceList is a datalist: what is known, to be picked or overwritten.
type choiceList struct {
	ID      string
	Options []projections.Option
}

// formInput is what a form is made from.
type formInput struct {
	spec   domain.Spec
	item   projections.Item
	folded *domain.Item // nil when the item is not loaded
	values url.Values   // as sent, or what is filled in beforehand
	errs   domain.Refusals
	more   string // table field that gets one more row
	lists  lists

	opinions []domain.Choice // of the item, when the command is about one

	fileMax int64 // largest file in bytes, 0 when none are taken
}

// lists are what is known already, for picking.
type lists struct {
	units, leaders, categories, areas, campaigns []projections.Option // that items have

	entered []projections.Option // units of the directory
	people  []events.Leader      // who can be linked today, with the rank held today
}

// Words of commands that send work back: their button warns.
var backward = map[string]bool{"refuse": true, "send_back_plan": true, "send_back_part": true, "send_back_reply": true, "reject_return": true,
	"deny_extension": true, "deny_pause": true, "order_redo": true, "fail_look_back": true, "not_accept": true, "terminate": true, "unpublish": true, "request_return": true, "reopen": true}

// fieldsShown are the fields of a command that staff fill in: the query code is the
// petitioner's alone.
func fieldsShown(spec domain.Spec) []domain.Field {
	return slices.DeleteFunc(domain.Fields(spec.New()), func(f domain.Field) bool { return spec.Scope == rights.ByCode && f.Name == "code" })
}

// formOf makes the form of a command.
func formOf(in formInput) commandForm {
	f := commandForm{Command: in.spec.Name, Title: in.spec.Title, Action: commandPath(in.item.Number, in.spec.Name), ID: in.values.Get("id"), Back: in.values.Get("back"),
		Warn: backward[in.spec.Name]}
	if _, err := uuid.Parse(f.ID); err != nil {
		f.ID = uuid.NewString()
	}
	if f.Seen, _ = strconv.Atoi(in.values.Get("seen")); f.Seen <= 0 {
		f.Seen = in.item.Rev
	}
	for _, d := range fieldsShown(in.spec) {
		f.Fields = append(f.Fields, in.control(d, d.Name))
		f.Wide = f.Wide || len(d.Fields) > 0
		if d.Kind == domain.Rows || d.Kind == domain.Units {
			f.Adds = append(f.Adds, addRow{d.Name, addWords(in.spec.Name, d)})
		}
	}
	if in.fileMax > 0 && takesFile[in.spec.Name] {
		at := slices.IndexFunc(f.Fields, func(c control) bool { return c.Name == "sha256" })
		f.File, f.Fields = true, slices.Insert(f.Fields, max(at, 0), fileControl(in.fileMax, in.errs))
	}
	f.Lists = in.lists.used(f.Fields)
	return f
}

func addWords(command string, d domain.Field) string {
	switch {
	case command == "assign" || command == "dispatch" && d.Name == "units":
		return "再加一个协办"
	case d.Kind == domain.Units:
		return "再加一个单位"
	case command == "submit_plan":
		return "再加一个节点"
	}
	return "再加一行"
}

func commandPath(number, command string) string {
	return "/items/" + url.PathEscape(number) + "/" + command
}

// control makes the control of one field that stands under name in the form.
func (in formInput) control(d domain.Field, name string) control {
	d.Name = name
	c := control{Input: inputOf(d, in.values.Get(name), in.errs)}
	c.Err = in.errAt(d, name)
	if d.Kind == domain.Enum { // a list, not radio buttons: staff forms are dense
		c.Radio, c.Blank = false, "请选"
		if !d.Need {
			c.Blank = "不填"
		}
	}
	if d.Kind == domain.YesNo {
		c.Need = false // a box is never required, what it says is
	}
	switch d.Kind {
	case domain.UnitOf:
		c.List, c.Kind = "l-units", domain.Text
	case domain.LeadOf:
		c.List, c.Kind = "l-leaders", domain.Text
	case domain.Lines:
		c.Kind, c.Lines = domain.Area, true
		c.Input.Rows = 3
		c.Hint = cmp.Or(c.Hint, "一行一条。")
	case domain.Rows, domain.Units:
		in.table(&c, d)
	}
	in.known(&c, name)
	return c
}

// errAt is the reason at a field; a list that is one control also shows those of its parts.
func (in formInput) errAt(d domain.Field, name string) string {
	for _, r := range in.errs {
		if r.Field == name || (d.Kind == domain.Lines && under(r.Field, name)) {
			return r.Message
		}
	}
	return ""
}

// known turns a text into a choice where the item says what can be meant.
func (in formInput) known(c *control, name string) {
	choose := func(blank string, cs []domain.Choice) {
		c.Options, c.Kind, c.Radio, c.Blank = cs, domain.Enum, false, blank
		if len(cs) == 1 {
			c.Blank = ""
		}
	}
	switch name {
	case "category":
		c.List = "l-categories"
	case "area":
		c.List = "l-areas"
	case "campaign":
		c.List = "l-campaigns"
	case "opinion":
		if len(in.opinions) > 0 {
			choose("请选", in.opinions)
		}
	case "assignment":
		if cs := in.parts(); len(cs) > 0 {
			choose("请选", cs)
		}
	case "objection":
		var cs []domain.Choice
		for i, o := range in.item.Detail.Objections {
			if o.Open {
				cs = append(cs, domain.Choice{Value: o.ID, Label: fmt.Sprintf("第 %d 条，%s 提", i+1, o.RaisedOn)})
			}
		}
		if len(cs) > 0 {
			choose("请选", cs)
		}
	case "milestone":
		if cs := in.nodesLeft(); len(cs) > 0 {
			choose("没有完成节点", cs)
			c.Blank = "没有完成节点"
		}
	}
}

// parts are the assignments that the command can mean.
func (in formInput) parts() []domain.Choice {
	if in.folded == nil {
		return nil
	}
	want := events.PartReturnRequested
	if strings.HasSuffix(in.spec.Name, "_part") {
		want = events.PartReported
	}
	var out []domain.Choice
	for _, a := range in.folded.Assignments {
		if a.State == want {
			out = append(out, domain.Choice{Value: a.ID, Label: a.Unit.Name + "（" + a.Part.Zh() + "）"})
		}
	}
	return out
}

func (in formInput) nodesLeft() []domain.Choice {
	var out []domain.Choice
	if p := in.item.Detail.Plan; p != nil {
		for _, m := range p.Milestones {
			if !slices.Contains(in.item.Detail.NodesDone, m.Name) {
				out = append(out, domain.Choice{Value: m.Name, Label: m.Name + "（" + m.Due.String() + "）"})
			}
		}
	}
	return out
}

// table fills a control that is a table: as many rows as were sent, one or two at least.
func (in formInput) table(c *control, d domain.Field) {
	n := 2
	if d.Kind == domain.Units {
		n = 1
	}
	for name := range in.values {
		rest, ok := strings.CutPrefix(name, d.Name+".")
		if !ok {
			continue
		}
		num, _, _ := strings.Cut(rest, ".")
		if i, err := strconv.Atoi(num); err == nil && i >= n && i < d.Max {
			n = i + 1
		}
	}
	if in.more == d.Name && n < d.Max {
		n++
	}
	for _, col := range d.Fields {
		c.Columns = append(c.Columns, col.Label)
	}
	if d.Kind == domain.Units {
		c.Columns = []string{"单位"}
	}
	for i := range n {
		c.Table = append(c.Table, in.row(d, i))
	}
}

func (in formInput) row(d domain.Field, i int) controlRow {
	row := controlRow{Label: fmt.Sprintf("第 %d 行", i+1)}
	name := d.Name + "." + strconv.Itoa(i)
	if d.Kind == domain.Units {
		cell := in.control(domain.Field{Label: row.Label + "单位", Kind: domain.UnitOf, Max: 40}, name)
		row.Cells = []control{cell}
		return row
	}
	part, hasPart := events.Co, slices.ContainsFunc(d.Fields, func(f domain.Field) bool { return f.Name == "part" })
	if i == 0 {
		part = events.Lead
	}
	if hasPart {
		row.Label = part.Zh()
		if i > 1 {
			row.Label += strconv.Itoa(i)
		}
	}
	for _, f := range d.Fields {
		f.Label = row.Label + f.Label
		cell := in.control(f, name+"."+f.Name)
		if f.Name == "part" {
			cell.Hidden, cell.Value, cell.Label = true, string(part), part.Zh()
		}
		if f.Kind == domain.Area {
			cell.Kind = domain.Text
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// used returns the datalists that the fields name.
func (l lists) used(cs []control) []choiceList {
	var out []choiceList
	for _, x := range []choiceList{{"l-units", union(l.entered, l.units)}, {"l-leaders", union(posts(l.people), l.leaders)}, {"l-categories", l.categories}, {"l-areas", l.areas}, {"l-campaigns", l.campaigns}} {
		if len(x.Options) > 0 && listed(cs, x.ID) {
			out = append(out, x)
		}
	}
	return out
}

// posts are leaders as options, by what they are called.
func posts(ls []events.Leader) []projections.Option {
	out := make([]projections.Option, len(ls))
	for i, l := range ls {
		out[i] = projections.Option{Key: l.ID, Name: l.Post}
	}
	return out
}

// union is both lists without what stands in both.
func union(a, b []projections.Option) []projections.Option {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Concat(a, b), func(o projections.Option) bool {
		was := seen[o.Name]
		seen[o.Name] = true
		return was
	})
}

// listed reports whether a control or a cell uses the datalist.
func listed(cs []control, id string) bool {
	return slices.ContainsFunc(cs, func(c control) bool {
		return c.List == id || slices.ContainsFunc(c.Table, func(r controlRow) bool { return listed(r.Cells, id) })
	})
}

// names are the ids behind what is known.
func (l lists) names() names {
	n := names{units: map[string]string{}, leaders: map[string]events.Leader{}}
	for _, o := range slices.Concat(l.units, l.entered) { // what the directory says holds
		n.units[o.Name] = o.Key
	}
	for _, o := range l.leaders {
		n.leaders[o.Name] = events.Leader{ID: o.Key, Post: o.Name}
	}
	for _, p := range l.people {
		n.leaders[p.Post] = p
	}
	return n
}

// prefill is what a fresh form holds: what the item knows already, then what the address says.
func prefill(spec domain.Spec, it projections.Item, today events.Date, query url.Values) url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	switch spec.Name {
	case "accept", "dispatch":
		set("category", it.Category)
		set("category_2", it.Category2)
	case "assign":
		set("units.0.due", dateIf(!it.Due.Before(today), it.Due))
	case "add_co_unit":
		set("due", dateIf(!it.Due.Before(today), it.Due))
	case "classify":
		set("mode", string(it.Mode))
	case "submit_plan":
		set("goal", it.Goal)
		set("due", it.Due.String())
	case "report_progress", "report_rectified":
		prefillQuantity(set, it, spec.Name == "report_rectified")
	case "submit_reply":
		set("public", it.Detail.ReplyPublic)
	case "draft_public_text":
		set("summary", it.Detail.PublicText)
	case "correct":
		set("rev", strconv.Itoa(it.Rev))
	case "check_site":
		set("on", today.String())
	case "archive":
		set("file", it.Number)
	}
	for _, f := range domain.Fields(spec.New()) {
		set(f.Name, query.Get(f.Name))
	}
	set("back", query.Get("back"))
	return v
}

func dateIf(ok bool, d events.Date) string {
	if ok {
		return d.String()
	}
	return ""
}

// prefillQuantity carries unit and total of the last report, and all of it into the claim
// that the work is done.
func prefillQuantity(set func(name, value string), it projections.Item, done bool) {
	qs := it.Detail.Quantities
	if len(qs) == 0 {
		return
	}
	sum := events.Quantity{Unit: qs[0].Unit}
	for _, q := range qs {
		if q.Unit != sum.Unit {
			return
		}
		sum.Done, sum.Total = sum.Done+q.Done, sum.Total+q.Total
	}
	set("unit", sum.Unit)
	if len(qs) == 1 || done {
		set("total", amount(sum.Total))
	}
	if done {
		set("done", amount(sum.Done))
	}
}

// amount writes 11 or 2.5, nothing for zero.
func amount(n float64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}
