package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/domain"
)

// TestBadInput sends what nobody should: each is refused with 422, the field and a
// sentence, and writes nothing (refused checks all three).
func TestBadInput(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	unit, other := "区交通运输局", "增口乡"

	s.refused("", "", "raise", fields{}, "text:raise.missing")
	s.refused("", "", "raise", fields{"text": strings.Repeat("长", 1001)}, "text:raise.too_long")
	s.refused("", "", "raise", fields{"text": 7}, "text:raise.type")
	s.refused("", "", "raise", fields{"text": "话", "happened": "2026-02-30"}, "happened:raise.date")
	s.refused("", "", "raise", fields{"text": "话", "phone": "打我电话"}, "phone:raise.phone")
	s.refused("", "", "raise", fields{"text": "话", "anonymous": true, "name": "张三"}, "anonymous:raise.anonymous")
	s.refused("", "", "raise", fields{"text": "话", "nonsense": 1}, "nonsense:raise.unknown")

	n := s.raise(fields{"text": "晚上没有公交车，曹氏服装厂工人下班回家不方便。", "category": "民生"}).Number
	s.refused("clerk", n, "accept", fields{"title": "夜间公交", "category": "民生"}, "mode:accept.missing")
	s.refused("clerk", n, "accept", fields{"title": "夜间公交", "category": "民生", "mode": "SOMEDAY"}, "mode:accept.choice")
	s.refused("clerk", n, "accept", fields{"title": "找 13812345678", "category": "民生", "mode": "IMMEDIATE"}, "title:accept.personal")
	s.refused("clerk", n, "accept", fields{"title": "夜间公交", "category": "民生", "mode": "PLANNED"}, "due:accept.due_missing")
	s.refused("clerk", n, "accept", fields{"title": "夜间公交", "category": "民生", "mode": "IMMEDIATE", "due": "2020-01-01"}, "due:accept.due_past")
	s.do("clerk", n, "accept", fields{"title": "夜间公交", "category": "民生", "mode": "TIME_LIMITED"})

	lead := fields{"unit": unit, "part": "LEAD"}
	s.refused("clerk", n, "assign", fields{"units": []fields{}}, "units:assign.missing")
	s.refused("clerk", n, "assign", fields{"units": []fields{lead, {"unit": other, "part": "LEAD"}}}, "units.1.part:assign.one_lead")
	s.refused("clerk", n, "assign", fields{"units": []fields{{"unit": other, "part": "CO"}}}, "units.0.part:assign.no_lead")
	s.refused("clerk", n, "assign", fields{"units": []fields{{"unit": unit, "part": "LEAD", "due": "2020-01-01"}}}, "units.0.due:assign.due_past")
	s.refused("clerk", n, "assign", fields{"units": "区交通运输局"}, "units:assign.type")
	s.refused("intake", n, "assign", fields{"units": []fields{lead}}, ":assign.role")
	s.absent(staff(unit, "UNIT_HEAD"), n, "assign", fields{"units": []fields{lead}})
	s.do("clerk", n, "assign", fields{"units": []fields{lead}})
	s.refused("clerk", n, "assign", fields{"units": []fields{lead}}, ":assign.state")
	s.absent(staff(other, "UNIT_LIAISON"), n, "sign", fields{})
	s.do(staff(unit, "UNIT_LIAISON"), n, "sign", nil)
	s.refused(staff(unit, "UNIT_HEAD"), n, "report_rectified", fields{"result": "改了", "truth": "TRUE", "solved": "YES"}, "reply:report_rectified.reply")
	s.refused(staff(unit, "HANDLER"), n, "report_progress", fields{"note": "做了", "done": -1, "unit": "公里"}, "done:report_progress.number")
	s.refused(staff(unit, "HANDLER"), n, "report_progress", fields{"note": "做了", "done": "许多"}, "done:report_progress.type")
	s.do(staff(unit, "HANDLER"), n, "record_evidence", fields{"title": "照片", "kind": "RESULT"})
	s.report(n, unit)
	s.refused("closer", n, "close", fields{}, ":close.not_applied")
	s.apply(n, unit)
	s.refused(staff(unit, "UNIT_HEAD"), n, "sign_off", fields{}, ":sign_off.turn")
	s.do(staff(unit, "UNIT_DEPUTY"), n, "sign_off", nil)
	s.do(staff(unit, "UNIT_HEAD"), n, "sign_off", nil)
	// The unit's own people never sign 核查.
	s.refused(staff(unit, "UNIT_HEAD"), n, "sign_off", fields{}, ":sign_off.turn")
	s.do("checker", n, "sign_off", nil)
	s.do("clerk", n, "issue_reply", fields{"way": "PHONE"})
	// The person who signed 核查 cannot sign 销号.
	s.refused("checker", n, "close", fields{}, ":closure.four_eyes")
	s.do("closer", n, "close", nil)
	s.refused("closer", n, "close", fields{}, ":close.state")
}

// TestOpenObjectionBlocksClosing takes a 重点件 into publicity: while an objection is open
// neither the publicity nor the item can be closed.
func TestOpenObjectionBlocksClosing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	unit := "区农林水局"
	n := s.raise(fields{"text": "坝头溪流域河道淤积造成水流堵塞", "category": "民生"}).Number
	s.toRectified(n, unit, fields{"level": "KEY", "mode": "TIME_LIMITED"})
	s.apply(n, unit)
	s.do(staff(unit, "UNIT_DEPUTY"), n, "sign_off", nil)
	s.do(staff(unit, "UNIT_HEAD"), n, "sign_off", nil)
	s.do("checker", n, "sign_off", nil)
	s.do("clerk", n, "issue_reply", fields{"way": "PHONE"})
	s.refused("witness", n, "check_site", fields{"passed": true, "conclusion": "看过", "checkers": []string{"群众代表"}, "on": s.today(), "place": "海滨"},
		"checkers:check_site.two")
	s.do("witness", n, "check_site", fields{"passed": true, "conclusion": "看过", "checkers": []string{"群众代表", "市水利部门"}, "on": s.today(), "place": "海滨"})
	s.do("leader|L1|区分管领导", n, "sign_off", nil)
	s.do("publisher", n, "draft_public_text", fields{"summary": "坝头溪疏浚。"})
	s.refused("publisher", n, "release", fields{}, ":release.four_eyes")
	s.do("publisher2", n, "release", nil)
	s.do("publisher", n, "open_publicity", fields{"medium": "本网站"})
	s.do("witness", n, "object", fields{"text": "锦联段没有清到底"})
	s.refused("clerk", n, "close_publicity", fields{}, ":close_publicity.early")
	s.ahead.Store(12)
	s.refused("clerk", n, "close_publicity", fields{}, ":close_publicity.objection")
	s.refused("closer", n, "close", fields{}, ":close.state")
	s.do("clerk", n, "resolve_objection", fields{"upheld": false, "answer": "已补清，现场看过"})
	s.do("clerk", n, "close_publicity", nil)
	s.do("closer", n, "close", nil)
}

// TestEveryCommandRefusesRubbish sends each command, as somebody of a role that may give
// it, a body that is no object, fields of the wrong kind, and endless text.
func TestEveryCommandRefusesRubbish(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	n := s.raise(fields{"text": "话"}).Number
	before := s.last()
	for _, sp := range domain.Specs() {
		path := "/api/v1/items/" + n + "/" + sp.Name
		if sp.Starts {
			path = "/api/v1/items"
		}
		for _, body := range []string{`[]`, `null`, `{`, `{"no_such_field": 1}`, `"x"`, ``} {
			a := s.call("clerk", "POST", path, body)
			if a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusBadRequest {
				t.Errorf("%s %s: %d %s", sp.Name, body, a.Status, a.Body)
			}
		}
		for _, f := range domain.Fields(sp.New()) {
			for _, v := range []any{[]int{1}, fields{"a": 1}, strings.Repeat("x", 5000), 1e300, true} {
				a := s.call("clerk", "POST", path, fields{f.Name: v})
				if a.Status != http.StatusUnprocessableEntity {
					t.Errorf("%s.%s = %.40v: %d %s", sp.Name, f.Name, v, a.Status, a.Body)
				}
			}
		}
	}
	// The same through the forms of the pages.
	for _, sp := range domain.Specs() {
		if sp.Starts {
			continue
		}
		for _, f := range domain.Fields(sp.New()) {
			form := url.Values{"id": {uuid.NewString()}, f.Name: {strings.Repeat("长", 5000)}}
			a := s.call("clerk", "POST", "/items/"+n+"/"+sp.Name, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
			if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "处要改一改") {
				t.Errorf("form %s.%s: %d %.300s", sp.Name, f.Name, a.Status, text(a.Body))
			}
		}
	}
	if wrote := s.written(before); len(wrote) > 0 {
		t.Errorf("rubbish was written: %v", wrote)
	}
	if a := s.call("clerk", "POST", "/api/v1/items/"+n+"/no_such_command", fields{}); a.Status != http.StatusNotFound {
		t.Errorf("unknown command: %d", a.Status)
	}
	if a := s.call("clerk", "POST", "/api/v1/items/QG-2026-999999/sign", fields{}); a.Status != http.StatusNotFound {
		t.Errorf("unknown item: %d", a.Status)
	}
	if a := s.call("", "POST", "/api/v1/items", fields{"text": strings.Repeat(fmt.Sprint(n), 1<<17)}); a.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("2 MiB body: %d", a.Status)
	}
}
