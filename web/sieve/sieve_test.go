package sieve

import (
	"slices"
	"testing"
	"time"

	"xiaohao/events"
)

func TestDoubts(t *testing.T) {
	const id = "6f0d8d0e-6f3a-5b1c-9a56-7d1c3c1e8f11"
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	good := Signs{ID: id, Proof: Pay(id), Opened: now.Add(-time.Minute), Sent: now}
	for _, c := range []struct {
		name   string
		change func(*Signs)
		want   []events.Doubt
	}{
		{"a person", func(*Signs) {}, nil},
		{"no script", func(s *Signs) { s.Proof = "" }, []events.Doubt{events.NoProof}},
		{"another form's proof", func(s *Signs) { s.ID = "6f0d8d0e-6f3a-5b1c-9a56-7d1c3c1e8f12" }, []events.Doubt{events.NoProof}},
		{"the same proof written in another way", func(s *Signs) { s.Proof = "0" + s.Proof }, []events.Doubt{events.NoProof}},
		{"three seconds", func(s *Signs) { s.Opened = now.Add(-3 * time.Second) }, []events.Doubt{events.TooQuick}},
		{"a clock that runs backwards", func(s *Signs) { s.Opened = now.Add(time.Hour) }, []events.Doubt{events.TooQuick}},
		{"does not say when", func(s *Signs) { s.Opened = time.Time{} }, []events.Doubt{events.TooQuick}},
		{"fills in everything", func(s *Signs) { s.Trap = "http://a.example" }, []events.Doubt{events.Trapped}},
		{"a flood", func(s *Signs) { s.Often, s.Proof = true, "x" }, []events.Doubt{events.NoProof, events.TooMany}},
	} {
		s := good
		c.change(&s)
		if got := s.Doubts(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
