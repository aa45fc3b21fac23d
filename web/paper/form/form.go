package form

import (
	"fmt"
	"strings"

	"xiaohao/events"
	"xiaohao/projections"
)

// Kind is a kind of paper.
type Kind string

const (
	Assignment  Kind = "assignment"  // 交办单
	Supervision Kind = "supervision" // 督办单
	Extension   Kind = "extension"   // 延期申请表
	Closure     Kind = "closure"     // 销号审批表
	Publicity   Kind = "publicity"   // 公示
	Reply       Kind = "reply"       // 答复意见书
	Receipt     Kind = "receipt"     // 回执
)

// Kinds lists them in the order in which an item needs them.
var Kinds = []Kind{Receipt, Assignment, Supervision, Extension, Closure, Publicity, Reply}

// paper is what a kind is made of.
type paper struct {
	name, title string
	fields      []field
	must        []string  // fields that a template cannot leave out
	foot        [2]string // fields with who gives the paper and when, for the seal below it
	signs       func(c Case) []Sign
	ready       func(it *projections.Item) bool
	notYet      string // one sentence, when it is not ready
}

// field is a named field and where its value comes from.
type field struct {
	name  string
	value func(c Case) string
	wide  bool // takes the whole line
}

// Zh is what the paper is called, "" for no kind.
func (k Kind) Zh() string { return papers[k].name }

// Fields are the names of the fields, which are the placeholders of a template.
func (k Kind) Fields() []string {
	out := make([]string, len(papers[k].fields))
	for i, f := range papers[k].fields {
		out[i] = f.name
	}
	return out
}

// Case is an item as papers need it.
type Case struct {
	projections.Item
	Said         []string // what people said, opened
	Owner, Phone string   // of the office
	Today        events.Date
}

// Field is a field with its value.
type Field struct {
	Name, Value string
	Wide        bool
}

// Sign is a signature; Post is empty while nobody has signed.
type Sign struct {
	Name, Post string
	On         events.Date
}

// Form is a paper of an item.
type Form struct {
	Kind   Kind
	Title  string
	Number string
	Fields []Field
	Signs  []Sign
	Foot   []string // who gives the paper, and when
	Record string   // which record it was made from
}

// NotYet says that the item has nothing for the paper yet.
type NotYet struct{ Why string }

func (n *NotYet) Error() string { return "form: " + n.Why }

// Ready reports whether the item has what the paper is about.
func (k Kind) Ready(it *projections.Item) bool { return papers[k].ready(it) }

// Make makes the paper. It returns a [*NotYet] when the item has nothing for it.
func Make(k Kind, c Case) (Form, error) {
	p := papers[k]
	if !p.ready(&c.Item) {
		return Form{}, &NotYet{p.notYet}
	}
	f := Form{Kind: k, Title: p.title, Number: c.Number, Record: fmt.Sprintf("本表由记录生成，第 %d 号记录，第 %d 版。", c.Sequence, c.Rev)}
	for _, x := range p.fields {
		f.Fields = append(f.Fields, Field{x.name, strings.TrimSpace(x.value(c)), x.wide})
	}
	f.Foot = p.seal(f.Of)
	if p.signs != nil {
		f.Signs = p.signs(c)
	}
	return f, nil
}

// Of is the value of a field, "" when there is none.
func (f Form) Of(name string) string {
	for _, x := range f.Fields {
		if x.Name == name {
			return x.Value
		}
	}
	return ""
}

// seal is the foot of a paper that one office gives and seals (落款).
func (p paper) seal(value func(name string) string) []string {
	if p.foot[0] == "" {
		return nil
	}
	return []string{value(p.foot[0]) + "（盖章）", value(p.foot[1])}
}

// Lines are the fields as they stand beside each other: two short ones on a line.
func (f Form) Lines() [][]Field {
	var out [][]Field
	for _, x := range f.Fields {
		if n := len(out); !x.Wide && n > 0 && len(out[n-1]) == 1 && !out[n-1][0].Wide {
			out[n-1] = append(out[n-1], x)
			continue
		}
		out = append(out, []Field{x})
	}
	return out
}
