package report

import (
	"fmt"
	"io"
	"sort"

	"github.com/xuri/excelize/v2"

	"xiaohao/web/paper/docx"
	"xiaohao/web/paper/sheet"
)

// The sheets of a report's workbook.
const (
	textSheet     = "报告"
	chartSheet    = "图"
	appendixSheet = "附录"
)

// bookWriter puts a report into a workbook. The first error stays and ends it.
type bookWriter struct {
	f      *excelize.File
	err    error
	row    int // next one of the text sheet
	widths map[string][]float64
	styles struct{ title, head, column, text, cell, day, number, share, note int }
}

// workbook writes the report as .xlsx: text and tables, charts, appendix.
func (r Report) workbook(w io.Writer) error {
	b := &bookWriter{f: excelize.NewFile(), row: 1, widths: map[string][]float64{}}
	defer b.f.Close()
	b.do(b.f.SetSheetName("Sheet1", textSheet))
	b.makeStyles()
	b.layout(textSheet, []float64{20, 17, 24, 24, 15, 28, 11, 11, 11, 11})
	b.line(r.Title, b.styles.title)
	b.do(b.f.SetRowHeight(textSheet, 1, 30))
	b.line(r.Office+"　"+r.Period, b.styles.text)
	for _, s := range r.Sections {
		b.line(s.Title, b.styles.head)
		b.do(b.f.SetRowHeight(textSheet, b.row-1, 24))
		for _, p := range s.Text {
			b.line(p, b.styles.text)
		}
		for _, t := range s.Table {
			b.line(t.Caption, b.styles.note)
			if len(t.Rows) == 0 {
				b.line(t.None, b.styles.text)
				continue
			}
			b.table(textSheet, t, &b.row)
			b.row++
		}
	}
	for _, p := range r.Basis {
		b.line(p, b.styles.note)
	}
	b.charts(r)
	b.sheet(appendixSheet, []float64{30, 12, 10, 10, 12, 44, 32})
	row := 1
	b.table(appendixSheet, r.appendix(), &row)
	// Charts leave this list in no order, and the same report has the same bytes.
	types := b.f.ContentTypes.Defaults
	sort.Slice(types, func(i, j int) bool { return types[i].Extension < types[j].Extension })
	if b.err == nil {
		_, b.err = b.f.WriteTo(w)
	}
	if b.err != nil {
		return fmt.Errorf("write workbook: %w", b.err)
	}
	return nil
}

func (b *bookWriter) do(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *bookWriter) style(s excelize.Style) int {
	id, err := b.f.NewStyle(&s)
	b.do(err)
	return id
}

func (b *bookWriter) makeStyles() {
	var border []excelize.Border
	for _, side := range []string{"left", "right", "top", "bottom"} {
		border = append(border, excelize.Border{Type: side, Color: "808080", Style: 1})
	}
	wrap := &excelize.Alignment{WrapText: true, Vertical: "top"}
	day, share := "yyyy-mm-dd", "0.0%"
	s := &b.styles
	s.title = b.style(excelize.Style{Font: &excelize.Font{Bold: true, Size: 18}, Alignment: &excelize.Alignment{Horizontal: "center"}})
	s.head = b.style(excelize.Style{Font: &excelize.Font{Bold: true, Size: 13}, Alignment: &excelize.Alignment{Vertical: "center"}})
	s.note = b.style(excelize.Style{Font: &excelize.Font{Size: 9, Color: "555555"}, Alignment: wrap})
	s.column = b.style(excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF7"}}, Border: border,
		Alignment: &excelize.Alignment{WrapText: true, Horizontal: "center", Vertical: "center"}})
	s.cell = b.style(excelize.Style{NumFmt: 49, Alignment: wrap, Border: border})
	s.text = b.style(excelize.Style{NumFmt: 49, Alignment: wrap})
	top := &excelize.Alignment{Vertical: "top"}
	s.day, s.number = b.style(excelize.Style{CustomNumFmt: &day, Alignment: top, Border: border}), b.style(excelize.Style{Alignment: top, Border: border})
	s.share = b.style(excelize.Style{CustomNumFmt: &share, Alignment: top, Border: border})
}

// layout sets widths and paper: A4 across, as wide as the page.
func (b *bookWriter) layout(name string, widths []float64) {
	a4, across, wide, tall, fit := 9, "landscape", 1, 0, true
	b.do(b.f.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &across, FitToWidth: &wide, FitToHeight: &tall}))
	b.do(b.f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}))
	b.do(b.f.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&C第 &P 页，共 &N 页"}))
	b.widths[name] = widths
	for i, w := range widths {
		col, err := excelize.ColumnNumberToName(i + 1)
		b.do(err)
		b.do(b.f.SetColWidth(name, col, col, w))
	}
}

func (b *bookWriter) sheet(name string, widths []float64) {
	_, err := b.f.NewSheet(name)
	b.do(err)
	b.layout(name, widths)
}

// line writes one line of text over the whole width.
func (b *bookWriter) line(text string, style int) {
	from, to := at(1, b.row), at(len(b.widths[textSheet]), b.row)
	width := 0.0
	for _, w := range b.widths[textSheet] {
		width += w
	}
	b.do(b.f.SetCellStr(textSheet, from, text))
	b.do(b.f.MergeCell(textSheet, from, to))
	b.do(b.f.SetCellStyle(textSheet, from, to, style))
	b.high(textSheet, b.row, sheet.Lines(text, width))
	b.row++
}

// high makes a row high enough for its lines; neither merged cells nor all programs see to that.
func (b *bookWriter) high(name string, row, lines int) {
	b.do(b.f.SetRowHeight(name, row, min(15.5*float64(lines), excelize.MaxRowHeight)))
}

func at(col, row int) string {
	name, _ := excelize.CoordinatesToCellName(col, row) // fails for places that no table has
	return name
}

func (b *bookWriter) table(name string, t Table, row *int) {
	heads := 1
	for i, c := range t.Columns {
		b.do(b.f.SetCellStr(name, at(i+1, *row), c.Head))
		b.do(b.f.SetCellStyle(name, at(i+1, *row), at(i+1, *row), b.styles.column))
		heads = max(heads, sheet.Lines(c.Head, b.widths[name][i]))
	}
	b.high(name, *row, heads)
	*row++
	for _, cells := range t.Rows {
		lines := 1
		for i, c := range cells {
			b.cell(name, at(i+1, *row), c)
			if c.Kind == sheet.Text {
				lines = max(lines, sheet.Lines(c.Text, b.widths[name][i]))
			}
		}
		b.high(name, *row, lines)
		*row++
	}
}

func (b *bookWriter) cell(name, at string, c sheet.Cell) {
	style := b.styles.cell
	switch c.Kind {
	case sheet.Text:
		b.do(b.f.SetCellStr(name, at, c.Text))
	case sheet.Day, sheet.Moment:
		style = b.styles.day
		b.do(b.f.SetCellFloat(name, at, c.Serial(), -1, 64))
	case sheet.Number:
		style = b.styles.number
		b.do(b.f.SetCellFloat(name, at, c.N, -1, 64))
	case sheet.Share:
		style = b.styles.share
		b.do(b.f.SetCellFloat(name, at, c.N, -1, 64))
	}
	b.do(b.f.SetCellStyle(name, at, at, style))
}

// charts writes the figures of each chart and draws it beside them.
func (b *bookWriter) charts(r Report) {
	row, begun := 1, false
	for _, s := range r.Sections {
		for _, c := range s.Chart {
			if !begun {
				b.sheet(chartSheet, []float64{24, 10, 10, 10, 10, 10})
				one := 1 // page, so that none is cut in two
				b.do(b.f.SetPageLayout(chartSheet, &excelize.PageLayoutOptions{FitToHeight: &one}))
				begun = true
			}
			b.chart(c, &row)
		}
	}
}

func (b *bookWriter) chart(c docx.Chart, row *int) {
	t := Table{Columns: []Column{{c.Title, 0}}}
	for _, s := range c.Series {
		t.Columns = append(t.Columns, Column{s.Name, 0})
	}
	for i, l := range c.Labels {
		cells := []sheet.Cell{sheet.Words(l)}
		for _, s := range c.Series {
			cells = append(cells, sheet.Count(s.Values[i]))
		}
		t.Rows = append(t.Rows, cells)
	}
	top := *row
	b.table(chartSheet, t, row)
	ref := func(col, from, to int) string {
		a, err := excelize.CoordinatesToCellName(col, from, true)
		b.do(err)
		z, err := excelize.CoordinatesToCellName(col, to, true)
		b.do(err)
		if from == to && col > 1 {
			return fmt.Sprintf("'%s'!%s", chartSheet, a)
		}
		return fmt.Sprintf("'%s'!%s:%s", chartSheet, a, z)
	}
	var series []excelize.ChartSeries
	for i := range c.Series {
		series = append(series, excelize.ChartSeries{Name: ref(i+2, top, top), Categories: ref(1, top+1, *row-1), Values: ref(i+2, top+1, *row-1)})
	}
	b.do(b.f.AddChart(chartSheet, at(8, top), &excelize.Chart{Type: excelize.BarStacked, Series: series, Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: c.Title}}},
		Dimension: excelize.ChartDimension{Width: 720, Height: uint(len(c.Labels)*28 + 140)}, Legend: excelize.ChartLegend{Position: "bottom"}, YAxis: excelize.ChartAxis{}, XAxis: excelize.ChartAxis{ReverseOrder: true}}))
	*row = max(*row, top+len(c.Labels)*2+9) + 2
}
