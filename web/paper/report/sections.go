package report

import (
	"fmt"
	"slices"
	"strings"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/docx"
	"xiaohao/web/paper/sheet"
)

const baseOnly = "不予受理、并单、终结、直接答复的不算"

// overview says where everything stands and what the period brought.
func (b *builder) overview() error {
	s, c := b.section("基本情况"), b.board.All
	open := b.board.OnPlan
	s.Text = append(s.Text, fmt.Sprintf("到%s，立了项的事项 %d 件：已销号 %d 件，完成未销 %d 件，还在改、没到期的 %d 件，逾期 %d 件，常态整改 %d 件，挂账 %d 件。另有待受理 %d 件，直接答复 %d 件，不予受理和终结 %d 件，并单 %d 件。",
		zh(b.o.On), b.count("立了项的事项", "受理了的", c.Total), b.count("已销号", "验过、销了号的", c.Closed), b.count("完成未销", "单位报完成、还没销号的", c.Done),
		b.count("没到期", "待交办和整改中，期限没过的", open), b.count("逾期", "待交办和整改中，期限过了的", c.Overdue), b.count("常态整改", "转为常态的，不算销号", c.Standing),
		b.count("挂账", "因故停下、另册管的", c.Held), b.count("待受理", "待受理和待补充的", b.board.Pending), b.count("直接答复", "咨询类，当面答了的", b.board.Answered),
		b.count("不予受理和终结", "不予受理的和终结的", b.board.Ended), b.count("并单", "并到别的事项一起办的", b.board.Merged)))
	done, closed := b.rate("整改完成率", "（完成未销 + 已销号） ÷ 立了项的事项", baseOnly, c.Rectified(), c.Total), b.rate("销号率", "已销号 ÷ 立了项的事项", baseOnly, c.Closed, c.Total)
	s.Text = append(s.Text, fmt.Sprintf("整改完成率 %s（单位报的），销号率 %s（验过的），两个数不混用。", done, closed))
	f, w := b.flows, b.wasFlows
	text := fmt.Sprintf("本期（%s）新登记 %d 件，比上期（%s）%s；销号 %d 件，%s；复号 %d 件，%s。", b.now.Says(), b.count("本期新登记", "期内给的编号数", f.raised, w.raised), b.was.Says(), change(f.raised, w.raised),
		b.count("本期销号", "期内销号的次数", f.closed, w.closed), change(f.closed, w.closed), b.count("本期复号", "期内复号的次数", f.reopened, w.reopened), change(f.reopened, w.reopened))
	t := Table{Caption: "本期和上期，算到同一天", Columns: []Column{{"", 20}, {"本期", 12}, {"上期", 12}}}
	rows := [][3]int{{f.raised, w.raised, b.yearFlows.raised}, {f.closed, w.closed, b.yearFlows.closed}, {f.reopened, w.reopened, b.yearFlows.reopened}}
	if b.o.Kind != Week {
		t.Columns = append(t.Columns, Column{"去年同期", 12})
		text += fmt.Sprintf("去年同期（%s）新登记 %d 件，销号 %d 件。", b.year.Says(), b.count("去年同期新登记", "同上", b.yearFlows.raised), b.count("去年同期销号", "同上", b.yearFlows.closed))
	}
	for i, name := range []string{"新登记", "销号", "复号"} {
		row := []sheet.Cell{sheet.Words(name)}
		for k := range len(t.Columns) - 1 {
			row = append(row, sheet.Count(rows[i][k]))
		}
		t.Rows = append(t.Rows, row)
	}
	s.Text, s.Table = append(s.Text, text), append(s.Table, t)
	return nil
}

// cellColumns are the columns of a table of board cells.
var cellColumns = []Column{{"立项", 8}, {"已销号", 8}, {"完成未销", 9}, {"没到期", 8}, {"逾期", 8}, {"常态", 8}, {"挂账", 8}, {"整改完成率", 11}, {"销号率", 10}}

func cells(name string, c projections.Cell) []sheet.Cell {
	return []sheet.Cell{sheet.Words(name), sheet.Count(c.Total), sheet.Count(c.Closed), sheet.Count(c.Done), sheet.Count(c.Running + c.Near + c.Waiting), sheet.Count(c.Overdue), sheet.Count(c.Standing),
		sheet.Count(c.Held), sheet.Rate(c.Rectified(), c.Total, projections.MinimumN), sheet.Rate(c.Closed, c.Total, projections.MinimumN)}
}

// table puts cells under each other and their sum under them.
func (b *builder) table(caption, head, nameless string, cs []projections.Cell) Table {
	t := Table{Caption: caption, None: "没有立了项的事项。", Columns: append([]Column{{head, 22}}, cellColumns...)}
	for _, c := range cs {
		name := c.Name
		if name == "" {
			name = nameless
		}
		t.Rows = append(t.Rows, cells(name, c))
		b.rate(head+"“"+name+"”整改完成率", "（完成未销 + 已销号） ÷ 立了项的", baseOnly, c.Rectified(), c.Total)
		b.rate(head+"“"+name+"”销号率", "已销号 ÷ 立了项的", baseOnly, c.Closed, c.Total)
	}
	if len(cs) > 0 {
		t.Rows = append(t.Rows, cells("合计", b.board.All))
	}
	return t
}

// charted is how many bars a chart has at most.
const charted = 15

// chart draws where the items of each cell stand.
func chart(title, nameless string, cs []projections.Cell) docx.Chart {
	c := docx.Chart{Title: title, Series: []docx.Series{{Name: "已销号"}, {Name: "完成未销"}, {Name: "逾期"}, {Name: "没到期"}, {Name: "常态、挂账"}}}
	if more := len(cs) - charted; more > 0 {
		c.Title += fmt.Sprintf("：前 %d 个，其余 %d 个见表", charted, more)
	}
	for _, x := range cs[:min(len(cs), charted)] {
		if x.Name == "" {
			x.Name = nameless
		}
		c.Labels = append(c.Labels, x.Name)
		for i, n := range []int{x.Closed, x.Done, x.Overdue, x.Running + x.Near + x.Waiting, x.Standing + x.Held} {
			c.Series[i].Values = append(c.Series[i].Values, n)
		}
	}
	return c
}

// units is where the items of each unit stand. Units are not ranked.
func (b *builder) units() error {
	s := b.section("各单位办理情况")
	s.Text = append(s.Text, fmt.Sprintf("按第一次交办的先后排列，不排名次。不足 %d 件的不算率。", projections.MinimumN))
	s.Table = append(s.Table, b.table("各主办单位", "单位", "还没交办", b.board.ByUnit))
	if len(b.board.ByUnit) > 0 {
		s.Chart = append(s.Chart, chart("各单位事项到了哪一步（件）", "还没交办", b.board.ByUnit))
	}
	return nil
}

// kinds is where the items stand by mode, source and category.
func (b *builder) kinds() error {
	s := b.section("类型、来源和类别")
	s.Table = append(s.Table, b.table("按整改类型", "类型", "没有定", b.board.ByMode), b.table("按问题来源", "来源", "没有写", b.board.BySource), b.table("按类别", "类别", "没有写", b.board.ByCategory))
	cs := slices.Clone(b.board.ByCategory)
	slices.SortStableFunc(cs, func(x, y projections.Cell) int { return y.Total - x.Total })
	var top []string
	for _, c := range cs[:min(len(cs), 3)] {
		top = append(top, fmt.Sprintf("%s %d 件", c.Name, c.Total))
	}
	if len(top) > 0 {
		s.Text = append(s.Text, "件数最多的类别："+strings.Join(top, "，")+"。")
		s.Chart = append(s.Chart, chart("各类别事项到了哪一步（件）", "没有写", cs))
	}
	return nil
}

// rates are the figures of domain.md §5.5 for the months of the period.
func (b *builder) rates() error {
	s := b.section("比率")
	s.Text = append(s.Text, fmt.Sprintf("本期各月里发生的，算到%s；上期算到%s。", zh(b.now.To), zh(b.was.To)))
	s.Table = append(s.Table, b.ratesOf(""))
	return nil
}

// replies are the figures of what people said of the outcome.
func (b *builder) replies() error {
	s := b.section("回访和评价")
	s.Table = append(s.Table, b.ratesOf("EVALUATED SOLVED SATISFIED EXEMPTED"))
	return nil
}

// ratesOf is the table of rates, of some codes or all, and notes them in the appendix.
func (b *builder) ratesOf(codes string) Table {
	t := Table{Caption: "比率，分子和分母都写出", Columns: []Column{{"名称", 18}, {"本期", 11}, {"分子", 9}, {"分母", 9}, {"上期", 11}, {"怎么算", 42}}}
	for i, k := range projections.KPIs {
		if codes != "" && !slices.Contains(strings.Fields(codes), k.Code) {
			continue
		}
		r, was := b.kpis.Total.Ratios[i], b.wasKPIs.Total.Ratios[i]
		f := Figure{Name: k.Name, Formula: k.Formula, Excluded: k.Excluded, Num: r.Num, Den: r.Den, Average: k.Average, Rate: !k.Average, Was: &was}
		b.out.Appendix = append(b.out.Appendix, f)
		t.Rows = append(t.Rows, []sheet.Cell{sheet.Words(k.Name), sheet.Words(f.Value()), sheet.Count(r.Num), sheet.Count(r.Den), sheet.Words(f.Before()), sheet.Words(k.Formula)})
	}
	return t
}

// unitRates are the rates of each unit.
func (b *builder) unitRates() error {
	s := b.section("各单位比率")
	t := Table{Caption: "各单位比率（分子/分母）", None: "没有交办过的单位。", Columns: []Column{{"单位", 22}}}
	var shown []int
	for i, k := range projections.KPIs {
		if slices.Contains([]string{"SIGNED_IN_TIME", "IN_TIME", "RETURNED", "FIRST_PASSED", "RELAPSED", "SOLVED", "SATISFIED"}, k.Code) {
			shown, t.Columns = append(shown, i), append(t.Columns, Column{k.Name, 13})
		}
	}
	for _, u := range b.kpis.Units {
		row := []sheet.Cell{sheet.Words(u.Name)}
		for _, i := range shown {
			k, r := projections.KPIs[i], u.Ratios[i]
			b.rate("“"+u.Name+"”"+k.Name, k.Formula, k.Excluded, r.Num, r.Den)
			row = append(row, sheet.Words(fmt.Sprintf("%s（%d/%d）", say(true, false, r), r.Num, r.Den)))
		}
		t.Rows = append(t.Rows, row)
	}
	s.Table = append(s.Table, t)
	return nil
}

// schedule is how each unit stands against its deadlines.
func (b *builder) schedule() error {
	s := b.section("序时进度")
	t := Table{Caption: "各单位序时进度", None: "没有立了项的事项。", Columns: []Column{{"单位", 22}, {"总数", 9}, {"已完成", 9}, {"其中已销号", 11}, {"达到序时", 10}, {"没达到序时", 11}, {"常态", 9}, {"挂账", 9}}}
	add := func(name string, c projections.Cell) {
		t.Rows = append(t.Rows, []sheet.Cell{sheet.Words(name), sheet.Count(c.Total), sheet.Count(c.Rectified()), sheet.Count(c.Closed), sheet.Count(c.Running + c.Near + c.Waiting), sheet.Count(c.Overdue), sheet.Count(c.Standing), sheet.Count(c.Held)})
	}
	for _, c := range b.board.ByUnit {
		name := c.Name
		if name == "" {
			name = "还没交办"
		}
		add(name, c)
	}
	if len(t.Rows) > 0 {
		add("合计", b.board.All)
		s.Chart = append(s.Chart, chart("各单位序时进度（件）", "还没交办", b.board.ByUnit))
	}
	s.Table = append(s.Table, t)
	return nil
}

// checks is what was checked in the period and what did not hold.
func (b *builder) checks() error {
	s := b.section("检查情况")
	n := map[string]int{}
	for _, h := range b.happened {
		n[h.Type]++
		if h.Passed {
			n[h.Type+" passed"]++
		}
	}
	looked := n["look_back.passed"] + n["look_back.failed"]
	s.Text = append(s.Text, fmt.Sprintf("现场核查 %d 次，%s通过；销号申请退回 %d 次；回头看 %d 次，发现反弹 %d 次。", b.count("现场核查", "期内核查的次数", n["site.checked"]),
		ofAll(b.count("现场核查通过", "期内现场核查通过的次数", n["site.checked passed"]), n["site.checked"]), b.count("销号申请退回", "期内没有签的次数", n["sign_off.refused"]),
		b.count("回头看", "期内回头看的次数", looked), b.count("回头看发现反弹", "期内回头看没有通过的次数", n["look_back.failed"])))
	if err := b.samples(s); err != nil {
		return err
	}
	told(s, "现场核查", "本期没有现场核查。", b.happened, "site.checked")
	told(s, "销号申请退回", "本期没有退回。", b.happened, "sign_off.refused")
	told(s, "回头看", "本期没有回头看。", b.happened, "look_back.passed", "look_back.failed")
	return nil
}

// samples lists what was drawn for look-backs in the period, as far as the reader sees it.
func (b *builder) samples(s *Section) error {
	draws, err := b.reads.SamplesOf(b.ctx, b.now.From, b.now.To)
	if err != nil {
		return err
	}
	drawn := map[string]*projections.Entered{}
	for _, d := range draws {
		for _, id := range d.Chosen {
			drawn[id] = nil
		}
	}
	if len(drawn) > 0 {
		_, err = b.reads.Each(b.ctx, projections.Filter{AsOf: b.o.On, Today: b.o.On, Sight: b.o.Sight}, func(it projections.Entered) error {
			if _, is := drawn[it.ID]; is {
				drawn[it.ID] = &it
			}
			return nil
		})
	}
	t := Table{Caption: "回头看抽样名单", None: "本期没有抽样。", Columns: []Column{{"序号", 6}, {"抽样日期", 12}, {"哪一周", 12}, {"编号", 16}, {"事项", 34}, {"主办单位", 18}}}
	for _, d := range draws {
		for _, id := range d.Chosen {
			if it := drawn[id]; it != nil {
				t.Rows = append(t.Rows, []sheet.Cell{sheet.Count(len(t.Rows) + 1), sheet.On(events.DateOf(d.Recorded)), sheet.Words(d.Period), sheet.Words(numbered(it.Number, it.Class)), sheet.Words(named(it.Title, it.Class)), sheet.Words(it.Lead.Name)})
			}
		}
	}
	s.Text = append(s.Text, fmt.Sprintf("回头看抽样 %d 次，抽中 %d 件；抽样的种子、权重和算法在日志里，可以照样再抽一遍。", b.count("回头看抽样", "期内抽样的次数", len(draws)), b.count("回头看抽中", "下面这张表的行数", len(t.Rows))))
	s.Table = append(s.Table, t)
	return err
}

func ofAll(n, all int) string {
	if n == all && all > 0 {
		return "全部"
	}
	return fmt.Sprintf("%d 次", n)
}

func (b *builder) overdue() error {
	s := b.section("逾期没有完成的")
	n, err := b.list(s, "逾期没有完成的事项", "没有逾期的事项。", projections.Filter{Lamp: projections.LampOverdue})
	b.count("逾期清单", "下面这张表的行数", n)
	return err
}

func (b *builder) due() error {
	p := b.o.Kind.next(b.o.On)
	s := b.section("下一步到期的")
	n, err := b.list(s, p.Says()+"到期的事项", "没有要到期的事项。", projections.Filter{DueFrom: p.From, DueBy: p.To})
	b.count("下一步到期", p.Says()+"到期、还没完成的", n)
	return err
}

func (b *builder) held() error {
	s := b.section("困难和挂账的")
	n, err := b.list(s, "挂账的事项", "没有挂账的事项。", projections.Filter{Groups: []projections.Group{projections.GroupHeld}})
	b.count("挂账清单", "下面这张表的行数", n)
	return err
}

func (b *builder) closed() error {
	told(b.section("本期销号的"), "本期销号的事项", "本期没有销号。", b.happened, "item.closed")
	return nil
}

func (b *builder) relapsed() error {
	told(b.section("复号、反弹的"), "本期复号的事项", "本期没有复号。", b.happened, "item.reopened")
	return nil
}

// unsatisfied lists the evaluations of the period that were not satisfied, those of 甄别 too.
func (b *builder) unsatisfied() error {
	s := b.section("不满意的")
	var hs []projections.Happening
	for _, h := range b.happened {
		if e := h.Evaluation; e != nil && (e.Satisfied == events.Dissatisfied || e.Solved == events.SolvedNo) {
			hs = append(hs, h)
		}
	}
	n := told(s, "本期评价不满意或没解决的，甄别的也在内", "本期没有不满意的评价。", hs, "item.evaluated")
	b.count("不满意清单", "期内评价不满意或没解决的次数，甄别的也在内", n)
	return nil
}
