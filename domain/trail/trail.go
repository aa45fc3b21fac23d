package trail

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

// maxRefused is how many refusals of one person are recorded on one day.
const maxRefused = 100

// Keeper writes the trail.
type Keeper struct {
	Log domain.Histories
	Now func() time.Time // nil = time.Now
}

// Exported records that data leaves in a file. The cause says how, when nobody asked for it
// on a page.
func (k *Keeper) Exported(ctx context.Context, actor events.Actor, cause string, e events.ExportMade) error {
	return k.write(ctx, actor, "export", cause, func([]events.Recorded) ([]events.Event, error) { return []events.Event{e}, nil })
}

// Refused records that somebody tried what he may not.
func (k *Keeper) Refused(ctx context.Context, actor events.Actor, e events.AccessRefused) error {
	return k.write(ctx, actor, "refused", "", func(h []events.Recorded) ([]events.Event, error) {
		n := 0
		for _, r := range h {
			if slices.Contains(r.Events, events.Event(e)) {
				return nil, nil
			}
			if _, is := r.Events[0].(events.AccessRefused); is {
				n++
			}
		}
		if n >= maxRefused {
			return nil, nil
		}
		return []events.Event{e}, nil
	})
}

func (k *Keeper) write(ctx context.Context, actor events.Actor, command, cause string, decide func([]events.Recorded) ([]events.Event, error)) error {
	now := time.Now()
	if k.Now != nil {
		now = k.Now()
	}
	c := domain.Change{ID: uuid.New(), Of: events.TrailAggregate, Entry: events.TrailID(actor.ID, events.DateOf(now)), Command: command, Actor: actor, Cause: cause}
	_, err := c.Carry(ctx, k.Log, nil, now, decide)
	return err
}
