package journal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"xiaohao/events"
	"xiaohao/events/journal"
	"xiaohao/events/journal/journaltest"

	"github.com/google/uuid"
)

const (
	writers  = 32
	slots    = 8   // items at a time
	maxRev   = 120 // an item that long is left for the next one of its slot
	patience = 3 * time.Second
)

// entry is one line of what the writers say they did. A call is followed by one of ok, no
// and unknown, or by nothing when the process died.
type entry struct {
	Kind    string    // "call", "ok", "no" (surely not stored), "unknown", "read", "acked"
	Op      uuid.UUID // of the attempt, shared by a call and its end
	Command uuid.UUID // shared by all attempts; "acked" when the writer knows that it was stored
	Item    uuid.UUID
	Prev    string // hash that the commit follows, "" for the first
	Hash    string // of the commit, or what a read found last
	From    int64  // clock, in nanoseconds: when a read began
	At      int64
}

// hammer has many writers append to few items as the desk does: each commit guarded, and
// after a conflict or an unknown outcome the item is loaded and the own command looked for.
type hammer struct {
	log journaltest.Log
	say func(entry) // safe for concurrent use
}

// run writes until ctx is done and every writer has ended its command.
func (h *hammer) run(ctx context.Context) {
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			slot := rand.New(rand.NewPCG(uint64(i%slots), 7))
			item := itemOf(slot)
			var last events.Recorded
			for ctx.Err() == nil {
				if last.Item != item || last.Rev >= maxRev {
					last = h.look(ctx, item, uuid.Nil)
				}
				if last.Rev >= maxRev {
					item = itemOf(slot)
					continue
				}
				last = h.write(ctx, item, last)
			}
		})
	}
	wg.Wait()
}

// itemOf draws the next item of a slot: the same for every writer of it, in every process.
func itemOf(slot *rand.Rand) uuid.UUID {
	var id uuid.UUID
	for i := range id {
		id[i] = byte(slot.Uint32())
	}
	return id
}

// write carries out one command and returns the item's end as far as it knows.
func (h *hammer) write(ctx context.Context, item uuid.UUID, last events.Recorded) events.Recorded {
	command := uuid.New()
	for n := 1; ; n++ {
		last.Item = item
		w := journaltest.Next(last)
		w.Commit.CommandID = command
		got, done := h.attempt(w)
		if done {
			h.say(entry{Kind: "acked", Command: command})
			return got
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(rand.Int64N(int64(min(n, 10)) * int64(2*time.Millisecond)))):
		}
		last = h.look(ctx, item, command)
		if last.CommandID == command {
			h.say(entry{Kind: "acked", Command: command})
			last.CommandID = uuid.Nil
			return last
		}
		if ctx.Err() != nil || last.Rev >= maxRev {
			return last
		}
	}
}

func (h *hammer) attempt(w events.Write) (events.Recorded, bool) {
	_, hash, err := events.Encode(w.Commit)
	if err != nil {
		panic(err)
	}
	e := entry{Kind: "call", Op: uuid.New(), Command: w.Commit.CommandID, Item: w.Commit.Item, Prev: w.Commit.Prev, Hash: hash, At: now()}
	h.say(e)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	got, err := h.log.Append(ctx, w)
	e.At = now()
	switch {
	case err == nil:
		e.Kind = "ok"
	case errors.Is(err, events.ErrOutcomeUnknown):
		e.Kind = "unknown"
	case errors.Is(err, events.ErrConflict), errors.Is(err, journal.ErrUnreachable), errors.Is(err, context.DeadlineExceeded):
		e.Kind = "no"
	default: // such as a store that failed: nobody promised anything
		e.Kind = "unknown"
	}
	h.say(e)
	if err != nil {
		return events.Recorded{}, false
	}
	return got[0], true
}

// look loads an item and returns its last commit, with the id of the wanted command if
// that is anywhere in the history. It tries until it is told the truth or ctx is done.
func (h *hammer) look(ctx context.Context, item, command uuid.UUID) events.Recorded {
	for n := 1; ; n++ {
		e := entry{Kind: "read", Item: item, From: now()}
		load, cancel := context.WithTimeout(context.Background(), patience)
		history, err := h.log.Load(load, item)
		cancel()
		if err == nil {
			e.At = now()
			var last events.Recorded
			if len(history) > 0 {
				last = history[len(history)-1]
			}
			e.Hash = last.Hash
			h.say(e)
			last.CommandID = uuid.Nil
			for _, r := range history {
				if r.CommandID == command {
					last.CommandID = command
				}
			}
			return last
		}
		if ctx.Err() != nil {
			return events.Recorded{}
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(rand.Int64N(int64(min(n, 10)) * int64(10*time.Millisecond)))):
		}
	}
}

func now() int64 { return time.Now().UnixNano() }

// hammerChild is this test binary run again: the writers and their embedded server, which
// say each step before the next one begins, until they are killed.
func hammerChild() bool {
	dir := os.Getenv("JOURNAL_TEST_HAMMER")
	if dir == "" {
		return false
	}
	s, err := journal.StartServer(journal.ServerConfig{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, "error", err)
		return true
	}
	nc, err := s.Connect()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error", err)
		return true
	}
	j, err := journal.Open(context.Background(), nc, journal.Config{})
	if err != nil {
		fmt.Fprintln(os.Stderr, "error", err)
		return true
	}
	var mu sync.Mutex
	out := json.NewEncoder(os.Stdout) // unbuffered: each line is one write
	h := hammer{j, func(e entry) {
		mu.Lock()
		defer mu.Unlock()
		_ = out.Encode(e) // nobody reads any more: about to be killed
	}}
	h.run(context.Background())
	return true
}
