package domain

import (
	"flag"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xiaohao/events"
)

// walkSteps is how many commands one walk tries.
const walkSteps = 250

// A walk gives random commands by random people from registration on. Whatever happens,
// the item stays whole: see (*walker).check and (*walker).finish.
func TestRandomWalks(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f != nil && f.Value.String() == "100" { // not asked for otherwise
		n := "60"
		if testing.Short() {
			n = "15"
		}
		if err := f.Value.Set(n); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Value.Set("100") }()
	}
	if err := flag.Set("rapid.nofailfile", "true"); err != nil { // the path is printed; nothing is left in testdata
		t.Fatal(err)
	}
	reached := map[events.State]int{}
	rapid.Check(t, func(rt *rapid.T) {
		w := walkFrom(rt)
		for range walkSteps {
			w.step()
		}
		for st := range w.seen {
			reached[st]++
		}
		if again := Fold(w.history); !reflect.DeepEqual(again, w.it) {
			rt.Fatalf("folded anew it is another item\n%+v\n%+v", again, w.it)
		}
		w.finish()
	})
	t.Logf("walks that came to a state: %v", reached)
	for _, st := range []events.State{events.InProgress, events.Rectified, events.UnderVerification, events.InPublicity, events.Closed} {
		if reached[st] == 0 {
			t.Errorf("no walk ever reached %s: the walks show nothing", st)
		}
	}
}

type walker struct {
	*story
	rt   *rapid.T
	rand *rand.Rand
	seen map[events.State]bool
	path []string
}

func (w *walker) rnd(n int) int { return w.rand.IntN(n) }

func walkFrom(rt *rapid.T) *walker {
	seed := rapid.Uint64().Draw(rt, "seed") // one draw a walk: a failure prints its path, not a thousand numbers
	w := &walker{story: &story{t: rt, now: monday}, rt: rt, rand: rand.New(rand.NewPCG(seed, 0)), seen: map[events.State]bool{}}
	c := opinion
	c.Preset = events.Presets[w.rnd(3)]
	c.Source = events.Sources[w.rnd(5)]
	c.Confidential = w.rnd(6) == 1
	if w.rnd(3) == 1 {
		c.Name, c.Phone = "林某", "13800138000"
	}
	w.do(clerk, c)
	return w
}

// step lets some time pass, and tries a command: mostly one that is offered to the person.
func (w *walker) step() {
	if w.rnd(6) == 0 {
		w.wait(1 + w.rnd(3))
	}
	if w.rnd(3) == 0 { // a pure drunkard never gets far
		w.forward()
		return
	}
	a := everybody[w.rnd(len(everybody))]
	var name string
	if w.rnd(5) == 0 {
		name = specs[w.rnd(len(specs))].Name
	} else {
		var open []string
		for _, act := range Actions(w.it, w.situation(a)) {
			if act.Refused == nil && !(ends(act.Spec.Name) && w.rnd(12) > 2) {
				open = append(open, act.Spec.Name)
			}
		}
		if len(open) == 0 {
			return
		}
		name = open[w.rnd(len(open))]
	}
	if name == "raise" && w.rnd(9) != 0 {
		return
	}
	before := *w.it
	facts, err := w.try(a, sample(name, w.it, w.today(), w.rnd))
	if err != nil {
		rs := RefusalsOf(err)
		if len(rs) == 0 {
			w.rt.Fatalf("%s by %s: %v is no refusal\n%v", name, a.ID, err, w.path)
		}
		for _, r := range rs {
			checkMessage(w.rt, r)
		}
		if w.it.Rev != before.Rev {
			w.rt.Fatalf("a refused %s changed the item", name)
		}
		return
	}
	w.done(&before, a, name, facts)
}

func (w *walker) done(before *Item, a events.Actor, name string, facts []events.Event) {
	w.path = append(w.path, a.ID+" "+name)
	w.seen[w.it.State] = true
	w.check(before, a, facts)
	if before.State != w.it.State {
		w.canGoOn()
	}
}

// ends are the commands that end a walk too soon.
func ends(name string) bool {
	return slices.Contains([]string{"merge", "not_accept", "terminate", "withdraw", "archive", "answer"}, name)
}

func (w *walker) fail(format string, args ...any) {
	w.rt.Helper()
	w.rt.Logf("path: %v", w.path)
	w.rt.Fatalf(format, args...)
}

// check holds the invariants after a command.
func (w *walker) check(before *Item, a events.Actor, facts []events.Event) {
	it := w.it
	leads := 0
	ids := map[string]bool{}
	for _, x := range it.live() {
		if x.Part == events.Lead {
			leads++
		}
		if ids[x.Unit.ID] {
			w.fail("unit %s has two live assignments", x.Unit.ID)
		}
		ids[x.Unit.ID] = true
		if it.Class == events.Conduct && slices.Contains(it.ComplainedOf, x.Unit) {
			w.fail("%s handles what is complained of it", x.Unit.Name)
		}
	}
	needsLead := []events.State{events.InProgress, events.Rectified, events.UnderVerification, events.InPublicity, events.Closed, events.Standing}
	if leads > 1 || (leads == 0 && slices.Contains(needsLead, it.State)) {
		w.fail("%d live leads in %s", leads, it.State)
	}
	if it.Round < before.Round || it.Round > before.Round+1 {
		w.fail("round %d after %d", it.Round, before.Round)
	}
	if it.Released && (it.Class != events.Ordinary || it.Confidential) {
		w.fail("%s, confidential %v, is public", it.Class, it.Confidential)
	}
	w.checkDue(before, facts)
	for _, e := range facts {
		if _, ok := e.(events.ItemClosed); ok {
			w.checkClosed(a)
		}
	}
	if it.State == events.Closed && before.State != events.Closed && w.path[len(w.path)-1] != a.ID+" close" {
		w.fail("closed by something else than 销号")
	}
}

// checkDue: the deadline moves only where somebody decided so.
func (w *walker) checkDue(before *Item, facts []events.Event) {
	if w.it.Due == before.Due {
		return
	}
	for _, e := range facts {
		switch e.(type) {
		case events.ModeClassified, events.ExtensionGranted, events.PauseGranted, events.PauseEnded, events.ItemReopened, events.ItemResumed, events.DeadlineRecomputed:
			return
		case events.ItemAssigned, events.PlanSubmitted: // the first deadline of an item that had none
			if before.Due.IsZero() {
				return
			}
		}
	}
	w.fail("the deadline went from %s to %s by %T", before.Due, w.it.Due, facts[0])
}

// checkClosed: every step is signed, by different people, and from 核查 on by nobody of a
// handling unit; the petitioner was answered; no objection is open.
func (w *walker) checkClosed(closer events.Actor) {
	it := w.it
	if !it.Replied || it.openObjections() > 0 || it.stepsLeft() != 0 {
		w.fail("closed: replied %v, %d objections, %d steps left", it.Replied, it.openObjections(), it.stepsLeft())
	}
	signed := map[string]events.Step{closer.ID: events.StepClose}
	for _, step := range it.Chain {
		if step == events.StepReply || step == events.StepPublicity || step == events.StepClose {
			continue
		}
		id := it.Signed[step]
		if other, twice := signed[id]; id == "" || twice {
			w.fail("%s is signed by %q, who signed %q", step, id, other)
		}
		signed[id] = step
		i := slices.IndexFunc(everybody, func(a events.Actor) bool { return a.ID == id })
		_, handles := it.of(everybody[i].Unit)
		own := step == events.StepHandler || signers[step].own
		if own != handles {
			w.fail("%s is signed by %s; of a handling unit: %v", step, id, handles)
		}
	}
	if _, handles := it.of(closer.Unit); handles {
		w.fail("closed by a handling unit")
	}
}

// canGoOn: in a state that is no end, somebody can do something that moves the item on, if
// not today then when time has passed.
func (w *walker) canGoOn() {
	if Terminal(w.it.State) {
		return
	}
	now := w.now
	defer func() { w.now = now }()
	for range 3 {
		for _, a := range everybody {
			for _, act := range Actions(w.it, w.situation(a)) {
				if act.Refused != nil || act.Spec.Name == "terminate" || act.Spec.Name == "withdraw" {
					continue
				}
				facts, err := w.decide(a, sample(act.Spec.Name, w.it, w.today(), func(int) int { return 0 }))
				if err != nil {
					continue
				}
				for _, e := range facts {
					if _, moves := events.StateAfter(e); moves || !reflect.DeepEqual(events.MoveAssignments(w.it.Assignments, e), w.it.Assignments) ||
						slices.Contains([]string{"sign_off", "issue_reply", "release", "resolve_objection", "submit_reply"}, act.Spec.Name) {
						return
					}
				}
			}
		}
		w.wait(10)
	}
	w.fail("nobody can move it on from %s, next step %s", w.it.State, w.it.NextStep())
}

// forward are the commands that bring an item to its end, each with what it is needed for.
var forward = []struct {
	name string
	when func(*Item) bool
}{
	{"supply_info", nil}, {"accept", nil}, {"resume", nil}, {"decide_arbitration", nil}, {"reject_return", nil}, {"open_arbitration", nil},
	{"assign", nil}, {"deny_extension", nil}, {"deny_pause", nil}, {"sign", nil}, {"approve_plan", nil},
	{"submit_plan", func(it *Item) bool { return it.Mode == events.Planned && !it.PlanApproved && !it.Due.IsZero() }},
	{"approve_part", nil}, {"report_part", nil},
	{"record_evidence", func(it *Item) bool { return it.Results == 0 }},
	{"report_rectified", nil}, {"resolve_objection", nil}, {"issue_reply", nil},
	{"submit_reply", func(it *Item) bool { return it.Draft == "" && it.State == events.UnderVerification }},
	{"apply_closure", nil}, {"sign_off", nil}, {"check_site", nil},
	{"release", nil}, {"draft_public_text", func(it *Item) bool { return it.NextStep() == events.StepPublicity && !it.Released }},
	{"open_publicity", nil}, {"close_publicity", nil}, {"close", nil}, {"reopen", func(it *Item) bool { return it.State == events.Standing }},
}

// finish: from wherever the walk left it, people of good will bring the item to 销号.
func (w *walker) finish() {
	for range 200 {
		st := w.it.State
		if Terminal(st) || st == events.Closed || st == events.Answered {
			return
		}
		if !w.forward() {
			w.wait(1)
		}
	}
	w.fail("cannot be brought to an end: %s, due %s, today %s, next step %q of %v, plan %v %v, extension %v", w.it.State, w.it.Due, w.today(),
		w.it.NextStep(), w.it.Chain, w.it.Plan, w.it.PlanApproved, w.it.Extension)
}

func (w *walker) forward() bool {
	for _, f := range forward {
		spec, _ := SpecOf(f.name)
		if !slices.Contains(spec.From, w.it.State) || (f.when != nil && !f.when(w.it)) {
			continue
		}
		for _, a := range everybody {
			before := *w.it
			facts, err := w.try(a, sample(f.name, w.it, w.today(), func(int) int { return 0 }))
			if err != nil {
				continue
			}
			w.done(&before, a, f.name, facts)
			return true
		}
	}
	return false
}
