package proof

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"

	"xiaohao/events"

	"github.com/google/uuid"
)

// Log is the log as a Prover needs it, and a Signer, who appends.
type Log interface {
	Identity() string
	Last(ctx context.Context) (uint64, error)
	Scan(ctx context.Context, from, to uint64, f func(events.Message) error) error
	MessagesOf(ctx context.Context, a events.Aggregate, id uuid.UUID) ([]events.Message, error)
	Append(ctx context.Context, writes ...events.Write) ([]events.Recorded, error)
}

// ErrShorter says that the log ends before what was read of it.
var ErrShorter = errors.New("proof: log is shorter than it was")

// Prover keeps up with a log, checking it: the first use reads all of it, later ones only
// what is new. It is safe for concurrent use.
type Prover struct {
	Log    Log
	Tenant string

	mu      sync.Mutex
	checker *Checker
}

// Case returns everything there is of an item, with the newest root and the item's
// inclusion in it. The error is ErrNoItem when there is none, a [*Wrong] when the log is
// not right.
func (p *Prover) Case(ctx context.Context, item uuid.UUID) (Case, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fail := func(err error) (Case, error) { return Case{}, fmt.Errorf("export case of %s: %w", item, err) }
	if err := p.catchUp(ctx); err != nil {
		return fail(err)
	}
	// Read after the root, so that nothing that it covers can be lacking.
	msgs, err := p.Log.MessagesOf(ctx, events.ItemAggregate, item)
	if err != nil {
		return fail(err)
	}
	if len(msgs) == 0 {
		return fail(ErrNoItem)
	}
	c := Case{Format: caseFormat, Subject: msgs[0].Subject}
	for _, m := range msgs {
		c.Commits = append(c.Commits, CaseCommit{m.Sequence, timeText(m.Time), string(m.Data)})
	}
	root := p.checker.root
	if root == nil || msgs[0].Sequence > root.Sequence {
		return c, nil
	}
	in := Inclusion{Path: []string{}}
	for _, m := range msgs {
		if m.Sequence <= root.Sequence {
			in.Rev++
		}
	}
	var found bool
	if in.Index, found = slices.BinarySearch(p.checker.covered.subjects, c.Subject); !found {
		return fail(fmt.Errorf("%w: %s", ErrShorter, c.Subject))
	}
	for _, h := range PathOf(slices.Clone(p.checker.covered.leaves), in.Index) {
		in.Path = append(in.Path, hex.EncodeToString(h[:]))
	}
	c.Root, c.Inclusion = root, &in
	place, _ := placeOf(c.Subject)
	if w := c.check(&CaseReport{}, place, nil); w != nil { // a replica that was behind, or worse
		return fail(w)
	}
	return c, nil
}

// nearEnd is how many messages may come in while a root is made.
const nearEnd = 1 << 12

// catchUp reads what is new, until little more can have come in. It is called with mu held.
func (p *Prover) catchUp(ctx context.Context) error {
	if p.checker == nil {
		p.checker = NewChecker(p.Log.Identity(), p.Tenant)
	}
	for {
		last, err := p.Log.Last(ctx)
		if err != nil {
			return err
		}
		if last < p.checker.last {
			return fmt.Errorf("%w: it ended at %d, now at %d", ErrShorter, p.checker.last, last)
		}
		behind := last - p.checker.last
		if err := p.Log.Scan(ctx, p.checker.last+1, last, p.checker.Add); err != nil {
			return err
		}
		if behind < nearEnd {
			return nil
		}
	}
}

// signed reports whether a day has its root already, as far as was read.
func (p *Prover) signed(day events.Date) bool {
	return p.checker != nil && p.checker.root != nil && !day.After(p.checker.root.Day)
}

// stored returns the newest root as it stands in the log, unchecked, nil when there is none.
func (p *Prover) stored(ctx context.Context) (*events.RootSigned, error) {
	id, err := uuid.Parse(p.Log.Identity())
	if err != nil {
		return nil, err
	}
	msgs, err := p.Log.MessagesOf(ctx, events.LogAggregate, id)
	for _, m := range slices.Backward(msgs) {
		c, _, err := events.Decode(m.Data)
		if err != nil {
			return nil, err
		}
		for _, e := range c.Events {
			if r, ok := e.(events.RootSigned); ok {
				return &r, nil
			}
		}
	}
	return nil, err
}
