package ledger

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"maps"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"xiaohao/domain"
)

// packed makes a zip of parts; each part is written by its function.
func packed(t testing.TB, parts map[string]func(io.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return &echo{w: w}, nil })
	for name, write := range parts {
		w, err := z.Create(name)
		must(t, err)
		write(w)
	}
	must(t, z.Close())
	return b.Bytes()
}

// echo packs each piece by itself, and a piece that is the same as the one before not again:
// bombs are cheap to make, as they are for those who send them.
type echo struct {
	w            io.Writer
	last, packed []byte
}

func (e *echo) Write(p []byte) (int, error) {
	if !bytes.Equal(p, e.last) {
		var b bytes.Buffer
		f, err := flate.NewWriter(&b, flate.BestSpeed)
		if err != nil {
			return 0, err
		}
		if _, err := f.Write(p); err != nil {
			return 0, err
		}
		if err := f.Flush(); err != nil {
			return 0, err
		}
		e.last, e.packed = bytes.Clone(p), b.Bytes()
	}
	_, err := e.w.Write(e.packed)
	return len(p), err
}

// Close writes an empty last block.
func (e *echo) Close() error {
	_, err := e.w.Write([]byte{1, 0, 0, 0xff, 0xff})
	return err
}

func says(s string) func(io.Writer) {
	return func(w io.Writer) { _, _ = io.WriteString(w, s) } // into memory
}

// repeated writes s n times.
func repeated(head, s string, n int, tail string) func(io.Writer) {
	return func(w io.Writer) {
		says(head)(w)
		block := strings.Repeat(s, 1000)
		for range n / 1000 {
			says(block)(w)
		}
		says(tail)(w)
	}
}

// numberedRows are n rows with a cell each, which pack badly.
func numberedRows(n int) func(io.Writer) {
	return func(w io.Writer) {
		b := bufio.NewWriterSize(w, 1<<20) // into memory
		says(headXML + `<sheetData>` + rowsXML)(b)
		for i := range n {
			fmt.Fprintf(b, `<row r="%d"><c r="A%d"><v>%d</v></c></row>`, i+2, i+2, i*7919)
		}
		says(`</sheetData></worksheet>`)(b)
		_ = b.Flush()
	}
}

const (
	bookXML = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="台账" sheetId="1" r:id="rId1"/></sheets></workbook>`
	relsXML = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`
	headXML = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`
	rowsXML = `<row r="1"><c t="inlineStr"><is><t>存在问题</t></is></c><c t="inlineStr"><is><t>责任单位</t></is></c></row>`
)

// bookOf is a workbook with one sheet written by hand.
func bookOf(t testing.TB, sheet func(io.Writer), more map[string]func(io.Writer)) []byte {
	parts := map[string]func(io.Writer){"xl/workbook.xml": says(bookXML), "xl/_rels/workbook.xml.rels": says(relsXML), "xl/worksheets/sheet1.xml": sheet}
	for k, v := range more {
		parts[k] = v
	}
	return packed(t, parts)
}

// hostile are all files that are made to hurt, by the rule that refuses them and a name.
func hostile(t testing.TB) map[string][]byte {
	all := small(t)
	maps.Copy(all, bombs(t))
	return all
}

const firstRows = headXML + `<sheetData>` + rowsXML + `</sheetData></worksheet>`

// bombs unpack to far more than they are.
func bombs(t testing.TB) map[string][]byte {
	ok := says(firstRows)
	return map[string][]byte{
		"file_size/bomb of one cell":       bookOf(t, repeated(headXML+`<sheetData><row><c t="inlineStr"><is><t>`, strings.Repeat("0", 1000), 600_000, `</t></is></c></row></sheetData></worksheet>`), nil),
		"file_size/bomb of shared strings": bookOf(t, ok, map[string]func(io.Writer){"xl/sharedStrings.xml": repeated(`<sst>`, `<si><t>aaaaaaaaaaaaaaaaaaaaaaaa</t></si>`, 3_000_000, `</sst>`)}),
		"file_size/bomb beside the sheet":  bookOf(t, ok, map[string]func(io.Writer){"xl/media/image1.png": repeated("", strings.Repeat("0", 1000), 600_000, "")}),
		"file_size/empty cells":            bookOf(t, repeated(headXML+`<sheetData><row>`, `<c/>`, 12_000_000, `</row></sheetData></worksheet>`), nil),
		"file_size/empty rows":             bookOf(t, repeated(headXML+`<sheetData>`, `<row/>`, 8_000_000, `</sheetData></worksheet>`), nil),
		"file_size/numbered rows":          bookOf(t, numberedRows(500_000), nil),
		"file_size/merged over and over":   bookOf(t, repeated(headXML+`<sheetData>`+rowsXML+`<row r="2"><c r="IV2"><v>1</v></c></row></sheetData><mergeCells>`, `<mergeCell ref="A3:IV1048576"/>`, 300_000, `</mergeCells></worksheet>`), nil),
	}
}

// small are a few kilobytes at most.
func small(t testing.TB) map[string][]byte {
	sheet := func(inner string) func(io.Writer) { return says(headXML + inner + `</worksheet>`) }
	f := excelize.NewFile()
	defer f.Close()
	secret, err := f.WriteToBuffer()
	must(t, err)
	locked, err := excelize.Encrypt(secret.Bytes(), &excelize.Options{Password: "秘密"})
	must(t, err)
	ok := says(firstRows)
	return map[string][]byte{
		"file_size/100 million declared":    bookOf(t, sheet(`<dimension ref="A1:Z100000000"/><sheetData>`+rowsXML+`</sheetData>`), nil),
		"file_size/row 100 million":         bookOf(t, sheet(`<sheetData>`+rowsXML+`<row r="100000000"><c><v>1</v></c></row></sheetData>`), nil),
		"external_links/link":               bookOf(t, ok, map[string]func(io.Writer){"xl/externalLinks/externalLink1.xml": says(`<externalLink/>`)}),
		"external_links/connection":         bookOf(t, ok, map[string]func(io.Writer){"xl/connections.xml": says(`<connections/>`)}),
		"macros/vba":                        bookOf(t, ok, map[string]func(io.Writer){"xl/vbaProject.bin": says("x")}),
		"encrypted/password":                locked,
		"broken/cut off":                    bookOf(t, says(headXML+`<sheetData>`+rowsXML), nil),
		"broken/not closed":                 bookOf(t, sheet(`<sheetData>`+rowsXML+`<row><c></row></sheetData>`), nil),
		"broken/entity":                     bookOf(t, sheet(`<sheetData><row><c t="inlineStr"><is><t>&lol;</t></is></c></row></sheetData>`), nil),
		"broken/shared string out of range": bookOf(t, sheet(`<sheetData><row><c t="s"><v>7</v></c></row></sheetData>`), nil),
		"broken/rows back to front":         bookOf(t, sheet(`<sheetData><row r="5"/><row r="2"/></sheetData>`), nil),
		"broken/half a zip":                 bookOf(t, ok, nil)[:200],
		"broken/no workbook":                packed(t, map[string]func(io.Writer){"a.txt": says("a")}),
		"file_kind/old xls":                 append([]byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}, make([]byte, 4096)...),
		"file_kind/web page":                []byte("<html><table><tr><td>存在问题</td></tr></table></html>"),
		"file_kind/pdf":                     []byte("%PDF-1.4 ..."),
		"encoding/binary":                   {0, 1, 2, 3, 0xff, 0xfe, 0xfd},
		"file_empty/nothing":                {},
		"no_header/a letter":                []byte("今天天气很好，没有表。\n"),
		"broken/quote never closed":         []byte("存在问题,责任单位\n\"甲" + strings.Repeat("问题,甲局\n", 1000)),
	}
}

// TestHostile gives files that are made to hurt: one sentence, within 5 s and 500 MB.
func TestHostile(t *testing.T) {
	for name, data := range hostile(t) {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			began := time.Now()
			_, err := Read("a.xlsx", bytes.NewReader(data), int64(len(data)), nil)
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			rs := domain.RefusalsOf(err)
			rule, _, _ := strings.Cut(name, "/")
			if len(rs) != 1 || rs[0].Rule != "ledger."+rule || !strings.HasSuffix(rs[0].Message, "。") {
				t.Errorf("%v, want ledger.%s and a sentence", err, rule)
			}
			if took > 5*time.Second*slowed {
				t.Errorf("took %s", took)
			}
			if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 500<<20 {
				t.Errorf("heap grew by %d MB", grown>>20)
			}
			t.Logf("%d bytes, %s, %d MB of allocation", len(data), took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20)
		})
	}
}

// FuzzRead gives the reader damaged workbooks and texts: it may refuse, never panic or hang.
func FuzzRead(f *testing.F) {
	for name, data := range small(f) {
		if len(data) < 16<<10 {
			f.Add(name, data)
		}
	}
	for _, c := range corpusCells() {
		b := excelize.NewFile()
		for i, r := range c.rows {
			must(f, b.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r))
		}
		f.Add(c.name, save(f, b))
	}
	f.Add("a.csv", []byte("2026年,\n问题,责任单位,整改时限\n甲,乙局,3月5日\n"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		l, err := Read(name, bytes.NewReader(data), int64(len(data)), nil)
		if err == nil && len(l.Items)+len(l.Rejected)+len(l.Duplicates) > 0 && l.Rows == 0 {
			t.Errorf("something from no rows: %+v", l)
		}
	})
}
