package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/domain/trail"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
	vault "xiaohao/events/vault/memory"
	"xiaohao/projections"
	"xiaohao/projections/localpg/pgtest"
)

// clockLog is a log in memory whose recorded time is the writer's, so that a test can let
// days pass.
type clockLog struct{ *memory.Journal }

func (l clockLog) at(r events.Recorded) events.Recorded {
	r.Time = r.At
	return r
}

func (l clockLog) Load(ctx context.Context, item uuid.UUID) ([]events.Recorded, error) {
	rs, err := l.Journal.Load(ctx, item)
	for i := range rs {
		rs[i] = l.at(rs[i])
	}
	return rs, err
}

func (l clockLog) At(ctx context.Context, seq uint64) (events.Recorded, error) {
	r, err := l.Journal.At(ctx, seq)
	return l.at(r), err
}

func (l clockLog) Follow(ctx context.Context, after uint64, f func([]events.Recorded, uint64) error) error {
	return l.Journal.Follow(ctx, after, func(batch []events.Recorded, behind uint64) error {
		for i := range batch {
			batch[i] = l.at(batch[i])
		}
		return f(batch, behind)
	})
}

// office is the whole program but for the log server: rules, rows in Postgres, pages.
type site struct {
	t     *testing.T
	s     *Server
	url   string
	mu    sync.Mutex
	clock time.Time
	last  uint64
}

func newSite(t *testing.T) *site {
	t.Helper()
	reads, err := projections.Open(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	x := &site{t: t, clock: time.Date(2026, 7, 2, 9, 40, 0, 0, events.Beijing)}
	log, v := clockLog{memory.New()}, vault.New()
	desk := &domain.Desk{Journal: log, Vault: v, Calendars: calendar.Official(), Prefix: "QG", Now: x.now}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- reads.Run(ctx, log) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && ctx.Err() == nil {
			t.Error(err)
		}
		reads.Close()
	})
	if x.s, err = New(Config{Site: "泉港区整改销号", Owner: "区整改工作领导小组办公室", Phone: "12345", Demo: true, Now: x.now, Trail: &trail.Keeper{Log: log, Now: x.now}}, desk, reads, v); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(x.s)
	t.Cleanup(srv.Close)
	x.url = srv.URL
	return x
}

func (x *site) now() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.clock
}

// on sets the day.
func (x *site) on(day string) {
	x.t.Helper()
	d, err := events.ParseDate(day)
	if err != nil {
		x.t.Fatal(err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.clock = d.Time().Add(9*time.Hour + 40*time.Minute)
}

// ask sends one request as somebody and returns status, body and headers.
func (x *site) ask(as, method, path string, body io.Reader, header ...string) (int, string, http.Header) {
	x.t.Helper()
	r, err := http.NewRequestWithContext(x.t.Context(), method, x.url+path, body)
	if err != nil {
		x.t.Fatal(err)
	}
	if as != "" {
		r.AddCookie(&http.Cookie{Name: actCookie, Value: url.QueryEscape(as)})
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		x.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	return res.StatusCode, string(data), res.Header
}

func (x *site) get(as, path string) string {
	x.t.Helper()
	status, body, _ := x.ask(as, "GET", path, nil)
	if status != http.StatusOK {
		x.t.Fatalf("GET %s as %s: %d\n%s", path, as, status, body)
	}
	return body
}

const formType = "application/x-www-form-urlencoded"

// file asks for a file with a form.
func (x *site) file(as, path, form string) string {
	x.t.Helper()
	status, body, _ := x.ask(as, "POST", path, strings.NewReader(form), "Content-Type", formType)
	if status != http.StatusOK {
		x.t.Fatalf("POST %s %s as %s: %d\n%s", path, form, as, status, body)
	}
	return body
}

// post sends a form.
func (x *site) post(as, path string, form url.Values) (int, string, http.Header) {
	x.t.Helper()
	return x.ask(as, "POST", path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

type js map[string]any

// api sends JSON and returns the decoded answer.
func (x *site) api(as, path string, body js, header ...string) (int, js) {
	x.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		x.t.Fatal(err)
	}
	status, text, _ := x.ask(as, "POST", path, bytes.NewReader(data), append([]string{"Content-Type", "application/json"}, header...)...)
	out := js{}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		x.t.Fatalf("POST %s: %d %s", path, status, text)
	}
	if n, ok := out["sequence"].(float64); ok {
		x.last = uint64(n)
	}
	return status, out
}

// raise registers an opinion and returns its number.
func (x *site) raise(as string, body js) string {
	x.t.Helper()
	status, out := x.api(as, "/api/v1/items", body)
	if status != http.StatusCreated {
		x.t.Fatalf("raise: %d %v", status, out)
	}
	x.settle()
	return out["number"].(string)
}

// do gives a command and waits for the pages.
func (x *site) do(as, number, command string, body js) {
	x.t.Helper()
	status, out := x.api(as, "/api/v1/items/"+number+"/"+command, body)
	if status != http.StatusOK {
		x.t.Fatalf("%s on %s by %s: %d %v", command, number, as, status, out)
	}
	x.settle()
}

func (x *site) settle() {
	x.t.Helper()
	if err := x.s.reads.WaitFor(x.t.Context(), x.last); err != nil {
		x.t.Fatal(err)
	}
}

func of(unit string, role events.Role) string { return "unit|" + unit + "|" + string(role) }

// accepted raises and accepts an item.
func (x *site) accepted(text, title, mode string, more js) string {
	x.t.Helper()
	n := x.raise("", js{"text": text, "area": "增口乡", "name": "张三丰", "phone": "13812345678", "category": "民生"})
	body := js{"title": title, "category": "民生", "mode": mode}
	for k, v := range more {
		body[k] = v
	}
	x.do("clerk", n, "accept", body)
	return n
}

// working is accepted, assigned to the unit and signed.
func (x *site) working(text, title, mode, unit string, more js) string {
	x.t.Helper()
	n := x.accepted(text, title, mode, more)
	x.do("clerk", n, "assign", js{"units": []js{{"unit": unit, "part": "LEAD", "task": "牵头"}}})
	x.do(of(unit, events.UnitLiaison), n, "sign", js{})
	return n
}

// reported is working, with result evidence and the unit's report.
func (x *site) reported(n, unit string) {
	x.t.Helper()
	x.do(of(unit, events.Handler), n, "record_evidence", js{"title": "前后照片", "kind": "RESULT", "formed": "2026-06-20"})
	x.do(of(unit, events.UnitHead), n, "report_rectified", js{"result": "改好了", "truth": "TRUE", "contacted": true, "contact_note": "7月去家里", "solved": "YES", "reply": "已经改好，请您看看。", "private": "谢谢您"})
}

// checked takes a reported item through its sign-offs up to the reply.
func (x *site) checked(n, unit string) {
	x.t.Helper()
	x.do(of(unit, events.UnitLiaison), n, "apply_closure", js{"tasks": true, "lawful": true, "alike": true, "cause": true})
	x.do(of(unit, events.UnitDeputy), n, "sign_off", js{"opinion": "同意"})
	x.do(of(unit, events.UnitHead), n, "sign_off", js{})
	x.do("checker", n, "sign_off", js{"opinion": "看过"})
	x.do("clerk", n, "issue_reply", js{"way": "PHONE"})
}

// town is a small world with an item in every state.
func (x *site) town() map[string]string {
	x.t.Helper()
	leader := "leader|l1|区分管领导（农业农村）"
	link := js{"leader": js{"id": "l1", "post": "区分管领导（农业农村）"}}
	n := map[string]string{}
	x.on("2026-07-02")
	n["closed"] = x.working("晚上没有公交车，曹氏服装厂工人下班回家不方便。", "晚上没有公交车", "IMMEDIATE", "区交通运输局", nil)
	n["late"] = x.working("农民种地找不到农技人员。", "农民种地找不到农技人员", "IMMEDIATE", "区农林水局", nil)
	n["river"] = x.accepted("坝头溪流域河道淤积造成水流堵塞、影响周边群众生产生活。", "坝头溪流域河道淤积，6 村疏浚 11 公里", "PLANNED", js{"due": "2026-10-30", "level": "KEY", "goal": "6 个村河道疏浚 11 公里，汛期不堵"})
	x.do("intake", n["river"], "add_opinion", js{"text": "下大雨河水就漫到路上。", "channel": "VISIT", "name": "李四", "phone": "13900001111", "confidential": true})
	x.do("clerk", n["river"], "link_leader", link)
	x.do("clerk", n["river"], "assign", js{"units": []js{{"unit": "区农林水局", "part": "LEAD", "task": "疏浚、清淤"}, {"unit": "增口乡", "part": "CO", "task": "清岸边杂物"}}})
	x.do(of("区农林水局", events.UnitLiaison), n["river"], "sign", js{})
	x.do(of("增口乡", events.UnitLiaison), n["river"], "sign", js{})
	x.do(of("区农林水局", events.Handler), n["river"], "submit_plan", js{"goal": "疏通", "measures": []string{"清淤", "护岸"}, "person": "副局长", "due": "2026-10-30",
		"milestones": []js{{"name": "下游三村", "due": "2026-08-30"}, {"name": "上游三村", "due": "2026-10-30"}}})
	x.do("clerk", n["river"], "approve_plan", js{})
	x.do(leader, n["river"], "instruct", js{"text": "汛前先通下游，别等。"})
	x.do(of("区农林水局", events.Handler), n["river"], "report_progress", js{"note": "下游通了", "done": 5.6, "total": 5.6, "unit": "公里", "place": "海滨、菜堂、埭港", "milestone": "下游三村"})
	n["publicity"] = x.working("社会救助要跑好几趟。", "社会救助统筹，7 种类型分类救助", "TIME_LIMITED", "区民政局", js{"level": "KEY"})
	n["standing"] = x.accepted("会议、文件和简报多。", "会议、文件和简报多的现象依然存在", "STANDING", js{"review_days": 60})
	x.on("2026-07-08")
	x.reported(n["closed"], "区交通运输局")
	x.checked(n["closed"], "区交通运输局")
	x.do("closer", n["closed"], "close", js{})
	x.on("2026-07-16")
	x.reported(n["late"], "区农林水局")
	x.checked(n["late"], "区农林水局")
	x.do("closer", n["late"], "close", js{})
	x.reported(n["publicity"], "区民政局")
	x.checked(n["publicity"], "区民政局")
	x.rest(n, leader, link)
	return n
}

func (x *site) rest(n map[string]string, leader string, link js) {
	x.t.Helper()
	x.do("witness", n["publicity"], "check_site", js{"passed": true, "conclusion": "窗口一次办完", "checkers": []string{"市民政部门", "群众代表"}, "on": "2026-07-16", "place": "民政窗口"})
	x.do(leader, n["publicity"], "sign_off", js{})
	x.do("publisher", n["publicity"], "draft_public_text", js{"summary": "救助材料一次收齐。"})
	x.do("publisher2", n["publicity"], "release", js{})
	x.do("publisher2", n["publicity"], "open_publicity", js{"medium": "本网站"})
	x.on("2026-10-08")
	n["over"] = x.working("公交线路不规范，班次间隔长。", "公交线路不规范，班次间隔长", "IMMEDIATE", "区交通运输局", nil)
	x.do("clerk", n["over"], "link_leader", link)
	x.do(of("区交通运输局", events.UnitHead), n["over"], "report_block", js{"cause": "APPROVAL", "note": "线路许可等上级批"})
	x.do("supervisor", n["over"], "supervise", js{"level": "YELLOW", "text": "请书面说明"})
	n["bounced"] = x.accepted("村庄道路硬化了，管护没人接。", "村庄道路硬化了，管护没人接", "TIME_LIMITED", nil)
	n["held"] = x.working("山林权属纠纷，界线说不清。", "山林权属纠纷，界线说不清", "TIME_LIMITED", "增口乡", nil)
	x.do("clerk", n["held"], "suspend", js{"cause": "TITLE", "body": "领导小组会议", "reason": "等勘界", "next_review": "2026-12-15"})
	n["conduct"] = x.accepted("办事人员态度差。", "窗口服务态度差", "TIME_LIMITED", js{"class": "CONDUCT", "complained_of": []string{"区民政局"}})
	x.on("2026-10-19")
	x.do("clerk", n["bounced"], "assign", js{"units": []js{{"unit": "增口乡", "part": "LEAD"}}})
	x.do(of("增口乡", events.UnitDeputy), n["bounced"], "request_return", js{"grounds": "路不归乡里", "basis": "三定方案第 4 条", "suggested": "区住建局"})
	n["today"] = x.working("村民建房公示牌没有上墙。", "村民建房公示牌没有上墙", "IMMEDIATE", "区住建局", js{"due": "2026-10-23"})
	x.do("clerk", n["today"], "link_leader", link)
	n["soon"] = x.accepted("出租车电召电话打不通。", "出租车电召电话打不通", "IMMEDIATE", js{"due": "2026-10-26"})
	x.do("clerk", n["soon"], "assign", js{"units": []js{{"unit": "区交通运输局", "part": "LEAD", "task": "把电召排班接起来"}}})
	x.do(of("区农林水局", events.Handler), n["river"], "report_progress", js{"note": "上游还差锦联", "done": 4.1, "total": 5.4, "unit": "公里", "place": "锦川、锦联、钟厝"})
	x.do("supervisor", n["closed"], "fail_look_back", js{"finding": "九点以后又没有车"})
	x.on("2026-10-22")
	n["waiting"] = x.accepted("上级检查多看表册展板，少看服务对象。", "上级检查多看表册展板，少看服务对象", "TIME_LIMITED", nil)
	n["new"] = x.raise("", js{"text": "菜市场门口的井盖响，晚上睡不着。", "area": "菜堂", "category": "民生", "name": "王五", "phone": "059512345678", "confidential": true})
	x.on("2026-10-23")
	n["new2"] = x.raise("intake", js{"text": "党报党刊征订任务重。", "channel": "FORUM", "category": "四风"})
}
