package acceptance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	eh "github.com/looplab/eventhorizon"
	ehuuid "github.com/looplab/eventhorizon/uuid"

	"xiaohao/events"

	"github.com/google/uuid"
)

// log is the part of a journal that an event store needs.
type log interface {
	Load(ctx context.Context, item uuid.UUID) ([]events.Recorded, error)
	Append(ctx context.Context, writes ...events.Write) ([]events.Recorded, error)
}

// store is the log as eventhorizon's EventStore. One Save is one commit, each event one
// fact of it: an instruction whose text is the event.
type store struct{ log log }

// stored is an event as the text of a fact.
type stored struct {
	Type          eh.EventType
	AggregateType eh.AggregateType
	Version       int
	Time          time.Time
	Data          json.RawMessage `json:",omitempty"` // absent: an event without data
	Metadata      map[string]any  // as eventhorizon has it
}

func (s store) Save(ctx context.Context, list []eh.Event, original int) error {
	fail := func(err error) error {
		e := &eh.EventStoreError{Err: err, Op: eh.EventStoreOpSave, Events: list, AggregateVersion: original}
		if len(list) > 0 {
			e.AggregateID, e.AggregateType = list[0].AggregateID(), list[0].AggregateType()
		}
		return e
	}
	if len(list) == 0 {
		return fail(eh.ErrMissingEvents)
	}
	c := events.Commit{Item: uuid.UUID(list[0].AggregateID()), CommandID: uuid.New(), Command: "save", At: time.Now(),
		Actor: events.Actor{ID: "u-1", Role: events.LeaderRole}}
	for i, e := range list {
		switch {
		case e.AggregateID() != list[0].AggregateID():
			return fail(eh.ErrMismatchedEventAggregateIDs)
		case e.AggregateType() != list[0].AggregateType():
			return fail(eh.ErrMismatchedEventAggregateTypes)
		case e.Version() != original+1+i:
			return fail(eh.ErrIncorrectEventVersion)
		}
		text, err := encode(e)
		if err != nil {
			return fail(err)
		}
		c.Events = append(c.Events, events.LeaderInstructed{Text: text})
	}
	history, err := s.log.Load(ctx, c.Item)
	if err != nil {
		return fail(err)
	}
	// The guard is the commit that ends at the version the caller saw, whatever came after.
	var expected uint64
	seen, version := original == 0, 0
	c.Rev = 1
	for _, r := range history {
		if version += len(r.Events); version == original {
			seen, expected, c.Rev, c.Prev = true, r.Sequence, r.Rev+1, r.Hash
		}
	}
	if !seen {
		return fail(eh.ErrIncorrectEventVersion)
	}
	_, err = s.log.Append(ctx, events.Write{Commit: c, Expected: expected})
	if errors.Is(err, events.ErrConflict) {
		return fail(eh.ErrEventConflictFromOtherSave)
	}
	if err != nil {
		return fail(err)
	}
	return nil
}

func (s store) Load(ctx context.Context, id ehuuid.UUID) ([]eh.Event, error) {
	return s.LoadFrom(ctx, id, 1)
}

func (s store) LoadFrom(ctx context.Context, id ehuuid.UUID, version int) ([]eh.Event, error) {
	fail := func(err error) error {
		return &eh.EventStoreError{Err: err, Op: eh.EventStoreOpLoad, AggregateID: id}
	}
	history, err := s.log.Load(ctx, uuid.UUID(id))
	if err != nil {
		return nil, fail(err)
	}
	if len(history) == 0 {
		return nil, fail(eh.ErrAggregateNotFound)
	}
	var out []eh.Event
	for _, r := range history {
		for _, f := range r.Events {
			e, err := decode(id, f)
			if err != nil {
				return nil, fail(err)
			}
			if e.Version() >= version {
				out = append(out, e)
			}
		}
	}
	return out, nil
}

func (store) Close() error { return nil }

func encode(e eh.Event) (string, error) {
	x := stored{e.EventType(), e.AggregateType(), e.Version(), e.Timestamp(), nil, e.Metadata()}
	if e.Data() != nil {
		var err error
		if x.Data, err = json.Marshal(e.Data()); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(x)
	return string(text), err
}

func decode(id ehuuid.UUID, f events.Event) (eh.Event, error) {
	fact, ok := f.(events.LeaderInstructed)
	if !ok {
		return nil, fmt.Errorf("fact is %T", f)
	}
	var x stored
	if err := json.Unmarshal([]byte(fact.Text), &x); err != nil {
		return nil, err
	}
	var data eh.EventData
	if len(x.Data) > 0 {
		var err error
		if data, err = eh.CreateEventData(x.Type); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(x.Data, data); err != nil {
			return nil, err
		}
	}
	return eh.NewEvent(x.Type, data, x.Time, eh.ForAggregate(x.AggregateType, id, x.Version), eh.WithMetadata(x.Metadata)), nil
}
