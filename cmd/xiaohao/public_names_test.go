package main

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"xiaohao/domain/directory"
	"xiaohao/events"
	"xiaohao/web/paper/form"
)

// TestNoOfficersNameInPublic takes an item through publicity to 销号 with a name for everybody
// who has a hand in it, in the directory and in every field that asks for a person, and reads
// all that the public can: every page, feed and open file, the answer to number and code, and
// the papers that are put up or handed over. Posts and units may stand there, of the linked
// leader the post only (domain.md §7.1); nobody's name does.
func TestNoOfficersNameInPublic(t *testing.T) {
	t.Parallel()
	w := &walk{site: newSite(t)}
	s, unit := w.site, handling
	names := map[string]string{"office.clerk": "诸葛交办", "office.checker": "端木核查", "office.closer": "司空销号", "office.publisher": "令狐公开", "office.publisher2": "公孙审核",
		"office.witness": "宇文见证", "l-linked": "尉迟挂钩", "unit." + unit + ".handler": "夏侯承办", "unit." + unit + ".unit_head": "皇甫主管"}
	for id, name := range names {
		s.entered(directory.PutOfficer{ID: id, Name: name})
	}
	never := []string{"赫连责任", "钟离一查", "濮阳二查", "淳于做表", "13900000909"}
	for _, name := range names {
		never = append(never, name)
	}

	a := s.raise(fields{"text": "坝头溪流域河道淤积造成水流堵塞", "area": "海滨村", "category": "民生"})
	n := a.Number
	due := events.DateOf(time.Now()).AddDays(20).String()
	s.do("clerk", n, "accept", fields{"title": "坝头溪疏浚", "category": "民生", "mode": "PLANNED", "level": "KEY", "due": due})
	s.do("clerk", n, "link_leader", fields{"leader": fields{"id": "l-linked", "post": "区领导甲"}})
	s.do("clerk", n, "assign", fields{"units": []fields{{"unit": unit, "part": "LEAD", "task": "清淤"}}})
	s.do(staff(unit, "UNIT_LIAISON"), n, "sign", nil)
	s.do(staff(unit, "HANDLER"), n, "submit_plan", fields{"goal": "通水", "measures": []string{"清淤"}, "person": "赫连责任", "due": due, "milestones": []fields{{"name": "清完", "due": due}}})
	s.do("clerk2", n, "approve_plan", nil)
	s.do("leader|l-linked|区领导甲", n, "instruct", fields{"text": "抓紧，淳于做表来盯"})
	s.do(staff(unit, "HANDLER"), n, "report_progress", fields{"note": "淳于做表报：清了一半"})
	w.photo(n, "清淤的照片", "淳于做表.png")
	s.do(staff(unit, "UNIT_HEAD"), n, "report_rectified", fields{"result": "清了", "truth": "TRUE", "contacted": true, "contact_note": "淳于做表打了电话", "solved": "YES", "reply": "清好了。"})
	s.apply(n, unit)
	for _, as := range []string{staff(unit, "UNIT_DEPUTY"), staff(unit, "UNIT_HEAD"), "checker"} {
		s.do(as, n, "sign_off", fields{"opinion": "淳于做表查实"})
	}
	s.do("clerk", n, "issue_reply", fields{"way": "PHONE"})
	s.do("witness", n, "check_site", fields{"passed": true, "conclusion": "钟离一查看过", "checkers": []string{"钟离一查", "濮阳二查"}, "on": s.today(), "place": "海滨"})
	s.do("leader|l-linked|区领导甲", n, "sign_off", nil)
	s.do("publisher", n, "draft_public_text", fields{"summary": "坝头溪疏浚。"})
	s.do("publisher2", n, "release", nil)
	s.do("publisher", n, "open_publicity", fields{"medium": "本网站"})

	x := walked{number: n, public: s.publicOf(n), object: w.objectOf(n)}
	read := func(when string) {
		t.Helper()
		seen := func(what, body string) {
			t.Helper()
			for _, name := range never {
				if strings.Contains(body, name) {
					t.Errorf("%s: %s shows %s", when, what, name)
				}
			}
		}
		for _, path := range w.addresses(x) {
			seen(path, s.call("", http.MethodGet, path, nil).Body)
		}
		answer := s.call("", http.MethodPost, "/q", url.Values{"no": {n}, "code": {a.Code}}.Encode(), "Content-Type", formType)
		if seen("the answer to number and code", answer.Body); answer.Status != http.StatusOK || !strings.Contains(answer.Body, unit) {
			t.Errorf("%s: the answer is %d and does not name the unit", when, answer.Status)
		}
		for _, k := range []form.Kind{form.Receipt, form.Publicity, form.Reply} {
			var b bytes.Buffer
			if _, err := s.stack.form(t.Context(), formRequest{Kind: k, Number: n}, &b); err != nil {
				t.Errorf("%s: paper %s: %v", when, k.Zh(), err)
			}
			for _, part := range unzipped(b.String()) {
				seen("the paper "+k.Zh(), part)
			}
		}
	}
	read("in publicity")
	s.days(12)
	s.do("publisher", n, "close_publicity", nil)
	s.do("closer", n, "close", nil)
	read("struck off")
	if _, page := s.page("", "/p/"+x.public); !strings.Contains(page, "区领导甲") && strings.Contains(page, "挂钩") {
		t.Error("the linked leader's post is not shown where he is")
	}
}
