//go:build !race

// It takes minutes under the race detector: `make test` runs it beside TestWalk.

package main

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"xiaohao/domain/directory"
	"xiaohao/events"
)

// hands are those of a person before a browser: with a mouse, or with the keyboard only. Each
// click and each field typed into is one action.
type hands struct {
	*browser
	keyboard bool
	n        int
}

// onto brings the pointer or the focus to the first visible control that a script finds.
func (h *hands) onto(what, find string) {
	h.t.Helper()
	h.n++
	if h.keyboard {
		for range 400 {
			if on := h.value(`(() => { const f = ` + find + `; return document.activeElement !== document.body && f.includes(document.activeElement) ? 'y' : '' })()`); on != "" {
				return
			}
			h.keys(kb.Tab)
		}
		h.shot("keyboard")
		h.t.Fatalf("Tab never reaches %s:\n%s", what, h.says())
	}
	var at struct{ X, Y float64 }
	raw := h.value(`(() => { const e = (` + find + `).find(e => e.offsetParent); if (!e) return '';
		e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); return JSON.stringify({X: r.x + Math.min(r.width, 40) / 2, Y: r.y + r.height / 2}) })()`)
	if err := json.Unmarshal([]byte(raw), &at); err != nil {
		h.shot("mouse")
		h.t.Fatalf("no %s to click:\n%s", what, h.says())
	}
	h.act(chromedp.MouseClickXY(at.X, at.Y))
}

// controls finds the first button or link of a part of the page by the words it begins with.
func controls(within, text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('`+within+` :is(button:not([disabled]), a, summary)')].filter(e => e.innerText.replace(/\s+/g, '').startsWith(%q)).slice(0, 1)`, text)
}

func fieldsNamed(name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('[name=%q]')]`, name)
}

// unfold opens a part of the page.
func (h *hands) unfold(text string) {
	h.t.Helper()
	h.use("main", text)
}

func (h *hands) use(within, text string) {
	h.t.Helper()
	h.onto(text, controls(within, text))
	if h.keyboard {
		h.keys(kb.Enter)
	}
}

// follow presses a button or a link that leads to another page.
func (h *hands) follow(text string) {
	h.t.Helper()
	h.eval(`window.__old = true`)
	h.unfold(text)
	h.next()
}

// menu goes to another page by the main menu.
func (h *hands) menu(text string) {
	h.t.Helper()
	h.eval(`window.__old = true`)
	h.use("header", text)
	h.next()
}

// write types into a field, instead of what is there.
func (h *hands) write(name, value string) {
	h.t.Helper()
	h.onto(name, fieldsNamed(name))
	h.eval(`document.activeElement.select()`)
	h.keys(value)
}

// tick takes the first of several choices.
func (h *hands) tick(name string) {
	h.t.Helper()
	h.onto(name, fieldsNamed(name)+`.slice(0, 1)`)
	if h.keyboard {
		h.keys(" ")
	}
}

// pick takes the first choice of a list.
func (h *hands) pick(name string) {
	h.t.Helper()
	if h.keyboard {
		h.onto(name, fieldsNamed(name))
		h.keys(kb.ArrowDown)
		return
	}
	h.n++
	h.choose(name, h.value(`[...document.querySelector('[name="`+name+`"]').options].find(o => o.value).value`)) // its popup is no part of the page
}

// signIn signs in as a person does; the actions are counted from here.
func (h *hands) signIn(officer string) {
	h.t.Helper()
	if _, err := chromedp.Run(h.ctx, chromedp.Evaluate[any](`fetch('/signout', {method: 'POST'}).then(() => 0)`, chromedp.EvalAwaitPromise)); err != nil {
		h.t.Fatal(err)
	}
	h.goTo("/signin")
	h.axe()
	h.write("officer", officer)
	h.write("password", password)
	h.n = 0
	h.follow("登录")
}

// TestWorkplaces follows clerk, unit, co-unit, linked leader and supervisor, each from signing in
// to the result, by mouse and by keyboard only, on a desktop and on a phone; every page passes
// axe. A unit's update takes at most four actions from signing in.
func TestWorkplaces(t *testing.T) {
	t.Parallel()
	for _, width := range []int64{1280, 375} {
		for _, keyboard := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d %s", width, map[bool]string{true: "keyboard", false: "mouse"}[keyboard]), func(t *testing.T) { workplaces(t, width, keyboard) })
		}
	}
}

func workplaces(t *testing.T, width int64, keyboard bool) {
	s := newSite(t)
	lead, co := "区交通运输局", "区住建局"
	s.entered(directory.PutUnit{ID: "office", Name: "领导小组办公室", Level: events.CountyLevel, Type: events.OfficeUnit},
		directory.PutUnit{ID: "jt", Name: lead, Level: events.CountyLevel, Type: events.DepartmentUnit}, directory.PutUnit{ID: "zj", Name: co, Level: events.CountyLevel, Type: events.DepartmentUnit})
	for id, post := range map[string]directory.TakePost{"li": {Unit: "office", Role: events.Dispatcher}, "wang": {Unit: "jt", Role: events.UnitLiaison}, "zhao": {Unit: "jt", Role: events.Handler}, "sun": {Unit: "zj", Role: events.Handler},
		"chen": {Unit: "office", Role: events.LeaderRole, Title: "区分管领导（交通）", Rank: "副处"}, "wu": {Unit: "office", Role: events.Supervisor}} {
		post.Officer = id
		s.entered(directory.PutOfficer{ID: id, Name: "某" + id}, post)
		if err := s.stack.accounts.SetPassword(t.Context(), shell, id, password, false); err != nil {
			t.Fatal(err)
		}
	}
	s.settled()
	s.listenAs(s.stack.now, discard(), false)
	n := s.raise(fields{"text": "晚上没有公交车，工人下班回家不方便。", "category": "交通出行"}).Number
	h := &hands{browser: s.open(t, width, ""), keyboard: keyboard}
	settled := func() { t.Helper(); s.settled() }

	h.signIn("li")
	h.axe()
	h.must("待甄别 1") // a program sent it: a person looks first
	h.follow("放行")
	settled()
	h.goTo("/desk")
	h.must("待受理 1")
	h.write("title", "夜间公交")
	h.tick("mode")
	h.write("units.0.unit", lead)
	h.write("units.1.unit", co)
	h.write("units.1.task", "设站牌")
	h.write("leader", "区分管领导（交通）")
	h.follow("受理并交办")
	settled()
	h.goTo("/desk")
	h.must("没有待受理的")

	h.signIn("wang")
	h.axe()
	h.must("待签收 1", "夜间公交", "从交办起算")
	h.follow("签收")
	settled()

	h.signIn("zhao")
	h.write("note", "夜班车谈好了一条线")
	h.follow("报上去")
	if h.n > 4 {
		t.Errorf("an update takes %d actions from signing in", h.n)
	}
	settled()
	h.goTo("/unit")
	h.must("夜班车谈好了一条线")
	h.axe()

	h.signIn("sun")
	h.must("待签收 1", "设站牌")
	h.follow("签收")
	settled()
	h.goTo("/unit")
	h.follow("协办反馈")
	h.axe()
	h.write("result", "站牌立好了")
	h.follow("协办反馈")
	settled()
	h.goTo("/unit")
	h.must("协办 1 件")

	h.signIn("chen")
	h.axe()
	h.must("我挂钩的 1 件", "夜班车谈好了一条线")
	h.unfold("批示")
	h.follow("抓紧办。")
	h.must("撤销")
	settled()
	h.goTo("/leader")
	h.follow("督办")
	h.must("撤销")
	settled()
	h.goTo("/leader")
	h.must("督办过")
	h.axe() // its button cannot be pressed now

	h.signIn("wu")
	h.menu("督办")
	h.axe()
	h.menu("台账")
	h.axe()
	h.follow("夜间公交")
	h.axe()
	h.follow("督办")
	h.axe()
	h.pick("level")
	h.write("text", "请在三个工作日内书面答复")
	h.follow("督办")
	settled()
	h.goTo("/items/" + n)
	h.must("抓紧办。", "请在三个工作日内书面答复")
}
