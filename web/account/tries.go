package account

import (
	"sync"
	"time"
)

// How often an address, or a name that nobody has, may fail within a window.
const (
	addressFailures = 20
	nameFailures    = 5
	addressWindow   = 10 * time.Minute
	nameWindow      = 15 * time.Minute
	keptTries       = 20_000 // keys in memory
)

// tries counts failures by key in memory. Other processes count their own.
type tries struct {
	most   int
	window time.Duration
	mu     sync.Mutex
	by     map[string]tally
}

type tally struct {
	n     int
	until time.Time // end of the window
}

func newTries(most int, window time.Duration) *tries {
	return &tries{most: most, window: window, by: map[string]tally{}}
}

// wait returns how long a key is turned away, 0 when it is not.
func (t *tries) wait(key string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.by[key]; c.n >= t.most && now.Before(c.until) {
		return c.until.Sub(now)
	}
	return 0
}

// failed counts a failure and returns how many there were before.
func (t *tries) failed(key string, now time.Time) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.by[key]
	if !now.Before(c.until) {
		c = tally{until: now.Add(t.window)}
	}
	before := c.n
	c.n++
	for k, old := range t.by { // the map's order is random
		if len(t.by) < keptTries {
			break
		}
		if k != key && (!now.Before(old.until) || len(t.by) >= keptTries) {
			delete(t.by, k)
		}
	}
	t.by[key] = c
	return before
}
