package main

import (
	"strings"
	"testing"
)

// actions counts what a person does: each click and each field typed into is one.
type actions struct {
	*browser
	n int
}

func (a *actions) press(text string) {
	a.t.Helper()
	a.n++
	a.browser.press(text)
}

func (a *actions) fill(name, value string) {
	a.t.Helper()
	a.n++
	a.browser.fill(name, value)
}

// TestPlaces follows unit, co-unit, linked leader and supervisor from where each begins to the
// result, on a desktop and on a phone. A unit's update takes at most four actions; every page
// passes axe.
func TestPlaces(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lead, co := "区农林水局", "区住建局"
	n := s.raise(fields{"text": "坝头溪流域河道淤积造成水流堵塞", "category": "民生"}).Number
	s.do("clerk", n, "accept", fields{"title": "坝头溪疏浚", "category": "民生", "mode": "IMMEDIATE"})
	s.do("clerk", n, "link_leader", fields{"leader": fields{"id": "l1", "post": "区分管领导"}})
	s.do("clerk", n, "assign", fields{"units": []fields{{"unit": lead, "part": "LEAD", "task": "疏浚"}, {"unit": co, "part": "CO", "task": "护岸"}}})
	for _, width := range []int64{1280, 375} {
		b := s.open(t, width, staff(lead, "UNIT_LIAISON"))
		b.goTo("/unit")
		if width == 1280 {
			b.must("待签收 1", "从交办起算")
			b.press("签收")
			s.settled()
			s.do(staff(co, "UNIT_LIAISON"), n, "sign", nil)
		}
		b.as(staff(lead, "HANDLER"))
		b.goTo("/unit")
		b.axe()
		update := &actions{browser: b}
		update.fill("note", "下游先通了")
		update.press("报上去")
		if update.n > 4 {
			t.Errorf("an update takes %d actions", update.n)
		}
		s.settled()
		b.goTo("/unit")
		b.must("坝头溪疏浚", "申请销号前，对一遍", "还等：区住建局", "还没有报")
		b.as(staff(co, "HANDLER"))
		b.goTo("/unit")
		b.axe()
		b.must("护岸", "协办 1 件")
		b.as("leader|l1|区分管领导")
		b.goTo("/leader")
		b.axe()
		b.must("我挂钩的 1 件", "立即改 1 件在办", "下游先通了")
		if width == 375 {
			b.press("督办")
			b.must("撤销")
			b.press("撤销")
			s.settled()
			if page := b.goTo("/leader"); strings.Contains(page, "督办过") {
				t.Errorf("what was taken back is still there: %s", page)
			}
			b.press("督办")
			s.settled()
			b.goTo("/leader")
			b.must("督办过")
			b.as(staff(lead, "UNIT_HEAD"))
			b.goTo("/unit")
			b.axe()
			b.must("黄单要在", "答复督办")
		}
		b.as("supervisor")
		b.goTo("/supervision")
		if width == 375 {
			b.must("坝头溪疏浚", "黄单")
		}
		b.axe()
		b.goTo("/board")
		b.axe()
		b.must("一共 1 件")
		b.goTo("/board/kpi")
		b.axe()
		b.must("平均办理工作日")
		b.goTo("/board/kpi/rows?code=SIGNED_IN_TIME&part=den")
		b.axe()
		b.must("签收及时率 · 分母 2", "一共 2 行，合计 2")
	}
}
