package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"xiaohao/web/paper/docx"
	"xiaohao/web/paper/sheet"
)

//go:embed report.html
var pageText string

var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{"chart": SVG}).Parse(pageText))

// page writes the report as one .html file that needs nothing else.
func (r Report) page(w io.Writer) error {
	if err := pageTemplate.Execute(w, struct {
		Report
		All Table
	}{r, r.appendix()}); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// AppendixTable lists every figure with numerator and denominator, for pages.
func (r Report) AppendixTable() Table { return r.appendix() }

// Right reports whether the column holds numbers.
func (t Table) Right(i int) bool {
	return slices.ContainsFunc(t.Rows, func(row []sheet.Cell) bool {
		return i < len(row) && (row[i].Kind == sheet.Number || row[i].Kind == sheet.Share)
	})
}

// The measures of a drawn chart, in pixels.
const (
	labelWidth = 170
	barWidth   = 500
	rowHeight  = 26
)

var fills = []string{"#0052d9", "#9fc2f5", "#d98a00", "#c9cdd4", "#6b7785"}

// SVG draws a chart. Its figures stand in a table beside it.
func SVG(c docx.Chart) template.HTML {
	most := 1
	for i := range c.Labels {
		sum := 0
		for _, s := range c.Series {
			sum += s.Values[i]
		}
		most = max(most, sum)
	}
	esc := template.HTMLEscapeString
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart" viewBox="0 0 %d %d" role="img" aria-label="%s，数字见表"><text x="0" y="16" font-size="14">%s</text>`,
		labelWidth+barWidth+50, len(c.Labels)*rowHeight+56, esc(c.Title), esc(c.Title))
	for i, l := range c.Labels {
		y, x, sum := 28+i*rowHeight, float64(labelWidth), 0
		if r := []rune(l); len(r) > 12 {
			l = string(r[:11]) + "…"
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="12" text-anchor="end">%s</text>`, labelWidth-8, y+14, esc(l))
		for k, s := range c.Series {
			w := float64(s.Values[i]) * barWidth / float64(most)
			if w > 0 {
				fmt.Fprintf(&b, `<rect x="%.1f" y="%d" width="%.1f" height="18" fill="%s"/>`, x, y, w, fills[k%len(fills)])
			}
			x, sum = x+w, sum+s.Values[i]
		}
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" font-size="12">%d</text>`, x+5, y+14, sum)
	}
	x, y := labelWidth, len(c.Labels)*rowHeight+36
	for k, s := range c.Series {
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="12" height="12" fill="%s"/><text x="%d" y="%d" font-size="12">%s</text>`, x, y, fills[k%len(fills)], x+17, y+11, esc(s.Name))
		x += 32 + 13*len([]rune(s.Name))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}
