package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/domain/directory"
	"xiaohao/events"
)

// entered gives commands to the directory, as the shell does.
func (s *site) entered(cs ...directory.Command) {
	s.t.Helper()
	for _, c := range cs {
		if _, err := s.stack.directory.Do(s.t.Context(), directory.Order{ID: uuid.New(), Command: c, Actor: shell}); err != nil {
			s.t.Fatalf("%s: %v", directory.Name(c), err)
		}
	}
	s.settled()
}

// counted is a browser that counts what a hand does: each click, and each run of keys.
type counted struct {
	*browser
	clicks, runs int
}

func (c *counted) press(text string) {
	c.t.Helper()
	c.clicks++
	c.browser.press(text)
}

func (c *counted) choose(pairs ...string) {
	c.t.Helper()
	c.clicks += len(pairs) / 2
	c.browser.choose(pairs...)
}

func (c *counted) fill(pairs ...string) {
	c.t.Helper()
	c.clicks, c.runs = c.clicks+len(pairs)/2, c.runs+len(pairs)/2
	c.browser.fill(pairs...)
}

// TestDeskTen: a clerk takes ten opinions from intake to assigned items without leaving the
// desk, in at most 60 clicks and runs of keys. The units are the responsibility catalogue's.
func TestDeskTen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.entered(directory.PutUnit{ID: "jt", Name: "区交通运输局", Level: events.CountyLevel, Type: events.DepartmentUnit},
		directory.PutUnit{ID: "sl", Name: "区农林水局", Level: events.CountyLevel, Type: events.DepartmentUnit},
		directory.PutDuty{Category: "交通出行", Unit: "jt"}, directory.PutDuty{Category: "水利", Unit: "sl"},
		directory.PutOfficer{ID: "ld", Name: "某"}, directory.TakePost{Officer: "ld", Unit: "jt", Role: events.LeaderRole, Title: "区分管领导（交通）", Rank: "副处"})
	for i := range 10 {
		f := fields{"text": fmt.Sprintf("第 %d 路公交晚上没有车", i+1), "category": "交通出行"}
		if i%4 == 3 { // the public does not say what sort of matter it is
			f = fields{"text": fmt.Sprintf("第 %d 条河沟堵了", i+1)}
		}
		s.raise(f)
	}
	s.settled()
	b := &counted{browser: s.open(t, 1280, "clerk")}
	b.goTo("/desk")
	b.axe()
	b.shot("desk-ten")
	for i := range 10 {
		b.must(fmt.Sprintf("待受理 %d", 10-i))
		b.fill("title", fmt.Sprintf("事项 %d", i+1))
		unit := "区交通运输局"
		if strings.Contains(b.value(`document.querySelector('section[aria-labelledby=wk] .quote').innerText`), "河沟") {
			unit = "区农林水局"
			b.fill("category", "水利")
			b.browser.keys("\t")
		}
		b.until(`document.querySelector('[name="units.0.unit"]').value === "` + unit + `"`)
		b.choose("mode", "TIME_LIMITED")
		if i == 0 {
			b.fill("leader", "区分管领导（交通）")
		}
		b.press("受理并交办")
		s.settled()
		b.goTo("/desk")
	}
	b.must("没有待受理的")
	if n := b.clicks + b.runs; n > 60 {
		t.Errorf("ten opinions take %d clicks and %d runs of keys, want at most 60 in all", b.clicks, b.runs)
	} else {
		t.Logf("ten opinions take %d clicks and %d runs of keys", b.clicks, b.runs)
	}
	if got := s.total("clerk", "state=IN_PROGRESS"); got != 10 {
		t.Errorf("%d items are under way, want 10", got)
	}
	if got := s.total("clerk", "state=IN_PROGRESS&unit=sl"); got != 2 {
		t.Errorf("%d items are with the unit that answers for water, want 2", got)
	}
	if a := s.call("clerk", "GET", "/api/v1/items?leader=ld", nil); !strings.Contains(a.Body, `"rank":"副处"`) {
		t.Errorf("the leader's rank of the day is not kept: %s", a.Body)
	}
}

// TestTwoAtOnce: two people have one form open. The second hears that the first was quicker
// without touching anything, keeps what was typed, and sees both before it goes through; the
// item's page says what is new since it was looked at last.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	n := s.raise(fields{"text": "晚上没有公交车", "category": "民生"}).Number
	s.do("clerk", n, "accept", fields{"title": "夜间公交", "category": "民生", "mode": "IMMEDIATE"})
	b := s.open(t, 1280, "clerk2")
	b.goTo("/items/" + n)
	b.goTo("/items/" + n + "/assign")
	b.fill("units.0.unit", "增口乡", "units.0.task", "协调夜班车")
	s.do("clerk", n, "link_leader", fields{"leader": fields{"id": "l1", "post": "区分管领导（交通）"}})
	b.becomes("这一件刚才有人改过")
	b.press("交办")
	b.must("别人先改了", "别人做了什么", "挂钩领导", "区分管领导（交通）", "协调夜班车", "仍然交上去")
	b.axe()
	b.press("仍然交上去")
	b.must("整改中", "增口乡", "您上次看过以后有 2 条新记录")
	b.axe()
}
