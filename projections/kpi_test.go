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
	for i, k := range KPIs {
		groups := map[string][]Group{"RECTIFIED": {GroupDone, GroupClosed}, "CLOSED": {GroupClosed}, "STANDING": {GroupStanding}}[k.Code]
		if groups == nil {
			continue
		}
		if n := listed(t, s, Filter{Groups: groups, RaisedFrom: epochDay, RaisedBy: last}); n != all.Total.Ratios[i].Num {
			t.Errorf("%s counts %d, its list has %d rows", k.Name, all.Total.Ratios[i].Num, n)
		}
	}
}

var epochDay = events.DateOf(epoch)
