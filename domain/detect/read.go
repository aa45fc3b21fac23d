package detect

import (
	"strings"
	"unicode"
)

// char is one character as it is compared: half width, upper case, a Chinese figure as the
// Arabic one.
type char struct {
	r          rune
	chinese    bool // it was a Chinese figure
	start, end int  // bytes of the text
}

func (c char) digit() bool { return c.r >= '0' && c.r <= '9' }

// chineseFigures are the ones of telephone numbers: 幺 is said for 一.
var chineseFigures = map[rune]rune{'〇': '0', '○': '0', '零': '0', '一': '1', '幺': '1', '二': '2', '三': '3', '四': '4', '五': '5', '六': '6', '七': '7', '八': '8', '九': '9'}

func read(text string) []char {
	out := make([]char, 0, len(text)/2)
	for at, r := range text {
		c := char{r: r, start: at}
		if len(out) > 0 {
			out[len(out)-1].end = at
		}
		if r >= 0xff01 && r <= 0xff5e {
			c.r -= 0xfee0
		}
		if d, ok := chineseFigures[r]; ok {
			c.r, c.chinese = d, true
		}
		if c.r >= 'a' && c.r <= 'z' {
			c.r -= 'a' - 'A'
		}
		out = append(out, c)
	}
	if len(out) > 0 {
		out[len(out)-1].end = len(text)
	}
	return out
}

// group is figures that stand together, all Arabic or all Chinese; or the X at the end of an
// identity number.
type group struct {
	figures    string
	start, end int
}

// mostBetween is how many blanks or hyphens may stand between two groups of one number.
const mostBetween = 3

// groups reads neighbouring groups from i on, which is a figure, and returns the place
// behind them.
func groups(cs []char, i int) ([]group, int) {
	var out []group
	for {
		var b strings.Builder
		from := i
		for i < len(cs) && cs[i].digit() && cs[i].chinese == cs[from].chinese {
			b.WriteRune(cs[i].r)
			i++
		}
		if i == from { // the X
			b.WriteRune('X')
			i++
		}
		out = append(out, group{b.String(), cs[from].start, cs[i-1].end})
		next := i
		for next < len(cs) && next-i < mostBetween && between(cs[next].r) {
			next++
		}
		if next == len(cs) || !cs[next].digit() && (cs[next].r != 'X' || cs[i-1].r == 'X') {
			return out, i
		}
		i = next
	}
}

func between(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("-–—－−_", r) }

// provinces begin a plate.
const provinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

// plate returns how many characters from the first one on are a car plate by GA 36-2018,
// 0 for none: the province, a letter and five figures of which two at most are letters; or
// six for a new-energy car, with D or F first or last (letters A to K in use since).
func plate(cs []char) int {
	i := 1
	if i == len(cs) || cs[i].r < 'A' || cs[i].r > 'Z' || cs[i].r == 'I' || cs[i].r == 'O' {
		return 0
	}
	i++
	for n := 0; i < len(cs) && n < mostBetween && (between(cs[i].r) || cs[i].r == '·' || cs[i].r == '.' || cs[i].r == '•'); n++ {
		i++
	}
	from, letters := i, 0
	for i < len(cs) && i-from < 7 && !cs[i].chinese && (cs[i].digit() || cs[i].r >= 'A' && cs[i].r <= 'Z') {
		if !cs[i].digit() {
			letters++
		}
		i++
	}
	switch n := i - from; {
	case n == 5 && letters <= 2, n == 6 && letters >= 1 && letters <= 2 && (energy(cs[from].r) || energy(cs[i-1].r)):
		return i
	}
	return 0
}

func energy(r rune) bool { return r >= 'A' && r <= 'K' && r != 'I' }
