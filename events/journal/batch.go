package journal

import (
	"context"
	"fmt"
	"strconv"

	"xiaohao/events"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
)

// Headers of an atomic batch. The server stores them, so a reader can tell what belongs
// together.
const (
	hdrBatch       = "Nats-Batch-Id"
	hdrBatchSeq    = "Nats-Batch-Sequence"
	hdrBatchCommit = "Nats-Batch-Commit"
	maxBatch       = 1000 // the server's limit
)

// publishBatch stores all of msgs or none and returns the sequence of the last. Every
// message is the only one of its item in the batch and carries that item's guard: a
// second guarded message of the same subject would always be refused (10164).
//
// The first message is a request so that a refused batch (not allowed, too many open) is
// known before the rest is sent; the last commits. What lies between is sent plainly: a
// lost one makes the commit fail as a whole.
//
// The server allows fifty open batches a stream; this process keeps to sixteen.
func (j *Journal) publishBatch(ctx context.Context, msgs []*nats.Msg) (uint64, error) {
	if len(msgs) > maxBatch {
		return 0, fmt.Errorf("%w: %d commits in one batch", ErrTooLarge, len(msgs))
	}
	select {
	case j.batches <- struct{}{}:
		defer func() { <-j.batches }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	id := uuid.NewString()
	for i, m := range msgs {
		m.Header[hdrBatch] = []string{id}
		m.Header[hdrBatchSeq] = []string{strconv.Itoa(i + 1)}
	}
	end := len(msgs) - 1
	msgs[end].Header[hdrBatchCommit] = []string{"1"}
	if _, err := j.request(ctx, msgs[0]); err != nil {
		return 0, err
	}
	for _, m := range msgs[1:end] {
		if err := j.nc.PublishMsg(m); err != nil {
			return 0, fmt.Errorf("%w: %w", ErrUnreachable, err) // without its commit a batch is dropped
		}
	}
	if j.server != nil {
		defer j.server.disk(StreamName).hold()()
	}
	a, err := j.request(ctx, msgs[end])
	if err != nil {
		return 0, err
	}
	if a.Batch != id || a.Count != len(msgs) {
		return 0, fmt.Errorf("%w: batch of %d acknowledged as %d", events.ErrOutcomeUnknown, len(msgs), a.Count)
	}
	return a.Seq, nil
}
