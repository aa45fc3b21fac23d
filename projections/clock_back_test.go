package projections

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xiaohao/events"
)

// TestServerClockBack holds that a log whose server's clock was set back by an hour, over
// midnight, is read to its end: every item is where it was and every row the same whether made
// one commit at a time or by loading a new schema. (The clock of a real server cannot be set
// without that of the machine; these are the times such a server would have recorded.)
func TestServerClockBack(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(51))
	st.step = 20 * time.Minute
	for range 200 {
		st.advance()
	}
	const states = `select number || ' ' || state || ' ' || grp from item order by number`
	s := openStore(t)
	s.catchUp(t, st.log, nil)
	want := s.query(t, states)
	if len(want) < 10 {
		t.Fatalf("only %d items: this test looks at little", len(want))
	}

	log := slices.Clone(st.log)
	at := 60
	for events.DateOf(log[at].Time.Add(-time.Hour)) == events.DateOf(log[at-1].Time) {
		at++
	}
	for i := at; i < len(log); i++ {
		log[i].Time = log[i].Time.Add(-time.Hour)
	}
	if !log[at].Time.Before(log[at-1].Time) {
		t.Fatalf("from %v to %v: the clock was not set back", log[at-1].Time, log[at].Time)
	}
	s.empty(t)
	s.catchUp(t, log, func() int { return 1 })
	if diff := cmp.Diff(want, s.query(t, states)); diff != "" {
		t.Errorf("items (-with a good clock +):\n%s", diff)
	}
	rows := s.dump(t)
	out, err := s.Rebuild(t.Context(), &fakeLog{id: "S", commits: log}, func(Progress) {})
	if err != nil || !out.Compared || out.Difference != "" || out.Position.Sequence != uint64(len(log)) {
		t.Fatalf("rebuild: %+v, %v", out, err)
	}
	if diff := cmp.Diff(rows, s.dump(t)); diff != "" {
		t.Errorf("rebuilt (-one by one +):\n%s", diff)
	}
}
