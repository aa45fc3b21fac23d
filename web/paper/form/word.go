package form

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"xiaohao/web/paper/docx"
)

// Placeholders besides the fields: all signatures under each other, and the record.
const (
	SignsName  = "签批"
	RecordName = "记录"
)

// Must lists the placeholders that a template of the kind cannot do without.
func (k Kind) Must() []string { return slices.Clone(papers[k].must) }

// BadTemplate says by name what is wrong with an office's template.
type BadTemplate struct {
	Kind    Kind
	Missing []string // that the paper cannot do without
	Unknown []string // that nothing fills
}

func (b *BadTemplate) Error() string { return "form: template: " + b.Says() }

// Says is the same in one sentence for people.
func (b *BadTemplate) Says() string {
	var out []string
	if len(b.Missing) > 0 {
		out = append(out, "缺少占位符 {{"+strings.Join(b.Missing, "}}、{{")+"}}")
	}
	if len(b.Unknown) > 0 {
		out = append(out, "占位符 {{"+strings.Join(b.Unknown, "}}、{{")+"}} 没有对应的内容")
	}
	return "“" + b.Kind.Zh() + "”的模板" + strings.Join(out, "，") + "。"
}

// Check reads a template. It returns a [*BadTemplate] that names everything wrong with it, or
// docx.ErrNoTemplate.
func Check(k Kind, template []byte) error {
	names, err := docx.Names(template)
	if err != nil {
		return err
	}
	bad := BadTemplate{Kind: k}
	known := append(k.Fields(), SignsName, RecordName)
	for _, m := range papers[k].must {
		if !slices.Contains(names, m) {
			bad.Missing = append(bad.Missing, m)
		}
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			bad.Unknown = append(bad.Unknown, n)
		}
	}
	if len(bad.Missing)+len(bad.Unknown) > 0 {
		return &bad
	}
	return nil
}

// Template is the program's own template of a kind, to begin an office's own with.
func Template(k Kind) ([]byte, error) {
	f := Form{Kind: k, Title: papers[k].title}
	for _, x := range papers[k].fields {
		f.Fields = append(f.Fields, Field{x.name, "{{" + x.name + "}}", x.wide})
	}
	d := docx.New(f.Title, f.Kind.Zh(), false)
	var rows [][]docx.Cell
	for _, line := range f.Lines() {
		row := []docx.Cell{{Text: line[0].Name, Head: true}, {Text: line[0].Value, Span: 3}}
		if len(line) == 2 {
			row = []docx.Cell{{Text: line[0].Name, Head: true}, {Text: line[0].Value}, {Text: line[1].Name, Head: true}, {Text: line[1].Value}}
		}
		rows = append(rows, row)
	}
	if papers[k].signs != nil {
		rows = append(rows, []docx.Cell{{Text: SignsName, Head: true}, {Text: "{{" + SignsName + "}}", Span: 3}})
	}
	d.Table(docx.Table{Widths: []int{18, 32, 18, 32}, Rows: rows})
	for _, line := range papers[k].seal(func(name string) string { return "{{" + name + "}}" }) {
		d.Right(line)
	}
	d.Note("{{" + RecordName + "}}")
	var b bytes.Buffer
	if _, err := d.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("make template: %w", err)
	}
	return b.Bytes(), nil
}

// WriteWord fills a template with the form; nil takes the program's own. A template that
// [Check] refuses is not filled.
func (f Form) WriteWord(w io.Writer, template []byte) (err error) {
	if template == nil {
		if template, err = Template(f.Kind); err != nil {
			return err
		}
	}
	if err := Check(f.Kind, template); err != nil {
		return err
	}
	values := map[string]string{RecordName: f.Record}
	for _, x := range f.Fields {
		values[x.Name] = x.Value
	}
	var signs []string
	for _, s := range f.Signs {
		line := s.Name + "：" + s.Post
		if s.Post == "" {
			line += "　　　　　　（签字）　　　　年　　月　　日"
		} else {
			line += "　" + zh(s.On)
		}
		signs = append(signs, line)
	}
	values[SignsName] = strings.Join(signs, "\n\n") // with room for the pen
	return docx.Fill(w, template, values)
}
