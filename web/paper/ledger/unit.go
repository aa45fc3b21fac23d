package ledger

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// units are the units that one cell names.
type units struct {
	lead, co []string
	warning  string
}

var (
	leadLabel  = regexp.MustCompile(`^(牵头|主办|主责|责任|整改|第一责任)(责任)?(单位|部门)?[:：]`)
	coLabel    = regexp.MustCompile(`^(配合|协办|协同|会办|参与|协助|责任配合)(责任)?(单位|部门)?[:：]`)
	leadMark   = regexp.MustCompile(`^(牵头|主办|主责|牵头单位|主办单位|主责单位|牵头部门|负责牵头)$`)
	coMark     = regexp.MustCompile(`^(配合|协办|会办|参与|配合单位|协办单位|协助)$`)
	unitEnd    = regexp.MustCompile(`(局|办|委|镇|乡|街道|中心|公司|院|所|部|政府|会|处|站|校|学校|村|社区|队|署|厅|馆|组|科|室|党工委|党委|党组|支部|行|园|场|集团|段|区|县|市|办公室|委员会|大队|支队|单位|部门|小学|中学|幼儿园)$`)
	enumerator = regexp.MustCompile(`^(?:\d{1,2}[.、)．]|[(（]\d{1,2}[)）]|[①-⑳])\s*`)
	andOthers  = regexp.MustCompile(`等(\d*个?(部门|单位|有关部门|相关部门|有关单位|相关单位|镇街|乡镇))?$`)
)

// readUnits reads the units of a cell, joined by 、；，/ or line breaks, a label or a
// bracket (牵头) saying which leads. In a cell of mixed 责任单位及责任人 withPerson is true.
func readUnits(s string, withPerson bool) units {
	var u units
	part := 0 // 1 under 牵头单位：, 2 under 配合单位：
	var marked []string
	for _, piece := range unitPieces(labelled(s)) {
		name := strings.TrimSpace(enumerator.ReplaceAllString(narrowName(piece), ""))
		switch {
		case leadLabel.MatchString(name):
			part, name = 1, leadLabel.ReplaceAllString(name, "")
		case coLabel.MatchString(name):
			part, name = 2, coLabel.ReplaceAllString(name, "")
		}
		base, in := outside(name)
		isLead, isCo := leadMark.MatchString(squeeze(in)), coMark.MatchString(squeeze(in))
		if isLead || isCo {
			name = base
		} else if base != "" && withPerson && in != "" && !unitEnd.MatchString(in) {
			name = base
		}
		name = strings.Trim(name, " 　。.:：\n")
		if m := andOthers.FindString(name); m != "" && len(m) < len(name) {
			u.warning = "“" + name + "”没有写全是哪些单位"
			name = strings.TrimSuffix(name, m)
		}
		if name = tidy(name); withPerson {
			name = withoutPerson(name)
		}
		switch {
		case name == "" || vagueWords.MatchString(name):
		case isLead:
			marked = append(marked, name)
		case part == 2 || isCo:
			u.co = append(u.co, name)
		default:
			u.lead = append(u.lead, name)
		}
	}
	u.lead = append(marked, u.lead...)
	return u
}

// labelled puts a cut before labels that follow a name without one: 住建局 配合单位：交通局.
var labelInside = regexp.MustCompile(`[\s。；;，,、]*((?:牵头|主办|主责|配合|协办|协同|会办|参与|协助)(?:责任)?(?:单位|部门)[:：])`)

func labelled(s string) string { return labelInside.ReplaceAllString(s, "\n$1") }

// unitPieces cuts a cell into names.
func unitPieces(s string) []string {
	var out []string
	s = numberInside.ReplaceAllString(s, "$1\n$2")
	for _, p := range splitOutside(s, func(r rune) bool { return strings.ContainsRune("、；;，,。/／\\＼+＋&＆\n\t|｜", r) }) {
		for _, q := range bySpaces(p) {
			out = append(out, byAnd(q)...)
		}
	}
	return out
}

// numberInside is a number before a further name of one line: 1.住建局2.城管局.
var numberInside = regexp.MustCompile(`(\p{Han}[)）]?)\s*(?:\d{1,2}[.．)）]|[(（]\d{1,2}[)）]|[①-⑳])\s*(\p{Han})`)

var andBetween = regexp.MustCompile(`^(.+?(?:局|镇|乡|街道|政府|公司|办公室|委员会|中心))(?:和|与|以?及)(.{3,})$`)

// byAnd cuts 住建局和城管局, where both sides are units by their endings: 和平街道, 住房和城乡建设局
// and 工业园区和开发区管委会 stay whole.
func byAnd(s string) []string {
	m := andBetween.FindStringSubmatch(s)
	if m == nil || !unitEnd.MatchString(m[2]) {
		return []string{s}
	}
	return append([]string{m[1]}, byAnd(m[2])...)
}

// bySpaces cuts at spaces only when every part is a unit by its ending: in 住 建 局 the
// spaces are for looks.
func bySpaces(s string) []string {
	parts := strings.FieldsFunc(s, unicode.IsSpace)
	for _, p := range parts {
		if utf8.RuneCountInString(p) < 3 || !unitEnd.MatchString(p) {
			return []string{s}
		}
	}
	if len(parts) < 2 {
		return []string{s}
	}
	return parts
}

// narrowName makes digits and letters half-width and leaves Chinese brackets as they are.
func narrowName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' || r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ' {
			return r - 0xfee0
		}
		return r
	}, s)
}

// tidy takes out the spaces between Chinese characters.
func tidy(s string) string {
	rs := []rune(s)
	var b strings.Builder
	for i, r := range rs {
		if unicode.IsSpace(r) && (i == 0 || i == len(rs)-1 || rs[i-1] > 0x2e80 || rs[i+1] > 0x2e80) {
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// withoutPerson takes the person's name off 住建局张三, if what is left is a unit by its ending.
func withoutPerson(s string) string {
	if unitEnd.MatchString(s) {
		return s
	}
	rs := []rune(s)
	for n := 2; n <= 4 && n < len(rs)-1; n++ {
		if strings.ContainsFunc(string(rs[len(rs)-n:]), func(r rune) bool { return !unicode.Is(unicode.Han, r) }) {
			break
		}
		if head := strings.TrimRight(string(rs[:len(rs)-n]), ":：-—"); unitEnd.MatchString(head) {
			return head
		}
	}
	return s
}

// distinct appends names that are not yet there.
func distinct(to []string, names ...string) []string {
	for _, n := range names {
		if n != "" && !slices.Contains(to, n) {
			to = append(to, n)
		}
	}
	return to
}
