package domain

import (
	"testing"

	"xiaohao/events"
)

// What a petitioner says after 销号 is dealt with by others than whoever struck the number
// off: neither the redo nor the exemption is his to decide.
func TestEvaluationGoesPastTheCloser(t *testing.T) {
	s := closed(t, triage).do(petitioner, unhappy)
	by := func(id string) events.Actor {
		for _, a := range everybody {
			if a.ID == id {
				return a
			}
		}
		t.Fatalf("nobody is %q", id)
		return events.Actor{}
	}
	closer := by(s.it.ClosedBy)
	s.refused("order_redo.closer", closer, OrderRedo{Reason: "r"}).
		do(head(unitA), RequestExemption{Reason: "超出职责"}).
		refused("endorse_exemption.closer", closer, EndorseExemption{Agreed: true, Reason: "r"})
	other := office1
	if other.ID == closer.ID {
		other = office2
	}
	s.do(other, EndorseExemption{Reason: "不同意"}, OrderRedo{Reason: "r"})
	if s.it.ClosedBy != "" || s.it.Round != 2 {
		t.Errorf("closed by %q in round %d", s.it.ClosedBy, s.it.Round)
	}
}
