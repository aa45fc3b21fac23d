package main

import (
	"slices"
	"testing"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/projections/localpg/pgtest"
)

// TestCopiedRowsTie holds that rows which `xiaohao bench board` copied are like projected
// ones: every figure of a board, of today and of a past day, is the number of rows that its
// filter lists, and a copy is found by its number and by its words.
func TestCopiedRowsTie(t *testing.T) {
	ctx, dsn := t.Context(), pgtest.Database(t)
	reads, err := projections.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer reads.Close()
	c := &benchBoardCmd{Base: 60}
	made, err := c.project(ctx, t.TempDir(), reads)
	if err != nil {
		t.Fatal(err)
	}
	defer made.close()
	today := made.today
	g, err := openGrower(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	if err := g.grow(ctx, 4*g.base); err != nil {
		t.Fatal(err)
	}
	listed := func(f projections.Filter) (n int) {
		t.Helper()
		for f.Limit = 200; ; {
			p, err := reads.Items(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			if n += len(p.Items); p.Next == "" {
				return n
			}
			f.After = p.Next
		}
	}
	units, err := reads.Units(ctx)
	if err != nil {
		t.Fatal(err)
	}
	some, err := reads.Items(ctx, projections.Filter{Limit: 1, Today: today})
	if err != nil {
		t.Fatal(err)
	}
	past := events.DateOf(some.Items[0].Raised).AddDays(-10) // some copies had been registered by then
	for _, bf := range []projections.BoardFilter{{Today: today, Near: today.AddDays(5)}, {Unit: units[0].Key, Today: today, Near: today.AddDays(5)},
		{AsOf: past, Today: past, Near: past.AddDays(5)}, {Unit: units[1].Key, AsOf: past, Today: past, Near: past.AddDays(5)}} {
		bf.Areas = true
		b, err := reads.Board(ctx, bf)
		if err != nil {
			t.Fatal(err)
		}
		if b.All.Total == 0 {
			t.Errorf("the board of %+v is empty", bf)
		}
		base := projections.Filter{Unit: bf.Unit, LeadOnly: bf.Unit != "", AsOf: bf.AsOf, Today: bf.Today, Near: bf.Near}
		tie := func(what string, c projections.Cell, f projections.Filter) {
			t.Helper()
			for name, x := range map[string]struct {
				n      int
				groups []projections.Group
				lamp   projections.Lamp
			}{"overdue": {c.Overdue, nil, projections.LampOverdue}, "near": {c.Near, nil, projections.LampNear},
				"running": {c.Running, []projections.Group{projections.GroupOpen}, projections.LampCalm},
				"done":    {c.Done, []projections.Group{projections.GroupDone}, ""}, "closed": {c.Closed, []projections.Group{projections.GroupClosed}, ""},
				"total": {c.Total, projections.Base, ""}} {
				f.Groups, f.Lamp = x.groups, x.lamp
				if n := listed(f); n != x.n {
					t.Errorf("%+v: %s %s is %d, its list has %d rows", bf, what, name, x.n, n)
				}
			}
		}
		tie("all", b.All, base)
		for _, c := range b.ByArea[:min(3, len(b.ByArea))] {
			f := base
			f.Area = c.Key
			tie("area "+c.Key, c, f)
		}
		for _, c := range b.ByMode {
			f := base
			f.Modes = []events.Mode{events.Mode(c.Key)}
			tie("mode "+c.Key, c, f)
		}
	}
	numbers, err := g.numbers(ctx, 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range numbers {
		it, err := reads.Item(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		words := []string{n}
		if r := []rune(it.Title); len(r) > 6 {
			words = append(words, string(r[2:6]))
		}
		for _, q := range words {
			p, err := reads.Items(ctx, projections.Filter{Q: q, Limit: 200, Today: today})
			if err != nil {
				t.Fatal(err)
			}
			if !p.More && !slices.ContainsFunc(p.Items, func(x projections.Item) bool { return x.ID == it.ID }) {
				t.Errorf("%s is not found by %q", n, q)
			}
		}
	}
}
