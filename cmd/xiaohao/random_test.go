package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/events"
	memlog "xiaohao/events/journal/memory"
	"xiaohao/events/journal/natstest"
	"xiaohao/events/vault"
	memvault "xiaohao/events/vault/memory"
)

// TestRandomCommands gives random commands to a desk over the real log and vault, and the
// same to one over memory, which is the model. Now and then the log dies while a command
// is under way (the same is then given again), the program starts anew, a person is
// erased. Always: the desk refuses and does what the model does, folding the log gives the
// model's item, and what the desk keeps in memory is what is in the log.
func TestRandomCommands(t *testing.T) {
	for name, sort := range map[string]func(*testing.T, *world){
		"embedded": func(_ *testing.T, w *world) { w.die = w.stopServer },
		"kill -9": func(t *testing.T, w *world) {
			node := natstest.Start(t, 1).Nodes[0]
			w.remote.Nats = fmt.Sprintf("nats://127.0.0.1:%d", node.Client)
			w.die = func() { node.Kill(); node.Start(); natstest.Eventually(t, 10*time.Second, "healthy", node.Healthy) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			checks, length := "3", "60"
			var d time.Duration
			if s := os.Getenv("XIAOHAO_SOAK"); s != "" {
				checks, length = "20", "100"
				var err error
				if d, err = time.ParseDuration(s); err != nil {
					t.Fatal(err)
				}
			}
			for flagName, value := range map[string]string{"rapid.checks": checks, "rapid.steps": length, "rapid.nofailfile": "true"} {
				before := flag.Lookup(flagName).Value.String()
				if err := flag.Set(flagName, value); err != nil {
					t.Fatal(err)
				}
				defer func() { _ = flag.Set(flagName, before) }()
			}
			counts := map[string]int{}
			for end := time.Now().Add(d); ; {
				rapid.Check(t, func(rt *rapid.T) {
					w := newWorld(rt, t, counts)
					sort(t, w)
					w.play()
				})
				if !time.Now().Before(end) {
					break
				}
			}
			t.Logf("%v", counts)
			for _, what := range []string{"done", "refused", "died under way", "erased", "given again"} {
				if counts[what] == 0 && (d > 0 || what == "done") { // a short walk may miss what is rare
					t.Errorf("nothing was ever %s: the walks show nothing", what)
				}
			}
		})
	}
}

// world is the real thing beside its model.
type world struct {
	t      *rapid.T
	dir    string
	remote remoteFlags
	die    func()    // ends the log server outright; a remote one is back when it returns
	now    time.Time // of the order; not another day than the servers' clock, which dates the facts
	real   *stack
	counts map[string]int

	log   *memlog.Journal
	vault *memvault.Vault
	desk  *domain.Desk

	items  []uuid.UUID
	erased map[uuid.UUID]bool
	orders []domain.Order // carried out
}

func newWorld(rt *rapid.T, t *testing.T, counts map[string]int) *world {
	w := &world{t: rt, dir: t.TempDir(), counts: counts, now: time.Now(),
		log: memlog.New(), vault: memvault.New(), erased: map[uuid.UUID]bool{}}
	w.desk = &domain.Desk{Journal: w.log, Vault: w.vault, Calendars: calendar.Official(), Prefix: "ZG", Now: w.clock}
	return w
}

func (w *world) clock() time.Time { return w.now }

func (w *world) play() {
	w.start()
	defer func() { w.real.close() }()
	w.raise(w.t)
	w.t.Repeat(map[string]func(*rapid.T){
		"":                w.check,
		"raise":           w.raise,
		"order":           w.order,
		"order once more": w.order, // most of what happens
		"and again":       w.order,
		"repeat":          w.repeat,
		"erase":           w.erase,
		"restart":         func(*rapid.T) { w.restart() },
	})
}

func (w *world) start() {
	quiet := slog.New(slog.DiscardHandler)
	s, err := openWriting(context.Background(), stackConfig{dir: w.dir, remote: w.remote, prefix: "ZG", now: w.clock, logger: quiet})
	if err != nil {
		w.t.Fatalf("start: %v", err)
	}
	w.real = s
}

func (w *world) restart() {
	w.real.close()
	w.start()
}

// stopServer takes the embedded server away under whatever is being done.
func (w *world) stopServer() {
	w.real.nc.Close()
	w.real.server.Stop()
}

// give carries out an order in both, and may let the log die meanwhile.
func (w *world) give(o domain.Order, crash bool, after time.Duration) {
	want, refusal := w.desk.Do(context.Background(), o)
	got, err := w.do(o, crash, after)
	if gone(err) { // nobody knows what became of it: give it again
		got, err = w.do(o, false, 0)
	}
	if fmt.Sprint(rules(err)) != fmt.Sprint(rules(refusal)) {
		w.t.Fatalf("%T by %s: %v, the model says %v", o.Command, o.Actor.Role, err, refusal)
	}
	if err != nil {
		w.counts["refused"]++
		return
	}
	w.counts["done"]++
	if got.Rev != want.Rev || got.Item != want.Item {
		w.t.Fatalf("%T: revision %d of %s, the model says %d of %s", o.Command, got.Rev, got.Item, want.Rev, want.Item)
	}
	w.orders = append(w.orders, o)
	if !slices.Contains(w.items, got.Item) {
		w.items = append(w.items, got.Item)
	}
}

// do carries out an order in the real world only.
func (w *world) do(o domain.Order, crash bool, after time.Duration) (domain.Receipt, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if !crash {
		return w.real.desk.Do(ctx, o)
	}
	type outcome struct {
		domain.Receipt
		error
	}
	done := make(chan outcome, 1)
	go func() {
		r, err := w.real.desk.Do(ctx, o)
		done <- outcome{r, err}
	}()
	select { // the moment of death
	case r := <-done:
		done <- r
	case <-time.After(after):
		w.counts["died under way"]++
	}
	w.die()
	if w.remote.Nats != "" {
		w.real.nc.Close() // the program dies, too
	}
	r := <-done
	w.restart()
	return r.Receipt, r.error
}

// rules are the codes of a refusal, or the one of an erased item.
func rules(err error) []string {
	var out []string
	for _, r := range domain.RefusalsOf(err) {
		out = append(out, r.Rule)
	}
	switch {
	case err == nil || len(out) > 0:
		return out
	case errors.Is(err, vault.ErrErased):
		return []string{"erased"}
	case errors.Is(err, domain.ErrNotFound):
		return []string{"not found"}
	}
	return []string{err.Error()}
}

// gone reports an error that is about the log and not about the order.
func gone(err error) bool {
	return err != nil && domain.RefusalsOf(err) == nil && !errors.Is(err, vault.ErrErased) && !errors.Is(err, domain.ErrNotFound)
}

func (w *world) draw(rt *rapid.T, n int, label string) int {
	return rapid.IntRange(0, n-1).Draw(rt, label)
}

func (w *world) fate(rt *rapid.T) (crash bool, after time.Duration) {
	if w.draw(rt, 6, "fate") > 0 {
		return false, 0
	}
	return true, time.Duration(w.draw(rt, 3000, "µs")) * time.Microsecond
}

func (w *world) newOrder(rt *rapid.T) domain.Order {
	var id uuid.UUID
	copy(id[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(rt, "id"))
	id[0] |= 1         // never the zero one
	w.now = time.Now() // stands still while both worlds carry it out
	return domain.Order{ID: id}
}

func (w *world) raise(rt *rapid.T) {
	o := w.newOrder(rt)
	o.Actor, o.Code = events.Actor{ID: "clerk", Role: events.Intake, Unit: bureau, Post: "录入员"}, "K8XN3WQF6HRTV"
	o.Command = domain.Raise{Text: "晚上没有公交车，我姓林，电话 13800138000。", Area: "前黄镇", Category: "交通出行", Channel: events.ByVisit}
	crash, after := w.fate(rt)
	w.give(o, crash, after)
}

func (w *world) order(rt *rapid.T) {
	o := w.newOrder(rt)
	o.Item = w.items[w.draw(rt, len(w.items), "item")]
	it, err := w.desk.Look(context.Background(), o.Item)
	if err != nil {
		w.t.Fatal(err)
	}
	all := ordersFor(it.State, it.Number)
	if w.draw(rt, 5, "stray") == 0 {
		all = ordersFor(states[w.draw(rt, len(states), "state")], it.Number)
	}
	x := all[w.draw(rt, len(all), "command")]
	o.Command, o.Actor = x.command, x.by
	if m, ok := o.Command.(domain.Merge); ok {
		o.Into = w.items[w.draw(rt, len(w.items), "into")]
		m.Into = "ZG-2026-000001" // as people write it; which one it is the caller has looked up
		o.Command = m
	}
	crash, after := w.fate(rt)
	w.give(o, crash, after)
}

// repeat gives an order that was carried out before: nothing may come of it.
func (w *world) repeat(rt *rapid.T) {
	o := w.orders[w.draw(rt, len(w.orders), "order")]
	r, err := w.real.desk.Do(context.Background(), o)
	if err != nil || !r.Repeated {
		w.t.Fatalf("%T given again: %+v, %v", o.Command, r, err)
	}
	w.counts["given again"]++
}

func (w *world) erase(rt *rapid.T) {
	if w.draw(rt, 3, "really") > 0 {
		return
	}
	item := w.items[w.draw(rt, len(w.items), "item")]
	if err := w.vault.Erase(context.Background(), item); err != nil {
		w.t.Fatal(err)
	}
	if err := w.real.vault.Erase(context.Background(), item); err != nil {
		w.t.Fatal(err)
	}
	w.erased[item] = true
	w.counts["erased"]++
}

// check compares every item with the model.
func (w *world) check(*rapid.T) {
	for _, id := range w.items {
		got, err := w.real.log.Load(context.Background(), id)
		if err != nil {
			w.t.Fatalf("load: %v", err)
		}
		want, err := w.log.Load(context.Background(), id)
		if err != nil {
			w.t.Fatal(err)
		}
		if diff := cmp.Diff(w.told(want, w.vault), w.told(got, w.real.vault)); diff != "" {
			w.t.Fatalf("item %s is not the model's (- model, + log):\n%s", id, diff)
		}
		kept, err := w.real.desk.Look(context.Background(), id)
		if err != nil {
			w.t.Fatalf("look: %v", err)
		}
		if folded := domain.Fold(got); !reflect.DeepEqual(kept, folded) {
			w.t.Fatalf("the desk has another item than the log:\n%+v\n%+v", kept, folded)
		}
	}
}

// opener opens personal fields.
type opener interface {
	Open(ctx context.Context, s events.Sealed) (string, error)
}

// drawn are the parts of a fact that are random or counted, so not the model's.
var drawn = regexp.MustCompile(`"(public_id|code_hash)":"[^"]*"|ZG-2026-\d{6}`)

// told is a history in words: what must be the same in both worlds, with personal fields
// opened; those of an erased item must not open.
func (w *world) told(history []events.Recorded, v opener) []string {
	var out []string
	for _, r := range history {
		line := fmt.Sprint(r.Rev, " ", r.Command, " ", r.CommandID, " ", r.Actor.ID, " ", r.At.UTC())
		for _, e := range r.Events {
			plain, err := events.MapSealed(e, func(field string, s events.Sealed) (events.Sealed, error) {
				text, err := v.Open(context.Background(), s)
				if w.erased[r.Item] != errors.Is(err, vault.ErrErased) {
					return s, fmt.Errorf("field %s of an item that was erased (%v): %q, %w", field, w.erased[r.Item], text, err)
				}
				line += fmt.Sprintf(" %s=%q", field, text)
				return events.Sealed{}, nil
			})
			if err != nil {
				w.t.Fatal(err)
			}
			data, err := json.Marshal(plain)
			if err != nil {
				w.t.Fatal(err)
			}
			line += fmt.Sprintf(" %T %s", e, drawn.ReplaceAll(data, []byte("…")))
		}
		out = append(out, line)
	}
	return out
}

// order is what somebody may well do next.
type order struct {
	by      events.Actor
	command domain.Command
}

var (
	bureau = events.Unit{ID: "u0", Name: "区领导小组办公室"}
	unitA  = events.Unit{ID: "ua", Name: "区交通运输局"}
	states = []events.State{events.Registered, events.Accepted, events.InProgress, events.Rectified, events.UnderVerification, events.Closed}
)

func ordersFor(state events.State, number string) []order {
	who := func(id string, role events.Role, unit events.Unit) events.Actor {
		return events.Actor{ID: id, Role: role, Unit: unit, Post: role.Zh()}
	}
	office1, office2, office3 := who("office1", events.Dispatcher, bureau), who("office2", events.Dispatcher, bureau), who("office3", events.Dispatcher, bureau)
	liaison, handler := who("liaison", events.UnitLiaison, unitA), who("handler", events.Handler, unitA)
	deputy, head := who("deputy", events.UnitDeputy, unitA), who("head", events.UnitHead, unitA)
	leader := who("leader", events.LeaderRole, events.Unit{})
	always := []order{
		{office1, domain.AddOpinion{Text: "我也遇到了，我姓陈。", Channel: events.ByCall, Phone: "0595-87981234"}},
		{leader, domain.Instruct{Text: "抓紧办。"}},
	}
	switch state {
	case events.Registered:
		return append(always, order{office1, domain.Accept{Title: "下夜班没有公交车", Category: "交通出行", Mode: events.TimeLimited}},
			order{office1, domain.Accept{Title: "站牌倒了", Category: "交通出行", Mode: events.Immediate}},
			order{office1, domain.Merge{Into: number, Basis: "同人同事"}},
			order{office1, domain.Answer{Title: "问末班车", Reply: "22:30。", Way: domain.ByPhone}})
	case events.Accepted:
		return append(always, order{office1, domain.Assign{Units: []domain.Assignee{{Unit: unitA, Part: events.Lead}}}},
			order{office1, domain.Assign{Units: []domain.Assignee{{Unit: unitA, Part: events.Lead}}}},
			order{office1, domain.Split{Parts: []domain.SplitPart{{Title: "夜班车"}, {Title: "站牌"}}}})
	case events.InProgress:
		return append(always, order{liaison, domain.Sign{}}, order{handler, domain.ReportProgress{Note: "做了一半", Done: 1, Total: 2, Unit: "处"}},
			order{handler, domain.RecordEvidence{Title: "照片", Kind: events.ResultEvidence}},
			order{deputy, domain.ReportRectified{Result: "末班车改到 22:30", Truth: events.True, Contacted: true, ContactNote: "打了电话", Solved: events.SolvedYes, Reply: "末班车已改到 22:30。"}},
			order{deputy, domain.ReportRectified{Result: "末班车改到 22:30", Truth: events.True, Contacted: true, ContactNote: "打了电话", Solved: events.SolvedYes, Reply: "末班车已改到 22:30。"}})
	case events.Rectified:
		return append(always, order{handler, domain.ApplyClosure{Tasks: true, Lawful: true, Alike: true, Cause: true}})
	case events.UnderVerification:
		return append(always, order{deputy, domain.SignOff{}}, order{head, domain.SignOff{}}, order{office2, domain.SignOff{}},
			order{office1, domain.IssueReply{Way: domain.ByPhone}}, order{office3, domain.Close{}})
	}
	return append(always, order{office1, domain.Reopen{Reason: "又坏了"}})
}
