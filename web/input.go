package web

import (
	"strings"

	"xiaohao/domain"
)

// Input is one control of a form for the template "field". Kind is one of [domain.Kind]
// but Units, Lines and Rows.
type Input struct {
	Name    string // also its id, see fieldID
	Label   string
	Hint    string
	Kind    domain.Kind
	Value   string
	Options []domain.Choice
	Blank   string // first, empty choice of a select: 全部, 请选; "" = none
	Radio   bool   // an Enum as radio buttons instead of a select
	Need    bool
	Max     int
	Rows    int    // of an Area
	Short   bool   // narrow
	Auto    string // autocomplete
	Mode    string // inputmode
	Err     string // refusal at this field
}

// ID returns the id of the control.
func (f Input) ID() string { return fieldID(f.Name) }

// Described lists the ids of hint and error, for aria-describedby.
func (f Input) Described() string {
	var ids []string
	if f.Err != "" {
		ids = append(ids, f.ID()+"-e")
	}
	if f.Hint != "" {
		ids = append(ids, f.ID()+"-h")
	}
	return strings.Join(ids, " ")
}

// Checked reports whether a YesNo box is ticked.
func (f Input) Checked() bool { return truthy(f.Value) }

// inputOf makes the control of a command's field from its description.
func inputOf(f domain.Field, value string, rs domain.Refusals) Input {
	in := Input{Name: f.Name, Label: f.Label, Hint: f.Hint, Kind: f.Kind, Value: value, Options: f.Options, Need: f.Need, Max: f.Max, Err: errAt(rs, f.Name)}
	in.Radio = f.Kind == domain.Enum && len(f.Options) <= 4
	if f.Kind == domain.Enum && !in.Radio {
		in.Blank = "请选"
	}
	if f.Kind == domain.Area {
		in.Rows = min(2+f.Max/200, 7)
	}
	return in
}

// errAt returns the message of the first refusal at a field, "" when there is none.
func errAt(rs domain.Refusals, field string) string {
	for _, r := range rs {
		if r.Field == field {
			return r.Message
		}
	}
	return ""
}

func truthy(s string) bool { return s == "1" || s == "on" || s == "true" || s == "yes" }
