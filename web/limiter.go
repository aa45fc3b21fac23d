package web

import (
	"sync"
	"time"
)

// limiter bounds how often something may fail for one key in a span of time, in bounded
// memory.
type limiter struct {
	mu   sync.Mutex
	most int
	span time.Duration
	fail map[string][]time.Time
}

// limiterKeys bounds the memory: when more keys failed lately, the oldest go.
const limiterKeys = 20000

func newLimiter(most int, span time.Duration) *limiter {
	return &limiter{most: most, span: span, fail: map[string][]time.Time{}}
}

// allowed reports whether none of the keys has failed too often.
func (l *limiter) allowed(now time.Time, keys ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range keys {
		if len(l.recent(k, now)) >= l.most {
			return false
		}
	}
	return true
}

// failed notes a failure for each key.
func (l *limiter) failed(now time.Time, keys ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.fail)+len(keys) > limiterKeys {
		l.sweep(now)
	}
	for _, k := range keys {
		l.fail[k] = append(l.recent(k, now), now)
	}
}

func (l *limiter) recent(k string, now time.Time) []time.Time {
	ts := l.fail[k]
	for len(ts) > 0 && now.Sub(ts[0]) >= l.span {
		ts = ts[1:]
	}
	return ts
}

func (l *limiter) sweep(now time.Time) {
	for k := range l.fail {
		if len(l.recent(k, now)) == 0 {
			delete(l.fail, k)
		}
	}
	for k := range l.fail { // still full: somebody is trying hard; let any go
		if len(l.fail) < limiterKeys*3/4 {
			return
		}
		delete(l.fail, k)
	}
}
