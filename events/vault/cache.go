package vault

import (
	"sync"
	"time"
)

// Remember is how long a process may use a data key without asking for it again, and so
// how long another process can still open a field after it was erased.
const Remember = time.Minute

const maxCached = 10_000 // about 2 MB

// cache holds unwrapped data keys. When it is full it forgets everything: keys are asked
// for again at the cost of one read each.
type cache struct {
	mu  sync.Mutex
	m   map[string]entry
	now func() time.Time
}

type entry struct {
	key   []byte
	until time.Time
}

func newCache() cache { return cache{m: make(map[string]entry), now: time.Now} }

// get returns what is known of an item: a key, or nil for one that was erased here.
func (c *cache) get(id string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.m[id]
	if ok && c.now().After(e.until) {
		delete(c.m, id)
		return nil, false
	}
	return e.key, ok
}

func (c *cache) put(id string, key []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.m[id]; ok && e.key == nil && c.now().Before(e.until) {
		return // read before the item was erased, arrived after
	}
	if len(c.m) >= maxCached {
		clear(c.m)
	}
	c.m[id] = entry{key, c.now().Add(Remember)}
}

// bar remembers that an item was erased.
func (c *cache) bar(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[id] = entry{nil, c.now().Add(Remember)}
}

func (c *cache) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, id)
}
