package projections

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xiaohao/events"
)

// TestSimilar holds that the likeliest item of the same place comes first, that an item is
// not like itself, and that a unit does not see what is hidden from it.
func TestSimilar(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	st := newStory(never{})
	raise := func(area, title string, class events.Class, against ...events.Unit) *Item {
		it := st.item()
		n := len(st.items) + 1
		st.commit(it, events.ItemRaised{Number: "QG-2026-00000" + string(rune('0'+n)), Preset: events.TownshipBox, Source: events.FromPublic, Category: "民生",
			Opinion: events.Opinion{ID: it.ID, Area: area, Text: sealed("原话")}})
		st.commit(it, events.ItemAccepted{Title: title, Category: "民生", Class: class, Level: events.Normal, ComplainedOf: against})
		st.items = append(st.items, it)
		return it
	}
	a := raise("海滨村", "海滨村河道淤积发臭", events.Ordinary)
	b := raise("海滨村", "河道淤积没人清", events.Ordinary)
	c := raise("增口村", "增口村河道淤积发臭", events.Ordinary)
	raise("海滨村", "晚上没有公交车", events.Ordinary)
	d := raise("海滨村", "海滨村河道淤积乱收费", events.Conduct, units[0])
	s.catchUp(t, st.log, nil)
	find := func(x Alike) []string {
		t.Helper()
		cs, err := s.Similar(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		return column(cs, func(c Candidate) string { return c.Number })
	}
	if diff := cmp.Diff([]string{d.Number, b.Number, c.Number}, find(AlikeItem(a))); diff != "" {
		t.Error(diff)
	}
	hidden := AlikeItem(a)
	hidden.Sight = Sight{Extent: SeesAll, Self: []string{units[0].ID}}
	if got := find(hidden); strings.Contains(strings.Join(got, " "), d.Number) {
		t.Errorf("somebody of the unit sees a complaint of it: %v", got)
	}
	if got := find(Alike{Text: "河道淤积发臭", Area: "海滨村", Category: "民生"}); len(got) == 0 || got[0] != a.Number {
		t.Errorf("while typing: %v", got)
	}
}

// TestRelapses holds that an item of the same place and kind is offered for 180 days after
// it was struck off, and only to what was registered later.
func TestRelapses(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	st := newStory(never{})
	st.step = 24 * time.Hour
	raise := func() *Item {
		it := st.item()
		st.commit(it, events.ItemRaised{Number: "QG-" + it.ID, Category: "民生", Opinion: events.Opinion{ID: it.ID, Area: "海滨村", Text: sealed("原话")}})
		st.items = append(st.items, it)
		return it
	}
	old := raise()
	before := raise()
	st.commit(old, events.ItemAccepted{Title: "河道淤积", Category: "民生", Class: events.Ordinary})
	st.commit(old, events.ItemClosed{Round: 1})
	soon := raise()
	for range relapseDays {
		st.commit(before, events.ProgressReported{Note: "在办"})
	}
	late := raise()
	s.catchUp(t, st.log, nil)
	for it, want := range map[*Item]int{before: 0, soon: 1, late: 0} {
		row, err := s.ItemByID(t.Context(), it.ID)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Relapses(t.Context(), &row, Sight{})
		if err != nil || len(got) != want {
			t.Errorf("registered %s: %d candidates, want %d: %v", row.Raised, len(got), want, err)
		}
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ text, q, want string }{
		{"河道淤积发臭", "淤积", "河道[淤积]发臭"}, {"ABc", "bC", "A[Bc]"}, {"公交公交车", "公交 公交车", "[公交][公交车]"}, {"无", "", "无"}, {"", "x", ""}, {"一", "一", "[一]"},
	} {
		var b strings.Builder
		for _, m := range Marks(x.text, x.q) {
			if m.Hit {
				b.WriteString("[" + m.Text + "]")
			} else {
				b.WriteString(m.Text)
			}
		}
		if b.String() != x.want {
			t.Errorf("%q in %q: %s", x.q, x.text, b.String())
		}
	}
}
