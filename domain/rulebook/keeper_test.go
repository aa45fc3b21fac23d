package rulebook

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/limit"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
)

var office = events.Actor{ID: "d-1", Role: events.Dispatcher, Post: "交办员"}

func open(t *testing.T, j domain.Histories) *Keeper {
	t.Helper()
	k, err := Open(t.Context(), j, func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, events.Beijing) })
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var street = events.LimitKey{Stage: events.StageRectify, Category: "路灯"}

func text(k *Keeper, m limit.Matter) string { return k.Now().Resolve(m).Text() }

// The table is shipped once, changed by whoever may, and says who changed what.
func TestKeeper(t *testing.T) {
	j := memory.New()
	k, other := open(t, j), open(t, j)
	if rc, err := k.Ship(t.Context()); err != nil || !rc.Changed || rc.Version != 1 {
		t.Fatalf("%+v, %v", rc, err)
	}
	for _, again := range []*Keeper{k, other} {
		if rc, err := again.Ship(t.Context()); err != nil || rc.Changed {
			t.Fatalf("shipped twice: %+v, %v", rc, err)
		}
	}
	lamp := limit.Matter{Stage: events.StageRectify, Category: "路灯", Mode: events.TimeLimited}
	rc, err := k.Set(t.Context(), uuid.New(), office, street, "3wd")
	if err != nil || rc.Version != 2 || text(k, lamp) != "3wd" || text(other, lamp) != "15wd" {
		t.Fatalf("%+v, %v: %s, %s", rc, err, text(k, lamp), text(other, lamp))
	}
	if changed, err := other.Refresh(t.Context()); err != nil || !changed || text(other, lamp) != "3wd" {
		t.Fatalf("the other node: %v, %v, %s", changed, err, text(other, lamp))
	}
	if rc, err := other.Set(t.Context(), uuid.New(), office, street, "3wd"); err != nil || rc.Changed {
		t.Errorf("the same again: %+v, %v", rc, err)
	}
	if _, err := other.Set(t.Context(), uuid.New(), office, street, "24h"); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Withdraw(t.Context(), uuid.New(), office, street); err != nil || text(k, lamp) != "15wd" { // k had not seen the last change
		t.Fatalf("%v: %s", err, text(k, lamp))
	}
	h := k.History()
	last := h[len(h)-1]
	if w, ok := last.Events[0].(events.LimitWithdrawn); len(h) != 4 || !ok || w.Was[0] != "24h" || last.Actor != office {
		t.Errorf("history %+v", h)
	}
	if s := h[2].Events[0].(events.LimitSet); s.Was[0] != "3wd" || s.Rules[0] != "24h" {
		t.Errorf("%+v", s)
	}
}

// A preset that an office changed is not shipped again, whatever the program brings.
func TestShipKeepsWhatWasChanged(t *testing.T) {
	k := open(t, memory.New())
	sign := events.LimitKey{Stage: events.StageSign}
	if _, err := k.Set(t.Context(), uuid.New(), office, sign, "2wd"); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Ship(t.Context()); err != nil || text(k, limit.Matter{Stage: events.StageSign}) != "2wd" {
		t.Errorf("%v: %s", err, text(k, limit.Matter{Stage: events.StageSign}))
	}
}

func TestRefusals(t *testing.T) {
	k := open(t, memory.New())
	set := func(a events.Actor, key events.LimitKey, text string) func(context.Context) error {
		return func(ctx context.Context) error { _, err := k.Set(ctx, uuid.New(), a, key, text); return err }
	}
	handler := events.Actor{ID: "h", Role: events.Handler}
	for rule, f := range map[string]func(context.Context) error{
		"set_limit.role":     set(handler, street, "3wd"),
		"set_limit.rules":    set(office, street, "three"),
		"set_limit.stage":    set(office, events.LimitKey{Stage: "NEW"}, "3wd"),
		"set_limit.mode":     set(office, events.LimitKey{Stage: events.StageSign, Mode: "NEW"}, "3wd"),
		"set_limit.urgency":  set(office, events.LimitKey{Stage: events.StageSign, Urgency: "NEW"}, "3wd"),
		"set_limit.preset":   set(office, events.LimitKey{Stage: events.StageSign, Preset: "NEW"}, "3wd"),
		"set_limit.category": set(office, events.LimitKey{Stage: events.StageSign, Category: "一二三四五六七八九十一二三四五六七八九十一"}, "3wd"),
		"withdraw_limit.preset": func(ctx context.Context) error {
			_, err := k.Withdraw(ctx, uuid.New(), office, events.LimitKey{Stage: events.StageSign})
			return err
		},
		"withdraw_limit.unknown": func(ctx context.Context) error {
			_, err := k.Withdraw(ctx, uuid.New(), office, street)
			return err
		},
	} {
		if rs := domain.RefusalsOf(f(t.Context())); len(rs) != 1 || rs[0].Rule != rule {
			t.Errorf("%s: %v", rule, rs)
		}
	}
}
