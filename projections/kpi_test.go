package projections

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xiaohao/events"
)

// TestKPIs holds that the figures as of a cut-off are for ever what they were at the end of
// that day, that units sum to the total, and that they are what the items say.
func TestKPIs(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(200))
	st.step = 3 * time.Hour
	for range 700 {
		st.advance()
	}
	s := openStore(t)
	cut := events.DateOf(st.log[len(st.log)/2].Time)
	n := 0
	for n < len(st.log) && !events.DateOf(st.log[n].Time).After(cut) {
		n++
	}
	s.catchUp(t, st.log[:n], func() int { return 1 + st.c.n(9) })
	read := func(f KPIFilter) KPIReport {
		t.Helper()
		r, err := s.KPIs(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	filters := []KPIFilter{{From: cut, To: cut}, {From: cut.AddDays(-31), To: cut, ByRaised: true}, {From: epochDay, To: cut}}
	var then []KPIReport
	for i := range filters {
		filters[i].CutOff = cut
		then = append(then, read(filters[i]))
	}
	s.catchUp(t, st.log, nil)
	for i, f := range filters {
		if diff := cmp.Diff(then[i].Total, read(f).Total); diff != "" {
			t.Errorf("%+v (-then +now):\n%s", f, diff)
		}
	}

	last := events.DateOf(st.log[len(st.log)-1].Time).AddDays(400) // all deadlines have come
	var want [measureCount]int
	d := dictionary{of: map[string]word{}}
	for _, it := range st.items {
		for _, c := range measuresOf(it, &d, nil) {
			if c.cohort == cohortRaised {
				want[c.measure] += int(c.n)
			}
		}
	}
	all := read(KPIFilter{From: epochDay, To: last, CutOff: last, ByRaised: true})
	if diff := cmp.Diff(ratios(&want), all.Total.Ratios); diff != "" {
		t.Error(diff)
	}
	var sum [len(measureCodes)]Ratio
	for _, u := range all.Units {
		for i, r := range u.Ratios {
			sum[i].Num, sum[i].Den = sum[i].Num+r.Num, sum[i].Den+r.Den
		}
	}
	for i, k := range KPIs {
		if sum[i] != all.Total.Ratios[i] {
			t.Errorf("%s: units sum to %v of %v", k.Name, sum[i], all.Total.Ratios[i])
		}
		if r := all.Total.Ratios[i]; r.Den == 0 || (!k.Average && r.Num > r.Den) {
			t.Errorf("%s is %d of %d", k.Name, r.Num, r.Den)
		}
	}
	for range 12 {
		checkKPIRows(t, s, randomKPIs(st.c, cut, last))
	}
}

// took is how long something took, which nobody counted now and then.
func (st *story) took() events.Took {
	if st.c.n(4) == 0 {
		return events.Took{}
	}
	return events.Took{Since: epochDay, WorkingDays: st.c.n(9)}
}

// randomKPIs is a period or a cohort as of some day, as somebody sees it.
func randomKPIs(c chooser, cut, last events.Date) KPIFilter {
	f := KPIFilter{From: epochDay.AddDays(31 * c.n(4)), To: last, ByRaised: c.n(2) == 0, CutOff: last}
	if c.n(2) == 0 {
		f.To, f.CutOff = cut, cut
	}
	f.Sight = []Sight{{}, {Extent: SeesAll, Self: []string{"u1", "u3"}}, {Extent: SeesLinked, Leads: []string{"l1"}}, {Extent: SeesOrdinary}}[c.n(4)]
	return f
}

// checkKPIRows holds that each numerator and denominator is the sum of its rows, in all and by
// unit, also page by page.
func checkKPIRows(t *testing.T, s *Store, f KPIFilter) {
	t.Helper()
	r, err := s.KPIs(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	is := func(k KPI, den bool, unit string, want int) {
		t.Helper()
		q := KPIRowsFilter{KPIFilter: f, Code: k.Code, Den: den, Unit: unit, Limit: 7}
		sum, n := 0, 0
		for {
			p, err := s.KPIRows(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range p.Rows {
				sum += x.N
				if x.Number == "" || x.Day.After(f.CutOff) {
					t.Errorf("%s counts %+v as of %s", k.Name, x, f.CutOff)
				}
			}
			if n += len(p.Rows); p.Next == "" {
				if sum != want || p.Sum != want || p.All != n {
					t.Errorf("%+v: %s (denominator %v) of unit %q counts %d, its %d rows %d and say %d of %d", f, k.Name, den, unit, want, n, sum, p.Sum, p.All)
				}
				return
			}
			q.After = p.Next
		}
	}
	for i, k := range KPIs {
		is(k, false, "", r.Total.Ratios[i].Num)
		is(k, true, "", r.Total.Ratios[i].Den)
	}
	for _, u := range r.Units[:min(2, len(r.Units))] {
		for i, k := range KPIs {
			is(k, false, pick(u.Unit == "", None, u.Unit), u.Ratios[i].Num)
			is(k, true, pick(u.Unit == "", None, u.Unit), u.Ratios[i].Den)
		}
	}
}

var epochDay = events.DateOf(epoch)
