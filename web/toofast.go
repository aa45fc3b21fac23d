package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// tooFast is the page that turns away who comes too fast, rendered and packed once for each
// look: a flood must not cost more than reading it. It bears nothing of the request, not even
// its number.
type tooFast struct{ known sync.Map } // of []byte by look

// look is what that page differs by.
type look struct {
	size, contrast string
	packed         bool
}

func (s *Server) turnAway(w http.ResponseWriter, r *http.Request, t trouble) error {
	at := look{packed: takesGzip(r)}
	at.size, at.contrast = display(r)
	body, ok := s.tooFast.known.Load(at)
	if !ok {
		p := s.page(r, t.Title, "")
		p.Here, p.Posted, p.Status = "", true, t.Status // the switches lead nowhere else
		var b bytes.Buffer
		if err := s.pages["error"].Execute(&b, ErrorPage{Page: p, Trouble: t}); err != nil {
			return fmt.Errorf("render error: %w", err)
		}
		if at.packed {
			var z bytes.Buffer
			zw := gzip.NewWriter(&z)
			_, _ = zw.Write(b.Bytes()) // into memory
			_ = zw.Close()
			b = z
		}
		body, _ = s.tooFast.known.LoadOrStore(at, b.Bytes())
	}
	page, h := body.([]byte), w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(page)))
	if at.packed {
		h.Set("Content-Encoding", "gzip")
	}
	w.WriteHeader(t.Status)
	_, err := w.Write(page)
	return err
}
