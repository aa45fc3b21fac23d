package journal

import (
	"sync"

	"xiaohao/events"

	"github.com/google/uuid"
)

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
	m  map[uuid.UUID]tail
}

const maxTails = 1 << 14 // about 3 MB

func (t *tails) get(item uuid.UUID) (tail, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x, ok := t.m[item]
	return x, ok
}

func (t *tails) put(r events.Recorded) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.m == nil || (len(t.m) >= maxTails && t.m[r.Item].sequence == 0) {
		t.m = make(map[uuid.UUID]tail) // forgetting costs one read an item
	}
	if r.Sequence > t.m[r.Item].sequence {
		t.m[r.Item] = tail{r.Sequence, r.Rev, r.Hash}
	}
}
