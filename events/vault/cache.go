package vault

import (
	"maps"
	"sync"
	"time"

	"xiaohao/events/vault/seal"
)

// Remember is how long a process may use a data key without asking for it again, and so
// how long another process can still open a field after it was erased.
const Remember = time.Minute

const maxCached = 10_000 // about 2 MB

// cache holds unwrapped data keys. When it is full it forgets them all: they are asked for
// again at the cost of one read each.
type cache struct {
	mu  sync.Mutex
	m   map[string]entry
	now func() time.Time
}

type entry struct {
	key   seal.Key
	until time.Time
}

func newCache() cache { return cache{m: make(map[string]entry), now: time.Now} }

// get returns what is known of an item: a key, or none for one that was erased here.
func (c *cache) get(id string) (seal.Key, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.m[id]
	if ok && c.now().After(e.until) {
		delete(c.m, id)
		return seal.Key{}, false
	}
	return e.key, ok
}

func (c *cache) put(id string, key seal.Key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.m[id]; ok && e.key.IsZero() && c.now().Before(e.until) {
		return // read before the item was erased, arrived after
	}
	if len(c.m) >= maxCached {
		maps.DeleteFunc(c.m, func(_ string, e entry) bool { return !e.key.IsZero() || c.now().After(e.until) })
	}
	c.m[id] = entry{key, c.now().Add(Remember)}
}

// bar remembers that an item was erased.
func (c *cache) bar(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[id] = entry{seal.Key{}, c.now().Add(Remember)}
}

func (c *cache) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, id)
}
