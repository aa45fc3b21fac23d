package projections

import (
	"slices"

	"xiaohao/events"
)

// measure is something that rates count. Each is the numerator or the denominator of a [KPI].
type measure uint8

const (
	mIssued       measure = iota // assignments, those taken back too
	mSignedInTime                // of them
	mReturned                    // of them: a return was asked for
	mMisissued                   // of them: and granted
	mDue                         // base items with a deadline, by its day
	mInTime                      // of them: reported done by then
	mInFirstTime                 // of them: reported done by the deadline that was set first
	mExtended                    // of them: extended
	mBase                        // base items
	mRectified                   // of them: done or struck off
	mClosed                      // of them: struck off
	mStanding                    // of them: 常态
	mStruckOff                   // each 销号 of an item
	mRelapsed                    // of them: reopened within 180 days
	mJudged                      // items whose first application was decided
	mFirstPassed                 // of them: without a refusal
	mHandled                     // items reported done, of which the working days are known
	mDays                        // working days from acceptance to that report
	mAnswered                    // items answered directly, likewise
	mAnswerDays                  // working days from registration to that answer
	mReplied                     // items whose reply was issued
	mEvaluated                   // of them: evaluated
	mEvaluations                 // evaluations, exempted ones too
	mExempted                    // of them: left out by 甄别
	mValid                       // of them: not left out
	mSolved                      // of the valid: 解决了
	mSatisfied                   // of the valid: 满意 or 基本满意
	measureCount
)

var measureCodes = [measureCount]string{"ISSUED", "SIGNED_IN_TIME", "RETURNED", "MISISSUED", "DUE", "IN_TIME", "IN_FIRST_TIME", "EXTENDED",
	"BASE", "RECTIFIED", "CLOSED", "STANDING", "STRUCK_OFF", "RELAPSED", "JUDGED", "FIRST_PASSED", "HANDLED", "DAYS", "ANSWERED", "ANSWER_DAYS", "REPLIED", "EVALUATED",
	"EVALUATIONS", "EXEMPTED", "VALID", "SOLVED", "SATISFIED"}

// relapseDays is how soon after 销号 a reopening is a relapse (反弹).
const relapseDays = 180

const (
	cohortPeriod = iota
	cohortRaised
)

var cohortCodes = [...]string{"PERIOD", "RAISED"}

type kpiKey struct {
	cohort  uint8
	measure measure
	unit    word
	basis   events.Date
}

type kpiCount struct {
	kpiKey
	n int32
}

// inTime reports whether the unit reported by a deadline: the one in force, which may be over
// within its day, or an earlier one.
func (it *Item) inTime(due events.Date) bool {
	if it.RectifiedOn.IsZero() || it.RectifiedOn.After(due) {
		return false
	}
	return it.DueTime == "" || due != it.Due || it.Detail.Report == nil || !it.Detail.Report.Late
}

// measuresOf lists what an item counts as, as it stands. The projector takes the list as it
// was out and puts the list as it is in, on the day of the fact that changed it.
func measuresOf(it *Item, d *dictionary, out []kpiCount) []kpiCount {
	raised := spanMonth.start(events.DateOf(it.Raised))
	lead := d.word(clean(it.Lead.ID))
	count := func(m measure, unit word, basis events.Date, n int, is bool) {
		if is && n != 0 && !basis.IsZero() {
			out = append(out, kpiCount{kpiKey{cohortPeriod, m, unit, basis}, int32(n)}, kpiCount{kpiKey{cohortRaised, m, unit, raised}, int32(n)})
		}
	}
	for _, a := range it.Detail.Assignments {
		unit, month := d.word(clean(a.Unit.ID)), spanMonth.start(a.IssuedOn)
		count(mIssued, unit, month, 1, true)
		count(mSignedInTime, unit, month, 1, !a.SignedOn.IsZero() && !a.LateSign)
		count(mReturned, unit, month, 1, a.Grounds != "")
		count(mMisissued, unit, month, 1, a.Grounds != "" && a.State == events.PartWithdrawn)
	}
	if inBase(it.Group) {
		done := it.Group == GroupDone || it.Group == GroupClosed
		if !it.Due.IsZero() {
			count(mDue, lead, it.Due, 1, true)
			count(mInTime, lead, it.Due, 1, it.inTime(it.Due))
			count(mInFirstTime, lead, it.Due, 1, it.inTime(it.DueOriginal))
			count(mExtended, lead, it.Due, 1, it.Extensions > 0)
		}
		month := spanMonth.start(it.AcceptedOn)
		if it.AcceptedOn.IsZero() { // answered first, and taken up again
			month = raised
		}
		count(mBase, lead, month, 1, true)
		count(mRectified, lead, month, 1, done)
		count(mClosed, lead, month, 1, it.Group == GroupClosed)
		count(mStanding, lead, month, 1, it.Group == GroupStanding)
		if r := it.Detail.Report; r != nil && r.Took.Known() {
			month := spanMonth.start(it.RectifiedOn)
			count(mHandled, lead, month, 1, true)
			count(mDays, lead, month, r.Took.WorkingDays, true)
		}
	}
	if a := it.Detail.Answered; a != nil && a.Took.Known() {
		month := spanMonth.start(a.On)
		count(mAnswered, lead, month, 1, true)
		count(mAnswerDays, lead, month, a.Took.WorkingDays, true)
	}
	for _, c := range it.Detail.Closures {
		month := spanMonth.start(c.On)
		count(mStruckOff, lead, month, 1, true)
		count(mRelapsed, lead, month, 1, !c.Reopened.IsZero() && c.Reopened.DaysSince(c.On) <= relapseDays)
	}
	if f := it.Detail.FirstDecision; f != nil {
		month := spanMonth.start(f.On)
		count(mJudged, lead, month, 1, true)
		count(mFirstPassed, lead, month, 1, f.Passed)
	}
	if it.Replied && !it.Detail.RepliedOn.IsZero() {
		month := spanMonth.start(it.Detail.RepliedOn)
		count(mReplied, lead, month, 1, true)
		rated := false
		for _, e := range it.Detail.Evaluations {
			rated = rated || e.Round == it.Round
		}
		count(mEvaluated, lead, month, 1, rated)
	}
	for _, e := range it.Detail.Evaluations {
		month := spanMonth.start(e.On)
		valid := e.Exempt != "GRANTED"
		count(mEvaluations, lead, month, 1, true)
		count(mExempted, lead, month, 1, !valid)
		count(mValid, lead, month, 1, valid)
		count(mSolved, lead, month, 1, valid && e.Solved == events.SolvedYes)
		count(mSatisfied, lead, month, 1, valid && (e.Satisfied == events.Satisfied || e.Satisfied == events.SoSo))
	}
	return out
}

type kpiDayKey struct {
	kpiKey
	day events.Date
}

// measureDay counts what the item's facts of its last day changed. It is called before a
// fact of another day is folded, and before the row is written.
func (b *batch) measureDay(r *row) {
	if r.measured.IsZero() {
		return
	}
	now := measuresOf(&r.Item, &b.count.dict, nil)
	if !slices.Equal(now, r.measures) {
		for _, c := range r.measures {
			b.measure(r, c.kpiKey, -c.n)
		}
		for _, c := range now {
			b.measure(r, c.kpiKey, c.n)
		}
		r.measures = now
	}
	r.measured = events.Date{}
}

// measure counts n more, and enters it into the item's own account.
func (b *batch) measure(r *row, k kpiKey, n int32) {
	b.count.kpis[kpiDayKey{k, r.measured}] += n
	if k.cohort == cohortPeriod {
		r.account.note(k, r.measured, n)
	}
}

// settleMeasures notes the counts that came out other than before.
func (b *batch) settleMeasures() {
	for k, n := range b.count.kpis {
		if n != 0 {
			b.out.kpis.upsert(&kpiRows{k, b.count.dict.texts[k.unit], n})
		}
	}
	clear(b.count.kpis)
}

type kpiRows struct {
	kpiDayKey
	unitText string
	n        int32
}

var kpiTable = table[kpiRows]{name: "kpi_count", then: addRow, key: []string{"cohort", "basis", "measure", "unit", "day"},
	cols: []col[kpiRows]{
		textCol("cohort", func(r *kpiRows) string { return cohortCodes[r.cohort] }),
		dateCol("basis", func(r *kpiRows) events.Date { return r.basis }),
		textCol("measure", func(r *kpiRows) string { return measureCodes[r.measure] }),
		textCol("unit", func(r *kpiRows) string { return r.unitText }),
		dateCol("day", func(r *kpiRows) events.Date { return r.day }),
		intCol("n", func(r *kpiRows) int { return int(r.n) }),
	}}
