package domain

import (
	"testing"
	"time"

	"xiaohao/domain/calendar"
	"xiaohao/domain/limit"
	"xiaohao/events"
)

func (s *story) limit(st events.Stage) events.Limited {
	s.t.Helper()
	for _, l := range s.it.Limits {
		if l.Stage() == st {
			return l
		}
	}
	s.t.Fatalf("no limit of %s in %+v", st, s.it.Limits)
	return events.Limited{}
}

// Every deadline that a rule sets says by which row, and is met by what it asks for.
func TestEveryStageHasItsLimit(t *testing.T) {
	s := raised(t, opinion)
	if l := s.limit(events.StageAccept); l.Due != date("2026-03-03") || l.Rule != "1wd" || !l.Open() {
		t.Errorf("accept: %+v", l)
	}
	plan := mode(events.Planned)
	s.do(office1, plan).do(office1, to(unitA))
	for st, due := range map[events.Stage]string{events.StageSign: "2026-03-03", events.StageReturn: "2026-03-04", events.StagePlan: "2026-03-09"} {
		if l := s.limit(st); l.Due != date(due) || l.By.Row.Stage != st || l.By.Table != 0 || !l.Open() || l.Ref == "" {
			t.Errorf("%s: %+v, want %s", st, l, due)
		}
	}
	if s.limit(events.StageAccept).Open() {
		t.Error("accepted, and waited for still")
	}
	s = rectified(t, triage)
	if l := s.limit(events.StageReply); l.Due != date("2026-03-09") || s.limit(events.StageSign).Open() {
		t.Errorf("reply: %+v", l)
	}
	s.do(handler(unitA), apply)
	if l := s.limit(events.StageVerify); l.Due != date("2026-03-05") {
		t.Errorf("verify: %+v", l)
	}
	s.signTo(events.StepClose)
	if s.limit(events.StageReply).Open() || s.limit(events.StageEvaluate).Due != date("2026-04-01") {
		t.Errorf("reply %+v, evaluate %+v", s.limit(events.StageReply), s.limit(events.StageEvaluate))
	}
	if s.do(office3, Close{}); s.limit(events.StageVerify).Open() {
		t.Error("closed, and verification is waited for still")
	}
}

// A change of the table moves no deadline that stands; the next one goes by it, and says so.
func TestOldDeadlinesKeepTheirRule(t *testing.T) {
	row := events.LimitKey{Stage: events.StageRectify, Category: "交通出行"}
	s := accepted(t, triage)
	s.rules = limit.Shipped().With(events.LimitSet{Row: row, Rules: []string{"3wd"}}, events.LimitSet{Row: events.LimitKey{Stage: events.StageSign}, Rules: []string{"2h"}})
	if s.it.Due != date("2026-03-23") || s.it.Clock.Rule != "15wd" || s.it.Clock.By.Table != 0 {
		t.Errorf("the deadline before: %s, %+v", s.it.Due, s.it.Clock)
	}
	if _, err := s.try(system, Recompute{}); RefusalsOf(err) == nil {
		t.Error("a change of the table is recomputed")
	}
	next := raised(t, opinion)
	next.rules = s.rules
	next.do(office1, triage, to(unitA))
	if c := next.it.Clock; next.it.Due != date("2026-03-05") || c.Rule != "3wd" || c.By.Row != row || c.By.Table != 1 {
		t.Errorf("the deadline after: %s, %+v", next.it.Due, c)
	}
	// A limit in hours is over at its hour.
	next.now = next.now.Add(2*time.Hour - time.Second)
	if facts := next.decideOKFacts(liaison(unitA), Sign{}); facts[0].(events.AssignmentSigned).Late {
		t.Error("late within two hours")
	}
	next.now = next.now.Add(2 * time.Second)
	if facts := next.decideOKFacts(liaison(unitA), Sign{}); !facts[0].(events.AssignmentSigned).Late {
		t.Error("not late after two hours")
	}
}

func (s *story) decideOKFacts(a events.Actor, c Command) []events.Event {
	s.t.Helper()
	facts, err := s.decide(a, c)
	if err != nil {
		s.t.Fatalf("%s: %v", c.name(), err)
	}
	return facts
}

// Two clocks (domain.md §2.7): the item's never starts anew; the unit that gets a returned
// item has the rule's time from its own issue, and says by which row.
func TestTwoClocks(t *testing.T) {
	s := accepted(t, mode(events.Immediate)).do(office1, to(unitA)).wait(1).
		do(deputy(unitA), RequestReturn{Grounds: "g", Basis: "b", Suggested: unitB}).wait(1)
	due := s.it.Due
	first, _ := s.it.lead()
	if first.Due != due || first.Clock.By.Row.Mode != events.Immediate || first.Clock.From != date("2026-03-02") {
		t.Errorf("first issue: %+v", first)
	}
	s.do(office2, UpholdReturn{Reason: "r"}).do(office1, to(unitB, unitC))
	second, _ := s.it.lead()
	if s.it.Due != due || s.it.Clock.From != date("2026-03-02") {
		t.Errorf("the item's clock moved: %s, %+v", s.it.Due, s.it.Clock)
	}
	if second.Due != date("2026-03-11") || second.Clock.From != date("2026-03-04") || second.Clock.Rule != "5wd" {
		t.Errorf("the second unit: %+v", second)
	}
	if co, _ := s.it.of(unitC); co.Due != second.Due {
		t.Errorf("the co-unit: %+v", co)
	}
	// A day that the office sets may lie as late as the unit's own, and no later.
	again := func(day string) Assign {
		return Assign{Units: []Assignee{{Unit: unitB, Part: events.Lead, Due: date(day)}}}
	}
	s = accepted(t, mode(events.Immediate)).do(office1, to(unitA)).wait(1).do(deputy(unitA), RequestReturn{Grounds: "g", Basis: "b", Suggested: unitB}).
		wait(1).do(office2, UpholdReturn{Reason: "r"}).refused("assign.due_late@units.0.due", office1, again("2026-03-12")).do(office1, again("2026-03-11"))
	if lead, _ := s.it.lead(); !lead.Clock.IsZero() {
		t.Errorf("a day that was set has a rule: %+v", lead)
	}
	// Arbitration gives it to another unit, with time of its own.
	s = accepted(t, mode(events.Immediate)).do(office1, to(unitA)).wait(1).do(deputy(unitA), RequestReturn{Grounds: "g", Basis: "b", Suggested: unitB}).
		do(office2, OpenArbitration{Body: "编办"}).wait(2).do(office1, DecideArbitration{Unit: unitB, Basis: "三定"})
	if lead, _ := s.it.lead(); lead.Unit != unitB || lead.Due != date("2026-03-12") || lead.Clock.From != date("2026-03-05") || s.it.Due != due {
		t.Errorf("after arbitration: %+v, item due %s", lead, s.it.Due)
	}
}

// Facts from before deadlines were recorded are judged by the rules of that time.
func TestLimitsOfOldFacts(t *testing.T) {
	s := handed(t, triage, unitA)
	s.it.Limits = nil
	l := s.it.limitOf(events.StageReturn, "x", date("2026-03-02"), s.situation(office1))
	if l.Due != date("2026-03-03") || l.Rule != "1wd" {
		t.Errorf("%+v", l)
	}
	if got := (&calendar.Calendar{}).Account(l, s.today()).Due; got != l.Due {
		t.Errorf("its account says %s", got)
	}
}
