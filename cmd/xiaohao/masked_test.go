//go:build !race

package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"xiaohao/web/paper/form"
	"xiaohao/web/paper/sheet"
)

// inWords are the numbers that somebody writes where no field asks for one, each in other words,
// and how they are shown.
var inWords = map[string]string{
	"13900000101": "139****0101", "350583198001010010": "3****************0", "6222021234567890128": "***************0128", "闽C54321": "闽C***21", // as it was raised
	"13900000202": "139****0202", // 补充
	"13900000303": "139****0303", // the place
	"13900000404": "139****0404", // how the unit reached the person
	"13900000505": "139****0505", // the reply for the person alone
	"13900000606": "139****0606", // an objection
	"13900000707": "139****0707", // with the evaluation
	"欧阳明之":        "欧某某",
}

// TestNumbersAreMasked writes numbers and the own name into everything that people say about an
// item, walks every page, feed, export, search and paper as every role over it, and finds none
// of them; masked, whoever may read the words sees that there is one. A recorded reveal shows
// them whole, once, to who asked.
func TestNumbersAreMasked(t *testing.T) {
	s := newSite(t)
	unit := handling
	a := s.raise(fields{"text": "我是欧阳明之，电话13900000101，身份证350583198001010010，卡号6222021234567890128，车牌闽C54321，河道淤积", "area": "海滨村", "category": "民生",
		"name": "欧阳明之", "phone": "13912345678", "place": "桥头，打13900000303"})
	n := a.Number
	s.do("clerk", n, "request_info", fields{"question": "哪一段"})
	asked := func(path string, f url.Values) {
		t.Helper()
		f.Set("no", n)
		f.Set("code", a.Code)
		if got := s.post("", path, f); got != http.StatusOK {
			t.Fatalf("%s: %d", path, got)
		}
		s.settled()
	}
	asked("/q/supply", url.Values{"text": {"下游那一段，欧阳明之 13900000202"}})
	s.do("clerk", n, "accept", fields{"title": "坝头溪疏浚", "category": "民生", "mode": "TIME_LIMITED", "level": "KEY"})
	s.do("clerk", n, "assign", fields{"units": []fields{{"unit": unit, "part": "LEAD", "task": "清淤"}}})
	s.do(staff(unit, "UNIT_LIAISON"), n, "sign", nil)
	w := &walk{site: s}
	w.photo(n, "清淤的照片", "13900000101拍的.png")
	s.do(staff(unit, "UNIT_HEAD"), n, "report_rectified", fields{"result": "清了", "truth": "TRUE", "contacted": true, "contact_note": "打了13900000404", "solved": "YES", "reply": "清好了。"})
	s.apply(n, unit)
	s.do(staff(unit, "UNIT_DEPUTY"), n, "sign_off", nil)
	s.do(staff(unit, "UNIT_HEAD"), n, "sign_off", nil)
	s.do("checker", n, "sign_off", nil)
	s.do(staff(unit, "HANDLER"), n, "submit_reply", fields{"public": "清好了。", "private": "我们打过13900000505，欧阳明之没有接"})
	s.do("clerk", n, "issue_reply", fields{"way": "PHONE"})
	s.do("witness", n, "check_site", fields{"passed": true, "conclusion": "看过", "checkers": []string{"代表甲", "代表乙"}, "on": s.today(), "place": "海滨"})
	s.do("leader|l-linked|区领导甲", n, "sign_off", nil)
	s.do("publisher", n, "draft_public_text", fields{"summary": "坝头溪疏浚。"})
	s.do("publisher2", n, "release", nil)
	s.do("publisher", n, "open_publicity", fields{"medium": "本网站"})
	if got := s.post("", "/p/"+s.publicOf(n)+"/object", url.Values{"text": {"没清到底，打13900000606"}, "contact": {"13900000808"}}); got != http.StatusOK && got != http.StatusSeeOther {
		t.Fatalf("objection: %d", got)
	}
	asked("/q/evaluate", url.Values{"contacted": {"yes"}, "solved": {"NO"}, "satisfied": {"DISSATISFIED"}, "words": {"13900000707 没人打"}})

	never := []string{"13900000808", "13912345678"}
	for whole := range inWords {
		never = append(never, whole)
	}
	search := func(what, body string) {
		t.Helper()
		for _, x := range append([]string{body}, unzipped(body)...) {
			for _, whole := range never {
				if strings.Contains(x, whole) {
					t.Errorf("%s shows %s", what, whole)
				}
			}
		}
	}
	x := walked{number: n, public: s.publicOf(n), object: w.objectOf(n)}
	paths := w.addresses(x)
	for _, whole := range []string{"13900000101", "13900000303"} { // by the number one has it is found, by a part it is not
		s.until(whole+" is found", func() bool { return s.total("clerk", "q="+whole) == 1 })
		for i := 4; i < len(whole); i++ {
			if s.total("clerk", "q="+whole[:i]) != 0 {
				t.Errorf("%s is found by %s", whole, whole[:i])
			}
		}
		search("what a search shows", s.call("clerk", "GET", "/items?q="+url.QueryEscape("电话 "+whole[7:]), nil).Body)
	}
	people := everyRole(unit)
	for role, as := range people {
		for _, path := range paths {
			search(path+" as "+string(role), s.call(as, "GET", path, nil).Body)
		}
		files := map[string]string{"/reports/week": "as_of=" + s.today() + "&format=html", "/admin/audit/export": "format=csv", "/api/v1/items/" + n + "/case": ""}
		for _, l := range sheet.Ledgers {
			files["/items/export?"+string(l)] = "format=csv&ledger=" + string(l)
			files["/items/export?x"+string(l)] = "format=xlsx&ledger=" + string(l)
		}
		for _, k := range form.Kinds {
			files["/items/"+n+"/print/"+string(k)] = "format=docx"
		}
		for path, f := range files {
			search(path+" as "+string(role), s.call(as, "POST", path, f, "Content-Type", formType).Body)
		}
	}
	for _, k := range form.Kinds {
		var b bytes.Buffer
		if _, err := s.stack.form(t.Context(), formRequest{Kind: k, Number: n}, &b); err == nil {
			search("export form "+string(k), b.String())
		}
	}
	for _, l := range sheet.Ledgers {
		var b bytes.Buffer
		if _, err := s.stack.exportLedger(t.Context(), ledgerRequest{Ledger: l, Format: sheet.CSV}, &b); err != nil {
			t.Fatal(err)
		}
		search("export ledger "+string(l), b.String())
	}

	_, page := s.page("clerk", "/items/"+n)
	for whole, masked := range inWords {
		if !strings.Contains(text(page), masked) {
			t.Errorf("the item's page does not show %s as %s", whole, masked)
		}
	}
	why := "核对原话里写的号码"
	got := s.do("clerk", n, "reveal", fields{"text": true, "reason": why})
	for _, whole := range append(never[:1:1], slices.Collect(maps.Keys(inWords))...) {
		if !strings.Contains(got.Body, whole) {
			t.Errorf("a reveal does not show %s:\n%s", whole, got.Body)
		}
	}
	var said struct{ Opinions []struct{ ID string } }
	if err := json.Unmarshal([]byte(s.call("clerk", "GET", "/api/v1/items/"+n, nil).Body), &said); err != nil || len(said.Opinions) != 1 {
		t.Fatalf("opinions %+v: %v", said, err)
	}
	v := s.acting("clerk")
	if code, to := v.send("/items/"+n+"/reveal", url.Values{"opinion": {said.Opinions[0].ID}, "text": {"1"}, "reason": {why}}); code != http.StatusSeeOther {
		t.Errorf("the form: %d %s", code, to)
	}
	if _, body, _ := v.read("/items/" + n + "/revealed"); !strings.Contains(body, "350583198001010010") || !strings.Contains(body, "13900000707") {
		t.Errorf("the page of what was asked for:\n%s", text(body))
	}
	s.settled()
	if _, page := s.page("auditor", "/admin/audit?kind=PERSONAL"); strings.Count(page, "原话里的号码，理由："+why) != 2 {
		t.Errorf("the trail does not say what was shown:\n%s", text(page))
	}
	unitSees := s.do(staff(unit, "HANDLER"), n, "reveal", fields{"text": true, "reason": why}).Body
	if strings.Contains(unitSees, "13900000707") || !strings.Contains(unitSees, "13900000101") {
		t.Errorf("before the time to evaluate is over a unit is shown, or is not: %s", unitSees)
	}
}
