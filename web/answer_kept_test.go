package web

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/web/pack"
)

// TestKeptAnswers holds that an answer that was kept reads like one that was just made, that
// nothing of the petitioner is in what is kept, that anything that happens to the item, another
// day and another look give another page at once, and that an erasure takes the words from
// the next answer on.
func TestKeptAnswers(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	_, out := x.api("", "/api/v1/items", js{"text": "曹氏服装厂门口 <b>没有</b> 站牌", "area": "增口乡", "category": "民生"})
	no, code := out["number"].(string), out["code"].(string)
	x.settle()
	form := url.Values{"no": {no}, "code": {code}}.Encode()
	unzip := func(packed string) string {
		t.Helper()
		z, err := gzip.NewReader(strings.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	ask := func(header ...string) (page string, kept int) {
		t.Helper()
		status, body, h := x.ask("", "POST", "/q", strings.NewReader(form), append([]string{"Content-Type", formType, "Accept-Encoding", "gzip"}, header...)...)
		if status != http.StatusOK || h.Get("Content-Encoding") != "gzip" {
			t.Fatalf("%d %v", status, h)
		}
		x.s.answers.mu.Lock()
		defer x.s.answers.mu.Unlock()
		for at, k := range x.s.answers.known {
			all := unzip(string(k.page.Fill(nil, nil, nil, nil)))
			for _, own := range []string{"曹氏服装厂", "站牌", "谢谢您", code} {
				if strings.Contains(all+at.no+at.hash, own) {
					t.Errorf("%q is kept", own)
				}
			}
		}
		return unzip(body), len(x.s.answers.known)
	}
	// like fails unless the page is what somebody without gzip gets, whose is made anew each time.
	like := func(page string, words ...string) {
		t.Helper()
		status, made, _ := x.ask("", "POST", "/q", strings.NewReader(form), "Content-Type", formType)
		if status != http.StatusOK || clean(page) != clean(made) { // ids of forms differ
			t.Errorf("%d\n%s\n--- is not ---\n%s", status, page, made)
		}
		for _, w := range words {
			if !strings.Contains(page, w) {
				t.Errorf("no %q in\n%s", w, page)
			}
		}
	}
	first, kept := ask()
	again, _ := ask()
	like(first, "曹氏服装厂门口 &lt;b&gt;没有&lt;/b&gt; 站牌", code)
	like(again)
	if kept != 1 || first == again {
		t.Errorf("%d kept; the same command id: %v", kept, first == again)
	}
	if large, kept := ask("Cookie", "size=large"); kept != 2 || !strings.Contains(large, `data-size="large"`) {
		t.Errorf("%d kept; 大字版:\n%s", kept, large)
	}
	x.do("clerk", no, "accept", js{"title": "夜间公交", "category": "民生", "mode": "IMMEDIATE"})
	page, _ := ask()
	like(page, "等交办", "上次更新：今天")
	x.on("2026-07-03")
	page, kept = ask()
	if like(page, "上次更新：昨天"); kept != 1 {
		t.Errorf("%d kept from the day before", kept-1)
	}
	if status, _, _ := x.post("", "/q", url.Values{"no": {no}, "code": {"K8XN3WQF6HRTV"}}); status != http.StatusNotFound {
		t.Errorf("another code: %d", status)
	}
	x.on("2026-08-10")
	page, _ = ask()
	like(page, "这件事 39 天没有更新了")
	x.do("clerk", no, "assign", js{"units": []js{{"unit": "区交通运输局", "part": "LEAD", "task": "加班车"}}})
	x.do(of("区交通运输局", events.UnitLiaison), no, "sign", js{})
	x.reported(no, "区交通运输局")
	x.checked(no, "区交通运输局")
	ask()
	page, _ = ask()
	if like(page, "谢谢您", "您说了算"); strings.Contains(page, "没有更新") {
		t.Error("there was news")
	}

	erase := x.s.vault.(interface {
		Erase(context.Context, uuid.UUID) error
	}).Erase
	item, err := x.s.reads.Item(t.Context(), no)
	if err != nil {
		t.Fatal(err)
	}
	if err := erase(t.Context(), uuid.MustParse(item.ID)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if page, _ := ask(); strings.Contains(page, "曹氏") || strings.Contains(page, "谢谢您") || !strings.Contains(page, "个人信息已按申请抹除") {
			t.Errorf("erased:\n%s", page)
		}
	}
}

// TestKeptAnswersAreFew holds that however many are asked for, only so much is kept.
func TestKeptAnswersAreFew(t *testing.T) {
	t.Parallel()
	a := newKeptAnswers()
	page, err := pack.New(make([]byte, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	k := keptAnswer{page: page}
	for i := range 2 * keptSize / k.bytes() {
		a.put(askedAs{no: strconv.Itoa(i)}, k, madeWith{}, madeWith{})
		a.put(askedAs{no: "again"}, k, madeWith{}, madeWith{})
	}
	if n := len(a.known); a.size > keptSize || a.size != n*k.bytes() || n < keptSize/k.bytes()/2 {
		t.Errorf("%d kept, %d bytes of %d", n, a.size, keptSize)
	}
}
