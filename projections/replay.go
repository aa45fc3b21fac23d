package projections

import (
	"context"
	"slices"
	"strings"

	"xiaohao/events"
)

// Replay answers as a [Store] would if what was entered later (补录) had been recorded on the
// days it says it happened. It is for the time before the log began: of that, nothing was
// recorded then. Facts without such a day are not in it, so what is recorded from now on
// changes nothing, except what is said to have happened then.
type Replay struct {
	identity string // of the log
	lives    [][]events.Recorded
}

// NewReplay takes the histories of the items that [Store.ClaimedItems] names.
func NewReplay(identity string, lives [][]events.Recorded) *Replay {
	r := &Replay{identity: identity}
	for _, life := range lives {
		var claims []events.Recorded
		for _, c := range life {
			if !c.Occurred.IsZero() {
				c.Time = noon(c.Occurred)
				claims = append(claims, c)
			}
		}
		if len(claims) > 0 {
			r.lives = append(r.lives, claims)
		}
	}
	slices.SortFunc(r.lives, func(a, b []events.Recorded) int { return int(a[0].Sequence) - int(b[0].Sequence) })
	return r
}

// EndOf is [Store.EndOf]: the last commit that is said to have happened by then.
func (r *Replay) EndOf(_ context.Context, on events.Date) (p Position, err error) {
	for _, life := range r.lives {
		for i := range life {
			c := &life[i]
			if !day(c).After(on) && c.Sequence > p.Sequence {
				p = Position{r.identity, c.Sequence, c.Hash}
			}
		}
	}
	return p, nil
}

// at folds every item up to the end of a day, if it exists for the person who asks; told is
// called after each fact.
func (r *Replay) at(on events.Date, s Sight, told func(it *Item, c *events.Recorded, e events.Event)) []Item {
	var out []Item
	for _, life := range r.lives {
		if now := foldUntil(life, day(&life[len(life)-1]), nil); !s.sees(&now) {
			continue
		}
		if it := foldUntil(life, on, told); it.ID != "" {
			out = append(out, it)
		}
	}
	return out
}

func foldUntil(life []events.Recorded, on events.Date, told func(it *Item, c *events.Recorded, e events.Event)) (it Item) {
	for i := range life {
		c := &life[i]
		if day(c).After(on) {
			continue
		}
		for _, e := range c.Events {
			it.apply(c, e, func(string) *Item { return nil })
			if told != nil {
				told(&it, c, e)
			}
		}
	}
	return it
}

// unitNames are the lead units in the order in which they first appear.
func unitNames(its []Item) (ns nameList) {
	for _, it := range its {
		for _, a := range it.Detail.Assignments {
			if ns.name(unitName, a.Unit.ID) == "" {
				ns = append(ns, nameRef{unitName, a.Unit.ID, a.Unit.Name})
			}
		}
		if !it.Leader.IsZero() && ns.name(leaderName, it.Leader.ID) == "" {
			ns = append(ns, nameRef{leaderName, it.Leader.ID, it.Leader.Post})
		}
	}
	return ns
}

// Board is [Store.Board] with AsOf; narrowings are not looked at.
func (r *Replay) Board(_ context.Context, f BoardFilter) (Board, error) {
	its, t, b := r.at(f.AsOf, f.Sight, nil), &sheet{}, Board{Day: f.AsOf}
	for i := range its {
		it := &its[i]
		var x figures
		p := placeOf(it.Group, it.State)
		x.at[p] = 1
		if !runningDue(it).IsZero() && it.Ends().Before(events.Moment{Day: f.AsOf, Minute: events.DayEnd}) {
			x.lateWaiting, x.lateOpen = b2i(p == placeWaiting), b2i(p != placeWaiting)
		}
		t.row(byAll, "").add(x, 1)
		ks := keysOf(it)
		for d := range dimensions {
			t.row(d, ks[d]).add(x, 1)
		}
		if key := ks.tally(); key != "" {
			t.row(byTally, key).add(x, 1)
		}
	}
	b.fill(t, unitNames(its))
	return b, nil
}

func b2i(is bool) int {
	if is {
		return 1
	}
	return 0
}

// KPIs is [Store.KPIs].
func (r *Replay) KPIs(_ context.Context, f KPIFilter) (out KPIReport, err error) {
	cohort := uint8(cohortPeriod)
	if f.ByRaised {
		cohort = cohortRaised
	}
	its := r.at(f.CutOff, f.Sight, nil)
	from, to := spanMonth.start(f.From), spanMonth.start(spanMonth.start(f.To).AddDays(31))
	d, counts, total := dictionary{of: map[string]word{}}, map[string]*[measureCount]int{}, [measureCount]int{}
	for i := range its {
		for _, c := range measuresOf(&its[i], &d, nil) {
			if c.cohort != cohort || c.basis.Before(from) || !c.basis.Before(to) || c.basis.After(f.CutOff) {
				continue
			}
			unit := d.texts[c.unit]
			if counts[unit] == nil {
				counts[unit] = new([measureCount]int)
			}
			counts[unit][c.measure] += int(c.n)
			total[c.measure] += int(c.n)
		}
	}
	out.Total = KPIRow{Ratios: ratios(&total)}
	for _, u := range append(unitNames(its).of(unitName), nameRef{Name: "还没交办"}) {
		if c := counts[u.ID]; c != nil {
			out.Units = append(out.Units, KPIRow{u.ID, u.Name, ratios(c)})
		}
	}
	return out, nil
}

// Happened is [Store.Happened].
func (r *Replay) Happened(_ context.Context, from, to events.Date, s Sight) ([]Happening, error) {
	type placed struct {
		Happening
		at uint64
	}
	var all []placed
	r.at(to, s, func(it *Item, c *events.Recorded, e events.Event) {
		name, _ := events.TypeOf(e)
		if day(c).Before(from) || !slices.Contains(toldTypes, name) {
			return
		}
		h := Happening{Type: name, On: day(c), Number: it.Number, Title: it.Title, Class: it.Class, Unit: it.Lead.Name, Text: tell(it, e).text}
		h.settle(slices.Clone(it.Detail.Evaluations))
		all = append(all, placed{h, c.Sequence})
	})
	slices.SortStableFunc(all, func(a, b placed) int { return int(a.at) - int(b.at) })
	return column(all, func(p placed) Happening { return p.Happening }), nil
}

// SamplesOf returns none: nothing that was entered later claims to be a draw.
func (r *Replay) SamplesOf(context.Context, events.Date, events.Date) ([]Sample, error) {
	return nil, nil
}

// Each is [Store.Each] for what reports list: AsOf, Groups, Lamp overdue and the days of
// deadlines; opinions are not in it.
func (r *Replay) Each(ctx context.Context, f Filter, do func(Entered) error) (Position, error) {
	its := r.at(f.AsOf, f.Sight, nil)
	slices.SortFunc(its, func(a, b Item) int { return strings.Compare(a.Number, b.Number) })
	for _, it := range its {
		due := runningDue(&it)
		switch {
		case len(f.Groups) > 0 && !slices.Contains(f.Groups, it.Group),
			f.Lamp == LampOverdue && (due.IsZero() || !it.Ends().Before(events.Moment{Day: f.AsOf, Minute: events.DayEnd})),
			!f.DueFrom.IsZero() && (due.IsZero() || due.Before(f.DueFrom)),
			!f.DueBy.IsZero() && (due.IsZero() || due.After(f.DueBy)):
			continue
		}
		if err := do(Entered{Item: it}); err != nil {
			return Position{}, err
		}
	}
	return r.EndOf(ctx, f.AsOf)
}
