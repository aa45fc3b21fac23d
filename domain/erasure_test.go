package domain

import (
	"testing"

	"xiaohao/events"
)

var wish = RequestErasure{Reason: events.PersonWishes, Asked: events.AskedByPerson, Ground: "申请书 2026-3 号"}

func TestErasure(t *testing.T) {
	for _, st := range erasable {
		s := representatives[st](t)
		s.refused("complete_erasure.role", office1, CompleteErasure{})
		s.refused("complete_erasure.none", system, CompleteErasure{})
		asked := s.it.Rev + 1
		s.do(office1, wish).in(st)
		s.refused("request_erasure.done", office1, wish)
		facts, err := s.decide(system, CompleteErasure{})
		if err != nil || facts[0] != (events.ErasureCompleted{Request: asked}) {
			t.Errorf("%s: %v, %v", st, facts, err)
		}
		s.do(system, CompleteErasure{}).in(st)
		s.refused("complete_erasure.done", system, CompleteErasure{})
	}
}

// The ground stays readable for ever.
func TestErasureGroundIsNotPersonal(t *testing.T) {
	s := representatives[events.Terminated](t)
	bad := wish
	bad.Ground = "张三 13800138000 来电"
	s.refused("request_erasure.personal", office1, bad)
}

// Whatever state it may be in, an item that was asked to be erased takes no more personal
// data, and takes everything else.
func TestNothingPersonalAfterErasure(t *testing.T) {
	s := representatives[events.ReturnedForInfo](t)
	s.it.Erasure = 3
	s.refused("erasure.requested", clerk, SupplyInfo{Text: "我是张三", Code: code})
	s.do(office1, NotAccept{Reason: "已在诉讼", Route: "区法院"}).in(events.NotAccepted)
}
