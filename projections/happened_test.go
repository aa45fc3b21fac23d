package projections

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xiaohao/events"
)

// reported is all that a report reads of a day.
type reported struct {
	End      Position
	Board    Board
	KPIs     KPIReport
	Happened []Happening
	Overdue  []string
}

type reportReads interface {
	EndOf(ctx context.Context, on events.Date) (Position, error)
	Board(ctx context.Context, f BoardFilter) (Board, error)
	KPIs(ctx context.Context, f KPIFilter) (KPIReport, error)
	Happened(ctx context.Context, from, to events.Date, s Sight) ([]Happening, error)
	Each(ctx context.Context, f Filter, do func(Entered) error) (Position, error)
}

func readReported(t *testing.T, s reportReads, on events.Date, sight Sight) (r reported) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	r.End, err = s.EndOf(t.Context(), on)
	must(err)
	r.Board, err = s.Board(t.Context(), BoardFilter{AsOf: on, Today: on, Sight: sight})
	must(err)
	r.Board.AsOf = 0 // of now
	r.KPIs, err = s.KPIs(t.Context(), KPIFilter{From: on.AddDays(-40), To: on, CutOff: on, Sight: sight})
	must(err)
	r.Happened, err = s.Happened(t.Context(), on.AddDays(-20), on, sight)
	must(err)
	for i := range r.Happened { // 甄别 and erasure are of now
		if e := r.Happened[i].Evaluation; e != nil {
			e.Exempt, e.Words = "", events.Sealed{}
		}
	}
	_, err = s.Each(t.Context(), Filter{AsOf: on, Today: on, Lamp: LampOverdue, Sight: sight}, func(it Entered) error {
		r.Overdue = append(r.Overdue, it.Number)
		return nil
	})
	must(err)
	return r
}

// TestReported holds that what a report of a day reads is for ever what it was at the end of
// that day.
func TestReported(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(400))
	for range 700 {
		st.advance()
	}
	s := openStore(t)
	cut := events.DateOf(st.log[len(st.log)*9/10].Time)
	n := 0
	for n < len(st.log) && !events.DateOf(st.log[n].Time).After(cut) {
		n++
	}
	s.catchUp(t, st.log[:n], func() int { return 1 + st.c.n(9) })
	then := readReported(t, s, cut, Sight{})
	if then.End.Sequence != uint64(n) || then.End.Hash != st.log[n-1].Hash || len(then.Happened) == 0 || len(then.Overdue) == 0 {
		t.Errorf("the day ends at %+v of %d, %d happenings, %d overdue", then.End, n, len(then.Happened), len(then.Overdue))
	}
	s.catchUp(t, st.log, nil)
	if diff := cmp.Diff(then, readReported(t, s, cut, Sight{}), cmp.AllowUnexported(events.Date{}, events.Sealed{})); diff != "" {
		t.Errorf("(-then +now):\n%s", diff)
	}
}

// TestReplay holds that what was entered later is reported as if it had been recorded on the
// days it claims.
func TestReplay(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(401))
	for range 500 {
		st.advance()
	}
	s := openStore(t)
	s.catchUp(t, st.log, nil)
	cut := events.DateOf(st.log[len(st.log)*2/3].Time)

	// The same log entered a thousand days later, each commit claiming its day.
	lives, order := map[string][]events.Recorded{}, []string{}
	for _, c := range st.log {
		id := c.Item.String()
		if lives[id] == nil {
			order = append(order, id)
		}
		c.Occurred = events.DateOf(c.Time)
		c.Time = c.Time.Add(1000 * 24 * time.Hour)
		lives[id] = append(lives[id], c)
	}
	var all [][]events.Recorded
	for _, id := range order {
		all = append(all, lives[id])
	}
	seen := map[int]bool{}
	for _, sight := range []Sight{{}, {Extent: SeesAll, Self: []string{"u1", "u2"}}, {Extent: SeesOrdinary}} {
		want, got := readReported(t, s, cut, sight), readReported(t, NewReplay("S", all), cut, sight)
		if seen[want.Board.All.Total] {
			t.Errorf("%+v sees as many as another", sight)
		}
		seen[want.Board.All.Total] = true
		for i := range got.Board.ByUnit { // an id is called what it is called at the end, not then
			got.Board.ByUnit[i].Name = want.Board.ByUnit[i].Name
		}
		want.Board.Weeks, want.Board.EarlierNew, want.Board.EarlierClosed = nil, 0, 0
		if diff := cmp.Diff(want.Board.All, got.Board.All); diff != "" {
			t.Errorf("board (-store +replay):\n%s", diff)
		}
		if diff := cmp.Diff(want.KPIs.Total, got.KPIs.Total); diff != "" {
			t.Errorf("figures (-store +replay):\n%s", diff)
		}
		if diff := cmp.Diff(want.Overdue, got.Overdue); diff != "" {
			t.Errorf("overdue (-store +replay):\n%s", diff)
		}
		if want.End.Sequence != got.End.Sequence || len(want.Happened) != len(got.Happened) {
			t.Errorf("ends at %d, %d happenings; the store says %d, %d", got.End.Sequence, len(got.Happened), want.End.Sequence, len(want.Happened))
		}
	}
}
