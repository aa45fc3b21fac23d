package sheet

import (
	"encoding/csv"
	"io"
)

// csvBook writes a table as .csv: UTF-8 with a mark, so that Excel and WPS read it right.
// A group of columns (L4) is put before each of their headings.
type csvBook struct {
	w    *csv.Writer
	line []string
}

func newCSV(w io.Writer, cols []Column) (*csvBook, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	b := &csvBook{w: csv.NewWriter(w)}
	b.w.UseCRLF = true
	for _, c := range cols {
		b.line = append(b.line, c.Group+c.Head)
	}
	return b, b.w.Write(b.line)
}

func (b *csvBook) row(cells []Cell) error {
	b.line = b.line[:0]
	for _, c := range cells {
		b.line = append(b.line, c.plain())
	}
	return b.w.Write(b.line)
}

func (b *csvBook) close([]string) error {
	b.w.Flush()
	return b.w.Error()
}
