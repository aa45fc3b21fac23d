package web

import (
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

// The budgets of a public page on its first visit (interface.md).
const (
	budgetBytes    = 60 << 10 // over the wire, headers included
	budgetScript   = 15 << 10
	budgetRequests = 8
)

var (
	loads = regexp.MustCompile(`(?s)<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*?\b(?:src|data)="([^"]*)"|<link rel="(?:stylesheet|icon|preload|modulepreload)"[^>]*?href="([^"]*)"`)
	pulls = regexp.MustCompile(`@import|url\(\s*["']?(?:https?:)?//`)
)

// TestBudgets visits every public page as a browser does the first time, over connections
// whose bytes are counted.
func TestBudgets(t *testing.T) {
	t.Parallel()
	x, _ := withFiles(t)
	x.on("2026-07-02")
	_, out := x.api("", "/api/v1/items", js{"text": strings.Repeat("晚上没有公交车，下班回不了家。", 40), "area": "增口乡", "category": "民生"})
	n, code, id := out["number"].(string), out["code"].(string), out["public_id"].(string)
	x.settle()
	x.do("clerk", n, "accept", js{"title": "夜间公交", "category": "民生", "mode": "IMMEDIATE"})
	x.do("clerk", n, "assign", js{"units": []js{{"unit": "区交通运输局", "part": "LEAD"}}})
	x.do("publisher", n, "draft_public_text", js{"summary": "晚上没有公交车，正在加夜班车。"})
	x.do("publisher2", n, "release", js{})
	for _, path := range []string{"/", "/raise", "/q", "/echo", "/how", "/deadline?from=2026-09-30&rule=15wd", "/roots", "/open", "/p/" + id, "/nothing-here"} {
		x.budget(t, path, nil)
	}
	x.budget(t, "/q", url.Values{"no": {n}, "code": {code}})
	x.budget(t, "/raise", url.Values{"text": {"路灯不亮"}, "behalf": {"SELF"}})
}

// budget visits a page, by POST when there is a form.
func (x *site) budget(t *testing.T, path string, form url.Values) {
	t.Helper()
	var bytes, script atomic.Int64
	into := &bytes
	tr := &http.Transport{DisableCompression: true, DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		return counted{c, into}, err
	}}
	fetch := func(path string) string {
		method, body := "GET", io.Reader(nil)
		if form != nil {
			method, body = "POST", strings.NewReader(form.Encode())
		}
		r, err := http.NewRequestWithContext(t.Context(), method, x.url+path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "gzip")
		if form != nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		res, err := tr.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var in io.Reader = res.Body
		if res.Header.Get("Content-Encoding") == "gzip" {
			if in, err = gzip.NewReader(in); err != nil {
				t.Fatal(err)
			}
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	page := fetch(path)
	form = nil
	requests := 1
	for _, m := range loads.FindAllStringSubmatch(page, -1) {
		at := m[1] + m[2]
		if strings.HasPrefix(at, "data:") {
			continue
		}
		if !strings.HasPrefix(at, "/") || strings.HasPrefix(at, "//") {
			t.Errorf("%s loads %s from elsewhere", path, at)
			continue
		}
		requests++
		if into = &bytes; strings.Contains(at, ".js") {
			into = &script
		}
		if body := fetch(at); pulls.MatchString(body) {
			t.Errorf("%s pulls in more", at)
		}
	}
	js, all := script.Load(), bytes.Load()+script.Load()
	t.Logf("%s: %d bytes, script %d, %d requests", path, all, js, requests)
	if all > budgetBytes || js > budgetScript || requests > budgetRequests || requests < 3 {
		t.Errorf("%s: %d bytes (of %d), script %d (of %d), %d requests (of %d)", path, all, budgetBytes, js, budgetScript, requests, budgetRequests)
	}
}

// counted is a connection whose bytes that come in are counted.
type counted struct {
	net.Conn
	n *atomic.Int64
}

func (c counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.n.Add(int64(n))
	return n, err
}
