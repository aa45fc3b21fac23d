package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// sample has everything that a document can have.
func sample() *Doc {
	d := New("周报 <A&B>", "办公室", true)
	d.Center("2026年11月16日")
	d.Heading("一、基本情况")
	d.Para("第一行\n第二行𠮷㐂䶮\x0b")
	d.Note("注")
	d.Chart(Chart{Title: "图", Labels: []string{"甲&乙"}, Series: []Series{{"已销号", []int{3}}, {"其余", []int{4}}}})
	d.Table(Table{Widths: []int{1, 2}, Heads: []string{"名", "数"}, Rows: [][]Cell{{{Text: "甲"}, {Text: "3", Right: true}}, {{Text: "合计", Head: true, Span: 2}}}})
	return d
}

// TestParts holds that every part of a document is well-formed XML, and that the same
// document has the same bytes.
func TestParts(t *testing.T) {
	t.Parallel()
	var a, b bytes.Buffer
	if _, err := sample().WriteTo(&a); err != nil {
		t.Fatal(err)
	}
	if n, err := sample().WriteTo(&b); err != nil || n != int64(b.Len()) || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("%d bytes of %d (%v), equal %v", n, b.Len(), err, bytes.Equal(a.Bytes(), b.Bytes()))
	}
	z, err := zip.NewReader(bytes.NewReader(a.Bytes()), int64(a.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		data, err := read(f)
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(bytes.NewReader(data)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
		if f.Name == "word/document.xml" && !strings.Contains(string(data), "第一行</w:t><w:br/>") {
			t.Error("a line break was lost")
		}
	}
}

// TestHostileTemplate holds that what is no template is refused, whatever it is.
func TestHostileTemplate(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	f, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 25 {
		if _, err := f.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]byte{nil, []byte("PK"), bomb.Bytes()} {
		if _, err := Names(bad); !errors.Is(err, ErrNoTemplate) {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
}
