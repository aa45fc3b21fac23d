package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"xiaohao/domain/calendar"
	"xiaohao/events"
)

// A notice that is published late moves the deadlines that it touches, each by a fact that
// the timeline tells, and once only; the page, the text and the JSON say why.
func TestNoticeMovesDeadlines(t *testing.T) {
	s := newSite(t)
	n := s.raise(fields{"text": "晚上没有公交车", "category": "民生"}).Number
	s.do("clerk", n, "accept", fields{"title": "夜间公交", "category": "民生", "mode": "TIME_LIMITED"})
	s.days(5)
	s.do("clerk", n, "assign", fields{"units": []fields{{"unit": handling, "part": "LEAD"}}}) // whose own clock begins now
	before, err := s.stack.reads.Item(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	notice := events.Notice{Year: before.Due.Year(), Days: []events.NoticeDay{{Date: before.Due, Name: "州庆", Off: true}}}
	if err := calendar.WriteNotice(&file, notice); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 0} {
		done, err := s.stack.importCalendar(t.Context(), calendarFile{Text: file.String()})
		if err != nil || done.Moved != want || done.Changed != (i == 0) {
			t.Fatalf("import %d: %+v, %v", i, done, err)
		}
	}
	if moved, err := s.stack.recompute(t.Context(), s.stack.lastChange()); err != nil || moved != 0 {
		t.Errorf("once more: %d, %v", moved, err)
	}
	s.settled()
	it, err := s.stack.reads.Item(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	rule, err := calendar.ParseRule(it.DueRule)
	if err != nil {
		t.Fatal(err)
	}
	if want := s.stack.almanac.Of("").DueOn(rule, it.DueFrom); it.Due != want || it.Due == before.Due || it.DueOriginal != before.Due || it.Detail.Clock.Counted.Calendar != 1 {
		t.Errorf("due %s, want %s; at first %s, kept as %s; %+v", it.Due, want, before.Due, it.DueOriginal, it.Detail.Clock)
	}
	own := it.Detail.Assignments[0]
	if want := s.stack.almanac.Of("").DueOn(rule, own.Clock.From); own.Due != want || own.Clock.Counted.Calendar != 1 || own.Clock.From == it.DueFrom {
		t.Errorf("the unit's own deadline is %s, want %s: %+v", own.Due, want, own.Clock)
	}
	if _, page := s.page("clerk", "/items/"+n); !strings.Contains(text(page), handling+"的期限是 "+own.Due.String()) {
		t.Error("the timeline does not tell that the unit's own deadline was counted anew")
	}
	s.do(staff(handling, "HANDLER"), n, "sign", nil)
	if _, page := s.page(staff(handling, "HANDLER"), "/unit"); !strings.Contains(text(page), "本单位的期限是 "+own.Due.String()[5:]) {
		t.Error("the unit is not told of its own deadline on its page")
	}
	for path, want := range map[string]string{"": "<td>不算</td><td>州庆放假</td>", "?as=text": it.Due.String() + "\n", "?as=json": `"due":"` + it.Due.String() + `"`} {
		if status, body := s.page("clerk", "/items/"+n+"/deadline"+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%q: %d without %q", path, status, want)
		}
	}
	for path, want := range map[string]int{"/deadline": 200, "/deadline?from=2026-09-30&rule=3wd": 200, "/deadline?from=x&rule=3wd": 422, "/deadline?from=2026-09-30&rule=x": 422} {
		if status, _ := s.page("", path); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
}
