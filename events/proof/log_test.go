package proof_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"xiaohao/events"
	"xiaohao/events/proof"

	"github.com/google/uuid"
)

const tenant = "main"

var (
	stream = uuid.MustParse("0196a000-0000-7000-8000-00000000beef")
	start  = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	key    = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	other  = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize))
)

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

// story writes a log as the program would, the same for the same seed.
type story struct {
	t     testing.TB
	rand  *rand.Rand
	log   []events.Message
	heads map[uuid.UUID]events.Recorded
	items []uuid.UUID
	day   events.Date
	roots []events.RootSigned
}

func newStory(t testing.TB) *story {
	return &story{t: t, rand: rand.New(rand.NewPCG(1, 2)), heads: map[uuid.UUID]events.Recorded{}, day: events.NewDate(2026, time.March, 1)}
}

func (s *story) id() uuid.UUID {
	var u uuid.UUID
	for i := range u {
		u[i] = byte(s.rand.Uint32())
	}
	return u
}

// commit appends the next commit of an aggregate.
func (s *story) commit(id uuid.UUID, e events.Event) {
	s.t.Helper()
	last := s.heads[id]
	c := events.Commit{Item: id, Rev: last.Rev + 1, Prev: last.Hash, CommandID: s.id(), Command: "instruct",
		Actor: events.Actor{ID: "u-1", Role: events.LeaderRole, Post: "区长"}, At: start, Events: []events.Event{e}}
	data, hash, err := events.Encode(c)
	if err != nil {
		s.t.Fatal(err)
	}
	n := len(s.log)
	s.log = append(s.log, events.Message{Sequence: uint64(n + 1), Subject: events.Subject(tenant, c.Aggregate(), id),
		Time: start.Add(time.Duration(n)*time.Minute + time.Duration(s.rand.IntN(1e9))), Data: data})
	s.heads[id] = events.Recorded{Commit: c, Hash: hash}
}

// work appends n commits of old and new items.
func (s *story) work(n int) {
	for range n {
		if len(s.items) == 0 || s.rand.IntN(3) == 0 {
			s.items = append(s.items, s.id())
		}
		s.commit(s.items[s.rand.IntN(len(s.items))], events.LeaderInstructed{Text: fmt.Sprintf("第%d次批示<&>", len(s.log))})
	}
}

// root returns the signed root over all that is there but the last n messages.
func (s *story) root(n int, k ed25519.PrivateKey, next ed25519.PublicKey) events.RootSigned {
	s.t.Helper()
	c := proof.NewChecker(stream.String(), tenant)
	feed(s.t, c, s.log[:len(s.log)-n])
	s.day = s.day.AddDays(1)
	r, err := c.Root(s.day)
	if err != nil {
		s.t.Fatal(err)
	}
	if next != nil {
		r.NextKey = proof.KeyText(next)
	}
	if err := proof.Sign(&r, k); err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *story) sign(late int, k ed25519.PrivateKey, next ed25519.PublicKey) {
	r := s.root(late, k, next)
	s.roots = append(s.roots, r)
	s.commit(stream, r)
}

func feed(t testing.TB, c *proof.Checker, log []events.Message) {
	t.Helper()
	for _, m := range log {
		if err := c.Add(m); err != nil {
			t.Fatal(err)
		}
	}
}

// full is a log of 186 commits with six roots, half of them late: all but the last five
// messages are covered.
func full(t testing.TB) *story {
	s := newStory(t)
	for range 3 {
		s.work(50)
		s.sign(0, key, nil)
		s.work(10)
		s.sign(4, key, nil) // four others came in while it was made
	}
	return s
}

func check(log []events.Message, trusted ...ed25519.PublicKey) (proof.Report, *proof.Wrong) {
	c := proof.NewChecker("", tenant, trusted...)
	for _, m := range log {
		if c.Add(m) != nil {
			break
		}
	}
	var w *proof.Wrong
	errors.As(c.Finish(), &w)
	return c.Report(), w
}

func TestAllIsWell(t *testing.T) {
	s := full(t)
	r, w := check(s.log, public(key))
	if w != nil {
		t.Fatal(w)
	}
	if r.Messages != uint64(len(s.log)) || r.Roots != 6 || !r.Trusted || r.Uncovered != 5 || r.Aggregates != len(s.heads) || r.Stream != stream.String() {
		t.Errorf("%+v", r)
	}
	s.work(7)
	if r, w = check(s.log, public(key)); w != nil || r.Uncovered != 12 {
		t.Errorf("%d not covered, want 12: %v", r.Uncovered, w)
	}
	if r, w = check(nil); w != nil || r.Messages != 0 || r.Root != nil {
		t.Errorf("an empty log: %+v", r)
	}
}

// mutate changes one thing about the first covered messages of a copy of log.
func mutate(r *rand.Rand, log []events.Message, covered int) (out []events.Message, what string) {
	out = slices.Clone(log)
	i, k := r.IntN(covered), r.IntN(covered)
	for k == i {
		k = r.IntN(covered)
	}
	m := &out[i]
	switch r.IntN(8) {
	case 0, 1:
		m.Data = bytes.Clone(m.Data)
		at, bit := r.IntN(len(m.Data)), r.IntN(8)
		m.Data[at] ^= 1 << bit
		return out, fmt.Sprintf("bit %d of byte %d of message %d", bit, at, i+1)
	case 2:
		return slices.Delete(out, i, i+1), fmt.Sprintf("message %d dropped", i+1)
	case 3: // and the gap closed
		out = slices.Delete(out, i, i+1)
		for n := range out {
			out[n].Sequence = uint64(n + 1)
		}
		return out, fmt.Sprintf("message %d dropped, the rest moved up", i+1)
	case 4:
		out[i], out[k] = out[k], out[i]
		return out, fmt.Sprintf("messages %d and %d swapped", i+1, k+1)
	case 5:
		out[i], out[k] = out[k], out[i]
		out[i].Sequence, out[k].Sequence = out[k].Sequence, out[i].Sequence
		out[i].Time, out[k].Time = out[k].Time, out[i].Time
		return out, fmt.Sprintf("contents of %d and %d swapped", i+1, k+1)
	case 6:
		m.Time = m.Time.Add(time.Duration(r.IntN(3600)+1) * []time.Duration{1, -1, time.Second, -time.Second}[r.IntN(4)])
		return out, fmt.Sprintf("time of %d", i+1)
	default:
		m.Subject = out[k].Subject
		if m.Subject == log[i].Subject {
			m.Subject = "rect.main.item." + uuid.NewString()
		}
		return out, fmt.Sprintf("subject of %d", i+1)
	}
}

// Every one of three hundred single changes of what is covered is found, and none after
// the place where it was made.
func TestEveryMutationIsFound(t *testing.T) {
	s := full(t)
	covered := int(s.roots[len(s.roots)-1].Sequence)
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 300 {
		log, what := mutate(r, s.log, covered)
		report, w := check(log, public(key))
		if w == nil {
			t.Errorf("mutation %d (%s) is not found: %+v", n, what, report)
		}
	}
}

// What was changed is named.
func TestFirstWrongIsNamed(t *testing.T) {
	s := full(t)
	at := 30 // the 31st message
	for name, c := range map[string]struct {
		change   func(log []events.Message)
		kind     proof.Kind
		seq      uint64
		from, to uint64
	}{
		"content": {func(l []events.Message) {
			l[at].Data = bytes.Replace(l[at].Data, []byte("批示"), []byte("指示"), 1)
		}, proof.WrongHash, 31, 0, 0},
		"form":    {func(l []events.Message) { l[at].Data = append(bytes.Clone(l[at].Data), ' ') }, proof.WrongForm, 31, 0, 0},
		"nothing": {func(l []events.Message) { l[at].Data = nil }, proof.WrongForm, 31, 0, 0},
		"gap":     {func(l []events.Message) { l[at].Sequence++ }, proof.WrongSequence, 32, 0, 0},
		"repeat":  {func(l []events.Message) { l[at].Sequence-- }, proof.WrongSequence, 30, 0, 0},
		"subject": {func(l []events.Message) { l[at].Subject = "rect.main.item." + stream.String() }, proof.WrongSubject, 31, 0, 0},
		"tenant":  {func(l []events.Message) { l[at].Subject = "rect.else.item." + stream.String() }, proof.WrongSubject, 31, 0, 0},
		"aggregate": {func(l []events.Message) {
			l[at].Subject = "rect.main.log" + l[at].Subject[len("rect.main.item"):]
		}, proof.WrongSubject, 31, 0, 0},
		"time":               {func(l []events.Message) { l[at].Time = l[at].Time.Add(1) }, proof.WrongRoot, 51, 1, 50},
		"time between roots": {func(l []events.Message) { l[55].Time = l[55].Time.Add(1) }, proof.WrongRoot, 62, 51, 57},
	} {
		t.Run(name, func(t *testing.T) {
			log := slices.Clone(s.log)
			c.change(log)
			_, w := check(log)
			if w == nil || w.Kind != c.kind || w.Sequence != c.seq || w.From != c.from || w.To != c.to {
				t.Errorf("got %+v", w)
			}
		})
	}
}

// A writer who has the log but not the key can make every chain right again; the root
// tells.
func TestRewrittenHistory(t *testing.T) {
	s := full(t)
	forged := newStory(t)
	for _, m := range s.log {
		c, _, err := events.Decode(m.Data)
		if err != nil {
			t.Fatal(err)
		}
		e := c.Events[0]
		if c.Rev == 1 && m.Sequence == 1 {
			e = events.LeaderInstructed{Text: "不予追究"}
		}
		forged.commit(c.Item, e)
		forged.log[len(forged.log)-1].Time = m.Time
	}
	if _, w := check(forged.log, public(key)); w == nil || w.Kind != proof.WrongRoot || w.Sequence != 51 {
		t.Errorf("forged history: %+v", w)
	}
}

func TestKeys(t *testing.T) {
	build := func(f func(s *story)) []events.Message {
		s := newStory(t)
		s.work(5)
		f(s)
		return s.log
	}
	announced := build(func(s *story) {
		s.sign(0, key, nil)
		s.sign(0, key, public(other))
		s.work(3)
		s.sign(0, other, nil)
	})
	for name, c := range map[string]struct {
		log  []events.Message
		keys []ed25519.PublicKey
		kind proof.Kind
	}{
		"nobody to trust":      {announced, nil, ""},
		"first key":            {announced, []ed25519.PublicKey{public(key)}, ""},
		"key that came later":  {announced, []ed25519.PublicKey{public(other)}, ""},
		"a key not in it":      {announced, []ed25519.PublicKey{make([]byte, 32)}, proof.WrongSigner},
		"changed unannounced":  {build(func(s *story) { s.sign(0, key, nil); s.sign(0, other, nil) }), nil, proof.WrongSigner},
		"announced, not taken": {build(func(s *story) { s.sign(0, key, public(other)); s.sign(0, key, nil) }), nil, proof.WrongSigner},
	} {
		t.Run(name, func(t *testing.T) {
			_, w := check(c.log, c.keys...)
			if got := kindOf(w); got != c.kind {
				t.Errorf("got %v", w)
			}
		})
	}
}

func kindOf(w *proof.Wrong) proof.Kind {
	if w == nil {
		return ""
	}
	return w.Kind
}

// A root that is not true of the log is refused, whatever it claims.
func TestFalseRoots(t *testing.T) {
	for name, change := range map[string]func(r *events.RootSigned){
		"stream":     func(r *events.RootSigned) { r.Stream = uuid.NewString() },
		"tenant":     func(r *events.RootSigned) { r.Tenant = "else" },
		"same day":   func(r *events.RootSigned) { r.Day = r.Day.AddDays(-1) },
		"future":     func(r *events.RootSigned) { r.Sequence += 2 },
		"far back":   func(r *events.RootSigned) { r.Sequence = 3 },
		"sequence":   func(r *events.RootSigned) { r.Sequence-- },
		"aggregates": func(r *events.RootSigned) { r.Aggregates++ },
		"root":       func(r *events.RootSigned) { r.Root = r.Digest },
		"digest":     func(r *events.RootSigned) { r.Digest = r.Root },
		"previous":   func(r *events.RootSigned) { r.Previous = "" },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStory(t)
			s.work(9)
			s.sign(0, key, nil)
			s.work(9)
			r := s.root(0, key, nil)
			change(&r)
			if err := proof.Sign(&r, key); err != nil {
				t.Fatal(err)
			}
			s.commit(stream, r)
			if _, w := check(s.log); w == nil || w.Kind != proof.WrongRoot || w.Sequence != 20 {
				t.Errorf("got %+v", w)
			}
		})
	}
	for name, change := range map[string]func(r *events.RootSigned){
		"signature": func(r *events.RootSigned) { r.Signature = r.Signature[2:] + "00" },
		"day":       func(r *events.RootSigned) { r.Day = r.Day.AddDays(1) },
		"no day":    func(r *events.RootSigned) { r.Day = events.Date{} },
		"key":       func(r *events.RootSigned) { r.Key = proof.KeyText(public(other)) },
		"next key":  func(r *events.RootSigned) { r.NextKey = proof.KeyText(public(other)) },
		"big":       func(r *events.RootSigned) { r.Root = "A" + r.Root[1:] },
	} {
		t.Run("unsigned "+name, func(t *testing.T) {
			s := newStory(t)
			s.work(9)
			r := s.root(0, key, nil)
			change(&r)
			s.commit(stream, r)
			if _, w := check(s.log); w == nil || w.Kind != proof.WrongSigner || w.Sequence != 10 {
				t.Errorf("got %+v", w)
			}
		})
	}
}

// A clock set back is no forgery; it is told.
func TestClockBack(t *testing.T) {
	s := newStory(t)
	s.work(5)
	s.log[3].Time = s.log[3].Time.Add(-time.Hour)
	s.sign(0, key, nil)
	if r, w := check(s.log, public(key)); w != nil || r.ClockBack != 1 {
		t.Errorf("%+v, %v", r, w)
	}
}

// The statement is a format of its own: these bytes must never change.
func TestStatementText(t *testing.T) {
	sum := func(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }
	r := events.RootSigned{Stream: stream.String(), Tenant: tenant, Day: events.NewDate(2026, time.March, 2), Sequence: 4711, Aggregates: 812,
		Root: sum("root"), Digest: sum("digest"), Key: proof.KeyText(public(key))}
	got, err := proof.Statement(r)
	want := "xiaohao root 1\nstream 0196a000-0000-7000-8000-00000000beef\ntenant main\nday 2026-03-02\nsequence 4711\naggregates 812\n" +
		"root 4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2\ndigest " + sum("digest") + "\nprevious -\nkey " + r.Key + "\nnext-key -\n"
	if err != nil || string(got) != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
}
