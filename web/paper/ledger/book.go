package ledger

import (
	"bytes"
	"io"
	"strings"

	"xiaohao/domain"
	"xiaohao/events"
)

// Limits on what is read. A real ledger has 10 to 10,000 rows; whatever is beyond these is
// a mistake or an attack, and is refused before it costs time or memory.
const (
	MaxFile    = 64 << 20  // bytes of the file as it comes
	maxPart    = 64 << 20  // bytes of one part of a workbook, unpacked
	maxPacked  = 512 << 20 // bytes of all parts together, as the workbook declares them
	maxParts   = 5000      // parts of a workbook
	maxTokens  = 3_000_000 // XML tokens of all parts that are read
	maxRatio   = 150       // unpacked to packed, of a part over 8 MB; a sheet has 5 to 40
	maxRows    = 100_000   // rows with something in them
	maxColumns = 256       // columns looked at; what stands further right is not a ledger's
	maxMerged  = 2_000_000 // cells that lie in merged ranges
	lastRow    = 1_048_576 // the last row a worksheet can have
)

// kind says what sort of thing a cell holds.
type kind uint8

const (
	blank kind = iota
	text
	number
	day          // a number that the workbook shows as a date
	fault        // an error value such as #REF!
	uncalculated // a formula whose result the file does not hold
)

// cell is one cell as the file holds it: text unchanged, numbers unrounded.
type cell struct {
	kind kind
	text string // a number as it is stored: 13800138000, 4.30102199001011E+17
	num  float64
	date events.Date // of a day
	sci  bool        // shown as 1.38E+10
	two  bool        // shown with two decimals, so 2026.1 reads 2026.10
}

// row is one row of a sheet; No is the row number people see.
type row struct {
	no     int
	hidden bool
	cells  []cell
}

// at returns the cell in column c.
func (r *row) at(c int) cell {
	if c < 0 || c >= len(r.cells) {
		return cell{}
	}
	return r.cells[c]
}

// span is a merged range: rows as people count them, columns from 0, both ends included.
type span struct{ top, left, bottom, right int }

// sheet is one worksheet, rows with nothing in them left out.
type sheet struct {
	name    string
	hidden  bool
	rows    []row
	merges  []span
	hideCol map[int]bool
	csv     bool
}

// refuse makes the refusal of a whole file.
func refuse(rule, message string) error {
	return &domain.Refusal{Rule: "ledger." + rule, Field: "file", Message: message}
}

// open reads every sheet of a file, whose sort is told by its first bytes, not its name.
func open(f io.ReaderAt, size int64) ([]*sheet, error) {
	if size > MaxFile {
		return nil, refuse("file_size", "文件超过 64 MB：台账不会这么大。请去掉图片，或者分成几份。")
	}
	if size == 0 {
		return nil, refuse("file_empty", "文件是空的。")
	}
	head := make([]byte, min(size, 512))
	if _, err := f.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	switch start := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(string(head), "\ufeff"))); {
	case bytes.HasPrefix(head, []byte("PK")):
		return openWorkbook(f, size)
	case bytes.HasPrefix(head, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return nil, compound(f, size)
	case bytes.HasPrefix(head, []byte("%PDF")):
		return nil, refuse("file_kind", "这是 PDF，不是台账的表格：请交 .xlsx 或 .csv。")
	case strings.HasPrefix(start, "<"):
		return nil, refuse("file_kind", "这是网页或 XML，只是名字像表格：请用 Excel 或 WPS 打开，另存为 .xlsx 再交。")
	}
	return openCSV(f, size)
}

// compound tells the two sorts of old container apart: a workbook with a password, and
// one of the format before 2007.
func compound(f io.ReaderAt, size int64) error {
	data, err := io.ReadAll(io.NewSectionReader(f, 0, min(size, MaxFile)))
	if err != nil {
		return err
	}
	if bytes.Contains(data, utf16Name("EncryptedPackage")) || bytes.Contains(data, utf16Name("EncryptionInfo")) {
		return refuse("encrypted", "工作簿加了密码，打不开：请在 Excel 里去掉密码，另存后再交。")
	}
	return refuse("file_kind", "这是旧式 .xls 或别的格式：请用 Excel 或 WPS 另存为 .xlsx 再交。")
}

// utf16Name is a name as a compound file's directory writes it.
func utf16Name(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		out = append(out, s[i], 0)
	}
	return out
}
