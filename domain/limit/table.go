package limit

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"xiaohao/domain/calendar"
	"xiaohao/events"
)

// Row is one line of the table.
type Row struct {
	events.LimitKey
	Rules []calendar.Rule // one, but for the stages that come more than once: 回头看
}

// Zh says the time limit in words: 5 个工作日; 30 天、90 天.
func (r Row) Zh() string {
	words := make([]string, len(r.Rules))
	for i, x := range r.Rules {
		words[i] = x.Zh()
	}
	return strings.Join(words, "、")
}

// Text is the time limit as [ReadRules] reads it: 5wd; 30d 90d.
func (r Row) Text() string { return strings.Join(Texts(r.Rules), " ") }

// Texts are rules as facts hold them.
func Texts(rules []calendar.Rule) []string {
	out := make([]string, len(rules))
	for i, r := range rules {
		out[i] = r.String()
	}
	return out
}

// Matter is what a time limit is asked for.
type Matter struct {
	Stage               events.Stage
	Category, Category2 string
	Mode                events.Mode
	Urgent              bool
	Preset              events.Preset
}

// fits reports whether a row is about the matter, and how closely: the number of parts it
// names first, then which.
func (m Matter) fits(k events.LimitKey) (closeness int, ok bool) {
	named := func(weight int) { closeness += 1<<5 + weight }
	if k.Stage != m.Stage {
		return 0, false
	}
	switch k.Category {
	case "":
	case m.Category2:
		named(1 << 4)
	case m.Category:
		named(1 << 3)
	default:
		return 0, false
	}
	if k.Mode != "" {
		if named(1 << 2); k.Mode != m.Mode {
			return 0, false
		}
	}
	if k.Urgency != "" {
		if named(1 << 1); (k.Urgency == events.Pressing) != m.Urgent {
			return 0, false
		}
	}
	if k.Preset != "" {
		if named(1); k.Preset != m.Preset {
			return 0, false
		}
	}
	return closeness, true
}

// Table is all rows at one version. It is not changed after it was made.
type Table struct {
	version int
	rows    map[events.LimitKey][]calendar.Rule
}

// shipped is version 0.
var shipped = func() *Table {
	t := &Table{rows: map[events.LimitKey][]calendar.Rule{}}
	for _, r := range presets {
		t.rows[r.LimitKey] = r.Rules
	}
	return t
}()

// Shipped returns the table that comes with the program.
func Shipped() *Table { return shipped }

// Presets returns the rows that come with the program.
func Presets() []Row { return slices.Clone(presets) }

// IsPreset reports whether the row comes with the program. Its figure may be changed; it
// cannot be withdrawn, so that every stage always has a limit.
func IsPreset(k events.LimitKey) bool { _, ok := shipped.rows[k]; return ok }

// Now returns t: where there is one table only.
func (t *Table) Now() *Table { return t }

// With returns the table after one more commit. A row that cannot be read, which only
// another program can have written, is left as it was.
func (t *Table) With(facts ...events.Event) *Table {
	next := &Table{version: t.version + 1, rows: maps.Clone(t.rows)}
	for _, f := range facts {
		switch f := f.(type) {
		case events.LimitSet:
			if rules, err := ReadRules(f.Row.Stage, strings.Join(f.Rules, " ")); err == nil {
				next.rows[f.Row] = rules
			}
		case events.LimitWithdrawn:
			if !IsPreset(f.Row) {
				delete(next.rows, f.Row)
			}
		}
	}
	return next
}

// Version returns how many commits there are.
func (t *Table) Version() int { return t.version }

// Has returns the row of a key.
func (t *Table) Has(k events.LimitKey) (Row, bool) {
	rules, ok := t.rows[k]
	return Row{k, rules}, ok
}

// Rows returns all rows, stage by stage, the widest first.
func (t *Table) Rows() []Row {
	out := make([]Row, 0, len(t.rows))
	for k, rules := range t.rows {
		out = append(out, Row{k, rules})
	}
	slices.SortFunc(out, func(a, b Row) int {
		return cmp.Or(cmp.Compare(slices.Index(events.Stages, a.Stage), slices.Index(events.Stages, b.Stage)),
			cmp.Compare(named(a.LimitKey), named(b.LimitKey)), cmp.Compare(a.LimitKey.Zh(), b.LimitKey.Zh()))
	})
	return out
}

func named(k events.LimitKey) (n int) {
	for _, part := range []string{k.Category, string(k.Mode), string(k.Urgency), string(k.Preset)} {
		if part != "" {
			n++
		}
	}
	return n
}

// Resolve returns the row that holds for a matter. There is always one: the table has a row
// for each stage as such.
func (t *Table) Resolve(m Matter) Row {
	var best Row
	most := -1
	for k, rules := range t.rows {
		if n, ok := m.fits(k); ok && n > most {
			best, most = Row{k, rules}, n
		}
	}
	return best
}

// By says that the row of this table set a deadline.
func (t *Table) By(r Row) events.Basis { return events.Basis{Row: r.LimitKey, Table: t.version} }

// Rule is the time limit of a matter that has one.
func (t *Table) Rule(m Matter) calendar.Rule { return t.Resolve(m).Rules[0] }

// ErrRules is returned for a time limit that a stage cannot have.
var ErrRules = errors.New("not a time limit of this stage")

// maxLookBacks bounds how often one looks back.
const maxLookBacks = 5

// ReadRules reads the time limit of a stage: "5wd", "24h", "7d"; of 回头看 one or more
// "30d 90d", in order; of 复核 natural days; of 临期 working days. The error is ErrRules.
func ReadRules(s events.Stage, text string) ([]calendar.Rule, error) {
	var out []calendar.Rule
	for _, f := range strings.Fields(text) {
		r, err := calendar.ParseRule(f)
		if err != nil || r.Unit == calendar.Fixed || r.Unit == calendar.Review {
			return nil, fmt.Errorf("%w: %q", ErrRules, f)
		}
		out = append(out, r)
	}
	days := func(r calendar.Rule) bool { return r.Unit == calendar.NaturalDays }
	switch {
	case len(out) == 0 || !slices.Contains(events.Stages, s):
		return nil, fmt.Errorf("%w: %q", ErrRules, text)
	case s == events.StageLookBack:
		last := 0
		for _, r := range out {
			if !days(r) || r.N <= last || len(out) > maxLookBacks {
				return nil, fmt.Errorf("%w: %q", ErrRules, text)
			}
			last = r.N
		}
	case len(out) > 1, s == events.StageReview && !days(out[0]), s == events.StageNear && out[0].Unit != calendar.WorkingDays:
		return nil, fmt.Errorf("%w: %q", ErrRules, text)
	}
	return out, nil
}
