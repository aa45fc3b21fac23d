package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	liveBeat  = 15 * time.Second // shorter than what any proxy waits
	liveItems = 200              // more ids than that in one change: "everything may have changed"
)

// liveChange is the data of one event.
type liveChange struct {
	Sequence uint64   `json:"sequence"`
	Items    []string `json:"items"` // ids; empty = any
}

// live tells a page what changed, as Server-Sent Events, until the page goes away. from is
// the sequence that the page shows: when the rows are ahead of it, it hears so at once.
// Only staff pages renew themselves.
func (s *Server) live(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.requireStaff(r); err != nil {
		return err
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
		if err := writeChange(w, liveChange{Sequence: pos.Sequence}); err != nil {
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
				if err := writeChange(w, liveChange{Sequence: sent}); err != nil {
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
			lc := liveChange{Sequence: c.Sequence, Items: c.Items}
			if len(lc.Items) > liveItems {
				lc.Items = nil
			}
			if err := writeChange(w, lc); err != nil {
				return nil
			}
		}
		if err := rc.Flush(); err != nil {
			return nil
		}
	}
}

func writeChange(w http.ResponseWriter, c liveChange) error {
	if c.Items == nil {
		c.Items = []string{}
	}
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %d\nevent: change\ndata: %s\n\n", c.Sequence, data)
	return err
}
