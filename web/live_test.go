package web

import (
	"testing"
	"time"
)

// TestTurns holds that a few pages are told at once, many one after the other, and that after a
// quiet time a few need not wait again, and no more than a few.
func TestTurns(t *testing.T) {
	p := turns{every: time.Second}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for i := range 100 {
		want := max(0, time.Duration(i+1-liveAhead)*time.Second)
		if got := p.wait(now); got != want {
			t.Fatalf("page %d waits %v, want %v", i, got, want)
		}
	}
	now = now.Add(30 * time.Second)
	if got, want := p.wait(now), time.Duration(101-liveAhead-30)*time.Second; got != want {
		t.Errorf("half a minute later a page waits %v, want %v", got, want)
	}
	now = now.Add(time.Hour)
	for i := range liveAhead + 1 {
		if got := p.wait(now); (got > 0) != (i == liveAhead) {
			t.Errorf("after an hour page %d waits %v", i, got)
		}
	}
}
