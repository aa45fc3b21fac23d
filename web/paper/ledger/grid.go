package ledger

import (
	"slices"
	"sort"
	"strings"
)

// grid is a sheet with its merged ranges at hand.
type grid struct {
	s     *sheet
	rows  []row
	width int
	byCol map[int][]span // merged ranges of a column, by their top
}

// newGrid indexes the merged ranges. A sheet whose ranges cover more than maxMerged
// columns in all is refused.
func newGrid(s *sheet) (*grid, error) {
	g := &grid{s: s, rows: s.rows, byCol: map[int][]span{}}
	for _, r := range s.rows {
		g.width = max(g.width, len(r.cells))
	}
	covered := 0
	for _, m := range s.merges {
		for c := m.left; c <= min(m.right, g.width-1); c++ {
			if covered++; covered > maxMerged {
				return nil, errLarge
			}
			g.byCol[c] = append(g.byCol[c], m)
		}
	}
	for _, spans := range g.byCol {
		slices.SortFunc(spans, func(a, b span) int { return a.top - b.top })
	}
	return g, nil
}

// mergedAt returns the merged range that covers a cell.
func (g *grid) mergedAt(no, c int) (span, bool) {
	spans := g.byCol[c]
	i := sort.Search(len(spans), func(i int) bool { return spans[i].top > no }) - 1
	if i >= 0 && spans[i].bottom >= no {
		return spans[i], true
	}
	return span{}, false
}

// index returns the place of row number no in g.rows, -1 when the row is empty.
func (g *grid) index(no int) int {
	i := sort.Search(len(g.rows), func(i int) bool { return g.rows[i].no >= no })
	if i < len(g.rows) && g.rows[i].no == no {
		return i
	}
	return -1
}

// value is what a cell of row k shows, the top left one's value in a merged range.
func (g *grid) value(k, c int) cell {
	v := g.rows[k].at(c)
	if v.kind != blank {
		return v
	}
	if m, ok := g.mergedAt(g.rows[k].no, c); ok {
		if i := g.index(m.top); i >= 0 {
			return g.rows[i].at(m.left)
		}
	}
	return v
}

// down is what a cell of a data row shows: a range merged down holds for all its rows, one
// merged across for its first column only. top is the row where the value stands.
func (g *grid) down(k, c int) (v cell, top int) {
	no := g.rows[k].no
	if v = g.rows[k].at(c); v.kind != blank {
		return v, no
	}
	if m, ok := g.mergedAt(no, c); ok && m.left == c && m.top < no {
		if i := g.index(m.top); i >= 0 {
			return g.rows[i].at(c), m.top
		}
	}
	return v, no
}

// across is the number of columns that the cell is merged over.
func (g *grid) across(k, c int) int {
	if m, ok := g.mergedAt(g.rows[k].no, c); ok {
		return m.right - m.left + 1
	}
	return 1
}

// filled returns the columns of row k that hold something themselves.
func (g *grid) filled(k int) []int {
	var out []int
	for c, v := range g.rows[k].cells {
		if v.kind != blank {
			out = append(out, c)
		}
	}
	return out
}

// yearAbove is the year that the rows above the header state: the title's, else that of
// 填报时间.
func (g *grid) yearAbove(first int) int {
	for k := range first {
		var b strings.Builder
		for _, v := range g.rows[k].cells {
			if v.kind == day {
				b.WriteString(" " + v.date.String())
			}
			b.WriteString(" " + v.text)
		}
		if y := yearIn(b.String()); y > 0 {
			return y
		}
	}
	return 0
}
