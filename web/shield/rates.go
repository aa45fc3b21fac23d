package shield

import (
	"net/netip"
	"sync"
	"time"
)

// Rate is how often something may be done: Burst times at once, then once every Every.
type Rate struct {
	Burst int
	Every time.Duration
}

// Rates bounds how often each address does something. An IPv6 network counts as one, since
// whoever has an address has all of it.
type Rates struct {
	rate Rate
	mu   sync.Mutex
	next map[netip.Prefix]time.Time // when the address would have used up nothing
}

// rateKeys bounds the memory.
const rateKeys = 50_000

// NewRates returns bounds that nobody has used yet.
func NewRates(r Rate) *Rates { return &Rates{rate: r, next: map[netip.Prefix]time.Time{}} }

// Allow counts one time and reports whether it is within the rate, else after what time the
// next one is. It is the generic cell rate algorithm: one instant a key.
func (rs *Rates) Allow(a netip.Addr, now time.Time) (ok bool, wait time.Duration) {
	bits := 64
	if a.Is4() {
		bits = 32
	}
	key, err := a.Prefix(bits)
	if err != nil {
		key = netip.Prefix{} // no address: all of them together
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	at := rs.next[key]
	if at.Before(now) {
		at = now
	}
	if ahead := at.Sub(now) - time.Duration(rs.rate.Burst-1)*rs.rate.Every; ahead > 0 {
		return false, ahead
	}
	if len(rs.next) >= rateKeys {
		rs.sweep(now)
	}
	rs.next[key] = at.Add(rs.rate.Every)
	return true, 0
}

func (rs *Rates) sweep(now time.Time) {
	for k, at := range rs.next {
		if at.Before(now) {
			delete(rs.next, k)
		}
	}
	for k := range rs.next { // still full: a flood of addresses; let any go
		if len(rs.next) < rateKeys*3/4 {
			return
		}
		delete(rs.next, k)
	}
}
