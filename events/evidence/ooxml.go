package evidence

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
)

const (
	mostParts    = 10_000
	mostUnpacked = 200 << 20 // bytes of all parts together
	deepestRatio = 200       // unpacked to packed, of a part of more than a megabyte
)

// keepOOXML takes a Word, Excel or PowerPoint document. Its properties (author, company,
// template) are emptied and the pictures in it cleaned, since a photo pasted into a report
// carries its place with it; a signed document stays as it is, or the signature would break.
// Names in comments and tracked changes remain, so it is never marked as cleaned.
func keepOOXML(data []byte) (kept, *Refusal) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return kept{}, broken
	}
	f, signed, no := lookOOXML(r)
	if no != nil {
		return kept{}, no
	}
	if !signed {
		if data, err = rewriteOOXML(r); err != nil {
			return kept{}, broken
		}
	}
	return kept{format: f, data: data}, nil
}

// lookOOXML finds what sort of document it is and reads every part once, so that one that is
// damaged or unpacks without end is refused.
func lookOOXML(r *zip.Reader) (f format, signed bool, no *Refusal) {
	if len(r.File) > mostParts {
		return f, false, bomb
	}
	parts := map[string]bool{}
	left := int64(mostUnpacked)
	for _, p := range r.File {
		name := strings.ToLower(p.Name)
		switch {
		case p.Flags&1 != 0:
			return f, false, encrypted
		case parts[name]:
			return f, false, broken
		case path.Base(name) == "vbaproject.bin":
			return f, false, noMacros
		}
		parts[name] = true
		signed = signed || strings.HasPrefix(name, "_xmlsignatures/")
		n, err := unpacked(p, min(left, max(1<<20, int64(p.CompressedSize64)*deepestRatio)))
		if errors.Is(err, errBomb) {
			return f, false, bomb
		}
		if err != nil {
			return f, false, broken
		}
		left -= n
	}
	switch {
	case !parts["[content_types].xml"]:
		return f, false, noArchive
	case parts["word/document.xml"]:
		return formatDOCX, signed, nil
	case parts["xl/workbook.xml"]:
		return formatXLSX, signed, nil
	case parts["ppt/presentation.xml"]:
		return formatPPTX, signed, nil
	}
	return f, false, noType
}

var errBomb = errors.New("evidence: unpacks to too much")

// unpacked counts the bytes of a part as they come, whatever the archive says of itself.
func unpacked(p *zip.File, limit int64) (int64, error) {
	in, err := p.Open()
	if err != nil {
		return 0, err
	}
	defer in.Close()
	n, err := io.Copy(io.Discard, io.LimitReader(in, limit+1))
	if err == nil && n > limit {
		err = errBomb
	}
	return n, err
}

// emptyProps replaces the documents' properties.
var emptyProps = map[string]string{
	"docprops/core.xml":   `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>`,
	"docprops/app.xml":    `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>`,
	"docprops/custom.xml": `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>`,
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// rewriteOOXML copies a document with its properties emptied and its pictures cleaned.
func rewriteOOXML(r *zip.Reader) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range r.File {
		body, changed, err := rewritten(p)
		if err != nil {
			return nil, err
		}
		if !changed {
			if err := w.Copy(p); err != nil {
				return nil, err
			}
			continue
		}
		part, err := w.CreateHeader(&zip.FileHeader{Name: p.Name, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := part.Write(body); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// rewritten returns what a part becomes, if it changes.
func rewritten(p *zip.File) (body []byte, changed bool, err error) {
	name := strings.ToLower(p.Name)
	if empty, ok := emptyProps[name]; ok {
		return []byte(xmlHead + empty), true, nil
	}
	clean := map[string]func([]byte) ([]byte, shape, *Refusal){".jpg": cleanJPEG, ".jpeg": cleanJPEG, ".png": cleanPNG}[path.Ext(name)]
	if clean == nil {
		return nil, false, nil
	}
	in, err := p.Open()
	if err != nil {
		return nil, false, err
	}
	defer in.Close()
	data, err := io.ReadAll(in) // lookOOXML has bounded it
	if err != nil {
		return nil, false, err
	}
	body, sh, no := clean(data)
	if no != nil { // no picture of that kind, whatever it is called
		return nil, false, nil
	}
	if turned(sh.orientation) && path.Ext(name) != ".png" { // not turned: the document says how large it is
		body = append(append([]byte("\xff\xd8"), exifOf(sh.orientation)...), body[2:]...)
	}
	return body, true, nil
}
