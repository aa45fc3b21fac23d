package projections

import (
	"strings"

	"xiaohao/events"
)

// lampIs makes of a definition of lamps the condition that a column of days shows one of
// them, with "$" for each day that it is judged against, in the order of bounds. It is the
// row's own condition and that no row before it holds; an index over the column serves it.
func lampIs(rows []events.LampRow, lamp events.Lamp, col string) (cond string, bounds []events.Bound) {
	var conds []string
	for _, r := range rows {
		if r.Bounded {
			conds, bounds = append(conds, col+" "+op(r, r.Lamp == lamp)+" $"), append(bounds, r.Bound)
		}
		if r.Lamp == lamp {
			break
		}
	}
	return strings.Join(conds, " and "), bounds
}

// op compares a day with the bound of a row, as the row does or the other way about.
func op(r events.LampRow, holds bool) string {
	switch {
	case holds && r.Reaches:
		return "<="
	case holds:
		return "<"
	case r.Reaches:
		return ">"
	}
	return ">="
}

// lamp adds a condition in which $$ stands for: the column shows the lamp.
func (w *where) lamp(within string, rows []events.LampRow, lamp events.Lamp, col string, at events.Bounds) {
	cond, bounds := lampIs(rows, lamp, col)
	args := make([]any, len(bounds))
	for i, b := range bounds {
		args[i] = date(at[b])
	}
	w.add(strings.Replace(within, "$$", cond, 1), args...)
}
