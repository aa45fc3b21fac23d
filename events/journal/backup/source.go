package backup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"xiaohao/events/journal"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const answerIn = 10 * time.Second // for a single request

// source reads streams of a running server.
type source struct {
	js  jetstream.JetStream
	own *journal.Server // the embedded one; nil for servers elsewhere
}

func newSource(nc *nats.Conn) (source, error) {
	js, err := jetstream.New(nc)
	own, _ := nc.Opts.InProcessServer.(*journal.Server)
	return source{js, own}, err
}

// sync makes durable what a stream holds. The embedded server does so only when asked;
// others do before they answer.
func (s source) sync(ctx context.Context, stream string) error {
	if s.own == nil {
		return nil
	}
	return s.own.Sync(ctx, stream)
}

// info returns how a stream is now, as its leader says, or nil when it does not exist.
// What the server adds to the metadata by itself is left out.
func (s source) info(ctx context.Context, name string) (*jetstream.StreamInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, answerIn)
	defer cancel()
	st, err := s.js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up stream %s: %w", name, err)
	}
	i := st.CachedInfo()
	for k := range i.Config.Metadata {
		if strings.HasPrefix(k, "_nats.") {
			delete(i.Config.Metadata, k)
		}
	}
	if len(i.Config.Metadata) == 0 {
		i.Config.Metadata = nil
	}
	return i, nil
}

// each hands over what a stream has from sequence from to sequence to, in order; and after
// that, as long as it lies inside an atomic batch that has begun: half a batch would make
// the log unreadable.
func (s source) each(ctx context.Context, stream string, from, to uint64, f func(Message) error) error {
	if from > to {
		return nil
	}
	fail := func(err error) error { return fmt.Errorf("read stream %s: %w", stream, err) }
	create, done := context.WithTimeout(ctx, answerIn)
	defer done()
	c, err := s.js.CreateConsumer(create, stream, jetstream.ConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: from,
		AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, Replicas: 1, InactiveThreshold: time.Minute,
	})
	if err != nil {
		return fail(err)
	}
	defer func() {
		end, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer done()
		_ = s.js.DeleteConsumer(end, stream, c.CachedInfo().Name) // else the server forgets it by itself
	}()
	if c.CachedInfo().NumPending == 0 {
		return nil
	}
	it, err := c.Messages(jetstream.PullMaxMessages(4096), jetstream.PullExpiry(30*time.Second), jetstream.PullHeartbeat(5*time.Second))
	if err != nil {
		return fail(err)
	}
	defer it.Stop()
	batch := ""
	for count := uint64(1); ; count++ {
		m, err := it.Next(jetstream.NextContext(ctx))
		if err != nil {
			return fail(err)
		}
		meta, err := m.Metadata()
		if err != nil {
			return fail(err)
		}
		if meta.Sequence.Consumer != count {
			return fail(errors.New("a message went missing on the way"))
		}
		seq := meta.Sequence.Stream
		h := m.Headers()
		if seq > to && (batch == "" || h.Get(hdrBatch) != batch) {
			return nil
		}
		if err := f(Message{Seq: seq, Time: meta.Timestamp.UTC(), Subject: m.Subject(), Header: h, Data: m.Data()}); err != nil {
			return err
		}
		batch = ""
		if h.Get(hdrBatchCommit) == "" {
			batch = h.Get(hdrBatch)
		}
		if batch == "" && (seq >= to || meta.NumPending == 0) {
			return nil
		}
	}
}

// Headers of an atomic batch, which the server stores.
const (
	hdrBatch       = "Nats-Batch-Id"
	hdrBatchCommit = "Nats-Batch-Commit"
)
