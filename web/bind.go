package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"xiaohao/domain"
	"xiaohao/events"
)

// names finds the id of a unit or leader that a person names. A name that is not known
// is its own id, until there is a directory.
type names struct {
	units   map[string]string        // name → id
	leaders map[string]events.Leader // post → leader, with the rank of the day when it is known
}

func (n names) unit(name string) events.Unit {
	if id := n.units[name]; id != "" {
		return events.Unit{ID: id, Name: name}
	}
	return events.Unit{ID: name, Name: name}
}

// leader reads "id|post", or a post alone.
func (n names) leader(text string) events.Leader {
	if id, post, ok := strings.Cut(text, "|"); ok && trim(id) != "" && trim(post) != "" {
		return events.Leader{ID: trim(id), Post: trim(post)}
	}
	if l, ok := n.leaders[text]; ok {
		return l
	}
	return events.Leader{ID: text, Post: text}
}

// bound is what came of decoding a form or a JSON object into a command.
type bound struct {
	command domain.Command
	refused domain.Refusals // what could not be decoded
	file    *handedIn       // that came with it, not kept yet
	sent    map[string][]int
	// sent says for each list which of the rows as sent were kept: a blank row of a form is
	// dropped, and reasons must still name the row that the person sees.
}

// bindForm decodes a form. Names are dotted: units.0.part. What the command does not know
// is left alone, since a form also carries its own id and the revision that was seen.
func bindForm(spec domain.Spec, form url.Values, n names) bound {
	return bind(spec, formTree(form), n, false)
}

// bindJSON decodes a JSON object. The error says that it is none at all.
func bindJSON(spec domain.Spec, r io.Reader, n names) (bound, error) {
	d := json.NewDecoder(r)
	d.UseNumber()
	var v any
	switch err := d.Decode(&v); {
	case errors.Is(err, io.EOF):
		v = map[string]any{} // untyped on purpose: what is wrong with it is told field by field, by the command's own types
	case err != nil:
		return bound{}, fmt.Errorf("decode body of %s: %w", spec.Name, err)
	}
	if d.More() {
		return bound{}, fmt.Errorf("decode body of %s: more than one value", spec.Name)
	}
	obj, ok := v.(map[string]any)
	if !ok {
		return bound{}, fmt.Errorf("decode body of %s: not an object", spec.Name)
	}
	return bind(spec, obj, n, true), nil
}

func bind(spec domain.Spec, obj map[string]any, n names, strict bool) bound {
	b := &binder{rule: spec.Name, names: n, strict: strict, sent: map[string][]int{}}
	c := spec.New()
	b.object(reflect.ValueOf(c).Elem(), domain.Fields(c), obj, "", "")
	return bound{command: c, refused: b.refused, sent: b.sent}
}

// all returns everything that is wrong with the inputs: what could not be decoded, and what
// of the rest is missing or too long, one reason a field.
func (b bound) all() domain.Refusals {
	out := slices.Clone(b.refused)
	for _, r := range b.asSent(domain.Check(b.command)) {
		if !slices.ContainsFunc(out, func(x *domain.Refusal) bool { return under(x.Field, r.Field) }) {
			out = append(out, r)
		}
	}
	return out
}

// under reports whether field is outer or a part of it.
func under(field, outer string) bool {
	return field == outer || strings.HasPrefix(field, outer+".")
}

// asSent returns the reasons with the row numbers that the person sent.
func (b bound) asSent(rs domain.Refusals) domain.Refusals {
	out := make(domain.Refusals, len(rs))
	for i, r := range rs {
		x := *r
		x.Field = b.fieldSent(r.Field)
		out[i] = &x
	}
	return out
}

func (b bound) fieldSent(field string) string {
	parts := strings.Split(field, ".")
	for i := 1; i < len(parts); i++ {
		rows := b.sent[strings.Join(parts[:i], ".")]
		if n, err := strconv.Atoi(parts[i]); err == nil && n >= 0 && n < len(rows) {
			parts[i] = strconv.Itoa(rows[n])
		}
	}
	return strings.Join(parts, ".")
}

// list is a list of a form: rows by the number they were sent with.
type list map[int]any

const (
	mostRows  = 1000 // a row number beyond it is nobody's form
	mostDepth = 4
)

// formTree makes the tree of values that the dotted names of a form spell.
func formTree(form url.Values) map[string]any {
	root := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if vs := form[name]; len(vs) > 0 {
			plant(root, strings.Split(name, "."), vs[len(vs)-1])
		}
	}
	return root
}

// plant puts a value where its path says; a path that meets a value of another sort is
// dropped, as nothing that a page of ours sends looks like that.
func plant(at map[string]any, path []string, value string) {
	if len(path) > mostDepth || slices.Contains(path, "") {
		return
	}
	key := path[0]
	if len(path) == 1 {
		if _, taken := at[key]; !taken {
			at[key] = value
		}
		return
	}
	i, err := strconv.Atoi(path[1])
	if err != nil || i < 0 || i >= mostRows || strconv.Itoa(i) != path[1] {
		return
	}
	if at[key] == nil {
		at[key] = list{}
	}
	rows, ok := at[key].(list)
	if !ok {
		return
	}
	if len(path) == 2 {
		if _, taken := rows[i]; !taken {
			rows[i] = value
		}
		return
	}
	if rows[i] == nil {
		rows[i] = map[string]any{}
	}
	if row, ok := rows[i].(map[string]any); ok {
		plant(row, path[2:], value)
	}
}

type binder struct {
	rule    string
	names   names
	strict  bool // JSON: types are exact, nothing unknown, no row is dropped
	refused domain.Refusals
	sent    map[string][]int
}

func (b *binder) refuse(rule, field, format string, args ...any) {
	b.refused = append(b.refused, &domain.Refusal{Rule: b.rule + "." + rule, Field: field, Message: fmt.Sprintf(format, args...)})
}

// object fills a struct. path is where the value stands as sent, at where it will stand in
// the command; they differ by the rows that were dropped.
func (b *binder) object(v reflect.Value, fields []domain.Field, obj map[string]any, path, at string) {
	known := map[string]domain.Field{}
	for _, f := range fields {
		known[f.Name] = f
	}
	if b.strict {
		for _, k := range slices.Sorted(maps.Keys(obj)) {
			if _, ok := known[k]; !ok {
				b.refuse("unknown", path+k, "没有“%s”这一项。", k)
			}
		}
	}
	for _, sf := range reflect.VisibleFields(v.Type()) {
		f, ok := known[sf.Tag.Get("json")]
		in := obj[f.Name]
		if !ok || in == nil {
			continue
		}
		b.field(v.FieldByIndex(sf.Index), f, in, path+f.Name, at+f.Name)
	}
}

func (b *binder) field(v reflect.Value, f domain.Field, in any, path, at string) {
	switch f.Kind {
	case domain.Text, domain.Area, domain.Enum:
		if s, ok := in.(string); ok {
			v.SetString(trim(s))
			return
		}
		b.refuse("type", path, "%s：要填文字。", f.Label)
	case domain.Day:
		b.day(v, f, in, path)
	case domain.YesNo:
		b.yesNo(v, f, in, path)
	case domain.Number, domain.Whole:
		b.number(v, f, in, path)
	case domain.UnitOf:
		if u, ok := b.unit(f.Label, in, path); ok {
			v.Set(reflect.ValueOf(u))
		}
	case domain.LeadOf:
		b.leader(v, f, in, path)
	case domain.Lines, domain.Units, domain.Rows:
		b.rows(v, f, in, path, at)
	default:
		b.refuse("type", path, "%s：这里还不能填。", f.Label)
	}
}

func (b *binder) day(v reflect.Value, f domain.Field, in any, path string) {
	s, ok := in.(string)
	if !ok {
		b.refuse("type", path, "%s：要写成 2026-11-30 这样的日期。", f.Label)
		return
	}
	if s = narrow(trim(s)); s == "" {
		return
	}
	d, err := events.ParseDate(s)
	if err == nil {
		v.Set(reflect.ValueOf(d))
		return
	}
	if looksLikeDay(s) {
		b.refuse("date", path, "%s：日历上没有 %s 这一天。", f.Label, s)
		return
	}
	b.refuse("date", path, "%s：要写成 2026-11-30 这样的日期。", f.Label)
}

func looksLikeDay(s string) bool {
	if len(s) != len("2026-11-30") || s[4] != '-' || s[7] != '-' {
		return false
	}
	_, err := strconv.Atoi(s[:4] + s[5:7] + s[8:])
	return err == nil
}

func (b *binder) yesNo(v reflect.Value, f domain.Field, in any, path string) {
	switch in := in.(type) {
	case bool:
		v.SetBool(in)
		return
	case string:
		if b.strict {
			break
		}
		switch trim(in) {
		case "on", "1", "true", "yes":
			v.SetBool(true)
			return
		case "", "0", "false", "no":
			return
		}
	}
	b.refuse("type", path, "%s：要填是或否。", f.Label)
}

func (b *binder) number(v reflect.Value, f domain.Field, in any, path string) {
	var s string
	switch in := in.(type) {
	case json.Number:
		s = in.String()
	case string:
		if b.strict {
			break
		}
		if s = narrow(trim(in)); s == "" {
			return
		}
	}
	if f.Kind == domain.Whole {
		if n, err := strconv.ParseInt(s, 10, 32); err == nil {
			v.SetInt(n)
			return
		}
		b.refuse("type", path, "%s：要填整数，比如 30。", f.Label)
		return
	}
	if strings.Trim(s, "0123456789.-+eE") == "" {
		if n, err := strconv.ParseFloat(s, 64); err == nil {
			v.SetFloat(n)
			return
		}
	}
	b.refuse("type", path, "%s：要填数，比如 11 或 2.5。", f.Label)
}

// unit reads a name, or {id, name}.
func (b *binder) unit(label string, in any, path string) (events.Unit, bool) {
	switch in := in.(type) {
	case string:
		if s := trim(in); s != "" {
			return b.names.unit(s), true
		}
		return events.Unit{}, false
	case map[string]any:
		if m, ok := b.texts(in, path, "id", "name"); ok {
			u := events.Unit{ID: m["id"], Name: m["name"]}
			if u.ID == "" {
				u = b.names.unit(u.Name)
			}
			if u.Name == "" {
				u.Name = u.ID
			}
			return u, !u.IsZero()
		}
		return events.Unit{}, false
	}
	b.refuse("type", path, "%s：要写单位的名称。", label)
	return events.Unit{}, false
}

func (b *binder) leader(v reflect.Value, f domain.Field, in any, path string) {
	switch in := in.(type) {
	case string:
		if s := trim(in); s != "" {
			v.Set(reflect.ValueOf(b.names.leader(s)))
		}
		return
	case map[string]any:
		if m, ok := b.texts(in, path, "id", "post", "rank"); ok {
			l := b.names.leader(m["post"])
			if m["id"] != "" {
				l.ID = m["id"]
			}
			if m["rank"] != "" {
				l.Rank = m["rank"]
			}
			if l.Post == "" {
				l.Post = l.ID
			}
			v.Set(reflect.ValueOf(l))
		}
		return
	}
	b.refuse("type", path, "%s：要写领导的职务。", f.Label)
}

// texts reads an object that has only texts under the given names.
func (b *binder) texts(in map[string]any, path string, allowed ...string) (map[string]string, bool) {
	out, good := map[string]string{}, true
	for _, k := range slices.Sorted(maps.Keys(in)) {
		s, isText := in[k].(string)
		switch {
		case !slices.Contains(allowed, k):
			b.refuse("unknown", path+"."+k, "没有“%s”这一项。", k)
			good = false
		case in[k] != nil && !isText:
			b.refuse("type", path+"."+k, "%s：要填文字。", k)
			good = false
		default:
			out[k] = trim(s)
		}
	}
	return out, good
}

// rows fills a list of texts, of units or of structs.
func (b *binder) rows(v reflect.Value, f domain.Field, in any, path, at string) {
	nums, vals, ok := b.spread(f, in)
	if !ok {
		want := map[domain.Kind]string{domain.Lines: "几条文字", domain.Units: "几个单位", domain.Rows: "几行"}[f.Kind]
		b.refuse("type", path, "%s：要填%s。", f.Label, want)
		return
	}
	kept := []int{}
	for i, val := range vals {
		sub := path + "." + strconv.Itoa(nums[i])
		e := reflect.New(v.Type().Elem()).Elem()
		if b.row(e, f, val, sub, at+"."+strconv.Itoa(len(kept))) {
			v.Set(reflect.Append(v, e))
			kept = append(kept, nums[i])
		}
	}
	b.sent[at] = kept
}

// row fills one element and reports whether it is kept.
func (b *binder) row(e reflect.Value, f domain.Field, val any, path, at string) bool {
	switch f.Kind {
	case domain.Lines:
		s, ok := val.(string)
		if !ok {
			b.refuse("type", path, "%s：每一条都要是文字。", f.Label)
			return false
		}
		e.SetString(trim(s))
		return b.strict || e.String() != ""
	case domain.Units:
		u, _ := b.unit(f.Label, val, path)
		e.Set(reflect.ValueOf(u))
		return b.strict || !u.IsZero()
	}
	obj, ok := val.(map[string]any)
	if !ok {
		b.refuse("type", path, "%s：这一行要写成几项。", f.Label)
		return false
	}
	if !b.strict && blank(f.Fields, obj) {
		return false
	}
	b.object(e, f.Fields, obj, path+".", at+".")
	return true
}

// blank reports whether nothing was filled in but what a form fills in by itself: choices.
func blank(fields []domain.Field, obj map[string]any) bool {
	for _, f := range fields {
		if s, ok := obj[f.Name].(string); f.Kind != domain.Enum && ok && trim(s) != "" {
			return false
		}
	}
	return true
}

// spread returns the elements of a list and the numbers they were sent with. A form may
// also send one text with an element a line.
func (b *binder) spread(f domain.Field, in any) (nums []int, vals []any, ok bool) {
	switch in := in.(type) {
	case []any:
		for i, v := range in {
			nums, vals = append(nums, i), append(vals, v)
		}
		return nums, vals, true
	case list:
		for i := range in {
			nums = append(nums, i)
		}
		slices.Sort(nums)
		for _, i := range nums {
			vals = append(vals, in[i])
		}
		return nums, vals, true
	case string:
		if b.strict || f.Kind == domain.Rows {
			return nil, nil, false
		}
		for i, line := range strings.Split(in, "\n") {
			nums, vals = append(nums, i), append(vals, line)
		}
		return nums, vals, true
	}
	return nil, nil, false
}

// trim removes blanks around s and the carriage returns that forms send.
func trim(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}

// narrow turns full-width digits and signs, as Chinese keyboards write them, into plain ones.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．':
			return '.'
		case r == '－':
			return '-'
		}
		return r
	}, s)
}
