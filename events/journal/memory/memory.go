// Package memory is the log in memory, for tests of rules: no server, no files, no
// waiting. It passes the same suite as the real one (package journaltest) and keeps
// commits encoded, so that what could not be stored for real cannot be stored here.
//
// Other than the real log it holds one tenant, remembers command ids for ever instead of
// for ten minutes, and hands the whole log to Follow in batches of at most 1000.
package memory

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"xiaohao/events"

	"github.com/google/uuid"
)

const batch = 1000

// Errors beside events.ErrConflict.
var (
	ErrChain    = errors.New("memory: commit does not continue its item")
	ErrNotFound = errors.New("memory: no commit at this sequence")
)

// Journal is a log in memory. It is safe for concurrent use; make one with New.
type Journal struct {
	identity string

	mu      sync.Mutex
	log     []message
	items   map[subject][]int // places in log
	seen    map[string]bool   // message ids
	numbers map[string]int
	grown   chan struct{} // closed and renewed at each append
}

// subject is what a commit is of.
type subject struct {
	aggregate events.Aggregate
	id        uuid.UUID
}

func subjectOf(c events.Commit) subject { return subject{c.Aggregate(), c.Item} }

type message struct {
	data   []byte
	at     time.Time
	within int // messages of the same atomic batch that come after it
}

// New returns an empty log.
func New() *Journal {
	return &Journal{identity: uuid.NewString(), items: map[subject][]int{}, seen: map[string]bool{},
		numbers: map[string]int{}, grown: make(chan struct{})}
}

// Identity returns the identity of this log.
func (j *Journal) Identity() string { return j.identity }

// Append stores all commits or none. It returns events.ErrConflict if an item moved on or
// a command id was seen, ErrChain for a commit that does not continue its item, and
// events.ErrNotSealed for plain personal text. The returned commits have the zero Time.
func (j *Journal) Append(ctx context.Context, writes ...events.Write) ([]events.Recorded, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var (
		out  []events.Recorded
		msgs []message
		ids  []string
		now  = time.Now().UTC()
		mine = map[subject]bool{}
	)
	for i, w := range writes {
		c := w.Commit
		if mine[subjectOf(c)] {
			return nil, fmt.Errorf("append to item %s: two writes for the same item", c.Item)
		}
		mine[subjectOf(c)] = true
		id := c.CommandID.String()
		if len(writes) > 1 {
			id += "/" + strconv.Itoa(i)
		}
		if err := j.check(w, id); err != nil {
			return nil, fmt.Errorf("append to item %s: %w", c.Item, err)
		}
		data, hash, err := events.Encode(c)
		if err != nil {
			return nil, fmt.Errorf("append to item %s: %w", c.Item, err)
		}
		c.At = c.At.UTC().Truncate(time.Millisecond)
		ids = append(ids, id)
		msgs = append(msgs, message{data, now, len(writes) - 1 - i})
		out = append(out, events.Recorded{Commit: c, Hash: hash, Sequence: uint64(len(j.log) + i + 1)})
	}
	for i, r := range out {
		j.seen[ids[i]] = true
		j.items[subjectOf(r.Commit)] = append(j.items[subjectOf(r.Commit)], len(j.log))
		j.log = append(j.log, msgs[i])
	}
	if len(out) > 0 {
		close(j.grown)
		j.grown = make(chan struct{})
	}
	return out, nil
}

func (j *Journal) check(w events.Write, id string) error {
	var last events.Recorded
	if own := j.items[subjectOf(w.Commit)]; len(own) > 0 {
		var err error
		if last, err = j.read(own[len(own)-1]); err != nil {
			return err
		}
	}
	switch {
	case last.Sequence != w.Expected, j.seen[id]:
		return events.ErrConflict
	case w.Commit.Rev != last.Rev+1, w.Commit.Prev != last.Hash:
		return fmt.Errorf("%w: revision %d after %d", ErrChain, w.Commit.Rev, last.Rev)
	}
	return nil
}

func (j *Journal) read(place int) (events.Recorded, error) {
	m := j.log[place]
	c, hash, err := events.Decode(m.data)
	if err != nil {
		return events.Recorded{}, fmt.Errorf("read sequence %d: %w", place+1, err)
	}
	return events.Recorded{Commit: c, Hash: hash, Sequence: uint64(place + 1), Time: m.at}, nil
}

// Load returns the history of an item, nil if there is none.
func (j *Journal) Load(ctx context.Context, item uuid.UUID) ([]events.Recorded, error) {
	return j.LoadOf(ctx, events.ItemAggregate, item)
}

// LoadOf is Load for anything that has commits.
func (j *Journal) LoadOf(ctx context.Context, a events.Aggregate, id uuid.UUID) ([]events.Recorded, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []events.Recorded
	for _, place := range j.items[subject{a, id}] {
		r, err := j.read(place)
		if err != nil {
			return nil, fmt.Errorf("load %s %s: %w", a, id, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// Follow hands every commit after a position to f until f or ctx ends it.
func (j *Journal) Follow(ctx context.Context, after uint64, f func(batch []events.Recorded, behind uint64) error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		j.mu.Lock()
		grown := j.grown
		out, err := j.next(after)
		behind := uint64(len(j.log)) - min(after+uint64(len(out)), uint64(len(j.log)))
		j.mu.Unlock()
		switch {
		case err != nil:
			return err
		case len(out) == 0:
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-grown:
			}
			continue
		}
		if err := f(out, behind); err != nil {
			return err
		}
		after = out[len(out)-1].Sequence
	}
}

// next returns up to a batch of commits after a position, to the end of an atomic batch.
func (j *Journal) next(after uint64) ([]events.Recorded, error) {
	if after > uint64(len(j.log)) {
		return nil, fmt.Errorf("follow the log from %d: %w", after, events.ErrDiverged)
	}
	var out []events.Recorded
	for place := int(after); place < len(j.log); place++ {
		r, err := j.read(place)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
		if len(out) >= batch && j.log[place].within == 0 {
			break
		}
	}
	return out, nil
}

// Scan hands every message from one sequence to another to f, as it is stored.
func (j *Journal) Scan(ctx context.Context, from, to uint64, f func(events.Message) error) error {
	for seq := max(from, 1); seq <= to; seq++ {
		r, err := j.At(ctx, seq)
		if err != nil {
			return fmt.Errorf("read the log from %d: %w", seq, err)
		}
		j.mu.Lock()
		m := j.log[seq-1]
		j.mu.Unlock()
		if err := f(events.Message{Sequence: seq, Subject: events.Subject("main", r.Aggregate(), r.Item), Time: m.at, Data: m.data}); err != nil {
			return err
		}
	}
	return nil
}

// MessagesOf returns every message of one aggregate as it is stored.
func (j *Journal) MessagesOf(ctx context.Context, a events.Aggregate, id uuid.UUID) ([]events.Message, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []events.Message
	for _, place := range j.items[subject{a, id}] {
		m := j.log[place]
		out = append(out, events.Message{Sequence: uint64(place + 1), Subject: events.Subject("main", a, id), Time: m.at, Data: m.data})
	}
	return out, nil
}

// Last returns the sequence of the newest commit, 0 if there is none.
func (j *Journal) Last(ctx context.Context) (uint64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return uint64(len(j.log)), ctx.Err()
}

// At returns the commit at a sequence, or ErrNotFound.
func (j *Journal) At(ctx context.Context, seq uint64) (events.Recorded, error) {
	if err := ctx.Err(); err != nil {
		return events.Recorded{}, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if seq < 1 || seq > uint64(len(j.log)) {
		return events.Recorded{}, fmt.Errorf("read sequence %d: %w", seq, ErrNotFound)
	}
	return j.read(int(seq - 1))
}

// NextNumber returns the next running number of a prefix: 1, 2, 3 …
func (j *Journal) NextNumber(ctx context.Context, prefix string) (int, error) {
	if prefix == "" {
		return 0, errors.New("take next number: no prefix given")
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.numbers[prefix]++
	return j.numbers[prefix], ctx.Err()
}
