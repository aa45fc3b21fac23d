package main

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"xiaohao/events"
	"xiaohao/events/journal/natstest"
	"xiaohao/projections"
	"xiaohao/projections/localpg/pgtest"
	"xiaohao/web/notice"
)

// newSiteTelling starts a tracker that also tells: an inbox, and whatever the configuration
// says.
func newSiteTelling(t *testing.T, cfg notice.Config) *site {
	t.Helper()
	s := &site{t: t}
	now := func() time.Time { return time.Now().AddDate(0, 0, int(s.ahead.Load())) }
	st, err := openStack(t.Context(), stackConfig{dir: t.TempDir(), postgres: pgtest.Database(t), prefix: "QG", now: now, logger: discard()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(st.close)
	stop, err := st.startNotices(t.Context(), cfg, now, slog.New(slog.NewTextHandler(testLog{t}, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	s.stack = st
	s.listen(now, discard())
	return s
}

// until waits for something that comes by itself.
func (s *site) until(what string, ok func() bool) {
	s.t.Helper()
	natstest.Eventually(s.t, 20*time.Second, what, func() error {
		if !ok() {
			return errors.New("not yet")
		}
		return nil
	})
}

// post sends a form as somebody and returns the status.
func (s *site) post(as, path string, form url.Values) int {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), "POST", s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.AddCookie(&http.Cookie{Name: "act", Value: url.QueryEscape(as)})
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		s.t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// What comes up for somebody is in the inbox; a robot that hangs keeps nobody waiting; a
// rebuild tells nobody anything.
func TestNotices(t *testing.T) {
	hang := make(chan struct{})
	robot := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	defer robot.Close()
	defer close(hang) // before the server is closed, which waits for its answers
	var hooked atomic.Int64
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "路灯") {
			t.Errorf("a webhook is told words: %s", body)
		}
		hooked.Add(1)
	}))
	defer hook.Close()
	unit := staff("区城管局", "UNIT_LIAISON")
	s := newSiteTelling(t, notice.Config{Robots: []notice.Robot{{Name: "城管局群", Kind: notice.WeCom, URL: robot.URL, Boxes: []notice.Box{"unit|区城管局|UNIT_LIAISON"}}},
		Webhooks: []notice.Webhook{{Name: "oa", URL: hook.URL, Secret: "0123456789abcdef"}}})
	began := time.Now()
	number := s.inHand(1)[0]
	if took := time.Since(began); took > 9*time.Second {
		t.Errorf("work took %v beside a robot that hangs", took)
	}
	inbox := func() string { _, html := s.page(unit, "/inbox"); return text(html) }
	s.until("the assignment is in the inbox", func() bool { return strings.Contains(inbox(), number+"：新交办给您单位，请签收。") })
	if got := inbox(); !contains(got, "收件箱 1", "1 条没看过") {
		t.Errorf("inbox:\n%s", got)
	}
	if _, other := s.page(staff("增口乡", "UNIT_LIAISON"), "/inbox"); strings.Contains(other, number) {
		t.Error("another unit is told")
	}
	s.until("the webhook is told", func() bool { return hooked.Load() > 0 })

	// Seen is seen; what is shown is what is marked.
	if got := s.post(unit, "/inbox", url.Values{"until": {"99999999999999999"}}); got != http.StatusSeeOther {
		t.Fatalf("mark as seen: %d", got)
	}
	if got := inbox(); strings.Contains(got, "没看过") {
		t.Errorf("inbox:\n%s", got)
	}
	if got := s.post(unit, "/inbox/preferences", url.Values{"id": {"5b4e9f2c-0000-4000-8000-00000000aaaa"}, "digest": {"1"}}); got != http.StatusSeeOther {
		t.Fatalf("preferences: %d", got)
	}
	if p, err := s.stack.notices.Preference(t.Context(), "unit.区城管局.unit_liaison"); err != nil || p.Mail || !p.Digest {
		t.Errorf("preference %+v, %v", p, err)
	}
	told := hooked.Load()
	if _, err := s.stack.reads.Rebuild(t.Context(), s.stack.log, func(projections.Progress) {}); err != nil {
		t.Fatal(err)
	}
	s.do(unit, number, "sign", nil)
	s.takesBack("leader|l1|区分管领导", number) // nobody is told
	s.do("leader|l1|区分管领导", number, "instruct", fields{"text": "抓紧办路灯。"})
	s.days(1) // the time to take it back is over
	s.until("what came after the rebuild is told", func() bool { return hooked.Load() > told })
	if n := hooked.Load() - told; n > 2 { // the instruction, to two boxes
		t.Errorf("%d notices after a rebuild", n)
	}
	if _, html := s.page("clerk", "/admin/notices"); !contains(text(html), "城管局群", "oa", "发出去了") {
		t.Errorf("what was sent:\n%s", text(html))
	}
}

// takesBack has a leader order a 督办 with one tap and take it back with another.
func (s *site) takesBack(leader, number string) {
	s.t.Helper()
	client := &http.Client{Transport: acting(leader)}
	order := "/items/" + url.PathEscape(number) + "/supervise"
	res, err := client.PostForm(s.url+order, url.Values{"level": {"YELLOW"}, "text": {"抓紧办。"}, "back": {"/leader"}})
	if err != nil {
		s.t.Fatal(err)
	}
	page, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || !contains(string(page), "督办了", "撤销（10 秒内）") {
		s.t.Fatalf("no way back: %v\n%s", err, text(string(page)))
	}
	if got := s.post(leader, "/items/"+url.PathEscape(number)+"/take_back", url.Values{"back": {"/leader"}}); got != http.StatusSeeOther {
		s.t.Fatalf("take back: %d", got)
	}
	it, err := s.stack.reads.Item(s.t.Context(), number)
	if err != nil || it.Supervision != "" || it.Detail.LastSlip() != nil {
		s.t.Errorf("taken back, and still %q, %v", it.Supervision, err)
	}
}

// acting sends the cookie of the demonstration with every request.
type acting string

func (a acting) RoundTrip(r *http.Request) (*http.Response, error) {
	r.AddCookie(&http.Cookie{Name: "act", Value: url.QueryEscape(string(a))})
	return http.DefaultTransport.RoundTrip(r)
}

// A slip is tracked, printed on one page of A4, and answered.
func TestSlip(t *testing.T) {
	s := newSite(t)
	number := s.inHand(1)[0]
	s.do(staff("区城管局", "UNIT_LIAISON"), number, "sign", nil)
	s.days(21)
	s.sweep()
	slip := number + "-D1"
	if _, html := s.page("supervisor", "/supervision"); !contains(text(html), slip, "黄单", "等着答复") {
		t.Fatalf("not tracked:\n%s", text(html))
	}
	b := s.open(t, 1280, staff("区城管局", "UNIT_LIAISON"))
	b.goTo("/items/" + number + "/slips/" + slip)
	b.must("整改事项督办单", "主送", "区城管局", "请书面说明原因")
	b.axe()
	b.shot("slip")
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF())
	if err != nil {
		t.Fatal(err)
	}
	if pages := bytes.Count(pdf, []byte("/Type /Page\n")); pages != 1 || len(pdf) < 5000 {
		t.Errorf("%d pages, %d bytes", pages, len(pdf))
	}
	if shots != "" {
		if err := os.WriteFile(filepath.Join(shots, "slip.pdf"), pdf, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.do(staff("区城管局", "UNIT_HEAD"), number, "answer_supervision", fields{"text": "缺灯头，后天到货。"})
	b.goTo("/items/" + number + "/slips/" + slip)
	b.must("缺灯头，后天到货。")
	if _, html := s.page("supervisor", "/supervision"); strings.Contains(html, slip) {
		t.Error("an answered slip still waits")
	}
	b.as("supervisor")
	b.act(chromedp.EmulateViewport(375, 900))
	b.goTo("/supervision?all=1")
	b.must(slip)
	b.axe()
	b.shot("supervision-375")
}

// A 举报 is told to the office and not to whoever of it is complained of: neither the notice, nor
// that there is one.
func TestNoticesOfConduct(t *testing.T) {
	s := newSiteTelling(t, notice.Config{})
	unit := "区走访标甲局"
	n := s.raise(fields{"text": "收受红包", "category": "作风"}).Number
	s.do("clerk", n, "accept", fields{"title": "核查一件事", "category": "作风", "mode": "IMMEDIATE", "class": "CONDUCT", "complained_of": []string{"区走访标乙局"}, "complained": []string{"office.clerk2", "l2"}})
	s.do("clerk", n, "link_leader", fields{"leader": fields{"id": "l1", "post": "区领导甲"}})
	s.do("clerk", n, "assign", fields{"units": []fields{{"unit": unit, "part": "LEAD"}}})
	s.do(staff(unit, "UNIT_LIAISON"), n, "sign", nil)
	s.do(staff(unit, "UNIT_HEAD"), n, "request_extension", fields{"due": events.DateOf(s.stack.now()).AddDays(10).String(), "reason": "要等材料"})
	inbox := func(as string) string { _, html := s.page(as, "/inbox"); return text(html) }
	s.until("the office is told", func() bool { return strings.Contains(inbox("clerk"), n+"：申请延期") })
	for _, as := range []string{"clerk2", staff("区走访标乙局", "UNIT_LIAISON"), staff("区走访标乙局", "UNIT_HEAD"), "leader|l2|区领导乙"} {
		if got := inbox(as); strings.Contains(got, n) || strings.Contains(got, "没看过") || strings.Contains(got, "收件箱 1") {
			t.Errorf("%s is told:\n%s", as, got)
		}
	}
}
