package domain

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"xiaohao/events"
)

// neighbour is another process on the same log: a desk with a shelf of its own.
func neighbour(d *Desk) *Desk {
	return &Desk{Journal: d.Journal, Vault: d.Vault, Calendars: d.Calendars, Prefix: d.Prefix, Now: d.Now}
}

// oneClock is a log whose server has the writer's clock.
type oneClock struct{ *unsure }

func (j oneClock) Load(ctx context.Context, item uuid.UUID) ([]events.Recorded, error) {
	h, err := j.unsure.Load(ctx, item)
	for i := range h {
		h[i].Time = h[i].At
	}
	return h, err
}

// inWork are commands that follow on a raised item, in order.
func inWork() []Order {
	return []Order{
		order(uuid.Nil, office1, triage),
		order(uuid.Nil, office1, to(unitA)),
		order(uuid.Nil, liaison(unitA), Sign{}),
		order(uuid.Nil, handler(unitA), ReportProgress{Note: "清了一段", Done: 1, Total: 11, Unit: "公里"}),
		order(uuid.Nil, handler(unitA), RecordEvidence{Title: "疏浚后照片", Kind: events.ResultEvidence}),
		order(uuid.Nil, handler(unitA), ReportProgress{Note: "清完了", Done: 11, Total: 11, Unit: "公里"}),
	}
}

// TestShelfIsTheFold has two desks take turns on one item: what the acting desk keeps is
// always what the log makes.
func TestShelfIsTheFold(t *testing.T) {
	d, mem := newDesk(t)
	j := oneClock{mem}
	d.Journal, d.Now = j, func() time.Time { return monday }
	desks := []*Desk{d, neighbour(d)}
	rc := must(t, d, order(uuid.Nil, clerk, opinion))
	for i, o := range inWork() {
		o.Item = rc.Item
		acting := desks[(i/2+1)%2]
		must(t, acting, o)
		want := Fold(history(t, j, rc.Item))
		if diff := cmp.Diff(want, acting.shelf.get(rc.Item), cmp.AllowUnexported(events.Date{}), cmpopts.IgnoreTypes(events.Sealed{})); diff != "" {
			t.Fatalf("after %s the kept item is another one (-log +kept):\n%s", o.Command.name(), diff)
		}
	}
}

// TestOnlyTheLogRefuses has a neighbour take the item on while this desk keeps an old one:
// what the old one does not allow is decided again on the log.
func TestOnlyTheLogRefuses(t *testing.T) {
	d, j := newDesk(t)
	other := neighbour(d)
	rc := must(t, d, order(uuid.Nil, clerk, opinion))
	if it := d.shelf.get(rc.Item); it == nil || it.State != events.Registered {
		t.Fatalf("kept after raising: %+v", it)
	}
	must(t, other, order(rc.Item, office1, triage))
	must(t, d, order(rc.Item, office1, to(unitA))) // refused on the kept item, which is still 待受理
	if _, err := other.Do(t.Context(), Order{ID: uuid.New(), Item: rc.Item, Actor: liaison(unitA), Command: Sign{}, Seen: 3}); err != nil {
		t.Errorf("seen at the newest revision, which the kept item has not: %v", err)
	}
	if _, err := d.Do(t.Context(), order(rc.Item, liaison(unitA), Sign{})); RefusalsOf(err) == nil {
		t.Errorf("signed twice: %v", err)
	}
	whole(t, history(t, j, rc.Item))
}

// TestShelfForgetsAtMidnight: the writer's and the server's day may differ then.
func TestShelfForgetsAtMidnight(t *testing.T) {
	for clock, kept := range map[string]bool{"23:54": true, "23:56": false, "00:04": false, "00:06": true} {
		at, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-24 "+clock, events.Beijing)
		if err != nil {
			t.Fatal(err)
		}
		d, _ := newDesk(t)
		d.Now = func() time.Time { return at }
		rc := must(t, d, order(uuid.Nil, clerk, opinion))
		if got := d.shelf.get(rc.Item) != nil; got != kept {
			t.Errorf("%s: kept %v, want %v", clock, got, kept)
		}
	}
}

func TestShelfIsBounded(t *testing.T) {
	var s shelf
	for range maxKept + 100 {
		s.put(&Item{ID: uuid.New()})
	}
	if len(s.items) != maxKept {
		t.Errorf("%d items are kept", len(s.items))
	}
}
