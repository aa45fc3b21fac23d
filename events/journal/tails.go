package journal

import (
	"sync"

	"xiaohao/events"

	"github.com/google/uuid"
)

// place is what a commit is of, and so which subject it is on.
type place struct {
	aggregate events.Aggregate
	id        uuid.UUID
}

func placeOf(c events.Commit) place { return place{c.Aggregate(), c.Item} }

// tail is the last commit of an item as far as this process knows.
type tail struct {
	sequence uint64
	rev      int
	hash     string
}

// tails remembers the last commits that were read or written, so that Append can check a
// chain without reading. It holds facts of an append-only log: an entry may be behind,
// never wrong.
type tails struct {
	mu sync.Mutex
	m  map[place]tail
}

const maxTails = 1 << 14 // about 3 MB

func (t *tails) get(p place) (tail, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x, ok := t.m[p]
	return x, ok
}

func (t *tails) put(r events.Recorded) {
	p := placeOf(r.Commit)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.m == nil || (len(t.m) >= maxTails && t.m[p].sequence == 0) {
		t.m = make(map[place]tail) // forgetting costs one read an item
	}
	if r.Sequence > t.m[p].sequence {
		t.m[p] = tail{r.Sequence, r.Rev, r.Hash}
	}
}
