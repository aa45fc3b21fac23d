package journal

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"xiaohao/events"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
)

// Scan hands every message of the tenant from one sequence to another to f, as it is
// stored, in order; it returns f's error as it is. Nothing is decoded or checked: that is
// for proofs and copies. It is an error if the log ends before that.
func (j *Journal) Scan(ctx context.Context, from, to uint64, f func(events.Message) error) error {
	wait := minWait
	for from <= to {
		msgs, _, err := j.scanPage(ctx, j.filter(), from)
		if err != nil {
			return fmt.Errorf("read the log from %d: %w", from, err)
		}
		if len(msgs) == 0 { // a replica may be a moment behind
			if wait > maxWait {
				return fmt.Errorf("read the log from %d: it ends before %d", from, to)
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("read the log from %d: %w", from, ctx.Err())
			case <-time.After(wait):
			}
			wait *= 2
			continue
		}
		wait = minWait
		for _, m := range msgs {
			if m.Sequence > to {
				return nil
			}
			if err := f(m); err != nil {
				return err
			}
			from = m.Sequence + 1
		}
	}
	return nil
}

// MessagesOf returns every message of one aggregate as it is stored, oldest first, none if
// it does not exist. Like Load it may be a moment behind on a cluster.
func (j *Journal) MessagesOf(ctx context.Context, a events.Aggregate, id uuid.UUID) ([]events.Message, error) {
	subject := events.Subject(j.tenant, a, id)
	var out []events.Message
	for from, left := uint64(1), uint64(1); left > 0; {
		msgs, n, err := j.scanPage(ctx, subject, from)
		if err != nil {
			return nil, fmt.Errorf("read %s %s: %w", a, id, err)
		}
		if len(msgs) == 0 {
			break
		}
		out, left = append(out, msgs...), n
		from = msgs[len(msgs)-1].Sequence + 1
	}
	return out, nil
}

func (j *Journal) scanPage(ctx context.Context, subject string, from uint64) (msgs []events.Message, left uint64, err error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	page, left, err := j.reader.page(ctx, subject, from)
	if err != nil {
		return nil, 0, err
	}
	out := make([]events.Message, len(page))
	for i, m := range page {
		if out[i], err = rawMessage(m); err != nil {
			return nil, 0, err
		}
	}
	return out, left, nil
}

// rawMessage reads a message of a direct get: the server puts all but the data in headers.
func rawMessage(m *nats.Msg) (events.Message, error) {
	seq, err := strconv.ParseUint(m.Header.Get("Nats-Sequence"), 10, 64)
	if err != nil {
		return events.Message{}, fmt.Errorf("read sequence: %w", err)
	}
	at, err := time.Parse(time.RFC3339Nano, m.Header.Get("Nats-Time-Stamp"))
	if err != nil {
		return events.Message{}, fmt.Errorf("read time of sequence %d: %w", seq, err)
	}
	return events.Message{Sequence: seq, Subject: m.Header.Get("Nats-Subject"), Time: at.UTC(), Data: m.Data}, nil
}
