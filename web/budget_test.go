package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/follow"
	"xiaohao/events"
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
	unit := of("区交通运输局", events.Handler)
	x.do(of("区交通运输局", events.UnitLiaison), n, "sign", js{})
	for i, shows := range []string{"BEFORE", "BEFORE", "AFTER", "AFTER"} {
		e := x.handed(unit, n, map[string]string{"title": "照片", "shows": shows}, "a.jpg", gravel(t, uint64(i)))
		path := photoPath(n, e.ID)
		if status, page, _ := x.post("publisher", path, url.Values{"looked": {"1"}, "id": {uuid.NewString()}}); status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", status, page)
		}
		x.settle()
		it, err := x.s.reads.Item(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		x.do("publisher2", n, "release_photo", js{"photo": it.Detail.Photos[i].ID})
	}
	x.s.cfg.Follow = &follow.Desk{Journal: x.s.desk.Journal.(domain.Histories), Vault: x.s.vault.(follow.Vault), Now: x.now}
	x.budget(t, "/p/"+id+"/follow", url.Values{"mail": {"lin@example.cn"}})
	x.last++ // which the page does not say
	x.settle()
	asked, err := x.s.reads.Unconfirmed(t.Context(), x.now().AddDate(0, 0, 9), 1)
	if err != nil || len(asked) != 1 {
		t.Fatalf("%v, %v", asked, err)
	}
	x.budget(t, "/follow/"+asked[0].String(), nil)
	if page := x.get("", "/p/"+id); strings.Count(page, "<img") != 4 || strings.Count(closed(page), "<img") != 2 || !strings.Contains(closed(page), "整改前的照片") || !strings.Contains(closed(page), "整改后的照片") || !strings.Contains(page, "改之前，改之后") {
		t.Errorf("photos:\n%s", page)
	}
	for _, path := range []string{"/", "/raise", "/q", "/echo", "/how", "/deadline?from=2026-09-30&rule=15wd", "/roots", "/open", "/p/" + id, "/nothing-here"} {
		x.budget(t, path, nil)
	}
	x.budget(t, "/q", url.Values{"no": {n}, "code": {code}})
	x.budget(t, "/raise", url.Values{"text": {"路灯不亮"}, "behalf": {"SELF"}})
}

// budget visits a page, by POST when there is a form.
func (x *site) budget(t *testing.T, path string, form url.Values) {
	t.Helper()
	var rest, script atomic.Int64
	into := &rest
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
	for _, m := range loads.FindAllStringSubmatch(closed(page), -1) {
		at := m[1] + m[2]
		if strings.HasPrefix(at, "data:") {
			continue
		}
		if !strings.HasPrefix(at, "/") || strings.HasPrefix(at, "//") {
			t.Errorf("%s loads %s from elsewhere", path, at)
			continue
		}
		requests++
		if into = &rest; strings.Contains(at, ".js") {
			into = &script
		}
		if body := fetch(at); pulls.MatchString(body) {
			t.Errorf("%s pulls in more", at)
		}
	}
	js, all := script.Load(), rest.Load()+script.Load()
	t.Logf("%s: %d bytes, script %d, %d requests", path, all, js, requests)
	if all > budgetBytes || js > budgetScript || requests > budgetRequests || requests < 3 {
		t.Errorf("%s: %d bytes (of %d), script %d (of %d), %d requests (of %d)", path, all, budgetBytes, js, budgetScript, requests, budgetRequests)
	}
}

var folded = regexp.MustCompile(`(?s)<details\b([^>]*)>.*?</details>`)

// closed is a page without what is folded: a browser does not load the pictures there.
func closed(page string) string {
	return folded.ReplaceAllStringFunc(page, func(d string) string {
		if strings.Contains(folded.FindStringSubmatch(d)[1], " open") {
			return d
		}
		return ""
	})
}

// gravel is a photo that cannot be packed well.
func gravel(t *testing.T, seed uint64) []byte {
	t.Helper()
	m, rnd := image.NewGray(image.Rect(0, 0, 1200, 900)), rand.New(rand.NewPCG(seed, 1))
	for i := range m.Pix {
		m.Pix[i] = uint8(rnd.Uint32())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
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
