package docx

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// Doc is a document that is being made.
type Doc struct {
	title  string
	wide   bool // A4 across
	footer string
	body   strings.Builder
	charts []Chart
}

// New begins a document with its title. A footer stands beside the number on each page.
func New(title, footer string, wide bool) *Doc {
	d := &Doc{title: title, footer: footer, wide: wide}
	d.para("Title", title)
	return d
}

// Heading begins a section.
func (d *Doc) Heading(text string) { d.para("Heading1", text) }

// Para adds a paragraph of text; line breaks in it stay.
func (d *Doc) Para(text string) { d.para("BodyText", text) }

// Note adds a paragraph in small print.
func (d *Doc) Note(text string) { d.para("Note", text) }

// Caption adds a paragraph in small print that stays with what comes next.
func (d *Doc) Caption(text string) { d.para("Caption", text) }

// Lead adds a paragraph of text that stays with what comes next.
func (d *Doc) Lead(text string) { d.para("Lead", text) }

// Right adds a line at the right edge.
func (d *Doc) Right(text string) { d.para("Right", text) }

// Center adds a line in the middle.
func (d *Doc) Center(text string) { d.para("Centered", text) }

func (d *Doc) para(style, text string) {
	d.body.WriteString(paragraph(style, "", text))
}

func paragraph(style, align, text string) string {
	var b strings.Builder
	b.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + style + `"/>`)
	if align != "" {
		b.WriteString(`<w:jc w:val="` + align + `"/>`)
	}
	b.WriteString(`</w:pPr>`)
	if text != "" {
		b.WriteString(`<w:r>` + runs(text) + `</w:r>`)
	}
	b.WriteString(`</w:p>`)
	return b.String()
}

// runs is text as it stands in a run; a line break becomes one.
func runs(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = `<w:t xml:space="preserve">` + escape(l) + `</w:t>`
	}
	return strings.Join(lines, `<w:br/>`)
}

// escape makes a text fit for XML; what XML cannot hold becomes U+FFFD.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

// Cell is one cell of a table.
type Cell struct {
	Text  string
	Right bool // a number
	Head  bool // names the row
	Span  int  // columns it takes; 0 is one
}

// Table is a table with lines around its cells. Widths are parts of the page's width.
type Table struct {
	Widths []int
	Heads  []string // repeated on each page; none for a form
	Rows   [][]Cell
}

// width of the text between the margins, in twentieths of a point.
func (d *Doc) width() int {
	if d.wide {
		return 16838 - 2*1134
	}
	return 11906 - 2*1304
}

// Table adds a table.
func (d *Doc) Table(t Table) {
	sum := 0
	for _, w := range t.Widths {
		sum += w
	}
	widths := make([]int, len(t.Widths))
	for i, w := range t.Widths {
		widths[i] = d.width() * w / max(sum, 1)
	}
	b := &d.body
	b.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="Lined"/><w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for _, w := range widths {
		fmt.Fprintf(b, `<w:gridCol w:w="%d"/>`, w)
	}
	b.WriteString(`</w:tblGrid>`)
	if len(t.Heads) > 0 {
		b.WriteString(`<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>`)
		for i, h := range t.Heads {
			cell(b, widths[i], 1, "E8EEF7", paragraph("CellHead", "center", h))
		}
		b.WriteString(`</w:tr>`)
	}
	for _, row := range t.Rows {
		b.WriteString(`<w:tr><w:trPr><w:cantSplit/></w:trPr>`)
		at := 0
		for _, c := range row {
			span, w := max(c.Span, 1), 0
			for k := at; k < min(at+span, len(widths)); k++ {
				w += widths[k]
			}
			at += span
			style, align := "Cell", ""
			switch {
			case c.Head:
				style, align = "CellHead", "center"
			case c.Right:
				align = "right"
			}
			cell(b, w, span, "", paragraph(style, align, c.Text))
		}
		b.WriteString(`</w:tr>`)
	}
	b.WriteString(`</w:tbl>` + paragraph("Gap", "", ""))
}

func cell(b *strings.Builder, width, span int, fill, content string) {
	fmt.Fprintf(b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>`, width)
	if span > 1 {
		fmt.Fprintf(b, `<w:gridSpan w:val="%d"/>`, span)
	}
	if fill != "" {
		b.WriteString(`<w:shd w:val="clear" w:color="auto" w:fill="` + fill + `"/>`)
	}
	b.WriteString(`<w:vAlign w:val="center"/></w:tcPr>` + content + `</w:tc>`)
}

// section ends the body: paper and margins.
func (d *Doc) section() string {
	size := `<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1304" w:bottom="1304" w:left="1304" w:header="720" w:footer="720" w:gutter="0"/>`
	if d.wide {
		size = `<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="600" w:footer="600" w:gutter="0"/>`
	}
	return `<w:sectPr><w:footerReference w:type="default" r:id="rId2"/>` + size + `</w:sectPr>`
}

const names = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" ` +
	`xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" ` +
	`xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"`

const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// WriteTo writes the document.
func (d *Doc) WriteTo(w io.Writer) (int64, error) {
	count := &counter{w: w}
	z := zip.NewWriter(count)
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	types, rels := "", fmt.Sprintf(`<Relationship Id="rId1" Type="%s/styles" Target="styles.xml"/><Relationship Id="rId2" Type="%s/footer" Target="footer1.xml"/>`, office, office)
	for i := range d.charts {
		types += fmt.Sprintf(`<Override PartName="/word/charts/chart%d.xml" ContentType="application/vnd.openxmlformats-officedocument.drawingml.chart+xml"/>`, i+1)
		rels += fmt.Sprintf(`<Relationship Id="rIdChart%d" Type="%s/chart" Target="charts/chart%d.xml"/>`, i+1, office, i+1)
	}
	const word = "application/vnd.openxmlformats-officedocument.wordprocessingml."
	const packages = "http://schemas.openxmlformats.org/package/2006/"
	parts := [][2]string{
		{"[Content_Types].xml", `<Types xmlns="` + packages + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/word/document.xml" ContentType="` + word + `document.main+xml"/><Override PartName="/word/styles.xml" ContentType="` + word + `styles+xml"/>` +
			`<Override PartName="/word/footer1.xml" ContentType="` + word + `footer+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` + types + `</Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + packages + `relationships"><Relationship Id="rId1" Type="` + office + `/officeDocument" Target="word/document.xml"/>` +
			`<Relationship Id="rId2" Type="` + packages + `relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`},
		{"docProps/core.xml", `<cp:coreProperties xmlns:cp="` + packages + `metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>` + escape(d.title) + `</dc:title></cp:coreProperties>`},
		{"word/_rels/document.xml.rels", `<Relationships xmlns="` + packages + `relationships">` + rels + `</Relationships>`},
		{"word/document.xml", `<w:document ` + names + `><w:body>` + d.body.String() + d.section() + `</w:body></w:document>`},
		{"word/footer1.xml", `<w:ftr ` + names + `><w:p><w:pPr><w:pStyle w:val="Note"/><w:jc w:val="center"/></w:pPr><w:r>` + runs(d.footer+"　第 ") + `</w:r>` + field("PAGE") + `<w:r>` + runs(" 页，共 ") + `</w:r>` +
			field("NUMPAGES") + `<w:r>` + runs(" 页") + `</w:r></w:p></w:ftr>`},
		{"word/styles.xml", styles},
	}
	for i, c := range d.charts {
		parts = append(parts, [2]string{fmt.Sprintf("word/charts/chart%d.xml", i+1), c.part()})
	}
	for _, p := range parts {
		f, err := z.Create(p[0])
		if err == nil {
			_, err = io.WriteString(f, head+p[1])
		}
		if err != nil {
			return count.n, fmt.Errorf("write document: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return count.n, fmt.Errorf("write document: %w", err)
	}
	return count.n, nil
}

func field(name string) string {
	return `<w:fldSimple w:instr="` + name + `"><w:r><w:t>1</w:t></w:r></w:fldSimple>`
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
