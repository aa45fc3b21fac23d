package projections

import (
	"fmt"
	"testing"

	"xiaohao/events"
)

// TestSight holds that no list, search, count or board shows what does not exist for the
// person who asks, that nothing else is left out, and that figures and rows still tie.
func TestSight(t *testing.T) {
	t.Parallel()
	s, st := built(t, 13, 500)
	var all []Item
	leader := ""
	for _, x := range st.items {
		it, err := s.ItemByID(t.Context(), x.ID)
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, it); it.restricted() && it.Leader.ID != "" {
			leader = it.Leader.ID
		}
	}
	sights := []Sight{{Extent: SeesOrdinary}, {Extent: SeesNothing}, {Extent: SeesLinked, Leads: []string{leader}}, {Extent: SeesAll, Self: []string{"nobody"}}}
	for _, u := range units {
		sights = append(sights, Sight{Extent: SeesUnits, Units: []string{u.ID}, Self: []string{u.ID}}, Sight{Extent: SeesAll, Self: []string{u.ID}})
	}
	hidden := 0
	for _, sight := range sights {
		want := map[string]bool{}
		for i := range all {
			if sight.sees(&all[i]) {
				want[all[i].Number] = true
			} else {
				hidden++
			}
		}
		for _, f := range []Filter{{}, {Q: "公交"}, {Groups: Base}, {Unit: units[0].ID}, {Unit: units[0].ID, LeadOnly: true}, {Queue: QueueOpen}, {AsOf: today.AddDays(-30)}} {
			f.Sight, f.Today, f.Near, f.Limit = sight, today, near, 200
			name := fmt.Sprintf("%+v", f)
			p, err := s.Items(t.Context(), f)
			if err != nil {
				t.Fatal(name, err)
			}
			for _, it := range p.Items {
				if !want[it.Number] {
					t.Errorf("%s lists %s", name, it.Number)
				}
			}
			if f.Q == "" && p.Total != listed(t, s, f) {
				t.Errorf("%s says %d and lists %d", name, p.Total, listed(t, s, f))
			}
			if f.Q == "" && f.Unit == "" && f.Queue == "" && f.AsOf.IsZero() && len(f.Groups) == 0 && p.Total != len(want) {
				t.Errorf("%s: %d of %d", name, p.Total, len(want))
			}
		}
		if sight.Extent == SeesNothing {
			continue
		}
		checkSightFigures(t, s, sight)
	}
	if hidden == 0 {
		t.Error("the story hides nothing")
	}
}

// checkSightFigures compares boards and saved views with the rows behind them.
func checkSightFigures(t *testing.T, s *Store, sight Sight) {
	t.Helper()
	for _, asOf := range []events.Date{{}, today.AddDays(-30)} {
		f := BoardFilter{Today: today, Minute: minute, Near: near, Sight: sight, AsOf: asOf}
		if sight.Extent == SeesUnits {
			f.Unit = sight.Units[0]
		}
		b, err := s.Board(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		rows := Filter{Today: today, Minute: minute, Near: near, Sight: sight, AsOf: asOf, Unit: f.Unit, LeadOnly: f.Unit != "", Groups: Base}
		if n := listed(t, s, rows); n != b.All.Total {
			t.Errorf("board of %+v as of %s: %d, its rows %d", sight, asOf, b.All.Total, n)
		}
		late := rows
		late.Groups, late.Lamp = nil, LampOverdue
		if n := listed(t, s, late); n != b.All.Overdue {
			t.Errorf("board of %+v as of %s: %d overdue, its rows %d", sight, asOf, b.All.Overdue, n)
		}
		for _, c := range b.ByMode {
			of := rows
			of.Modes = []events.Mode{events.Mode(c.Key)}
			if n := listed(t, s, of); n != c.Total {
				t.Errorf("board of %+v as of %s, %s: %d, its rows %d", sight, asOf, c.Key, c.Total, n)
			}
		}
		weeks := b.EarlierNew
		for _, w := range b.Weeks {
			weeks += w.New
		}
		if asOf.IsZero() && weeks != b.All.Total {
			t.Errorf("weeks of %+v: %d, all %d", sight, weeks, b.All.Total)
		}
	}
	if sight.Extent != SeesUnits {
		v, err := s.Views(t.Context(), now, near, sight)
		if err != nil {
			t.Fatal(err)
		}
		if n := listed(t, s, Filter{Today: today, Minute: minute, Near: near, Sight: sight}); v.All != n {
			t.Errorf("saved views of %+v: %d of %d", sight, v.All, n)
		}
	}
}
