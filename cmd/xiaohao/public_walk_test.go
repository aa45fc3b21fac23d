package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestPublicWalk opens every public surface as anybody over an item that is released and
// three that are not: pages, feeds, search, counts, open data, photo addresses, errors, and
// the headers of all of them. Of the hidden ones there is no trace, of the released one
// nothing that anybody said, was called or took a picture of; and every figure of the front
// page is as many as the list that it opens.
func TestPublicWalk(t *testing.T) {
	t.Parallel()
	w := &walk{site: newSite(t)}
	w.hidden = w.item("幽径灯坏了", "幽径路灯修复", "幽径村", fields{}, fields{})
	w.confidential = w.item("暗渠井盖丢了", "暗渠井盖补齐", "暗渠村", fields{"confidential": true, "name": "欧阳秘之", "phone": "13912345678", "place": "密巷七号"}, fields{})
	w.conduct = w.item("收受红包被看见", "收受红包一事核查", "红包村", fields{"name": "上官举之", "phone": "13612345678"},
		fields{"class": "CONDUCT", "category": "作风暗号", "complained_of": []string{blamed}})
	shown := w.item("敞亮处司徒家门口的灯不亮", "敞亮处路灯", "敞亮村", fields{"name": "司徒看之", "phone": "13512345678", "place": "敞亮巷二号院"}, fields{})
	w.report(shown.number, handling)
	w.do("clerk", shown.number, "issue_reply", fields{"way": "PHONE"})
	w.do("publisher", shown.number, "draft_public_text", fields{"summary": "敞亮村有一盏路灯不亮"})
	w.do("publisher2", shown.number, "release", nil)

	never := []string{"司徒", "13512345678", "135****", "敞亮巷", "打电话说了", "承办", handling + "|", w.hidden.public, w.confidential.public, w.conduct.public, "作风暗号", blamed}
	for _, x := range []walked{w.hidden, w.confidential, w.conduct} {
		never = append(append(append(never, x.traces...), x.person...), x.number, x.object)
	}
	year := strconv.Itoa(time.Now().Year())
	paths := []string{"/", "/?size=large&contrast=high", "/echo", "/echo?s=ALL", "/echo?s=OPEN", "/echo?c=" + url.QueryEscape("民生"), "/echo?c=" + url.QueryEscape("作风暗号"), "/q", "/raise", "/how", "/open", "/roots", "/deadline",
		"/open/" + year + ".csv", "/open/" + year + ".json", "/feed/all.xml", "/feed/" + url.PathEscape("民生") + ".xml", "/feed/" + url.PathEscape("敞亮村") + ".xml", "/feed/" + url.PathEscape("幽径村") + ".xml",
		"/sitemap.xml", "/robots.txt", "/healthz", "/no/such"}
	for _, x := range []walked{shown, w.hidden, w.confidential, w.conduct} {
		p := "/p/" + x.public
		paths = append(paths, p, p+"/feed.xml", p+"/photo/"+x.object, p+"/photo/"+x.object+"/thumb", "/p/"+shown.public+"/photo/"+x.object, "/items/"+x.number, "/items/"+x.number+"/evidence/"+x.object)
	}
	for _, path := range paths {
		a := w.call("", http.MethodGet, path, nil)
		all := a.Body + fmt.Sprint(a.Header)
		for _, trace := range never {
			if path := unescaped(path); strings.Contains(all, trace) && !strings.Contains(path, trace) {
				t.Errorf("%s: %d shows %q", path, a.Status, trace)
			}
		}
		if strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
			titled(t, path, a.Status, a.Body)
		}
		if strings.Contains(path, "/photo/") && a.Status != http.StatusNotFound {
			t.Errorf("%s: what was handed in is answered %d", path, a.Status)
		}
		if strings.HasPrefix(path, "/p/"+shown.public) && !strings.Contains(path, "/photo/") && a.Status != http.StatusOK {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
	for word, finds := range map[string]int{"路灯": 1, "敞亮村": 1, "幽径": 0, "井盖": 0, "红包": 0, "司徒": 0, "13512345678": 0} {
		_, page := w.page("", "/echo?q="+url.QueryEscape(word))
		if n := strings.Count(page, "data-row "); n != finds {
			t.Errorf("%s finds %d", word, n)
		}
	}
	w.figuresTie(t)
}

var (
	pageTitle = regexp.MustCompile(`<title>([^<]*)</title>`)
	openGraph = regexp.MustCompile(`<meta property="og:(\w+)" content="([^"]*)">`)
)

// titled fails unless the page has one title that ends with the name of the site, and tells
// who links to it the same, or, when it is an error, nothing.
func titled(t *testing.T, path string, status int, page string) {
	t.Helper()
	const site = "泉港区整改销号"
	titles := pageTitle.FindAllStringSubmatch(page, -1)
	if len(titles) != 1 || !strings.HasSuffix(titles[0][1], " - "+site) {
		t.Fatalf("%s: titles %q", path, titles)
	}
	og := map[string]string{}
	for _, m := range openGraph.FindAllStringSubmatch(page, -1) {
		og[m[1]] = m[2]
	}
	if status != http.StatusOK {
		if len(og) > 0 {
			t.Errorf("%s: %d tells %v", path, status, og)
		}
		return
	}
	if og["title"]+" - "+site != titles[0][1] || og["site_name"] != site || og["description"] == "" || len(og) != 5 {
		t.Errorf("%s: %q tells %v", path, titles[0][1], og)
	}
}

func unescaped(path string) string {
	if p, err := url.QueryUnescape(path); err == nil {
		return p
	}
	return path
}

var (
	figureOnTop = regexp.MustCompile(`<a href="(/echo\?[^"]+)"><span[^>]*>(?:<svg.*?</svg>)?[^<]*</span><b[^>]*>(\d+)`)
	figureInSum = regexp.MustCompile(`<a href="(/echo\?[^"]+)">[^<]*? (\d+)</a>`)
)

// figuresTie opens every figure of the front page.
func (w *walk) figuresTie(t *testing.T) {
	t.Helper()
	_, home := w.page("", "/")
	all := append(figureOnTop.FindAllStringSubmatch(home, -1), figureInSum.FindAllStringSubmatch(home, -1)...)
	if len(all) < 5 {
		t.Errorf("%d figures on the front page:\n%s", len(all), text(home))
	}
	for _, m := range all {
		_, list := w.page("", strings.ReplaceAll(m[1], "&amp;", "&"))
		if n := strconv.Itoa(strings.Count(list, "data-row ")); n != m[2] {
			t.Errorf("%s is %s on the front page and lists %s", m[1], m[2], n)
		}
	}
}
