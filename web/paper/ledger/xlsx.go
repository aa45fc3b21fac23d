package ledger

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
)

// The workbook is read here part by part and not with excelize, which loads all of a
// workbook into structs before it can say how large it is: a few bytes of <c/> packed into
// a zip cost it gigabytes. This reader stops at the limits of book.go, keeps numbers as
// they are stored, and tells a formula without a result from an empty cell.

var (
	errBroken = refuse("broken", "工作簿的内容坏了，读不下去：请用 Excel 或 WPS 打开，另存为新的 .xlsx 再交。")
	errLarge  = refuse("file_size", "工作簿解开后太大，超出台账该有的样子，没有读：请删去多余的空行、空列和图片，另存后再交。")
)

// workbook is an open .xlsx.
type workbook struct {
	parts  map[string]*zip.File // by lower-case name
	shared []string
	styles []style
	epoch  bool // dates count from 1904
	tokens int  // XML tokens read so far
	merged int
}

func openWorkbook(f io.ReaderAt, size int64) ([]*sheet, error) {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return nil, errBroken
	}
	w := &workbook{parts: make(map[string]*zip.File, min(len(z.File), maxParts))}
	if err := w.index(z); err != nil {
		return nil, err
	}
	sheets, err := w.read()
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrAlgorithm) {
		return nil, errBroken
	}
	return sheets, err
}

// index lists the parts and refuses what no ledger may carry.
func (w *workbook) index(z *zip.Reader) error {
	if len(z.File) > maxParts {
		return errLarge
	}
	var unpacked uint64
	for _, f := range z.File {
		name := strings.TrimPrefix(strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/")), "/")
		if f.Flags&1 != 0 {
			return refuse("encrypted", "工作簿加了密码，打不开：请去掉密码，另存后再交。")
		}
		if unpacked += f.UncompressedSize64; unpacked > maxPacked || f.UncompressedSize64 > maxPacked {
			return errLarge
		}
		switch {
		case strings.HasSuffix(name, "vbaproject.bin"), strings.HasPrefix(name, "xl/macrosheets/"):
			return refuse("macros", "工作簿里有宏，不收：请另存为不含宏的 .xlsx 再交。")
		case strings.HasPrefix(name, "xl/externallinks/") && strings.HasSuffix(name, ".xml"):
			return refuse("external_links", "工作簿引用了别的文件，里面的值不由它自己说了算，不收：请在“数据 → 编辑链接”里断开链接，另存后再交。")
		case name == "xl/connections.xml":
			return refuse("external_links", "工作簿连着外部数据，不收：请在“数据 → 连接”里删去连接，另存后再交。")
		case name == "xl/workbook.bin":
			return refuse("file_kind", "这是 .xlsb：请另存为 .xlsx 再交。")
		}
		w.parts[name] = f
	}
	if w.parts["word/document.xml"] != nil || w.parts["content.xml"] != nil {
		return refuse("file_kind", "这不是 Excel 工作簿：请交 .xlsx 或 .csv。")
	}
	return nil
}

// read reads the workbook's own part, then what it names.
func (w *workbook) read() ([]*sheet, error) {
	book := "xl/workbook.xml"
	if rels, err := w.relations("_rels/.rels", ""); err != nil {
		return nil, err
	} else {
		for _, r := range rels {
			if strings.HasSuffix(r.sort, "/officeDocument") {
				book = r.target
			}
		}
	}
	rels, err := w.relations(path.Join(path.Dir(book), "_rels", path.Base(book)+".rels"), path.Dir(book))
	if err != nil {
		return nil, err
	}
	named, err := w.sheetNames(book)
	if err != nil {
		return nil, err
	}
	for _, r := range rels {
		switch {
		case strings.HasSuffix(r.sort, "/sharedStrings"):
			err = w.readShared(r.target)
		case strings.HasSuffix(r.sort, "/styles"):
			err = w.readStyles(r.target)
		}
		if err != nil {
			return nil, err
		}
	}
	var sheets []*sheet
	for _, n := range named {
		r, ok := rels[n.id]
		if !ok || !strings.HasSuffix(r.sort, "/worksheet") {
			continue // a chart
		}
		s := &sheet{name: n.name, hidden: n.hidden}
		if err := w.readSheet(r.target, s); err != nil {
			return nil, err
		}
		sheets = append(sheets, s)
	}
	if len(sheets) == 0 {
		return nil, errBroken
	}
	return sheets, nil
}

// part opens a part as a limited XML decoder; ok is false when the workbook has none.
func (w *workbook) part(name string) (d *decoder, ok bool, err error) {
	f := w.parts[strings.ToLower(name)]
	if f == nil {
		return nil, false, nil
	}
	if n := f.UncompressedSize64; n > maxPart || n > 8<<20 && n > maxRatio*f.CompressedSize64 {
		return nil, false, errLarge // by what the part itself declares, before it costs anything
	}
	r, err := f.Open()
	if err != nil {
		return nil, false, errBroken
	}
	x := xml.NewDecoder(&limited{r: r, left: maxPart})
	x.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errBroken }
	return &decoder{Decoder: x, book: w, Closer: r}, true, nil
}

// limited fails with errLarge where io.LimitReader would pretend the end.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLarge
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// decoder counts tokens against the workbook's limit.
type decoder struct {
	*xml.Decoder
	io.Closer
	book *workbook
}

// next returns the next token, io.EOF after the last.
func (d *decoder) next() (xml.Token, error) {
	if d.book.tokens++; d.book.tokens > maxTokens {
		return nil, errLarge
	}
	return d.Token()
}

// each calls f for every start of an element.
func (d *decoder) each(f func(xml.StartElement) error) error {
	defer d.Close()
	for {
		t, err := d.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := f(e); err != nil {
				return err
			}
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func truth(s string) bool { return s == "1" || s == "true" }

// relation is what a part says of another.
type relation struct{ sort, target string }

// relations reads a .rels part by id; targets are resolved against dir.
func (w *workbook) relations(name, dir string) (map[string]relation, error) {
	d, ok, err := w.part(name)
	if err != nil || !ok {
		return nil, err
	}
	out := map[string]relation{}
	err = d.each(func(e xml.StartElement) error {
		if e.Name.Local == "Relationship" && attr(e, "TargetMode") != "External" {
			target := attr(e, "Target")
			if strings.HasPrefix(target, "/") {
				target = strings.TrimPrefix(target, "/")
			} else {
				target = path.Join(dir, target)
			}
			out[attr(e, "Id")] = relation{attr(e, "Type"), target}
		}
		return nil
	})
	return out, err
}

// sheetName is a worksheet as the workbook lists it.
type sheetName struct {
	name, id string
	hidden   bool
}

func (w *workbook) sheetNames(book string) ([]sheetName, error) {
	d, ok, err := w.part(book)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errBroken
	}
	var out []sheetName
	err = d.each(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			w.epoch = truth(attr(e, "date1904"))
		case "sheet":
			id := ""
			for _, a := range e.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" {
					id = a.Value
				}
			}
			out = append(out, sheetName{attr(e, "name"), id, strings.Contains(strings.ToLower(attr(e, "state")), "hidden")})
		}
		return nil
	})
	return out, err
}

// readShared reads the strings that cells share; phonetic guides (rPh) are not part of them.
func (w *workbook) readShared(name string) error {
	d, ok, err := w.part(name)
	if err != nil || !ok {
		return err
	}
	return d.each(func(e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		s, err := d.richText()
		if err != nil {
			return err
		}
		w.shared = append(w.shared, s)
		return nil
	})
}

// richText reads the text of the element just begun, to its end.
func (d *decoder) richText() (string, error) {
	var b strings.Builder
	depth, in, phonetic := 1, false, 0
	for depth > 0 {
		t, err := d.next()
		if err != nil {
			return "", unexpected(err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			switch t.Name.Local {
			case "t":
				in = true
			case "rPh":
				phonetic++
			}
		case xml.EndElement:
			depth--
			switch t.Name.Local {
			case "t":
				in = false
			case "rPh":
				phonetic--
			}
		case xml.CharData:
			if in && phonetic == 0 {
				b.Write(t)
			}
		}
	}
	return unescape(b.String()), nil
}

// unexpected turns an end in the middle of an element into an error.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// unescape undoes _x000D_, which is how a workbook writes what XML cannot.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 || i+7 > len(s) {
			break
		}
		v, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
		if err != nil || s[i+6] != '_' {
			b.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		b.WriteString(s[:i])
		b.WriteRune(rune(v))
		s = s[i+7:]
	}
	b.WriteString(s)
	return b.String()
}
