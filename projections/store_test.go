package projections

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"xiaohao/projections/localpg/pgtest"
)

// TestOpenAgain holds that opening keeps rows of the same schema, and that rows of another
// one are dropped and come back from the log.
func TestOpenAgain(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	st := newStory(newSeeded(40))
	for range 60 {
		st.advance()
	}
	again := func() *Store {
		s, err := Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	s := again()
	s.catchUp(t, st.log, nil)
	want := s.dump(t)
	if diff := cmp.Diff(want, again().dump(t)); diff != "" {
		t.Error(diff)
	}
	s.query(t, `with x as (update rm.serving set version = 7, digest = 'old' returning 1) select count(*)::text from x`)
	s = again()
	if p, err := s.Position(t.Context()); err != nil || p != (Position{}) {
		t.Errorf("rows of another schema still stand at %+v: %v", p, err)
	}
	s.catchUp(t, st.log, nil)
	if diff := cmp.Diff(want, s.dump(t)); diff != "" {
		t.Error(diff)
	}
}
