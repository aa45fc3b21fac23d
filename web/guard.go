package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"xiaohao/web/shield"
)

// maxBody is the longest request without a file that is read; an opinion has at most 1000
// characters.
const maxBody = 256 << 10

// How often one address may ask without having signed in: a village behind one address gets
// along with it, and a program that guesses does not.
var (
	readRate  = shield.Rate{Burst: 300, Every: time.Second / 30}
	writeRate = shield.Rate{Burst: 20, Every: 6 * time.Second}
)

// around puts everything around the routes that holds for all of them.
func (s *Server) around(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := newRequestID()
		r = r.WithContext(withVisit(context.WithValue(r.Context(), requestKey{}, id)))
		shield.Headers(w.Header(), s.cfg.Proxies.Secure(r))
		w.Header().Set("X-Request-Id", id)
		zw := zipper(w, r)
		defer zw.finish()
		defer s.recovered(zw, r)
		if err := origin.Check(r); err != nil {
			s.fail(zw, r, errForeign)
			return
		}
		if err := s.within(zw, r); err != nil {
			s.fail(zw, r, err)
			return
		}
		if reads(r.Method) {
			if s.switchDisplay(zw, r) {
				return
			}
		} else if !s.mayWrite(r) {
			s.fail(zw, r, errNoWriting)
			return
		}
		if r.Body != nil {
			r.Body = http.MaxBytesReader(zw, r.Body, s.bodyLimit(r))
		}
		next.ServeHTTP(zw, r)
	})
}

// within holds those who did not sign in to a rate. The demonstration is of one machine.
func (s *Server) within(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.Demo {
		return nil
	}
	if _, in := s.actor(r); in {
		return nil
	}
	rates := s.reading
	if !reads(r.Method) && r.URL.Path != "/raise/step" {
		rates = s.writing
	}
	ok, wait := rates.Allow(s.cfg.Proxies.Client(r), s.cfg.Now())
	if ok {
		return nil
	}
	w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
	return errTooFast
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
func (s *Server) switchDisplay(w http.ResponseWriter, r *http.Request) bool {
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
		c := http.Cookie{Name: name, Value: v, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode, HttpOnly: true, Secure: s.cfg.Proxies.Secure(r)}
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
