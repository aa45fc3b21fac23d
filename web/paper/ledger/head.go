package ledger

import (
	"regexp"
	"slices"
	"strings"
)

// column is one column of the ledger as its header calls it.
type column struct {
	at      int
	heading string // as the mapping shows it
	leaf    string // the lowest heading of the column alone
	path    string // group and leaf together: 责任落实责任单位
	field   Field
	guessed bool  // by what the column holds, not by its heading
	twins   []int // columns under the same merged heading
}

// header is where a sheet's ledger begins and what its columns are.
type header struct {
	first, last int // indexes into grid.rows
	columns     []column
	score       int
}

// of returns the columns of a field, visible ones first.
func (h *header) of(f Field) []column {
	var out []column
	for _, c := range h.columns {
		if c.field == f {
			out = append(out, c)
		}
	}
	return out
}

const (
	headerWithin = 80 // rows among which the header is looked for
	headerDepth  = 3  // rows a header can have
)

// findHeader returns the most likely header of a sheet, nil if it has none.
func findHeader(g *grid, fixed map[string]Field) *header {
	var best *header
	for i := range min(len(g.rows), headerWithin) {
		for depth := 1; depth <= headerDepth && i+depth <= len(g.rows); depth++ {
			if depth > 1 && (g.rows[i+depth-1].no != g.rows[i].no+depth-1 || !g.headerLike(i+depth-1)) {
				break
			}
			h := g.headerAt(i, i+depth-1, fixed)
			if h != nil && (best == nil || h.score > best.score) {
				best = h
			}
		}
	}
	if best == nil {
		return nil
	}
	g.widen(best)
	h := g.headerAt(best.first, best.last, fixed)
	if h == nil {
		return best
	}
	return h
}

var dataLike = regexp.MustCompile(`^\d+$|20\d\d[年./-]\d|。|[:：]`)

// headerLike reports whether a row can be the second or third row of a header: short words
// only, nothing that looks like data.
func (g *grid) headerLike(i int) bool {
	n := 0
	for c, v := range g.rows[i].cells {
		if v.kind == blank {
			continue
		}
		if m, ok := g.mergedAt(g.rows[i].no, c); ok && m.top < g.rows[i].no {
			continue
		}
		base, _ := outside(squeeze(v.text))
		if v.kind != text || len([]rune(base)) > 16 || dataLike.MatchString(base) {
			return false
		}
		n++
	}
	return n > 0
}

// headerAt reads rows i to j as a header; nil when they are not one.
func (g *grid) headerAt(i, j int, fixed map[string]Field) *header {
	h := &header{first: i, last: j}
	for c := range g.width {
		var parts []string
		for k := i; k <= j; k++ {
			t := g.value(k, c).text
			if k < j && t == "" {
				t = g.leftGroup(k, j, c)
			}
			if t != "" && !slices.Contains(parts, t) {
				parts = append(parts, t)
			}
		}
		if len(parts) == 0 {
			continue
		}
		if m, ok := g.mergedAt(g.rows[j].no, c); ok && m.left < c && len(h.columns) > 0 && g.rows[j].at(c).kind == blank {
			twin := &h.columns[len(h.columns)-1]
			twin.twins = append(twin.twins, c)
			continue
		}
		leaf := parts[len(parts)-1]
		if len([]rune(squeeze(leaf))) > 60 {
			return nil
		}
		h.columns = append(h.columns, column{at: c, leaf: oneLine(leaf), path: oneLine(strings.Join(parts, "/"))})
	}
	if len(h.columns) < 2 {
		return nil
	}
	nameColumns(h.columns)
	g.assign(h, fixed)
	known := map[Field]bool{}
	for _, c := range h.columns {
		if c.field != Ignored {
			known[c.field] = true
			h.score += 10
		}
	}
	h.score += 10*len(known) - 3*(j-i)
	// A ledger has problems and at least one thing said about them.
	if len(known) < 2 || !known[Problem] {
		return nil
	}
	return h
}

// leftGroup is the group heading that an unmerged two-row header leaves to the left of c:
// only when the rows below it do head column c.
func (g *grid) leftGroup(k, j, c int) string {
	if g.value(j, c).text == "" || len(g.s.merges) > 0 {
		return ""
	}
	for left := c - 1; left >= 0; left-- {
		if t := g.value(k, left).text; t != "" {
			if g.value(j, left).text == "" {
				return ""
			}
			return t
		}
	}
	return ""
}

// nameColumns gives each column the heading it is known by: its lowest, or its whole path
// where two columns end alike.
func nameColumns(cs []column) {
	seen := map[string]int{}
	for _, c := range cs {
		seen[c.leaf]++
	}
	for i := range cs {
		if cs[i].heading = cs[i].leaf; seen[cs[i].leaf] > 1 {
			cs[i].heading = cs[i].path
		}
	}
}

func oneLine(s string) string { return tidy(strings.Join(strings.Fields(s), " ")) }

// widen takes in the rows that merged cells tie to the header, and a row of groups above.
func (g *grid) widen(h *header) {
	for _, m := range g.s.merges {
		top, bottom := g.rows[h.first].no, g.rows[h.last].no
		if m.bottom-m.top >= headerDepth || m.top > bottom || m.bottom < top || m.top == m.bottom {
			continue
		}
		for h.first > 0 && g.rows[h.first].no > m.top && g.rows[h.first-1].no >= m.top {
			h.first--
		}
		for h.last+1 < len(g.rows) && g.rows[h.last].no < m.bottom && g.rows[h.last+1].no <= m.bottom {
			h.last++
		}
	}
	if h.first > 0 && h.first == h.last && g.rows[h.first-1].no == g.rows[h.first].no-1 && g.groupsAbove(h.first-1) {
		h.first--
	}
}

// groupsAbove reports whether row i is a row of group headings: two or more short words,
// one of them merged across columns but not across the whole table.
func (g *grid) groupsAbove(i int) bool {
	n, across := 0, false
	for c, v := range g.rows[i].cells {
		if v.kind == blank {
			continue
		}
		if v.kind != text || len([]rune(v.text)) > 15 || strings.ContainsAny(v.text, "：:0123456789") {
			return false
		}
		n++
		if m, ok := g.mergedAt(g.rows[i].no, c); ok && m.right > m.left {
			across = true
		}
	}
	return n >= 2 && across
}

// assign gives each column its field: what people have corrected first, then the heaviest
// meaning that is still free, then what the column holds.
func (g *grid) assign(h *header, fixed map[string]Field) {
	taken := map[Field]bool{}
	set := make([]bool, len(h.columns))
	for i, c := range h.columns {
		if f, ok := fixed[c.heading]; ok {
			h.columns[i].field, set[i], taken[f] = f, true, true
		}
	}
	type option struct {
		i int
		candidate
	}
	var options []option
	for i, c := range h.columns {
		if set[i] {
			continue
		}
		ms := meanings(c.leaf)
		if c.path != c.leaf && !slices.ContainsFunc(ms, func(m candidate) bool { return m.weight >= 70 }) {
			group := strings.ReplaceAll(strings.TrimSuffix(c.path, c.leaf), "/", "")
			ms = append(append(ms, meanings(group+c.leaf)...), meanings(c.leaf+group)...)
		}
		if f, ok := tickMeaning(c.leaf); ok && g.look(h.last+1, c.at).ticks > 0.6 {
			ms = []candidate{{f, 130}}
		}
		for _, m := range ms {
			if g.s.hideCol[c.at] {
				m.weight -= 30 // an old column is often hidden, not deleted
			}
			options = append(options, option{i, m})
		}
	}
	slices.SortStableFunc(options, func(a, b option) int { return b.weight - a.weight })
	for _, o := range options {
		if set[o.i] || taken[o.field] && !several[o.field] {
			continue
		}
		h.columns[o.i].field, set[o.i], taken[o.field] = o.field, true, true
	}
	g.guess(h, fixed, taken)
}

// guess looks at what the columns without a known heading hold, but for those of which people
// have said that they hold nothing. It only completes a ledger of which at least two fields
// are known.
func (g *grid) guess(h *header, fixed map[string]Field, taken map[Field]bool) {
	if len(taken) < 2 {
		return
	}
	longest, most := -1, 11.0
	for i, c := range h.columns {
		if _, said := fixed[c.heading]; said || c.field != Ignored && c.field != Category {
			continue
		}
		st := g.look(h.last+1, c.at)
		switch {
		case c.field == Ignored && !taken[LeadUnit] && st.units > 0.7:
			h.columns[i].field, h.columns[i].guessed, taken[LeadUnit] = LeadUnit, true, true
		case c.field == Ignored && !taken[DeadlineDay] && st.dates > 0.7 && strings.ContainsAny(c.heading, "时期日限") && !strings.ContainsAny(c.heading, "提报交反受收发"):
			h.columns[i].field, h.columns[i].guessed, taken[DeadlineDay] = DeadlineDay, true, true
		case c.field == Category && !taken[ModeField] && st.modes > 0.7:
			h.columns[i].field, taken[ModeField] = ModeField, true
		case c.field == Ignored && st.length >= most:
			longest, most = i, st.length
		}
	}
	if !taken[Problem] && longest >= 0 {
		h.columns[longest].field, h.columns[longest].guessed = Problem, true
	}
}

// looks is what a column holds, as shares of its filled cells.
type looks struct{ units, dates, modes, ticks, length float64 }

func (g *grid) look(from, c int) looks {
	var st looks
	n := 0.0
	for k := from; k < len(g.rows) && n < 50; k++ {
		v := g.rows[k].at(c)
		if v.kind == blank {
			continue
		}
		n++
		t := squeeze(v.text)
		st.length += float64(len([]rune(t)))
		if tick.MatchString(t) {
			st.ticks++
		}
		if v.kind == day || v.kind == text && len([]rune(t)) < 24 && readDeadline(v, 2000).date.Year() > 1 {
			st.dates++
		}
		if v.kind == text && len([]rune(t)) < 40 && unitEnd.MatchString(strings.Split(t, "、")[0]) {
			st.units++
		}
		if _, ok := readMode(t); ok && len([]rune(t)) < 8 {
			st.modes++
		}
	}
	if n == 0 {
		return looks{}
	}
	return looks{st.units / n, st.dates / n, st.modes / n, st.ticks / n, st.length / n}
}
