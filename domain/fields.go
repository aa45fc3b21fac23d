package domain

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"xiaohao/events"
)

// Field describes one input of a command, read from the struct tags of the command:
//
//	zh    what a person calls it
//	need  it must be given
//	max   longest text in characters (default 200), most rows of a list (default 20)
//	hint  one sentence beside the field
//
// Forms, the API and [Check] all read the same tags, so a field is described once.
type Field struct {
	Name    string // json name
	Label   string
	Hint    string
	Need    bool
	Max     int
	Kind    Kind
	Options []Choice // of an Enum
	Fields  []Field  // of a Rows field: the columns

	index []int // in the struct
}

// Kind is what sort of value a field takes.
type Kind string

const (
	Text   Kind = "text"   // one line
	Area   Kind = "area"   // several lines (max over 100)
	Day    Kind = "date"   // 2026-11-30
	Number Kind = "number" // a decimal
	Whole  Kind = "whole"  // an integer
	YesNo  Kind = "bool"
	Enum   Kind = "enum"
	UnitOf Kind = "unit"
	LeadOf Kind = "leader"
	Lines  Kind = "lines" // a list of texts, one a line
	Units  Kind = "units"
	Rows   Kind = "rows" // a list of structs
)

// Choice is one value of an Enum.
type Choice struct{ Value, Label string }

func choices[T interface {
	~string
	Zh() string
}](vs ...T) []Choice {
	out := make([]Choice, len(vs))
	for i, v := range vs {
		out[i] = Choice{string(v), v.Zh()}
	}
	return out
}

// enums holds the values of every enumerated type that a command takes.
var enums = map[reflect.Type][]Choice{
	reflect.TypeFor[events.Preset]():           choices(events.Presets...),
	reflect.TypeFor[events.Source]():           choices(events.Sources...),
	reflect.TypeFor[events.Channel]():          choices(events.Channels...),
	reflect.TypeFor[events.Behalf]():           choices(events.ForSelf, events.ForOther, events.ForMany),
	reflect.TypeFor[events.Class]():            choices(events.Ordinary, events.Conduct, events.Stability),
	reflect.TypeFor[events.Level]():            choices(events.Normal, events.Simple, events.Key),
	reflect.TypeFor[events.Mode]():             choices(events.Modes...),
	reflect.TypeFor[events.Part]():             choices(events.Lead, events.Co),
	reflect.TypeFor[events.Cause]():            choices(events.NoMoney, events.NoAuthority, events.NoPolicy, events.NoTitle, events.NoApproval, events.NoSeason),
	reflect.TypeFor[events.PauseGround]():      choices(events.PauseGrounds...),
	reflect.TypeFor[events.ErasureReason]():    choices(events.ErasureReasons...),
	reflect.TypeFor[events.ErasureAsker]():     choices(events.ErasureAskers...),
	reflect.TypeFor[events.Truth]():            choices(events.True, events.Basically, events.Partly, events.False),
	reflect.TypeFor[events.Solved]():           choices(events.SolvedYes, events.SolvedPartly, events.SolvedNo),
	reflect.TypeFor[events.Satisfaction]():     choices(events.Satisfied, events.SoSo, events.Dissatisfied),
	reflect.TypeFor[events.EvidenceKind]():     choices(events.ResultEvidence, events.PaperEvidence, events.StatementEvidence),
	reflect.TypeFor[events.Phase]():            choices(events.Before, events.After),
	reflect.TypeFor[events.SupervisionLevel](): choices(events.SupervisionLevels...),
	reflect.TypeFor[events.Watch]():            choices(events.Watches...),
	reflect.TypeFor[Ground]():                  choices(BeyondDuty, Exhausted),
	reflect.TypeFor[ContactWay]():              choices(ByPhone, ByMessage, ByMeeting, ByPost, NoContact),
}

// Fields describes the inputs of a command in the order of its form.
func Fields(c Command) []Field {
	t := reflect.TypeOf(c)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return slices.Clone(fieldsOf(t))
}

var fieldsByType sync.Map // of []Field: tags never change

func fieldsOf(t reflect.Type) []Field {
	if known, ok := fieldsByType.Load(t); ok {
		return known.([]Field)
	}
	out := readFields(t)
	fieldsByType.Store(t, out)
	return out
}

func readFields(t reflect.Type) []Field {
	var out []Field
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous { // a command made of others has the fields of each
			for _, d := range readFields(f.Type) {
				d.index = append([]int{i}, d.index...)
				out = append(out, d)
			}
			continue
		}
		name := f.Tag.Get("json")
		if name == "" || name == "-" {
			continue
		}
		d := Field{Name: name, Label: f.Tag.Get("zh"), Hint: f.Tag.Get("hint"), Need: f.Tag.Get("need") != "", Max: 200, index: f.Index}
		if m, err := strconv.Atoi(f.Tag.Get("max")); err == nil {
			d.Max = m
		}
		d.kind(f.Type)
		out = append(out, d)
	}
	return out
}

func (d *Field) kind(t reflect.Type) {
	switch {
	case enums[t] != nil:
		d.Kind, d.Options = Enum, enums[t]
	case t == reflect.TypeFor[events.Date]():
		d.Kind = Day
	case t == reflect.TypeFor[events.Unit]():
		d.Kind = UnitOf
	case t == reflect.TypeFor[events.Leader]():
		d.Kind = LeadOf
	case t == reflect.TypeFor[[]events.Unit]():
		d.Kind = Units
	case t == reflect.TypeFor[[]string]():
		d.Kind = Lines
	case t.Kind() == reflect.Slice:
		d.Kind, d.Fields = Rows, fieldsOf(t.Elem())
	case t.Kind() == reflect.Bool:
		d.Kind = YesNo
	case t.Kind() == reflect.Float64:
		d.Kind = Number
	case t.Kind() == reflect.Int:
		d.Kind = Whole
	case d.Max > 100 && t.Kind() == reflect.String:
		d.Kind = Area
	default:
		d.Kind = Text
	}
	if d.Kind == Rows || d.Kind == Lines || d.Kind == Units {
		if d.Max == 200 {
			d.Max = 20
		}
	}
}

// Check returns what is missing, too long or not a known value in a command's inputs.
// What the state of the item forbids is not its business.
func Check(c Command) Refusals {
	v := reflect.ValueOf(c)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return checkStruct(c.name(), "", v)
}

func checkStruct(command, path string, v reflect.Value) Refusals {
	var rs Refusals
	for _, f := range fieldsOf(v.Type()) {
		rs = append(rs, f.check(command, path, v.FieldByIndex(f.index))...)
	}
	return rs
}

func (d Field) check(command, path string, v reflect.Value) Refusals {
	at := path + d.Name
	bad := func(rule, format string, args ...any) Refusals {
		return Refusals{refuseAt(at, command+"."+rule, format, args...)}
	}
	if v.IsZero() || (v.Kind() == reflect.Slice && v.Len() == 0) {
		if d.Need {
			return bad("missing", "%s：还没有填。", d.Label)
		}
		return nil
	}
	switch d.Kind {
	case Text, Area:
		if d.Need && strings.TrimSpace(v.String()) == "" {
			return bad("missing", "%s：还没有填。", d.Label)
		}
		if n := utf8.RuneCountInString(v.String()); n > d.Max {
			return bad("too_long", "%s：最多 %d 字，现在 %d 字。", d.Label, d.Max, n)
		}
		if !clean(v.String()) {
			return bad("text", "%s：有不能识别的字符，请重新输入。", d.Label)
		}
	case Enum:
		for _, o := range d.Options {
			if o.Value == v.String() {
				return nil
			}
		}
		return bad("choice", "%s：没有“%s”这个选项。", d.Label, v.String())
	case Number:
		if n := v.Float(); n < 0 || n > 1e12 || n != n {
			return bad("number", "%s：要填 0 或大于 0 的数。", d.Label)
		}
	case Whole:
		if n := v.Int(); n < 0 || n > 3650 {
			return bad("number", "%s：要填 1 到 3650 的整数。", d.Label)
		}
	case Lines, Units, Rows:
		return d.checkList(command, at, v)
	case UnitOf:
		u := v.Interface().(events.Unit)
		return checkNamed(command, at, d.Label, u.ID, u.Name)
	case LeadOf:
		l := v.Interface().(events.Leader)
		return checkNamed(command, at, d.Label, l.ID, l.Post)
	case Day:
		if y := v.Interface().(events.Date).Year(); y < 1990 || y > 2100 {
			return bad("date", "%s：年份要在 1990 到 2100 之间。", d.Label)
		}
	}
	return nil
}

func (d Field) checkList(command, at string, v reflect.Value) Refusals {
	if v.Len() > d.Max {
		return Refusals{refuseAt(at, command+".too_many", "%s：最多 %d 个，现在 %d 个。", d.Label, d.Max, v.Len())}
	}
	var rs Refusals
	for i := range v.Len() {
		e := v.Index(i)
		sub := fmt.Sprintf("%s.%d", at, i)
		switch d.Kind {
		case Rows:
			rs = append(rs, checkStruct(command, sub+".", e)...)
		case Units:
			u := e.Interface().(events.Unit)
			rs = append(rs, checkNamed(command, sub, d.Label, u.ID, u.Name)...)
		case Lines:
			if n := utf8.RuneCountInString(e.String()); strings.TrimSpace(e.String()) == "" || n > 200 || !clean(e.String()) {
				rs = append(rs, refuseAt(sub, command+".text", "%s：每一条 1 到 200 字。", d.Label))
			}
		}
	}
	return rs
}

// checkNamed wants a name and an id: units and leaders are told apart by id alone.
func checkNamed(command, at, label, id, name string) Refusals {
	if n := utf8.RuneCountInString(name); strings.TrimSpace(name) == "" || n > 40 || !clean(name) {
		return Refusals{refuseAt(at, command+".text", "%s：名称要 1 到 40 字。", label)}
	}
	if strings.TrimSpace(id) == "" || utf8.RuneCountInString(id) > 64 || !clean(id) {
		return Refusals{refuseAt(at, command+".choice", "%s：请从名单里选“%s”。", label, name)}
	}
	return nil
}

// clean reports whether s is valid text without control characters other than line breaks
// and tabs, and without marks that turn the direction of writing.
func clean(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		switch {
		case r < ' ' && r != '\n' && r != '\r' && r != '\t', r >= 0x7f && r < 0xa0, r == 0xfeff,
			r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return false
		}
	}
	return true
}
