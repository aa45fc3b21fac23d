package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
)

// maxBody is the longest request without a file that is read; an opinion has at most 1000
// characters.
const maxBody = 256 << 10

const policy = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// openPosts are the addresses that take a POST but record nothing.
var openPosts = map[string]bool{"/q": true, "/act": true}

// around puts everything around the routes that holds for all of them.
func (s *Server) around(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := newRequestID()
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Request-Id", id)
		zw := zipper(w, r)
		defer zw.finish()
		defer s.recovered(zw, r)
		if err := origin.Check(r); err != nil {
			s.fail(zw, r, errForeign)
			return
		}
		if reads(r.Method) {
			if switchDisplay(zw, r) {
				return
			}
		} else if !openPosts[r.URL.Path] && !s.mayWrite(r) {
			s.fail(zw, r, errNoWriting)
			return
		}
		if r.Body != nil {
			r.Body = http.MaxBytesReader(zw, r.Body, s.bodyLimit(r))
		}
		next.ServeHTTP(zw, r)
	})
}

func reads(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// recovered turns a panic into the error page, unless the answer had begun.
func (s *Server) recovered(w *zipWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	s.cfg.Log.Error("handler panicked", "request", requestID(r), "path", r.URL.Path, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	if !w.begun {
		s.fail(w, r, fmt.Errorf("panic: %v", v))
	}
}

// switchDisplay takes 大字版 and 高对比 out of the address into a cookie. Nothing that
// happened is written.
func switchDisplay(w http.ResponseWriter, r *http.Request) bool {
	if !strings.Contains(r.URL.RawQuery, "size=") && !strings.Contains(r.URL.RawQuery, "contrast=") {
		return false
	}
	q := r.URL.Query()
	done := false
	for name, on := range map[string]string{"size": "large", "contrast": "high"} {
		v := q.Get(name)
		if v != on && v != "normal" {
			continue
		}
		c := http.Cookie{Name: name, Value: v, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil}
		if v == "normal" {
			c.MaxAge = -1
		}
		http.SetCookie(w, &c)
		q.Del(name)
		done = true
	}
	if !done {
		return false
	}
	to := localPath(r.URL.Path)
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
	return true
}

// localPath keeps a redirect on this site: //elsewhere would leave it.
func localPath(p string) string { return "/" + strings.TrimLeft(p, "/\\") }

type requestKey struct{}

func newRequestID() string {
	var b [6]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func requestID(r *http.Request) string {
	id, _ := r.Context().Value(requestKey{}).(string)
	return id
}
