package web

import (
	"bytes"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/shield"
)

var testNow = time.Date(2026, 10, 23, 9, 40, 0, 0, events.Beijing)

func fixedNow() time.Time { return testNow }

// testServer renders and reads requests; it has no store behind it.
func testServer(t *testing.T, demo bool) *Server {
	t.Helper()
	p, err := parsePages(fixedNow)
	if err != nil {
		t.Fatal(err)
	}
	return &Server{cfg: Config{Site: "泉港区整改销号", Owner: "区整改工作领导小组办公室", Phone: "12345", Demo: demo, Now: fixedNow},
		pages: p, desk: &domain.Desk{Calendars: calendar.Official(), Now: fixedNow}, units: &nameBook{}, guesses: newLimiter(5, 10*time.Minute),
		reading: shield.NewRates(readRate), writing: shield.NewRates(writeRate)}
}

func samplePage(demo bool) Page {
	return Page{Site: "泉港区整改销号", Owner: "办公室", Phone: "12345", Demo: demo, Title: "样页", Here: "/x?a=1", Now: zhTime(testNow), Live: 7, LiveItem: "id",
		Notice: "办好了", Errors: domain.Refusals{{Rule: "a.b", Field: "text", Message: "原话：还没有填。"}, {Rule: "a.c", Message: "整件不行。"}}}
}

func sampleItem(state events.State) projections.PublicItem {
	on := events.NewDate(2026, 9, 29)
	it := projections.PublicItem{ID: "5b4e9f2c-0000-4000-8000-000000000000", Number: "QG-2026-000058", PublicID: "7KQ2M9XWTD4RB", Released: true, Title: "夜间公交<b>",
		Summary: "晚上没有公交车", State: state, Mode: events.Immediate, Category: "民生", Category2: "交通", Area: "增口乡", Lead: "区交通运输局", CoUnits: []string{"增口乡"},
		LeaderPost: "区分管领导", RaisedOn: on, AcceptedOn: on, Due: events.NewDate(2026, 10, 13), DueOriginal: events.NewDate(2026, 10, 12), DueRule: "5wd", DueFrom: on,
		RectifiedOn: events.NewDate(2026, 10, 12), Reply: "末班延到 21:40。", RepliedOn: events.NewDate(2026, 10, 15), Question: "末班车要到几点？", NotAccepted: "已经打官司。", Route: "法院",
		NextReview: events.NewDate(2027, 1, 8), PublicityUntil: events.NewDate(2026, 10, 27), PublicityText: "夜间公交已开", Touched: testNow.AddDate(0, 0, -40),
		Timeline: []projections.Entry{{Rev: 2, Type: "item.closed", Title: "销号", Text: "办公室销号。", Visibility: projections.Public, State: events.Closed, Recorded: testNow},
			{Rev: 1, Title: "受理了", Text: "5 个工作日。", Visibility: projections.Public, Recorded: testNow, Occurred: on}}}
	if state == events.Closed || state == events.Archived {
		it.ClosedOn = events.NewDate(2026, 10, 22)
	}
	return it
}

// TestPublicTemplates renders every public page with what it can hold, in every state.
func TestPublicTemplates(t *testing.T) {
	s := testServer(t, true)
	show := func(name, page string, data any) string {
		t.Helper()
		var b bytes.Buffer
		if err := s.pages[page].Execute(&b, data); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out := b.String()
		for _, bad := range []string{"ZgotmplZ", "<no value>", "夜间公交<b>", "%!", " style=", " onclick="} {
			if strings.Contains(out, bad) {
				t.Errorf("%s: page contains %q", name, bad)
			}
		}
		balanced(t, name, out)
		return out
	}
	for _, demo := range []bool{true, false} {
		p := samplePage(demo)
		show("home", "home", HomePage{Page: p, Figures: projections.Figures{ImmediateDone: 26, ImmediateTotal: 26, Closed: 62, Total: 62, Unreleased: 3},
			Parts: []part{{"/echo?s=CLOSED", "已销号", 62}}, Closed: []projections.PublicItem{sampleItem(events.Closed)}})
		show("home empty", "home", HomePage{Page: p})
		for _, q := range []QueryPage{{Page: p}, {Page: p, No: "QG", Code: "X", Missed: true}, {Page: p, TooOften: true}} {
			show("query", "query", q)
		}
		show("echo", "echo", EchoPage{Page: p, Items: []Echo{s.echoOf(sampleItem(events.Closed)), s.echoOf(sampleItem(events.Standing)), s.echoOf(sampleItem(events.InProgress))},
			Total: 3, Next: "/echo?after=x", First: "/echo", Categories: []projections.Option{{Key: "民生", Name: "民生"}}, Mode: "IMMEDIATE", Modes: []part{{Href: "IMMEDIATE", Word: "立即改"}}})
		show("echo none", "echo", EchoPage{Page: p, Q: "路灯"})
		show("echo filtered", "echo", EchoPage{Page: p, Filtered: true})
		show("echo empty", "echo", EchoPage{Page: p})
		ext := calendar.Official().Due(calendar.Limit{Rule: calendar.Rule{Unit: calendar.WorkingDays, N: 3}, From: testNow})
		show("deadline", "deadline", DeadlinePage{Page: p, Number: "QG-2026-000058", Heading: "夜间公交", Deadline: ext, Text: "/x", JSON: "/y",
			Bars: barsOf(events.Clock{Pauses: []events.ClockPause{{From: ext.Due, Why: "挂账"}}, Extensions: []events.ClockExtension{{To: ext.Due, On: ext.Due, Why: "汛期"}}})})
		show("calculator", "deadline", DeadlinePage{Page: p, From: Input{Name: "from", Err: "不对。"}, Rule: Input{Name: "rule"}})
		show("how", "how", HowPage{Page: p, Limits: []promise{{"受理", "办公室", "1 个工作日"}}})
		root := projections.Root{RootSigned: events.RootSigned{Stream: "0196a000-0000-7000-8000-00000000beef", Tenant: "main", Day: events.NewDate(2026, 10, 22), Sequence: 4711,
			Aggregates: 812, Root: strings.Repeat("ab", 32), Key: strings.Repeat("cd", 32), NextKey: strings.Repeat("ef", 32), Signature: strings.Repeat("01", 64)}, At: 4712}
		show("roots", "roots", RootsPage{Page: p, Key: grouped(root.Key), Roots: []publishedRoot{{root, grouped(root.Root), "xiaohao root 1\n", grouped(root.NextKey)}}, Older: true, Next: "/roots?before=x", First: "/roots"})
		show("roots empty", "roots", RootsPage{Page: p})
		show("roots before all", "roots", RootsPage{Page: p, Older: true})
		show("act", "act", ActPage{Page: p, WhoNow: "群众", Bad: "口令：不对。", Groups: []choiceGroup{{"群众", []choice{{"public", "群众", true}}}},
			Units: []choiceGroup{{"区住建局", []choice{{"unit|a|HANDLER", "承办人", false}}}}, Leader: []choice{{"leader|a|b", "b", false}}})
		show("error", "error", ErrorPage{Page: p, Trouble: troubleOf(projections.ErrNotFound)})
		show("error 500", "error", ErrorPage{Page: Page{Site: "x"}, Trouble: troubleOf(errBadMethod), Request: "abc"})
		show("receipt", "receipt", ReceiptPage{Page: p, Number: "QG-2026-000099", Code: "K8XN3WQF6HRTV", Text: "没有公交", At: "今天", Steps: []receiptStep{{"看", "办公室", "明天"}}, Behind: true, Clerk: true,
			Lost: []string{"第 2 张照片没有收。"}, QR: qrCode{29, "M4 4h7v1h-7z"}})
		show("renewed", "receipt", ReceiptPage{Page: p, Number: "QG-2026-000099", Code: "K8XN3WQF6HRTV", Renewed: true, Clerk: true})
		rp := RaisePage{Page: p, ID: "id", Draw: "K8XN3WQF6HRTV", Clerk: true, Closed: true, DayErr: "10 月没有 32 日。", Areas: []projections.Option{{Key: "增口乡"}}}
		for _, f := range domain.Fields(domain.Raise{}) {
			if in := rp.input(f.Name); in != nil {
				*in = inputOf(f, "x", domain.Refusals{{Field: f.Name, Message: "不对。"}})
			}
		}
		photos := photoInput()
		rp.Photos, rp.Warnings, rp.Kept = &photos, []string{"手机号"}, []pair{{"text", "晚上"}}
		rp.Alike = []alikePublic{{"/p/x", "夜间公交", "增口乡", "整改中", "9月29日"}}
		rp.Steps = []raiseStep{{1, "发生了什么", true}, {2, "在哪里", false}}
		for _, x := range raiseSteps {
			rp.Step = x.key
			show("raise "+x.key, "raise", rp)
		}
		rp.Step = stepProxy
		show("proxy", "raise", rp)
		rp.Step = stepCheck
		rp.Raise = domain.Raise{Text: "晚上", Happened: events.NewDate(2026, 10, 1), Name: "某", Phone: "1", Confidential: true, Behalf: events.ForMany, Channel: events.ByCall}
		show("check", "raise", rp)
		for _, state := range events.States {
			it := sampleItem(state)
			for _, merged := range []string{"", "QG-2026-000001"} {
				a := AnswerPage{Page: p, Story: s.story(it, true), No: "QG-2026-000058", Code: "K8XN3WQF6HRTV", MergedFrom: merged, Said: "晚上没有公交车", SaidOn: it.RaisedOn, Secret: "只告诉您"}
				it.CanEvaluate = true
				a.forms(it, answerForm{command: "evaluate", values: url.Values{"words": {"慢"}}, refused: domain.Refusals{{Field: "solved", Message: "没选。"}}}, calendar.Official(), events.DateOf(testNow))
				out := show("answer "+string(state), "answer", a)
				sealed := strings.Contains(out, `aria-label="已销号印"`)
				if want := state == events.Closed || state == events.Archived; sealed != want {
					t.Errorf("answer %s: seal shown %v", state, sealed)
				}
			}
			r := ReleasedPage{Page: p, Story: s.story(it, false), CanObject: true}
			r.Objection, r.Contact = objectInputs(answerForm{})
			show("released "+string(state), "released", r)
			it.Restricted = true
			if out := show("restricted "+string(state), "answer", AnswerPage{Page: Page{}, Story: s.story(it, true)}); strings.Contains(out, it.Lead) || strings.Contains(out, "末班延") {
				t.Errorf("restricted %s tells more than its state", state)
			}
		}
	}
}

// balanced checks that every element that has to be closed is closed, in order.
func balanced(t *testing.T, name, out string) {
	t.Helper()
	void := " area br hr img input link meta wbr !doctype "
	var open []string
	for rest := out; ; {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			break
		}
		rest = rest[i+1:]
		if strings.HasPrefix(rest, "!--") {
			_, rest, _ = strings.Cut(rest, "-->")
			continue
		}
		end := tagEnd(rest)
		if end < 0 {
			t.Errorf("%s: a tag is not closed: %.60s", name, rest)
			return
		}
		tag := rest[:end]
		rest = rest[end+1:]
		word := strings.ToLower(strings.FieldsFunc(tag+" ", func(r rune) bool { return r == ' ' || r == '\n' || r == '/' })[0])
		switch {
		case strings.HasPrefix(tag, "/"):
			if len(open) == 0 || open[len(open)-1] != word {
				t.Errorf("%s: </%s> closes %v", name, word, open[max(0, len(open)-3):])
				return
			}
			open = open[:len(open)-1]
		case strings.HasSuffix(tag, "/"), strings.Contains(void, " "+word+" "):
		default:
			open = append(open, word)
		}
	}
	if len(open) > 0 {
		t.Errorf("%s: left open: %v", name, open)
	}
}

// tagEnd is where a tag ends; quoted values may hold anything.
func tagEnd(s string) int {
	quote := byte(0)
	for i := range len(s) {
		switch {
		case quote != 0:
			if s[i] == quote {
				quote = 0
			}
		case s[i] == '"' || s[i] == '\'':
			quote = s[i]
		case s[i] == '>':
			return i
		}
	}
	return -1
}

// TestPagesHideNothing: a field of a page named like one of every page would be shown in
// its place by the layout.
func TestPagesHideNothing(t *testing.T) {
	for _, p := range []any{ActPage{}, AnswerPage{}, AuditPage{}, BoardPage{}, DeskPage{}, EchoPage{}, ErrorPage{}, FormPage{}, HomePage{}, HowPage{}, ItemPage{}, ItemsPage{}, KPIPage{}, KPIRowsPage{}, LeaderPage{}, QueryPage{}, RaisePage{}, ReceiptPage{}, ReleasedPage{}, RevealedPage{}, RootsPage{}, UnitPage{}, WallPage{}} {
		for i, own := 0, reflect.TypeOf(p); i < own.NumField(); i++ {
			if f, shared := reflect.TypeFor[Page]().FieldByName(own.Field(i).Name); shared && !own.Field(i).Anonymous {
				t.Errorf("%s: field %s hides that of every page", own.Name(), f.Name)
			}
		}
	}
}
