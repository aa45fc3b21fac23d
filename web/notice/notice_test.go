package notice

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/projections/localpg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// private stands for whatever can name a person, in every text of every fact.
const private = "林某某13800138000"

func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case events.Date:
		v.Set(reflect.ValueOf(events.NewDate(2026, 11, 30)))
		return
	case events.Sealed:
		v.Set(reflect.ValueOf(events.Secret(private)))
		return
	case events.Unit:
		v.Set(reflect.ValueOf(events.Unit{ID: "u1", Name: private}))
		return
	case events.Watch:
		v.SetString(string(events.WatchAnswer))
		return
	case events.SupervisionLevel:
		v.SetString(string(events.Red))
		return
	case events.Satisfaction:
		v.SetString(string(events.Dissatisfied))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(private)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	}
}

// Whatever a fact says in its own words, no notice repeats it.
func TestNothingPersonal(t *testing.T) {
	it := projections.Item{ID: "i", Number: "QG-2026-000001", Class: events.Ordinary, Title: private, Lead: events.Unit{ID: "u1", Name: private},
		Leader: events.Leader{ID: "l1", Post: private}}
	told := 0
	for _, e := range []events.Event{events.ItemRaised{}, events.OpinionAdded{}, events.ItemAccepted{}, events.ItemAssigned{}, events.CoUnitAdded{},
		events.SupervisionIssued{}, events.SupervisionAnswered{}, events.AttentionCalled{}, events.LeaderInstructed{}, events.ExtensionRequested{},
		events.ExtensionGranted{}, events.ExtensionDenied{}, events.ReturnRequested{}, events.SignOffRefused{}, events.RedoOrdered{}, events.ItemReopened{},
		events.ObjectionRaised{}, events.Evaluated{}, events.RectificationReported{}, events.ReplyIssued{}} {
		p := reflect.New(reflect.TypeOf(e))
		fill(p.Elem())
		e := p.Elem().Interface().(events.Event)
		switch x := e.(type) { // numbers of slips are the program's own
		case events.SupervisionIssued:
			x.Slip, x.Ref, e = "QG-2026-000001-D1", "QG-2026-000001-D1", x
			e = x
		case events.SupervisionAnswered:
			x.Slip = "QG-2026-000001-D1"
			e = x
		case events.AttentionCalled:
			x.Ref = "QG-2026-000001-D1"
			e = x
		}
		ns := About(events.Recorded{Commit: events.Commit{CommandID: uuid.New(), Events: []events.Event{e}}}, &it)
		for _, n := range ns {
			told++
			if strings.Contains(n.Says, private) || strings.Contains(n.Says, "138") {
				t.Errorf("%T tells %q", e, n.Says)
			}
		}
	}
	if told < 15 {
		t.Errorf("only %d notices", told)
	}
	it.Class = events.Conduct
	for _, n := range About(events.Recorded{Commit: events.Commit{CommandID: uuid.New(), Events: []events.Event{events.LeaderInstructed{}}}}, &it) {
		if !n.Inside {
			t.Error("举报 leaves the program")
		}
	}
}

// box is an outbox with n notices that wait for a channel.
func box(t *testing.T, n int, channel, address string) *Outbox {
	t.Helper()
	o, err := OpenOutbox(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	var ns []Notice
	var ds []delivery
	for i := range n {
		id := fmt.Sprintf("c%d/0/role|DISPATCHER", i)
		ns = append(ns, Notice{ID: id, Box: "role|DISPATCHER", Item: "i", Number: fmt.Sprintf("QG-%d", i), Kind: "supervision.issued",
			Says: fmt.Sprintf("QG-%d：催办。", i), At: time.Now()})
		ds = append(ds, delivery{id, channel, address, time.Now().Add(-time.Second)})
	}
	for range 2 { // keeping them twice keeps them once
		if err := o.keep(t.Context(), "log", 0, 0, news{notices: ns, deliveries: ds}); err != nil {
			t.Fatal(err)
		}
	}
	return o
}
