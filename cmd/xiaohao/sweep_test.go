package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

func (s *site) sweeper() *sweeper {
	return &sweeper{reads: s.stack.reads, desk: s.stack.desk, ladders: s.stack.ladders, draws: s.stack.log, log: discard()}
}

// otherNode is a sweeper of another process: with a desk that has folded nothing yet.
func (s *site) otherNode() *sweeper {
	w, d := s.sweeper(), s.stack.desk
	w.desk = &domain.Desk{Journal: d.Journal, Vault: d.Vault, Calendars: d.Calendars, Rules: d.Rules, Ladders: d.Ladders, Prefix: d.Prefix, Now: d.Now}
	return w
}

// sweep runs one sweep and waits for the read models.
func (s *site) sweep() int {
	s.t.Helper()
	n, err := s.sweeper().sweep(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	s.settled()
	return n
}

// days moves the clock on.
func (s *site) days(n int) { s.ahead.Add(int64(n)) }

// issued counts what the sweep recorded: watch, day and level → how often.
func (s *site) issued() map[string]int {
	s.t.Helper()
	out := map[string]int{}
	for seq := uint64(1); seq <= s.last(); seq++ {
		r, err := s.stack.log.At(s.t.Context(), seq)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, e := range r.Events {
			switch e := e.(type) {
			case events.SupervisionIssued:
				out[fmt.Sprintf("%s %s %s %s %s", r.Item, e.Watch, e.Ref, e.For, e.Level)]++
			case events.AttentionCalled:
				out[fmt.Sprintf("%s %s %s %s %s", r.Item, e.Watch, e.Ref, e.For, e.Level)]++
			case events.LookBackDrawn:
				out[fmt.Sprintf("%s drawn %s", r.Item, e.Due)]++
			}
		}
	}
	return out
}

// once fails when anything was issued twice, and returns how many steps there were.
func (s *site) once() int {
	s.t.Helper()
	all := s.issued()
	for k, n := range all {
		if n != 1 {
			s.t.Errorf("issued %d times: %s", n, k)
		}
	}
	return len(all)
}

// agree fails unless rules and read models watch the same days of every item.
func (s *site) agree(numbers ...string) {
	s.t.Helper()
	for _, n := range numbers {
		it, err := s.stack.reads.Item(s.t.Context(), n)
		if err != nil {
			s.t.Fatal(err)
		}
		folded, err := s.stack.desk.Look(s.t.Context(), mustUUID(s.t, it.ID))
		if err != nil {
			s.t.Fatal(err)
		}
		plain := make([]events.Assignment, len(it.Detail.Assignments))
		for i, a := range it.Detail.Assignments {
			plain[i] = a.Assignment
		}
		rows := it.Detail.Supervised.Watched(events.WatchedItem{State: it.State, Due: it.Due, NextReview: it.NextReview, Urgent: it.Urgent, Assignments: plain})
		if got := folded.Watched(); !slices.Equal(got, rows) {
			s.t.Errorf("%s: rules watch %+v, rows %+v", n, got, rows)
		}
	}
}

// inHand raises n items and hands them to a unit, unsigned.
func (s *site) inHand(n int) []string {
	s.t.Helper()
	var out []string
	for i := range n {
		a := s.raise(fields{"text": fmt.Sprintf("第 %d 盏路灯不亮，晚上看不见路。", i+1), "area": "前黄镇", "category": "民生"})
		s.do("clerk", a.Number, "accept", fields{"title": fmt.Sprintf("第 %d 盏路灯", i+1), "category": "民生", "mode": "IMMEDIATE"})
		s.do("clerk", a.Number, "assign", fields{"units": []fields{{"unit": "区城管局", "part": "LEAD", "task": "修"}}})
		out = append(out, a.Number)
	}
	return out
}

// Every step comes once: two nodes sweep at the same moment, one is cut off in the middle,
// the clock jumps ahead and back.
func TestSweepIssuesOnce(t *testing.T) {
	s := newSite(t)
	numbers := s.inHand(6)
	if n := s.sweep(); n != 0 {
		t.Fatalf("%d steps on the first day", n)
	}
	for range 3 {
		s.days(7)
		cut, cancel := context.WithCancel(t.Context())
		var both sync.WaitGroup
		for i := range 3 {
			both.Go(func() {
				ctx := t.Context()
				if i == 2 {
					ctx = cut
				}
				w := s.sweeper()
				if i == 1 {
					w = s.otherNode()
				}
				if _, err := w.sweep(ctx); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			})
		}
		cancel()
		both.Wait()
		s.settled()
		s.agree(numbers...)
	}
	before := s.once()
	if before < 6*4 { // 催办、黄单 of the deadline, of signing, and what followed
		t.Errorf("only %d steps: %v", before, s.issued())
	}
	s.days(400) // the clock jumps ahead: what is owed then is owed once
	s.sweep()
	s.sweep()
	after := s.once()
	s.days(-421) // and back to the first day
	if n := s.sweep(); n != 0 {
		t.Errorf("%d steps after the clock was set back", n)
	}
	s.days(421)
	s.sweep()
	if n := s.once(); n != after {
		t.Errorf("%d steps, then %d after the clock jumped to and fro", after, n)
	}
}

// What is looked at again: 挂账 on its day, closed items that were drawn.
func TestReviewsAndLookBacksComeBack(t *testing.T) {
	s := newSite(t)
	held := s.inHand(1)[0]
	s.do("clerk", held, "suspend", fields{"cause": "MONEY", "body": "区委", "reason": "缺钱", "next_review": events.DateOf(s.sweeper().now()).AddDays(20).String()})
	a := s.raise(fields{"text": "下夜班没有公交车。", "area": "前黄镇", "category": "民生"})
	s.toRectified(a.Number, "区交通运输局", fields{"level": "SIMPLE"})
	s.toClosed(a.Number, "区交通运输局", false)
	kept := s.raise(fields{"text": "公交车不等老人。", "area": "前黄镇", "category": "民生"}).Number
	s.toRectified(kept, "区交通运输局", fields{"level": "SIMPLE"})
	s.do("leader|l1|区分管领导", kept, "make_standing", fields{"reason": "要一直做。", "review_days": 30})
	if got := s.post("clerk", "/admin/ladders", url.Values{"preset": {"COUNTY_LEDGER"}, "watch": {string(events.WatchReview)}, "rungs": {"红单 1"}}); got != http.StatusUnprocessableEntity {
		t.Errorf("a slip for a review: %d", got)
	}
	s.days(20)
	s.sweep()
	s.days(12)
	s.sweep() // draws
	s.sweep() // and calls those that were drawn
	s.agree(held, a.Number, kept)
	page := func(n string) string { _, html := s.page("supervisor", "/items/"+n); return text(html) }
	if got := page(held); !contains(got, "复核定在", "到日子了") {
		t.Errorf("挂账 did not come back:\n%s", got)
	}
	if got := page(kept); !contains(got, "复核定在", "到日子了") {
		t.Errorf("常态 did not come back:\n%s", got)
	}
	if got := page(a.Number); !contains(got, "抽中了，要去看", "回头看定在") {
		t.Errorf("look-back did not come:\n%s", got)
	}
	draws, err := s.stack.reads.Samples(t.Context(), 9)
	if err != nil || len(draws) != 1 || draws[0].Seed == "" || len(draws[0].Chosen) != 1 {
		t.Fatalf("draws %+v, %v", draws, err)
	}
	s.once()
	// By another person than the verifier, and a failure takes the same number up again.
	s.do("supervisor", a.Number, "fail_look_back", fields{"finding": "又没车了"})
	if it, err := s.stack.reads.Item(t.Context(), a.Number); err != nil || it.State != events.InProgress || it.Round != 2 {
		t.Errorf("after a failed look-back: %s round %d, %v", it.State, it.Round, err)
	}
}

// The office sets another ladder: the sweep goes by it, from the next round on.
func TestLadderIsSet(t *testing.T) {
	s := newSite(t)
	number := s.inHand(1)[0]
	s.do(staff("区城管局", "UNIT_LIAISON"), number, "sign", nil)
	if got := s.post("clerk", "/admin/ladders", url.Values{"preset": {"COUNTY_LEDGER"}, "watch": {string(events.WatchDeadline)}, "rungs": {"提醒 -3，红单 1"}}); got != http.StatusSeeOther {
		t.Fatalf("set a ladder: %d", got)
	}
	if _, html := s.page("clerk", "/admin/ladders"); !contains(html, "提醒 -3，红单 1", "改过") {
		t.Errorf("not shown:\n%s", text(html))
	}
	s.days(15)
	s.sweep()
	it, err := s.stack.reads.Item(t.Context(), number)
	if err != nil || it.Supervision != events.Red {
		t.Errorf("stepped to %q, %v", it.Supervision, err)
	}
}

func mustUUID(t *testing.T, s string) uuid.UUID {
	t.Helper()
	id, err := uuid.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func contains(s string, words ...string) bool {
	for _, w := range words {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}
