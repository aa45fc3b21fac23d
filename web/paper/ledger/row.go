package ledger

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"xiaohao/events"
)

var (
	bareNumber = regexp.MustCompile(`^[\d\s.,:/()\-]*$`)
	scientific = regexp.MustCompile(`\d(\.\d+)?[eE]\+?\d{1,2}(\D|$)`)
	tick       = regexp.MustCompile(`^(√|✓|✔|v|V|是|1|●|■|☑|y|Y)$`)
)

// problem reads the text of an item.
func (r *reader) problem(it *Item, c cell, no, at int) {
	name := cellName(no, at)
	switch {
	case c.kind == fault:
		r.reject(it, no, name, "问题一栏是错误值 "+c.text+"，要写清问题")
	case c.kind == uncalculated:
		r.reject(it, no, name, "问题一栏是公式，文件里没有它的结果：请在 Excel 里打开、重算并保存")
	case c.kind != text || bareNumber.MatchString(narrow(c.text)):
		r.reject(it, no, name, "问题一栏是“"+Short(c.text, 20)+"”，不是一句话，要写清问题")
	}
	it.Problem, it.Cells[Problem] = c.text, c.text
}

// more adds what row k says to an item.
func (r *reader) more(it *Item, k int) {
	no := r.g.rows[k].no
	it.Rows = append(it.Rows, no)
	if r.g.rows[k].hidden {
		it.warn(fmt.Sprintf("第 %d 行在表里是隐藏的", no))
	}
	year, before := r.l.Year, it.claim
	it.claim = claim{}
	for _, c := range r.h.columns {
		v, top, at := r.cell(k, c)
		if c.field == Problem || v.kind == blank || top < no && len(it.Rows) > 1 && slices.Contains(it.Rows, top) {
			continue // said by an earlier row of the item
		}
		r.field(it, c, v, no, cellName(top, at), year)
	}
	it.claim = before.and(it.claim.alone())
}

// field adds one cell.
func (r *reader) field(it *Item, c column, v cell, no int, name string, year int) {
	if why := unusable(c.field, v); why != "" {
		if c.field == Ignored || c.field == Seq || c.field == Note || c.field == Satisfaction || c.field == Publicity || c.field == Evidence {
			if c.field != Seq {
				it.warn("“" + c.heading + "”一栏" + why + "，没有读")
			}
			return
		}
		r.reject(it, no, name, "“"+c.heading+"”一栏"+why)
		return
	}
	s := v.text
	if v.kind == day {
		s = v.date.String()
	}
	if c.field != Ignored && c.field != Seq {
		it.Cells[c.field] = joined(it.Cells[c.field], s)
	}
	switch c.field {
	case LeadUnit, CoUnits:
		r.units(it, c, s)
	case DeadlineDay:
		r.deadline(it, c, v, no, name, year)
	case Measures:
		for _, line := range strings.Split(s, "\n") {
			it.Measures = distinct(it.Measures, strings.TrimSpace(line))
		}
	case ModeField:
		it.readMode(c, s)
	case Status:
		it.readStatus(c, s)
	case Progress:
		it.More.Progress = joined(it.More.Progress, s)
		it.claim = it.claim.and(readClauses(squeeze(s)))
	case Note:
		it.More.Note = joined(it.More.Note, s)
		it.claim = it.claim.and(readClauses(squeeze(s)))
	case ClosedOn:
		if on := readDeadline(v, year).date; !on.IsZero() {
			it.More.ClosedOn, it.claim = on, it.claim.and(claim{done: 2, closed: 2})
		} else {
			it.claim = it.claim.and(readClauses(squeeze(s)))
		}
	case Done:
		it.More.Done = it.softDay(c, v, year)
	case Raised:
		it.More.Raised = it.softDay(c, v, year)
	case QuantityOf:
		q, ok := readQuantity(s)
		if !ok {
			it.warn("“" + c.heading + "”的“" + Short(s, 20) + "”看不出数量，没有读")
			return
		}
		it.Quantity = q
	default:
		it.keep(c.field, s)
	}
}

// softDay reads a day that no row is refused for.
func (it *Item) softDay(c column, v cell, year int) events.Date {
	d := readDeadline(v, year)
	if d.wrong != "" {
		it.warn("“" + c.heading + "”的“" + Short(v.text, 30) + "”" + d.wrong + "，没有读")
	}
	return d.date
}

// keep stores what is taken as it is written.
func (it *Item) keep(f Field, s string) {
	for _, p := range []struct {
		field Field
		to    *string
	}{{Number, &it.More.Number}, {Source, &it.More.Source}, {Category, &it.More.Category}, {Area, &it.More.Area}, {Goal, &it.More.Goal},
		{Leader, &it.More.Leader}, {Officer, &it.More.Officer}, {Petitioner, &it.More.Petitioner}, {Phone, &it.More.Phone}} {
		if p.field == f {
			*p.to = joined(*p.to, s)
		}
	}
}

// unusable says why a cell cannot be read at all, "" when it can.
func unusable(f Field, v cell) string {
	switch {
	case v.kind == fault:
		return "是错误值 " + v.text + "，要写实际内容"
	case v.kind == uncalculated:
		return "是公式，文件里没有它的结果：请在 Excel 里打开、重算并保存"
	case f == DeadlineDay || f == Raised || f == Done || f == ClosedOn || f == Seq || f == QuantityOf:
		return ""
	case v.kind == text && scientific.MatchString(narrow(v.text)) && (f == Phone || f == Identity || f == Number || f == Petitioner || f == Officer || f == Ignored || f == Note) && strings.ContainsAny(v.text, "eEｅＥ"):
		return "是科学计数 " + Short(v.text, 24) + "，后面的数字已经丢了：请把这一栏设为文本，重新填写完整号码"
	case v.kind == number && (f == Phone || f == Identity || f == Number || f == Ignored) && lost(v):
		return "是科学计数 " + v.text + "，后面的数字已经丢了：请把这一栏设为文本，重新填写完整号码"
	}
	return ""
}

// lost reports whether a stored number cannot be a whole telephone or identity number: a
// workbook keeps 15 digits.
func lost(v cell) bool {
	return v.num >= 1e15 || v.num >= 1e9 && strings.ContainsAny(v.text, ".eE")
}

func (r *reader) units(it *Item, c column, s string) {
	u := readUnits(s, strings.Contains(c.heading, "人"))
	if u.warning != "" {
		it.warn(u.warning)
	}
	if c.field == CoUnits {
		it.CoUnits = distinct(it.CoUnits, append(u.lead, u.co...)...)
		return
	}
	for _, name := range u.lead {
		if it.LeadUnit == "" {
			it.LeadUnit = name
		} else {
			it.CoUnits = distinct(it.CoUnits, name)
		}
	}
	it.CoUnits = distinct(it.CoUnits, u.co...)
}

func (r *reader) deadline(it *Item, c column, v cell, no int, name string, year int) {
	d := readDeadline(v, year)
	if year == 0 && d.wrong != "" && !it.More.Raised.IsZero() {
		if with := readDeadline(v, it.More.Raised.Year()); with.wrong == "" {
			d = with
			it.warn("“" + c.heading + "”没有写年份，按提出时间的年份算")
		}
	}
	if d.wrong != "" {
		r.reject(it, no, name, "“"+c.heading+"”的“"+Short(v.text, 30)+"”"+d.wrong+"，要写成 2026年3月5日 的样子")
		return
	}
	if d.warning != "" {
		it.warn(d.warning)
	}
	if d.mode != "" && !it.ModeSaid {
		it.Mode = d.mode
	}
	if d.date.IsZero() {
		return
	}
	if it.Deadline != nil && *it.Deadline != d.date {
		it.warn("各行的“" + c.heading + "”不同，取最后一个")
	}
	if it.Deadline == nil || d.date.After(*it.Deadline) {
		it.Deadline = &d.date
	}
}

// readMode reads a column of modes, or one of ticks under the name of a mode.
func (it *Item) readMode(c column, s string) {
	m, ok := readMode(s)
	if own, is := readMode(c.leaf); is && tick.MatchString(squeeze(s)) {
		m, ok = own, true
	}
	if ok {
		it.Mode, it.ModeSaid = m, true
	} else if !untrue.MatchString(squeeze(s)) {
		it.warn("“" + c.heading + "”的“" + Short(s, 12) + "”不是立即改、限期改、计划改、常态之一")
	}
}

// readStatus reads a column of states, or one of ticks under the name of a state.
func (it *Item) readStatus(c column, s string) {
	if own := readClauses(squeeze(c.leaf)); own.says() && tick.MatchString(squeeze(s)) {
		it.claim = it.claim.and(own)
		return
	}
	got := readClaim(s, strings.Contains(c.heading, "销号"))
	if !got.says() {
		it.warn("“" + c.heading + "”的“" + Short(s, 12) + "”看不出办到哪一步，按整改中算")
	}
	it.claim = it.claim.and(got)
}

// settle fills in what follows from the rest once all rows of an item are read.
func (it *Item) settle() {
	it.CoUnits = slices.DeleteFunc(it.CoUnits, func(u string) bool { return u == it.LeadUnit })
	if it.LeadUnit == "" && len(it.CoUnits) > 0 {
		it.LeadUnit, it.CoUnits = it.CoUnits[0], it.CoUnits[1:]
		it.warn("没有牵头单位，取责任单位的第一个")
	}
	if it.LeadUnit == "" {
		it.warn("没有写责任单位：导入后等待交办")
	}
	if it.Mode == "" {
		it.Mode = events.TimeLimited
	}
	if !it.More.Done.IsZero() && !it.claim.says() {
		it.claim = claim{done: 2}
	}
	it.Said, it.Status = it.claim.says(), it.claim.state()
	if it.claim.differ {
		it.warn("各栏、各行对完成情况说法不一，按较低的算")
	}
}

func (it *Item) warn(s string) { it.Warnings = distinct(it.Warnings, s+"。") }

func joined(a, b string) string {
	if a == "" || a == b {
		return b
	}
	return a + "\n" + b
}
