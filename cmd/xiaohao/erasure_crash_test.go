package main

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/web"
)

// TestEraserKilled kills the program outright, again and again, while it erases many items.
// In the end each is erased, and completed exactly once.
func TestEraserKilled(t *testing.T) {
	t.Parallel()
	const items = 30
	dir := publicDir(t)
	s := mustKeyStack(t, dir, masterFlags{})
	var all []*confession
	for i := range items {
		c := confess(t, s, numberOf(i))
		if n := c.opened(t, s); n != len(c.boxes) {
			t.Fatalf("%d of %d boxes open before it", n, len(c.boxes))
		}
		_, err := s.desk.Do(t.Context(), domain.Order{ID: uuid.New(), Item: c.id,
			Command: domain.RequestErasure{Reason: events.PersonWishes, Asked: events.AskedByPerson, Ground: "申请书"},
			Actor:   events.Actor{ID: "office.clerk", Role: events.Dispatcher, Post: "交办员"}})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	asked, err := s.log.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.close()

	run := func(until uint64) { // and kill
		t.Helper()
		p := startProgram(t, dir)
		var st web.Status
		for st.LastSequence < until {
			p.get(t, "/api/v1/status", &st)
		}
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = p.cmd.Wait()
	}
	for _, most := range []uint64{1, items / 3, items} {
		run(asked + most - rand.Uint64N(most))
	}
	for { // a signed root may have come among the completions
		s = mustKeyStack(t, dir, masterFlags{})
		open := 0
		for _, c := range all {
			if it, err := s.desk.Look(t.Context(), c.id); err != nil {
				t.Fatal(err)
			} else if !it.Erased {
				open++
			}
		}
		last, err := s.log.Last(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if open == 0 {
			break
		}
		s.close()
		run(last + uint64(open))
	}

	kv := keyBucket(t, s)
	for _, c := range all {
		history, err := s.log.Load(t.Context(), c.id)
		if err != nil {
			t.Fatal(err)
		}
		if n := completions(history); n != 1 {
			t.Errorf("%s: completed %d times", c.number, n)
		}
		if e, err := kv.Get(t.Context(), "item."+c.id.String()); err != nil || string(e.Value()) != "erased" {
			t.Errorf("%s: the key is still there: %v", c.number, err)
		}
		if n := c.opened(t, s); n != 0 {
			t.Errorf("%s: %d boxes open", c.number, n)
		}
	}
	if report, err := verifyLog(t.Context(), s.log, nil); err != nil || report.Wrong != nil {
		t.Errorf("the chain: %+v, %v", report.Wrong, err)
	}
}

func numberOf(i int) string { return fmt.Sprintf("ZG-2026-%06d", i+1) }
