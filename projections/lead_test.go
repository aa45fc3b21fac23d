package projections

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"xiaohao/events"
)

// TestPastLeads holds that the units that led items of a category come by place, then by how
// often, three at most, and that what somebody does not see suggests nothing to him.
func TestPastLeads(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	st := newStory(never{})
	led := func(area, category string, class events.Class, lead events.Unit, against ...events.Unit) {
		it := st.item()
		st.commit(it, events.ItemRaised{Number: "QG-" + it.ID, Category: category, Source: events.FromPublic, Preset: events.TownshipBox, Opinion: events.Opinion{ID: it.ID, Area: area, Text: sealed("原话")}})
		st.commit(it, events.ItemAccepted{Title: "一件", Category: category, Class: class, Level: events.Normal, ComplainedOf: against})
		if !lead.IsZero() {
			st.commit(it, events.ItemAssigned{Assignments: []events.Assigned{{ID: "a-" + it.ID, Unit: lead, Part: events.Lead}}})
		}
		st.items = append(st.items, it)
	}
	a, b, c, d := units[0], units[1], units[2], units[3]
	for range 3 {
		led("增口村", "民生", events.Ordinary, a)
	}
	led("海滨村", "民生", events.Ordinary, b)
	led("增口村", "民生", events.Ordinary, c)
	led("增口村", "民生", events.Ordinary, c)
	led("增口村", "民生", events.Ordinary, d)
	led("海滨村", "水利", events.Ordinary, d)
	led("海滨村", "民生", events.Ordinary, events.Unit{})
	led("海滨村", "作风", events.Conduct, a, b)
	s.catchUp(t, st.log, nil)
	for _, x := range []struct {
		category, area string
		sight          Sight
		want           []PastLead
	}{
		{"民生", "海滨村", Sight{}, []PastLead{{b.ID, b.Name, 1, true}, {a.ID, a.Name, 3, false}, {c.ID, c.Name, 2, false}}},
		{"民生", "", Sight{}, []PastLead{{a.ID, a.Name, 3, false}, {c.ID, c.Name, 2, false}, {b.ID, b.Name, 1, false}}},
		{"水利", "海滨村", Sight{}, []PastLead{{d.ID, d.Name, 1, true}}},
		{"作风", "海滨村", Sight{}, []PastLead{{a.ID, a.Name, 1, true}}},
		{"作风", "海滨村", Sight{Extent: SeesAll, Self: []string{b.ID}}, nil},
		{"没有这一类", "海滨村", Sight{}, nil},
		{"", "海滨村", Sight{}, nil},
		{"\x00", "", Sight{}, nil},
	} {
		got, err := s.PastLeads(t.Context(), x.category, x.area, x.sight)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 {
			got = nil
		}
		if diff := cmp.Diff(x.want, got); diff != "" {
			t.Errorf("%q in %q (-want +got):\n%s", x.category, x.area, diff)
		}
	}
}
