package notice

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
	"xiaohao/projections"
	"xiaohao/projections/localpg/pgtest"
)

// told is a log that only has preferences.
type told struct{ *memory.Journal }

func (told) Identity() string                                                            { return "log" }
func (told) At(context.Context, uint64) (r events.Recorded, err error)                   { return r, err }
func (told) Follow(context.Context, uint64, func([]events.Recorded, uint64) error) error { return nil }

// Letters and robots keep to working hours, 调休 counted, unless the person wants them always;
// a digest comes in the morning; who wants no letters gets none. Systems are told at once.
func TestWhen(t *testing.T) {
	log := told{memory.New()}
	center := &Center{Facts: log, Now: time.Now}
	for id, p := range map[string]events.NoticePreferred{"always": {Mail: true, Always: true}, "digest": {Mail: true, Digest: true}, "none": {}} {
		if err := center.Prefer(t.Context(), uuid.New(), events.Actor{ID: id}, p); err != nil {
			t.Fatal(err)
		}
	}
	people := []Person{{ID: "plain", Mail: "plain@x.cn", Boxes: []Box{"b"}}, {ID: "always", Mail: "always@x.cn", Boxes: []Box{"b"}},
		{ID: "digest", Mail: "digest@x.cn", Boxes: []Box{"b"}}, {ID: "none", Mail: "none@x.cn", Boxes: []Box{"b"}}, {ID: "other", Mail: "other@x.cn", Boxes: []Box{"c"}}}
	var now time.Time
	r := &Reader{Log: log, Now: func() time.Time { return now }, Calendar: calendar.Official,
		Config: Config{Mail: &Mail{}, People: people, Robots: []Robot{{Name: "群", Boxes: []Box{"b"}}}, Webhooks: []Webhook{{Name: "oa", URL: "https://oa"}}}}
	for _, x := range []struct{ name, now, working, morning string }{
		{"in working hours", "2026-11-24 10:00", "2026-11-24 10:00", "2026-11-25 09:00"},
		{"before them", "2026-11-24 07:10", "2026-11-24 09:00", "2026-11-25 09:00"},
		{"in the evening", "2026-11-24 20:00", "2026-11-25 09:00", "2026-11-25 09:00"},
		{"at the weekend", "2026-11-28 10:00", "2026-11-30 09:00", "2026-11-30 09:00"},
		{"on a Saturday that is worked (调休)", "2026-10-10 10:00", "2026-10-10 10:00", "2026-10-12 09:00"},
		{"on the eve of a long holiday", "2026-09-30 18:00", "2026-10-08 09:00", "2026-10-08 09:00"},
	} {
		now = moment(t, x.now)
		ds, err := r.deliveries(t.Context(), Notice{ID: "n", Box: "b", At: now})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]time.Time{}
		for _, d := range ds {
			got[d.address] = d.next
		}
		want := map[string]time.Time{"https://oa": now, "群": moment(t, x.working), "plain@x.cn": moment(t, x.working), "always@x.cn": now, "digest@x.cn": moment(t, x.morning)}
		for address, at := range want {
			if !got[address].Equal(at) {
				t.Errorf("%s: %s is told at %s, want %s", x.name, address, got[address], at)
			}
			delete(got, address)
		}
		if len(got) != 0 {
			t.Errorf("%s: also told %v", x.name, got)
		}
	}
	if ds, err := r.deliveries(t.Context(), Notice{ID: "n", Box: "b", Inside: true}); err != nil || len(ds) != 0 {
		t.Errorf("what stays inside goes to %v, %v", ds, err)
	}
}

func moment(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, events.Beijing)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// A night's worth comes as one message, with the first twenty in words.
func TestFlood(t *testing.T) {
	g := &group{}
	o, s, _ := only(t, g)
	var n news
	for i := range 60 {
		id := fmt.Sprintf("d%d/0/b", i)
		n.notices = append(n.notices, Notice{ID: id, Box: "b", Number: fmt.Sprintf("ZG-%d", i), Says: fmt.Sprintf("ZG-%d：催办。", i), At: s.Now()})
		n.deliveries = append(n.deliveries, delivery{id, "群", "群", s.Now().Add(-time.Minute)})
	}
	if err := o.keep(t.Context(), "log", 0, 0, n); err != nil {
		t.Fatal(err)
	}
	s.rounds(t, 2, func() {})
	got := g.said()
	if len(got) != 1 || strings.Count(got[0], "催办。") != 20 || !strings.Contains(got[0], "有 61 件事要您看") || !strings.Contains(got[0], "还有 41 件，请到收件箱看。") {
		t.Errorf("%d messages: %v", len(got), got)
	}
}

// What a leader ordered with one tap is told to nobody while it can be taken back, and never
// once it is.
func TestTakenBackIsNeverTold(t *testing.T) {
	o, err := OpenOutbox(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	now := time.Now()
	order := events.Recorded{Commit: events.Commit{CommandID: uuid.New(), Events: []events.Event{events.LeaderInstructed{Text: "抓紧办。"}}}, Time: now}
	it := &projections.Item{ID: "i", Number: "ZG-1", Class: events.Ordinary, Lead: events.Unit{ID: "u"}}
	ns := About(order, it)
	if len(ns) == 0 || !ns[0].At.After(now.Add(domain.UndoWindow)) {
		t.Fatalf("told at once: %+v", ns)
	}
	r := &Reader{Now: func() time.Time { return now }, Calendar: calendar.Official, Config: Config{Webhooks: []Webhook{{Name: "oa", URL: "https://oa"}}}}
	ds, err := r.deliveries(t.Context(), ns[0])
	if err != nil || len(ds) != 1 || ds[0].next.Before(ns[0].At) {
		t.Fatalf("sent at %+v, %v", ds, err)
	}
	if err := o.keep(t.Context(), "log", 0, 0, news{notices: ns, deliveries: ds}); err != nil {
		t.Fatal(err)
	}
	boxes := []Box{ns[0].Box}
	inbox := func(at time.Time) int {
		es, err := o.Inbox(t.Context(), "p", boxes, []string{}, at, 9)
		n, err2 := o.Unread(t.Context(), "p", boxes, []string{}, at)
		if err != nil || err2 != nil || n != len(es) {
			t.Fatal(len(es), n, err, err2)
		}
		return n
	}
	if a, b := inbox(now.Add(domain.UndoWindow)), inbox(now.Add(time.Minute)); a != 0 || b != 1 {
		t.Errorf("in the inbox: %d within the time, %d after it", a, b)
	}
	back := events.Recorded{Commit: events.Commit{CommandID: uuid.New(), Events: []events.Event{events.OrderTakenBack{Order: order.CommandID.String()}}}}
	if err := o.keep(t.Context(), "log", 0, 0, news{back: takenBack(back)}); err != nil {
		t.Fatal(err)
	}
	if n := inbox(now.Add(time.Hour)); n != 0 {
		t.Error("it is in the inbox still")
	}
	if ds, err := o.Deliveries(t.Context(), false, 9); err != nil || len(ds) != 0 {
		t.Errorf("it waits to be sent: %+v, %v", ds, err)
	}
}
