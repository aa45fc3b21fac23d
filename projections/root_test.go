package projections

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
)

// Roots are read back as they were signed, newest first, and an item's rows do not see them.
func TestRoots(t *testing.T) {
	t.Parallel()
	s, st := openStore(t), newStory(newSeeded(1))
	if rs, err := s.Roots(t.Context(), events.Date{}, 10); err != nil || len(rs) != 0 {
		t.Errorf("before any: %v, %v", rs, err)
	}
	it := st.raise()
	stream := &Item{ID: uuid.NewString()}
	var want []events.RootSigned
	for n := range 5 {
		r := events.RootSigned{Stream: stream.ID, Tenant: "main", Day: events.NewDate(2026, time.March, 1+n), Sequence: uint64(1 + n),
			Aggregates: 1 + n, Root: "aa", Digest: "bb", Key: "cc", Signature: "dd"}
		want = append(want, r)
		st.commit(stream, r)
	}
	s.catchUp(t, st.log, func() int { return 2 })
	page, err := s.Roots(t.Context(), events.Date{}, 2)
	if err != nil || len(page) != 2 || page[0].RootSigned != want[4] || page[1].RootSigned != want[3] {
		t.Fatalf("newest: %+v, %v", page, err)
	}
	if last := st.log[len(st.log)-1]; page[0].At != last.Sequence || !page[0].Recorded.Equal(last.Time) {
		t.Errorf("recorded %+v, want %d at %v", page[0], last.Sequence, last.Time)
	}
	rest, err := s.Roots(t.Context(), page[1].Day, 10)
	if err != nil || len(rest) != 3 || rest[0].RootSigned != want[2] {
		t.Errorf("older: %+v, %v", rest, err)
	}
	if got, err := s.Item(t.Context(), it.Number); err != nil || got.Number != it.Number {
		t.Errorf("the item: %v", err)
	}
}
