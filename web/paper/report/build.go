package report

import (
	"context"
	"fmt"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/sheet"
)

// builder collects the sections of one report.
type builder struct {
	ctx   context.Context
	reads Reads
	o     Order
	out   *Report

	now, was, year   Period
	end              projections.Position
	board            projections.Board // at the end of the period
	flows, wasFlows  flow
	yearFlows        flow
	kpis, wasKPIs    projections.KPIReport
	happened, before []projections.Happening
}

// flow is what came and went in a period.
type flow struct{ raised, closed, reopened int }

func (b *builder) read() (err error) {
	if b.end, err = b.reads.EndOf(b.ctx, b.now.To); err != nil {
		return err
	}
	if b.board, err = b.at(b.now.To); err != nil {
		return err
	}
	if b.happened, err = b.reads.Happened(b.ctx, b.now.From, b.now.To, b.o.Sight); err != nil {
		return err
	}
	if b.before, err = b.reads.Happened(b.ctx, b.was.From, b.was.To, b.o.Sight); err != nil {
		return err
	}
	if b.flows, err = b.flow(b.now, b.happened); err != nil {
		return err
	}
	if b.wasFlows, err = b.flow(b.was, b.before); err != nil {
		return err
	}
	if b.o.Kind != Week {
		then, err := b.reads.Happened(b.ctx, b.year.From, b.year.To, b.o.Sight)
		if err != nil {
			return err
		}
		if b.yearFlows, err = b.flow(b.year, then); err != nil {
			return err
		}
	}
	if b.kpis, err = b.rated(b.now); err != nil {
		return err
	}
	b.wasKPIs, err = b.rated(b.was)
	return err
}

func (b *builder) at(on events.Date) (projections.Board, error) {
	return b.reads.Board(b.ctx, projections.BoardFilter{AsOf: on, Today: on, Sight: b.o.Sight})
}

func (b *builder) rated(p Period) (projections.KPIReport, error) {
	return b.reads.KPIs(b.ctx, projections.KPIFilter{From: p.From, To: p.To, CutOff: p.To, Sight: b.o.Sight})
}

// flow counts: registered is how many more numbers there are at the end than before.
func (b *builder) flow(p Period, hs []projections.Happening) (f flow, err error) {
	start, err := b.at(p.From.AddDays(-1))
	if err != nil {
		return f, err
	}
	end, err := b.at(p.To)
	if err != nil {
		return f, err
	}
	f.raised = numbers(end) - numbers(start)
	for _, h := range hs {
		switch h.Type {
		case "item.closed":
			f.closed++
		case "item.reopened":
			f.reopened++
		}
	}
	return f, nil
}

// numbers is how many numbers were given out by then.
func numbers(b projections.Board) int {
	return b.All.Total + b.Pending + b.Answered + b.Ended + b.Merged
}

// section begins a section, numbered as papers are.
func (b *builder) section(title string) *Section {
	b.out.Sections = append(b.out.Sections, Section{})
	n := len(b.out.Sections)
	s := &b.out.Sections[n-1]
	s.Title = ordinals[n-1] + "、" + title
	return s
}

var ordinals = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// count notes a plain figure in the appendix, against the period before when was is given,
// and returns it.
func (b *builder) count(name, formula string, n int, was ...int) int {
	f := Figure{Name: name, Formula: formula, Num: n}
	if len(was) > 0 {
		f.Was = &projections.Ratio{Num: was[0]}
	}
	b.out.Appendix = append(b.out.Appendix, f)
	return n
}

// rate notes a rate in the appendix and returns it as text.
func (b *builder) rate(name, formula, excluded string, num, den int) string {
	f := Figure{Name: name, Formula: formula, Excluded: excluded, Num: num, Den: den, Rate: true}
	b.out.Appendix = append(b.out.Appendix, f)
	return f.Value()
}

// change says how a figure stands against the one before.
func change(n, was int) string {
	switch {
	case n > was:
		return fmt.Sprintf("多 %d 件", n-was)
	case n < was:
		return fmt.Sprintf("少 %d 件", was-n)
	}
	return "持平"
}

// restricted reports whether an item is of a class of which paper names nothing that leads to
// it: whoever it is about may read the report.
func restricted(class events.Class) bool { return class == events.Conduct || class == events.Stability }

// numbered is the number of an item in a list.
func numbered(number string, class events.Class) string {
	if restricted(class) {
		return "—"
	}
	return number
}

// named is what an item is called in a list.
func named(title string, class events.Class) string {
	switch {
	case restricted(class):
		return "（举报、涉稳，名称不列）"
	case title == "":
		return "（还没有定名称）"
	}
	return title
}

// list puts the items of a filter into a table.
func (b *builder) list(s *Section, caption, none string, f projections.Filter) (int, error) {
	f.AsOf, f.Today, f.Sight = b.o.On, b.o.On, b.o.Sight
	t := Table{Caption: caption, None: none, Columns: []Column{{"序号", 6}, {"编号", 16}, {"事项", 38}, {"主办单位", 18}, {"类型", 10}, {"期限", 12}}}
	_, err := b.reads.Each(b.ctx, f, func(it projections.Entered) error {
		t.Rows = append(t.Rows, []sheet.Cell{sheet.Count(len(t.Rows) + 1), sheet.Words(numbered(it.Number, it.Class)), sheet.Words(named(it.Title, it.Class)), sheet.Words(it.Lead.Name), sheet.Words(it.Mode.Zh()), sheet.On(it.Due)})
		return nil
	})
	s.Table = append(s.Table, t)
	return len(t.Rows), err
}

// told puts what happened into a table.
func told(s *Section, caption, none string, hs []projections.Happening, types ...string) int {
	t := Table{Caption: caption, None: none, Columns: []Column{{"序号", 6}, {"日期", 12}, {"编号", 16}, {"事项", 30}, {"主办单位", 18}, {"情况", 28}}}
	for _, h := range hs {
		for _, typ := range types {
			if h.Type == typ {
				text := h.Text
				if restricted(h.Class) {
					text = "—"
				} else if h.Evaluation != nil {
					text = h.Evaluation.Solved.Zh() + "，" + h.Evaluation.Satisfied.Zh()
				}
				t.Rows = append(t.Rows, []sheet.Cell{sheet.Count(len(t.Rows) + 1), sheet.On(h.On), sheet.Words(numbered(h.Number, h.Class)), sheet.Words(named(h.Title, h.Class)), sheet.Words(h.Unit), sheet.Words(text)})
			}
		}
	}
	s.Table = append(s.Table, t)
	return len(t.Rows)
}
