package domain

import (
	"maps"
	"testing"

	"xiaohao/domain/calendar"
	"xiaohao/domain/limit"
	"xiaohao/events"
)

// “26个‘立即改’项目已全部完成整改，31个边学边改项目已完成整改25个、其他6个属于需常态整改项目”
// (seed 004): at the level of rules, with each item told by its own commands.
func TestSeedReport(t *testing.T) {
	type group struct {
		mode     events.Mode
		campaign string
	}
	got := map[group]map[events.State]int{}
	count := func(g group, s *story) {
		t.Helper()
		if got[g] == nil {
			got[g] = map[events.State]int{}
		}
		if f := s.history[1].Events[0].(events.ItemAccepted); f.Campaign != g.campaign || s.it.Mode != g.mode {
			t.Errorf("accepted as %s in %q, want %s in %q", s.it.Mode, f.Campaign, g.mode, g.campaign)
		}
		got[g][s.it.State]++
	}
	at := mode(events.Immediate)
	for range 26 {
		count(group{events.Immediate, ""}, closed(t, at))
	}
	studying := mode(events.TimeLimited)
	studying.Campaign = "边学边改"
	for i := range 31 {
		if i < 25 {
			count(group{events.TimeLimited, "边学边改"}, closed(t, studying))
			continue
		}
		stand := MakeStanding{Reason: "要长期坚持", ReviewDays: 90}
		s := rectified(t, studying).refused("make_standing.role", office1, stand).do(leader1, stand).do(office1, IssueReply{Way: ByPhone})
		count(group{events.TimeLimited, "边学边改"}, s)
	}
	want := map[group]map[events.State]int{
		{events.Immediate, ""}:       {events.Closed: 26},
		{events.TimeLimited, "边学边改"}: {events.Closed: 25, events.Standing: 6},
	}
	for g := range want {
		if !maps.Equal(got[g], want[g]) {
			t.Errorf("%s %s: %v, want %v", g.mode.Zh(), g.campaign, got[g], want[g])
		}
	}
}

// Liaocheng 2020: of 41 tasks 25 are rectified, only 13 of them 销号, and 16 are not done
// but on plan. Three counters, never one flag.
func TestRectifiedIsNotClosed(t *testing.T) {
	c := mode(events.Planned)
	var rectifiedOrLater, struckOff, onPlan, overdue int
	for i := range 41 {
		s := handed(t, c, unitA).do(handler(unitA), plan("2026-06-30")).do(office1, ApprovePlan{})
		if i < 25 {
			s.report()
		}
		if i < 13 {
			s.do(handler(unitA), apply).signTo(events.StepClose).do(office3, Close{})
		}
		s.until("2026-05-20").progress()
		switch s.it.State {
		case events.Rectified:
			rectifiedOrLater++
		case events.Closed:
			rectifiedOrLater++
			struckOff++
		}
		switch LampOf(s.it.State, s.it.Clock.Ends(s.it.Due), Looked(&calendar.Calendar{}, limit.Shipped(), s.now)) {
		case LampOnPlan:
			onPlan++
		case LampOverdue:
			overdue++
		}
	}
	if rectifiedOrLater != 25 || struckOff != 13 || onPlan != 16 || overdue != 0 {
		t.Errorf("rectified %d, closed %d, on plan %d, overdue %d; want 25, 13, 16, 0", rectifiedOrLater, struckOff, onPlan, overdue)
	}
}

// progress reports progress on an item that is under way.
func (s *story) progress() *story {
	s.t.Helper()
	if s.it.State != events.InProgress {
		return s
	}
	return s.do(handler(unitA), ReportProgress{Note: "达到序时进度", Done: 6, Total: 11, Unit: "公里"})
}
