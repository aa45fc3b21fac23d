package sheet

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// mostRows is how many rows a sheet of .xlsx can have.
const mostRows = excelize.TotalRows

// aboutWidth is that of the sheet which says what the file is: the width of a page.
const aboutWidth = 86

// ErrTooLong says that a ledger has more rows than a sheet takes.
var ErrTooLong = fmt.Errorf("sheet: more than %d rows do not fit on a sheet; write .csv", mostRows)

// xlsxBook writes a table as .xlsx, row by row: what does not fit into memory waits in a
// temporary file.
type xlsxBook struct {
	out    io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	name   string
	cols   []Column
	styles [Share + 1]int
	at     int // rows so far
	heads  int // of them header
	line   []any
}

func newXLSX(w io.Writer, title string, cols []Column) (b *xlsxBook, err error) {
	b = &xlsxBook{out: w, file: excelize.NewFile(), name: title, cols: cols, line: make([]any, len(cols))}
	if err := b.begin(); err != nil {
		_ = b.file.Close() // the first error tells
		return nil, fmt.Errorf("make workbook: %w", err)
	}
	return b, nil
}

// begin sets everything that stands before the first row.
func (b *xlsxBook) begin() (err error) {
	if err := b.file.SetSheetName("Sheet1", b.name); err != nil {
		return err
	}
	if err := b.makeStyles(); err != nil {
		return err
	}
	if err := b.layout(); err != nil {
		return err
	}
	if b.stream, err = b.file.NewStreamWriter(b.name); err != nil {
		return err
	}
	b.heads = 1
	for _, c := range b.cols {
		if c.Group != "" {
			b.heads = 2
		}
	}
	if err := b.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: b.heads, TopLeftCell: fmt.Sprintf("A%d", b.heads+1), ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, c := range b.cols {
		if err := b.stream.SetColWidth(i+1, i+1, c.Width); err != nil {
			return err
		}
	}
	return b.header()
}

func (b *xlsxBook) makeStyles() error {
	border := make([]excelize.Border, 0, 4)
	for _, side := range []string{"left", "right", "top", "bottom"} {
		border = append(border, excelize.Border{Type: side, Color: "808080", Style: 1})
	}
	day, moment, share := "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "0.0%"
	text := excelize.Style{Border: border, NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}
	styles := map[Kind]excelize.Style{Text: text, Empty: text, Number: {NumFmt: 0}, Day: {CustomNumFmt: &day}, Moment: {CustomNumFmt: &moment}, Share: {CustomNumFmt: &share}}
	for k, s := range styles {
		s.Border = border
		if s.Alignment == nil {
			s.Alignment = &excelize.Alignment{Vertical: "top"}
		}
		styles[k] = s
	}
	for k := range b.styles { // in order, so that the same book has the same bytes
		s := styles[Kind(k)]
		id, err := b.file.NewStyle(&s)
		if err != nil {
			return err
		}
		b.styles[k] = id
	}
	return nil
}

// layout sets the paper: A4 across, as wide as the page, the header on each page.
func (b *xlsxBook) layout() error {
	a4, across, wide, tall, fit := 9, "landscape", 1, 0, true
	side, edge := 0.4, 0.6
	if err := b.file.SetPageLayout(b.name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &across, FitToWidth: &wide, FitToHeight: &tall}); err != nil {
		return err
	}
	if err := b.file.SetSheetProps(b.name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	if err := b.file.SetPageMargins(b.name, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &edge, Bottom: &edge}); err != nil {
		return err
	}
	return b.file.SetHeaderFooter(b.name, &excelize.HeaderFooterOptions{OddHeader: "&C&\"-,Bold\"&14" + b.name, OddFooter: "&C第 &P 页，共 &N 页"})
}

// header writes one row, or two when columns stand in groups.
func (b *xlsxBook) header() error {
	style, err := b.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF7"}},
		Border:    []excelize.Border{{Type: "left", Color: "808080", Style: 1}, {Type: "right", Color: "808080", Style: 1}, {Type: "top", Color: "808080", Style: 1}, {Type: "bottom", Color: "808080", Style: 1}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "center", Horizontal: "center"}})
	if err != nil {
		return err
	}
	top, low := make([]any, len(b.cols)), make([]any, len(b.cols))
	for i, c := range b.cols {
		low[i] = excelize.Cell{StyleID: style, Value: c.Head}
		if top[i] = low[i]; c.Group != "" {
			top[i] = excelize.Cell{StyleID: style, Value: c.Group}
		}
	}
	if b.heads == 1 {
		return b.set(low)
	}
	for i := 0; i < len(b.cols); {
		j := i
		for j+1 < len(b.cols) && b.cols[i].Group != "" && b.cols[j+1].Group == b.cols[i].Group {
			j++
		}
		foot := 1
		if b.cols[i].Group == "" {
			foot = 2
			low[i] = excelize.Cell{StyleID: style}
		}
		if err := b.stream.MergeCell(cellName(i, 1), cellName(j, foot)); err != nil {
			return err
		}
		i = j + 1
	}
	if err := b.set(top); err != nil {
		return err
	}
	return b.set(low)
}

func (b *xlsxBook) row(cells []Cell) error {
	for i, c := range cells {
		x := excelize.Cell{StyleID: b.styles[c.Kind]}
		switch c.Kind {
		case Text:
			x.Value = c.Text
		case Day, Moment:
			x.Value = c.Serial()
		case Number, Share:
			x.Value = c.N
		}
		b.line[i] = x
	}
	return b.set(b.line)
}

func (b *xlsxBook) set(line []any) error {
	if b.at == mostRows {
		return ErrTooLong
	}
	b.at++
	return b.stream.SetRow(cellName(0, b.at), line, excelize.RowOpts{Height: b.height(line)})
}

// height is what a row needs to show its texts whole: not every program that opens or prints
// a workbook finds that out by itself.
func (b *xlsxBook) height(line []any) float64 {
	const most = 409 // points, by the format
	lines := 1
	for i, v := range line {
		c, _ := v.(excelize.Cell)
		if s, is := c.Value.(string); is {
			lines = max(lines, Lines(s, b.width(i)))
		}
	}
	return min(15.5*float64(lines), most)
}

// width is that of a column, or of all over which a heading of a group goes.
func (b *xlsxBook) width(i int) (w float64) {
	if b.at > 1 || b.heads < 2 || b.cols[i].Group == "" {
		return b.cols[i].Width
	}
	for _, c := range b.cols {
		if c.Group == b.cols[i].Group {
			w += c.Width
		}
	}
	return w
}

// Lines is how many lines a text takes in a cell so many digits wide.
func Lines(s string, width float64) (n int) {
	for _, line := range strings.Split(s, "\n") {
		used := 0.0
		n++
		for _, r := range line {
			w := 1.05
			if r > 0x2e80 || r >= 0x2010 && r <= 0x203f { // Chinese, and the marks that it writes as wide
				w = 2
			}
			if used+w > width-0.7 && used > 0 {
				n++
				used = 0
			}
			used += w
		}
	}
	return n
}

// close ends the table with its filter, adds the sheet that says what it is, and sends all.
func (b *xlsxBook) close(notes []string) error {
	defer b.file.Close()
	all := cellName(0, b.heads) + ":" + cellName(len(b.cols)-1, max(b.at, b.heads))
	if err := b.file.AutoFilter(b.name, all, nil); err != nil {
		return fmt.Errorf("filter of workbook: %w", err)
	}
	if err := b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: b.name, RefersTo: fmt.Sprintf("'%s'!$1:$%d", b.name, b.heads)}); err != nil {
		return fmt.Errorf("print titles of workbook: %w", err)
	}
	if err := b.stream.Flush(); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	const about = "说明"
	if _, err := b.file.NewSheet(about); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	wrap, err := b.file.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err == nil {
		err = b.file.SetColStyle(about, "A", wrap)
	}
	if err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	for i, n := range notes {
		if err := b.file.SetRowHeight(about, i+1, 15.5*float64(Lines(n, aboutWidth))); err != nil {
			return fmt.Errorf("write workbook: %w", err)
		}
		if err := b.file.SetCellStr(about, cellName(0, i+1), n); err != nil {
			return fmt.Errorf("write workbook: %w", err)
		}
	}
	if err := b.file.SetColWidth(about, "A", "A", aboutWidth); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	if _, err := b.file.WriteTo(b.out); err != nil {
		return fmt.Errorf("send workbook: %w", err)
	}
	return nil
}

// drop lets go of a workbook that is not wanted any more.
func (b *xlsxBook) drop() { _ = b.file.Close() }

// cellName is A1 for (0, 1).
func cellName(col, row int) string {
	name, _ := excelize.CoordinatesToCellName(col+1, row) // fails for places that no table has
	return name
}
