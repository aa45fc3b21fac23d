package web

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"xiaohao/domain"
	"xiaohao/events"
)

func mustSpec(t testing.TB, name string) domain.Spec {
	t.Helper()
	sp, ok := domain.SpecOf(name)
	if !ok {
		t.Fatalf("no command %q", name)
	}
	return sp
}

func rulesOf(rs domain.Refusals) []string {
	out := []string{}
	for _, r := range rs {
		out = append(out, r.Rule+"@"+r.Field)
	}
	return out
}

func TestBindForm(t *testing.T) {
	day := func(s string) events.Date {
		d, err := events.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	unit := func(n string) events.Unit { return events.Unit{ID: n, Name: n} }
	known := names{units: map[string]string{"区教育局": "u7"}, leaders: map[string]events.Leader{"区分管领导（交通）": {ID: "l2", Post: "区分管领导（交通）"}}}
	for _, tc := range []struct {
		name, command, form string
		want                domain.Command
		rules               []string // of bound.all
	}{
		{"plain", "request_return", "grounds=+%E4%B8%8D%E5%BD%92 &basis=b&suggested=区教育局&id=x&seen=3",
			&domain.RequestReturn{Grounds: "不归", Basis: "b", Suggested: events.Unit{ID: "u7", Name: "区教育局"}}, nil},
		{"blank rows are dropped", "assign",
			"units.0.unit=甲局&units.0.part=LEAD&units.0.due=2026-11-13&units.1.part=CO&units.1.task=+&units.3.unit=乙局&units.3.part=CO",
			&domain.Assign{Units: []domain.Assignee{{Unit: unit("甲局"), Part: events.Lead, Due: day("2026-11-13")}, {Unit: unit("乙局"), Part: events.Co}}}, nil},
		{"reasons name the row as sent", "assign", "units.0.unit=甲局&units.0.part=LEAD&units.1.part=CO&units.4.part=CO&units.4.task=清淤",
			&domain.Assign{Units: []domain.Assignee{{Unit: unit("甲局"), Part: events.Lead}, {Part: events.Co, Task: "清淤"}}},
			[]string{"assign.missing@units.4.unit"}},
		{"impossible day", "request_extension", "due=2026-02-30&reason=x", &domain.RequestExtension{Reason: "x"}, []string{"request_extension.date@due"}},
		{"no day at all", "request_extension", "due=明天&reason=x", &domain.RequestExtension{Reason: "x"}, []string{"request_extension.date@due"}},
		{"full width", "request_extension", "due=２０２６-１１-３０&reason=x", &domain.RequestExtension{Due: day("2026-11-30"), Reason: "x"}, nil},
		{"numbers", "report_progress", "note=n&done=2.5&total=11&unit=公里", &domain.ReportProgress{Note: "n", Done: 2.5, Total: 11, Unit: "公里"}, nil},
		{"not a number", "report_progress", "note=n&done=NaN&total=1_0", &domain.ReportProgress{Note: "n"},
			[]string{"report_progress.type@done", "report_progress.type@total"}},
		{"whole", "make_standing", "reason=x&review_days=30.5", &domain.MakeStanding{Reason: "x"}, []string{"make_standing.type@review_days"}},
		{"ticks", "apply_closure", "tasks=on&lawful=1&alike=0&cause=maybe", &domain.ApplyClosure{Tasks: true, Lawful: true},
			[]string{"apply_closure.type@cause", "apply_closure.missing@alike"}},
		{"lines", "check_site", "checkers=甲%0D%0A%0D%0A 乙 &conclusion=c&on=2026-01-02&place=p",
			&domain.CheckSite{Checkers: []string{"甲", "乙"}, Conclusion: "c", On: day("2026-01-02"), Place: "p"}, nil},
		{"units by row", "accept", "title=t&category=c&mode=IMMEDIATE&complained_of.0=&complained_of.1=甲局",
			&domain.Accept{Title: "t", Category: "c", Mode: events.Immediate, ComplainedOf: []events.Unit{unit("甲局")}}, nil},
		{"leader by id and post", "link_leader", "leader=l1|区分管领导", &domain.LinkLeader{Leader: events.Leader{ID: "l1", Post: "区分管领导"}}, nil},
		{"leader by known post", "link_leader", "leader=区分管领导（交通）", &domain.LinkLeader{Leader: events.Leader{ID: "l2", Post: "区分管领导（交通）"}}, nil},
		{"leader by post", "link_leader", "leader=县长", &domain.LinkLeader{Leader: events.Leader{ID: "县长", Post: "县长"}}, nil},
		{"unknown choice", "accept", "title=t&category=c&mode=SOON", &domain.Accept{Title: "t", Category: "c", Mode: "SOON"}, []string{"accept.choice@mode"}},
		{"wild names", "assign", "units.-1.unit=a&units.99999999999.unit=b&units.x=c&units..unit=d&units.0.unit.0.deep.er=e&.=f&units.00.unit=g",
			&domain.Assign{}, []string{"assign.missing@units"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			form, err := url.ParseQuery(tc.form)
			if err != nil {
				t.Fatal(err)
			}
			b := bindForm(mustSpec(t, tc.command), form, known)
			if !reflect.DeepEqual(b.command, tc.want) {
				t.Errorf("command\n got %+v\nwant %+v", b.command, tc.want)
			}
			if got := rulesOf(b.all()); !reflect.DeepEqual(got, append([]string{}, tc.rules...)) {
				t.Errorf("rules\n got %v\nwant %v", got, tc.rules)
			}
		})
	}
}

func TestBindJSON(t *testing.T) {
	for _, tc := range []struct {
		name, command, body string
		want                domain.Command
		rules               []string
		broken              bool
	}{
		{"nothing", "close", "", &domain.Close{}, nil, false},
		{"units in three ways", "accept", `{"title":"t","category":"c","mode":"IMMEDIATE","complained_of":["甲局",{"id":"u2","name":"乙局"},{"name":"丙局"}]}`,
			&domain.Accept{Title: "t", Category: "c", Mode: events.Immediate,
				ComplainedOf: []events.Unit{{ID: "甲局", Name: "甲局"}, {ID: "u2", Name: "乙局"}, {ID: "丙局", Name: "丙局"}}}, nil, false},
		{"unknown at every level", "assign", `{"units":[{"unit":{"id":"a","nam":"b"},"part":"LEAD","x":1}],"y":2}`,
			&domain.Assign{Units: []domain.Assignee{{Part: events.Lead}}},
			[]string{"assign.unknown@y", "assign.unknown@units.0.x", "assign.unknown@units.0.unit.nam"}, false},
		{"wrong types", "report_progress", `{"note":7,"done":"2","total":true,"unit":["x"]}`, &domain.ReportProgress{},
			[]string{"report_progress.type@note", "report_progress.type@done", "report_progress.type@total", "report_progress.type@unit"}, false},
		{"nulls are nothing", "report_progress", `{"note":"n","done":null}`, &domain.ReportProgress{Note: "n"}, nil, false},
		{"empty rows are not dropped", "submit_plan", `{"goal":"g","measures":["m"],"person":"p","due":"2026-11-30","milestones":[{}]}`,
			nil, []string{"submit_plan.missing@milestones.0.name", "submit_plan.missing@milestones.0.due"}, false},
		{"too large", "report_progress", `{"note":"n","done":1e999}`, &domain.ReportProgress{Note: "n"}, []string{"report_progress.type@done"}, false},
		{"a list", "close", `[]`, nil, nil, true},
		{"two values", "close", `{}{}`, nil, nil, true},
		{"cut off", "close", `{"a":`, nil, nil, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, err := bindJSON(mustSpec(t, tc.command), strings.NewReader(tc.body), names{})
			if (err != nil) != tc.broken {
				t.Fatalf("error %v", err)
			}
			if tc.broken {
				return
			}
			if tc.want != nil && !reflect.DeepEqual(b.command, tc.want) {
				t.Errorf("command\n got %+v\nwant %+v", b.command, tc.want)
			}
			if got := rulesOf(b.all()); !reflect.DeepEqual(got, append([]string{}, tc.rules...)) {
				t.Errorf("rules\n got %v\nwant %v", got, tc.rules)
			}
		})
	}
}

// Whatever is sent, decoding neither panics nor leaves a reason without rule and words, and
// what it accepts passes Check again after a round through the form it shows.
func FuzzBind(f *testing.F) {
	f.Add("assign", "units.0.unit=a&units.0.part=LEAD&units.1.due=2026-02-30", `{"units":[{"unit":"a"}]}`)
	f.Add("report_progress", "note=x&done=1e5", `{"note":"x","done":1}`)
	f.Add("check_site", "checkers=a%0ab", `{"checkers":["a",1]}`)
	f.Add("accept", "complained_of.3=a", `{"complained_of":[{"id":1}]}`)
	f.Fuzz(func(t *testing.T, command, form, body string) {
		sp, ok := domain.SpecOf(command)
		if !ok {
			return
		}
		if v, err := url.ParseQuery(form); err == nil {
			sound(t, bindForm(sp, v, names{}))
		}
		if b, err := bindJSON(sp, strings.NewReader(body), names{}); err == nil {
			sound(t, b)
		}
	})
}

func sound(t *testing.T, b bound) {
	for _, r := range b.all() {
		if r.Rule == "" || r.Message == "" || !strings.HasPrefix(r.Rule, domain.Name(b.command)+".") {
			t.Errorf("reason %+v", r)
		}
	}
}

// Every field of every command can be decoded.
func TestBindEveryField(t *testing.T) {
	for _, sp := range domain.Specs() {
		for _, f := range domain.Fields(sp.New()) {
			value := map[domain.Kind]string{domain.Day: "2026-11-30", domain.Number: "2", domain.Whole: "2", domain.YesNo: "on"}[f.Kind]
			if value == "" {
				value = "x"
			}
			form := url.Values{f.Name: {value}}
			if f.Kind == domain.Enum {
				form.Set(f.Name, f.Options[0].Value)
			}
			if f.Kind == domain.Rows {
				form = url.Values{f.Name + ".0." + f.Fields[0].Name: {"x"}}
			}
			b := bindForm(sp, form, names{})
			if len(b.refused) > 0 {
				t.Errorf("%s.%s: %v", sp.Name, f.Name, b.refused)
			}
			if reflect.DeepEqual(b.command, sp.New()) {
				t.Errorf("%s.%s: nothing was set", sp.Name, f.Name)
			}
		}
	}
}
