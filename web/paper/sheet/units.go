package sheet

import (
	"xiaohao/events"
	"xiaohao/projections"
)

// unitColumns are the columns of L4: what was issued to each unit, by the way it came in.
// 办结 is what the unit reported done or what was answered; 常态 and 挂账 are not.
var unitColumns = []Column{{"", "序号", 6, false}, {"", "单位", 20, false}, {"", "派遣案件总数", 10, false},
	{"12345热线", "按时办结", 10, false}, {"12345热线", "超时办结", 10, false}, {"12345热线", "未办结", 10, false},
	{"其他渠道", "按时办结", 10, false}, {"其他渠道", "超时办结", 10, false}, {"其他渠道", "未办结", 10, false},
	{"合计", "按时办结", 10, false}, {"合计", "超时办结", 10, false}, {"合计", "未办结", 10, false},
	{"", "结案率", 10, false}, {"", "按时结案率", 10, false}, {"", "不满意数", 10, false}, {"", "不满意率", 10, false}}

// tally is how one unit did; the three places are in time, late, not done.
type tally struct {
	unit           string
	hotline, other [3]int
	rated, unhappy int // items with an evaluation that counts, and those of them that were not satisfied
}

// tallies counts items by lead unit, in the order in which units first appear.
type tallies struct {
	byUnit map[string]*tally
	order  []*tally
}

// add counts an item that a unit leads and that is counted at all.
func (ts *tallies) add(it projections.Item) {
	switch it.Group {
	case projections.GroupMerged, projections.GroupEnded, projections.GroupPending:
		return
	}
	if it.Lead.IsZero() {
		return
	}
	t := ts.byUnit[it.Lead.ID]
	if t == nil {
		t = &tally{unit: it.Lead.Name}
		if ts.byUnit == nil {
			ts.byUnit = map[string]*tally{}
		}
		ts.byUnit[it.Lead.ID] = t
		ts.order = append(ts.order, t)
	}
	at := &t.other
	if it.Channel == events.ByHotline {
		at = &t.hotline
	}
	done := it.Group == projections.GroupClosed || it.Group == projections.GroupDone || it.Group == projections.GroupAnswered
	switch {
	case done && !it.Late:
		at[0]++
	case done:
		at[1]++
	default:
		at[2]++
	}
	if n := len(it.Detail.Evaluations); n > 0 && it.Detail.Evaluations[n-1].Exempt != "GRANTED" {
		t.rated++
		if e := it.Detail.Evaluations[n-1]; e.Satisfied == events.Dissatisfied || e.Solved == events.SolvedNo {
			t.unhappy++
		}
	}
}

// rows are one row a unit and their sum.
func (ts *tallies) rows() [][]Cell {
	var out [][]Cell
	sum := tally{unit: "合计"}
	for i, t := range ts.order {
		for k := range 3 {
			sum.hotline[k] += t.hotline[k]
			sum.other[k] += t.other[k]
		}
		sum.rated, sum.unhappy = sum.rated+t.rated, sum.unhappy+t.unhappy
		out = append(out, append([]Cell{Count(i + 1)}, t.cells()...))
	}
	if len(out) > 0 {
		out = append(out, append([]Cell{{}}, sum.cells()...))
	}
	return out
}

func (t *tally) cells() []Cell {
	var all [3]int
	out := []Cell{Words(t.unit), {}}
	for _, part := range [][3]int{t.hotline, t.other} {
		for k, n := range part {
			all[k] += n
			out = append(out, Count(n))
		}
	}
	total := all[0] + all[1] + all[2]
	out[1] = Count(total)
	return append(out, Count(all[0]), Count(all[1]), Count(all[2]), Rate(all[0]+all[1], total, projections.MinimumN),
		Rate(all[0], total, projections.MinimumN), Count(t.unhappy), Rate(t.unhappy, t.rated, projections.MinimumN))
}
