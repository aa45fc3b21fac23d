package directory

import (
	"context"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

// Journal is the log as the desk needs it.
type Journal interface {
	// LoadOf returns the whole history of an entry in order, nothing when there is none.
	LoadOf(ctx context.Context, a events.Aggregate, id uuid.UUID) ([]events.Recorded, error)
	// Append stores all writes or none; see [domain.Journal].
	Append(ctx context.Context, writes ...events.Write) ([]events.Recorded, error)
}

// Vault seals personal fields before they are stored, and opens them to tell whether they
// would change.
type Vault interface {
	SealCommit(ctx context.Context, c *events.Commit) error
	Open(ctx context.Context, s events.Sealed) (string, error)
}

// Desk takes commands on the directory.
type Desk struct {
	Journal Journal
	Vault   Vault
	Now     func() time.Time // nil = time.Now
}

// Order is one command as given.
type Order struct {
	ID      uuid.UUID // the same id is never carried out twice
	Command Command
	Actor   events.Actor
	Cause   string // "units.xlsx 第 3 行", when it came from a file
}

// Receipt says what came of an order.
type Receipt struct {
	Facts    []string // names of what was written; none when it was so already
	Sequence uint64   // wait for this in the read models to see your own write; 0 when nothing was written
}

// Bounds of deciding anew after a conflict or an unknown outcome.
const tries = 10

// Do carries out an order. The error is a *domain.Refusal, domain.Refusals,
// domain.ErrConflict or a wrapped failure of the log.
func (d *Desk) Do(ctx context.Context, o Order) (Receipt, error) {
	if o.ID == uuid.Nil || o.Command == nil {
		return Receipt{}, errors.New("directory: order without id or command")
	}
	if r := SpecOf(o.Command).Allows(o.Actor, about(o.Command)); r != nil {
		return Receipt{}, r
	}
	var last error
	for n := range tries {
		if n > 0 {
			select {
			case <-ctx.Done():
				return Receipt{}, ctx.Err()
			case <-time.After(time.Duration(mathrand.Int64N(int64(n) * int64(4*time.Millisecond)))):
			}
		}
		rc, err := d.try(ctx, o)
		if !errors.Is(err, events.ErrConflict) && !errors.Is(err, events.ErrOutcomeUnknown) {
			return rc, err
		}
		last = err
	}
	return Receipt{}, fmt.Errorf("%w: %w", domain.ErrConflict, last)
}

// about is the officer a command is about, "" for any other.
func about(c Command) string {
	if p, ok := c.(interface{ person() string }); ok {
		return p.person()
	}
	return ""
}

func (d *Desk) try(ctx context.Context, o Order) (Receipt, error) {
	a, id := o.Command.entry()
	history, err := d.Journal.LoadOf(ctx, a, id)
	if err != nil {
		return Receipt{}, fmt.Errorf("load %s: %w", a, err)
	}
	var is entry
	c := events.Commit{Item: id, Rev: 1, CommandID: o.ID, Command: o.Command.name(), Actor: o.Actor, Cause: o.Cause, At: d.now()}
	var expected uint64
	for _, r := range history {
		if r.CommandID == o.ID {
			return receipt(r), nil
		}
		for _, f := range r.Events {
			is.apply(f)
		}
		c.Rev, c.Prev, expected = r.Rev+1, r.Hash, r.Sequence
	}
	if c.Events, err = o.Command.decide(d.situation(ctx, o, is)); err != nil || len(c.Events) == 0 {
		return Receipt{}, err
	}
	if err := d.Vault.SealCommit(ctx, &c); err != nil {
		return Receipt{}, fmt.Errorf("seal commit of %s: %w", a, err)
	}
	done, err := d.Journal.Append(ctx, events.Write{Commit: c, Expected: expected})
	if err != nil {
		return Receipt{}, fmt.Errorf("append to %s: %w", a, err)
	}
	return receipt(done[0]), nil
}

func receipt(r events.Recorded) Receipt {
	rc := Receipt{Sequence: r.Sequence}
	for _, e := range r.Events {
		name, _ := events.TypeOf(e)
		rc.Facts = append(rc.Facts, name)
	}
	return rc
}

func (d *Desk) situation(ctx context.Context, o Order, is entry) situation {
	n := 0
	return situation{
		actor: o.Actor, today: events.DateOf(d.now()), is: is,
		look: func(a events.Aggregate, id string) (e entry, err error) {
			history, err := d.Journal.LoadOf(ctx, a, events.DirectoryID(a, id))
			if err != nil {
				return e, fmt.Errorf("load %s %s: %w", a, id, err)
			}
			for _, r := range history {
				for _, f := range r.Events {
					e.apply(f)
				}
			}
			return e, nil
		},
		open: func(s events.Sealed) (string, error) { return d.Vault.Open(ctx, s) },
		newID: func() string {
			n++
			return uuid.NewSHA1(o.ID, []byte{byte(n)}).String()
		},
	}
}

func (d *Desk) now() time.Time {
	if d.Now != nil {
		return d.Now()
	}
	return time.Now()
}
