package projections

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
)

// The directory is read as its facts say, however batches end, and anew when it grows.
func TestRoster(t *testing.T) {
	t.Parallel()
	s, st := openStore(t), newStory(newSeeded(1))
	if r, err := s.Roster(t.Context()); err != nil || len(r.Units(events.NewDate(2026, time.March, 1))) != 0 {
		t.Fatalf("before any: %v, %v", r, err)
	}
	entry := func(a events.Aggregate, id string) *Item { return &Item{ID: events.DirectoryID(a, id).String()} }
	day := func(d int) events.Date { return events.NewDate(2026, time.March, d) }
	office, post := entry(events.UnitAggregate, "u"), entry(events.OfficerAggregate, "o")
	st.commit(office, events.UnitAdded{ID: "u", Name: "交通局", Level: events.CountyLevel, Type: events.DepartmentUnit, From: day(1)})
	it := st.raise()
	st.commit(post, events.OfficerAdded{ID: "o", Name: events.Sealed{Key: uuid.NewString(), At: "c/0/name", Box: []byte("box")}},
		events.PostTaken{Post: events.Post{ID: "p", Unit: "u", Role: events.UnitHead, Title: "局长", From: day(2)}})
	s.catchUp(t, st.log, func() int { return 2 })
	r, err := s.Roster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if hats := r.Hats("o", day(3)); len(hats) != 1 || hats[0].Actor.Unit.Name != "交通局" || hats[0].Actor.Role != events.UnitHead {
		t.Errorf("hats: %+v", hats)
	}
	if again, err := s.Roster(t.Context()); err != nil || again != r {
		t.Errorf("read again although nothing changed: %v", err)
	}
	st.commit(office, events.UnitRenamed{Name: "交通运输局", From: day(10)})
	s.catchUp(t, st.log, nil)
	if r, err = s.Roster(t.Context()); err != nil || r.Ref("u", day(9)).Name != "交通局" || r.Ref("u", day(10)).Name != "交通运输局" {
		t.Errorf("after it grew: %+v, %v", r.Unit("u"), err)
	}
	if got, err := s.Item(t.Context(), it.Number); err != nil || got.Number != it.Number {
		t.Errorf("the item between: %v", err)
	}
}
