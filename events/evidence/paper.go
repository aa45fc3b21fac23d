package evidence

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"slices"
	"unicode/utf16"
)

// Papers may hold authors, companies, comments and places in so many corners that no small
// program can vouch for them. They are kept for staff and marked as not cleaned.

var pdfLocked = regexp.MustCompile(`/Encrypt[\s\x00]*(\d+[\s\x00]+\d+[\s\x00]+R|<<)`)

// keepPDF takes a whole PDF that can be opened without a password.
func keepPDF(data []byte) (kept, *Refusal) {
	const tail = 2048 // signatures and scanners write a little after the end mark
	switch {
	case !bytes.HasPrefix(data, []byte("%PDF-")), !bytes.Contains(data[max(0, len(data)-tail):], []byte("%%EOF")):
		return kept{}, broken
	case pdfLocked.Match(data):
		return kept{}, encrypted
	}
	return kept{format: formatPDF, data: data}, nil
}

// keepOLE takes the older Office and WPS documents. The kind is told by the streams inside;
// where several fit, the extension decides.
func keepOLE(data []byte, ext string) (kept, *Refusal) {
	streams := oleStreams(data)
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return streams[n] })
	}
	switch {
	case has("EncryptedPackage", "EncryptionInfo"):
		return kept{}, encrypted
	case has("_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros"):
		return kept{}, noMacros
	}
	var fits []format
	for _, k := range []struct {
		format
		is bool
	}{{formatDOC, has("WordDocument")}, {formatXLS, has("Workbook", "Book")}, {formatPPT, has("PowerPoint Document")}} {
		if k.is {
			fits = append(fits, k.format)
		}
	}
	if len(fits) == 0 {
		return kept{}, noType
	}
	f := fits[0]
	if i := slices.IndexFunc(fits, func(f format) bool { return slices.Contains(f.exts, ext) }); i >= 0 {
		f = fits[i]
	}
	return kept{format: f, data: data}, nil
}

// oleStreams returns the names in the directory of a compound file. Its entries of 128
// bytes stand at multiples of 128 wherever their sectors are, so no chain has to be followed.
func oleStreams(data []byte) map[string]bool {
	const entry, nameSize = 128, 64
	names := map[string]bool{}
	for at := 512; at+entry <= len(data); at += entry {
		e := data[at : at+entry]
		n := int(binary.LittleEndian.Uint16(e[nameSize:]))
		if kind := e[66]; kind != 1 && kind != 2 || n < 4 || n > nameSize || n%2 != 0 || e[n-1] != 0 || e[n-2] != 0 {
			continue
		}
		u := make([]uint16, n/2-1)
		for i := range u {
			u[i] = binary.LittleEndian.Uint16(e[2*i:])
		}
		names[string(utf16.Decode(u))] = true
	}
	return names
}
