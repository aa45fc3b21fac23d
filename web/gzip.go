package web

import (
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// takesGzip reports whether the browser reads gzip.
func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" && strings.ReplaceAll(q, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

var zips = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, 5); return w }}

// zipWriter compresses texts on the way out.
type zipWriter struct {
	http.ResponseWriter
	gz    *gzip.Writer
	takes bool
	begun bool
}

func zipper(w http.ResponseWriter, r *http.Request) *zipWriter {
	return &zipWriter{ResponseWriter: w, takes: takesGzip(r) && r.Method != http.MethodHead}
}

func (z *zipWriter) WriteHeader(status int) {
	if z.begun {
		return
	}
	z.begun = true
	h := z.Header()
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	text := strings.HasPrefix(kind, "text/") && kind != "text/event-stream" || strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml")
	if text {
		h.Add("Vary", "Accept-Encoding")
	}
	if z.takes && text && h.Get("Content-Encoding") == "" && status != http.StatusNoContent && status != http.StatusNotModified {
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		z.gz = zips.Get().(*gzip.Writer)
		z.gz.Reset(z.ResponseWriter)
	}
	z.ResponseWriter.WriteHeader(status)
}

func (z *zipWriter) Write(b []byte) (int, error) {
	if !z.begun {
		if z.Header().Get("Content-Type") == "" {
			z.Header().Set("Content-Type", http.DetectContentType(b))
		}
		z.WriteHeader(http.StatusOK)
	}
	if z.gz != nil {
		return z.gz.Write(b)
	}
	return z.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (z *zipWriter) Unwrap() http.ResponseWriter { return z.ResponseWriter }

func (z *zipWriter) finish() {
	if z.gz == nil {
		return
	}
	_ = z.gz.Close()
	zips.Put(z.gz)
	z.gz = nil
}
