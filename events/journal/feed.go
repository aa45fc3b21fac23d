package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"xiaohao/events"

	"github.com/nats-io/nats.go/jetstream"
)

// delivery is one message on its way to Follow, or what ended the reading.
type delivery struct {
	rec     events.Recorded
	pending uint64 // in the log after it
	batch   string // atomic batch it belongs to
	commit  bool   // ends that batch
	err     error
}

// consume starts reading from a sequence. Decoding runs beside what Follow's caller does
// with the batch before. stop ends it and waits until it has ended.
func (j *Journal) consume(ctx context.Context, from uint64) (feed <-chan delivery, stop func(), err error) {
	create, done := bounded(ctx)
	defer done()
	c, err := j.js.CreateConsumer(create, StreamName, jetstream.ConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: from, FilterSubject: j.filter(),
		AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, Replicas: 1, InactiveThreshold: time.Minute,
	})
	if err != nil {
		return nil, nil, err
	}
	it, err := c.Messages(jetstream.PullMaxMessages(max(2*j.batch, 100)),
		jetstream.PullExpiry(30*time.Second), jetstream.PullHeartbeat(heartbeat))
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ch, ended := make(chan delivery, j.batch), make(chan struct{})
	go func() {
		defer close(ended)
		j.read(ctx, it, ch)
	}()
	return ch, func() {
		cancel()
		<-ended
		it.Stop()
		if j.nc.IsConnected() { // else the server forgets it by itself
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_ = j.js.DeleteConsumer(ctx, StreamName, c.CachedInfo().Name)
		}
	}, nil
}

// read passes messages on until one fails or ctx is done. The consumer's own count tells
// whether one went missing.
func (j *Journal) read(ctx context.Context, it jetstream.MessagesContext, ch chan<- delivery) {
	for count := uint64(1); ; count++ {
		d := j.receive(ctx, it, count)
		select {
		case ch <- d:
		case <-ctx.Done():
			return
		}
		if d.err != nil {
			return
		}
	}
}

func (j *Journal) receive(ctx context.Context, it jetstream.MessagesContext, count uint64) delivery {
	m, err := it.Next(jetstream.NextContext(ctx))
	if err != nil {
		return delivery{err: &lostError{err}}
	}
	meta, err := m.Metadata()
	if err != nil {
		return delivery{err: &lostError{err}}
	}
	if meta.Sequence.Consumer != count {
		return delivery{err: &lostError{errGap}}
	}
	r := j.delivered(m.Subject(), m.Data(), meta.Sequence.Stream, meta.Timestamp)
	h := m.Headers()
	return delivery{rec: r, pending: meta.NumPending, batch: h.Get(hdrBatch), commit: h.Get(hdrBatchCommit) != ""}
}

// assembler puts deliveries together so that what is handed over never ends inside an
// atomic batch. The server makes a batch visible as a whole, but it may arrive in parts.
type assembler struct {
	ready  []events.Recorded // ends with a whole batch
	behind uint64            // after ready
	open   []events.Recorded // the beginning of a batch
	id     string            // its id
}

var errCutOff = errors.New("atomic batch is cut off")

func (a *assembler) len() int { return len(a.ready) + len(a.open) }

func (a *assembler) add(d delivery) error {
	if d.err != nil {
		return d.err
	}
	if a.id != "" && d.batch != a.id {
		return fmt.Errorf("follow the log: %w before sequence %d", errCutOff, d.rec.Sequence)
	}
	if d.batch != "" && !d.commit {
		a.open, a.id = append(a.open, d.rec), d.batch
		return nil
	}
	a.ready = append(append(a.ready, a.open...), d.rec)
	a.open, a.id, a.behind = nil, "", d.pending
	return nil
}

// take returns what is whole and keeps the rest. The next batch may well be as large.
func (a *assembler) take() ([]events.Recorded, uint64) {
	out := a.ready
	a.ready = make([]events.Recorded, 0, len(out))
	return out, a.behind
}
