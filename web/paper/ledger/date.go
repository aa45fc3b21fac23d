package ledger

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"xiaohao/events"
)

// deadline is what a deadline cell says.
type deadline struct {
	date    events.Date // none when the cell names no day
	mode    events.Mode // when its words say one: 立行立改, 长期坚持
	warning string
	wrong   string // why it cannot be read; the row is refused rather than guessed
}

var (
	standingWords  = regexp.MustCompile(`长期|持续|常态|始终坚持|常抓不懈|常抓|坚持不懈|不间断|贯穿`)
	immediateWords = regexp.MustCompile(`立行立改|立即改|立即整改|即知即改|立查立改|即行即改|立改立行|即时整改|立说立行|当场整改|即改|立改|马上改|边查边改|边督边改`)
	relativeWords  = regexp.MustCompile(`(\d+|[一二三四五六七八九十两半]+)个?(工作日|自然日|日|天|周|星期|月|季度|年)(之?内|以内)|内完成$|^(\d+|[一二三四五六七八九十两半]+)(个(工作日|自然日|月|季度|星期)|工作日|自然日|天|周)$`)
	vagueWords     = regexp.MustCompile(`^(待定|未定|尽快|尽早|适时|按计划|按期|按要求|视情|另行|商定|暂无|无|/|-|—+|－|\\|同上|见方案|详见.*)$`)
	fullDay        = regexp.MustCompile(`(\d{4}|\d{2})[年./\-](\d{1,2})[月./\-](\d{1,2})(?:[日号]|\b|$|[^\d])`)
	joinedDay      = regexp.MustCompile(`(?:^|\D)(20\d{2})(\d{2})(\d{2})(?:\D|$)`)
	joinedMonth    = regexp.MustCompile(`^(20\d{2})(\d{2})$`)
	usDay          = regexp.MustCompile(`^(\d{1,2})[/.\-](\d{1,2})[/.\-](20\d{2})$`)
	looseMonthDay  = regexp.MustCompile(`^(\d{1,2})[./\-](\d{1,2})(?:日|号)?(?:之?前|以前|止)?$`)
)

// dateWords is one alternation that finds every spelling of a day in a text, the longest first.
var dateWords = regexp.MustCompile(strings.Join([]string{
	`(?P<y1>20\d{2})[年./\-](?P<m1>\d{1,2})[月./\-](?P<d1>\d{1,2})[日号]?`,
	`(?P<y8>20\d{2})(?P<m8>0[1-9]|1[0-2])(?P<d8>0[1-9]|[12]\d|3[01])`,
	`(?P<y9>\d{2})[年./\-](?P<m9>\d{1,2})[月./\-](?P<d9>\d{1,2})[日号]?`,
	`(?P<y2>20\d{2}年?|今年|本年度?|当年|明年|次年|来年|下年度?|翌年|去年)(?P<p2>年?[底末终内]|上半年|下半年|年中|第?[1-4]季度末?)`,
	`(?P<y3>20\d{2}[年./\-]|\d{2}年|今年|本年|当年|明年|次年|来年|翌年)(?P<m3>\d{1,2})(?P<p3>月份?[底末初]?(?:上旬|中旬|下旬)?)?`,
	`(?P<m4>\d{1,2})月(?P<d4>\d{1,2})[日号]?`,
	`(?P<m5>\d{1,2})(?P<p5>月份?[底末初]?(?:上旬|中旬|下旬)?)`,
	`(?P<p6>年[底末终内中]|上半年|下半年|第?[1-4]季度末?)`,
	`(?P<y7>20\d{2})年?度?`,
	`(?P<y10>明年|次年|来年)`,
}, "|"))

// Ranges as offices write them, each made into two days that dateWords finds. A dash in one
// that is dotted otherwise ends the first day: 2026.3-2026.5; in 2026.3-5 nobody can tell.
var (
	doubtfulRange = regexp.MustCompile(`^20\d{2}[./]\d{1,2}[-–—~～]\d{1,2}(?:日?(?:之?前|以前|止))?$`)
	ranges        = []struct {
		re *regexp.Regexp
		to string
	}{
		{regexp.MustCompile(`(^|[^\d.])元月`), `${1}1月`},
		{regexp.MustCompile(`前([1-4])季度`), `第${1}季度`},
		{regexp.MustCompile(`\d{1,2}(?:[时点](?:整|半|\d{1,2}分)?|:\d{2}(?::\d{2})?)`), ``},
		{regexp.MustCompile(`每(?:个?(?:半年|年|季度?|月|周|星期|天|日)|逢)[^,;，；。]*`), `每`},
		{regexp.MustCompile(`(20\d{2}年)(\d{1,2})月?[-–—~～至到](\d{1,2})月`), `${1}${2}月至${3}月`},
		{regexp.MustCompile(`(^|[^\d年./\-])(\d{1,2})[-–—~～至到](\d{1,2})月`), `${1}${2}月至${3}月`},
		{regexp.MustCompile(`(\d{1,2})月(\d{1,2})[日号]?[-–—~～至到](\d{1,2})[日号]`), `${1}月${2}日至${1}月${3}日`},
		{regexp.MustCompile(`(20\d{2}[./]\d{1,2}(?:[./]\d{1,2})?)[-–—~～](20\d{2}[./年])`), `${1}至${2}`},
		{regexp.MustCompile(`(20\d{2}[./]\d{1,2}[./]\d{1,2})[-–—~～](\d{1,2})[./](\d{1,2})(?:日|\b)`), `${1}至${2}月${3}日`},
		{regexp.MustCompile(`(20\d{2})[-–—~～](20\d{2})年`), `${1}年至${2}年`},
	}
	fillWords = regexp.MustCompile(`[\s,;.。、()（）\-–—~至到前底内止于在拟并]|之前|以前|完成|整改|到位|销号|办结|解决|落实|任务|全部|全面|计划|预计|力争|确保|年|度|` + standingWords.String() + `|坚持|化|` + immediateWords.String())
)

// plainRanges writes the ranges of a text out in full.
func plainRanges(t string) string {
	for _, r := range ranges {
		t = r.re.ReplaceAllString(t, r.to)
	}
	return t
}

// found is one day that a text names; year is 0 when the text leaves it to its reader, a
// month or day of -1 is one that the text writes as 0.
type found struct {
	year, month, day int
	bare             bool // nothing but a year
	relative         bool // 明年, 次年: says nothing of the days before it
}

// readDeadline reads a deadline cell; year is that of the ledger, 0 when it states none.
func readDeadline(c cell, year int) deadline {
	switch c.kind {
	case blank:
		return deadline{}
	case fault:
		return deadline{wrong: "是错误值 " + c.text}
	case uncalculated:
		return deadline{wrong: "是公式，文件里没有它的结果"}
	case day:
		return deadline{date: c.date}
	case number:
		return numberDeadline(c)
	}
	return textDeadline(c.text, year)
}

// numberDeadline reads a number that the workbook does not show as a date.
func numberDeadline(c cell) deadline {
	whole := c.num == float64(int(c.num))
	switch n := int(c.num); {
	case whole && n >= 20000101 && n <= 20991231:
		return textDeadline(strconv.Itoa(n), 0)
	case whole && n >= 200001 && n <= 209912:
		return textDeadline(strconv.Itoa(n), 0)
	case whole && n >= 2000 && n <= 2099:
		return deadline{date: events.NewDate(n, time.December, 31), warning: "整改时限只写了年份，按年底算"}
	case !c.date.IsZero():
		return deadline{date: c.date, warning: "整改时限是没有设成日期格式的数字 " + c.text + "，按 Excel 的日期序号读"}
	case n >= 2000 && n <= 2099:
		s := c.text
		if c.two {
			s = strconv.FormatFloat(c.num, 'f', 2, 64)
		} else if strings.HasSuffix(s, ".1") {
			return deadline{wrong: "是数字，分不清是 1 月还是 10 月"}
		}
		return textDeadline(s, 0)
	}
	return deadline{wrong: "是数字，看不出是哪一天"}
}

// textDeadline reads a deadline as people write it.
func textDeadline(s string, year int) deadline {
	t := arabic(squeeze(s))
	var d deadline
	if doubtfulRange.MatchString(t) {
		d.wrong = "分不清是一天还是几个月"
		return d
	}
	t = plainRanges(t)
	switch {
	case immediateWords.MatchString(t):
		d.mode = events.Immediate
	case standingWords.MatchString(t):
		d.mode = events.StandingMode
	}
	if m := usDay.FindStringSubmatch(t); m != nil {
		a, b := atoi(m[1]), atoi(m[2])
		if a <= 12 && b <= 12 && a != b {
			d.wrong = "分不清哪个是月、哪个是日"
			return d
		}
		if a > 12 {
			a, b = b, a
		}
		return d.settle([]found{{year: atoi(m[3]), month: a, day: b}}, year)
	}
	if m := joinedMonth.FindStringSubmatch(t); m != nil {
		return d.settle([]found{{year: atoi(m[1]), month: atoi(m[2])}}, year)
	}
	if m := looseMonthDay.FindStringSubmatch(t); m != nil && d.mode == "" {
		return d.settle([]found{{month: atoi(m[1]), day: atoi(m[2])}}, year)
	}
	if serial, err := strconv.ParseFloat(t, 64); err == nil {
		if on := serialDate(serial, false); !on.IsZero() {
			return deadline{date: on, warning: "整改时限是数字 " + t + "，按 Excel 的日期序号读"}
		}
	}
	if relativeWords.MatchString(t) && !fullDay.MatchString(t) && !joinedDay.MatchString(t) {
		d.warning = "整改时限“" + s + "”没有写到哪一天，导入后由交办日起算"
		return d
	}
	if strings.ContainsAny(t, "0123456789") || d.mode == "" {
		return d.read(s, t, year)
	}
	return d
}

// read finds the days a text names and settles on the last of them.
func (d deadline) read(s, t string, year int) deadline {
	var all []found
	rest := dateWords.ReplaceAllStringFunc(t, func(m string) string {
		base := year
		if n := len(all); n > 0 && all[n-1].year > 0 && (strings.HasPrefix(m, "次年") || strings.HasPrefix(m, "翌年")) {
			base = all[n-1].year
		}
		if f, ok := finding(m, base); ok {
			all = append(all, f)
		}
		return " "
	})
	switch {
	case len(all) > 0 && !slices.ContainsFunc(all, func(f found) bool { return !f.bare }) && fillWords.ReplaceAllString(rest, "") != "":
		d.warning = "整改时限“" + s + "”没有写到哪一天" // 2026年春节前
		return d
	case len(all) > 0:
		if len(all) > 1 {
			d.warning = "整改时限“" + s + "”写了不止一个日期，取最后一个"
		}
		if strings.ContainsAny(rest, "0123456789") && !strings.ContainsAny(rest, "(:") && len([]rune(rest)) < 6 {
			d.wrong = "看不出是哪一天"
			return d
		}
		return d.settle(all, year)
	case d.mode != "":
		return d
	case vagueWords.MatchString(t) || !strings.ContainsAny(t, "0123456789"):
		d.warning = "整改时限“" + s + "”没有写到哪一天"
		return d
	}
	d.wrong = "看不出是哪一天"
	return d
}

// finding takes one match of dateWords apart.
func finding(m string, ledger int) (f found, ok bool) {
	sub := dateWords.FindStringSubmatch(m)
	part := ""
	for i, name := range dateWords.SubexpNames() {
		if name == "" || sub[i] == "" {
			continue
		}
		switch name[0] {
		case 'y':
			f.year, f.relative = yearOf(sub[i], ledger), !strings.ContainsAny(sub[i], "0123456789")
		case 'm':
			f.month = named(sub[i])
		case 'd':
			f.day = named(sub[i])
		case 'p':
			part = sub[i]
		}
	}
	switch {
	case strings.Contains(part, "上半年"), part == "年中":
		f.month = 6
	case strings.Contains(part, "季度"):
		f.month = 3 * atoi(strings.Trim(part, "第季度末"))
	case strings.Contains(part, "上旬"), strings.HasSuffix(part, "初"):
		f.day = 10
	case strings.Contains(part, "中旬"):
		f.day = 20
	case strings.Contains(part, "年"):
		f.month = 12
	}
	if f.month == 0 {
		f.month, f.bare = 12, part == ""
	}
	return f, true
}

// named is a number that a text writes, -1 for a 0.
func named(s string) int {
	if n := atoi(s); n > 0 {
		return n
	}
	return -1
}

// yearOf reads 2026年, 26年, 今年, 明年; relative ones count from the ledger's year.
func yearOf(s string, ledger int) int {
	digits := strings.Trim(s, "年./-度")
	if n := atoi(digits); n > 0 {
		if n < 100 {
			n += 2000
		}
		return n
	}
	switch {
	case ledger == 0:
		return 0
	case strings.ContainsAny(s, "明次来下翌"):
		return ledger + 1
	case strings.Contains(s, "去"):
		return ledger - 1
	}
	return ledger
}

// settle takes the last day named. A year said once holds for the days before and after it.
func (d deadline) settle(all []found, ledger int) deadline {
	said := 0
	for i := range all {
		if all[i].year == 0 {
			all[i].year = said
		} else {
			said = all[i].year
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].year == 0 && i+1 < len(all) && !all[i+1].relative {
			all[i].year = all[i+1].year
		}
	}
	var last events.Date
	for _, f := range all {
		if f.year == 0 {
			f.year = ledger
		}
		if f.year == 0 {
			d.wrong = "没有写年份，表名和填报时间里也没有"
			return d
		}
		on, ok := dayOf(f)
		if !ok {
			d.wrong = "没有这一天"
			return d
		}
		if last.IsZero() || on.After(last) {
			last = on
		}
	}
	d.date = last
	return d
}

// dayOf is the day, or the last day of the month when the text names none.
func dayOf(f found) (events.Date, bool) {
	if f.month < 1 || f.month > 12 || f.year < 1990 || f.year > 2099 {
		return events.Date{}, false
	}
	if f.day == 0 {
		return events.NewDate(f.year, time.Month(f.month)+1, 0), true
	}
	on := events.NewDate(f.year, time.Month(f.month), f.day)
	return on, f.day >= 1 && on.Day() == f.day
}

// atoi reads digits; anything else is 0.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

var chineseNumber = regexp.MustCompile(`[〇○零一二三四五六七八九十]+(?:年|月|日|号|季度)|第[一二三四]季度`)

// arabic turns the Chinese numerals of a date into digits: 二〇二六年三月五日, 三季度.
func arabic(s string) string {
	return chineseNumber.ReplaceAllStringFunc(s, func(m string) string {
		i := strings.IndexAny(m, "年月日号季")
		digits, unit := strings.TrimPrefix(m[:i], "第"), m[i:]
		if strings.HasPrefix(unit, "年") {
			if len([]rune(digits)) != 4 {
				return m
			}
			return strings.NewReplacer("〇", "0", "○", "0", "零", "0", "一", "1", "二", "2", "三", "3", "四", "4", "五", "5", "六", "6", "七", "7",
				"八", "8", "九", "9").Replace(digits) + unit
		}
		return strconv.Itoa(chineseInt(digits)) + unit
	})
}

// chineseInt reads 一 to 九十九.
func chineseInt(s string) int {
	n, tens := 0, 0
	for _, r := range s {
		if r == '十' {
			tens, n = max(n, 1)*10, 0
			continue
		}
		for i, d := range []rune("零一二三四五六七八九") {
			if r == d {
				n = i
			}
		}
	}
	return tens + n
}

var ledgerYear = regexp.MustCompile(`(20\d{2})(?:年|[./\-]\d{1,2})`)

// yearIn is the year that a title or file name states, 0 for none; of several the last.
func yearIn(s string) int {
	all := ledgerYear.FindAllStringSubmatch(arabic(squeeze(s)), -1)
	year := 0
	for _, m := range all {
		year = max(year, atoi(m[1]))
	}
	return year
}
