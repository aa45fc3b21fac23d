package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestFlood holds that somebody who raises without end and somebody who guesses codes are
// turned away at little cost and that staff do not notice: a thousand opinions and ten
// thousand guesses from one address, sent over loopback three times as fast as within a
// minute. No guess opens an item, few of the opinions are registered, and the desk's p95 is
// what it was.
func TestFlood(t *testing.T) {
	const (
		senders = 2
		beats   = 1000 // of each; at each five guesses, and an opinion of the first
		beat    = 20 * time.Millisecond
	)
	x := newSite(t)
	n := x.accepted("路灯不亮", "路灯", "IMMEDIATE", nil)
	cfg := x.s.cfg
	cfg.Demo = false // there nobody is held to a rate
	site, err := New(cfg, x.s.desk, x.s.reads, x.s.vault)
	if err != nil {
		t.Fatal(err)
	}
	public := httptest.NewServer(site)
	defer public.Close()
	tr := &http.Transport{MaxIdleConnsPerHost: senders}
	defer tr.CloseIdleConnections()
	var sent, raised, opened atomic.Int64
	send := func(path string, form url.Values, through *atomic.Int64) {
		r, err := http.NewRequestWithContext(t.Context(), "POST", public.URL+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Error(err)
			return
		}
		r.Header.Set("Content-Type", formType)
		r.Header.Set("Accept-Encoding", "gzip")
		res, err := tr.RoundTrip(r)
		if err != nil {
			t.Error(err)
			return
		}
		defer res.Body.Close()
		_, _ = io.Copy(io.Discard, res.Body)
		if sent.Add(1); res.StatusCode == http.StatusOK {
			through.Add(1)
		}
	}
	flood := func() (done func() bool) {
		var all sync.WaitGroup
		var over atomic.Bool
		for w := range senders {
			all.Go(func() {
				tick := time.NewTicker(beat)
				defer tick.Stop()
				for range beats {
					<-tick.C
					x.mu.Lock()
					x.clock = x.clock.Add(time.Minute / (senders * beats)) // the rates see a minute
					x.mu.Unlock()
					if w == 0 {
						send("/raise", url.Values{"text": {"刷屏"}, "behalf": {"SELF"}}, &raised)
					}
					for range 5 {
						send("/q", url.Values{"no": {n}, "code": {"AAAAAAAAAAAAA"}}, &opened)
					}
				}
			})
		}
		go func() { all.Wait(); over.Store(true) }()
		return over.Load
	}
	x.p95("/desk", func(n int) bool { return n == 20 }) // warm
	alone, _ := x.p95("/desk", func(n int) bool { return n == 300 })
	began := time.Now()
	done := flood()
	meanwhile, asked := x.p95("/desk", func(int) bool { return done() })
	took := time.Since(began)
	t.Logf("p95 of /desk: alone %v, in the flood %v (%d asked), ratio %.2f; %d requests in %v, %d of %d opinions registered",
		alone, meanwhile, asked, float64(meanwhile)/float64(alone), sent.Load(), took.Round(time.Millisecond), raised.Load(), beats)
	if meanwhile > 2*alone+20*time.Millisecond {
		t.Errorf("staff wait %v in the flood, %v without it", meanwhile, alone)
	}
	if most := int64(writeRate.Burst) + int64(time.Minute/writeRate.Every) + 1; raised.Load() > most || opened.Load() > 0 || sent.Load() != 11*beats {
		t.Errorf("%d of %d opinions registered, at most %d may be; %d guesses opened; %d requests", raised.Load(), beats, most, opened.Load(), sent.Load())
	}
	if took > time.Minute {
		t.Errorf("the flood took %v: it was none", took)
	}
}

// p95 is how long 95 of 100 requests of staff take at most, asked one after the other until
// enough says so, and how many were asked.
func (x *site) p95(path string, enough func(asked int) bool) (time.Duration, int) {
	x.t.Helper()
	var took []time.Duration
	for !enough(len(took)) {
		began := time.Now()
		x.get("clerk", path)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)*95/100], len(took)
}
