package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"xiaohao/events"
	"xiaohao/web/notice"
)

// TestPublicFaces looks at the public pages of an item in its publicity window as a person
// does: the objection that anybody may raise and that blocks 销号 until the office has
// answered it, the form for letters and where their links lead; and at the office's pages
// beside them.
func TestPublicFaces(t *testing.T) {
	t.Parallel()
	s := newSiteTelling(t, notice.Config{Link: "https://zg.example.cn", Mail: &notice.Mail{Host: "127.0.0.1", Port: 1, From: "xiaohao@example.cn", Plain: true}})
	unit := "增口乡"
	n := s.raise(fields{"text": "晚上没有公交车。", "category": "民生", "area": "增口乡"}).Number
	s.toRectified(n, unit, fields{"level": "KEY"})
	s.apply(n, unit)
	s.do("publisher", n, "draft_public_text", fields{"summary": "晚上没有公交车，工人下班回家不方便"})
	b := s.open(t, 375, "publisher2")
	look := func(name, path string, says ...string) {
		t.Helper()
		for _, width := range []int64{1280, 375} {
			if width == 1280 && shots == "" {
				continue
			}
			b.act(chromedp.EmulateViewport(width, 900))
			if path != "" {
				b.goTo(path)
			}
			b.must(says...)
			b.axe()
			b.shot(name + map[int64]string{1280: "-1280", 375: "-375"}[width])
		}
	}
	look("release", "/items/"+n+"/release", "会公开：什么事", "晚上没有公交车")
	b.press("公开")
	s.settled()
	for _, x := range []struct{ as, command string }{{staff(unit, "UNIT_DEPUTY"), "sign_off"}, {staff(unit, "UNIT_HEAD"), "sign_off"}, {"checker", "sign_off"}} {
		s.do(x.as, n, x.command, fields{"opinion": "查实"})
	}
	s.do("clerk", n, "issue_reply", fields{"way": "PHONE"})
	s.do("witness", n, "check_site", fields{"passed": true, "conclusion": "夜班车开了", "checkers": []string{"代表甲", "代表乙"}, "on": s.today(), "place": "厂门口"})
	s.do("leader|l1|区分管领导", n, "sign_off", nil)
	s.do("publisher", n, "open_publicity", fields{"medium": "本网站"})

	public := "/p/" + s.publicOf(n)
	b.as("")
	look("publicity", public, "公示中", "提异议", "有进展写信告诉我")
	b.fill("text", "到厂门口等过，没有车。", "contact", "13912345678")
	b.press("交上去")
	b.must("异议收到了")
	s.settled()
	s.days(30)
	s.refused("publisher", n, "close_publicity", fields{}, ":close_publicity.objection")
	s.do("clerk", n, "resolve_objection", fields{"answer": "已加开一班"})
	s.do("publisher", n, "close_publicity", nil)
	s.do("closer", n, "close", nil)
	for _, gone := range []string{"公示的是", "没有车", "13912345678"} {
		if body := s.call("", "GET", public, nil).Body; strings.Contains(body, gone) {
			t.Errorf("after the window the page still says %q", gone)
		}
	}

	if got := s.post("", public+"/follow", url.Values{"mail": {"lin@example.cn"}}); got != http.StatusOK {
		t.Fatalf("follow: %d", got)
	}
	c, err := s.stack.log.At(t.Context(), s.last())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Events[0].(events.FollowAsked); !ok {
		t.Fatalf("%+v", c)
	}
	look("follow", "/follow/"+c.Item.String(), "确认关注进展")
	b.press("确认，有进展写信告诉我")
	look("follow-on", "", "您在关注这件事")
	b.press("不再关注")
	look("follow-end", "", "不再关注了")
	look("released", public, "已销号", "夜班车末班延到")
	look("front", "/", "群众怎么评", "没评的不算满意")
	b.as("supervisor")
	look("odd", "/supervision/evaluations", "没有异常")
}
