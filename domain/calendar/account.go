package calendar

import (
	"fmt"
	"strings"
	"time"

	"xiaohao/events"
)

var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// Weekday says which day of the week d is: 周六.
func Weekday(d events.Date) string { return weekdays[d.Weekday()] }

func hoursOf(from time.Time, run time.Duration, first bool) string {
	s := "走 " + span(run)
	if first {
		s = from.In(events.Beijing).Format("15:04") + " 起算，" + s
	}
	return s
}

func span(d time.Duration) string {
	h, m := int(d.Hours()), int(d.Minutes())%60
	switch {
	case m == 0:
		return fmt.Sprintf("%d 小时", h)
	case h == 0:
		return fmt.Sprintf("%d 分钟", m)
	}
	return fmt.Sprintf("%d 小时 %d 分钟", h, m)
}

// Says is the account in one or two sentences.
func (d Deadline) Says() string {
	from := events.DateOf(d.Limit.From)
	if d.Due.IsZero() {
		return "没有期限。"
	}
	start := dayZh(from) + "起算"
	end := dayZh(d.Due)
	switch {
	case d.Limit.Rule.Unit == ByHour && len(d.Limit.Extensions) == 0:
		start = dayZh(from) + d.Limit.From.In(events.Beijing).Format(" 15:04 ") + "起算"
		end += d.Ends.In(events.Beijing).Format(" 15:04")
	case d.Limit.Rule.Unit != Fixed:
		start += "，当天不算"
	}
	rule := d.Limit.Rule.Zh() + "，到 "
	if d.Limit.Rule.Unit == Fixed && d.Due == d.Limit.Rule.On {
		rule = "定到 "
	}
	s := start + "，" + rule + end + "。"
	if by := d.Limit.By; !by.IsZero() {
		s += "依据" + by.Zh() + "。"
	}
	if d.Original != d.Due {
		s += "原来到 " + d.Original.String() + "。"
	}
	return s + d.Caveat()
}

// Caveat says why the result is provisional; "" when it is not.
func (d Deadline) Caveat() string {
	if !d.Provisional() {
		return ""
	}
	years := make([]string, len(d.Open))
	for i, y := range d.Open {
		years[i] = fmt.Sprint(y)
	}
	return "没有 " + strings.Join(years, "、") + " 年的放假安排（一般上一年 11 月才公布），这个日子是暂定的，公布后重算并留痕。"
}

func dayZh(d events.Date) string { return d.String() + "（" + Weekday(d) + "）" }

// Text is the whole account, a line a day; the last line is the due date alone.
func (d Deadline) Text() string {
	var b strings.Builder
	fmt.Fprintln(&b, d.Says())
	for _, l := range d.Days {
		mark := "  "
		if l.Counted {
			mark = "✓ "
		}
		fmt.Fprintf(&b, "%s%s %s  %s\n", mark, l.Date, Weekday(l.Date), l.Says())
	}
	fmt.Fprintln(&b, d.Due)
	return b.String()
}
