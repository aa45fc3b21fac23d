package backup

import (
	"context"
	"encoding/json"
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
// the log unreadable. It is f's error, or one of the server if nothing came for patience.
func (s source) each(ctx context.Context, stream string, from, to uint64, f func(Message) error) error {
	return s.read(ctx, &reading{source: s, stream: stream, next: from, to: to, f: f})
}

// live returns the sequences from first to last that still hold a message.
func (s source) live(ctx context.Context, stream string, first, last uint64) (seqs []uint64, err error) {
	err = s.read(ctx, &reading{source: s, stream: stream, next: first, to: last, noData: true, f: func(m Message) error {
		if m.Seq <= last {
			seqs = append(seqs, m.Seq)
		}
		return nil
	}})
	return seqs, err
}

func (s source) read(ctx context.Context, r *reading) error {
	for last := time.Now(); r.next <= r.to || r.batch != ""; {
		before := r.next
		done, err := r.session(ctx)
		var stop *stopError
		switch {
		case done:
			return nil
		case errors.As(err, &stop):
			return stop.err
		case ctx.Err() != nil:
			return ctx.Err()
		case r.next > before:
			last = time.Now()
		case time.Since(last) > patience:
			return fmt.Errorf("read stream %s: %w", r.stream, err)
		}
		select { // a leader that was lost, or a replica that just begins to catch up
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return nil
}

// patience is how long a stream that should give messages may give none.
const patience = 30 * time.Second

// reading is what each has read so far.
type reading struct {
	source
	stream   string
	next, to uint64
	noData   bool   // headers alone
	batch    string // the atomic batch that lies open
	f        func(Message) error
}

// stopError is the error of each's caller, after which nothing is tried again.
type stopError struct{ err error }

func (e *stopError) Error() string { return e.err.Error() }

// session reads through one consumer, to the end or until something breaks.
func (r *reading) session(ctx context.Context) (done bool, err error) {
	create, cancel := context.WithTimeout(ctx, answerIn)
	defer cancel()
	c, err := r.js.CreateConsumer(create, r.stream, jetstream.ConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: r.next, HeadersOnly: r.noData,
		AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, Replicas: 1, InactiveThreshold: time.Minute,
	})
	if err != nil {
		return false, err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = r.js.DeleteConsumer(end, r.stream, c.CachedInfo().Name) // else the server forgets it by itself
	}()
	if c.CachedInfo().NumPending == 0 {
		if done, err := r.ended(ctx); done || err != nil {
			return done, err
		}
	}
	it, err := c.Messages(jetstream.PullMaxMessages(4096), jetstream.PullExpiry(10*time.Second), jetstream.PullHeartbeat(2*time.Second))
	if err != nil {
		return false, err
	}
	defer it.Stop()
	for count := uint64(1); ; count++ {
		m, err := it.Next(jetstream.NextContext(ctx))
		if err != nil {
			return false, err
		}
		meta, err := m.Metadata()
		if err != nil {
			return false, err
		}
		if meta.Sequence.Consumer != count {
			return false, errors.New("a message went missing on the way")
		}
		if done, err := r.take(ctx, m, meta); done || err != nil {
			return done, err
		}
	}
}

func (r *reading) take(ctx context.Context, m jetstream.Msg, meta *jetstream.MsgMetadata) (done bool, err error) {
	seq, h := meta.Sequence.Stream, m.Headers()
	if seq > r.to && (r.batch == "" || h.Get(hdrBatch) != r.batch) {
		return true, nil
	}
	if err := r.f(Message{Seq: seq, Time: meta.Timestamp.UTC(), Subject: m.Subject(), Header: h, Data: m.Data()}); err != nil {
		return false, &stopError{err}
	}
	r.next, r.batch = seq+1, ""
	if h.Get(hdrBatchCommit) == "" {
		r.batch = h.Get(hdrBatch)
	}
	if seq >= r.to && r.batch == "" {
		return true, nil
	}
	if meta.NumPending == 0 {
		return r.ended(ctx)
	}
	return false, nil
}

// ended asks the stream's leader whether there is more to come: a consumer may live on a
// replica that is behind.
func (r *reading) ended(ctx context.Context) (bool, error) {
	if r.batch != "" {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerIn)
	defer cancel()
	next, err := r.nextAt(ctx, r.stream, r.next)
	return err == nil && (next == 0 || next > r.to), err
}

// nextAt returns the sequence of the first message from seq on, as the leader has it, 0 if
// there is none.
func (s source) nextAt(ctx context.Context, stream string, seq uint64) (uint64, error) {
	resp, err := s.js.Conn().RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+stream, fmt.Appendf(nil, `{"seq":%d,"next_by_subj":">"}`, seq))
	if err != nil {
		return 0, err
	}
	var a struct {
		Message struct {
			Seq uint64 `json:"seq"`
		} `json:"message"`
		Error *jetstream.APIError `json:"error"`
	}
	if err := json.Unmarshal(resp.Data, &a); err != nil {
		return 0, err
	}
	if a.Error != nil && a.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound {
		return 0, nil
	}
	if a.Error != nil {
		return 0, a.Error
	}
	return a.Message.Seq, nil
}

// Headers of an atomic batch, which the server stores.
const (
	hdrBatch       = "Nats-Batch-Id"
	hdrBatchCommit = "Nats-Batch-Commit"
)
