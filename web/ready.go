package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"xiaohao/projections"
)

// monitorContext bounds what a monitor asks.
func monitorContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 3*time.Second)
}

// ready keeps pages back while the read models are built for the first time: what they
// would show is not the whole. It waits a moment, since a new store is ready at once.
func (s *Server) ready(r *http.Request) error {
	if s.reads == nil { // nothing but guards is tested
		return nil
	}
	switch p := r.URL.Path; {
	case strings.HasPrefix(p, "/static/"), p == "/healthz", p == "/readyz", p == "/metrics", p == "/api/v1/status":
		return nil
	}
	return s.reads.Ready(r.Context())
}

// readyz says whether the pages follow the log; if not, why.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	h := s.reads.Health(r.Context())
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	word := "ready"
	if h.Loading && h.Err == "" {
		h.Err = "the read models are being built: " + percent(h)
	}
	if h.Err != "" {
		word = "not ready: " + h.Err + "\nstands"
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, err := fmt.Fprintf(w, "%s at %d, %d behind\nlag %.1f s\nlast progress %.1f s ago\nfrozen %v\nparked %d\nrunner %s\n",
		word, h.Position.Sequence, h.Behind, h.Lag.Seconds(), time.Since(h.Progress).Seconds(), h.Frozen, h.Parked, orNone(h.Runner))
	return err
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// percent is how far a first build is.
func percent(h projections.Health) string {
	if h.Head == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%d %%", min(99, h.Position.Sequence*100/h.Head))
}
