package projections

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
)

// TestFollows: who confirmed before a step and has not ended is told of it; who never
// answered is found by how long that is.
func TestFollows(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	st := newStory(never{})
	it := st.raise()
	follow := func(of uuid.UUID, e events.Event) events.Recorded {
		rev := 1
		for _, c := range st.log {
			if c.Item == of {
				rev++
			}
		}
		n := len(st.log) + 1
		r := events.Recorded{Sequence: uint64(n), Time: epoch.Add(time.Duration(n) * st.step),
			Commit: events.Commit{Item: of, Rev: rev, CommandID: id('f', n), Command: "test", Actor: office, Events: []events.Event{e}}}
		r.At, r.Hash = r.Time, uuid.NewString()
		st.log = append(st.log, r)
		return r
	}
	a, b, c := id('x', 1), id('x', 2), id('x', 3)
	for _, x := range []uuid.UUID{a, b, c} {
		follow(x, events.FollowAsked{Item: it.ID, PublicID: "P1", Address: sealed("lin@example.cn")})
	}
	confirmed := follow(a, events.FollowConfirmed{})
	follow(b, events.FollowConfirmed{})
	follow(b, events.FollowEnded{})
	s.catchUp(t, st.log, nil)
	who := func(before uint64) []uuid.UUID {
		t.Helper()
		ids, err := s.Followers(t.Context(), it.ID, before)
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if got := who(confirmed.Sequence + 1); !slices.Equal(got, []uuid.UUID{a}) {
		t.Errorf("followers: %v", got)
	}
	if got := who(confirmed.Sequence); len(got) != 0 {
		t.Errorf("told of what was before it was confirmed: %v", got)
	}
	left, err := s.Unconfirmed(t.Context(), confirmed.Time, 10)
	if err != nil || !slices.Equal(left, []uuid.UUID{c}) {
		t.Errorf("unconfirmed: %v %v", left, err)
	}
	ended, err := s.EndedFollows(t.Context())
	if err != nil || !slices.Equal(ended, []uuid.UUID{b}) {
		t.Errorf("ended: %v %v", ended, err)
	}
}
