package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestBatch enters the opinions of a meeting: all of them or none, each with the occasion.
func TestBatch(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	form := url.Values{"go": {"send"}, "channel": {"FORUM"}, "on": {"2026-06-30"}, "venue": {"竹园村部"}, "host": {"乡人大主席"},
		"rows.0.text": {"路灯不亮"}, "rows.0.area": {"竹园村"}, "rows.0.category": {"民生"}, "rows.0.name": {"林某"}, "rows.0.phone": {"13800138000"},
		"rows.3.text": {"会议太多"}, "rows.3.area": {"打 13900139000 找我"}, "rows.4.phone": {"12"}}
	status, page, _ := x.post("intake", "/raise/batch", form)
	for _, want := range []string{"第 4 条", "像是写了手机号", "第 5 条", "竹园村部", "路灯不亮", `href="#f-rows-3-area"`} {
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, want) {
			t.Errorf("%d without %q:\n%s", status, want, page)
		}
	}
	if p, err := x.s.reads.Position(t.Context()); err != nil || p.Sequence != 0 {
		t.Errorf("a refused batch wrote %d commits (%v)", p.Sequence, err)
	}
	form.Set("rows.3.area", "")
	form.Del("rows.4.phone")
	if _, page, _ := x.post("intake", "/raise/batch", url.Values{"add": {"1"}, "rows.0.text": {"路灯不亮"}}); strings.Count(page, "<legend>第") != 2*batchStart || !strings.Contains(page, "路灯不亮") {
		t.Error("no more rows, or what was typed is gone")
	}
	status, page, _ = x.post("intake", "/raise/batch", form)
	if status != http.StatusOK || !strings.Contains(page, "登记了 2 条") || strings.Count(page, "QG-2026-00000") != 2 {
		t.Fatalf("%d\n%s", status, page)
	}
	for _, n := range []string{"QG-2026-000001", "QG-2026-000002"} {
		it, err := x.s.reads.Item(t.Context(), n)
		if err != nil || it.Detail.Collected == nil || it.Detail.Collected.Place != "竹园村部" || it.Held {
			t.Errorf("%s: %+v %v", n, it.Detail.Collected, err)
		}
	}
	if page := x.get("clerk", "/items/QG-2026-000001"); !strings.Contains(page, "竹园村部，乡人大主席主持") {
		t.Errorf("the item does not say where it comes from:\n%s", page)
	}
	for _, as := range []string{"", "publisher", of("增口乡", "UNIT_LIAISON")} {
		if status, _, _ := x.post(as, "/raise/batch", form); status == http.StatusOK {
			t.Errorf("%q registers for others", as)
		}
	}
}
