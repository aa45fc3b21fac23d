package detect

import (
	"strings"
	"unicode/utf8"
)

// shown is how many figures or letters stay of a number, at its beginning and at its end:
// enough to know one's own number again. What may not leave the vault at all keeps one
// of each.
var shown = map[Kind][2]int{Mobile: {3, 4}, Landline: {4, 2}, Identity: {1, 1}, Bank: {0, 4}, Plate: {2, 2}, Long: {1, 1}}

// Mask covers every number that is found in a text (138****1234), and the names that are
// given: those of the people whose words it is. Blanks and hyphens stay where they were.
func Mask(text string, names ...string) string {
	for _, name := range names {
		if name = strings.TrimSpace(name); utf8.RuneCountInString(name) > 1 {
			text = strings.ReplaceAll(text, name, MaskName(name))
		}
	}
	found := In(text)
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, f := range found {
		b.WriteString(text[at:f.Start])
		b.WriteString(cover(text[f.Start:f.End], f.Kind))
		at = f.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// cover masks one number as it was written.
func cover(number string, k Kind) string {
	cs := read(number)
	figure := func(c char) bool {
		return c.digit() || c.r >= 'A' && c.r <= 'Z' || strings.ContainsRune(provinces, c.r)
	}
	n := 0
	for _, c := range cs {
		if figure(c) {
			n++
		}
	}
	keep := shown[k]
	if k == Mobile { // what stands before the eleven figures is the code of the country
		keep[0] += n - 11
	}
	var b strings.Builder
	i := 0
	for _, c := range cs {
		if figure(c) {
			if i++; i > keep[0] && i <= n-keep[1] {
				b.WriteByte('*')
				continue
			}
		}
		b.WriteString(number[c.start:c.end])
	}
	return b.String()
}

// MaskName shows the family name only.
func MaskName(name string) string {
	rs := []rune(strings.TrimSpace(name))
	switch {
	case len(rs) == 0:
		return ""
	case rs[0] == '（': // words of the program that stand in its place
		return name
	case len(rs) == 2:
		return string(rs[:1]) + "某"
	}
	return string(rs[:1]) + "某某"
}

// MaskPhone shows the first three and the last four figures of what was left as a telephone
// number, whatever it looks like.
func MaskPhone(phone string) string {
	if strings.HasPrefix(phone, "（") {
		return phone
	}
	var d strings.Builder
	for _, c := range read(phone) {
		if c.digit() {
			d.WriteRune(c.r)
		}
	}
	s := d.String()
	if len(s) < 9 {
		return strings.Repeat("*", len(s))
	}
	return s[:3] + strings.Repeat("*", len(s)-7) + s[len(s)-4:]
}
