package domain

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"xiaohao/events"
)

// Every exported field of every command, and of the rows of its lists, has a json name and
// a Chinese label of its own; its type is one that forms and Check know.
func TestEveryFieldIsDescribed(t *testing.T) {
	var walk func(command string, typ reflect.Type, n int)
	walk = func(command string, typ reflect.Type, n int) {
		names, labels := map[string]bool{}, map[string]bool{}
		exported := 0
		for _, sf := range reflect.VisibleFields(typ) {
			if sf.Anonymous {
				continue
			}
			if sf.IsExported() {
				exported++
			}
			if ft := sf.Type; ft.Kind() == reflect.String && ft != reflect.TypeFor[string]() && enums[ft] == nil {
				t.Errorf("%s: the values of %s are nowhere listed", command, ft)
			}
		}
		fields := fieldsOf(typ)
		if len(fields) != exported {
			t.Errorf("%s: %d of %d fields have a json tag", command, len(fields), exported)
		}
		for _, f := range fields {
			if f.Label == "" || labels[f.Label] || names[f.Name] || !codePattern.MatchString("x."+strings.TrimRight(f.Name, "0123456789")) {
				t.Errorf("%s.%s is labelled %q", command, f.Name, f.Label)
			}
			names[f.Name], labels[f.Label] = true, true
			if f.Max < 1 || (f.Kind == Enum) != (len(f.Options) > 0) || (f.Kind == Rows) != (len(f.Fields) > 0) {
				t.Errorf("%s.%s: %+v", command, f.Name, f)
			}
			for _, o := range f.Options {
				if o.Label == "" || o.Label == o.Value {
					t.Errorf("%s.%s: choice %q has no Chinese word", command, f.Name, o.Value)
				}
			}
		}
		for _, sf := range reflect.VisibleFields(typ) {
			if ft := sf.Type; ft.Kind() == reflect.Slice && ft.Elem().Kind() == reflect.Struct && ft.Elem() != reflect.TypeFor[events.Unit]() {
				walk(command+"."+sf.Name, ft.Elem(), n+1)
			}
		}
	}
	for _, sp := range specs {
		walk(sp.Name, reflect.TypeOf(sp.New()).Elem(), 0)
		if !reflect.DeepEqual(Fields(sp.New()), Fields(reflect.ValueOf(sp.New()).Elem().Interface().(Command))) {
			t.Errorf("%s: a command and a pointer to it have different fields", sp.Name)
		}
	}
}

// For every field of every command: what is missing, too long, no choice, no number or
// not readable is found at its path, with a sentence that starts with its label.
func TestCheckFindsEveryField(t *testing.T) {
	long := func(n int) string { return strings.Repeat("长", n) }
	for _, sp := range specs {
		empty := Check(sp.New())
		for _, f := range Fields(sp.New()) {
			found := slices.ContainsFunc(empty, func(r *Refusal) bool { return r.Field == f.Name && r.Rule == sp.Name+".missing" })
			if found != f.Need {
				t.Errorf("%s.%s: needed %v, missed %v", sp.Name, f.Name, f.Need, found)
			}
			set := func(v any, rule, at string) {
				t.Helper()
				c := sp.New()
				dst := fieldNamed(reflect.ValueOf(c).Elem(), f.Name)
				dst.Set(reflect.ValueOf(v).Convert(dst.Type()))
				for _, r := range Check(c) {
					if r.Field == at && r.Rule == sp.Name+"."+rule {
						if checkMessage(t, r); !strings.HasPrefix(r.Message, f.Label+"：") {
							t.Errorf("%s at %s says %q", r.Rule, at, r.Message)
						}
						return
					}
				}
				t.Errorf("%s.%s = %.20q: want %s at %s, got %v", sp.Name, f.Name, v, rule, at, Check(c))
			}
			switch f.Kind {
			case Text, Area:
				set(long(f.Max+1), "too_long", f.Name)
				for _, bad := range []string{"a\x00b", "a\x1bb", "a\x7f", "a\u0085b", "a\u202eb", "a\u2066b", "a\ufeff", "a\xffb"} {
					set(bad, "text", f.Name)
				}
				if f.Need {
					set(" \t\u3000\n", "missing", f.Name)
				}
			case Enum:
				set("NO_SUCH", "choice", f.Name)
			case Number:
				for _, bad := range []float64{-1, 2e12, math.NaN(), math.Inf(1), math.Inf(-1)} {
					set(bad, "number", f.Name)
				}
			case Whole:
				for _, bad := range []int{-1, 3651} {
					set(bad, "number", f.Name)
				}
			case Day:
				set(date("1989-12-31"), "date", f.Name)
				set(date("2101-01-01"), "date", f.Name)
			case Lines:
				set([]string{"好", " "}, "text", f.Name+".1")
				set([]string{long(201)}, "text", f.Name+".0")
				set([]string{"a\x00"}, "text", f.Name+".0")
				set(make([]string, f.Max+1), "too_many", f.Name)
			case Units:
				set([]events.Unit{unitA, {ID: "x"}}, "text", f.Name+".1")
				set([]events.Unit{{Name: "无编号"}}, "choice", f.Name+".0")
				set(make([]events.Unit, f.Max+1), "too_many", f.Name)
			case UnitOf:
				set(events.Unit{ID: "x"}, "text", f.Name)
				set(events.Unit{ID: "x", Name: long(41)}, "text", f.Name)
				set(events.Unit{Name: "无编号"}, "choice", f.Name)
			case LeadOf:
				set(events.Leader{ID: "x"}, "text", f.Name)
				set(events.Leader{Post: "无编号"}, "choice", f.Name)
			}
		}
	}
}

func fieldNamed(v reflect.Value, name string) reflect.Value {
	for _, sf := range reflect.VisibleFields(v.Type()) {
		if sf.Tag.Get("json") == name {
			return v.FieldByIndex(sf.Index)
		}
	}
	return reflect.Value{}
}

func TestCheckRows(t *testing.T) {
	rs := Check(Assign{Units: []Assignee{{Unit: unitA, Part: events.Lead}, {Part: "BOSS", Task: strings.Repeat("长", 101)}}})
	want := []string{"assign.missing@units.1.unit", "assign.choice@units.1.part", "assign.too_long@units.1.task"}
	var got []string
	for _, r := range rs {
		got = append(got, r.Rule+"@"+r.Field)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if rs := Check(Instruct{Text: "一行\n两行\t制表"}); rs != nil {
		t.Errorf("line breaks and tabs are refused: %v", rs)
	}
	if rs := Check(Instruct{Text: strings.Repeat("字", 200)}); rs != nil {
		t.Errorf("200 characters are refused: %v", rs)
	}
}
