package report

import (
	"testing"

	"xiaohao/events"
)

// TestPeriods holds which days a report is of, and which it is set against: the same part of
// the period before, and of the year before.
func TestPeriods(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind             Kind
		on               string
		from, was, until string // first day; first and last day of the period before
		year             string // last day of the same period a year ago
	}{
		{Week, "2014-09-10", "2014-09-08", "2014-09-01", "2014-09-03", "2013-09-10"},
		{Week, "2014-09-14", "2014-09-08", "2014-09-01", "2014-09-07", "2013-09-14"},
		{Month, "2014-09-10", "2014-09-01", "2014-08-01", "2014-08-10", "2013-09-10"},
		{Month, "2014-03-31", "2014-03-01", "2014-02-01", "2014-02-28", "2013-03-31"},
		{Month, "2014-03-30", "2014-03-01", "2014-02-01", "2014-02-28", "2013-03-30"},
		{Month, "2014-02-28", "2014-02-01", "2014-01-01", "2014-01-31", "2013-02-28"},
		{Month, "2016-02-29", "2016-02-01", "2016-01-01", "2016-01-31", "2015-02-28"},
		{Quarter, "2014-09-10", "2014-07-01", "2014-04-01", "2014-06-10", "2013-09-10"},
		{Quarter, "2014-01-31", "2014-01-01", "2013-10-01", "2013-10-31", "2013-01-31"},
		{Half, "2014-12-31", "2014-07-01", "2014-01-01", "2014-06-30", "2013-12-31"},
		{Year, "2014-09-10", "2014-01-01", "2013-01-01", "2013-09-10", "2013-09-10"},
		{Units, "2014-09-10", "2014-09-01", "2014-08-01", "2014-08-10", "2013-09-10"},
	} {
		on, err := events.ParseDate(c.on)
		if err != nil {
			t.Fatal(err)
		}
		p := c.kind.period(on)
		was, year := c.kind.before(p), lastYear(p)
		if p.From.String() != c.from || p.To != on || was.From.String() != c.was || was.To.String() != c.until || year.To.String() != c.year {
			t.Errorf("%s of %s: from %s, against %s to %s, a year ago to %s", c.kind, on, p.From, was.From, was.To, year.To)
		}
	}
	if says := (Period{events.NewDate(2014, 12, 29), events.NewDate(2015, 1, 4)}).Says(); says != "2014年12月29日至2015年1月4日" {
		t.Error(says)
	}
}
