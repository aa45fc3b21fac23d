package domain

import (
	"testing"

	"xiaohao/domain/calendar"
	"xiaohao/events"
)

func pauseUntil(day string) RequestPause {
	return RequestPause{Ground: events.Hearing, Until: date(day), Reason: "听证"}
}

func (s *story) account() calendar.Deadline {
	return (&calendar.Calendar{}).Explain(s.it.Clock, s.it.Due, s.today())
}

func TestPause(t *testing.T) {
	s := handed(t, triage, unitA) // due 2026-03-23
	s.refused("request_pause.until@until", head(unitA), pauseUntil("2026-03-02")).
		refused("request_pause.until@until", head(unitA), pauseUntil("2026-06-03")).
		refused("request_pause.role", handler(unitA), pauseUntil("2026-03-09")).
		refused("request_pause.scope", head(unitB), pauseUntil("2026-03-09")).
		refused("pause.none", office1, GrantPause{Reason: "r"}).
		refused("end_pause.none", office1, EndPause{Reason: "r"}).
		until("2026-03-23").decideOK(head(unitA), pauseUntil("2026-03-30")).
		until("2026-03-24").refused("request_pause.late", head(unitA), pauseUntil("2026-03-30"))
	handed(t, mode(events.StandingMode), unitA).refused("request_pause.no_due", head(unitA), pauseUntil("2026-03-09"))

	// Asked on Monday, granted on Wednesday: the week from Monday does not count.
	s = handed(t, triage, unitA).wait(7).do(head(unitA), pauseUntil("2026-03-16")).
		refused("request_pause.open", head(unitA), pauseUntil("2026-03-16")).
		refused("report_rectified.pause", deputy(unitA), report).wait(2).do(office1, GrantPause{Reason: "r"})
	lead, _ := s.it.lead()
	if s.it.Due != date("2026-03-30") || lead.Due != s.it.Due || s.it.Pause != nil {
		t.Errorf("due %s, the lead's %s", s.it.Due, lead.Due)
	}
	if d := s.account(); d.Due != s.it.Due || d.Original != date("2026-03-23") {
		t.Errorf("the account: due %s, original %s\n%s", d.Due, d.Original, d.Text())
	}
	s.refused("request_pause.paused", head(unitA), pauseUntil("2026-03-20"))
	// Two of the five days are given back.
	s.until("2026-03-12").do(office1, EndPause{Reason: "听证已完"})
	if lead, _ = s.it.lead(); s.it.Due != date("2026-03-26") || lead.Due != s.it.Due {
		t.Errorf("ended early: due %s, the lead's %s\n%s", s.it.Due, lead.Due, s.account().Text())
	}
	s.refused("end_pause.none", office1, EndPause{Reason: "r"})
	if d := s.account(); d.Due != s.it.Due {
		t.Errorf("the account says %s", d.Due)
	}

	denied := handed(t, triage, unitA).do(head(unitA), pauseUntil("2026-03-09")).do(leader1, DenyPause{Reason: "r"})
	if denied.it.Due != date("2026-03-23") || denied.it.Pause != nil || len(denied.it.Clock.Pauses) > 0 {
		t.Errorf("denied: %s, %+v", denied.it.Due, denied.it.Clock)
	}
}

// Nobody decides on what he asked for himself, whatever posts he holds.
func TestNobodyGrantsHimself(t *testing.T) {
	both := head(unitA)
	twice := both
	twice.Role = events.Dispatcher
	handed(t, triage, unitA).do(both, pauseUntil("2026-03-09")).refused("pause.own", twice, GrantPause{Reason: "r"}).refused("pause.own", twice, DenyPause{Reason: "r"})
	handed(t, triage, unitA).do(both, RequestExtension{Due: date("2026-04-01"), Reason: "r"}).refused("extension.own", twice, GrantExtension{Reason: "r"})
}

// A pause that was asked for in time and granted late moves the deadline from the day it was
// asked for; a report in between stays late for ever.
func TestPauseGrantedLate(t *testing.T) {
	s := handed(t, triage, unitA).until("2026-03-23").do(head(unitA), pauseUntil("2026-03-30")).until("2026-03-25").do(office1, GrantPause{Reason: "r"})
	if s.it.Due != date("2026-03-30") {
		t.Errorf("due %s\n%s", s.it.Due, s.account().Text())
	}
	late := handed(t, triage, unitA).until("2026-03-24").report()
	if !late.it.Report.Late {
		t.Error("reported after the deadline, and not late")
	}
	late.do(handler(unitA), apply).do(office1, Refuse{Reason: "没有到位"}).report()
	if !late.it.Report.Late {
		t.Error("the second report is not late")
	}
}

// 挂账 during a pause: a day is taken out once, and the account leads to the deadline.
func TestSuspendedWhilePaused(t *testing.T) {
	s := handed(t, triage, unitA).do(head(unitA), pauseUntil("2026-03-16")).do(office1, GrantPause{Reason: "r"}).until("2026-03-09").
		do(office1, Suspend{Cause: events.NoMoney, Body: "领导小组会", Reason: "等预算", NextReview: date("2026-04-30")}).until("2026-03-16").
		do(office1, Resume{Reason: "钱到了"})
	if d := s.account(); d.Due != s.it.Due || s.it.Due != date("2026-04-03") {
		t.Errorf("due %s, the account says %s\n%s", s.it.Due, d.Due, d.Text())
	}
}
