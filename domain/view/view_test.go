package view_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/view"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
	vaultmemory "xiaohao/events/vault/memory"
)

var (
	clerk  = events.Actor{ID: "li", Role: events.Dispatcher, Post: "交办员"}
	liaise = events.Actor{ID: "wang", Role: events.UnitLiaison, Unit: events.Unit{ID: "jt", Name: "区交通运输局"}, Post: "联络员"}
	leader = events.Actor{ID: "chen", Role: events.LeaderRole, Post: "区领导"}
)

func desk() *view.Desk {
	return &view.Desk{Journal: memory.New(), Vault: vaultmemory.New(), Now: func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, events.Beijing) }}
}

// rule is the code of a refusal, "" when there was none.
func rule(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	rs := domain.RefusalsOf(err)
	if len(rs) != 1 || !strings.HasSuffix(rs[0].Message, "。") {
		t.Fatalf("%v is no refusal with one sentence", err)
	}
	return rs[0].Rule
}

// TestHolders holds whose a view of each reach is, who may not keep one, and that whoever keeps
// one sees it.
func TestHolders(t *testing.T) {
	for _, x := range []struct {
		reach  view.Reach
		actor  events.Actor
		holder string
		rule   string
	}{
		{view.Private, clerk, "person/li", ""}, {view.Private, liaise, "person/wang", ""}, {view.Private, leader, "person/chen", ""},
		{view.OfUnit, liaise, "unit/jt", ""}, {view.OfUnit, leader, "", "view.unit"},
		{view.Everyone, clerk, "everyone", ""}, {view.Everyone, liaise, "", "view.everyone"}, {view.Everyone, leader, "", "view.everyone"},
		{"", clerk, "", "view.reach"},
	} {
		got, no := view.Holder(x.reach, x.actor)
		is := ""
		if no != nil {
			is = no.Rule
		}
		if got != x.holder || is != x.rule {
			t.Errorf("%q by %s: %q %q, want %q %q", x.reach, x.actor.ID, got, is, x.holder, x.rule)
		}
		if no == nil && !slices.Contains(view.Holders(x.actor), got) {
			t.Errorf("%s keeps a view of %s and does not see it", x.actor.ID, got)
		}
	}
	if slices.Contains(view.Holders(leader), "unit/") {
		t.Error("somebody without a unit sees those of one")
	}
}

// TestSave holds what a name and a filter may be, that a command sent twice is carried out once,
// that a name is kept once, and how many there may be.
func TestSave(t *testing.T) {
	d := desk()
	for name, want := range map[string]string{"": "view.name", "   ": "view.name", strings.Repeat("字", 21): "view.name", "一\n二": "view.name", strings.Repeat("字", 20): "", " 逾期的 ": ""} {
		_, err := d.Save(t.Context(), uuid.New(), clerk, view.Private, name, "state=OPEN")
		if got := rule(t, err); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if _, err := d.Save(t.Context(), uuid.New(), clerk, view.Private, "长", strings.Repeat("a", 1001)); rule(t, err) != "view.query" {
		t.Errorf("a filter without end: %v", err)
	}
	if _, err := d.Save(t.Context(), uuid.New(), liaise, view.Everyone, "大家的", ""); rule(t, err) != "view.everyone" {
		t.Errorf("a unit's view for everyone: %v", err)
	}

	id := uuid.New()
	first, err := d.Save(t.Context(), id, liaise, view.Private, "盯着的", "unit=jt")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.Save(t.Context(), id, liaise, view.Private, "盯着的", "unit=jt"); err != nil || again != first {
		t.Errorf("sent twice: %d, then %d (%v)", first, again, err)
	}
	for i := range view.Most - 1 {
		if _, err := d.Save(t.Context(), uuid.New(), liaise, view.Private, fmt.Sprint("第 ", i), ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Save(t.Context(), uuid.New(), liaise, view.Private, "再一个", ""); rule(t, err) != "view.many" {
		t.Errorf("one too many: %v", err)
	}
	if _, err := d.Save(t.Context(), uuid.New(), liaise, view.Private, "盯着的", "unit=other"); err != nil {
		t.Errorf("a name that is there already is replaced: %v", err)
	}
	if _, err := d.Save(t.Context(), uuid.New(), liaise, view.OfUnit, "再一个", ""); err != nil {
		t.Errorf("the unit has a place of its own: %v", err)
	}
	if _, err := d.Drop(t.Context(), uuid.New(), liaise, view.Private, "第 3"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Save(t.Context(), uuid.New(), liaise, view.Private, "再一个", ""); err != nil {
		t.Errorf("there is room again: %v", err)
	}
}

// TestDrop holds that dropping what is not there writes nothing, and that nobody drops what is
// for everyone but who may keep it.
func TestDrop(t *testing.T) {
	d := desk()
	if seq, err := d.Drop(t.Context(), uuid.New(), clerk, view.Private, "没有的"); err != nil || seq != 0 {
		t.Errorf("what is not there: %d %v", seq, err)
	}
	saved, err := d.Save(t.Context(), uuid.New(), clerk, view.Everyone, "大家的", "state=OPEN")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Drop(t.Context(), uuid.New(), liaise, view.Everyone, "大家的"); rule(t, err) != "view.everyone" {
		t.Errorf("%v", err)
	}
	dropped, err := d.Drop(t.Context(), uuid.New(), clerk, view.Everyone, "大家的")
	if err != nil || dropped <= saved {
		t.Errorf("%d after %d: %v", dropped, saved, err)
	}
}

// TestAtOnce saves from many hands at once: none is lost.
func TestAtOnce(t *testing.T) {
	d := desk()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if _, err := d.Save(t.Context(), uuid.New(), clerk, view.Everyone, fmt.Sprint("第 ", i), ""); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i := range view.Most - 8 {
		if _, err := d.Save(t.Context(), uuid.New(), clerk, view.Everyone, fmt.Sprint("又 ", i), ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Save(t.Context(), uuid.New(), clerk, view.Everyone, "多的", ""); rule(t, err) != "view.many" {
		t.Errorf("all eight count: %v", err)
	}
}
