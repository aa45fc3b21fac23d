package ledger

import (
	"strings"
	"unicode"
)

// trim takes white space off both ends and makes every line break \n; what is between
// stays as written (原汁原味).
func trim(s string) string {
	if strings.Contains(s, "\r") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' })
}

// narrow makes full-width letters, digits and signs half-width: “２０２６” is 2026.
// The stop 。 stays: it has no half-width form that anybody writes.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - 0xfee0
		case r == '\u3000':
			return ' '
		}
		return r
	}, s)
}

// squeeze is s without any white space, full-width characters made half-width.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, narrow(s))
}

// Sameness is what two texts have in common that say the same: spacing, width of
// characters and the stop at the end do not count.
func Sameness(s string) string { return strings.TrimRight(squeeze(s), "。.;,、!") }

// outside is s without what stands in round brackets; in is what stood in them.
func outside(s string) (out, in string) {
	var o, i strings.Builder
	depth := 0
	for _, r := range s {
		switch r {
		case '(', '（', '[', '〔', '【':
			depth++
			continue
		case ')', '）', ']', '〕', '】':
			depth = max(depth-1, 0)
			continue
		}
		if depth > 0 {
			i.WriteRune(r)
		} else {
			o.WriteRune(r)
		}
	}
	return o.String(), i.String()
}

// splitOutside cuts s at the runes that cut names, except within brackets.
func splitOutside(s string, cut func(rune) bool) []string {
	var out []string
	depth, from := 0, 0
	for i, r := range s {
		switch {
		case strings.ContainsRune("(（[〔【", r):
			depth++
		case strings.ContainsRune(")）]〕】", r):
			depth = max(depth-1, 0)
		case depth == 0 && cut(r):
			out = append(out, s[from:i])
			from = i + len(string(r))
		}
	}
	return append(out, s[from:])
}
