package ledger

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// reader goes through the rows below a header.
type reader struct {
	g     *grid
	h     *header
	l     *Ledger
	fixed Mapping
	items []*Item
	bad   map[*Item]bool          // items with a rejected cell
	words map[string]map[int]bool // texts of the header, each with the columns it stands in
}

func (r *reader) read() {
	l := r.l
	l.Columns, l.HeaderRows = map[string]Field{}, []int{}
	l.Items, l.Rejected, l.Duplicates = []Item{}, []Rejection{}, []Duplicate{}
	r.bad = map[*Item]bool{}
	for k := r.h.first; k <= r.h.last; k++ {
		l.HeaderRows = append(l.HeaderRows, r.g.rows[k].no)
	}
	for _, c := range r.h.columns {
		l.Columns[c.heading] = c.field
		l.Headings = append(l.Headings, Heading{strings.TrimSuffix(cellName(1, c.at), "1"), c.heading, c.field, c.guessed})
	}
	r.headWords()
	if l.Year == 0 {
		l.Year = r.yearOfRows()
	}
	for k := r.h.last + 1; k < len(r.g.rows); k++ {
		if why := r.skip(k); why != "" {
			l.Skipped = append(l.Skipped, Skip{r.g.rows[k].no, why})
			continue
		}
		r.row(k)
	}
	r.finish()
}

// headWords are the texts of the header, by which a repeated one is known.
func (r *reader) headWords() {
	r.words = map[string]map[int]bool{}
	for k := r.h.first; k <= r.h.last; k++ {
		for c, v := range r.g.rows[k].cells {
			if v.kind == text {
				t := squeeze(v.text)
				if r.words[t] == nil {
					r.words[t] = map[int]bool{}
				}
				r.words[t][c] = true
			}
		}
	}
}

// yearOfRows is the one year that all full dates of the ledger fall in, else 0.
func (r *reader) yearOfRows() int {
	year := 0
	for _, f := range []Field{DeadlineDay, Raised} {
		for _, c := range r.h.of(f) {
			for k := r.h.last + 1; k < len(r.g.rows); k++ {
				on := readDeadline(r.g.rows[k].at(c.at), 0).date
				if on.IsZero() {
					continue
				}
				if year != 0 && year != on.Year() {
					return 0
				}
				year = on.Year()
			}
		}
	}
	return year
}

var (
	totalRow   = regexp.MustCompile(`^(合计|总计|小计|共计|累计|本页合计|本页小计|总数|平均)(数|[:：].*|\(.*\))?$|^(合计|总计|共计)`)
	footRow    = regexp.MustCompile(`^(填报|填表|制表|审核|复核|审批|审签|报送|负责|主要负责|分管|签字|签名|签章|盖章|单位盖章|单位\(盖章\)|联系|经办|校对|录入|日期|填表说明|填报说明|注|备注|说明|附注)(单位|部门)?(人|领导|负责人|同志|时间|日期|电话|方式|签字|签名|签章|盖章)*(\(.{0,12}\))?[:：]`)
	footLoose  = regexp.MustCompile(`^(填报人|填表人|制表人|审核人|复核人|单位负责人|主要负责人|分管领导|主管领导|单位\(盖章\)|单位盖章|\(?盖章\)?|填报时间|填报日期|填表日期)`)
	sampleRow  = regexp.MustCompile(`^(例|示例|样例|范例|举例|填写示例|模板|例\d+)[:：]?$|^填写示例|^示例[:：]`)
	sectionRow = regexp.MustCompile(`^(第?[一二三四五六七八九十]+[、.．章节部分]|\([一二三四五六七八九十]+\))`)
	hintRow    = regexp.MustCompile(`^[(（].*(填写|填|例如|如|格式).*[)）]$|^(请)?填写`)
)

// skip says why a row is none of the table, "" when it is one.
func (r *reader) skip(k int) string {
	cols := r.g.filled(k)
	texts := make([]string, len(cols))
	headed := 0
	for i, c := range cols {
		if texts[i] = squeeze(r.g.rows[k].at(c).text); r.words[texts[i]][c] {
			headed++
		}
	}
	first := texts[0]
	problem := r.problemColumn()
	switch {
	case headed == len(cols) && headed >= 2, headed >= 3 && 3*headed >= 2*len(cols):
		return "重复的表头"
	case r.anotherHeader(k, cols):
		return "重复的表头"
	case totalRow.MatchString(first), cols[0] != problem && totalRow.MatchString(squeeze(r.g.rows[k].at(problem).text)):
		return "合计行"
	case sampleRow.MatchString(first):
		return "示例行"
	case (footRow.MatchString(first) || footLoose.MatchString(first)) && (len(cols) <= 2 || cols[0] != problem && r.g.rows[k].at(problem).kind == blank || r.allFoot(texts)):
		return "落款或说明行"
	case len(cols) >= 3 && counting(texts):
		return "栏号行"
	case k == r.h.last+1 && hintRow.MatchString(squeeze(r.g.rows[k].at(problem).text)):
		return "填写说明行"
	case len(cols) == 1:
		return r.lone(k, cols[0], first, problem)
	}
	return ""
}

func (r *reader) allFoot(texts []string) bool {
	return !slices.ContainsFunc(texts, func(t string) bool {
		return !footRow.MatchString(t) && !footLoose.MatchString(t) && len([]rune(t)) > 12
	})
}

// counting reports whether a row only numbers the columns: 1 2 3 or 甲 乙 1 2.
func counting(texts []string) bool {
	last := 0
	for _, t := range texts {
		t = strings.Trim(t, "()（）")
		if last == 0 && len([]rune(t)) == 1 && strings.Contains("甲乙丙丁戊栏", t) {
			continue
		}
		n, err := strconv.Atoi(t)
		if err != nil || n != last+1 {
			return false
		}
		last = n
	}
	return last >= 2
}

// lone decides on a row with one filled cell.
func (r *reader) lone(k, c int, t string, problem int) string {
	wide := r.g.across(k, c)
	seq := r.h.of(Seq)
	switch {
	case len(seq) > 0 && c == seq[0].at && wide == 1 && dataLike.MatchString(t):
		return "只有序号的空行"
	case wide > 1 && 2*wide >= len(r.h.columns):
		return "分节标题或说明行"
	case c == problem && !sectionRow.MatchString(t):
		return ""
	case sectionRow.MatchString(t) && len([]rune(t)) < 40:
		return "分节标题或说明行"
	case r.fieldAt(c) != Ignored && r.fieldAt(c) != Seq:
		return ""
	}
	return "分节标题或说明行"
}

// anotherHeader takes a second table under the first, whose columns may stand in another
// order: from here on its header holds.
func (r *reader) anotherHeader(k int, cols []int) bool {
	if len(cols) < 3 || !r.g.headerLike(k) {
		return false
	}
	known := 0
	for _, c := range cols {
		if len(meanings(r.g.rows[k].at(c).text)) > 0 {
			known++
		}
	}
	if 4*known < 3*len(cols) {
		return false
	}
	h := r.g.headerAt(k, k, r.fixed)
	if h == nil || len(h.of(Problem)) == 0 || h.of(Problem)[0].guessed {
		return false
	}
	r.h = h
	r.headWords()
	return true
}

func (r *reader) problemColumn() int { return r.h.of(Problem)[0].at }

func (r *reader) fieldAt(c int) Field {
	for _, col := range r.h.columns {
		if col.at == c || slices.Contains(col.twins, c) {
			return col.field
		}
	}
	return Ignored
}

// cell returns what row k holds in a column, its twins included, with the row and column
// where it stands.
func (r *reader) cell(k int, c column) (v cell, top, at int) {
	for _, at := range append([]int{c.at}, c.twins...) {
		if v, top = r.g.down(k, at); v.kind != blank {
			return v, top, at
		}
	}
	return cell{}, r.g.rows[k].no, c.at
}

// row takes one row of the table: a new item, or more of the one above.
func (r *reader) row(k int) {
	r.l.Rows++
	no := r.g.rows[k].no
	p, top, at := r.cell(k, r.h.of(Problem)[0])
	var last *Item
	if len(r.items) > 0 {
		last = r.items[len(r.items)-1]
	}
	seq, seqTop := r.seq(k)
	switch {
	case p.kind != blank && top < no && last != nil && slices.Contains(last.Rows, top):
		r.more(last, k)
	case p.kind == blank && last != nil && r.continues(k, seq, seqTop):
		r.more(last, k)
	case p.kind == blank:
		r.reject(nil, no, cellName(no, at), "这一行没有写问题，请补上")
	case p.kind == text && last != nil && r.filledDown(k, last, p.text, seq):
		r.more(last, k)
	default:
		it := &Item{Row: no, seq: seq, CoUnits: []string{}, Measures: []string{}, Warnings: []string{}, Cells: map[Field]string{}}
		r.items = append(r.items, it)
		r.problem(it, p, no, at)
		r.more(it, k)
	}
}

func (r *reader) seq(k int) (value string, top int) {
	for _, f := range []Field{Seq, Number} {
		for _, c := range r.h.of(f) {
			if v, top, _ := r.cell(k, c); v.kind != blank {
				return f.mark() + squeeze(v.text), top
			}
		}
	}
	return "", r.g.rows[k].no
}

func (f Field) mark() string { return string(f) + " " }

// continues reports whether a row without a problem goes on with the item above: it has no
// number of its own, and says something that a ledger spreads over several rows.
func (r *reader) continues(k int, seq string, seqTop int) bool {
	if seq != "" && seqTop == r.g.rows[k].no {
		return false
	}
	if len(r.h.of(Measures)) > 0 || len(r.h.of(Seq)) > 0 || len(r.h.of(Number)) > 0 {
		return true
	}
	own := 0
	for _, f := range []Field{LeadUnit, DeadlineDay} {
		for _, c := range r.h.of(f) {
			if r.g.rows[k].at(c.at).kind != blank {
				own++
			}
		}
	}
	return own < 2
}

// filledDown reports whether a row repeats the problem above because the office fills down
// instead of merging: same number or none, another measure or unit.
func (r *reader) filledDown(k int, last *Item, problem, seq string) bool {
	if Sameness(problem) != Sameness(last.Problem) || seq != last.seq {
		return false
	}
	if ms := r.h.of(Measures); len(ms) > 0 {
		if v, _, _ := r.cell(k, ms[0]); v.kind == text && !slices.Contains(last.Measures, v.text) {
			return seq != "" || r.leadOf(k) == last.LeadUnit
		}
	}
	return seq != "" && r.leadOf(k) != last.LeadUnit
}

// leadOf is the lead unit that row k names alone.
func (r *reader) leadOf(k int) string {
	for _, c := range r.h.of(LeadUnit) {
		if v, _, _ := r.cell(k, c); v.kind == text {
			if u := readUnits(v.text, false); len(u.lead) > 0 {
				return u.lead[0]
			}
		}
	}
	return ""
}

// reject notes what is wrong with a cell; the item it belongs to does not go in.
func (r *reader) reject(it *Item, no int, at, reason string) {
	r.l.Rejected = append(r.l.Rejected, Rejection{no, at, reason + "。"})
	if it != nil {
		r.bad[it] = true
	}
}

// finish settles each item and sets the duplicates apart.
func (r *reader) finish() {
	firsts := map[string]int{}
	for _, it := range r.items {
		if r.bad[it] {
			continue
		}
		it.settle()
		key := it.More.Number + "\n" + Sameness(it.Problem) + "\n" + Sameness(it.LeadUnit)
		if of, ok := firsts[key]; ok {
			r.l.Duplicates = append(r.l.Duplicates, Duplicate{it.Row, of})
			continue
		}
		firsts[key] = it.Row
		r.l.Items = append(r.l.Items, *it)
	}
	slices.SortStableFunc(r.l.Rejected, func(a, b Rejection) int { return cmp.Compare(a.Row, b.Row) })
}
