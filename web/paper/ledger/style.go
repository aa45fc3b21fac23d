package ledger

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"
	"time"

	"xiaohao/events"
)

// style is what a number format means for reading.
type style struct {
	date bool // 2026/3/5
	sci  bool // 1.38E+10
	two  bool // 0.00
}

// readStyles reads which cell styles show numbers as dates.
func (w *workbook) readStyles(name string) error {
	d, ok, err := w.part(name)
	if err != nil || !ok {
		return err
	}
	own := map[int]string{}
	inCells := false
	return d.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attr(e, "numFmtId")); err == nil {
				own[id] = attr(e, "formatCode")
			}
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs":
			inCells = false
		case "xf":
			if inCells {
				id, _ := strconv.Atoi(attr(e, "numFmtId")) // none is 0: General
				w.styles = append(w.styles, styleOf(id, own[id]))
			}
		}
		return nil
	})
}

// styleOf tells what a number format shows; the built-in ones of a Chinese Excel have no code.
func styleOf(id int, code string) style {
	if code == "" {
		return style{
			date: id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 54 || id == 57 || id == 58,
			sci:  id == 11 || id == 48,
			two:  id == 2 || id == 4,
		}
	}
	plain := bare(code)
	return style{
		date: strings.ContainsAny(plain, "yd") || strings.Contains(plain, "m") && !strings.ContainsAny(plain, "hs0#"),
		sci:  strings.Contains(plain, "e+") || strings.Contains(plain, "e-"),
		two:  plain == "0.00" || plain == "0.00_",
	}
}

// bare is a format code without quoted text, [colours] and escaped characters, and only
// its first section.
func bare(code string) string {
	var b strings.Builder
	quoted, bracket, skip := false, false, false
	for _, r := range strings.ToLower(code) {
		switch {
		case skip:
			skip = false
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '[':
			bracket = true
		case r == ']':
			bracket = false
		case bracket:
		case r == '\\', r == '_', r == '*':
			skip = true
		case r == ';':
			return b.String()
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Serials between these days (2000-01-01 and 2100-01-01, counted from 1900) are believed.
const (
	firstSerial = 36526
	lastSerial  = 73051
	epochShift  = 1462 // days between the two epochs
)

// serialDate is the day of a serial number counted from 1900 (its unreal 1900-02-29
// included) or from 1904. It is none outside 2000–2099.
func serialDate(v float64, from1904 bool) events.Date {
	if from1904 {
		v += epochShift
	}
	n := int(math.Floor(v))
	if v < firstSerial || v >= lastSerial {
		return events.Date{}
	}
	return events.NewDate(1899, time.December, 30).AddDays(n)
}
