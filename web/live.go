package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// liveBeat is shorter than what any proxy waits.
const liveBeat = 15 * time.Second

// live tells a page that something changed, as Server-Sent Events, until the page goes away.
// from is the sequence that the page shows: when the rows are ahead of it, it hears so at
// once. With item it hears only of that item's changes, if the person sees it. It is told
// how far the rows are and never what changed: not everybody may know of every item. Only
// staff pages renew themselves.
func (s *Server) live(w http.ResponseWriter, r *http.Request) error {
	a, err := s.requireStaff(r)
	if err != nil {
		return err
	}
	item := ""
	if number := r.URL.Query().Get("item"); number != "" {
		it, err := s.see(r.Context(), number, a)
		if err != nil {
			return err
		}
		item = it.ID
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
	changes, cancel := s.reads.Watch()
	defer cancel()
	pos, err := s.reads.Position(r.Context())
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	if from > 0 && pos.Sequence > from {
		if err := writeChange(w, pos.Sequence); err != nil {
			return nil
		}
	} else if _, err := fmt.Fprint(w, "retry: 3000\n\n"); err != nil {
		return nil
	}
	if err := rc.Flush(); err != nil {
		return nil
	}
	sent := pos.Sequence
	beat := time.NewTicker(liveBeat)
	defer beat.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-beat.C:
			// Where another process keeps the rows nobody sends changes here: look.
			if pos, err = s.reads.Position(r.Context()); err == nil && pos.Sequence > sent {
				sent = pos.Sequence
				if err := writeChange(w, sent); err != nil {
					return nil
				}
			} else if _, err := fmt.Fprint(w, ": beat\n\n"); err != nil {
				return nil
			}
		case c, ok := <-changes:
			if !ok {
				return nil
			}
			sent = max(sent, c.Sequence)
			if c.Quiet || item != "" && len(c.Items) > 0 && !slices.Contains(c.Items, item) {
				continue
			}
			if err := writeChange(w, c.Sequence); err != nil {
				return nil
			}
		}
		if err := rc.Flush(); err != nil {
			return nil
		}
	}
}

func writeChange(w http.ResponseWriter, sequence uint64) error {
	_, err := fmt.Fprintf(w, "id: %d\nevent: change\ndata: {\"sequence\":%d}\n\n", sequence, sequence)
	return err
}
