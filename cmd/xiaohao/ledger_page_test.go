package main

import (
	"strings"
	"testing"

	"xiaohao/domain/directory"
	"xiaohao/events"
)

// TestLedgerPage: columns are chosen and kept, views are saved for oneself and for everyone
// and seen by whom they are for, the keyboard walks the rows, and one command to many items
// shows first what it will and will not change, then what became of each.
func TestLedgerPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.entered(directory.PutUnit{ID: "jt", Name: "区交通运输局", Level: events.CountyLevel, Type: events.DepartmentUnit})
	var ns []string
	for _, title := range []string{"夜间公交", "站牌缺失", "路口积水"} {
		n := s.raise(fields{"text": title + "，请解决", "category": "交通出行", "area": "增口乡"}).Number
		s.do("clerk", n, "accept", fields{"title": title, "category": "交通出行", "mode": "IMMEDIATE"})
		ns = append(ns, n)
	}
	s.do("clerk", ns[2], "assign", fields{"units": []fields{{"unit": "jt", "part": "LEAD"}}})
	b := s.open(t, 1280, "clerk")

	b.goTo("/items?category=交通出行&state=ACCEPTED")
	b.must("2 件", "更多筛选")
	b.eval(`document.getElementById('cols').open = true; document.getElementById('keep').open = true`)
	b.axe()
	b.choose("col", "area")
	b.press("就看这些")
	b.must("地方")
	b.goTo("/items")
	b.must("地方", "增口乡")

	b.goTo("/items?category=交通出行&state=ACCEPTED")
	b.eval(`document.getElementById('keep').open = true`)
	b.fill("name", "等着交办的出行")
	b.choose("reach", "EVERYONE")
	b.press("存下")
	b.must("等着交办的出行", "大家的", "2 件")
	b.goTo("/items?state=IN_PROGRESS")
	b.eval(`document.getElementById('keep').open = true`)
	b.fill("name", "我盯着的")
	b.press("存下")
	b.must("我盯着的", "自己的")

	// j and k walk the rows, Enter opens the one that has the focus.
	b.goTo("/items")
	b.keys("j", "j", "k")
	first := b.value(`document.activeElement.getAttribute('href')`)
	b.enter()
	b.must(first[len("/items/"):])

	// One command to three: two change, one says why not.
	b.goTo("/items")
	for _, n := range ns {
		b.choose("number", n)
	}
	b.choose("command", "assign")
	b.press("下一步")
	b.must("一起交办：3 件")
	b.fill("units.0.unit", "区交通运输局", "units.0.task", "一并整改")
	b.axe()
	b.press("先看会改什么")
	b.must("会改的 2 件", "不会改的 1 件", "变成“整改中”", "现在是“整改中”，不能交办")
	b.axe()
	b.shot("bulk-check")
	s.do("clerk", ns[1], "link_leader", fields{"leader": fields{"id": "l1", "post": "区分管领导"}}) // somebody was quicker
	b.press("改这2件")
	b.must("改了 1 件", "办好了。", "没有改的 2 件", "预览以后有人改过")
	b.axe()
	s.settled()
	if got := s.total("clerk", "state=IN_PROGRESS"); got != 2 {
		t.Errorf("%d items are under way, want 2", got)
	}
	b.goTo("/items")
	b.shot("items-own")

	// What a colleague sees is everyone's, and not one's own.
	c := s.open(t, 375, "clerk2")
	c.goTo("/items")
	c.must("等着交办的出行")
	if strings.Contains(c.says(), "我盯着的") {
		t.Error("a view of one's own is shown to a colleague")
	}
	c.axe()
	c.shot("items-phone")
	c.eval(`document.getElementById('keep').open = true`)
	c.press("去掉")
	if strings.Contains(c.says(), "等着交办的出行") {
		t.Error("a view that was dropped is still there")
	}
}
