package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

// Vault seals personal fields before they are stored, and opens them to tell whether they
// would change.
type Vault interface {
	domain.Vault
	Open(ctx context.Context, s events.Sealed) (string, error)
}

// Desk takes commands on the directory.
type Desk struct {
	Journal domain.Histories
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

// Do carries out an order. The error is a *domain.Refusal, domain.Refusals,
// domain.ErrConflict or a wrapped failure of the log.
func (d *Desk) Do(ctx context.Context, o Order) (Receipt, error) {
	if o.Command == nil {
		return Receipt{}, errors.New("directory: order without command")
	}
	if r := SpecOf(o.Command).Allows(o.Actor, about(o.Command)); r != nil {
		return Receipt{}, r
	}
	a, id := o.Command.entry()
	c := domain.Change{ID: o.ID, Of: a, Entry: id, Command: o.Command.name(), Actor: o.Actor, Cause: o.Cause}
	r, err := c.Carry(ctx, d.Journal, d.Vault, d.now(), func(history []events.Recorded) ([]events.Event, error) {
		return o.Command.decide(d.situation(ctx, o, fold(history)))
	})
	return receipt(r), err
}

// about is the officer a command is about, "" for any other.
func about(c Command) string {
	if p, ok := c.(interface{ person() string }); ok {
		return p.person()
	}
	return ""
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
			return fold(history), nil
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
