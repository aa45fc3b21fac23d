package detect

import (
	"slices"
	"strings"
)

// Kind is what a number looks like.
type Kind string

// The kinds of numbers.
const (
	Mobile   Kind = "MOBILE"
	Landline Kind = "LANDLINE" // with its area code; an office's own may be public
	Identity Kind = "IDENTITY"
	Bank     Kind = "BANK"
	Plate    Kind = "PLATE"
	Long     Kind = "LONG" // none of these, but long enough to be one mistyped
)

var zh = map[Kind]string{Mobile: "手机号", Landline: "座机号", Identity: "身份证号", Bank: "银行卡号", Plate: "车牌号", Long: "很长的号码"}

// Zh is the kind in Chinese.
func (k Kind) Zh() string { return zh[k] }

// Find is one number found in a text.
type Find struct {
	Kind       Kind
	Start, End int // bytes of the text
}

// In returns what was found in a text, in the order of the text; finds never overlap.
func In(text string) []Find {
	cs := read(text)
	var out []Find
	for i := 0; i < len(cs); {
		var f Find
		n := 0
		switch {
		case cs[i].digit():
			out, i = numbers(cs, i, out)
			continue
		case strings.ContainsRune(provinces, cs[i].r):
			n = plate(cs[i:])
			f.Kind = Plate
		}
		if n == 0 {
			i++
			continue
		}
		f.Start, f.End = cs[i].start, cs[i+n-1].end
		out = append(out, f)
		i += n
	}
	return out
}

// Kinds returns each kind that was found, once, in the order of the text.
func Kinds(fs []Find) []Kind {
	var out []Kind
	for _, f := range fs {
		if !slices.Contains(out, f.Kind) {
			out = append(out, f.Kind)
		}
	}
	return out
}

// numbers reads the groups of figures that begin at i and adds what they make. It returns
// the place behind them.
func numbers(cs []char, i int, out []Find) ([]Find, int) {
	gs, end := groups(cs, i)
	for g := 0; g < len(gs); {
		kind, n := longest(gs[g:])
		if n == 0 {
			g++
			continue
		}
		out = append(out, Find{kind, gs[g].start, gs[g+n-1].end})
		g += n
	}
	return out, end
}

// mostFigures is the longest number that groups are put together to: a card of 19 figures,
// or a mobile behind 0086.
const mostFigures = 19

// longest finds the most groups from the first one on that make a number together.
func longest(gs []group) (Kind, int) {
	kind, most := Kind(""), 0
	figures := ""
	for n := range gs {
		if figures += gs[n].figures; len(figures) > mostFigures {
			break
		}
		if k := kindOf(figures); k != "" {
			kind, most = k, n+1
		}
	}
	if most > 0 {
		return kind, most
	}
	if len(gs[0].figures) >= 11 {
		return Long, 1
	}
	return Long, spaced(gs)
}

// spaced returns how many groups are spaced as on a card (4 4 4 4 3) or as identity numbers
// are read out (6 8 4), whose check digit does not hold; 0 when they are not.
func spaced(gs []group) int {
	width := func(i int) int {
		if i >= len(gs) {
			return 0
		}
		return len(gs[i].figures)
	}
	switch {
	case width(0) == 6 && width(1) == 8 && (width(2) == 4 || width(2) == 3):
		return 3
	case width(0) != 4 || width(1) != 4 || width(2) != 4 || width(3) != 4 || !strings.Contains(cardBegins, gs[0].figures[:1]):
		return 0
	case width(4) == 1 || width(4) == 2 || width(4) == 3:
		return 5
	}
	return 4
}
