package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"xiaohao/events"
)

// TestTimeByHand: the office changes a time limit, enters a year's holidays and recomputes by
// it; a unit asks for an extension and is refused, asks for a pause and gets it; the page of
// the deadline tells all of it. Each page is looked at by axe-core, wide and narrow.
func TestTimeByHand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.stack.rules.Ship(t.Context()); err != nil {
		t.Fatal(err)
	}
	head := staff("区交通运输局", "UNIT_HEAD")
	b := s.open(t, 1280, "clerk")

	// A row of its own for street lamps, refused at first.
	b.goTo("/admin/rules")
	b.must("第 1 版", "随程序带来的")
	b.choose("stage", "RECTIFY")
	b.fill("category", "路灯", "rules", "三天")
	b.press("存")
	b.must("写成 3wd")
	b.fill("rules", "6wd")
	b.press("存")
	b.must("第 2 版", "整改 · 路灯：6wd", "6 个工作日")
	b.press("改整改·路灯")
	if got := b.value(`document.querySelector("[name=category]").value + document.querySelector("[name=rules]").value`); got != "路灯6wd" {
		t.Errorf("改 fills in %q", got)
	}
	b.axe()
	b.shot("admin-rules-1280")

	n := s.raise(fields{"text": "村口路灯不亮", "category": "路灯"}).Number
	s.do("clerk", n, "accept", fields{"title": "村口路灯", "category": "路灯", "mode": "TIME_LIMITED"})
	s.do("clerk", n, "assign", fields{"units": []fields{{"unit": "区交通运输局", "part": "LEAD"}}})
	s.do(staff("区交通运输局", "UNIT_LIAISON"), n, "sign", nil)
	it, err := s.stack.reads.Item(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	original := it.Due

	b.step(head, n, "request_extension", "申请延期", func() {
		b.choose("due", original.AddDays(2).String())
		b.fill("reason", "等灯具到货")
	})
	b.must("等灯具到货")
	b.step("clerk", n, "deny_extension", "不同意延期", func() { b.fill("reason", "先用库存") })
	b.must("先用库存", "期限不变")

	b.step(head, n, "request_pause", "申请暂停计时", func() {
		b.choose("ground", "APPRAISAL", "until", in(4))
		b.fill("reason", "线路检测要三天")
		b.axe()
	})
	b.must("线路检测要三天", "暂停计时等着批")
	b.step("clerk", n, "grant_pause", "批准暂停计时", func() { b.fill("reason", "同意检测") })
	if it, err = s.stack.reads.Item(t.Context(), n); err != nil || !it.Due.After(original) {
		t.Fatalf("due %s, before the pause %s, %v", it.Due, original, err)
	}
	b.must("暂停计时（鉴定、检测）")
	b.goTo("/items/" + n + "/deadline")
	b.must("规则表第 2 版“整改 · 路灯”", "暂停计时（鉴定、检测）", "原来到 "+original.String(), "各单位的期限", "各环节的时限", "签收")
	b.axe()
	b.shot("item-deadline-1280")

	// A year's holidays that take the deadline's day away: recomputed by a fact.
	file := filepath.Join(t.TempDir(), "year.json")
	text := `{"year":` + strconv.Itoa(it.Due.Year()) + `,"papers":[],"days":[{"name":"区庆","date":"` + it.Due.String() + `","isOffDay":true}]}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b.as("clerk")
	b.goTo("/admin/calendar")
	b.must("录入一年的放假安排")
	b.press("录入并重算")
	b.must("文件：还没有选")
	b.act(chromedp.SetUploadFiles("#f-file", []string{file}))
	b.press("录入并重算")
	b.must("重算了 1 个期限", "区庆放假")
	b.axe()
	b.shot("admin-calendar-1280")
	s.settled()
	b.goTo("/items/" + n + "/deadline")
	b.must("不算 区庆放假")
	b.goTo("/items/" + n)
	b.axe()
	b.shot("item-paused-1280")

	// A plan that is owed is on pace, and behind when its day has gone by.
	p := s.raise(fields{"text": "河道淤积", "category": "民生"}).Number
	s.do("clerk", p, "accept", fields{"title": "河道疏浚", "category": "民生", "mode": "PLANNED", "due": in(200)})
	s.do("clerk", p, "assign", fields{"units": []fields{{"unit": "区交通运输局", "part": "LEAD"}}})
	s.do(staff("区交通运输局", "UNIT_LIAISON"), p, "sign", nil)
	b.goTo("/items?state=ON_PACE")
	b.must("河道疏浚", "按序时")
	s.ahead.Store(30)
	b.goTo("/items?state=BEHIND")
	b.must("河道疏浚", "未达序时")
	b.axe()
	b.shot("items-behind-1280")
	b.goTo("/items/" + p)
	b.must("未达序时：")
	b.as(staff("区交通运输局", "HANDLER"))
	b.goTo("/unit")
	b.must("未达序时，")
	b.axe()
	b.shot("unit-behind-1280")
	s.ahead.Store(0)

	narrow := s.open(t, 375, "clerk")
	for path, name := range map[string]string{"/admin/rules": "admin-rules", "/admin/calendar": "admin-calendar", "/items/" + n + "/deadline": "item-deadline"} {
		narrow.goTo(path)
		narrow.axe()
		narrow.shot(name + "-375")
	}
}

// Who may not change the table reads why; an item without a deadline says so, as page, text
// and JSON.
func TestTimeForOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if status, body := s.page("supervisor", "/admin/rules"); status != http.StatusOK || !strings.Contains(body, "由系统管理员、交办员来改") && !strings.Contains(body, "由交办员、系统管理员来改") {
		t.Errorf("a supervisor at the rules: %d", status)
	}
	if status, _ := s.page(staff("区交通运输局", "HANDLER"), "/admin/calendar"); status != http.StatusForbidden {
		t.Errorf("a handler at the calendar: %d", status)
	}
	n := s.raise(fields{"text": "晚上没有公交车", "category": "民生"}).Number
	for path, want := range map[string]string{"": "还没有受理，期限在受理的时候定。", "?as=text": "还没有受理", "?as=json": `"due":""`} {
		if status, body := s.page("clerk", "/items/"+n+"/deadline"+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%q: %d without %q\n%s", path, status, want, body)
		}
	}
	if s.stack.almanac.Missing() != 0 && !strings.Contains(s.mustPage("sysadmin", "/admin/units"), "年的放假安排，跨到那年的期限都是暂定的") {
		t.Error("a missing year is not announced")
	}
}

func (s *site) mustPage(as, path string) string {
	s.t.Helper()
	status, body := s.page(as, path)
	if status != http.StatusOK {
		s.t.Fatalf("%s as %s: %d", path, as, status)
	}
	return body
}

// A limit of 24 hours is red when its hour has passed and not the day after: on the ledger, the
// board, the views, the item, and for the public, while nothing was written; and who reports
// after the hour is late, on the same day.
func TestRedByTheHour(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	n := s.raise(fields{"text": "停水了", "category": "民生"}).Number
	s.do("clerk", n, "accept", fields{"title": "小区停水", "category": "民生", "mode": "IMMEDIATE", "urgent": true})
	s.do("clerk", n, "link_leader", fields{"leader": fields{"id": "l-linked", "post": "区领导甲"}})
	s.do("clerk", n, "assign", fields{"units": []fields{{"unit": handling, "part": "LEAD"}}})
	s.do(staff(handling, "UNIT_LIAISON"), n, "sign", nil)
	s.do("publisher", n, "draft_public_text", fields{"summary": "小区停水"})
	s.do("publisher2", n, "release", nil)
	it, err := s.stack.reads.Item(t.Context(), n)
	if err != nil || it.DueRule != "24h" || it.DueTime == "" {
		t.Fatalf("due %s at %q by %q: %v", it.Due, it.DueTime, it.DueRule, err)
	}
	ends := it.Ends()
	over := ends.Day.Time().Add(time.Duration(ends.Minute) * time.Minute)
	at := func(instant time.Time) { s.skew.Store(int64(time.Until(instant))) }
	wrote := s.last()
	for _, c := range []struct {
		when time.Time
		red  int
		lamp string
	}{{over.Add(-time.Minute), 0, "NEAR"}, {over.Add(2 * time.Second), 1, "OVERDUE"}, {over.Add(-time.Minute), 0, "NEAR"}, {over.Add(30 * time.Hour), 1, "OVERDUE"}} {
		at(c.when)
		if got := s.total("clerk", "lamp=OVERDUE"); got != c.red {
			t.Errorf("at %s the ledger has %d overdue, want %d", c.when, got, c.red)
		}
		if got := s.total("clerk", "lamp="+c.lamp); got != 1 {
			t.Errorf("at %s the ledger has %d of %s", c.when, got, c.lamp)
		}
		var b struct {
			All struct{ Overdue, Near, Total int }
		}
		if err := json.Unmarshal([]byte(s.call("clerk", "GET", "/api/v1/board", nil).Body), &b); err != nil || b.All.Overdue != c.red || b.All.Near != 1-c.red || b.All.Total != 1 {
			t.Errorf("at %s the board says %+v: %v", c.when, b.All, err)
		}
		for as, path := range map[string]string{"clerk": "/items", staff(handling, "HANDLER"): "/items/" + n, "": "/p/" + s.publicOf(n)} {
			if page := text(s.mustPage(as, path)); strings.Contains(page, "逾期") != (c.red == 1 || path == "/items") || as != "" && !strings.Contains(page, it.DueTime) {
				t.Errorf("at %s %s says\n%.900s", c.when, path, page)
			}
		}
		if page := text(s.mustPage("leader|l-linked|区领导甲", "/leader")); strings.Contains(page, "已超 0 天") || (strings.Contains(page, "期限 过了") || strings.Contains(page, "已超")) != (c.red == 1) {
			t.Errorf("at %s the leader is told\n%.900s", c.when, page)
		}
		if f, err := s.stack.reads.PublicFigures(t.Context(), events.MomentOf(c.when)); err != nil || f.Overdue != c.red {
			t.Errorf("at %s the public is told of %d overdue: %v", c.when, f.Overdue, err)
		}
	}
	if s.last() != wrote {
		t.Error("something was written for time to pass")
	}
	at(over.Add(time.Minute))
	s.do(staff(handling, "HANDLER"), n, "record_evidence", fields{"title": "通水照片", "kind": "RESULT"})
	s.report(n, handling)
	if it, err := s.stack.reads.Item(t.Context(), n); err != nil || !it.Late {
		t.Errorf("reported a minute after the hour: late is %v, %v", it.Late, err)
	}
}
