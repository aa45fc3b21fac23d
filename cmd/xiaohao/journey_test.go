package main

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"xiaohao/events"
	"xiaohao/web/notice"
)

// TestJourney follows one opinion through its whole life in a real browser, as the public,
// the office, the unit and the public again, on a desktop and on a phone.
func TestJourney(t *testing.T) {
	for _, width := range []int64{1280, 375} {
		t.Run(map[int64]string{1280: "desktop", 375: "phone"}[width], func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			b := s.open(t, width, "")
			number, code := b.raiseByHand("晚上没有公交车，曹氏服装厂工人下班回家不方便。")
			b.axe()
			b.liveThroughForms(number)
			b.query(number, code)
			b.must("已销号", "夜班车末班延到 21:40", "增口乡")
			b.axe()
			b.shot(map[int64]string{1280: "answer-1280", 375: "answer-375"}[width])
			b.choose("contacted", "yes", "solved", "YES", "satisfied", "SATISFIED")
			b.press("交上去")
			b.must("谢谢")
			s.settled()
			if got := s.total("clerk", "state=CLOSED"); got != 1 {
				t.Errorf("%d items are struck off, want 1", got)
			}
		})
	}
}

// raiseByHand raises an opinion as the public and returns number and code of the receipt.
func (b *browser) raiseByHand(words string) (number, code string) {
	b.t.Helper()
	b.goTo("/raise")
	b.axe()
	b.fill("text", words)
	b.choose("behalf", "SELF")
	b.press("下一步：在哪里")
	b.axe()
	b.fill("area", "增口乡")
	b.press("下一步")
	b.must("怎么找您")
	b.axe()
	b.press("下一步：核对")
	b.must("核对一下", words)
	b.axe()
	b.press("交上去")
	b.must("收到了", "接下来会怎样")
	b.s.settled()
	return b.receipt()
}

// receipt reads number and code off the receipt.
func (b *browser) receipt() (number, code string) {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll('dd.big')].map(e => e.innerText.trim())`))
	if err != nil || len(out) != 2 {
		b.t.Fatalf("receipt shows %q: %v", out, err)
	}
	return out[0], out[1]
}

// step opens a command's form on the item page, fills it in and sends it.
func (b *browser) step(as, number, command, title string, fill func()) {
	b.t.Helper()
	b.as(as)
	b.goTo("/items/" + number)
	b.press(title)
	if fill != nil {
		fill()
		b.press(title)
	}
	b.must(number)
	b.s.settled() // the page after a command may say that it is behind, on a busy machine
	b.goTo("/items/" + number)
}

// liveThroughForms takes an item from registration to 销号 by the forms.
func (b *browser) liveThroughForms(number string) {
	b.t.Helper()
	unit := "增口乡"
	b.step("clerk", number, "accept", "受理", func() {
		b.fill("title", "夜间公交", "category", "民生")
		b.choose("mode", "IMMEDIATE")
	})
	b.must("待交办")
	b.step("clerk", number, "assign", "交办", func() { b.fill("units.0.unit", unit, "units.0.task", "协调夜班车") })
	b.must("整改中", unit)
	b.axe()
	b.step(staff(unit, "UNIT_LIAISON"), number, "sign", "签收", nil)
	b.must("已签收")
	b.step(staff(unit, "HANDLER"), number, "report_progress", "报进展", func() {
		b.fill("note", "线路已经谈好", "done", "1", "total", "2", "unit", "班")
	})
	b.step(staff(unit, "HANDLER"), number, "record_evidence", "登记佐证", func() {
		b.fill("title", "夜班车首班照片")
		b.choose("kind", "RESULT")
	})
	b.step(staff(unit, "UNIT_HEAD"), number, "report_rectified", "报整改完成", func() {
		b.fill("result", "夜班车开出第一班", "reply", "夜班车末班延到 21:40，在厂门口设站。")
		b.choose("truth", "TRUE", "solved", "YES")
	})
	b.must("完成待验")
	b.step(staff(unit, "UNIT_LIAISON"), number, "apply_closure", "申请销号", func() {
		b.choose("tasks", "1", "lawful", "1", "alike", "1", "cause", "1")
	})
	b.must("验收中", "销号签批")
	b.axe()
	b.step(staff(unit, "UNIT_DEPUTY"), number, "sign_off", "签批", func() {})
	b.step(staff(unit, "UNIT_HEAD"), number, "sign_off", "签批", func() {})
	b.step("checker", number, "sign_off", "签批", func() { b.fill("opinion", "夜里到站上等过车") })
	b.step("clerk", number, "issue_reply", "答复群众", func() { b.choose("way", "PHONE") })
	b.step("closer", number, "close", "销号", nil)
	b.must("已销号")
	b.axe()
}

// query asks by number and code as the public.
func (b *browser) query(number, code string) {
	b.t.Helper()
	b.as("")
	b.goTo("/q")
	b.axe()
	b.fill("no", number, "code", strings.ToLower(code))
	b.press("查")
}

// TestKeyboard raises an opinion and asks for it without touching the mouse.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.open(t, 1280, "")
	b.goTo("/raise")
	b.tabTo("text")
	b.keys("周末有急事找不到人")
	b.tabTo("behalf")
	b.keys(" ")
	for _, title := range []string{"在哪里，哪一类", "怎么找您", "核对一下"} {
		b.tabTo("下一步")
		b.enter()
		b.must(title)
	}
	b.tabTo("交上去")
	b.enter()
	b.must("收到了")
	s.settled()
	number, code := b.receipt()
	b.goTo("/q")
	b.tabTo("no")
	b.keys(number)
	b.tabTo("code")
	b.keys(code)
	b.enter() // in a field: sends the form
	b.must("待受理", "周末有急事找不到人")

	// The clerk accepts it by keyboard, too.
	b.as("clerk")
	b.goTo("/items/" + number)
	b.tabTo("受理")
	b.enter()
	b.tabTo("title")
	b.keys("周末办事")
	b.tabTo("category")
	b.keys("政务服务")
	b.tabTo("mode")
	b.keys("立")
	b.tabTo("受理")
	b.enter()
	s.settled()
	b.goTo("/items/" + number)
	b.must("待交办")
}

// enter presses Enter and waits for the next page.
func (b *browser) enter() {
	b.t.Helper()
	b.eval(`window.__old = true`)
	b.keys(kb.Enter)
	b.next()
}

// TestLive holds a board and an item open; both change by themselves when something
// happens elsewhere.
func TestLive(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	n := s.raise(fields{"text": "晚上没有公交车", "category": "民生"}).Number
	s.settled()
	item, board := s.open(t, 1280, "clerk"), s.open(t, 1280, "clerk")
	item.goTo("/items/" + n)
	board.goTo("/board")
	item.must("待受理")
	s.do("clerk", n, "accept", fields{"title": "夜间公交", "category": "民生", "mode": "IMMEDIATE"})
	item.becomes("待交办")
	board.becomes("一共 1 件")
}

// becomes waits until the page says a word without anybody having touched it.
func (b *browser) becomes(word string) {
	b.t.Helper()
	b.until(`document.body.innerText.replace(/\s+/g, '').includes("` + strings.ReplaceAll(word, " ", "") + `")`)
}

// TestEveryPage opens every page of the filled demonstration as each kind of person, at both
// widths: axe-core finds nothing and nothing scrolls sideways. With XIAOHAO_SHOTS set it
// also takes the pictures of docs/.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	s := newSiteTelling(t, notice.Config{})
	if err := playDemo(t.Context(), s.stack.desk); err != nil {
		t.Fatal(err)
	}
	s.signed(3)
	closed := s.first("state=CLOSED")
	open := s.first("q=拒载老人")
	pages := []struct{ as, path, shot, must string }{
		{"", "/", "home", "查进展"},
		{"", "/raise", "raise", "发生了什么"},
		{"", "/q", "query", "查询码"},
		{"", "/echo", "echo", "回音壁"},
		{"", "/how", "how", "期限"},
		{"", "/roots", "roots", "您怎么核对"},
		{"", "/nothing-here", "error", "没有这一页"},
		{"", "/act", "act", "增口乡"},
		{"clerk", "/desk", "desk", "待受理"},
		{"clerk", "/items", "items", "整改台账"},
		{"clerk", "/items?q=没有这样的词", "items-empty", "没"},
		{"clerk", "/items/" + closed, "item", "已销号"},
		{"clerk", "/items/" + open, "item-open", "整改中"},
		{"clerk", "/board", "board", "卡住"},
		{"clerk", "/board?as_of=" + events.DateOf(time.Now()).AddDays(-1).String(), "board-past", "当天结束时的数"},
		{"clerk", "/items?as_of=" + events.DateOf(time.Now()).AddDays(-1).String(), "items-past", "当天结束时的数"},
		{"clerk", "/board/kpi", "kpi", "按时办结率"},
		{"clerk", "/reports", "reports", "逐字节相同"},
		{"clerk", "/reports/month?as_of=2014-09-10", "report", "补录"},
		{"clerk", "/items/" + closed + "/print", "print", "销号审批表"},
		{"clerk", "/items/" + closed + "/print/closure", "print-closure", "领导小组"},
		{staff("区交通运输局", "UNIT_LIAISON"), "/unit", "unit", "区交通运输局"},
		{"leader|leader.demo|处级挂钩领导（演示）", "/leader", "leader", "我挂钩的"},
		{"clerk", "/items/" + s.first("state=REGISTERED") + "/accept", "form", "受理"},
		{"", "/signin", "signin", "人员编号"},
		{"", "/open", "open", "每一栏是什么"},
		{"", "/deadline?from=2026-09-30&rule=" + url.QueryEscape("3 个工作日"), "deadline", "10月10日到期"},
		{"clerk", "/items/" + closed + "/deadline", "item-deadline", "期限怎么算的"},
		{"clerk", "/inbox", "inbox", "还怎么通知您"},
		{"intake", "/raise", "proxy", "代录一条"},
		{"intake", "/raise/batch", "batch", "一次录多条"},
		{"clerk", "/import", "import", "台账名称"},
		{"supervisor", "/supervision", "supervision", "督办单"},
		{"sysadmin", "/admin/units", "admin-units", "添加或更改单位"},
		{"sysadmin", "/admin/officers", "admin-officers", "任职"},
		{"sysadmin", "/admin/notices", "admin-notices", "通知发送"},
		{"sysadmin", "/admin/ladders", "admin-ladders", "督办阶梯"},
		{"sysadmin", "/admin/templates", "admin-templates", "表单模板"},
		{"secadmin", "/admin/permissions", "permissions", "权限"},
	}
	for _, width := range []int64{1280, 375} {
		t.Run(map[int64]string{1280: "desktop", 375: "phone"}[width], func(t *testing.T) {
			b := s.open(t, width, "")
			b.t = t
			for _, p := range pages {
				b.as(p.as)
				b.goTo(p.path)
				b.must(p.must)
				b.axe()
				b.shot(p.shot + map[int64]string{1280: "-1280", 375: "-375"}[width])
			}
			b.as("")
			b.raiseByHand("周末有急事找不到人")
			b.shot("receipt" + map[int64]string{1280: "-1280", 375: "-375"}[width])
		})
	}
}

// TestRowForms fills in by hand the forms that have rows: several units, a plan with
// milestones, a split, a merge.
func TestRowForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.open(t, 1280, "clerk")
	river := s.raise(fields{"text": "坝头溪流域河道淤积造成水流堵塞", "category": "民生"}).Number
	again := s.raise(fields{"text": "坝头溪又堵了", "category": "民生"}).Number

	// Merged by hand: the other number leads to the survivor.
	b.step("clerk", again, "merge", "并单", func() { b.fill("into", river, "basis", "同一地点同一问题") })
	b.must("并单", river)
	b.step("clerk", river, "accept", "受理", func() {
		b.fill("title", "坝头溪河道疏浚", "category", "民生")
		b.choose("mode", "PLANNED", "due", in(60))
	})
	b.must("并入了 "+again, "“坝头溪又堵了”")

	// Split: one part more than the form first shows.
	b.step("clerk", river, "split", "拆单", func() {
		b.fill("parts.0.title", "岸边垃圾清运")
		b.press("再加")
		b.fill("parts.1.title", "护岸加固")
		b.axe()
	})
	s.settled()
	if n := s.total("clerk", "state=ACCEPTED"); n != 3 {
		t.Errorf("%d items wait to be assigned after the split, want 3", n)
	}

	// Two co-units: the second in a row asked for.
	b.step("clerk", river, "assign", "交办", func() {
		b.fill("units.0.unit", "区农林水局", "units.0.task", "疏浚", "units.1.unit", "区住建局", "units.1.task", "护岸")
		b.press("再加一个协办")
		b.fill("units.2.unit", "增口乡", "units.2.task", "劝导")
	})
	b.must("区农林水局", "区住建局", "增口乡")
	b.step(staff("区农林水局", "UNIT_LIAISON"), river, "sign", "签收", nil)

	// A plan whose last node does not reach the end is refused at the field, and kept.
	b.as(staff("区农林水局", "UNIT_DEPUTY"))
	b.goTo("/items/" + river)
	b.press("报方案")
	b.fill("goal", "6 个村疏浚 11 公里", "measures", "清淤", "person", "分管副局长", "milestones.0.name", "下游先通")
	b.choose("due", in(50), "milestones.0.due", in(20))
	b.press("报方案")
	b.must("最后一个要落在完成日期")
	b.axe()
	b.press("再加")
	b.fill("milestones.1.name", "全部完成")
	b.choose("milestones.1.due", in(50))
	b.press("报方案")
	b.must("等办公室看", "下游先通", "全部完成")
}

// in is the day n days from now, as a date field takes it.
func in(n int) string { return events.DateOf(time.Now()).AddDays(n).String() }

// TestWithoutScript raises, accepts and asks with JavaScript switched off in the browser.
func TestWithoutScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.open(t, 375, "")
	b.noScript()
	b.goTo("/raise")
	// A refused form keeps everything that was typed.
	b.fill("text", "村口路灯不亮")
	b.press("下一步")
	b.must("有 1 处要改一改", "替自己说，还是替别人说")
	b.choose("behalf", "MANY")
	b.press("下一步")
	b.fill("area", "菜堂村")
	b.press("下一步")
	b.press("下一步")
	b.must("核对一下", "村口路灯不亮", "菜堂村")
	b.press("交上去")
	b.must("收到了")
	s.settled()
	number, code := b.receipt()
	b.step("clerk", number, "accept", "受理", func() {
		b.fill("title", "村口路灯", "category", "民生")
		b.choose("mode", "IMMEDIATE")
	})
	b.must("待交办")
	b.as("")
	b.goTo("/q") // axe-core is itself a script
	b.fill("no", number, "code", code)
	b.press("查")
	b.must("村口路灯", "受理")
}
