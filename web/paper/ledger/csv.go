package ledger

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// openCSV reads a text file: UTF-8 with or without a mark, UTF-16 with one (“Unicode 文本”
// of Excel), else GB18030, which holds GBK and rare characters both.
func openCSV(f io.ReaderAt, size int64) ([]*sheet, error) {
	data, err := io.ReadAll(io.NewSectionReader(f, 0, size))
	if err != nil {
		return nil, err
	}
	data, err = decodeText(data)
	if err != nil {
		return nil, err
	}
	s := &sheet{csv: true}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = delimiter(data), true, -1
	no, from := 0, int64(0)
	for cells := 0; ; {
		fields, err := r.Read()
		if err == io.EOF {
			return []*sheet{s}, nil
		}
		if err != nil {
			return nil, unclosed
		}
		// An empty line is a record too, as every spreadsheet counts it; the reader skips it.
		no += 1 + emptyLines(data[from:r.InputOffset()])
		from = r.InputOffset()
		if cells += len(fields); len(s.rows) >= maxRows || cells > maxTokens {
			return nil, errLarge
		}
		rw := row{no: no}
		for c, v := range fields[:min(len(fields), maxColumns)] {
			if strings.Count(v, "\n") > maxLines {
				return nil, unclosed
			}
			// A ' says that a text is no formula, as Excel shows it and our own export writes it.
			if t := textCell(strings.TrimPrefix(v, "'")); t.kind != blank {
				for len(rw.cells) < c {
					rw.cells = append(rw.cells, cell{})
				}
				if strings.HasPrefix(t.text, "#") && faults[t.text] {
					t.kind = fault
				}
				rw.cells = append(rw.cells, t)
			}
		}
		if len(rw.cells) > 0 {
			s.rows = append(s.rows, rw)
		}
	}
}

// maxLines is how many line breaks a field can have: more means that a quotation mark was
// never closed and swallowed the rows after it.
const maxLines = 200

var unclosed = refuse("broken", "这个 .csv 的引号不成对，读不下去：请用 Excel 或 WPS 打开，另存为 .xlsx 再交。")

// faults are error values as a .csv holds them.
var faults = map[string]bool{"#REF!": true, "#N/A": true, "#VALUE!": true, "#NAME?": true, "#DIV/0!": true, "#NULL!": true, "#NUM!": true}

func emptyLines(b []byte) int {
	n := 0
	for len(b) > 0 {
		switch {
		case b[0] == '\n':
			n, b = n+1, b[1:]
		case bytes.HasPrefix(b, []byte("\r\n")):
			n, b = n+1, b[2:]
		default:
			return n
		}
	}
	return n
}

// decodeText returns data as UTF-8 without a mark.
func decodeText(data []byte) ([]byte, error) {
	unknown := refuse("encoding", "认不出这个文件的编码：请用 Excel 或 WPS 另存为 .xlsx，或“CSV UTF-8”。")
	switch {
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		out, _, err := transform.Bytes(unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder(), data)
		if err != nil {
			return nil, unknown
		}
		data = out
	case !utf8.Valid(data):
		out, _, err := transform.Bytes(simplifiedchinese.GB18030.NewDecoder(), data)
		if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
			return nil, unknown
		}
		data = out
	}
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return nil, unknown
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, refuse("file_empty", "文件是空的。")
	}
	// A lone carriage return ends a line for old programs, and for this reader is none.
	return bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n")), nil
}

// delimiter is the separator that the file's lines use most evenly.
func delimiter(data []byte) rune {
	best, most := ',', 0
	for _, d := range []rune{',', '\t', ';'} {
		if n := bytes.Count(data[:min(len(data), 1<<16)], []byte(string(d))); n > most {
			best, most = d, n
		}
	}
	return best
}
