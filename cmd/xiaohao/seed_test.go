package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestSeedReport plays the figures of the seed report through commands, log, Postgres and
// page: 26 立即改 all struck off; 31 边学边改, 25 struck off and 6 standing, counted apart.
func TestSeedReport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	unit, leader := "区交通运输局", "leader|L1|区分管领导（交通）"
	one := func(mode, campaign string) string {
		n := s.raise(fields{"text": "公交线路不规范", "category": "民生", "area": "山腰街道"}).Number
		s.do("clerk", n, "accept", fields{"title": "公交线路", "category": "民生", "mode": mode, "campaign": campaign})
		s.do("clerk", n, "link_leader", fields{"leader": fields{"id": "L1", "post": "区分管领导（交通）", "rank": "处级"}})
		s.do("clerk", n, "assign", fields{"units": []fields{{"unit": unit, "part": "LEAD"}}})
		s.do(staff(unit, "UNIT_LIAISON"), n, "sign", nil)
		s.do(staff(unit, "HANDLER"), n, "record_evidence", fields{"title": "照片", "kind": "RESULT"})
		s.report(n, unit)
		return n
	}
	var numbers []string
	for range 26 {
		numbers = append(numbers, one("IMMEDIATE", ""))
	}
	for i := range 31 {
		n := one("TIME_LIMITED", "边学边改")
		if i < 6 {
			s.do(leader, n, "make_standing", fields{"reason": "要一直做", "review_days": 30})
			continue
		}
		numbers = append(numbers, n)
	}
	// A linked leader makes it a 重点件: site check, leader, seven days of publicity.
	for _, n := range numbers {
		s.apply(n, unit)
		s.do(staff(unit, "UNIT_DEPUTY"), n, "sign_off", nil)
		s.do(staff(unit, "UNIT_HEAD"), n, "sign_off", nil)
		s.do("checker", n, "sign_off", nil)
		s.do("clerk", n, "issue_reply", fields{"way": "PHONE"})
		s.do("witness", n, "check_site", fields{"passed": true, "conclusion": "到站上看过", "checkers": []string{"群众代表", "市交通部门"},
			"on": s.today(), "place": "山腰站"})
		s.do(leader, n, "sign_off", nil)
		s.do("publisher", n, "draft_public_text", fields{"summary": "公交线路不规范，已规范。"})
		s.do("publisher2", n, "release", nil)
		s.do("publisher", n, "open_publicity", fields{"medium": "本网站"})
	}
	s.ahead.Store(10) // the publicity is over
	for _, n := range numbers {
		s.do("clerk", n, "close_publicity", nil)
		s.do("closer", n, "close", nil)
	}
	s.settled()

	_, board := s.page("clerk", "/board")
	for _, want := range []string{"26 / 26", "25 / 31", "31 件改完 25，常态 6 不算销号", "已销号 25 · 常态 6"} {
		if !strings.Contains(text(board), want) {
			t.Errorf("board does not show %q:\n%s", want, text(board))
		}
	}
	for _, q := range []struct {
		query string
		n     int
	}{{"mode=IMMEDIATE&state=CLOSED&leader=*", 26}, {"campaign=边学边改&state=CLOSED", 25}, {"campaign=边学边改&state=STANDING", 6}, {"leader=L1", 57}} {
		if got := s.total("clerk", q.query); got != q.n {
			t.Errorf("ledger %s lists %d, want %d", q.query, got, q.n)
		}
	}
}

// TestThreeCounters plays 41 tasks: 25 rectified, of which 13 struck off, and 16 on
// schedule. 整改完成, 办结 and 销号 are never one figure.
func TestThreeCounters(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	unit := "区农林水局"
	for i := range 41 {
		n := s.raise(fields{"text": fmt.Sprintf("第 %d 件", i), "category": "民生"}).Number
		if i < 25 {
			s.toRectified(n, unit, nil)
			if i < 13 {
				s.toClosed(n, unit, true)
			}
			continue
		}
		s.do("clerk", n, "accept", fields{"title": "按序时", "category": "民生", "mode": "TIME_LIMITED"})
		s.do("clerk", n, "assign", fields{"units": []fields{{"unit": unit, "part": "LEAD"}}})
	}
	// One more is answered directly: 办结, and neither 整改完成 nor 销号.
	s.do("clerk", s.raise(fields{"text": "几点上班"}).Number, "answer", fields{"title": "办事时间", "reply": "周一到周五，早上八点半。", "way": "PHONE"})
	s.settled()
	_, page := s.page("clerk", "/board")
	board := strings.Join(strings.Fields(text(page)), "")
	for _, want := range []string{"整改完成（单位报的）2561.0%", "已销号（验过的）1331.7%", "办结（连直接答复）26", "还没改完16", "16件达到序时进度", "一共41件"} {
		if !strings.Contains(board, want) {
			t.Errorf("board does not show %q:\n%s", want, board)
		}
	}
	for query, n := range map[string]int{"state=CLOSED": 13, "state=RECTIFIED": 12, "state=IN_PROGRESS": 16, "group=BASE": 41, "group=DONE,CLOSED,ANSWERED": 26} {
		if got := s.total("clerk", query); got != n {
			t.Errorf("ledger %s lists %d, want %d", query, got, n)
		}
	}
}
