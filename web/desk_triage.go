package web

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"xiaohao/domain/calendar"
	"xiaohao/domain/limit"
	"xiaohao/events"
	"xiaohao/projections"
)

// triage is what helps to decide on an opinion: until when each mode runs and how that is
// counted, who answers for such matters, and who led such items before.
type triage struct {
	Category string
	Modes    []modeChoice
	Due      calendar.Deadline // of an item that has its deadline already
	Said     string            // that deadline in words
	suggestion
}

// modeChoice is a mode with the deadline that it gives today.
type modeChoice struct {
	Value, Label string
	Due          string // 11-27, "" when the form has to say it
	Says         string
	Days         []calendar.Line
}

// hint is a unit that might lead, and why: in full, and for a row of a table.
type hint struct{ Unit, Why, Short string }

// triage looks for what helps to decide on an item under the category that the form has; found
// is what is suggested under the item's own, nil when nobody has asked.
func (s *Server) triage(ctx context.Context, it projections.Item, found *suggestion, v url.Values, ls lists, a events.Actor) (*triage, error) {
	t := &triage{Category: cmp.Or(v.Get("category"), it.Category)}
	cal := s.desk.Calendars.Of(it.Area)
	of := it
	of.Category, of.Category2 = t.Category, cmp.Or(v.Get("category_2"), it.Category2)
	if it.State == events.Registered {
		t.Modes = modesOf(cal, s.desk.Table(), calendar.Limit{From: s.cfg.Now()}, of)
	} else if !it.Due.IsZero() {
		t.Due = s.explain(it.Detail.Clock, it.Due)
		t.Said = fmt.Sprintf("整件 %s 到期，%s。协办期限不晚于主办。", zhDay(it.Due), daysLeft(cal, s.today(), it.Due))
	}
	if found != nil && of.Category == it.Category && of.Category2 == it.Category2 {
		t.suggestion = *found
		return t, nil
	}
	asked, err := s.suggest(ctx, []projections.Item{of}, a)
	if err != nil {
		return nil, err
	}
	t.suggestion = asked[0]
	return t, nil
}

// suggestion is who might do an item and in which mode, by the responsibility catalogue and by
// what became of others of its category.
type suggestion struct {
	Hints  []hint // who might lead, the best first
	Mode   string // in which most of the others were put right, "" when it is not clear
	ModeOf string // of how many
}

// suggest looks for what is suggested for each of some items, with one question for all.
func (s *Server) suggest(ctx context.Context, its []projections.Item, a events.Actor) ([]suggestion, error) {
	people, err := s.reads.Roster(ctx)
	if err != nil {
		return nil, err
	}
	sight, err := s.sight(ctx, a)
	if err != nil {
		return nil, err
	}
	ms := make([]projections.Matter, len(its))
	for i, it := range its {
		ms[i] = projections.Matter{Category: it.Category, Area: it.Area}
	}
	past, err := s.reads.PastCases(ctx, ms, reach(sight))
	if err != nil {
		return nil, err
	}
	out := make([]suggestion, len(its))
	for i, it := range its {
		p, x := past[ms[i]], &out[i]
		if u, ok := people.Suggest(it.Category, it.Category2, it.Area, s.today()); ok {
			x.Hints = append(x.Hints, hint{u.Name, "责任目录：" + joinWords(it.Category, it.Area), "责任目录"})
		}
		for _, l := range p.Leads {
			short := fmt.Sprintf("办过同类 %d 件", l.N)
			why := short
			if l.Here {
				why += "，有同一个地方的"
			}
			if i := slices.IndexFunc(x.Hints, func(h hint) bool { return h.Unit == l.Name }); i >= 0 {
				x.Hints[i].Why += "；" + why
				x.Hints[i].Short += "，" + short
				continue
			}
			x.Hints = append(x.Hints, hint{l.Name, why, short})
		}
		x.Hints = slices.DeleteFunc(x.Hints, func(h hint) bool { return blamed(it, h.Unit) })
		if len(p.Modes) > 0 && p.N >= leastCases && 2*p.Modes[0].N > p.N {
			x.Mode = p.Modes[0].Mode.Zh()
			x.ModeOf = fmt.Sprintf("同类 %d 件里 %d 件是%s", p.N, p.Modes[0].N, x.Mode)
		}
	}
	return out, nil
}

// leastCases is how many past cases it takes to say in which mode such matters are put right.
const leastCases = 3

// daysLeft says how many working days there are until a deadline, or since.
func daysLeft(cal *calendar.Calendar, today, due events.Date) string {
	n := cal.Between(today, due)
	if n < 0 {
		return fmt.Sprintf("已经过了 %d 个工作日", -n)
	}
	return fmt.Sprintf("还有 %d 个工作日", n)
}

// blamed reports whether a unit is complained of, so that it is suggested to nobody.
func blamed(it projections.Item, unit string) bool {
	return slices.ContainsFunc(it.Detail.ComplainedOf, func(u events.Unit) bool { return u.Name == unit })
}

// modesOf are the modes with what each means for an item that is accepted now.
func modesOf(cal *calendar.Calendar, table *limit.Table, now calendar.Limit, it projections.Item) []modeChoice {
	var out []modeChoice
	for _, m := range events.Modes {
		c := modeChoice{Value: string(m), Label: m.Zh()}
		row := func(st events.Stage) limit.Row {
			return table.Resolve(limit.Matter{Stage: st, Category: it.Category, Category2: it.Category2, Mode: m, Preset: it.Preset})
		}
		switch m {
		case events.Planned:
			c.Says = "要定总的期限，" + row(events.StagePlan).Zh() + "内报方案。"
		case events.StandingMode:
			c.Says = "要定多少天评一次，最长 " + row(events.StageReview).Zh() + "。"
		default:
			r := row(events.StageRectify)
			now.Rule, now.By = r.Rules[0], table.By(r)
		}
		if c.Says == "" {
			d := cal.Due(now)
			c.Due, c.Says, c.Days = monthDay(d.Due), d.Says(), d.Days
			if len(c.Days) > accountRows {
				c.Days = nil
			}
		}
		out = append(out, c)
	}
	return out
}

func joinWords(ws ...string) string {
	return strings.Join(slices.DeleteFunc(ws, func(w string) bool { return w == "" }), " · ")
}

// prefill names the unit that is suggested, where nobody was named yet.
func (t *triage) prefill(v url.Values) {
	if len(t.Hints) > 0 && v.Get("units.0.unit") == "" {
		v.Set("units.0.unit", t.Hints[0].Unit)
	}
}

// Main are the fields of triage that are always needed, Others those that seldom are, and
// Units and Leader say who works.
func (f commandForm) Main() []control { return f.named("title", "category", "mode", "due") }

// Others is like Main.
func (f commandForm) Others() []control {
	return f.named("category_2", "goal", "review_days", "level", "urgent", "campaign", "class", "complained_of", "complained")
}

// Units is like Main.
func (f commandForm) Units() *control { return f.field("units") }

// Leader is like Main.
func (f commandForm) Leader() *control { return f.field("leader") }

// AcceptOnly is where the form goes to be accepted without an assignment.
func (f commandForm) AcceptOnly() string { return strings.TrimSuffix(f.Action, f.Command) + "accept" }

func (f commandForm) named(names ...string) []control {
	var out []control
	for _, n := range names {
		if c := f.field(n); c != nil {
			out = append(out, *c)
		}
	}
	return out
}

func (f commandForm) field(name string) *control {
	if i := slices.IndexFunc(f.Fields, func(c control) bool { return c.Name == name }); i >= 0 {
		return &f.Fields[i]
	}
	return nil
}
