package calendar

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xiaohao/events"
)

func date(s string) events.Date {
	d, err := events.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func rule(s string) Rule {
	r, err := ParseRule(s)
	if err != nil {
		panic(err)
	}
	return r
}

// TestVectors holds the dates of domain.md §2.7 and more weeks of 调休.
func TestVectors(t *testing.T) {
	for _, c := range []struct{ from, rule, due string }{
		{"2026-02-13", "1wd", "2026-02-14"}, // a Saturday that is worked
		{"2026-02-13", "5wd", "2026-02-27"},
		{"2026-04-30", "5wd", "2026-05-11"},
		{"2026-09-30", "1wd", "2026-10-08"},
		{"2026-09-30", "3wd", "2026-10-10"}, // a Saturday that is worked
		{"2026-09-30", "7d", "2026-10-08"},  // ends on 10-07, which is off
		{"2026-09-30", "10d", "2026-10-10"}, // ends on a worked Saturday: not rolled
		{"2026-09-18", "1wd", "2026-09-20"}, // a worked Sunday
		{"2026-01-03", "1wd", "2026-01-04"},
		{"2026-05-05", "4wd", "2026-05-09"},
		{"2025-09-26", "2wd", "2025-09-29"}, // 09-28 is a worked Sunday
		{"2025-09-30", "3wd", "2025-10-11"}, // eight days off, then a worked Saturday
		{"2025-01-27", "1wd", "2025-02-05"},
		{"2025-01-24", "1wd", "2025-01-26"},
		{"2025-04-26", "1wd", "2025-04-27"},
		{"2024-02-28", "1wd", "2024-02-29"}, // a leap day is a working day
		{"2024-02-28", "1d", "2024-02-29"},
		{"2020-02-28", "1d", "2020-03-02"}, // and one that is a Saturday
		{"2020-01-23", "1wd", "2020-02-03"},
		{"2022-12-30", "1wd", "2023-01-03"}, // 12-31 is in the notice of 2023
		{"2026-09-30", "24h", "2026-10-01"}, // through the holiday
		{"2026-09-30", "2026-10-03", "2026-10-03"},
		{"2026-09-30", "none/7d", "2026-10-08"},
	} {
		got := Official().DueOn(rule(c.rule), date(c.from))
		if got != date(c.due) {
			t.Errorf("%s from %s: %s, want %s", c.rule, c.from, got, c.due)
		}
	}
}

// Days worked in a year: 2026's is in domain.md §2.7.
func TestWorkingDaysOfTheYear(t *testing.T) {
	for year, want := range map[int]int{2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248} {
		before := events.NewDate(year-1, time.December, 31)
		if got := Official().Between(before, events.NewDate(year, time.December, 31)); got != want {
			t.Errorf("%d has %d working days, want %d", year, got, want)
		}
	}
}

func TestShipped(t *testing.T) {
	if got := Official().Years(); !cmp.Equal(got, []int{2020, 2021, 2022, 2023, 2024, 2025, 2026}) {
		t.Errorf("years %v", got)
	}
	var off, worked []string
	for _, d := range Official().Named(2026) {
		if d.Off {
			off = append(off, d.Date.String()[5:])
		} else {
			worked = append(worked, d.Date.String()[5:])
		}
	}
	if len(off) != 33 || strings.Join(worked, " ") != "01-04 02-14 02-28 05-09 09-20 10-10" {
		t.Errorf("2026: %d days off, worked %v", len(off), worked)
	}
}

func TestProvisional(t *testing.T) {
	cal := Official()
	for _, c := range []struct {
		from, rule string
		want       bool
	}{
		{"2026-12-30", "1wd", false}, // ends on 12-31
		{"2026-12-30", "2wd", true},
		{"2026-12-30", "1d", false},
		{"2026-12-30", "2d", true},
		{"2026-12-30", "48h", false}, // the clock knows no holidays
		{"2026-12-30", "2027-03-01", false},
		{"2026-12-01", "none/90d", true},
		{"2026-12-01", "30d", false},
		{"2019-12-30", "1d", true}, // years before the shipped ones
	} {
		d := cal.Due(Limit{Rule: rule(c.rule), From: date(c.from).Time()})
		if d.Provisional() != c.want || (d.Caveat() != "") != c.want {
			t.Errorf("%s from %s: provisional %v (%s), want %v", c.rule, c.from, d.Provisional(), d.Caveat(), c.want)
		}
	}
}

// A calendar that is published late moves what ran into its year, and nothing else.
func TestPublishedLate(t *testing.T) {
	old := Official()
	n := events.Notice{Year: 2027, Days: []events.NoticeDay{{Date: date("2027-01-01"), Name: "元旦", Off: true},
		{Date: date("2027-01-02"), Name: "元旦", Off: true}, {Date: date("2027-01-03"), Name: "元旦", Off: true}, {Date: date("2026-12-27"), Name: "元旦"}}}
	late := New("", 2, Hours{}, append(Shipped(), n), nil)
	l := Limit{Rule: rule("3wd"), From: date("2026-12-30").Time()}
	was, is := old.Due(l), late.Due(l)
	if was.Due != date("2027-01-04") || !was.Provisional() || is.Due != date("2027-01-05") || is.Provisional() {
		t.Errorf("from %s (%v) to %s (%v)", was.Due, was.Open, is.Due, is.Open)
	}
	if got := late.DueOn(rule("1wd"), date("2026-12-25")); got != date("2026-12-27") {
		t.Errorf("a December day of the next year's notice is not worked: %s", got)
	}
}

func TestAreas(t *testing.T) {
	local := events.Notice{Year: 2026, Days: []events.NoticeDay{{Date: date("2026-04-20"), Name: "三月三", Off: true}, {Date: date("2026-04-21"), Name: "三月三", Off: true}}}
	area := New("A", 2, Hours{}, Shipped(), []events.Notice{local})
	if a, b := area.DueOn(rule("1wd"), date("2026-04-17")), Official().DueOn(rule("1wd"), date("2026-04-17")); a != date("2026-04-22") || b != date("2026-04-20") {
		t.Errorf("area %s, country %s", a, b)
	}
	if got := area.Day(date("2026-04-20")).Why(); got != "三月三（本地）放假" {
		t.Error(got)
	}
	if area.DueOn(rule("3wd"), date("2026-09-30")) != date("2026-10-10") {
		t.Error("the country's days are gone")
	}
}

func TestNoticeReplaced(t *testing.T) {
	second := events.Notice{Year: 2026, Days: []events.NoticeDay{{Date: date("2026-01-01"), Name: "元旦", Off: true}}}
	cal := New("", 3, Hours{}, append(Shipped(), second), nil)
	if !cal.Working(date("2026-10-01")) || cal.Working(date("2026-01-01")) || cal.Working(date("2025-10-01")) {
		t.Error("the later notice of a year is not the whole year")
	}
}

func TestPauseAndExtension(t *testing.T) {
	cal := Official()
	base := Limit{Rule: rule("5wd"), From: date("2026-03-02").Time()}
	for _, c := range []struct {
		name      string
		pauses    []Pause
		ext       []Extension
		due, last string
	}{
		{"plain", nil, nil, "2026-03-09", "第 5 个工作日，期限到这天"},
		{"pause", []Pause{{date("2026-03-04"), date("2026-03-06"), "听证"}}, nil, "2026-03-11", "第 5 个工作日，期限到这天"},
		{"pause after the end", []Pause{{date("2026-03-10"), date("2026-03-20"), "听证"}}, nil, "2026-03-09", "第 5 个工作日，期限到这天"},
		{"pause over a weekend", []Pause{{date("2026-03-07"), date("2026-03-09"), "听证"}}, nil, "2026-03-09", "第 5 个工作日，期限到这天"},
		{"extension", nil, []Extension{{date("2026-03-14"), date("2026-03-05"), "汛期"}}, "2026-03-14", "第 9 天（周末），期限到这天"},
		{"pause before the extension", []Pause{{date("2026-03-03"), date("2026-03-04"), "听证"}}, []Extension{{date("2026-03-14"), date("2026-03-05"), "汛期"}},
			"2026-03-14", "第 9 天（周末），期限到这天"},
		{"pause after the extension", []Pause{{date("2026-03-10"), date("2026-03-11"), "听证"}}, []Extension{{date("2026-03-14"), date("2026-03-05"), "汛期"}},
			"2026-03-16", "周一，期限到这天"},
		{"granted after the end", nil, []Extension{{date("2026-03-16"), date("2026-03-11"), "汛期"}}, "2026-03-16", "第 5 天，期限到这天"},
		{"twice", nil, []Extension{{date("2026-03-16"), date("2026-03-05"), "汛期"}, {date("2026-03-20"), date("2026-03-16"), "停电"}}, "2026-03-20", "第 4 天，期限到这天"},
	} {
		l := base
		l.Pauses, l.Extensions = c.pauses, c.ext
		d := cal.Due(l)
		last := d.Days[len(d.Days)-1]
		if d.Due != date(c.due) || d.Original != date("2026-03-09") || last.Date != d.Due {
			t.Errorf("%s: due %s, original %s, last line %+v; want %s %s\n%s", c.name, d.Due, d.Original, last, c.due, c.last, d.Text())
		}
	}
	// A natural limit is rolled after the pause, not before it.
	d := cal.Due(Limit{Rule: rule("7d"), From: date("2026-09-30").Time(), Pauses: []Pause{{date("2026-10-01"), date("2026-10-02"), "鉴定"}}})
	if d.Due != date("2026-10-08") {
		t.Errorf("7 days with one out: %s", d.Due)
	}
}

func TestHours(t *testing.T) {
	from := date("2026-09-30").Time().Add(14*time.Hour + 30*time.Minute)
	d := Official().Due(Limit{Rule: rule("24h"), From: from})
	if want := from.Add(24 * time.Hour); !d.Ends.Equal(want) || d.Due != date("2026-10-01") {
		t.Errorf("ends %s on %s", d.Ends, d.Due)
	}
	d = Official().Due(Limit{Rule: rule("24h"), From: from, Pauses: []Pause{{date("2026-10-01"), date("2026-10-03"), "抢修"}}})
	if want := from.Add(72 * time.Hour); !d.Ends.Equal(want) {
		t.Errorf("with a pause of two days it ends %s, want %s", d.Ends, want)
	}
}

func TestCloseOfBusiness(t *testing.T) {
	hours := Hours{Opens: 8*time.Hour + 30*time.Minute, Closes: 17*time.Hour + 30*time.Minute, AtClose: true}
	cal := New("", 1, hours, Shipped(), nil)
	d := cal.Due(Limit{Rule: rule("3wd"), From: date("2026-09-30").Time()})
	if want := time.Date(2026, 10, 10, 17, 30, 0, 0, events.Beijing); !d.Ends.Equal(want) {
		t.Errorf("ends %s", d.Ends)
	}
	if got := Official().End(date("2026-10-10")); !got.Equal(date("2026-10-11").Time()) {
		t.Errorf("midnight is %s", got)
	}
	for at, want := range map[string]bool{"2026-10-10T08:30": true, "2026-10-10T08:29": false, "2026-10-10T17:30": false, "2026-10-07T10:00": false} {
		when, err := time.ParseInLocation("2006-01-02T15:04", at, events.Beijing)
		if err != nil {
			t.Fatal(err)
		}
		if cal.InHours(when) != want {
			t.Errorf("%s in hours: %v", at, !want)
		}
	}
}

func TestText(t *testing.T) {
	want := `2026-09-30（周三）起算，当天不算，3 个工作日，到 2026-10-10（周六）。
  2026-09-30 周三  起算日，不算
  2026-10-01 周四  国庆节放假，不算
  2026-10-02 周五  国庆节放假，不算
  2026-10-03 周六  国庆节放假，不算
  2026-10-04 周日  国庆节放假，不算
  2026-10-05 周一  国庆节放假，不算
  2026-10-06 周二  国庆节放假，不算
  2026-10-07 周三  国庆节放假，不算
✓ 2026-10-08 周四  第 1 个工作日
✓ 2026-10-09 周五  第 2 个工作日
✓ 2026-10-10 周六  第 3 个工作日（国庆节调休上班），期限到这天
2026-10-10
`
	got := Official().Due(Limit{Rule: rule("3wd"), From: date("2026-09-30").Time()}).Text()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseRule(t *testing.T) {
	for _, s := range []string{"24h", "1h", "7d", "3wd", "3650wd", "2026-11-30", "none/90d"} {
		if r, err := ParseRule(s); err != nil || r.String() != s {
			t.Errorf("%q: %v, %v", s, r, err)
		}
	}
	for _, s := range []string{"", "5", "wd", "d", "h", "0d", "-1wd", "+1d", "05wd", "3651d", "5 wd", "5WD", "1.5d", "date", "none", "none/d", "none/5wd", "2026-02-30"} {
		if r, err := ParseRule(s); err == nil {
			t.Errorf("%q is read as %s", s, r)
		}
	}
}
