package web

import (
	"fmt"
	"strconv"

	"xiaohao/events"
	"xiaohao/projections"
)

// rect is one rectangle of a chart; the colour is a class, as the policy allows no style.
type rect struct {
	Class string
	X, Y  string
	W, H  string
}

// barWidth is the width of a bar chart's box; barGap keeps the parts apart.
const (
	barWidth = 600.0
	barGap   = 1.2
)

// bucket is one part of a stacked bar, in the order in which bars and tables show them.
type bucket struct {
	Class, Name string
	N           int
}

// buckets splits a cell: what is stuck first, what is struck off last.
func buckets(c projections.Cell) []bucket {
	return []bucket{{"f-over", "逾期", c.Overdue}, {"f-near", "临期", c.Near}, {"f-run", "整改中", c.Running + c.Waiting}, {"f-hold", "挂账", c.Held},
		{"f-done", "完成未销", c.Done}, {"f-std", "常态", c.Standing}, {"f-sealed", "已销号", c.Closed}}
}

// bar draws a stacked bar; most is the total of the longest one.
func bar(bs []bucket, most int) []rect {
	var out []rect
	x := 0.0
	for _, b := range bs {
		if b.N == 0 {
			continue
		}
		w := float64(b.N) / float64(max(most, 1)) * barWidth
		out = append(out, rect{Class: b.Class, X: f1(x + barGap/2), W: f1(max(w-barGap, 0.6)), H: "10"})
		x += w
	}
	return out
}

// trend draws two columns a week: new ones hollow, struck-off ones filled.
func trend(ws []projections.Week) []rect {
	const height, top = 104.0, 99.0
	most := 1
	for _, w := range ws {
		most = max(most, w.New, w.Closed)
	}
	var out []rect
	column := func(class string, x, n int) {
		h := float64(n) / float64(most) * top
		out = append(out, rect{class, strconv.Itoa(x), f1(height - h), "24", f1(h)})
	}
	for i, w := range ws {
		column("f-new", i*100+22, w.New)
		column("f-ink", i*100+54, w.Closed)
	}
	return out
}

func f1(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }

// most items that are drawn one by one.
const mostTally = 60

// tallyGroup is a run of equal cells of a tally.
type tallyGroup struct {
	Class, Icon, Name string
	N                 int
}

// tallyOf are the cells of a tally: seals first, then done, then the rest.
func tallyOf(t projections.ModeTally) []tallyGroup {
	all := []struct {
		state events.State
		g     tallyGroup
	}{
		{events.Closed, tallyGroup{"seal", "seal", "已销号", 0}},
		{events.InPublicity, tallyGroup{"c-done", "pub", "公示中", 0}},
		{events.UnderVerification, tallyGroup{"c-done", "ver", "验收中", 0}},
		{events.Rectified, tallyGroup{"c-done", "ok", "完成待验", 0}},
		{events.Standing, tallyGroup{"", "std", "常态", 0}},
		{events.SuspendedAccount, tallyGroup{"", "hold", "挂账", 0}},
		{events.InProgress, tallyGroup{"", "run", "整改中", 0}},
		{events.Accepted, tallyGroup{"", "wait", "待交办", 0}},
	}
	var out []tallyGroup
	for _, x := range all {
		if x.g.N = t.Counts[x.state]; x.g.N > 0 {
			out = append(out, x.g)
		}
	}
	return out
}

// tallyBar is the same as a stacked bar, for many items.
func tallyBar(t projections.ModeTally) []rect {
	n := t.Counts
	return bar([]bucket{{"f-run", "", n[events.InProgress] + n[events.Accepted]}, {"f-hold", "", n[events.SuspendedAccount]},
		{"f-done", "", n[events.Rectified] + n[events.UnderVerification] + n[events.InPublicity]}, {"f-std", "", n[events.Standing]}, {"f-sealed", "", n[events.Closed]}}, t.Total)
}

// rate writes 63.3%, nothing when there are too few to say so.
func rate(part, whole int) string {
	if whole < 5 {
		return ""
	}
	return fmt.Sprintf("%.1f%%", float64(part)*100/float64(whole))
}
