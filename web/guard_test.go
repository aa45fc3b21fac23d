package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

func TestActor(t *testing.T) {
	for name, c := range map[string]struct {
		demo   bool
		header map[string]string
		cookie string
		want   events.Role
		staff  bool
		write  bool
	}{
		"nobody":               {false, nil, "", events.Petitioner, false, true},
		"nobody in demo":       {true, nil, "", events.Petitioner, false, true},
		"plain cookie":         {false, nil, "clerk", events.Petitioner, false, true},
		"plain cookie in demo": {true, nil, "clerk", events.Dispatcher, true, true},
		"bearer of nobody":     {false, map[string]string{"Authorization": "Bearer NEIN"}, "", events.Petitioner, false, true},
		"header":               {false, map[string]string{actHeader: "clerk"}, "", events.Petitioner, false, true},
		"percent in header":    {true, map[string]string{actHeader: "unit%7C%E5%8C%BA%7CHANDLER"}, "", events.Handler, true, true},
		"no text":              {true, nil, url.QueryEscape("leader|l1|\xff\n"), events.Petitioner, false, true},
		"no such role":         {true, nil, "unit|a|SYSTEM", events.Petitioner, false, true},
		"leader":               {true, nil, url.QueryEscape("leader|l1|区领导"), events.LeaderRole, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := testServer(t, c.demo)
			r := httptest.NewRequest("GET", "/", nil)
			for k, v := range c.header {
				r.Header.Set(k, v)
			}
			if c.cookie != "" {
				r.AddCookie(&http.Cookie{Name: actCookie, Value: c.cookie})
			}
			a, staff := s.actor(r)
			if a.Role != c.want || staff != c.staff || s.mayWrite(r) != c.write || a.Demo != c.demo {
				t.Errorf("%+v staff %v write %v", a, staff, s.mayWrite(r))
			}
		})
	}
}

func TestLimiter(t *testing.T) {
	l := newLimiter(5, 10*time.Minute)
	now := testNow
	for i := range 5 {
		if !l.allowed(now, "a", "b") {
			t.Fatalf("stopped after %d", i)
		}
		l.failed(now, "a", "b")
		now = now.Add(time.Minute)
	}
	if l.allowed(now, "a") || l.allowed(now, "c", "b") || !l.allowed(now, "c") {
		t.Error("five failures close a key, and no other")
	}
	if !l.allowed(testNow.Add(10*time.Minute), "a") {
		t.Error("a failure is forgotten after ten minutes")
	}
	for i := range limiterKeys + 1000 {
		l.failed(now, fmt.Sprint("k", i))
	}
	if len(l.fail) > limiterKeys+1 {
		t.Errorf("%d keys are kept", len(l.fail))
	}
}

func TestNormalizeNumber(t *testing.T) {
	for in, want := range map[string]string{
		" qg-2026-000058 ": "QG-2026-000058", "ＱＧ－２０２６－００００５８": "QG-2026-000058", "QG—2026—000058\n": "QG-2026-000058",
		"QG 2026": "QG2026", "": "", strings.Repeat("9", 500): strings.Repeat("9", 60),
	} {
		if got := normalizeNumber(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestErrorTable(t *testing.T) {
	s := testServer(t, true)
	for _, c := range []struct {
		err  error
		want int
	}{
		{&domain.Refusal{Rule: "a.b", Field: "text", Message: "不行。"}, 422},
		{domain.Refusals{{Rule: "a.b", Message: "不行。"}}, 422},
		{fmt.Errorf("wrapped: %w", &domain.Overtaken{Seen: 1, Now: 2}), 409},
		{domain.ErrConflict, 409},
		{fmt.Errorf("x: %w", projections.ErrNotFound), 404}, {domain.ErrNotFound, 404},
		{projections.ErrBehind, 503}, {projections.ErrBadCursor, 400}, {errBadRequest, 400},
		{errNotStaff, 403}, {errNoWriting, 403}, {errForeign, 403}, {&denied{"只有办公室能看。"}, 403},
		{&http.MaxBytesError{Limit: 1}, 413}, {errTooOften, 429}, {errors.New("disk"), 500},
	} {
		for _, path := range []string{"/items/x", "/api/v1/items/x"} {
			w := httptest.NewRecorder()
			s.cfg.Log = quiet()
			s.fail(w, httptest.NewRequest("GET", path, nil), c.err)
			if w.Code != c.want {
				t.Errorf("%v at %s: %d, want %d", c.err, path, w.Code, c.want)
			}
			if strings.Contains(w.Body.String(), "disk") {
				t.Error("an inner error reached the page")
			}
			if strings.HasPrefix(path, "/api/") {
				var p struct {
					Type   string
					Status int
					Errors []struct{ Rule, Field, Message string }
				}
				if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != c.want || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") {
					t.Errorf("%v: not a problem: %s", c.err, w.Body)
				}
				if c.want == 422 && (len(p.Errors) != 1 || p.Errors[0].Rule != "a.b") {
					t.Errorf("rules are lost: %s", w.Body)
				}
			}
		}
	}
	w := httptest.NewRecorder()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s.fail(w, httptest.NewRequest("GET", "/", nil).WithContext(ctx), context.Canceled)
	if w.Body.Len() != 0 {
		t.Error("somebody who has left is answered")
	}
}

// TestAround checks what holds for every request.
func TestAround(t *testing.T) {
	s := testServer(t, false)
	s.cfg.Log = quiet()
	s.mux = http.NewServeMux()
	s.mux.Handle("GET /ok", s.handle(func(w http.ResponseWriter, r *http.Request) error {
		return s.render(w, 200, "how", HowPage{Page: s.page(r, "好", "how")})
	}))
	s.mux.Handle("POST /act", s.handle(func(_ http.ResponseWriter, r *http.Request) error { return orBad(r.ParseForm()) }))
	s.mux.Handle("GET /boom", s.handle(func(http.ResponseWriter, *http.Request) error { panic("boom") }))
	h := s.around(http.HandlerFunc(s.dispatch))
	do := func(method, path, body string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://site.test"+path, strings.NewReader(body))
		if body != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	ok := do("GET", "/ok", "", "Accept-Encoding", "gzip, br")
	if ok.Code != 200 || ok.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(ok.Header().Get("Content-Security-Policy"), "script-src 'self'") ||
		ok.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("plain page: %d %v", ok.Code, ok.Header())
	}
	for _, c := range []struct {
		name string
		got  *httptest.ResponseRecorder
		want int
		text string
	}{
		{"no such page", do("GET", "/nothing", ""), 404, "没有这一页"},
		{"no such API", do("GET", "/api/v1/nothing", ""), 404, `"status":404`},
		{"wrong method", do("PUT", "/ok", ""), 405, "不能这样打开"},
		{"panic", do("GET", "/boom", ""), 500, "我们这边的问题"},
		{"from another site", do("POST", "/act", "a=1", "Sec-Fetch-Site", "cross-site"), 403, "别的网站"},
		{"too large", do("POST", "/act", "a="+strings.Repeat("x", maxBody)), 413, "256 KB"},
	} {
		if c.got.Code != c.want || !strings.Contains(c.got.Body.String(), c.text) {
			t.Errorf("%s: %d, want %d with %q: %.300s", c.name, c.got.Code, c.want, c.text, c.got.Body)
		}
	}
	sw := do("GET", "/ok?a=1&size=large", "")
	if sw.Code != 303 || sw.Header().Get("Location") != "/ok?a=1" || !strings.Contains(sw.Header().Get("Set-Cookie"), "size=large") {
		t.Errorf("switch: %d %v", sw.Code, sw.Header())
	}
	if away := do("GET", "//evil.test/?size=large", ""); strings.HasPrefix(away.Header().Get("Location"), "//") {
		t.Error("a switch leads off the site")
	}
}

// quiet is a log that nobody reads.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func orBad(err error) error {
	if err != nil {
		return badForm(err)
	}
	return nil
}

func TestReadDay(t *testing.T) {
	s := testServer(t, true)
	for _, c := range []struct{ y, m, d, want string }{
		{"", "", "", ""}, {"", "10", "23", "2026-10-23"}, {"", "10", "24", "2025-10-24"}, {"", "2", "29", "!"}, {"2024", "2", "29", "2024-02-29"},
		{"", "10", "32", "!"}, {"", "13", "1", "!"}, {"", "", "3", "!"}, {"1900", "1", "1", "!"},
	} {
		d, err := s.readDay(c.y, c.m, c.d)
		if got := d.String(); (err != nil) != (c.want == "!") || err == nil && got != c.want {
			t.Errorf("%s-%s-%s: %q %v", c.y, c.m, c.d, got, err)
		}
	}
}
