package ledger

import (
	"io"
	"strconv"
	"strings"
)

// Table is a plain table: one heading a column, one thing a row. Unlike a ledger of problems
// it has nothing above the headings, and nothing is guessed.
type Table struct {
	Sheet    string // "" of a .csv
	Headings []string
	Rows     []TableRow
}

// TableRow is a row with something in it.
type TableRow struct {
	No    int      // as people count it
	Cells []string // one a heading; a day as 2026-11-30
}

// Plain reads the first sheet that is shown of a file, .xlsx or .csv in UTF-8 or GB18030. What
// cannot be read is refused as by [Read].
func Plain(f io.ReaderAt, size int64) (*Table, error) {
	sheets, err := open(f, size)
	if err != nil {
		return nil, err
	}
	for _, s := range sheets {
		if s.hidden || len(s.rows) == 0 {
			continue
		}
		t := &Table{Headings: plainCells(s.rows[0], len(s.rows[0].cells))}
		if !s.csv {
			t.Sheet = s.name
		}
		for _, r := range s.rows[1:] {
			t.Rows = append(t.Rows, TableRow{r.no, plainCells(r, len(t.Headings))})
		}
		return t, nil
	}
	return nil, refuse("file_empty", "文件里没有表格。")
}

// Cell is where people find a cell: B7 is column 1 of row 7.
func Cell(column, row int) string {
	name := ""
	for c := column + 1; c > 0; c = (c - 1) / 26 {
		name = string(rune('A'+(c-1)%26)) + name
	}
	return name + strconv.Itoa(row)
}

func plainCells(r row, n int) []string {
	out := make([]string, n)
	for i := range out {
		c := r.at(i)
		switch {
		case c.kind == day:
			out[i] = c.date.String()
		case c.sci && c.num == float64(int64(c.num)): // a telephone number shown as 1.38E+10
			out[i] = strconv.FormatInt(int64(c.num), 10)
		default:
			out[i] = strings.TrimSpace(c.text)
		}
	}
	return out
}
