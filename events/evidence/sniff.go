package evidence

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/gabriel-vasile/mimetype"
)

// format is a kind of file that is taken.
type format struct {
	media string
	exts  []string // the first one is given when the name has another
}

var (
	formatJPEG = format{"image/jpeg", []string{"jpg", "jpeg"}}
	formatPNG  = format{"image/png", []string{"png"}}
	formatWebP = format{"image/webp", []string{"webp"}}
	formatPDF  = format{"application/pdf", []string{"pdf"}}
	formatDOCX = format{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", []string{"docx"}}
	formatXLSX = format{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []string{"xlsx"}}
	formatCSV  = format{"text/csv", []string{"csv"}}
	formatPPTX = format{"application/vnd.openxmlformats-officedocument.presentationml.presentation", []string{"pptx"}}
	formatDOC  = format{"application/msword", []string{"doc", "wps"}}
	formatXLS  = format{"application/vnd.ms-excel", []string{"xls", "et"}}
	formatPPT  = format{"application/vnd.ms-powerpoint", []string{"ppt", "dps"}}
)

// container is what the first bytes say: enough to choose who looks further.
type container int

const (
	asJPEG container = iota
	asPNG
	asWebP
	asPDF
	asZip
	asOLE
)

// sniff looks at the content only; the name that a file came with proves nothing.
func sniff(data []byte) (container, *Refusal) {
	m := mimetype.Detect(data)
	under := func(media string) bool {
		for at := m; at != nil; at = at.Parent() {
			if at.Is(media) {
				return true
			}
		}
		return false
	}
	switch {
	case under("image/jpeg"):
		return asJPEG, nil
	case under("image/vnd.mozilla.apng"):
		return 0, noMoving
	case under("image/png"):
		return asPNG, nil
	case under("image/webp"):
		return asWebP, nil
	case under("application/pdf"):
		return asPDF, nil
	case under("application/zip"):
		return asZip, nil
	case under("application/x-ole-storage"):
		return asOLE, nil
	case under("image/heic"), under("image/heif"), under("image/heic-sequence"), under("image/heif-sequence"), under("image/avif"):
		return 0, noHEIC
	case under("image/svg+xml"), under("text/html"), under("text/xml"):
		return 0, noPage
	case under("application/x-rar-compressed"), under("application/x-7z-compressed"), under("application/gzip"):
		return 0, noArchive
	case strings.HasPrefix(m.String(), "image/"):
		return 0, noOther
	}
	return 0, noType
}

const longestName = 120 // characters

// nameFor makes a file name to be shown and saved under: without folders or signs that do
// not print, and with an extension that agrees with the content.
func nameFor(offered string, f format) string {
	base := path.Base(strings.ReplaceAll(strings.ToValidUTF8(offered, ""), `\`, "/"))
	base = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`/:*?"<>|`, r) {
			return -1
		}
		return r
	}, base)
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(base), "."))
	stem := strings.Trim(strings.TrimSuffix(base, path.Ext(base)), ". ")
	if rs := []rune(stem); len(rs) > longestName {
		stem = string(rs[:longestName])
	}
	if stem == "" {
		stem = "佐证"
	}
	if !slices.Contains(f.exts, ext) {
		ext = f.exts[0]
	}
	return stem + "." + ext
}

// isText reports whether a .csv is one: text in any encoding, not a page and not a program.
func isText(data []byte) bool {
	return bytes.IndexByte(data, 0) < 0 && !bytes.HasPrefix(bytes.TrimSpace(data), []byte("<"))
}
