package projections

import (
	"testing"
	"time"

	"xiaohao/events"
)

// ledger20k is a store with 20,000 items, about 10 facts each.
func ledger20k(b *testing.B) (*Store, *story) {
	b.Helper()
	st := big(20_000)
	s := openStore(b)
	start := time.Now()
	s.catchUp(b, st.log, func() int { return 1000 })
	facts := 0
	for _, r := range st.log {
		facts += len(r.Events)
	}
	b.Logf("%d items, %d facts: caught up at %.0f facts/s", len(st.items), facts, float64(facts)/time.Since(start).Seconds())
	s.query(b, `vacuum analyze`)
	return s, st
}

// big makes a log of n items, by thousands, as years follow each other.
func big(n int) *story {
	st := newStory(newSeeded(99))
	st.step = time.Minute / 4
	var all []*Item
	for len(all) < n {
		st.items = nil
		st.before = len(all)
		for len(st.items) < 1000 {
			st.advance()
		}
		all = append(all, st.items...)
	}
	st.items = all
	return st
}

func BenchmarkLedgerPage20k(b *testing.B) {
	s, st := ledger20k(b)
	middle, err := s.Items(b.Context(), Filter{Limit: 200})
	if err != nil {
		b.Fatal(err)
	}
	for range 40 {
		if middle, err = s.Items(b.Context(), Filter{Limit: 200, After: middle.Next}); err != nil {
			b.Fatal(err)
		}
	}
	for name, f := range map[string]Filter{
		"first":   {},
		"middle":  {After: middle.Next},
		"unit":    {Unit: "u1"},
		"state":   {States: []events.State{events.Closed}},
		"overdue": {Lamp: LampOverdue, Today: today, Minute: minute, Near: near},
		"search":  {Q: "公交"},
		"number":  {Q: st.items[777].Number},
		"return":  {Queue: QueueReturn},
		"leader":  {Leader: "l1", Groups: Base, Campaign: "边学边改"},
	} {
		b.Run(name, func(b *testing.B) {
			f.Limit = 50
			for b.Loop() {
				if _, err := s.Items(b.Context(), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("board", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Board(b.Context(), BoardFilter{Today: today, Minute: minute, Near: near}); err != nil {
				b.Fatal(err)
			}
		}
		b.Logf("%s board rows", s.query(b, `select count(*)::text from board_sum`))
	})
	b.Run("queues", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Queues(b.Context(), Filter{Today: today, Minute: minute, Near: near}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("stuck", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Stuck(b.Context(), Filter{Today: today, Minute: minute, Near: near}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("figures", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.PublicFigures(b.Context(), events.Moment{Day: today}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkCatchUp tells how many facts a second a rebuild writes.
func BenchmarkCatchUp(b *testing.B) {
	st := big(2_000)
	s := openStore(b)
	facts := 0
	for b.Loop() {
		b.StopTimer()
		s.empty(b)
		b.StartTimer()
		s.catchUp(b, st.log, func() int { return 1000 })
		for _, r := range st.log {
			facts += len(r.Events)
		}
	}
	b.ReportMetric(float64(facts)/b.Elapsed().Seconds(), "facts/s")
}

// BenchmarkLive tells how long one commit takes when nothing is behind.
func BenchmarkLive(b *testing.B) {
	st := newStory(newSeeded(5))
	for range 1000 {
		st.advance()
	}
	s := openStore(b)
	s.catchUp(b, st.log, nil)
	at := len(st.log)
	for b.Loop() {
		b.StopTimer()
		for len(st.log) == at {
			st.advance()
		}
		at = len(st.log)
		b.StartTimer()
		s.catchUp(b, st.log, func() int { return 1 })
	}
}
