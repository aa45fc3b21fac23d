package domain

import (
	"testing"
	"time"

	"xiaohao/events"
)

var toCall = Reveal{Phone: true, Reason: "约反映人到现场看"}

// A reveal is a record and nothing more: the item is where it was, and a form that was open
// meanwhile is still good.
func TestRevealChangesNothing(t *testing.T) {
	for _, st := range events.States {
		s := representatives[st](t)
		was, seen := *s.it, s.it.Rev
		c := toCall
		c.Opinion = s.it.Opinions[0]
		s.do(super1, c).in(st)
		if s.it.Rev != seen+1 || s.it.Changed != was.Changed || s.it.Due != was.Due || s.it.Supervision.Waiting != nil && len(s.it.Supervision.Waiting) != len(was.Supervision.Waiting) {
			t.Errorf("%s: revision %d, changed %d; was %d, %d", st, s.it.Rev, s.it.Changed, seen, was.Changed)
		}
	}
}

func TestRevealIsRefused(t *testing.T) {
	s := representatives[events.InProgress](t)
	for rule, c := range map[string]Reveal{
		"reveal.missing":  {Phone: true},
		"reveal.reason":   {Phone: true, Reason: "核实  "},
		"reveal.personal": {Phone: true, Reason: "给 13800138000 回电话"},
		"reveal.fields":   {Reason: toCall.Reason},
		"reveal.opinion":  {Opinion: "another", Phone: true, Reason: toCall.Reason},
	} {
		s.refused(rule, office1, c)
	}
	for _, a := range []events.Actor{auditor, publisher1, witness, authority, petitioner, system} {
		s.refused("reveal.role", a, toCall)
	}
	s.refused("reveal.scope", handler(unitD), toCall)
	s.it.Confidential = true
	s.refused("reveal.confidential", handler(unitA), toCall)
	s.it.Confidential = false
	s.it.Class, s.it.ComplainedOf = events.Conduct, []events.Unit{unitA}
	s.refused("conduct.own_unit", handler(unitA), toCall)
	s = representatives[events.Terminated](t)
	s.do(office1, wish)
	s.refused("reveal.erased", office1, toCall)
}

// Only who asked is shown it, in the post he asked in, and not for long.
func TestRevealTo(t *testing.T) {
	s := representatives[events.InProgress](t)
	lent := office1
	lent.Delegation = events.Delegation{ID: "d1", Of: "office2"}
	s.do(lent, toCall)
	r := s.it.Reveals[0]
	if r.Actor.Delegation.Of != "office2" || r.Fields[0] != events.PersonPhone || r.Opinion != s.it.Opinions[0] {
		t.Errorf("recorded as %+v", r)
	}
	other := lent
	other.ID = "office3"
	for name, c := range map[string]struct {
		a    events.Actor
		late time.Duration
		want bool
	}{
		"who asked":     {lent, RevealFor - time.Second, true},
		"too late":      {lent, RevealFor, false},
		"somebody else": {other, 0, false},
		"own post":      {office1, 0, false},
	} {
		if _, ok := s.it.RevealTo(c.a, r.Command, r.At.Add(c.late)); ok != c.want {
			t.Errorf("%s: %v", name, ok)
		}
	}
}
