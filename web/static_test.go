package web

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// TestAssets checks address, kind and size of the bundles against the budget of a first visit.
func TestAssets(t *testing.T) {
	h := staticFiles()
	for name, kind := range map[string]string{"app.css": "text/css", "app.js": "text/javascript"} {
		r := httptest.NewRequest("GET", asset(name), nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		if n := w.Body.Len(); n > 15<<10 {
			t.Errorf("%s is %d bytes over the wire", name, n)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/static/app.000000000000.css", nil))
	if w.Code != 404 {
		t.Errorf("an old address: %d", w.Code)
	}
}
