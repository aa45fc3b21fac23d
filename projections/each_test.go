package projections

import (
	"fmt"
	"testing"

	"xiaohao/events"
)

// TestEach holds that a ledger on paper has exactly the rows of the page, in its order.
func TestEach(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(300))
	for range 500 {
		st.advance()
	}
	s := openStore(t)
	s.catchUp(t, st.log, nil)
	past := events.DateOf(st.log[len(st.log)/2].Time)
	some, err := s.Items(t.Context(), Filter{Today: today, Near: near, Limit: 7})
	if err != nil || len(some.Items) != 7 {
		t.Fatal(len(some.Items), err)
	}
	numbers := column(some.Items, func(it Item) string { return it.Number })
	for i, f := range []Filter{{}, {Groups: Base}, {Unit: "u1"}, {Lamp: LampOverdue}, {Q: "公交"}, {AsOf: past}, {AsOf: past, Groups: []Group{GroupClosed}, Sight: Sight{Extent: SeesAll, Self: []string{"u2"}}}, {Leader: "none"}, {Numbers: numbers}, {AsOf: past, Numbers: numbers}} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			f.Today, f.Near, f.Limit = today, near, 50
			var want []Item
			for page := f; ; {
				p, err := s.Items(t.Context(), page)
				if err != nil {
					t.Fatal(err)
				}
				if want = append(want, p.Items...); p.Next == "" {
					break
				}
				page.After = p.Next
			}
			n := 0
			at, err := s.Each(t.Context(), f, func(it Entered) error {
				if n < len(want) && (it.Number != want[n].Number || it.State != want[n].State) {
					return fmt.Errorf("row %d is %s %s, the page has %s %s", n, it.Number, it.State, want[n].Number, want[n].State)
				}
				if f.AsOf.IsZero() && n%9 == 0 {
					os, err := s.Opinions(t.Context(), it.ID)
					if err != nil || len(os) != len(it.Opinions) {
						return fmt.Errorf("%s answers %d opinions, its page says %d (%v)", it.Number, len(it.Opinions), len(os), err)
					}
				}
				n++
				return nil
			})
			if len(f.Numbers) > 0 && (n > len(f.Numbers) || n == 0) {
				t.Errorf("%d rows of %d numbers", n, len(f.Numbers))
			}
			if err != nil || n != len(want) || at.Sequence != uint64(len(st.log)) {
				t.Errorf("%d rows of %d, up to %d: %v", n, len(want), at.Sequence, err)
			}
		})
	}
}
