package rungs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/ladder"
	"xiaohao/events"
)

// Journal is the log as the keeper needs it.
type Journal interface {
	LoadOf(ctx context.Context, a events.Aggregate, id uuid.UUID) ([]events.Recorded, error)
	Append(ctx context.Context, writes ...events.Write) ([]events.Recorded, error)
}

// Keeper holds the ladders and takes new ones.
type Keeper struct {
	journal Journal
	clock   func() time.Time
	now     atomic.Pointer[held]
}

// held is the book and the commits it is made of.
type held struct {
	book ladder.Book
	last events.Recorded
	n    int
}

// roles are who may set ladders.
var roles = []events.Role{events.Dispatcher, events.SystemAdmin}

// Open loads the ladders. clock nil = time.Now.
func Open(ctx context.Context, j Journal, clock func() time.Time) (*Keeper, error) {
	if clock == nil {
		clock = time.Now
	}
	k := &Keeper{journal: j, clock: clock}
	k.now.Store(&held{})
	return k, k.Refresh(ctx)
}

// Book returns the ladders as they are known now.
func (k *Keeper) Book() ladder.Book { return k.now.Load().book }

// Of returns the ladder of a preset.
func (k *Keeper) Of(p events.Preset) ladder.Ladder { return k.Book().Of(p) }

// Refresh loads what was set since, by others too.
func (k *Keeper) Refresh(ctx context.Context) error {
	h, err := k.journal.LoadOf(ctx, events.LadderAggregate, events.LadderID)
	if err != nil {
		return fmt.Errorf("load the ladders: %w", err)
	}
	is := k.now.Load()
	if len(h) <= is.n {
		return nil
	}
	next := &held{is.book, h[len(h)-1], len(h)}
	for _, r := range h[is.n:] {
		for _, e := range r.Events {
			if e, ok := e.(events.LadderSet); ok {
				next.book = next.book.With(e)
			}
		}
	}
	k.now.CompareAndSwap(is, next) // somebody faster had the same log, or more of it
	return nil
}

// tries bounds deciding anew after somebody else was faster.
const tries = 10

// Set takes the rungs of one watched day; none gives the preset's own back. The error is a
// *domain.Refusal, domain.ErrConflict or a failure of the log.
func (k *Keeper) Set(ctx context.Context, id uuid.UUID, a events.Actor, e events.LadderSet) error {
	if !slices.Contains(roles, a.Role) {
		return &domain.Refusal{Rule: "set_ladder.role", Message: "督办阶梯由领导小组办公室和系统管理员维护，您现在是" + a.Role.Zh() + "。"}
	}
	if !slices.Contains(events.Presets, e.Preset) || !slices.Contains(events.Watches, e.Watch) {
		return &domain.Refusal{Rule: "set_ladder.place", Message: "没有这一种台账，或者没有这一个日子。"}
	}
	if err := ladder.Check(e.Watch, e.Rungs); err != nil {
		return &domain.Refusal{Rule: "set_ladder.rungs", Field: "rungs", Message: err.Error()}
	}
	var err error
	for range tries {
		if err = k.Refresh(ctx); err != nil {
			return err
		}
		is := k.now.Load()
		if is.last.CommandID == id {
			return nil
		}
		c := events.Commit{Item: events.LadderID, Rev: is.last.Rev + 1, Prev: is.last.Hash, CommandID: id, Command: "set_ladder", Actor: a, At: k.clock(), Events: []events.Event{e}}
		if _, err = k.journal.Append(ctx, events.Write{Commit: c, Expected: is.last.Sequence}); err == nil {
			return k.Refresh(ctx)
		}
		if !errors.Is(err, events.ErrConflict) && !errors.Is(err, events.ErrOutcomeUnknown) {
			return fmt.Errorf("append to the ladders: %w", err)
		}
	}
	return fmt.Errorf("%w: %w", domain.ErrConflict, err)
}
