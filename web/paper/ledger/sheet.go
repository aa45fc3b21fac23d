package ledger

import (
	"encoding/xml"
	"io"
	"math"
	"strconv"
	"strings"
)

// readSheet reads a worksheet: what stands in its cells, what is merged, what is hidden.
func (w *workbook) readSheet(name string, s *sheet) error {
	d, ok, err := w.part(name)
	if err != nil {
		return err
	}
	if !ok {
		return errBroken
	}
	defer d.Close()
	last := 0
	s.hideCol = map[int]bool{}
	for {
		t, err := d.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "dimension":
			if _, _, bottom, _, ok := parseRange(attr(e, "ref")); ok && bottom > lastRow {
				return refuse("file_size", "工作表声称有 "+strconv.Itoa(bottom)+" 行，超过了 Excel 的上限，没有读：请另存为新的 .xlsx 再交。")
			}
		case "col":
			s.hideColumns(e)
		case "mergeCell":
			if err := w.merge(e, s); err != nil {
				return err
			}
		case "row":
			last, err = d.row(e, last, s)
			if err != nil {
				return err
			}
		}
	}
}

func (s *sheet) hideColumns(e xml.StartElement) {
	lo, err1 := strconv.Atoi(attr(e, "min"))
	hi, err2 := strconv.Atoi(attr(e, "max"))
	if err1 == nil && err2 == nil && truth(attr(e, "hidden")) {
		for c := max(lo, 1); c <= min(hi, maxColumns); c++ {
			s.hideCol[c-1] = true
		}
	}
}

func (w *workbook) merge(e xml.StartElement, s *sheet) error {
	top, left, bottom, right, ok := parseRange(attr(e, "ref"))
	if !ok {
		return errBroken
	}
	if left >= maxColumns || top == bottom && left == right {
		return nil
	}
	s.merges = append(s.merges, span{top, left, bottom, min(right, maxColumns-1)})
	return nil
}

// row reads one row element and returns its number; last is that of the row before it.
func (d *decoder) row(e xml.StartElement, last int, s *sheet) (int, error) {
	r := row{no: last + 1, hidden: truth(attr(e, "hidden"))}
	if v := attr(e, "r"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n <= last {
			return 0, errBroken
		}
		if n > lastRow {
			return 0, refuse("file_size", "工作表有第 "+v+" 行，超过了 Excel 的上限，没有读：请另存为新的 .xlsx 再交。")
		}
		r.no = n
	}
	next := 0
	for {
		t, err := d.next()
		if err != nil {
			return 0, unexpected(err)
		}
		switch t := t.(type) {
		case xml.EndElement:
			if t.Name.Local != "row" {
				continue
			}
			if len(r.cells) > 0 {
				if s.rows = append(s.rows, r); len(s.rows) > maxRows {
					return 0, errLarge
				}
			}
			return r.no, nil
		case xml.StartElement:
			if t.Name.Local != "c" {
				continue
			}
			col := next
			if ref := attr(t, "r"); ref != "" {
				_, c, ok := parseRef(ref)
				if !ok {
					return 0, errBroken
				}
				col = c
			}
			next = col + 1
			c, err := d.cell(t)
			if err != nil {
				return 0, err
			}
			if c.kind != blank && col < maxColumns {
				for len(r.cells) <= col {
					r.cells = append(r.cells, cell{})
				}
				r.cells[col] = c
			}
		}
	}
}

// cell reads one cell element.
func (d *decoder) cell(e xml.StartElement) (cell, error) {
	sort := attr(e, "t")
	var value strings.Builder
	inValue, formula, hasValue := false, false, false
	for {
		t, err := d.next()
		if err != nil {
			return cell{}, unexpected(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				inValue, hasValue = true, true
			case "f":
				formula = true
			case "is":
				s, err := d.richText()
				if err != nil {
					return cell{}, err
				}
				value.WriteString(s)
			}
		case xml.CharData:
			if inValue {
				value.Write(t)
			}
		case xml.EndElement:
			inValue = false
			if t.Name.Local == "c" {
				if formula && !hasValue {
					return cell{kind: uncalculated}, nil
				}
				return d.book.value(sort, value.String(), attr(e, "s"), formula)
			}
		}
	}
}

// value makes a cell of what its element says.
func (w *workbook) value(sort, v, styleNo string, formula bool) (cell, error) {
	if formula && v == "" && sort != "str" {
		return cell{kind: uncalculated}, nil
	}
	switch sort {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil || i < 0 || i >= len(w.shared) {
			return cell{}, errBroken
		}
		return textCell(w.shared[i]), nil
	case "str":
		return textCell(unescape(v)), nil
	case "inlineStr", "d":
		return textCell(v), nil
	case "e":
		return cell{kind: fault, text: v}, nil
	case "b":
		if truth(v) {
			return textCell("是"), nil
		}
		return textCell("否"), nil
	}
	v = strings.TrimSpace(v)
	if v == "" {
		return cell{}, nil
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return cell{}, errBroken
	}
	c := cell{kind: number, text: v, num: n}
	if i, err := strconv.Atoi(styleNo); err == nil && i >= 0 && i < len(w.styles) {
		st := w.styles[i]
		c.sci, c.two = st.sci, st.two
		if st.date {
			if c.date = serialDate(n, w.epoch); !c.date.IsZero() {
				c.kind = day
			}
		}
	}
	if c.kind == number && w.epoch {
		if c.date = serialDate(n, true); c.date.IsZero() {
			return c, nil
		}
	} else if c.kind == number {
		c.date = serialDate(n, false)
	}
	return c, nil
}

// textCell is a cell of text; white space alone is nothing.
func textCell(s string) cell {
	s = trim(s)
	if s == "" {
		return cell{}
	}
	return cell{kind: text, text: s}
}

// parseRef reads "AB12": the row as people count, the column from 0.
func parseRef(s string) (row, col int, ok bool) {
	i := 0
	for i < len(s) && i < 4 && (s[i] >= 'A' && s[i] <= 'Z' || s[i] >= 'a' && s[i] <= 'z') {
		col = col*26 + int(s[i]&^0x20-'A') + 1
		i++
	}
	row, err := strconv.Atoi(s[i:])
	return row, col - 1, err == nil && i > 0 && i < 4 && row > 0
}

// parseRange reads "A1:C3" or "A1".
func parseRange(s string) (top, left, bottom, right int, ok bool) {
	from, to, two := strings.Cut(strings.ReplaceAll(s, "$", ""), ":")
	top, left, ok = parseRef(from)
	if !two {
		return top, left, top, left, ok
	}
	bottom, right, ok2 := parseRef(to)
	return top, left, bottom, right, ok && ok2 && bottom >= top && right >= left
}

// cellName is the inverse of parseRef.
func cellName(row, col int) string {
	s := ""
	for col++; col > 0; col = (col - 1) / 26 {
		s = string(rune('A'+(col-1)%26)) + s
	}
	return s + strconv.Itoa(row)
}
