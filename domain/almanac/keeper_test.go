package almanac

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
)

var office = events.Actor{ID: "d-1", Role: events.Dispatcher, Post: "交办员"}

func at(day string) func() time.Time {
	return func() time.Time { return date(day).Time().Add(9 * time.Hour) }
}

func date(s string) events.Date {
	d, err := events.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func open(t *testing.T, j domain.Histories, day string) *Keeper {
	t.Helper()
	k, err := Open(t.Context(), j, "", at(day))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func publish(t *testing.T, k *Keeper, area string, n events.Notice) Receipt {
	t.Helper()
	rc, err := k.Publish(t.Context(), uuid.New(), office, area, []events.Notice{n})
	if err != nil {
		t.Fatal(err)
	}
	return rc
}

var newYear = events.Notice{Year: 2027, Days: []events.NoticeDay{{Date: date("2027-01-01"), Name: "元旦", Off: true}, {Date: date("2026-12-27"), Name: "元旦"}}}

func due(c *calendar.Calendar, from string) events.Date {
	r, err := calendar.ParseRule("3wd")
	if err != nil {
		panic(err)
	}
	return c.DueOn(r, date(from))
}

// A notice that comes late: until then the year is missing and what runs into it is
// provisional; then it counts, on every node, and what was counted before can be told still.
func TestPublishedLate(t *testing.T) {
	j := memory.New()
	k, other := open(t, j, "2026-11-24"), open(t, j, "2026-11-24")
	if rc, err := k.Ship(t.Context()); err != nil || rc.Version != 1 || !rc.Changed {
		t.Fatalf("%+v, %v", rc, err)
	}
	if rc, err := k.Ship(t.Context()); err != nil || rc.Changed {
		t.Fatalf("shipped twice: %+v, %v", rc, err)
	}
	if rc, err := other.Ship(t.Context()); err != nil || rc.Changed {
		t.Fatalf("shipped by another node too: %+v, %v", rc, err)
	}
	if k.Missing() != 2027 || open(t, j, "2026-10-31").Missing() != 0 || open(t, j, "2027-01-02").Missing() != 2027 {
		t.Errorf("missing %d", k.Missing())
	}
	was := k.Of("")
	rc := publish(t, k, "", newYear)
	if !rc.Changed || rc.Version != 2 || rc.From != date("2026-12-27") || k.Missing() != 0 {
		t.Errorf("%+v, missing %d", rc, k.Missing())
	}
	if again := publish(t, k, "", newYear); again.Changed || again.Version != 2 {
		t.Errorf("the same notice again: %+v", again)
	}
	if due(was, "2026-12-30") != date("2027-01-04") || due(k.Of(""), "2026-12-30") != date("2027-01-05") {
		t.Errorf("%s, %s", due(was, "2026-12-30"), due(k.Of(""), "2026-12-30"))
	}
	if got := due(k.Almanac().At(1, ""), "2026-12-30"); got != date("2027-01-04") {
		t.Errorf("by version 1 it was %s", got)
	}
	if other.Of("").Open(2027) != true {
		t.Error("the other node knows before it looked")
	}
	if changed, err := other.Refresh(t.Context()); err != nil || !changed || other.Of("").Open(2027) {
		t.Errorf("refreshed: %v, %v", changed, err)
	}
}

func TestAreas(t *testing.T) {
	k := open(t, memory.New(), "2026-03-02")
	if _, err := k.Ship(t.Context()); err != nil {
		t.Fatal(err)
	}
	local := events.Notice{Year: 2026, Days: []events.NoticeDay{{Date: date("2026-04-20"), Name: "三月三", Off: true}}}
	if rc := publish(t, k, "壮乡", local); rc.From != date("2026-04-20") {
		t.Errorf("%+v", rc)
	}
	if a, b := due(k.Of("壮乡"), "2026-04-17"), due(k.Of("别处"), "2026-04-17"); a != date("2026-04-23") || b != date("2026-04-22") {
		t.Errorf("%s, %s", a, b)
	}
	rc, err := k.SetHours(t.Context(), uuid.New(), office, events.WorkingHoursSet{Area: "壮乡", Opens: 510, Closes: 1050, AtClose: true})
	if err != nil || !rc.Changed || !k.Of("壮乡").Hours.AtClose || k.Of("").Hours.AtClose {
		t.Errorf("%+v, %v", rc, err)
	}
	if got := k.Almanac().Areas(); len(got) != 2 || got[1] != "壮乡" {
		t.Errorf("areas %v", got)
	}
}

func TestRefusals(t *testing.T) {
	k := open(t, memory.New(), "2026-03-02")
	handler := events.Actor{ID: "h", Role: events.Handler}
	if _, err := k.Publish(t.Context(), uuid.New(), handler, "", []events.Notice{newYear}); len(domain.RefusalsOf(err)) != 1 {
		t.Errorf("a handler may publish: %v", err)
	}
	if _, err := k.SetHours(t.Context(), uuid.New(), office, events.WorkingHoursSet{Opens: 600, Closes: 500}); len(domain.RefusalsOf(err)) != 1 {
		t.Errorf("closes before it opens: %v", err)
	}
}
