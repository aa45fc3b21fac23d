package journal

import (
	"context"
	"fmt"
	"time"

	"xiaohao/events"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
)

// Load returns the whole history of an item, oldest first, or nil for an item that does
// not exist. It is an error (ErrChain) if the revisions are not 1..n or the hashes do not
// chain, and an error if the history did not arrive to its end. On a cluster it may be a
// moment behind: good for deciding, since an append is guarded, not for reading back what
// was just written.
func (j *Journal) Load(ctx context.Context, item uuid.UUID) ([]events.Recorded, error) {
	return j.LoadOf(ctx, events.ItemAggregate, item)
}

// LoadOf is Load for anything that has commits: the facts about the log itself have the
// stream's identity as id.
func (j *Journal) LoadOf(ctx context.Context, a events.Aggregate, id uuid.UUID) ([]events.Recorded, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	subject := events.Subject(j.tenant, a, id)
	var out []events.Recorded
	for from := uint64(1); ; {
		msgs, left, err := j.reader.page(ctx, subject, from)
		if err != nil {
			return nil, fmt.Errorf("load %s %s: %w", a, id, err)
		}
		if len(msgs) == 0 {
			if len(out) > 0 || left > 0 {
				return nil, fmt.Errorf("load %s %s: history is cut off after revision %d", a, id, len(out))
			}
			return nil, nil
		}
		for _, m := range msgs {
			r, err := stored(m)
			if err != nil {
				return nil, fmt.Errorf("load %s %s: %w", a, id, err)
			}
			prev := ""
			if len(out) > 0 {
				prev = out[len(out)-1].Hash
			}
			if placeOf(r.Commit) != (place{a, id}) {
				return nil, fmt.Errorf("load %s %s: %w: sequence %d is of %s %s", a, id, ErrChain, r.Sequence, r.Aggregate(), r.Item)
			}
			if err := follows(r.Commit, len(out), prev); err != nil {
				return nil, fmt.Errorf("load %s %s: sequence %d: %w", a, id, r.Sequence, err)
			}
			out = append(out, r)
		}
		last := out[len(out)-1]
		if left == 0 {
			j.tails.put(last)
			return out, nil
		}
		from = last.Sequence + 1
	}
}

// stored decodes a message of a direct get.
func stored(m *nats.Msg) (events.Recorded, error) {
	r, err := rawMessage(m)
	if err != nil {
		return events.Recorded{}, err
	}
	return recorded(r.Data, r.Sequence, r.Time)
}

// delivered is a message of the whole log. What cannot be read, or lies where it does not
// belong, comes as a Fault with the hash of the message.
func (j *Journal) delivered(subject string, data []byte, seq uint64, at time.Time) events.Recorded {
	r, err := recorded(data, seq, at)
	if err == nil && subject != events.Subject(j.tenant, r.Aggregate(), r.Item) {
		err = fmt.Errorf("read sequence %d: a commit of %s %s on subject %s", r.Sequence, r.Aggregate(), r.Item, subject)
	}
	if err == nil {
		return r
	}
	of, id, _ := events.ParseSubject(subject)
	return events.Recorded{Commit: events.Commit{Item: id}, Hash: events.HashOf(data), Sequence: seq, Time: at.UTC(),
		Fault: &events.Fault{Of: of, Err: err, Raw: data}}
}

func recorded(data []byte, seq uint64, at time.Time) (events.Recorded, error) {
	c, hash, err := events.Decode(data)
	if err != nil {
		return events.Recorded{}, fmt.Errorf("read sequence %d: %w", seq, err)
	}
	return events.Recorded{Commit: c, Hash: hash, Sequence: seq, Time: at.UTC()}, nil
}
