package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"xiaohao/domain"
	"xiaohao/events"
)

// evil is typed into every text: it would run, were it ever sent as it is.
const evil = `"'><script>alert(1)</script><img src=x onerror=alert(2)>`

// TestAttacks tries what people try on such sites, over one small town.
func TestAttacks(t *testing.T) {
	x := newSite(t)
	number := x.raise("", js{"text": evil, "area": "村" + evil[:20], "place": evil, "name": evil[:20]})
	other := x.working("路灯不亮", "路灯修复", "IMMEDIATE", "区交通运输局", js{})
	t.Run("script in every text field", func(t *testing.T) { scriptEverywhere(t, x, number) })
	t.Run("SQL in every filter", func(t *testing.T) { sqlInFilters(t, x, other) })
	t.Run("paths", func(t *testing.T) {
		for _, path := range []string{"/static/../guard.go", "/static/%2e%2e/guard.go", "/static/..%2fguard.go", "/items/..%2f..%2fetc%2fpasswd", "/items/" + other + "/evidence/..%2f..%2fmaster.key",
			"/p/..%2f..%2fgo.mod", "/static/%00"} {
			status, body, _ := x.ask("clerk", "GET", path, nil)
			if status < 300 || status >= 500 || strings.Contains(body, "package web") || strings.Contains(body, "root:") || strings.Contains(body, "module xiaohao") {
				t.Errorf("%s: %d %.80s", path, status, body)
			}
		}
	})
	t.Run("another origin", func(t *testing.T) {
		for _, h := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.test"}, {"Origin", "null"}} {
			status, _, _ := x.ask("clerk", "POST", "/items/"+other+"/instruct", strings.NewReader("text=x"), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, h...)...)
			if status != http.StatusForbidden {
				t.Errorf("%v: %d", h, status)
			}
		}
	})
	t.Run("guesses", func(t *testing.T) { guesses(t, x, number) })
}

// scriptEverywhere sends the text in every field of every command, and looks at every page
// that could show it.
func scriptEverywhere(t *testing.T, x *site, number string) {
	harmless := func(where, body string) {
		for _, raw := range []string{"<script>alert", "<img src=x", `"'>`} {
			if strings.Contains(body, raw) {
				t.Errorf("%s: %q is sent as it is", where, raw)
			}
		}
	}
	for _, sp := range domain.Specs() {
		form := url.Values{"back": {evil}, "seen": {evil}}
		for _, f := range domain.Fields(sp.New()) {
			form.Set(f.Name, evil)
			form.Set(f.Name+".0", evil)
			for _, g := range f.Fields {
				form.Set(f.Name+".0."+g.Name, evil)
			}
		}
		for _, as := range []string{"clerk", "leader|l1|区领导", of("区交通运输局", events.UnitHead)} {
			path := "/items/" + number + "/" + sp.Name
			if sp.Starts {
				path = "/raise"
			}
			_, body, h := x.post(as, path, form)
			harmless(sp.Name, body)
			if to := h.Get("Location"); to != "" && !strings.HasPrefix(to, "/") {
				t.Errorf("%s leads to %q", sp.Name, to)
			}
			_, body, _ = x.ask(as, "GET", path+"?"+form.Encode(), nil)
			harmless("GET "+sp.Name, body)
		}
	}
	for _, path := range []string{"/items/" + number, "/items?q=" + url.QueryEscape(evil), "/desk", "/items?unit=" + url.QueryEscape(evil), "/echo?q=" + url.QueryEscape(evil), "/q?no=" + url.QueryEscape(evil),
		"/raise?text=" + url.QueryEscape(evil), "/board?unit=" + url.QueryEscape(evil), "/p/" + url.PathEscape(evil), "/act?back=" + url.QueryEscape(evil)} {
		_, body, _ := x.ask("clerk", "GET", path, nil)
		harmless(path, body)
	}
}

// sqlInFilters puts the usual texts into every parameter: no error of the database, and for a
// unit no row that is not its own.
func sqlInFilters(t *testing.T, x *site, other string) {
	params := []string{"q", "state", "group", "mode", "source", "category", "area", "unit", "leader", "campaign", "class", "preset", "lamp", "queue", "level", "supervision", "due", "due_from",
		"raised_from", "raised_by", "new_in", "closed_in", "as_of", "after", "size", "urgent", "reopened", "lead"}
	stranger := of("区水利局", events.Handler)
	for _, p := range params {
		for _, text := range []string{`' or '1'='1`, `'; drop table item; --`, "%\\\x00$1", strings.Repeat("长", 2000)} {
			for _, base := range []string{"/items?", "/board?", "/echo?"} {
				status, body, _ := x.ask("clerk", "GET", base+url.Values{p: {text}}.Encode(), nil)
				if status >= 500 || strings.Contains(body, "SQLSTATE") || strings.Contains(body, "syntax error") {
					t.Errorf("%s%s=%q: %d", base, p, text, status)
				}
			}
			if _, body, _ := x.ask(stranger, "GET", "/api/v1/items?"+url.Values{p: {text}}.Encode(), nil); strings.Contains(body, other) {
				t.Errorf("%s=%q shows %s to a unit that has no part in it", p, text, other)
			}
		}
	}
}

// guesses holds that a wrong number, a wrong code and an absent item look the same and take
// as long, and that ten thousand guesses a minute are stopped after five.
func guesses(t *testing.T, x *site, number string) {
	from := 0
	query := func(no, code, address string) (int, string, time.Duration) {
		r := httptest.NewRequest("POST", "/q", strings.NewReader(url.Values{"no": {no}, "code": {code}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = address + ":1"
		w := httptest.NewRecorder()
		began := time.Now()
		x.s.ServeHTTP(w, r)
		took := time.Since(began)
		body := strings.NewReplacer(no, "N", code, "C").Replace(w.Body.String())
		return w.Code, body, took
	}
	fresh := func() string { from++; return fmt.Sprintf("198.51.%d.%d", 100+from/250, from%250+1) }
	codeAgainst := func(no string) (int, string, time.Duration) {
		var took []time.Duration
		var status int
		var body string
		for i := range 5 { // a sixth for one number is stopped
			var d time.Duration
			status, body, d = query(no, fmt.Sprintf("K8XN3WQF6HR%02d", i), fresh())
			took = append(took, d)
		}
		slices.Sort(took)
		return status, body[strings.Index(body, "<main"):strings.Index(body, "</main>")], took[2]
	}
	s1, b1, t1 := codeAgainst(number)
	s2, b2, t2 := codeAgainst("QG-2026-888888")
	if s1 != http.StatusNotFound || s2 != s1 || clean(b1) != clean(b2) {
		t.Errorf("a wrong code: %d, an absent number: %d, the same words %v", s1, s2, clean(b1) == clean(b2))
	}
	if t1 > 5*t2+5*time.Millisecond || t2 > 5*t1+5*time.Millisecond {
		t.Errorf("a wrong code takes %v, an absent number %v", t1, t2)
	}
	for name, at := range map[string]func(i int) (no, address string){
		"one address": func(i int) (string, string) { return fmt.Sprintf("QG-2026-%06d", i), "203.0.113.7" },
		"one number":  func(int) (string, string) { return "QG-2026-777777", fresh() },
	} {
		let := 0
		for i := range 10_000 {
			no, address := at(i)
			if status, _, _ := query(no, "K8XN3WQF6HRTV", address); status != http.StatusTooManyRequests {
				let++
			}
			if name == "one number" && i > 200 {
				break // each from an address of its own: enough to see
			}
		}
		if let > 5 {
			t.Errorf("%s: %d guesses were answered", name, let)
		}
	}
}

// clean takes out what differs between any two pages.
func clean(body string) string {
	for _, cut := range []string{`value="`} {
		parts := strings.Split(body, cut)
		for i := 1; i < len(parts); i++ {
			if j := strings.IndexByte(parts[i], '"'); j >= 0 {
				parts[i] = parts[i][j:]
			}
		}
		body = strings.Join(parts, cut)
	}
	return body
}

// TestRateOfStrangers holds that those who did not sign in are held to a rate by address, and
// that nobody chooses the address unless a named proxy says it.
func TestRateOfStrangers(t *testing.T) {
	s := testServer(t, false)
	s.cfg.Log = quiet()
	s.mux = http.NewServeMux()
	s.mux.Handle("POST /q", s.handle(func(http.ResponseWriter, *http.Request) error { return nil }))
	h := s.around(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }))
	let := 0
	for i := range 100 {
		r := httptest.NewRequest("POST", "/q", nil)
		r.Header.Set("X-Forwarded-For", fmt.Sprintf("10.0.0.%d", i))
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code == http.StatusTooManyRequests {
			if w.Header().Get("Retry-After") == "" {
				t.Fatal("nobody says when to come again")
			}
			continue
		}
		let++
	}
	if let != writeRate.Burst {
		t.Errorf("%d of 100 were let through, the burst is %d", let, writeRate.Burst)
	}
}
