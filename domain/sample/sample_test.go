package sample

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"xiaohao/events"
	"xiaohao/events/journal/memory"
)

func lots(n int) []events.Lot {
	out := make([]events.Lot, n)
	for i := range out {
		out[i] = events.Lot{Item: fmt.Sprintf("item-%03d", i), Number: fmt.Sprint(i), Due: events.NewDate(2026, 3, 4), Weight: 1}
	}
	return out
}

// A tenth, and at least one; the same seed draws the same lot for ever.
func TestChoose(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 1, 9: 1, 10: 1, 11: 2, 100: 10} {
		if got := len(Choose("s", lots(n), Share)); got != want {
			t.Errorf("%d of %d drawn, want %d", got, n, want)
		}
	}
	if a, want := Choose("seed", lots(30), Share), []string{"item-017", "item-007", "item-011"}; !slices.Equal(a, want) {
		t.Errorf("drawn %v, want %v as always", a, want)
	}
}

// An item of weight w is drawn first w times as often.
func TestWeightsWeigh(t *testing.T) {
	ls := lots(10)
	ls[3].Weight = 7
	first := map[string]int{}
	const n = 4000
	for i := range n {
		first[Choose(fmt.Sprint(i), ls, 1)[0]]++
	}
	if got, want := float64(first["item-003"])/n, 7.0/16; got < want-0.04 || got > want+0.04 {
		t.Errorf("first in %.3f of the draws, want about %.3f", got, want)
	}
	if w, says := Weigh(Risk{Late: true, Reopened: true}); w != 6 || len(says) != 2 {
		t.Errorf("weight %d %v", w, says)
	}
}

// Many processes that draw at once draw each lot once, and all see the same.
func TestDrawOnce(t *testing.T) {
	log := memory.New()
	now := func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, events.Beijing) }
	var got [4]map[string]Place
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			d := &Drawer{Log: log, Now: now}
			var err error
			if got[i], err = d.Draw(t.Context(), lots(40)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	h, err := log.LoadOf(t.Context(), events.SampleAggregate, ID("2026-W10"))
	if err != nil || len(h) != 1 {
		t.Fatalf("%d draws, %v", len(h), err)
	}
	s := h[0].Events[0].(events.SampleDrawn)
	if len(s.Chosen) != 4 || !slices.Equal(s.Chosen, Choose(s.Seed, s.Lots, s.Share)) {
		t.Errorf("chosen %v", s.Chosen)
	}
	for _, g := range got {
		for _, l := range lots(40) {
			p, ok := PlaceOf(g, l)
			if !ok || p.Draw != 1 || p.Chosen != slices.Contains(s.Chosen, l.Item) {
				t.Fatalf("%s stands at %+v", l.Item, p)
			}
		}
	}
	// The next week nothing of it is drawn again, and what is new gets a draw of its own.
	later := &Drawer{Log: log, Now: func() time.Time { return now().AddDate(0, 0, 7) }}
	places, err := later.Draw(t.Context(), append(lots(40), events.Lot{Item: "new", Due: events.NewDate(2026, 3, 10), Weight: 1}))
	if err != nil {
		t.Fatal(err)
	}
	if p, _ := PlaceOf(places, events.Lot{Item: "new", Due: events.NewDate(2026, 3, 10)}); !p.Chosen || p.Period != "2026-W11" {
		t.Errorf("new item stands at %+v", p)
	}
	if p, _ := PlaceOf(places, lots(1)[0]); p.Period != "2026-W10" {
		t.Errorf("drawn again: %+v", p)
	}
}
