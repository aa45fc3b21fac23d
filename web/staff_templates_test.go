package web

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/web/notice"
)

// fullItem is an item in a state with everything that a page can show.
func fullItem(state events.State) projections.Item {
	on := events.NewDate(2026, 10, 8)
	due := events.NewDate(2026, 10, 15)
	unit := events.Unit{ID: "u1", Name: "区农林水局"}
	it := projections.Item{ID: "5b4e9f2c-0000-4000-8000-000000000000", Number: "QG-2026-000012", PublicID: "7KQ2M9XWTD4RB", Title: "河道<淤积>", Goal: "通", State: state,
		Mode: events.Planned, Preset: events.CountyLedger, Source: events.FromPublic, Channel: events.ByForum, ChannelNote: "座谈会", Category: "民生", Category2: "河道", Class: events.Conduct,
		Level: events.Key, Urgent: true, Campaign: "边学边改", Area: "锦联", Lead: unit, CoUnits: 1, Leader: events.Leader{ID: "l1", Post: "区分管领导"}, Demo: true,
		RaisedOn: on, AcceptedOn: on, RectifiedOn: events.NewDate(2026, 10, 19), Due: due, DueOriginal: on, DueRule: "5wd", DueFrom: on, NextReview: events.NewDate(2026, 12, 1),
		Late: true, LateDays: 2, Round: 2, Returns: 2, ReturnOpen: true, ExtOpen: true, Extensions: 1, Supervision: events.Yellow, Blocked: events.NoMoney, Progress: "等资金", Rev: 9}
	if state == events.Closed || state == events.Archived {
		it.ClosedOn = events.NewDate(2026, 10, 22)
	}
	if state == events.Merged {
		it.MergedInto = "QG-2026-000001"
	}
	q := events.Quantity{Done: 1.5, Total: 3, Unit: "公里"}
	it.Detail = projections.Detail{Citation: "第 3 页", Question: "哪一段？", NotAccepted: "已经打官司", Route: "法院", ComplainedOf: []events.Unit{{ID: "u9", Name: "区民政局"}},
		Assignments: []projections.Assignment{{Assignment: events.Assignment{Assigned: events.Assigned{ID: "a", Unit: unit, Part: events.Lead, Task: "疏浚", Due: due}, State: events.PartReturnRequested},
			IssuedOn: on, SignedOn: on, LateSign: true, Result: "做了", Grounds: "不归我们", Suggested: events.Unit{ID: "u2", Name: "区住建局"}}},
		Plan:      &events.PlanSubmitted{Goal: "通", Measures: []string{"清"}, Person: "副局长", Due: due, Milestones: []events.Milestone{{Name: "下游", Due: due}}},
		PlanState: "APPROVED", NodesDone: []string{"下游"}, Quantities: []projections.PlaceQuantity{{Place: "锦联", Quantity: q}, {Place: "", Quantity: q}},
		Evidence:  []events.EvidenceRecorded{{Name: "照片", Kind: events.ResultEvidence, Formed: on, Early: true}},
		Extension: &events.ExtensionRequested{Due: due, Reason: "汛期"},
		Report:    &events.RectificationReported{Result: "通了", Quantity: q, Truth: events.True, Contacted: true, ContactNote: events.Secret("电话"), Solved: events.SolvedPartly, Unsolved: "差一段"},
		Profile:   events.P3, Chain: []projections.ChainStep{{Step: events.StepHandler, On: on, Post: "承办人"}, {Step: events.StepReply}, {Step: events.StepClose}},
		Checks:     []projections.SiteCheck{{SiteChecked: events.SiteChecked{Passed: true, Conclusion: "通了", Checkers: []string{"甲", "乙"}, On: on, Place: "桥头"}, Post: "督导"}},
		PublicText: "河道通了", Publicity: &events.PublicityOpened{Text: "河道通了", Medium: "本网站", Until: due},
		Objections:  []projections.Objection{{ID: "o1", Text: events.Secret("没通"), Open: true, RaisedOn: on}, {ID: "o2", Text: events.Secret("臭"), Upheld: true, Answer: "再清", RaisedOn: on}},
		ReplyPublic: "通了", ReplyWay: "电话", RepliedOn: on, Instructions: []projections.Instruction{{Post: "区分管领导", Text: "抓紧", On: on}},
		Slips:       []projections.Slip{{SupervisionIssued: events.SupervisionIssued{Slip: "s", Level: events.Yellow, Text: "说明", Due: due}, On: on, Post: "督导组"}},
		Evaluations: []projections.Evaluation{{Evaluated: events.Evaluated{Round: 1, Solved: events.SolvedNo, Satisfied: events.Dissatisfied, Words: events.Secret("没人来")}, On: on, Exempt: "ASKED"}},
		LookBacks:   []events.Date{due}, SuspendedBy: "领导小组", SuspendedFor: "等资金", Standing: "要长期做", Terminated: "超出职责", MergedIn: []string{"QG-2026-000013"},
		Children: []events.SplitChild{{Number: "QG-2026-000014"}}, ParentNumber: "QG-2026-000011"}
	return it
}

// plainVault opens what was never sealed.
type plainVault struct{}

func (plainVault) Open(_ context.Context, s events.Sealed) (string, error) { return s.Plain(), nil }

// TestItemInEveryState renders the item page, its row and every command's form in every
// state for every sort of person.
func TestItemInEveryState(t *testing.T) {
	s := testServer(t, true)
	s.vault = plainVault{}
	people := []events.Actor{{ID: "c", Role: events.Dispatcher, Post: "交办员"}, {ID: "h", Role: events.UnitHead, Unit: events.Unit{ID: "u1", Name: "区农林水局"}, Post: "局长"},
		{ID: "l1", Role: events.LeaderRole, Post: "区分管领导"}, {ID: "s", Role: events.Supervisor, Post: "督导"}}
	for _, state := range events.States {
		it := fullItem(state)
		folded := &domain.Item{Number: it.Number, State: state, Round: 2, Preset: it.Preset, Level: it.Level, Due: it.Due, Leader: it.Leader, Attempt: 1, Publicity: it.Detail.Publicity, Extension: it.Detail.Extension, Evaluation: &it.Detail.Evaluations[0].Evaluated,
			Chain: []events.Step{events.StepHandler, events.StepReply, events.StepClose}, Signed: map[events.Step]string{events.StepHandler: "x"},
			Assignments: []events.Assignment{it.Detail.Assignments[0].Assignment}}
		for _, a := range people {
			p := ItemPage{Page: samplePage(true)}
			p.Staff, p.Actor = true, a
			s.fillItem(&p, it, folded, a, s.said(t.Context(), nil))
			if err := s.fillEvidence(t.Context(), &p, it, a); err != nil {
				t.Fatal(err)
			}
			shown := evidence{Name: "前", File: &shownFile{Href: "/f", Thumb: "/f/thumb", Alt: "前", Says: "JPEG"}, Notes: []useNote{{Text: "已用在别的事项上。"}, {"已用在", &link{"/x", "X"}}}}
			p.Evidence, p.Before = append(p.Evidence, shown, evidence{Name: "报告", File: &shownFile{Href: "/g", Says: "PDF", Internal: true}}), []evidence{shown}
			p.Quotes = []quote{{Text: "堵<了>", From: "座谈会", Who: "张某某", Place: "桥头", Confidential: true}, {Text: "臭", From: "来电"}}
			p.Kinds = kindsOf(nil, nil)
			p.Timeline = []step{{ID: "u1", Class: "int", Time: "10月8日", Title: "登记", Text: "x", Tag: "内部", Post: "交办员"}}
			out := rendered(t, s, "item", p)
			name := string(state) + "/" + string(a.Role)
			balanced(t, name, out)
			if got, want := strings.Contains(out, `class="stamp"`), state == events.Closed || state == events.Archived; got != want {
				t.Errorf("%s: stamp is %v", name, got)
			}
			if strings.Contains(out, "<了>") || !strings.Contains(out, "现在不能做") || !strings.Contains(out, ">销号<") {
				t.Errorf("%s: page lacks something", name)
			}
			if strings.Contains(out, "区民政局") == ofUnit(a) {
				t.Errorf("%s: who is complained of", name)
			}
		}
		if state != events.Merged {
			continue
		}
		if !strings.Contains(rendered(t, s, "items", ItemsPage{Page: samplePage(true), Rows: s.rows([]projections.Item{it}), Count: "1 件"}), "QG-2026-000012") {
			t.Error("ledger lacks the row")
		}
	}
	for _, sp := range domain.Specs() {
		it := fullItem(events.InProgress)
		rs := domain.Refusals{}
		for _, f := range domain.Fields(sp.New()) {
			rs = append(rs, &domain.Refusal{Rule: sp.Name + ".x", Field: f.Name, Message: f.Label + "：不行。"})
		}
		form := formOf(formInput{spec: sp, item: it, values: prefill(sp, it, s.today(), nil), errs: rs})
		p := FormPage{Page: samplePage(true), Item: s.row(it), Form: form, Facts: headFacts(s.row(it), it), Quotes: []string{"堵了"}}
		p.Errors = rs
		out := rendered(t, s, "form", p)
		balanced(t, sp.Name, out)
		for _, f := range fieldsShown(sp) {
			if !strings.Contains(out, `id="`+fieldID(f.Name)+`"`) {
				t.Errorf("%s: nothing to link the reason at %s to", sp.Name, f.Name)
			}
			if n := strings.Count(out, f.Label+"：不行。"); n < 2 {
				t.Errorf("%s: reason at %s is shown %d times, want on top and at the field", sp.Name, f.Name, n)
			}
		}
		p.Late = &overtaken{Wrote: []fact{{"理由", "x"}}, Sent: []fact{{"reason", "x"}}}
		balanced(t, sp.Name+" overtaken", rendered(t, s, "form", p))
	}
}

func rendered(t *testing.T, s *Server, name string, data any) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.pages[name].Execute(&b, data); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return b.String()
}

func TestCharts(t *testing.T) {
	c := projections.Cell{Overdue: 1, Near: 2, Closed: 3, Total: 6}
	if got := len(bar(buckets(c), 6)); got != 3 {
		t.Errorf("bar has %d parts, want 3", got)
	}
	if got := rate(3, 4) + rate(3, 5); got != "60.0%" {
		t.Errorf("rates %q", got)
	}
	if got := len(trend([]projections.Week{{Start: events.DateOf(time.Now()), New: 3, Closed: 0}})); got != 2 {
		t.Errorf("trend has %d columns, want 2", got)
	}
	big := projections.ModeTally{Key: "IMMEDIATE", Counts: map[events.State]int{events.Closed: 61}, Total: 61}
	if r := tallyRowOf(big, nil); len(r.Bar) != 1 || len(r.Cells) != 0 {
		t.Error("more than sixty are not drawn as a bar")
	}
}

// TestWatchTemplates renders the pages of supervision and notices with all they can hold.
func TestWatchTemplates(t *testing.T) {
	s := testServer(t, true)
	page := samplePage(true)
	page.Staff, page.Inbox, page.Unread = true, true, 120
	it := s.row(fullItem(events.InProgress))
	for name, data := range map[string]any{
		"inbox": InboxPage{Page: page, Entries: []inboxEntry{{"/items/x", "QG-1：黄<单>", "10月8日", true}, {"/items/y", "QG-2：催办。", "10月7日", false}}, New: 1, Until: "7",
			Pref: events.NoticePreferred{Mail: true, Digest: true, Always: true}, ID: "i"},
		"notices": NoticesPage{Page: page, Rows: []deliveryRow{{Delivered: notice.Delivered{Says: "QG-1：催办。", Channel: "群", Address: "群", Error: "500", Attempts: 8}, State: "没有发出去，不再试", Dead: true}}},
		"supervision": SupervisionPage{Page: page, Rows: []slipRow{{"/s", "QG-1-D1", "黄单", "河道", "区农林水局", "10-08", "10-13", "逾期没有答复", true}},
			Samples: []sampleRow{{"/x", "2026-W41 第 1 次", "10 件里抽 1 件"}}},
		"slip":   SlipPage{Page: page, Item: it, Slip: "QG-1-D1", Level: "黄单", To: "区农林水局", Copy: "区分管领导", Text: "请说明", From: "督导组", On: "10月8日", Due: "10月13日", Rule: "r", Give: "/g"},
		"sample": SamplePage{Page: page, Name: "2026-W41", Seed: "ab", Share: 10, Lots: []lotRow{{"/items/x", "QG-1", "2026-10-08", "反弹过", 4, true}, {Number: "QG-2"}}},
	} {
		balanced(t, name, rendered(t, s, name, data))
	}
	for name, data := range map[string]any{"ladders": LaddersPage{Page: page, Presets: []ladderGroup{{"县级台账", []ladderRow{{Title: "期限", Field: "r", Rungs: "催办 1", Own: true, Bad: "看不懂。"}}}}},
		"papers": TemplatesPage{Page: page, Rows: []templateRow{{Kind: "reply", Name: "答复意见书", Says: "系统自带的", Must: "{{编号}}"}, {Kind: "closure", Name: "销号审批表", Own: true}}},
		"inbox":  InboxPage{Page: page}, "notices": NoticesPage{Page: page, Failed: true}, "supervision": SupervisionPage{Page: page},
		"slip": SlipPage{Page: page, Item: it}} {
		balanced(t, name+" empty", rendered(t, s, name, data))
	}
}

// TestAuditTemplates renders the audit trail and what is revealed, with all they can hold.
func TestAuditTemplates(t *testing.T) {
	s := testServer(t, true)
	page := samplePage(true)
	page.Staff = true
	row := auditRowOf(projections.Trace{Kind: projections.AuditPersonal, Facts: []string{"personal.revealed"}, Actor: "li<", Post: "交办员", Behalf: "zhang", Number: "QG-1",
		Network: "198.51.100.0/24", Words: "电话，理由：<b>", Demo: true}, "QG-1")
	if row.From != "198.51.100.0/24" || row.AboutHref != "/items/QG-1" || row.What != "看个人信息" {
		t.Errorf("%+v", row)
	}
	for name, data := range map[string]any{
		"audit":    AuditPage{Page: page, Filters: auditInputs(url.Values{"kind": {"EXPORT"}, "who": {"li"}}, []projections.Option{{Key: "u", Name: "区民政局"}}, true), Keep: []fact{{"who", "li"}}, Rows: []auditRow{row, {}}, Older: "/o", Newest: "/n"},
		"revealed": RevealedPage{Page: page, Number: "QG-1", Shown: []personal{{events.PersonPhone, "电话", "13800000000", "13800000000"}, {events.PersonName, "姓名", "某<", ""}, {events.PersonText, "原话", "打 13800000000", ""}}, Mark: []string{"li", "办公室", "今天"}, Again: "/items/QG-1"},
	} {
		balanced(t, name, rendered(t, s, name, data))
	}
	for name, data := range map[string]any{"audit": AuditPage{Page: page, Bad: "日期读不懂。"}, "revealed": RevealedPage{Page: page}} {
		balanced(t, name+" empty", rendered(t, s, name, data))
	}
}
