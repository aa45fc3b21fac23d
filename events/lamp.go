package events

// Lamp is how an item stands in time. Of the deadline: 红 逾期, 黄 临期, 绿 按期; of its plan:
// 达到序时进度 or 未达序时. It is never stored: a page, a replay and the read models each judge
// it by the tables below, so they agree.
type Lamp string

// The lamps of a deadline. LampNone is for items whose clock does not run.
const (
	LampNone    Lamp = ""
	LampOnPlan  Lamp = "ON_PLAN" // 绿: 按期
	LampNear    Lamp = "NEAR"    // 黄: 临期
	LampOverdue Lamp = "OVERDUE" // 红: 逾期
)

// The lamps of a plan, besides.
const (
	OnPace Lamp = "ON_PACE" // 达到序时进度
	Behind Lamp = "BEHIND"  // 未达序时
)

// Bound is a moment that lamps are judged against.
type Bound int

const (
	Now     Bound = iota // when one looks; of a past day, its end
	NearEnd              // the end of the last day that counts as near ([StageNear])
)

// LampRow is one row of a definition. It holds when the moment that is judged lies before the
// bound or, when Reaches is set, on it too. A row without a bound always holds.
type LampRow struct {
	Lamp    Lamp
	Bounded bool
	Bound   Bound
	Reaches bool
}

// DeadlineLamps is the definition of the lamps of a deadline: the first row that holds.
var DeadlineLamps = []LampRow{
	{LampOverdue, true, Now, false},
	{LampNear, true, NearEnd, true},
	{Lamp: LampOnPlan},
}

// PlanLamps is the definition of the lamps of a plan, judged by the end of the day on which its
// next node is due: a node that was due yesterday and is not done is behind.
var PlanLamps = []LampRow{
	{Behind, true, Now, false},
	{Lamp: OnPace},
}

// Bounds are the moments to judge against.
type Bounds [2]Moment

// BoundsOf are those of a moment and of the last day that is near then.
func BoundsOf(now Moment, near Date) Bounds { return Bounds{now, {near, DayEnd}} }

// Today is the day on which one looks.
func (b Bounds) Today() Date { return b[Now].Day }

// Judge returns the lamp of a moment by a definition; none for no day.
func Judge(rows []LampRow, m Moment, at Bounds) Lamp {
	if m.Day.IsZero() {
		return LampNone
	}
	for _, r := range rows {
		b := at[r.Bound]
		if !r.Bounded || m.Before(b) || r.Reaches && m == b {
			return r.Lamp
		}
	}
	return LampNone
}

// Runs reports whether the clock of an item in this state runs: while it waits to be
// assigned or is being rectified.
func (v State) Runs() bool { return v == Accepted || v == InProgress }

// NextNode is the day on which the next thing of a plan is due: its first node that is not
// done, or the plan itself while it is owed. It is zero when nothing of a plan is waited for.
func NextNode(plan *PlanSubmitted, done []string, owed Date) Date {
	if plan == nil {
		return owed
	}
	isDone := make(map[string]bool, len(done))
	for _, name := range done {
		isDone[name] = true
	}
	for _, m := range plan.Milestones {
		if !isDone[m.Name] {
			return m.Due
		}
	}
	return Date{}
}
