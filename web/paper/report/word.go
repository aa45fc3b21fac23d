package report

import (
	"cmp"
	"io"

	"xiaohao/web/paper/docx"
	"xiaohao/web/paper/sheet"
)

// Format is a kind of file.
type Format string

const (
	DOCX Format = "docx"
	XLSX Format = "xlsx"
	HTML Format = "html"
)

// Formats lists them.
var Formats = []Format{DOCX, XLSX, HTML}

// Type is the media type of the file.
func (f Format) Type() string {
	switch f {
	case XLSX:
		return sheet.XLSX.Type()
	case HTML:
		return "text/html; charset=utf-8"
	}
	return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
}

// Write puts the report on paper.
func (r Report) Write(f Format, w io.Writer) error {
	switch f {
	case XLSX:
		return r.workbook(w)
	case HTML:
		return r.page(w)
	}
	return r.word(w)
}

// word writes the report as a .docx, A4 across.
func (r Report) word(w io.Writer) error {
	d := docx.New(r.Title, r.Office+"　"+r.Title, true)
	d.Center(r.Office + "　" + r.Period)
	for _, s := range r.Sections {
		d.Heading(s.Title)
		for i, p := range s.Text {
			if i == len(s.Text)-1 && len(s.Chart)+len(s.Table) > 0 {
				d.Lead(p)
			} else {
				d.Para(p)
			}
		}
		for _, c := range s.Chart {
			d.Chart(c)
		}
		for _, t := range s.Table {
			d.Caption(t.Caption)
			if len(t.Rows) == 0 {
				d.Para(t.None)
				continue
			}
			d.Table(t.word())
		}
	}
	d.Heading("附录：各个数怎么来的")
	d.Table(r.appendix().word())
	for _, b := range r.Basis {
		d.Note(b)
	}
	_, err := d.WriteTo(w)
	return err
}

func (t Table) word() docx.Table {
	var out docx.Table
	for _, c := range t.Columns {
		out.Widths, out.Heads = append(out.Widths, c.Width), append(out.Heads, c.Head)
	}
	for _, row := range t.Rows {
		cells := make([]docx.Cell, len(row))
		for i, c := range row {
			cells[i] = docx.Cell{Text: c.Says(), Right: c.Kind == sheet.Number || c.Kind == sheet.Share}
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}

// appendix lists every figure with what it is made of.
func (r Report) appendix() Table {
	t := Table{Caption: "附录", Columns: []Column{{"名称", 24}, {"数", 10}, {"分子", 8}, {"分母", 8}, {"上期", 10}, {"怎么算", 26}, {"不算在内的", 18}}}
	for _, f := range r.Appendix {
		den, out := sheet.Cell{}, f.Excluded
		if f.Rate || f.Average {
			den, out = sheet.Count(f.Den), cmp.Or(out, "没有不算的")
		}
		t.Rows = append(t.Rows, []sheet.Cell{sheet.Words(f.Name), sheet.Words(f.Value()), sheet.Count(f.Num), den, sheet.Words(f.Before()), sheet.Words(f.Formula), sheet.Words(out)})
	}
	return t
}
