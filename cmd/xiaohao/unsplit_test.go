package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/projections"
)

// row is an item as the read models have it.
func (s *site) row(number string) projections.Item {
	s.t.Helper()
	it, err := s.stack.reads.Item(s.t.Context(), number)
	if err != nil {
		s.t.Fatal(err)
	}
	return it
}

// TestUnsplit takes a split back: what was split off is in its item again, sent twice it is done
// once, and once one of the parts went its way it is refused with a sentence.
func TestUnsplit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	split := func() (number string, parts []string) {
		t.Helper()
		n := s.raise(fields{"text": "坝头溪淤积，岸边有垃圾", "category": "民生"}).Number
		s.do("clerk", n, "accept", fields{"title": "坝头溪疏浚", "category": "民生", "mode": "IMMEDIATE"})
		s.do("clerk", n, "split", fields{"parts": []fields{{"title": "岸边垃圾清运"}, {"title": "护岸加固"}}})
		it := s.row(n)
		for _, c := range it.Detail.Children {
			parts = append(parts, c.Number)
		}
		if len(parts) != 2 {
			t.Fatalf("split into %v", parts)
		}
		return n, parts
	}
	send := func(as, number, id string) answer {
		t.Helper()
		form := url.Values{"id": {id}, "back": {"/desk"}}
		a := s.call(as, "POST", "/items/"+number+"/unsplit", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		s.settled()
		return a
	}

	n, parts := split()
	if _, page := s.page("clerk", "/items/"+n); !strings.Contains(page, "撤销拆单") {
		t.Error("the item does not offer to take the split back")
	}
	for _, as := range []string{"supervisor", staff("增口乡", "HANDLER")} {
		if _, page := s.page(as, "/items/"+n); strings.Contains(page, "撤销拆单") {
			t.Errorf("it is offered to %s", as)
		}
	}
	if a := send("supervisor", n, uuid.NewString()); a.Status != http.StatusForbidden && a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a supervisor takes it back: %d", a.Status)
	}
	id := uuid.NewString()
	if a := send("clerk", n, id); a.Status != http.StatusOK || !strings.Contains(text(a.Body), "工作台") {
		t.Fatalf("%d %s", a.Status, text(a.Body))
	}
	for _, p := range parts {
		if it := s.row(p); it.MergedInto != n {
			t.Errorf("%s is merged into %q, want %s", p, it.MergedInto, n)
		}
	}
	last := s.last()
	if a := send("clerk", n, id); a.Status != http.StatusOK {
		t.Errorf("sent again: %d %s", a.Status, text(a.Body))
	}
	if wrote := s.written(last); len(wrote) > 0 {
		t.Errorf("sent again it wrote %v", wrote)
	}
	if _, page := s.page("clerk", "/items/"+n); strings.Contains(page, "撤销拆单") {
		t.Error("it is offered again")
	}

	n, parts = split()
	s.do("clerk", parts[1], "assign", fields{"units": []fields{{"unit": "增口乡", "part": "LEAD"}}})
	last = s.last()
	if a := send("clerk", n, uuid.NewString()); a.Status != http.StatusUnprocessableEntity || !strings.Contains(text(a.Body), "请逐件并单。") {
		t.Errorf("one part went its way: %d %s", a.Status, text(a.Body))
	}
	if wrote := s.written(last); len(wrote) > 0 {
		t.Errorf("a refused one wrote %v", wrote)
	}
	if _, page := s.page("clerk", "/items/"+n); strings.Contains(page, "撤销拆单") {
		t.Error("it is offered though a part went its way")
	}
	alone := s.raise(fields{"text": "没有拆过", "category": "民生"}).Number
	if a := send("clerk", alone, uuid.NewString()); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("an item that was never split: %d", a.Status)
	}
	if a := send("clerk", n, "no id"); a.Status < 400 {
		t.Errorf("without an id: %d", a.Status)
	}
}
