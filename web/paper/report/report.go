package report

import (
	"context"
	"fmt"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/docx"
	"xiaohao/web/paper/sheet"
)

// Reads is what a report is made from; *projections.Store and *projections.Replay are.
type Reads interface {
	EndOf(ctx context.Context, on events.Date) (projections.Position, error)
	Board(ctx context.Context, f projections.BoardFilter) (projections.Board, error)
	KPIs(ctx context.Context, f projections.KPIFilter) (projections.KPIReport, error)
	Happened(ctx context.Context, from, to events.Date, s projections.Sight) ([]projections.Happening, error)
	SamplesOf(ctx context.Context, from, to events.Date) ([]projections.Sample, error)
	Each(ctx context.Context, f projections.Filter, do func(projections.Entered) error) (projections.Position, error)
}

// Order says which report is wanted.
type Order struct {
	Kind    Kind
	On      events.Date       // the last day that is in it
	Office  string            // who hands it in
	Claimed bool              // by the days that facts entered later claim (Reads is a Replay)
	Running bool              // the day is not over: its figures will still change
	Sight   projections.Sight // of who asks: what is about him is in no figure and no list
}

// Report is a report before it is put on paper.
type Report struct {
	Title    string
	Office   string
	Period   string
	Basis    []string // what the figures are of, and the position of the log
	Sections []Section
	Appendix []Figure
}

// Section is a part with its heading.
type Section struct {
	Title string
	Text  []string
	Table []Table
	Chart []docx.Chart
}

// Table is a table of typed cells.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]sheet.Cell
	None    string // stands where there are no rows
}

// Column is the heading of a column and its part of the width.
type Column struct {
	Head  string
	Width int
}

// Figure is one figure of the report with what it is made of.
type Figure struct {
	Name, Formula, Excluded string
	Num, Den                int  // Den is 0 for a plain count
	Average                 bool // Num / Den is a number of days
	Rate                    bool
	Was                     *projections.Ratio // of the period before, when it is set against that
}

// Value is the figure as the text says it.
func (f Figure) Value() string {
	return say(f.Rate, f.Average, projections.Ratio{Num: f.Num, Den: f.Den})
}

// Before is the same of the period before.
func (f Figure) Before() string {
	if f.Was == nil {
		return ""
	}
	return say(f.Rate, f.Average, *f.Was)
}

func say(rate, average bool, r projections.Ratio) string {
	switch {
	case !rate && !average:
		return fmt.Sprint(r.Num)
	case !r.Enough():
		return fmt.Sprintf("不足 %d", projections.MinimumN)
	case average:
		return fmt.Sprintf("%.1f 天", float64(r.Num)/float64(r.Den))
	}
	return fmt.Sprintf("%.1f%%", float64(r.Num)*100/float64(r.Den))
}

// Build makes the report.
func Build(ctx context.Context, reads Reads, o Order) (Report, error) {
	b := &builder{ctx: ctx, reads: reads, o: o, now: o.Kind.period(o.On)}
	b.was, b.year = o.Kind.before(b.now), lastYear(b.now)
	if err := b.read(); err != nil {
		return Report{}, fmt.Errorf("make report: %w", err)
	}
	r := Report{Title: o.Kind.Zh(), Office: o.Office, Period: b.now.Says(), Basis: b.basis()}
	b.out = &r
	for _, part := range parts[o.Kind] {
		if err := part(b); err != nil {
			return Report{}, fmt.Errorf("make report: %w", err)
		}
	}
	return r, nil
}

// parts are the sections of each kind in order.
var parts = map[Kind][]func(*builder) error{
	Week:        {(*builder).overview, (*builder).units, (*builder).replies, (*builder).overdue, (*builder).due, (*builder).closed},
	Month:       {(*builder).overview, (*builder).units, (*builder).kinds, (*builder).rates, (*builder).overdue, (*builder).due, (*builder).closed, (*builder).unsatisfied},
	Quarter:     {(*builder).overview, (*builder).checks, (*builder).units, (*builder).rates, (*builder).overdue, (*builder).relapsed, (*builder).unsatisfied},
	Half:        {(*builder).overview, (*builder).units, (*builder).kinds, (*builder).rates, (*builder).checks, (*builder).overdue, (*builder).relapsed, (*builder).unsatisfied},
	Year:        {(*builder).overview, (*builder).units, (*builder).kinds, (*builder).rates, (*builder).checks, (*builder).overdue, (*builder).relapsed, (*builder).unsatisfied},
	Schedule:    {(*builder).overview, (*builder).schedule, (*builder).overdue, (*builder).due, (*builder).relapsed, (*builder).held},
	Units:       {(*builder).units, (*builder).unitRates},
	Unsatisfied: {(*builder).replies, (*builder).unsatisfied},
}

// basis says what the figures are of.
func (b *builder) basis() []string {
	out := []string{"数据算到" + zh(b.o.On) + "当天结束。"}
	if b.o.Claimed {
		out = append(out, "那时还没有这份日志。这里是后来补录的，按补录时写明的发生日期算；没有写日期的不在内。")
	}
	if b.o.Running {
		out = append(out, "这一天还没有过完，数字还会变。")
	}
	if b.o.Sight.Extent != projections.SeesEverything { // said to everybody, or it would tell
		out = append(out, "反映做表人本人或者本单位的举报件，按规定不让本人知道，不在内。")
	}
	if b.end.Sequence == 0 {
		return append(out, "到这一天日志里没有记录。")
	}
	return append(out, fmt.Sprintf("日志 %s，第 %d 号记录，校验 %s。同一个人用同一位置再做一次，逐字节相同。", b.end.Identity, b.end.Sequence, b.end.Hash))
}
