package notice

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"xiaohao/events"
)

// people makes the id under which a person's preferences are kept in the log.
var people = uuid.MustParse("a2d3c6d0-8f0f-5a52-8b7e-6f0f1d7f3c10")

// PersonID returns that id.
func PersonID(person string) uuid.UUID { return uuid.NewSHA1(people, []byte(person)) }

// Preferences is the log as [Preference] and [Prefer] need it.
type Preferences interface {
	LoadOf(ctx context.Context, a events.Aggregate, id uuid.UUID) ([]events.Recorded, error)
}

// Preference returns how a person wants to be told: a letter for each, in working hours,
// when nothing was said.
func Preference(ctx context.Context, log Preferences, person string) (events.NoticePreferred, error) {
	h, err := log.LoadOf(ctx, events.RecipientAggregate, PersonID(person))
	if err != nil {
		return events.NoticePreferred{}, fmt.Errorf("read preferences of %s: %w", person, err)
	}
	p := events.NoticePreferred{Person: person, Mail: true}
	for _, c := range h {
		for _, e := range c.Events {
			if x, ok := e.(events.NoticePreferred); ok {
				p = x
			}
		}
	}
	return p, nil
}
