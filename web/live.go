package web

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"xiaohao/projections"
)

// liveBeat is shorter than what any proxy waits.
const liveBeat = 15 * time.Second

// Each page that hears of a change asks for itself anew, which costs the server some milliseconds.
// So they are told one after the other: a few at once, and so many a second of each sort, however
// many lie open and however much happens. What happens while a page waits is told with it.
const (
	liveItems = 350 * time.Millisecond // between two pages of items
	liveLists = 700 * time.Millisecond // between two of all others
	liveAhead = 20                     // that need not wait
)

// turns gives pages their turns, one each so often.
type turns struct {
	every time.Duration
	mu    sync.Mutex
	next  time.Time
}

// wait is how long it takes until the next free turn, which is then taken.
func (t *turns) wait(now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if from := now.Add(-liveAhead * t.every); t.next.Before(from) {
		t.next = from
	}
	t.next = t.next.Add(t.every)
	return max(0, t.next.Sub(now))
}

// live tells a page that something changed, as Server-Sent Events, until the page goes away.
// from is the sequence that the page shows: when the rows are ahead of it, it hears so soon.
// With item it hears only of that item's changes, if the person sees it. It is told
// how far the rows are and never what changed: not everybody may know of every item. Only
// staff pages renew themselves.
func (s *Server) live(w http.ResponseWriter, r *http.Request) error {
	a, err := s.requireStaff(r)
	if err != nil {
		return err
	}
	var changes <-chan projections.Change
	var cancel func()
	var at uint64 // what there is to be seen
	turns := &s.lists
	if number := r.URL.Query().Get("item"); number != "" {
		it, err := s.see(r.Context(), number, a)
		if err != nil {
			return err
		}
		changes, cancel = s.reads.WatchItem(it.ID)
		defer cancel()
		if it, err = s.reads.ItemByID(r.Context(), it.ID); err != nil { // after watching, so that nothing is missed
			return err
		}
		at, turns = it.Sequence, &s.items
	} else {
		changes, cancel = s.reads.Watch()
		defer cancel()
		pos, err := s.reads.Position(r.Context())
		if err != nil {
			return err
		}
		at = pos.Sequence
	}
	from, _ := strconv.ParseUint(r.URL.Query().Get("from"), 10, 64)
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		if n, err := strconv.ParseUint(id, 10, 64); err == nil {
			from = n
		}
	}
	rc := http.NewResponseController(w)
	if err := rc.SetWriteDeadline(time.Time{}); err != nil {
		s.cfg.Log.Debug("live page: no write deadline to lift", "error", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	say := func(format string, args ...any) bool {
		_, err := fmt.Fprintf(w, format, args...)
		return err == nil && rc.Flush() == nil
	}
	if !say("retry: 3000\n\n") {
		return nil
	}
	var turn <-chan time.Time // while the page waits for it nothing is heard
	hear := changes
	news := func(sequence uint64) {
		at, turn, hear = max(at, sequence), time.After(turns.wait(time.Now())), nil
	}
	if from > 0 && at > from {
		news(at)
	}
	beat := time.NewTicker(liveBeat)
	defer beat.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-beat.C:
			if !say(": beat\n\n") {
				return nil
			}
		case c, ok := <-hear:
			if !ok {
				return nil
			}
			if !c.Quiet {
				news(c.Sequence)
			}
		case <-turn:
			turn, hear = nil, changes
			for len(changes) > 0 { // the same news
				c := <-changes
				at = max(at, c.Sequence)
			}
			if !say("id: %d\nevent: change\ndata: {\"sequence\":%d}\n\n", at, at) {
				return nil
			}
		}
	}
}
