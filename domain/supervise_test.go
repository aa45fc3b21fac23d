package domain

import (
	"testing"
	"time"

	"xiaohao/events"
)

// soon is due on 2026-03-09, five working days after the stories begin.
var soon = Accept{Title: "下夜班没有公交车", Category: "交通出行", Mode: events.Immediate}

// climbs gives the step that is owed, on the day on which it is.
func (s *story) climbs(day string, w events.Watch, ref string, on events.Date, level events.SupervisionLevel) *story {
	s.t.Helper()
	s.now = date(day).Time().Add(9 * time.Hour)
	return s.do(system, Escalate{Watch: w, Ref: ref, For: on, Level: level})
}

func TestTheLadder(t *testing.T) {
	s := handed(t, soon, unitA)
	due, part := s.it.Due, s.it.Assignments[0].ID
	if due != date("2026-03-09") {
		t.Fatalf("due %s", due)
	}
	step := Escalate{Watch: events.WatchDeadline, For: due, Level: events.Remind}
	s.refused("escalate.not_owed", system, step).refused("escalate.role", super1, step)
	s.climbs("2026-03-04", events.WatchDeadline, "", due, events.Remind).
		refused("escalate.not_owed", system, step) // once
	s.climbs("2026-03-10", events.WatchDeadline, "", due, events.Urge).
		refused("answer_supervision.none", handler(unitA), AnswerSupervision{Text: "提醒、催办不用书面答"})
	s.climbs("2026-03-17", events.WatchDeadline, "", due, events.Yellow)
	if part == "" || len(s.it.Watched()) != 2 /* deadline and slip */ {
		t.Fatalf("watched %+v", s.it.Watched())
	}
	yellow := s.history[len(s.history)-1].Events[0].(events.SupervisionIssued)
	if yellow.Slip != s.it.Number+"-D3" || yellow.Due != date("2026-03-20") || yellow.Text == "" {
		t.Errorf("slip %+v", yellow)
	}
	// The answer did not come: the next colour, and so on up to what only people do.
	s.climbs("2026-03-23", events.WatchAnswer, yellow.Slip, yellow.Due, events.Orange)
	orange := s.history[len(s.history)-1].Events[0].(events.SupervisionIssued)
	s.climbs("2026-04-01", events.WatchAnswer, orange.Slip, orange.Due, events.Red)
	red := s.history[len(s.history)-1].Events[0].(events.SupervisionIssued)
	s.climbs("2026-04-20", events.WatchAnswer, red.Slip, red.Due, events.Summon)
	if _, ok := s.history[len(s.history)-1].Events[0].(events.AttentionCalled); !ok {
		t.Error("约谈 is asked for, not ordered")
	}
	s.refused("escalate.not_owed", system, Escalate{Watch: events.WatchAnswer, Ref: red.Slip, For: red.Due, Level: events.Summon})
}

func TestUnsignedEscalates(t *testing.T) {
	s := accepted(t, soon).do(office1, to(unitA))
	part, issued := s.it.Assignments[0].ID, s.today()
	s.climbs("2026-03-04", events.WatchSigning, part, issued, events.Urge)
	s.climbs("2026-03-06", events.WatchSigning, part, issued, events.Yellow)
	s.do(liaison(unitA), Sign{}).refused("escalate.not_owed", system, Escalate{Watch: events.WatchSigning, Ref: part, For: issued, Level: events.Yellow})
	// The deadline has its own ladder.
	s.climbs("2026-03-10", events.WatchDeadline, "", s.it.Due, events.Urge)
}

// An extension makes a new deadline, and the ladder starts again for it.
func TestExtensionStartsAnew(t *testing.T) {
	s := handed(t, soon, unitA)
	s.climbs("2026-03-04", events.WatchDeadline, "", s.it.Due, events.Remind)
	s.do(head(unitA), RequestExtension{Due: s.it.Due.AddDays(4), Reason: "雨"}).do(office1, GrantExtension{Reason: "行"})
	s.climbs("2026-03-10", events.WatchDeadline, "", s.it.Due, events.Remind)
}

func TestReviewsComeBack(t *testing.T) {
	s := handed(t, soon, unitA).do(office1, Suspend{Cause: events.NoMoney, Body: "区委", Reason: "缺钱", NextReview: date("2026-03-20")})
	s.refused("escalate.not_owed", system, Escalate{Watch: events.WatchReview, For: date("2026-03-20"), Level: events.Remind})
	s.climbs("2026-03-20", events.WatchReview, "", date("2026-03-20"), events.Remind)
	s.climbs("2026-03-27", events.WatchReview, "", date("2026-03-20"), events.Urge)
	s.do(office1, ReviewSuspension{Finding: "还缺", NextReview: date("2026-04-20")})
	s.climbs("2026-04-20", events.WatchReview, "", date("2026-04-20"), events.Remind)
}

// A tap can be taken back for ten seconds, by whoever gave it; the number stays used and the
// ladder stands where it stood.
func TestTakeBack(t *testing.T) {
	leader := events.Actor{ID: "l1", Role: events.LeaderRole, Post: "区分管领导"}
	s := handed(t, soon, unitA)
	s.refused("take_back.none", leader, TakeBack{})
	s.do(leader, Supervise{Level: events.Yellow, Text: "请抓紧办。"})
	slip := s.it.Number + "-D1"
	if s.it.Supervision.Level != events.Yellow || len(s.it.Watched()) != 2 {
		t.Fatalf("watched %+v", s.it.Watched())
	}
	s.refused("take_back.none", super1, TakeBack{})
	s.now = s.now.Add(UndoWindow)
	s.do(leader, TakeBack{}).refused("take_back.none", leader, TakeBack{})
	if got := s.history[len(s.history)-1].Events[0].(events.OrderTakenBack); got.Slip != slip || got.Order == "" {
		t.Errorf("taken back %+v", got)
	}
	if s.it.Supervision.Level != "" || len(s.it.Watched()) != 1 {
		t.Errorf("still watched %+v", s.it.Watched())
	}
	s.refused("answer_supervision.none", handler(unitA), AnswerSupervision{Text: "答"})
	s.do(leader, Supervise{Level: events.Urge, Text: "再来一次。"})
	if got := s.history[len(s.history)-1].Events[0].(events.SupervisionIssued); got.Slip != s.it.Number+"-D2" {
		t.Errorf("number %s given again", got.Slip)
	}
	s.now = s.now.Add(UndoWindow + undoTravel + time.Second)
	s.refused("take_back.late", leader, TakeBack{})
	s.do(leader, Instruct{Text: "讲清卡在哪里。"}).do(leader, TakeBack{})

	// What the ladder did meanwhile stays done.
	s = handed(t, soon, unitA)
	s.climbs("2026-03-04", events.WatchDeadline, "", s.it.Due, events.Remind)
	s.do(super1, Supervise{Level: events.Red, Text: "严重。"}).do(super1, TakeBack{})
	if s.it.Supervision.Level != events.Remind {
		t.Errorf("level %s", s.it.Supervision.Level)
	}
}
