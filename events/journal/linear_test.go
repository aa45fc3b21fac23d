package journal_test

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"xiaohao/events"
	"xiaohao/events/journal"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"
)

// record collects what writers say.
type record struct {
	mu    sync.Mutex
	all   []entry
	acked int
}

func (r *record) add(e entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, e)
	if e.Kind == "acked" {
		r.acked++
	}
}

func (r *record) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.acked
}

// register is an item as porcupine sees it: a register that holds the hash of the last
// commit and is changed by compare-and-append only.
var register = porcupine.Model{
	Init: func() any { return "" },
	Step: func(state, in, _ any) (bool, any) {
		op := in.(operation)
		if op.read {
			return op.hash == state, state
		}
		return op.prev == state, op.hash
	},
}

type operation struct {
	read       bool
	prev, hash string
}

// TestRegisterFindsFaults makes sure that the model is one that can be broken.
func TestRegisterFindsFaults(t *testing.T) {
	append := func(prev, hash string, call, end int64) porcupine.Operation {
		return porcupine.Operation{Input: operation{prev: prev, hash: hash}, Call: call, Return: end}
	}
	read := func(hash string, call, end int64) porcupine.Operation {
		return porcupine.Operation{Input: operation{read: true, hash: hash}, Call: call, Return: end}
	}
	for name, x := range map[string]struct {
		ops  []porcupine.Operation
		want bool
	}{
		"one after another":        {[]porcupine.Operation{append("", "a", 1, 2), read("a", 3, 4), append("a", "b", 5, 6), read("b", 7, 8)}, true},
		"at the same time":         {[]porcupine.Operation{append("", "a", 1, 9), append("a", "b", 2, 8), read("b", 10, 11)}, true},
		"never heard of again":     {[]porcupine.Operation{append("", "a", 1, math.MaxInt64), read("", 2, 3), read("a", 4, 5)}, true},
		"both won":                 {[]porcupine.Operation{append("", "a", 1, 4), append("", "b", 2, 3), read("b", 5, 6)}, false},
		"an acknowledged one lost": {[]porcupine.Operation{append("", "a", 1, 2), append("a", "b", 3, 4), read("a", 5, 6)}, false},
		"before it was asked for":  {[]porcupine.Operation{append("b", "a", 1, 2), append("", "b", 3, 4), read("a", 5, 6)}, false},
		"a stale read":             {[]porcupine.Operation{append("", "a", 1, 2), read("", 3, 4)}, false},
	} {
		if got := porcupine.CheckOperations(register, x.ops); got != x.want {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}

// verify compares what the writers say with what is in the log, and looks for an order of
// all operations that explains it. reads says that a read must be as new as the last
// acknowledgement before it: so on one server, not on replicas.
func (r *record) verify(t *testing.T, j *journal.Journal, reads bool) {
	t.Helper()
	log := whole(t, j)
	byHash, byCommand := map[string]events.Recorded{}, map[uuid.UUID]int{}
	last := map[uuid.UUID]events.Recorded{}
	for i, c := range log {
		if i > 0 && c.Sequence <= log[i-1].Sequence {
			t.Errorf("out of order: %d after %d", c.Sequence, log[i-1].Sequence)
		}
		if before := last[c.Item]; c.Rev != before.Rev+1 || c.Prev != before.Hash {
			t.Errorf("chain of %s breaks at sequence %d", c.Item, c.Sequence)
		}
		byHash[c.Hash], last[c.Item] = c, c
		byCommand[c.CommandID]++
	}
	for command, n := range byCommand {
		if n != 1 {
			t.Errorf("duplicated: command %s stands %d times", command, n)
		}
	}
	ops := map[uuid.UUID][]porcupine.Operation{}
	calls, count := map[uuid.UUID]entry{}, map[string]int{}
	for _, e := range r.all {
		count[e.Kind]++
		switch e.Kind {
		case "call":
			calls[e.Op] = e
		case "ok":
			c := calls[e.Op]
			delete(calls, e.Op)
			if _, ok := byHash[e.Hash]; !ok {
				t.Errorf("lost: a commit of %s was acknowledged and is not there", e.Item)
			}
			ops[e.Item] = append(ops[e.Item], porcupine.Operation{Input: operation{prev: e.Prev, hash: e.Hash}, Call: c.At, Return: e.At})
		case "no":
			delete(calls, e.Op)
			if _, ok := byHash[e.Hash]; ok {
				t.Errorf("a commit of %s was said not to be stored and is there", e.Item)
			}
		case "read":
			if reads {
				ops[e.Item] = append(ops[e.Item], porcupine.Operation{Input: operation{read: true, hash: e.Hash}, Call: e.From, Return: e.At})
			}
		case "acked":
			if byCommand[e.Command] != 1 {
				t.Errorf("lost: command %s was known to be stored", e.Command)
			}
		}
	}
	for _, c := range calls { // nobody knew the outcome; the log does
		if _, ok := byHash[c.Hash]; ok {
			ops[c.Item] = append(ops[c.Item], porcupine.Operation{Input: operation{prev: c.Prev, hash: c.Hash}, Call: c.At, Return: math.MaxInt64})
		}
	}
	for item, history := range ops {
		ops[item] = append(history, porcupine.Operation{Input: operation{read: true, hash: last[item].Hash}, Call: now(), Return: now()})
		if res := porcupine.CheckOperationsTimeout(register, ops[item], time.Minute); res != porcupine.Ok {
			t.Errorf("item %s: %d operations are %s", item, len(ops[item]), res)
		}
	}
	t.Logf("%d items, %d commits, %v; %d outcomes unknown to the end", len(ops), len(log), count, len(calls)-count["unknown"])
	if len(log) < 200 {
		t.Errorf("only %d commits: nothing was tried", len(log))
	}
}

// whole reads the log to its end, and each item by itself, which must be the same.
func whole(t *testing.T, j *journal.Journal) []events.Recorded {
	t.Helper()
	end, err := j.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	var all []events.Recorded
	err = j.Follow(t.Context(), 0, func(batch []events.Recorded, _ uint64) error {
		if all = append(all, batch...); all[len(all)-1].Sequence >= end {
			return enough
		}
		return nil
	})
	if err != enough {
		t.Fatal(err)
	}
	items := map[uuid.UUID][]events.Recorded{}
	for _, r := range all {
		items[r.Item] = append(items[r.Item], r)
	}
	for item, want := range items {
		got, err := j.Load(t.Context(), item)
		if err != nil || !slices.EqualFunc(got, want, func(a, b events.Recorded) bool {
			return cmp.Compare(a.Sequence, b.Sequence) == 0 && a.Hash == b.Hash && a.Time.Equal(b.Time)
		}) {
			t.Errorf("item %s: %d commits by itself, %d in the log, %v", item, len(got), len(want), err)
		}
	}
	return all
}
