package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"xiaohao/events"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Follow hands every commit after a position to f, in order, until f or ctx ends it; it
// returns f's error as it is, or ctx's. Each batch is whatever has arrived, at most
// Config.Batch commits and at least one; it is never made to wait for more, and never
// ends inside an atomic batch (one larger than Config.Batch comes whole). behind says how
// many commits were in the log after this batch when it was read.
//
// Follow survives lost connections and server restarts. It ends with events.ErrDiverged if the
// log is not the one it was. A message that cannot be decoded is handed over in its place
// as an [events.Fault].
func (j *Journal) Follow(ctx context.Context, after uint64, f func(batch []events.Recorded, behind uint64) error) error {
	at := cursor{seq: after}
	wait := minWait
	for {
		before := at.seq
		err := j.session(ctx, &at, f)
		var lost *lostError
		switch {
		case !errors.As(err, &lost):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case j.nc.IsClosed():
			return fmt.Errorf("follow the log from %d: %w: %w", at.seq, ErrUnreachable, nats.ErrConnectionClosed)
		}
		if at.seq > before {
			wait = minWait
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, maxWait)
	}
}

const (
	minWait   = 50 * time.Millisecond
	maxWait   = 2 * time.Second
	heartbeat = 5 * time.Second // a silent server is noticed after two
)

// cursor is the last commit handed over; the hash is not known before the first one.
type cursor struct {
	seq  uint64
	hash string
}

// lostError is a fault of the way to the log, not of the log: start again where it ended.
type lostError struct{ err error }

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

var (
	errReconnected = errors.New("connection was lost and is back")
	errGap         = errors.New("a message went missing on the way")
)

// session reads through one short-lived consumer until something breaks. The ordered
// consumer of the client library does much the same, but it renews itself unseen: here
// each renewal first makes sure that the log is still the same.
func (j *Journal) session(ctx context.Context, at *cursor, f func([]events.Recorded, uint64) error) error {
	reconnects := j.nc.Stats().Reconnects // before confirm: a reconnect after it is noticed
	back := j.nc.StatusChanged(nats.CONNECTED)
	defer j.nc.RemoveStatusListener(back)
	if err := j.confirm(ctx, *at); err != nil {
		return err
	}
	feed, stop, err := j.consume(ctx, at.seq+1)
	if err != nil {
		return &lostError{err}
	}
	defer stop()

	var b assembler
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-back:
			return &lostError{errReconnected}
		case d := <-feed:
			err = b.add(d)
		}
	drain:
		for err == nil && b.len() < j.batch {
			select {
			case d := <-feed:
				err = b.add(d)
			default:
				break drain
			}
		}
		batch, behind := b.take()
		if len(batch) > 0 {
			if j.nc.Stats().Reconnects != reconnects {
				return &lostError{errReconnected} // perhaps of another log: read again
			}
			if first := batch[0].Sequence; first <= at.seq {
				return fmt.Errorf("follow the log: %w: sequence %d came after %d", events.ErrDiverged, first, at.seq)
			}
			last := batch[len(batch)-1]
			if err := j.settle(ctx, last.Sequence); err != nil {
				return err
			}
			if err := f(batch, behind); err != nil {
				return err
			}
			*at = cursor{last.Sequence, last.Hash}
		}
		if err != nil {
			return err
		}
	}
}

// confirm makes sure that the log is the one that was opened and still has the position.
func (j *Journal) confirm(ctx context.Context, at cursor) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	s, err := j.js.Stream(ctx, StreamName)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return fmt.Errorf("follow the log from %d: %w: there is none", at.seq, events.ErrDiverged)
	}
	if err != nil {
		return &lostError{err}
	}
	i := s.CachedInfo()
	switch id := i.Config.Metadata[metaIdentity]; {
	case id != j.identity:
		return fmt.Errorf("follow the log from %d: %w: its identity is %s, was %s", at.seq, events.ErrDiverged, id, j.identity)
	case i.State.LastSeq < at.seq:
		return fmt.Errorf("follow the log from %d: %w: it ends at %d", at.seq, events.ErrDiverged, i.State.LastSeq)
	case i.State.Msgs > 0 && i.State.FirstSeq > at.seq+1:
		return fmt.Errorf("follow the log from %d: %w: it begins at %d", at.seq, events.ErrDiverged, i.State.FirstSeq)
	case at.hash == "":
		return nil
	}
	r, err := j.At(ctx, at.seq)
	if errors.Is(err, ErrUnreachable) {
		return &lostError{err}
	}
	if err != nil && r.Fault == nil || r.Hash != at.hash {
		return fmt.Errorf("follow the log from %d: %w: another commit stands there", at.seq, events.ErrDiverged)
	}
	return nil
}
