package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/paper/sheet"
)

const formType = "application/x-www-form-urlencoded"

// acting is a browser without scripts in which somebody acts.
func (s *site) acting(as string) visitor {
	v := s.visitor()
	v.Jar.SetCookies(mustURL(s.t, s.url), []*http.Cookie{{Name: "act", Value: url.QueryEscape(as)}})
	return v
}

// read gets a page and its headers.
func (v visitor) read(path string) (int, string, http.Header) {
	v.s.t.Helper()
	res, err := v.Get(v.s.url + path)
	if err != nil {
		v.s.t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		v.s.t.Fatal(err)
	}
	return res.StatusCode, b.String(), res.Header
}

// TestReveal asks to see a telephone number: only with a reason, only who may, shown once to who
// asked, recorded for the auditor, and no change of the item.
func TestReveal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	n := s.raise(fields{"text": "晚上没有公交车", "category": "民生", "name": "欧阳明", "phone": "13912345678"}).Number
	s.do("clerk", n, "accept", fields{"title": "夜间公交", "category": "民生", "mode": "IMMEDIATE"})
	rev := s.do("clerk", n, "assign", fields{"units": []fields{{"unit": handling, "part": "LEAD"}}}).Rev
	why := "约反映人到站台看一看"
	const phone, name = "13912345678", "欧阳明"

	_, page := s.page("clerk", "/items/"+n)
	if strings.Contains(page, phone) || strings.Contains(page, name) || !strings.Contains(page, "139****5678") || !strings.Contains(page, "/reveal?opinion=") {
		t.Error("the page does not mask, or offers no way to see it")
	}
	s.refused("clerk", n, "reveal", fields{"phone": true}, "reason:reveal.missing")
	s.refused("clerk", n, "reveal", fields{"phone": true, "reason": "看看"}, "reason:reveal.reason")
	s.refused("auditor", n, "reveal", fields{"phone": true, "reason": why}, ":reveal.role")
	s.refused("publisher", n, "reveal", fields{"phone": true, "reason": why}, ":reveal.role")
	s.absent(staff(other, "HANDLER"), n, "reveal", fields{"phone": true, "reason": why})
	if a := s.call("sysadmin", "POST", "/api/v1/items/"+n+"/reveal", fields{"phone": true, "reason": why}); a.Status != http.StatusForbidden {
		t.Errorf("the system administrator: %d", a.Status)
	}

	v := s.acting("clerk")
	opinion := regexp.MustCompile(`opinion=([^"&]+)`).FindStringSubmatch(page)[1]
	if code, _ := v.send("/items/"+n+"/reveal", url.Values{"opinion": {opinion}, "phone": {"1"}, "reason": {""}}); code != http.StatusUnprocessableEntity {
		t.Errorf("the form without a reason: %d", code)
	}
	code, to := v.send("/items/"+n+"/reveal", url.Values{"opinion": {opinion}, "phone": {"1"}, "reason": {why}})
	if code != http.StatusSeeOther || to != "/items/"+n+"/revealed" {
		t.Fatalf("the form: %d %s", code, to)
	}
	thief := s.acting("clerk2")
	for _, c := range v.Jar.Cookies(mustURL(t, s.url+to)) {
		if c.Name == "reveal" {
			thief.Jar.SetCookies(mustURL(t, s.url+to), []*http.Cookie{c})
		}
	}
	if code, body, _ := thief.read(to); code != http.StatusGone || strings.Contains(body, phone) {
		t.Errorf("somebody else with the cookie: %d", code)
	}
	code, body, h := v.read(to)
	if code != http.StatusOK || !strings.Contains(body, phone) || strings.Contains(body, name) || !strings.Contains(body, `class="watermark"`) || !strings.Contains(body, "office.clerk") {
		t.Errorf("what was asked for: %d\n%s", code, body)
	}
	if h.Get("Cache-Control") != "no-store" {
		t.Errorf("cached: %v", h)
	}
	if code, body, _ := v.read(to); code != http.StatusGone || strings.Contains(body, phone) {
		t.Errorf("a second time: %d", code)
	}

	a := s.do(staff(handling, "HANDLER"), n, "reveal", fields{"name": true, "phone": true, "reason": why})
	if !strings.Contains(a.Body, phone) || !strings.Contains(a.Body, name) || a.Rev != rev+2 {
		t.Errorf("the API: %s", a.Body)
	}
	if a := s.call(staff(handling, "UNIT_LIAISON"), "POST", "/api/v1/items/"+n+"/sign", fields{}, "If-Match", strconv.Quote(strconv.Itoa(rev))); a.Status != http.StatusOK {
		t.Errorf("a form that was open while others looked: %d %s", a.Status, a.Body)
	}
	s.revealedInTrail(n, why, phone, name)

	secret := s.raise(fields{"text": "有人半夜倒垃圾", "category": "民生", "name": name, "phone": phone, "confidential": true}).Number
	s.do("clerk", secret, "accept", fields{"title": "夜里倒垃圾", "category": "民生", "mode": "IMMEDIATE"})
	s.do("clerk", secret, "assign", fields{"units": []fields{{"unit": handling, "part": "LEAD"}}})
	s.refused(staff(handling, "HANDLER"), secret, "reveal", fields{"phone": true, "reason": why}, ":reveal.confidential")

	gone := s.raise(fields{"text": "不办也行", "name": name, "phone": phone}).Number
	s.do("clerk", gone, "not_accept", fields{"reason": "已在诉讼", "route": "区法院"})
	s.do("clerk", gone, "request_erasure", fields{"reason": "WISH", "asked": "PERSON", "ground": "申请书 2026-3 号"})
	s.refused("clerk", gone, "reveal", fields{"phone": true, "reason": why}, ":reveal.erased")
	if _, page := s.page("clerk", "/items/"+gone+"/reveal"); !strings.Contains(page, "已按申请抹除") {
		t.Error("the form does not say that it was erased")
	}
}

// revealedInTrail holds what the auditor reads of reveals, and what nobody else does.
func (s *site) revealedInTrail(n, why, phone, name string) {
	s.t.Helper()
	s.settled()
	for as, want := range map[string]int{"auditor": 200, "auditadmin": 200, "clerk": 403, "sysadmin": 403, "secadmin": 403, staff(handling, "HANDLER"): 403, "": 403} {
		code, page := s.page(as, "/admin/audit?kind=PERSONAL")
		if code != want {
			s.t.Errorf("audit trail as %q: %d", as, code)
		}
		if strings.Contains(page, phone) || strings.Contains(page, name) {
			s.t.Errorf("audit trail as %q has personal data", as)
		}
		if code != 200 {
			continue
		}
		for _, w := range []string{"office.clerk", "看个人信息", "电话，理由：" + why, "127.0.0.0/24"} {
			if !strings.Contains(page, w) {
				s.t.Errorf("audit trail as %s does not say %q", as, w)
			}
		}
		if strings.Contains(page, n) != (as == "auditor") {
			s.t.Errorf("audit trail as %s: the number is shown, or is not", as)
		}
	}
}

// TestTrail holds what is recorded besides commands: files that are taken out, who was refused,
// who signed in; that it can be filtered and taken out; and what the auditor does not see.
func TestTrail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	n := s.raise(fields{"text": "晚上没有公交车", "category": "民生", "name": "欧阳明", "phone": "13912345678"}).Number
	s.do("clerk", n, "accept", fields{"title": "夜间公交", "category": "民生", "mode": "IMMEDIATE"})
	about := s.raise(fields{"text": "审计员态度差", "category": "作风"}).Number
	s.do("clerk", about, "accept", fields{"title": "态度差", "category": "作风", "mode": "IMMEDIATE", "class": "CONDUCT", "complained": []string{"audit.auditor"}})

	for path, form := range map[string]string{"/items/export": "ledger=L1&format=csv&q=欧阳明", "/reports/week": "as_of=" + s.today() + "&format=xlsx", "/api/v1/items/" + n + "/case": ""} {
		if a := s.call("clerk", "POST", path, form, "Content-Type", formType); a.Status != http.StatusOK {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	var file bytes.Buffer
	if _, err := s.stack.exportLedger(t.Context(), ledgerRequest{Ledger: sheet.L1, Format: sheet.CSV, Personal: true}, &file); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		s.refused("clerk", n, "not_accept", fields{"reason": "不归我们", "route": "信访"}, ":not_accept.state")
		s.refused("witness", n, "assign", fields{"units": []fields{{"unit": handling, "part": "LEAD"}}}, ":assign.role")
	}
	if a := s.call("sysadmin", "POST", "/items/export", "ledger=L1&format=csv", "Content-Type", formType); a.Status != http.StatusForbidden {
		t.Errorf("a ledger for the system administrator: %d", a.Status)
	}
	s.settled()
	trail := func(f projections.AuditFilter) []projections.Trace {
		t.Helper()
		ts, _, err := s.stack.reads.Audit(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		return ts
	}
	var words []string
	for _, x := range trail(projections.AuditFilter{Kinds: []projections.AuditKind{projections.AuditExport}}) {
		words = append(words, x.Actor+" "+x.Words)
	}
	said := strings.Join(words, "\n")
	for _, want := range []string{"office.clerk 台账，问题整改台账，csv", "筛选：查找字词", "office.clerk 报表，整改销号周报，xlsx", "office.clerk 卷宗，json", "xiaohao 台账，问题整改台账，csv，2 行，筛选：全部，带姓名、电话"} {
		if !strings.Contains(said, want) {
			t.Errorf("what was taken out: no %q in\n%s", want, said)
		}
	}
	if strings.Contains(said, "欧阳明") {
		t.Error("a name that was searched for is in the trail")
	}
	refused := trail(projections.AuditFilter{Kinds: []projections.AuditKind{projections.AuditRefused}})
	if len(refused) != 2 || refused[1].Words != "assign（assign.role）" || refused[1].Number != n || refused[0].Actor != "admin.system" {
		t.Errorf("who was refused: %+v", refused)
	}
	if got := trail(projections.AuditFilter{Who: "office.clerk", Item: refused[1].About.String()}); len(got) != 2 {
		t.Errorf("what the clerk did with one item: %d lines", len(got))
	}
	if got := trail(projections.AuditFilter{Network: "127.0.0.0/24", From: events.DateOf(s.stack.now()), To: events.DateOf(s.stack.now())}); len(got) < 6 {
		t.Errorf("of this network today: %d lines", len(got))
	}
	if got := trail(projections.AuditFilter{To: events.DateOf(s.stack.now()).AddDays(-1)}); len(got) != 0 {
		t.Errorf("until yesterday: %d lines", len(got))
	}
	s.trailPages(about)
}

// trailPages reads the pages page by page, and takes all of it out.
func (s *site) trailPages(about string) {
	t := s.t
	t.Helper()
	all, next, err := s.stack.reads.Audit(context.Background(), projections.AuditFilter{Limit: 1000})
	if err != nil || next != 0 {
		t.Fatal(next, err)
	}
	n := 0
	for before := uint64(0); ; n++ {
		ts, next, err := s.stack.reads.Audit(context.Background(), projections.AuditFilter{Limit: 1, Before: before})
		if err != nil {
			t.Fatal(err)
		}
		if len(ts) == 1 && ts[0].Sequence != all[n].Sequence {
			t.Fatalf("line %d is %d, want %d", n, ts[0].Sequence, all[n].Sequence)
		}
		if before = next; next == 0 {
			break
		}
	}
	if n+1 != len(all) {
		t.Errorf("%d pages of one line, want %d", n+1, len(all))
	}
	for _, as := range []string{"auditor", "auditadmin"} {
		a := s.call(as, "POST", "/admin/audit/export", "format=csv", "Content-Type", formType)
		if a.Status != http.StatusOK || !strings.Contains(a.Body, "越权被拒") || strings.Contains(a.Body, about) || strings.Contains(a.Body, "13912345678") {
			t.Errorf("the trail as a file for %s: %d\n%s", as, a.Status, a.Body)
		}
		s.settled()
	}
	if code, page := s.page("auditor", "/admin/audit"); code != 200 || !strings.Contains(page, "审计记录，csv") || strings.Contains(page, about) {
		t.Errorf("that the trail was taken out is not in it, or an item about the auditor is: %d", code)
	}
	if code, page := s.page("auditor", "/admin/audit?item="+about); code != 200 || !strings.Contains(page, "没有这个编号") {
		t.Errorf("an item about the auditor: %d", code)
	}
	for _, bad := range []string{"kind=NO", "from=x", "network=x", "before=x"} {
		if code, _ := s.page("auditor", "/admin/audit?"+bad); code != 200 {
			t.Errorf("%s: %d", bad, code)
		}
	}
}

// TestSignInsInTrail holds that who signed in and who failed is there, with network and browser.
func TestSignInsInTrail(t *testing.T) {
	t.Parallel()
	s := office(t)
	v := s.visitor()
	v.send("/signin", url.Values{"officer": {"zhang"}, "password": {"不是这一句口令"}})
	v.send("/signin", url.Values{"officer": {"zhang"}, "password": {password}})
	v.send("/signout", url.Values{})
	s.settled()
	ts, _, err := s.stack.reads.Audit(t.Context(), projections.AuditFilter{Who: "zhang"})
	if err != nil || len(ts) != 3 {
		t.Fatalf("%v: %+v", err, ts)
	}
	for i, want := range []projections.AuditKind{projections.AuditSignIn, projections.AuditSignIn, projections.AuditFailed} {
		if ts[i].Kind != want || ts[i].Network != "127.0.0.0/24" || ts[i].Agent == "" {
			t.Errorf("line %d: %+v", i, ts[i])
		}
	}
}

// TestRevealInTheBrowser asks for a telephone number, and for those that stand in what was
// said, as the office does.
func TestRevealInTheBrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	n := s.raise(fields{"text": "我是欧阳明，晚上没有公交车，白天打 0595-87001234，夜里打 13700006789", "category": "民生", "name": "欧阳明", "phone": "13912345678"}).Number
	s.do("clerk", n, "accept", fields{"title": "夜间公交", "category": "民生", "mode": "IMMEDIATE", "urgent": true})
	b := s.open(t, 375, "clerk")
	for _, width := range []int64{375, 1280} {
		b.act(chromedp.EmulateViewport(width, 900))
		b.goTo("/items")
		b.shot(fmt.Sprintf("items-hour-%d", width))
		b.goTo("/items/" + n)
		b.must("139****5678", "我是欧某某", "0595-******34", "137****6789", "快到期了")
		b.axe()
		b.shot(fmt.Sprintf("item-masked-%d", width))
	}
	b.press("看遮住的部分")
	b.choose("phone", "1", "text", "1")
	b.fill("reason", "约反映人到站台看一看")
	b.axe()
	b.shot("reveal-form-1280")
	b.press("看个人信息")
	b.must("13912345678", "我是欧阳明", "0595-87001234", "13700006789", "这一次看已经记下")
	if mark := b.value(`document.querySelector('svg.watermark text').textContent`); mark != "office.clerk" {
		t.Errorf("the watermark says %q", mark)
	}
	b.axe()
	b.shot("revealed-1280")
	b.goTo("/items/" + n + "/revealed")
	b.must("现在没有可看的")
	b.axe()
	s.settled()
	b.as("auditor")
	b.goTo("/admin/audit?kind=PERSONAL")
	b.must("看个人信息", "约反映人到站台看一看", n)
	b.axe()
	b.shot("audit-1280")
}
