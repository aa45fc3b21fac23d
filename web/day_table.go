package web

import (
	"bytes"
	"fmt"
	"html/template"
	"sync"

	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/projections"
)

// dayTable is the account of a deadline, ready for the page: the costliest part of an answer,
// and the same for all items whose clocks ran alike. Nothing in it is anybody's.
type dayTable struct {
	words, rule string
	rows        template.HTML
	n           int
}

// dayTables remembers accounts. It is emptied when it is full, so its size is bounded.
type dayTables struct {
	mu    sync.Mutex
	known map[string]dayTable
}

// dayTablesKept is how many accounts are remembered, about 10 KiB each.
const dayTablesKept = 2000

// plainRule is the account in the words of whoever asks by number and code: no year that goes
// without saying, no row of a table of rules.
func plainRule(d calendar.Deadline, today events.Date) string {
	on := func(d events.Date) string {
		day := zhDay(d)
		if d.Year() != today.Year() {
			day = zhDate(d)
		}
		return " " + day + "（" + calendar.Weekday(d) + "）"
	}
	first, end := on(events.DateOf(d.Limit.From)), on(d.Due)
	var s string
	switch d.Limit.Rule.Unit {
	case calendar.WorkingDays:
		s = fmt.Sprintf("从%s的第二天算起，%s，到%s。放假和周末不算，调休上班的周末算。", first, d.Limit.Rule.Zh(), end)
	case calendar.NaturalDays:
		s = fmt.Sprintf("从%s的第二天算起，%s，到%s。放假和周末也算。", first, d.Limit.Rule.Zh(), end)
	case calendar.Fixed:
		s = fmt.Sprintf("%s定的，到%s。", first, end)
	default:
		return d.Says()
	}
	if len(d.Limit.Pauses) > 0 {
		s += "停下来等的日子不算。"
	}
	if d.Original != d.Due {
		s += "原来到" + on(d.Original) + "。"
	}
	if d.Provisional() {
		s += "以后哪几天放假还没有公布完，这个日子是暂定的，公布了再算一遍。"
	}
	return s
}

func (t *dayTables) of(key string, write func() (dayTable, error)) (dayTable, error) {
	t.mu.Lock()
	d, ok := t.known[key]
	t.mu.Unlock()
	if ok {
		return d, nil
	}
	d, err := write()
	if err != nil {
		return dayTable{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil || len(t.known) >= dayTablesKept {
		t.known = map[string]dayTable{}
	}
	t.known[key] = d
	return d, nil
}

// daysOf is the account of an item's deadline. Everything it depends on is in the key: the
// clock, the calendar it was counted by, the day the work was done, and today.
func (s *Server) daysOf(it projections.PublicItem) (dayTable, error) {
	cal := s.desk.Calendars.At(it.Clock.Counted.Calendar, it.Clock.Counted.Area)
	key := fmt.Sprintf("%p %v %s %s %s", cal, it.Clock, it.Due, it.RectifiedOn, s.today())
	return s.days.of(key, func() (dayTable, error) {
		d := s.explain(it.Clock, it.Due)
		t := dayTable{words: d.Limit.Rule.Zh(), rule: plainRule(d, s.today()), n: len(d.Days)}
		if d.Limit.Rule.Unit == calendar.Fixed {
			t.words = "定好的日子"
		}
		for i := range d.Days {
			if l := &d.Days[i]; l.Date == it.RectifiedOn && it.RectifiedOn != (events.Date{}) {
				l.Then += "，这天改好"
			}
		}
		var b bytes.Buffer
		if err := s.pages["answer"].ExecuteTemplate(&b, "days", d.Days); err != nil {
			return dayTable{}, fmt.Errorf("write the account of a deadline: %w", err)
		}
		t.rows = template.HTML(b.String())
		return t, nil
	})
}
