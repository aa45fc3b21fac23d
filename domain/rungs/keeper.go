package rungs

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/ladder"
	"xiaohao/events"
)

// Keeper holds the ladders and takes new ones.
type Keeper struct {
	held  *domain.Held[ladder.Book]
	clock func() time.Time
}

// roles are who may set ladders.
var roles = []events.Role{events.Dispatcher, events.SystemAdmin}

// Open loads the ladders. clock nil = time.Now.
func Open(ctx context.Context, log domain.Histories, clock func() time.Time) (*Keeper, error) {
	if clock == nil {
		clock = time.Now
	}
	held, err := domain.Hold(ctx, log, domain.Change{Of: events.LadderAggregate, Entry: events.LadderID}, ladder.Book{}, with)
	return &Keeper{held, clock}, err
}

func with(b ladder.Book, facts []events.Event) ladder.Book {
	for _, e := range facts {
		if e, ok := e.(events.LadderSet); ok {
			b = b.With(e)
		}
	}
	return b
}

// Book returns the ladders as they are known now.
func (k *Keeper) Book() ladder.Book { return k.held.Now() }

// Of returns the ladder of a preset.
func (k *Keeper) Of(p events.Preset) ladder.Ladder { return k.Book().Of(p) }

// Refresh loads what was set since, by others too.
func (k *Keeper) Refresh(ctx context.Context) error {
	_, err := k.held.Refresh(ctx)
	return err
}

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
	_, err := k.held.Do(ctx, domain.Change{ID: id, Command: "set_ladder", Actor: a}, k.clock(), func(ladder.Book) []events.Event { return []events.Event{e} })
	return err
}
