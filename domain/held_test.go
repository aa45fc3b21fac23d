package domain_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
)

// Many processes that change the same thing at once lose nothing, each command counts once,
// and what was there before is left alone.
func TestHeld(t *testing.T) {
	log := memory.New()
	of := domain.Change{Of: events.PaperAggregate, Entry: events.MappingID("u1")}
	with := func(is []string, facts []events.Event) []string {
		out := append([]string(nil), is...)
		for _, e := range facts {
			out = append(out, e.(events.ColumnsMapped).Unit)
		}
		return out
	}
	hold := func() *domain.Held[[]string] {
		h, err := domain.Hold(t.Context(), log, of, []string{"first"}, with)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, events.Beijing)
	add := func(h *domain.Held[[]string], id uuid.UUID, what string) bool {
		changed, err := h.Do(t.Context(), domain.Change{ID: id, Command: "map_columns"}, at, func(is []string) []events.Event {
			if strings.Contains(strings.Join(is, " "), what) {
				return nil
			}
			return []events.Event{events.ColumnsMapped{Unit: what}}
		})
		if err != nil {
			t.Error(err)
		}
		return changed
	}
	var all sync.WaitGroup
	for _, what := range []string{"a", "b", "c", "d"} {
		h, id := hold(), uuid.New()
		all.Go(func() {
			if !add(h, id, what) || !add(h, id, what) { // the second is the same command
				t.Errorf("%s was not added", what)
			}
			if add(h, uuid.New(), what) {
				t.Errorf("%s was added by another command, though it was there", what)
			}
		})
	}
	all.Wait()
	h := hold()
	if got := h.Now(); len(got) != 5 || got[0] != "first" || len(h.History()) != 4 {
		t.Errorf("held %v of %d commits", got, len(h.History()))
	}
	old := hold()
	add(h, uuid.New(), "e")
	if more, err := old.Refresh(t.Context()); !more || err != nil || len(old.Now()) != 6 {
		t.Errorf("another process learns: %v %v %v", more, err, old.Now())
	}
	if more, _ := old.Refresh(t.Context()); more {
		t.Error("nothing more is news")
	}
}
