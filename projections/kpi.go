package projections

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// KPI is one figure of domain.md §5.5: a rate, or an average, of two counts that are always
// shown beside it.
type KPI struct {
	Code     string
	Name     string // Chinese
	Formula  string // in words: numerator ÷ denominator
	Excluded string // what is left out, in words; "" for nothing
	Average  bool   // Num / Den is a number of days, no share
	num, den measure
}

const baseOnly = "不予受理、并单、终结、直接答复的不算"

// KPIs lists every figure in the order in which pages show them.
var KPIs = []KPI{
	{Code: "SIGNED_IN_TIME", Name: "签收及时率", Formula: "按时签收的交办 ÷ 全部交办", num: mSignedInTime, den: mIssued},
	{Code: "IN_TIME", Name: "按时办结率", Formula: "批准的期限内报完成 ÷ 到期的事项", Excluded: baseOnly, num: mInTime, den: mDue},
	{Code: "IN_FIRST_TIME", Name: "按原定期限办结率", Formula: "原定期限内报完成 ÷ 到期的事项", Excluded: baseOnly, num: mInFirstTime, den: mDue},
	{Code: "EXTENDED", Name: "延期率", Formula: "批准过延期的事项 ÷ 到期的事项", Excluded: baseOnly, num: mExtended, den: mDue},
	{Code: "RETURNED", Name: "退单率", Formula: "要求退单的交办 ÷ 全部交办", num: mReturned, den: mIssued},
	{Code: "MISISSUED", Name: "误派率", Formula: "同意退单的交办 ÷ 全部交办", num: mMisissued, den: mIssued},
	{Code: "RECTIFIED", Name: "整改完成率", Formula: "单位报完成的和已销号的 ÷ 立了项的事项", Excluded: baseOnly, num: mRectified, den: mBase},
	{Code: "CLOSED", Name: "销号率", Formula: "已销号的 ÷ 立了项的事项", Excluded: baseOnly, num: mClosed, den: mBase},
	{Code: "STANDING", Name: "常态占比", Formula: "常态整改的 ÷ 立了项的事项", Excluded: baseOnly, num: mStanding, den: mBase},
	{Code: "FIRST_PASSED", Name: "一次验收通过率", Formula: "第一次申请就销号的 ÷ 第一次申请有了结果的事项", num: mFirstPassed, den: mJudged},
	{Code: "RELAPSED", Name: "反弹率", Formula: "销号后 180 天内复号的 ÷ 销号次数", num: mRelapsed, den: mStruckOff},
	{Code: "SOLVED", Name: "解决率", Formula: "反映人说解决了的评价 ÷ 有效评价", Excluded: "甄别后单列的评价不算", num: mSolved, den: mValid},
	{Code: "SATISFIED", Name: "满意率", Formula: "满意和基本满意的评价 ÷ 有效评价", Excluded: "甄别后单列的评价不算", num: mSatisfied, den: mValid},
	{Code: "EVALUATED", Name: "参评率", Formula: "评价过的事项 ÷ 答复过的事项", num: mEvaluated, den: mReplied},
	{Code: "EXEMPTED", Name: "甄别率", Formula: "甄别后单列的评价 ÷ 全部评价", num: mExempted, den: mEvaluations},
	{Code: "DAYS", Name: "平均办理工作日", Formula: "受理到报完成的工作日之和 ÷ 报完成的事项", Excluded: baseOnly + "，没记工作日的也不算", Average: true, num: mDays, den: mHandled},
	{Code: "ANSWER_DAYS", Name: "平均直接答复工作日", Formula: "登记到直接答复的工作日之和 ÷ 直接答复的事项", Excluded: "没记工作日的不算", Average: true, num: mAnswerDays, den: mAnswered},
}

// MinimumN is the least denominator that a rate is said of.
const MinimumN = 5

// Ratio is the two counts of a KPI.
type Ratio struct{ Num, Den int }

// Enough reports whether the rate may be said.
func (r Ratio) Enough() bool { return r.Den >= MinimumN }

// KPIFilter says of what figures are taken. They are of a period (what happened in it) or
// of a cohort (what was registered in it), never of a mix.
type KPIFilter struct {
	From, To events.Date // months, each by any day of it; To is included
	ByRaised bool        // cohort: items registered in those months, whatever day a thing happened
	CutOff   events.Date // what was recorded by the end of this day
	Sight    Sight       // of the person who asks
}

// KPIRow is the figures of one unit, by place in [KPIs].
type KPIRow struct {
	Unit   string // id; "" for items that no unit leads
	Name   string
	Ratios []Ratio
}

// KPIReport is the figures of a period or a cohort.
type KPIReport struct {
	Total KPIRow
	Units []KPIRow // in the order in which units first appeared
}

// KPIs reads the figures of every unit and their total. What was recorded after the cut-off
// is not in them, so they come out the same for ever.
func (s *Store) KPIs(ctx context.Context, f KPIFilter) (out KPIReport, err error) {
	cohort := cohortPeriod
	from, to := f.months()
	if f.ByRaised {
		cohort = cohortRaised
	}
	var ns nameList
	counts, total := map[string]*[measureCount]int{}, [measureCount]int{}
	err = s.together(ctx, func(b *pgx.Batch) {
		ns.ask(b)
		count := func(unit string, m measure, n int) {
			if counts[unit] == nil {
				counts[unit] = new([measureCount]int)
			}
			counts[unit][m] += n
			total[m] += n
		}
		f.askHidden(b, func(unit string, m measure, n int) { count(unit, m, -n) })
		var unit, code string
		var n int
		each(b, `
			select unit, measure, sum(n)::int from kpi_count_all
			where cohort = $1 and basis >= $2 and basis < $3 and basis <= $4 and day <= $4
			group by unit, measure`, []any{cohortCodes[cohort], date(from), date(to), date(f.CutOff)},
			[]any{&unit, &code, &n}, func() error {
				count(unit, measure(slices.Index(measureCodes[:], code)), n)
				return nil
			})
	})
	if err != nil {
		return KPIReport{}, fmt.Errorf("read figures: %w", err)
	}
	out.Total = KPIRow{Ratios: ratios(&total)}
	for _, u := range append(ns.of(unitName), nameRef{Name: "还没交办"}) {
		if c := counts[u.ID]; c != nil && *c != [measureCount]int{} {
			out.Units = append(out.Units, KPIRow{u.ID, u.Name, ratios(c)})
		}
	}
	return out, nil
}

func ratios(c *[measureCount]int) []Ratio {
	return column(KPIs, func(k KPI) Ratio { return Ratio{c[k.num], c[k.den]} })
}

// ByDay reports whether what a count is of belongs to a day, and not to a month.
func (k KPI) ByDay(den bool) bool {
	m := k.num
	if den {
		m = k.den
	}
	return m == mDue || m == mInTime || m == mInFirstTime || m == mExtended
}
