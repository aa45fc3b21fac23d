//go:build !race

// One browser looks at one page after the other: `make test` runs it beside TestWalk.

package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"xiaohao/web/notice"
)

// TestEmptyStore opens, on a phone, every page of a store that nothing is in: each as somebody
// who may see it, or as the error that it is. axe-core finds nothing and nothing scrolls
// sideways, and a page without rows says in words that there are none.
func TestEmptyStore(t *testing.T) {
	t.Parallel()
	s := newSiteTelling(t, notice.Config{})
	people := []string{"", "clerk", staff("增口乡", "UNIT_LIAISON"), "leader|l1|区分管领导", "supervisor", "publisher", "intake", "auditor", "sysadmin", "secadmin", "auditadmin"}
	filled := regexp.MustCompile(`\{\w+\}`)
	html := func(as, path string) (int, bool) {
		a := s.call(as, "GET", path, nil)
		return a.Status, strings.HasPrefix(a.Header.Get("Content-Type"), "text/html")
	}
	b := s.open(t, 375, "")
	as, opened, errs := "", 0, 0
	look := func(who, path string) {
		t.Helper()
		if who != as {
			b.as(who)
			as = who
		}
		b.goTo(path)
		b.axe()
		if heading := b.value(`(document.querySelector('main h1, header h1, main h2') || {innerText: ''}).innerText`); strings.TrimSpace(heading) == "" {
			t.Errorf("%s as %q says nothing", path, who)
		}
	}
	for _, pattern := range s.web.Routes() {
		path, get := strings.CutPrefix(strings.ReplaceAll(pattern, "{$}", ""), "GET ")
		if !get || path == "/live" { // a stream
			continue
		}
		path = filled.ReplaceAllString(path, "1")
		first, found := "", false
		for _, who := range people {
			status, page := html(who, path)
			if status >= 500 {
				t.Errorf("%s as %q: %d", path, who, status)
			}
			if page && status == http.StatusOK {
				first, found = who, true
				break
			}
		}
		if found {
			opened++
			look(first, path)
		} else if _, page := html("clerk", path); page {
			errs++
			look("clerk", path)
		}
	}
	if opened < 35 || errs < 10 {
		t.Errorf("opened %d pages and %d errors, there are more", opened, errs)
	}
	for _, x := range []struct{ as, path, says string }{
		{"", "/echo", "还没有"}, {"", "/echo?q=%E8%B7%AF%E7%81%AF", "没找到"}, {"", "/", "查进展"}, {"clerk", "/desk", "真的是 0"}, {"clerk", "/items", "没有"}, {"clerk", "/board", "没有卡住的"},
		{"clerk", "/board/wall", "没有逾期的"}, {"clerk", "/inbox", "没有通知"}, {staff("增口乡", "UNIT_LIAISON"), "/unit", "现在没有要办的"}, {"leader|l1|区分管领导", "/leader", "没有等您签的"},
		{"supervisor", "/supervision", "没有等着答复的"}, {"clerk", "/import", "台账"}, {"intake", "/raise/batch", "一次录多条"},
	} {
		look(x.as, x.path)
		b.must(x.says)
	}
}

// TestRefusedPages looks at what says no: pages that are not there or not his, forms with
// mistakes, actions that are disabled, codes that are wrong, and a server in trouble.
func TestRefusedPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := s.raise(fields{"text": "晚上没有公交车。", "category": "民生"})
	b := s.open(t, 375, "clerk")
	look := func(as, path string, says ...string) {
		t.Helper()
		b.as(as)
		b.goTo(path)
		b.must(says...)
		b.axe()
	}
	look("clerk", "/items/"+a.Number, "现在不能做", "不能销号")
	look("witness", "/items/"+a.Number, "现在能做")
	look("clerk", "/items/"+a.Number+"/close", "现在不能销号")
	look("clerk", "/items/QG-2026-999999", "没有这一页")
	look("sysadmin", "/desk", "您看不了")
	look("", "/desk", "这一页是工作人员用的")
	look("", "/roots?before=x", "这个地址读不懂")
	look("", "/deadline?from=x&rule=x", "有 2 处要改一改")
	look("clerk", "/items/"+a.Number+"/accept")
	b.press("受理")
	b.must("要改一改")
	b.axe()
	b.as("")
	for range 6 { // the sixth is not looked at any more
		b.goTo("/q")
		b.fill("no", a.Number, "code", "ABCDEFGHJKMNP")
		b.press("查")
		b.axe()
	}
	b.must("要等 10 分钟")
	s.stack.reads.Close() // Postgres is gone
	look("clerk", "/board", "是我们这边的问题", "12345")
}
