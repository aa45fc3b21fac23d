package projections

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"xiaohao/events"
)

// TestPastCases holds that the units that led items of a category come by place, then by how
// often, three at most, and the modes by how often; that what somebody does not see suggests
// nothing to him; and that many matters together are told what each is told alone.
func TestPastCases(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	st := newStory(never{})
	mode := events.Immediate
	led := func(area, category string, class events.Class, lead events.Unit, against ...events.Unit) {
		it := st.item()
		st.commit(it, events.ItemRaised{Number: "QG-" + it.ID, Category: category, Source: events.FromPublic, Preset: events.TownshipBox, Opinion: events.Opinion{ID: it.ID, Area: area, Text: sealed("原话")}})
		st.commit(it, events.ItemAccepted{Title: "一件", Category: category, Class: class, Level: events.Normal, ComplainedOf: against}, events.ModeClassified{Mode: mode})
		if !lead.IsZero() {
			st.commit(it, events.ItemAssigned{Assignments: []events.Assigned{{ID: "a-" + it.ID, Unit: lead, Part: events.Lead}}})
		}
		st.items = append(st.items, it)
	}
	a, b, c, d := units[0], units[1], units[2], units[3]
	for range 3 {
		led("增口村", "民生", events.Ordinary, a)
	}
	mode = events.TimeLimited
	led("海滨村", "民生", events.Ordinary, b)
	led("增口村", "民生", events.Ordinary, c)
	led("增口村", "民生", events.Ordinary, c)
	led("增口村", "民生", events.Ordinary, d)
	led("海滨村", "水利", events.Ordinary, d)
	led("海滨村", "民生", events.Ordinary, events.Unit{})
	led("海滨村", "作风", events.Conduct, a, b)
	s.catchUp(t, st.log, nil)
	leads := func(ls ...PastLead) []PastLead { return ls }
	at := func(n int) []PastMode { return []PastMode{{events.TimeLimited, n}} }
	modes := []PastMode{{events.TimeLimited, 4}, {events.Immediate, 3}}
	all := []struct {
		Matter
		sight Sight
		want  Past
	}{
		{Matter{"民生", "海滨村"}, Sight{}, Past{7, leads(PastLead{b.ID, b.Name, 1, true}, PastLead{a.ID, a.Name, 3, false}, PastLead{c.ID, c.Name, 2, false}), modes}},
		{Matter{"民生", ""}, Sight{}, Past{7, leads(PastLead{a.ID, a.Name, 3, false}, PastLead{c.ID, c.Name, 2, false}, PastLead{b.ID, b.Name, 1, false}), modes}},
		{Matter{"水利", "海滨村"}, Sight{}, Past{1, leads(PastLead{d.ID, d.Name, 1, true}), at(1)}},
		{Matter{"作风", "海滨村"}, Sight{}, Past{1, leads(PastLead{a.ID, a.Name, 1, true}), at(1)}},
		{Matter{"作风", "海滨村"}, Sight{Extent: SeesAll, Self: []string{b.ID}}, Past{}},
		{Matter{"没有这一类", "海滨村"}, Sight{}, Past{}},
		{Matter{"", "海滨村"}, Sight{}, Past{}},
		{Matter{"\x00", ""}, Sight{}, Past{}},
	}
	want, ms := map[Matter]Past{}, []Matter{}
	for _, x := range all {
		got, err := s.PastCases(t.Context(), []Matter{x.Matter}, x.sight)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(x.want, got[x.Matter], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", x.Matter, diff)
		}
		if x.sight.free() {
			want[x.Matter], ms = got[x.Matter], append(ms, x.Matter, x.Matter)
		}
	}
	got, err := s.PastCases(t.Context(), ms, Sight{})
	if err != nil {
		t.Fatal(err)
	}
	for m, p := range want {
		if diff := cmp.Diff(p, got[m]); diff != "" {
			t.Errorf("%+v among others (-alone +together):\n%s", m, diff)
		}
	}
}
