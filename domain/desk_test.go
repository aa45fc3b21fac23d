package domain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
)

// sealer stands in for the vault; it counts, and can fail.
type sealer struct {
	mu    sync.Mutex
	calls int
	err   error
}

func (s *sealer) SealCommit(_ context.Context, c *events.Commit) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls++; s.err != nil {
		return s.err
	}
	seal(c)
	return nil
}

// unsure is a log whose next appends are stored, or not, and whose answer is lost.
type unsure struct {
	*memory.Journal
	mu           sync.Mutex
	stored, lost int // how many of each are still to come
	appends      int
	numbers      int
}

// next says what becomes of the next append.
func (u *unsure) next() (store, answer bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.appends++
	switch {
	case u.stored > 0:
		u.stored--
		return true, false
	case u.lost > 0:
		u.lost--
		return false, false
	}
	return true, true
}

func (u *unsure) Append(ctx context.Context, ws ...events.Write) ([]events.Recorded, error) {
	store, answer := u.next()
	if store {
		if out, err := u.Journal.Append(ctx, ws...); err != nil || answer {
			return out, err
		}
	}
	return nil, fmt.Errorf("append: %w", events.ErrOutcomeUnknown)
}

func (u *unsure) NextNumber(ctx context.Context, prefix string) (int, error) {
	u.mu.Lock()
	u.numbers++
	u.mu.Unlock()
	return u.Journal.NextNumber(ctx, prefix)
}

// newDesk returns a desk over a log in memory. The log stamps commits with the machine's time, so
// the desk's clock stands at the start of the test.
func newDesk(*testing.T) (*Desk, *unsure) {
	now := time.Now()
	j := &unsure{Journal: memory.New()}
	return &Desk{Journal: j, Vault: &sealer{}, Calendars: &calendar.Calendar{}, Prefix: "QG", Now: func() time.Time { return now }}, j
}

func order(item uuid.UUID, a events.Actor, c Command) Order {
	return Order{ID: uuid.New(), Item: item, Actor: a, Command: c}
}

func must(t *testing.T, d *Desk, o Order) Receipt {
	t.Helper()
	rc, err := d.Do(t.Context(), o)
	if err != nil {
		t.Fatalf("%s: %v", o.Command.name(), err)
	}
	return rc
}

func history(t *testing.T, j Journal, id uuid.UUID) []events.Recorded {
	t.Helper()
	h, err := j.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// whole checks that revisions are consecutive, each commit names the hash of the one
// before it, and no command stands twice.
func whole(t *testing.T, h []events.Recorded) {
	t.Helper()
	prev, seen := "", map[uuid.UUID]bool{}
	for i, r := range h {
		if r.Rev != i+1 || r.Prev != prev || seen[r.CommandID] {
			t.Errorf("commit %d: revision %d, prev %.8s want %.8s, twice %v", i, r.Rev, r.Prev, prev, seen[r.CommandID])
		}
		prev, seen[r.CommandID] = r.Hash, true
	}
}

func TestDeskRaises(t *testing.T) {
	d, j := newDesk(t)
	d.Rand = bytes.NewReader(bytes.Repeat([]byte{7, 8, 9}, 100))
	o := order(uuid.Nil, clerk, &opinion)
	rc := must(t, d, o)
	year := events.DateOf(d.Now()).Year()
	if rc.Number != fmt.Sprintf("QG-%d-000001", year) || len(rc.Code) != codeLength || len(rc.PublicID) != codeLength || rc.Rev != 1 || rc.Sequence != 1 || rc.Repeated {
		t.Errorf("%+v", rc)
	}
	if rc.Item != ItemOf(o) {
		t.Error("the item's id does not follow from the order")
	}
	it, err := d.Look(t.Context(), rc.Item)
	if err != nil || !CodeMatches(it.Number, rc.Code, it.CodeHash) || it.State != events.Registered {
		t.Errorf("%+v, %v", it, err)
	}
	if s := d.Situation(clerk); !s.Now.Equal(d.Now()) || s.NewID() == "" {
		t.Error("Situation")
	}
	for _, r := range history(t, j, rc.Item) {
		if !r.At.Equal(d.Now().UTC().Truncate(time.Millisecond)) {
			t.Errorf("written at %s, the clock says %s", r.At, d.Now())
		}
	}
	// What is claimed to have happened earlier is kept beside.
	back := order(uuid.Nil, clerk, opinion)
	back.Occurred, back.Cause = events.DateOf(d.Now()).AddDays(-40), "import row 7"
	h := history(t, j, must(t, d, back).Item)
	if h[0].Occurred != back.Occurred || h[0].Cause != back.Cause || Fold(h).RaisedOn != back.Occurred {
		t.Errorf("%+v", h[0].Commit)
	}
}

func TestDeskRepeats(t *testing.T) {
	d, j := newDesk(t)
	raise := order(uuid.Nil, clerk, opinion)
	raise.Code = code
	rc := must(t, d, raise)
	accept := order(rc.Item, office1, triage)
	first := must(t, d, accept)
	for _, o := range []Order{raise, accept} {
		again := must(t, d, o)
		if !again.Repeated || again.Item != rc.Item || again.Number != rc.Number {
			t.Errorf("%s again: %+v", o.Command.name(), again)
		}
	}
	if again := must(t, d, accept); again.Sequence != first.Sequence || again.Code != "" {
		t.Errorf("%+v, want sequence %d", again, first.Sequence)
	}
	if again := must(t, d, raise); again.Code != code {
		t.Errorf("the code is not the item's: %q", again.Code)
	}
	raise.Code = ""
	if again := must(t, d, raise); again.Code != "" {
		t.Errorf("a code is shown that is not the item's: %q", again.Code)
	}
	h := history(t, j, rc.Item)
	if whole(t, h); len(h) != 2 {
		t.Errorf("%d commits, want 2", len(h))
	}
}

func TestDeskAnswersForOutcomeUnknown(t *testing.T) {
	for _, stored := range []bool{true, false} {
		t.Run(fmt.Sprintf("stored %v", stored), func(t *testing.T) {
			d, j := newDesk(t)
			if stored {
				j.stored = 1
			} else {
				j.lost = 1
			}
			rc := must(t, d, order(uuid.Nil, clerk, opinion))
			it, err := d.Look(t.Context(), rc.Item)
			if err != nil || rc.Sequence != 1 || it.Rev != 1 || rc.Number != it.Number || rc.Repeated != stored {
				t.Errorf("%+v, %v", rc, err)
			}
			if !CodeMatches(it.Number, rc.Code, it.CodeHash) {
				t.Error("the petitioner is given a code that is not the item's")
			}
			j.stored = 1
			rc = must(t, d, order(rc.Item, office1, triage))
			if rc.Sequence != 2 || rc.Rev != 2 {
				t.Errorf("%+v", rc)
			}
			whole(t, history(t, j, rc.Item))
		})
	}
	d, j := newDesk(t)
	j.lost = 1 << 30
	if _, err := d.Do(t.Context(), order(uuid.Nil, clerk, opinion)); !errors.Is(err, ErrConflict) || j.appends != tries {
		t.Errorf("%v after %d tries", err, j.appends)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Do(ctx, order(uuid.Nil, clerk, opinion)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Many write to one item at the same time: each command is carried out exactly once.
func TestDeskRace(t *testing.T) {
	const writers = 32
	d, j := newDesk(t)
	rc := must(t, d, order(uuid.Nil, clerk, opinion))
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			o := order(rc.Item, clerk, AddOpinion{Text: fmt.Sprintf("第 %d 个人也这样说", i), Channel: events.ByCall})
			for range 20 { // giving up is honest: the same order again is safe
				got, err := d.Do(context.Background(), o)
				if errors.Is(err, ErrConflict) {
					continue
				}
				if err != nil || got.Rev < 2 || got.Rev > writers+1 {
					t.Errorf("writer %d: %+v, %v", i, got, err)
				}
				if again, err := d.Do(context.Background(), o); err != nil || !again.Repeated || again.Sequence != got.Sequence {
					t.Errorf("writer %d again: %+v, %v", i, again, err)
				}
				return
			}
			t.Errorf("writer %d never got through", i)
		})
	}
	wg.Wait()
	h := history(t, j, rc.Item)
	if whole(t, h); len(h) != writers+1 || len(Fold(h).Opinions) != writers+1 {
		t.Errorf("%d commits, %d opinions, want %d", len(h), len(Fold(h).Opinions), writers+1)
	}
}

// Of two who decide the same thing one is refused by the rules, on the newest state.
func TestDeskRaceIsDecidedAnew(t *testing.T) {
	d, j := newDesk(t)
	rc := must(t, d, order(uuid.Nil, clerk, opinion))
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { _, errs[i] = d.Do(context.Background(), order(rc.Item, office1, triage)) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if rs := RefusalsOf(err); len(rs) != 1 || rs[0].Rule != "accept.state" {
			t.Error(err)
		}
	}
	if h := history(t, j, rc.Item); won != 1 || len(h) != 2 {
		t.Errorf("%d accepted it, %d commits", won, len(h))
	}
}

func TestDeskRaiseTwiceFromOutside(t *testing.T) {
	d, j := newDesk(t)
	o := opinion
	o.Channel, o.External = events.ByHotline, "12345-20260302-7"
	rc := must(t, d, order(uuid.Nil, clerk, o))
	_, err := d.Do(t.Context(), order(uuid.Nil, clerk, o))
	rs := RefusalsOf(err)
	if len(rs) != 1 || rs[0].Rule != "raise.exists" || rs[0].Field != "external" || !regexp.MustCompile(rc.Number).MatchString(rs[0].Message) {
		t.Errorf("%v, want a refusal that names %s", err, rc.Number)
	}
	if j.numbers != 1 {
		t.Errorf("%d numbers drawn", j.numbers)
	}
	o.Channel = events.BySMS // the same number of another system is another item
	if other := must(t, d, order(uuid.Nil, clerk, &o)); other.Item == rc.Item {
		t.Error("two systems share an item")
	}
	o.Channel = ""
	plain := ItemOf(order(uuid.Nil, clerk, o))
	o.Channel = events.ByWeb
	if ItemOf(order(uuid.Nil, clerk, o)) != plain {
		t.Error("no channel means the web")
	}
}

func TestDeskRefusalDrawsNoNumber(t *testing.T) {
	d, j := newDesk(t)
	for _, c := range []Raise{{Text: " "}, {Text: "t", Phone: "x"}, {Text: "t", Channel: "SMOKE"}} {
		if _, err := d.Do(t.Context(), order(uuid.Nil, clerk, c)); len(RefusalsOf(err)) == 0 {
			t.Error(err)
		}
	}
	if _, err := d.Do(t.Context(), order(uuid.Nil, auditor, opinion)); len(RefusalsOf(err)) == 0 {
		t.Error(err)
	}
	rc := must(t, d, order(uuid.Nil, clerk, opinion))
	must(t, d, order(rc.Item, office1, triage))
	bad := Split{Parts: []SplitPart{{Title: "一"}, {Title: "打 13800138000"}}}
	if _, err := d.Do(t.Context(), order(rc.Item, office1, bad)); RefusalsOf(err) == nil {
		t.Error(err)
	}
	if last, _ := j.Last(t.Context()); j.numbers != 1 || last != 2 {
		t.Errorf("%d numbers, %d commits", j.numbers, last)
	}
}

func TestDeskMerges(t *testing.T) {
	d, j := newDesk(t)
	a, b := must(t, d, order(uuid.Nil, clerk, opinion)), must(t, d, order(uuid.Nil, clerk, opinion))
	o := order(a.Item, office1, Merge{Into: b.Number, Basis: "同人同事"})
	for name, change := range map[string]func(*Order){
		"merge.unknown": func(o *Order) { o.Into = uuid.New() },
		"merge.self":    func(o *Order) { o.Into = a.Item },
		"merge.role":    func(o *Order) { o.Into, o.Actor = b.Item, clerk },
		"merge.missing": func(o *Order) { o.Into, o.Command = b.Item, &Merge{Into: b.Number} },
	} {
		bad := o
		change(&bad)
		if _, err := d.Do(t.Context(), bad); len(RefusalsOf(err)) == 0 || RefusalsOf(err)[0].Rule != name {
			t.Errorf("%v, want %s", err, name)
		}
	}
	o.Into = b.Item
	rc := must(t, d, o)
	ha, hb := history(t, j, a.Item), history(t, j, b.Item)
	if whole(t, ha); len(ha) != 2 || len(hb) != 2 || Fold(ha).State != events.Merged || len(Fold(hb).Opinions) != 2 {
		t.Fatalf("%d and %d commits", len(ha), len(hb))
	}
	whole(t, hb)
	if ha[1].Correlation != o.ID || hb[1].Correlation != o.ID || rc.Item != a.Item || rc.Sequence != hb[1].Sequence {
		t.Errorf("%+v", rc)
	}
	if again := must(t, d, o); !again.Repeated {
		t.Errorf("%+v", again)
	}
	// Taken back: it goes on from where it stood, and the survivor answers its own words only.
	undo := order(a.Item, office1, Unmerge{Reason: "看错了"})
	if _, err := d.Do(t.Context(), undo); len(RefusalsOf(err)) == 0 || RefusalsOf(err)[0].Rule != "unmerge.other" {
		t.Errorf("%v, want unmerge.other", err)
	}
	undo.Into = b.Item
	must(t, d, undo)
	if ha, hb = history(t, j, a.Item), history(t, j, b.Item); Fold(ha).State != events.Registered || len(Fold(hb).Opinions) != 1 {
		t.Errorf("%s with %d opinions left", Fold(ha).State, len(Fold(hb).Opinions))
	}
	must(t, d, Order{ID: uuid.New(), Item: a.Item, Into: b.Item, Actor: office1, Command: &Merge{Into: b.Number, Basis: "同人同事"}})
	// Neither side is written when the other cannot be: the survivor moved on in between.
	c := must(t, d, order(uuid.Nil, clerk, opinion))
	other := &interloper{unsure: j, item: b.Item, desk: d}
	d2 := &Desk{Journal: other, Vault: d.Vault, Calendars: d.Calendars, Prefix: d.Prefix, Now: d.Now, Rand: d.Rand}
	rc = must(t, d2, Order{ID: uuid.New(), Item: c.Item, Into: b.Item, Actor: office1, Command: Merge{Into: b.Number, Basis: "同人同事"}})
	if hb = history(t, j, b.Item); len(hb) != 6 || rc.Rev != 2 || len(history(t, j, c.Item)) != 2 {
		t.Errorf("survivor has %d commits, want 6", len(hb))
	}
	whole(t, hb)
}

// interloper writes to an item just before the first append of somebody else.
type interloper struct {
	*unsure
	item uuid.UUID
	desk *Desk
	done bool
}

func (i *interloper) Append(ctx context.Context, ws ...events.Write) ([]events.Recorded, error) {
	if !i.done {
		i.done = true
		if _, err := i.desk.Do(ctx, order(i.item, clerk, AddOpinion{Text: "我也是", Channel: events.ByCall})); err != nil {
			return nil, err
		}
	}
	return i.unsure.Append(ctx, ws...)
}

func TestDeskSplits(t *testing.T) {
	d, j := newDesk(t)
	parent := must(t, d, order(uuid.Nil, clerk, opinion))
	must(t, d, order(parent.Item, office1, triage))
	o := order(parent.Item, office1, &Split{Parts: []SplitPart{{Title: "夜班车"}, {Title: "站牌"}}})
	rc := must(t, d, o)
	year := events.DateOf(d.Now()).Year()
	if want := []string{fmt.Sprintf("QG-%d-000002", year), fmt.Sprintf("QG-%d-000003", year)}; !reflect.DeepEqual(rc.Children, want) {
		t.Errorf("children %v, want %v", rc.Children, want)
	}
	h := history(t, j, parent.Item)
	whole(t, h)
	for i, child := range h[2].Events[0].(events.ItemSplit).Children {
		it, err := d.Look(t.Context(), uuid.MustParse(child.ID))
		if err != nil || it.Number != rc.Children[i] || it.State != events.Accepted || it.Rev != 1 {
			t.Errorf("child %+v, %v", it, err)
		}
	}
	for name, c := range map[string]Command{"split.missing": Split{}, "split.role": *o.Command.(*Split)} {
		bad := order(parent.Item, office1, c)
		if name == "split.role" {
			bad.Actor = clerk
		}
		if _, err := d.Do(t.Context(), bad); len(RefusalsOf(err)) == 0 || RefusalsOf(err)[0].Rule != name {
			t.Errorf("%v, want %s", err, name)
		}
	}
}

func TestDeskOvertaken(t *testing.T) {
	d, _ := newDesk(t)
	rc := must(t, d, order(uuid.Nil, clerk, opinion))
	must(t, d, order(rc.Item, clerk, AddOpinion{Text: "我也是", Channel: events.ByCall}))
	o := order(rc.Item, office1, triage)
	o.Seen = 1
	_, err := d.Do(t.Context(), o)
	var over *Overtaken
	if !errors.As(err, &over) || over.Seen != 1 || over.Now != 2 {
		t.Errorf("%v", err)
	}
	o.Seen = 2
	must(t, d, o)
	must(t, d, o) // its own commit does not overtake it
}

func TestDeskErrors(t *testing.T) {
	d, j := newDesk(t)
	if _, err := d.Do(t.Context(), order(uuid.New(), office1, triage)); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if _, err := d.Look(t.Context(), uuid.New()); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	for _, o := range []Order{{Command: triage}, {ID: uuid.New()}} {
		if _, err := d.Do(t.Context(), o); err == nil || RefusalsOf(err) != nil {
			t.Error(err)
		}
	}
	if _, err := d.Do(t.Context(), order(uuid.New(), office1, stranger{})); RefusalsOf(err)[0].Rule != "command.unknown" {
		t.Error(err)
	}
	if _, err := Decide(nil, stranger{}, Situation{}); RefusalsOf(err)[0].Rule != "command.unknown" {
		t.Error(err)
	}
	down := errors.New("vault is down")
	d.Vault = &sealer{err: down}
	if _, err := d.Do(t.Context(), order(uuid.Nil, clerk, opinion)); !errors.Is(err, down) {
		t.Error(err)
	}
	d.Vault = noVault{}
	if _, err := d.Do(t.Context(), order(uuid.Nil, clerk, opinion)); !errors.Is(err, events.ErrNotSealed) {
		t.Errorf("plain text was stored: %v", err)
	}
	d.Vault, d.Rand = &sealer{}, bytes.NewReader(nil)
	if _, err := d.Do(t.Context(), order(uuid.Nil, clerk, opinion)); err == nil {
		t.Error("a code without randomness")
	}
	if last, _ := j.Last(t.Context()); last != 0 {
		t.Errorf("%d commits of failed orders", last)
	}
	d.Now, d.Rand = nil, nil
	must(t, d, order(uuid.Nil, clerk, opinion))
}

type stranger struct{}

func (stranger) name() string                                    { return "stranger" }
func (stranger) decide(*Item, Situation) ([]events.Event, error) { return nil, nil }

type noVault struct{}

func (noVault) SealCommit(context.Context, *events.Commit) error { return nil }

// The same command id makes the same facts, ids included, however often it is decided.
func TestDeskIDsFollowFromTheOrder(t *testing.T) {
	make1 := func() string {
		d, j := newDesk(t)
		o := Order{ID: uuid.MustParse("0196a000-0000-7000-8000-0000000000c4"), Actor: clerk, Command: opinion, Code: code}
		rc := must(t, d, o)
		return Fold(history(t, j, rc.Item)).Opinions[0]
	}
	if a, b := make1(), make1(); a != b {
		t.Errorf("%s and %s", a, b)
	}
}
