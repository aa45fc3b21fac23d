package report

import (
	"fmt"
	"time"

	"xiaohao/events"
)

// Kind is a kind of report.
type Kind string

const (
	Week        Kind = "week"        // 周报
	Month       Kind = "month"       // 月汇报
	Quarter     Kind = "quarter"     // 季检查
	Half        Kind = "half"        // 半年报
	Year        Kind = "year"        // 年报
	Schedule    Kind = "schedule"    // 序时进度表
	Units       Kind = "units"       // 单位办理统计
	Unsatisfied Kind = "unsatisfied" // 不满意清单
)

// Kinds lists them in the order in which pages offer them.
var Kinds = []Kind{Week, Month, Quarter, Half, Year, Schedule, Units, Unsatisfied}

var kindNames = map[Kind]string{Week: "整改销号周报", Month: "整改销号月汇报", Quarter: "整改销号季检查", Half: "整改销号半年报", Year: "整改销号年报",
	Schedule: "整改序时进度表", Units: "单位办理统计", Unsatisfied: "不满意事项清单"}

// Zh is what the report is called, "" for no kind.
func (k Kind) Zh() string { return kindNames[k] }

// Period is some days; To is included.
type Period struct{ From, To events.Date }

// Says writes 2026年11月16日至11月22日.
func (p Period) Says() string {
	switch {
	case p.From == p.To:
		return zh(p.To)
	case p.From.Year() != p.To.Year():
		return zh(p.From) + "至" + zh(p.To)
	}
	return zh(p.From) + "至" + fmt.Sprintf("%d月%d日", p.To.Month(), p.To.Day())
}

func zh(d events.Date) string { return fmt.Sprintf("%d年%d月%d日", d.Year(), d.Month(), d.Day()) }

// months is how long a period of the kind is, 0 for a week. The lists are of a month.
func (k Kind) months() int {
	switch k {
	case Week:
		return 0
	case Quarter:
		return 3
	case Half:
		return 6
	case Year:
		return 12
	}
	return 1
}

// period is the part of the kind's period that is over at the end of the day.
func (k Kind) period(on events.Date) Period {
	if k == Week {
		weekday := (int(on.Time().Weekday()) + 6) % 7 // Monday is 0
		return Period{on.AddDays(-weekday), on}
	}
	n := k.months()
	first := time.Month((int(on.Month())-1)/n*n + 1)
	return Period{events.NewDate(on.Year(), first, 1), on}
}

// before is the period before, up to the same day: as many days of a week, the same day of
// the month, the last one where that month is shorter. A whole period is set against a whole
// one.
func (k Kind) before(p Period) Period {
	if k == Week {
		return Period{p.From.AddDays(-7), p.To.AddDays(-7)}
	}
	return shift(p, -k.months())
}

// lastYear is the same period a year ago.
func lastYear(p Period) Period { return shift(p, -12) }

// shift moves a period by months.
func shift(p Period, n int) Period {
	to := events.NewDate(p.To.Year(), p.To.Month()+time.Month(n), 1)
	last := to.AddDays(31)
	last = last.AddDays(-last.Day()) // of the month
	day := min(p.To.Day(), last.Day())
	if p.To.AddDays(1).Day() == 1 {
		day = last.Day()
	}
	return Period{events.NewDate(p.From.Year(), p.From.Month()+time.Month(n), 1), events.NewDate(to.Year(), to.Month(), day)}
}

// next is how far ahead due days are listed: the week after, or as many days as a month has.
func (k Kind) next(on events.Date) Period {
	days := 30
	if k == Week {
		days = 7
	}
	return Period{on.AddDays(1), on.AddDays(days)}
}
