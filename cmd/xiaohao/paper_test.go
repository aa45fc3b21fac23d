package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"xiaohao/web/paper/officetest"
)

// TestPublicPaper prints public pages as a village does that pins them to a board: on A4, with
// what they say and whom to call, and without anything that only works on a screen.
func TestPublicPaper(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	unit := "增口乡"
	a := s.raise(fields{"text": "晚上没有公交车，下班回不了家。", "category": "民生", "area": "增口乡"})
	n := a.Number
	s.toRectified(n, unit, fields{"level": "KEY"})
	s.apply(n, unit)
	s.do("publisher", n, "draft_public_text", fields{"summary": "晚上没有公交车，工人下班回家不方便"})
	s.do("publisher2", n, "release", nil)
	for _, x := range []struct{ as, command string }{{staff(unit, "UNIT_DEPUTY"), "sign_off"}, {staff(unit, "UNIT_HEAD"), "sign_off"}, {"checker", "sign_off"}} {
		s.do(x.as, n, x.command, fields{"opinion": "查实"})
	}
	s.do("clerk", n, "issue_reply", fields{"way": "PHONE"})
	s.do("witness", n, "check_site", fields{"passed": true, "conclusion": "夜班车开了", "checkers": []string{"代表甲", "代表乙"}, "on": s.today(), "place": "厂门口"})
	s.do("leader|l1|区分管领导", n, "sign_off", nil)
	s.do("publisher", n, "open_publicity", fields{"medium": "本网站"})
	s.settled()
	public := s.publicOf(n)
	b := s.open(t, 1280, "")
	b.onPaper("notice", "/p/"+public, 2, "公示中", public[:4], "工人下班回家不方便", "公示的是", "提异议", "答复以前不会销号", "一步一步", unit)
	b.onPaper("how", "/how", 3, "怎么办理、多久办完", "工作日", "哪些公开、哪些保密")
	b.onPaper("echo", "/echo", 1, "回音壁", "工人下班回家不方便", public)
	b.onPaper("home", "/", 1, "说到做到", "整改中")
	number, code := b.raiseByHand("周末有急事找不到人")
	b.onPaper("receipt", "", 1, "收到了", number, code[:4], "接下来会怎样", "周末有急事找不到人")
	b.query(n, a.Code)
	b.onPaper("answer", "", 2, n, "公示中", "晚上没有公交车，下班回不了家", "怎么答复", "期限", "一步一步")
	b.as("clerk")
	b.onPaper("reply", "/items/"+n+"/print/reply", 1, "答复意见书", "夜班车末班延到", "领导小组办公室（盖章）")
	b.onPaper("closure", "/items/"+n+"/print/closure", 2, "整改事项销号审批表", "（签字）")
}

// onPaper prints the page at a path, or the one that is open, and fails unless it takes at most
// so many sheets of A4, says the words, and nothing to press.
func (b *browser) onPaper(name, path string, most int, says ...string) {
	b.t.Helper()
	if path != "" {
		b.goTo(path)
	}
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(func(p *page.PrintToPDFParams) { p.PreferCSSPageSize = new(true) }))
	if err != nil {
		b.t.Fatal(err)
	}
	dir := shots
	if dir == "" {
		dir = b.t.TempDir()
	}
	file := filepath.Join(dir, "paper-"+name+".pdf")
	if err := os.WriteFile(file, pdf, 0o644); err != nil {
		b.t.Fatal(err)
	}
	sheets := officetest.Text(b.t, file)
	all := strings.Join(strings.Fields(strings.Join(sheets, " ")), "")
	if b.value(`document.body.className`) != "staff" { // the public's pages end with whom to ask
		says = append(says, "有疑问打12345")
	}
	for _, w := range says {
		if !strings.Contains(all, strings.Join(strings.Fields(w), "")) {
			b.t.Errorf("%s on paper does not say %q:\n%s", name, w, all)
		}
	}
	for _, w := range []string{"大字版", "高对比", "交上去", "查一下", "跳到正文", "打印这一页", "工作人员登录", "换个身份", "订阅"} {
		if strings.Contains(all, w) {
			b.t.Errorf("%s on paper says %q", name, w)
		}
	}
	if len(sheets) > most {
		b.t.Errorf("%s takes %d sheets, at most %d may be", name, len(sheets), most)
	}
}
