package projections

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestRebuiltRowsAreTheSame holds that rows made by loading a new schema are those that were
// made one commit at a time; TestBatchesDoNotMatter tells about the other ways.
func TestRebuiltRowsAreTheSame(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	rapid.Check(t, func(t *rapid.T) {
		st := newStory(drawn{t})
		for range rapid.IntRange(1, 60).Draw(t, "facts") {
			st.advance()
		}
		s.empty(t)
		s.catchUp(t, st.log, func() int { return 1 })
		want := s.dump(t)
		n := rapid.IntRange(0, 20).Draw(t, "batch")
		s.rows = rapid.SampledFrom([]int{1, 2, 3, 8, loadRows}).Draw(t, "rows in memory")
		out, err := s.Rebuild(t.Context(), &fakeLog{id: "S", commits: st.log, sizes: func() int { return n }}, func(Progress) {})
		if err != nil {
			t.Fatal(err)
		}
		if !out.Compared || out.Difference != "" || out.Position.Sequence != uint64(len(st.log)) {
			t.Fatalf("%+v", out)
		}
		if diff := cmp.Diff(want, s.dump(t)); diff != "" {
			t.Fatalf("rebuilt (-one by one +):\n%s", diff)
		}
	})
}

// TestRebuildFindsDifference has a row changed behind the projector's back.
func TestRebuildFindsDifference(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(50))
	for range 60 {
		st.advance()
	}
	s := openStore(t)
	s.catchUp(t, st.log, nil)
	want := s.dump(t)
	s.query(t, `with x as (update item set area = '别处' where number = $1 returning 1) select count(*)::text from x`, st.items[0].Number)
	log := &fakeLog{id: "S", commits: st.log}
	if d, err := s.Verify(t.Context(), log); err != nil || !strings.Contains(d, "table item") || !strings.Contains(d, "别处") {
		t.Errorf("verify found %q, %v", d, err)
	}
	out, err := s.Rebuild(t.Context(), log, func(Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	if !out.Compared || !strings.Contains(out.Difference, "table item") || !strings.Contains(out.Difference, "别处") {
		t.Errorf("%+v", out)
	}
	if diff := cmp.Diff(want, s.dump(t)); diff != "" {
		t.Errorf("the new rows: %s", diff)
	}
	if d, err := s.Verify(t.Context(), log); err != nil || d != "" {
		t.Errorf("verify after it found %q, %v", d, err)
	}
}

// TestManyRowsAtOnce folds so many commits at a time that rows are written by COPY, which comes
// before whatever is queued: an item whose watched days changed keeps the new ones.
func TestManyRowsAtOnce(t *testing.T) {
	t.Parallel()
	st := newStory(newSeeded(7))
	for range 300 {
		st.raise()
	}
	for len(st.log) < 3000 {
		st.advance()
	}
	s := openStore(t)
	s.catchUp(t, st.log, func() int { return 20 })
	want := s.dump(t)
	s.empty(t)
	var batches int
	s.catchUp(t, st.log, func() int { batches++; return 1000 })
	if most := len(st.log)/1000 + 2; batches > most {
		t.Errorf("%d batches, at most %d are needed: some were refused", batches, most)
	}
	if diff := cmp.Diff(want, s.dump(t)); diff != "" {
		t.Fatalf("1000 at a time (-20 at a time +):\n%s", diff)
	}
	s.rows = 150
	batches = 0
	var told []uint64
	out, err := s.Rebuild(t.Context(), &fakeLog{id: "S", commits: st.log, sizes: func() int { batches++; return 700 }}, func(p Progress) {
		if p.Phase == loading {
			told = append(told, p.At)
		}
	})
	if most := len(st.log)/700 + 3; err != nil || out.Difference != "" || batches > most {
		t.Fatalf("%+v, %v, %d batches of %d", out, err, batches, most)
	}
	if least := len(st.log) / 700; len(told) < least || !slices.IsSorted(told) {
		t.Errorf("told how far it was: %d, want %d times at least, though it is one transaction", told, least)
	}
	if got := s.query(t, `select (relallvisible > 0)::text from pg_class where oid = 'timeline'::regclass`); !slices.Equal(got, []string{"true"}) {
		t.Error("rows were not final when they were loaded: the tables had not been emptied in that transaction")
	}
}
