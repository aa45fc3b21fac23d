package docx

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
)

// ErrNoTemplate says that a file is no .docx that can be filled.
var ErrNoTemplate = errors.New("docx: not a .docx template")

// Limits of a template: what an office's own paper needs, many times over.
const (
	mostParts = 200
	mostBytes = 20 << 20 // of a part, unpacked
)

var (
	paragraphs  = regexp.MustCompile(`(?s)<w:p[ >].*?</w:p>`)
	texts       = regexp.MustCompile(`(?s)<w:t(?: [^>]*)?>(.*?)</w:t>`)
	placeholder = regexp.MustCompile(`\{\{\s*([^{}\s]+)\s*\}\}`)
	filled      = regexp.MustCompile(`^word/(document|header\d*|footer\d*)\.xml$`)
)

// Names lists the placeholders of a template, each once, in the order in which they stand.
// It returns ErrNoTemplate for what is none.
func Names(template []byte) (names []string, err error) {
	err = eachPart(template, func(f *zip.File, data []byte) error {
		if !filled.MatchString(f.Name) {
			return nil
		}
		for _, p := range paragraphs.FindAll(data, -1) {
			for _, m := range placeholder.FindAllStringSubmatch(said(p), -1) {
				if !slices.Contains(names, m[1]) {
					names = append(names, m[1])
				}
			}
		}
		return nil
	})
	return names, err
}

// Fill writes the template with every placeholder replaced by its value; one without a value
// becomes empty. Line breaks in a value become line breaks.
func Fill(w io.Writer, template []byte, values map[string]string) error {
	z := zip.NewWriter(w)
	err := eachPart(template, func(f *zip.File, data []byte) error {
		if filled.MatchString(f.Name) {
			data = paragraphs.ReplaceAllFunc(data, func(p []byte) []byte { return fillParagraph(p, values) })
		}
		to, err := z.Create(f.Name) // bears no time: the same values give the same bytes
		if err == nil {
			_, err = to.Write(data)
		}
		return err
	})
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return fmt.Errorf("fill template: %w", err)
	}
	return nil
}

func eachPart(template []byte, do func(f *zip.File, data []byte) error) error {
	r, err := zip.NewReader(bytes.NewReader(template), int64(len(template)))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoTemplate, err)
	}
	if len(r.File) > mostParts || !slices.ContainsFunc(r.File, func(f *zip.File) bool { return f.Name == "word/document.xml" }) {
		return ErrNoTemplate
	}
	for _, f := range r.File {
		data, err := read(f)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNoTemplate, err)
		}
		if err := do(f, data); err != nil {
			return err
		}
	}
	return nil
}

func read(f *zip.File) ([]byte, error) {
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, mostBytes+1))
	if err == nil && len(data) > mostBytes {
		err = fmt.Errorf("%s is too large", f.Name)
	}
	return data, err
}

// said is the text of a paragraph, however many runs it is cut into.
func said(p []byte) string {
	var b strings.Builder
	for _, m := range texts.FindAllSubmatch(p, -1) {
		b.WriteString(html.UnescapeString(string(m[1])))
	}
	return b.String()
}

// fillParagraph replaces placeholders. The value goes into the run in which the placeholder
// begins, so it looks as that run does; the others lose their part of it.
func fillParagraph(p []byte, values map[string]string) []byte {
	whole := said(p)
	found := placeholder.FindAllStringSubmatchIndex(whole, -1)
	if found == nil {
		return p
	}
	from := 0 // place of the run in whole
	return texts.ReplaceAllFunc(p, func(t []byte) []byte {
		text := html.UnescapeString(string(texts.FindSubmatch(t)[1]))
		to := from + len(text)
		var out strings.Builder
		at := from
		for _, m := range found {
			start, end := m[0], m[1]
			if end <= from || start >= to {
				continue
			}
			if start >= from {
				out.WriteString(whole[at:start])
				out.WriteString(values[whole[m[2]:m[3]]])
			}
			at = min(end, to)
		}
		out.WriteString(whole[at:to])
		from = to
		return []byte(runs(out.String()))
	})
}
