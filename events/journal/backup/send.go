package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/nats-io/nats-server/v2/server/archive"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	chunk     = 32 << 10
	silence   = time.Second      // a server that gets nothing for five seconds gives up
	stalled   = 30 * time.Second // a server that takes no chunk for so long is given up
	finishing = 2 * time.Minute  // for storing what is on its way after the last chunk
	settling  = 5 * time.Second  // for the servers of a cluster to tell each other who listens to what
)

// snapshotState begins the server's own snapshot format: what the stream's state was.
type snapshotState struct {
	Messages uint64 `json:"messages"`
	FirstSeq uint64 `json:"first_seq"`
	LastSeq  uint64 `json:"last_seq"`
}

// send restores a stream through the server's own interface, which keeps sequences and
// times: a request with the configuration, then the snapshot in chunks of which each is
// answered, then an empty one. The snapshot is the server's message-level format.
func send(ctx context.Context, nc *nats.Conn, cfg jetstream.StreamConfig, st Stream, messages func(string, func(Message, []byte) error) error) error {
	ctx, stop := whileConnected(ctx, nc)
	defer stop()
	state := snapshotState{Messages: st.Messages, FirstSeq: st.First, LastSeq: st.Last}
	req, err := json.Marshal(struct {
		Config jetstream.StreamConfig `json:"config"`
		State  snapshotState          `json:"state"`
	}{cfg, state})
	if err != nil {
		return err
	}
	var accepted struct {
		DeliverSubject string `json:"deliver_subject"`
	}
	if err := ask(ctx, nc, "$JS.API.STREAM.RESTORE."+st.Name, req, stalled, &accepted); err != nil {
		return err
	}
	if accepted.DeliverSubject == "" {
		return errors.New("server does not say where to send the snapshot")
	}
	c := &chunks{send: func(p []byte) error { return ask(ctx, nc, accepted.DeliverSubject, p, stalled, nil) }}
	z := s2.NewWriter(c, s2.WriterConcurrency(1), s2.WriterBlockSize(chunk))
	err = writeSnapshot(archive.NewWriter(z), st.Name, state, func(stream string, f func(Message, []byte) error) error {
		return messages(stream, func(m Message, line []byte) error {
			if err := f(m, line); err != nil {
				return err
			}
			return c.keepAlive(z.Flush)
		})
	})
	if err = errors.Join(err, z.Close()); err == nil {
		err = c.flush()
	}
	if err != nil {
		return err // the server gives up by itself when nothing comes any more
	}
	return ask(ctx, nc, accepted.DeliverSubject, nil, finishing, nil)
}

func writeSnapshot(w *archive.Writer, stream string, state snapshotState, messages func(string, func(Message, []byte) error) error) error {
	raw, err := json.Marshal(state)
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&archive.Header{Name: "state.json", PayloadSize: int64(len(raw))}); err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	err = messages(stream, func(m Message, _ []byte) error {
		h := storedHeader(m.Header)
		err := w.WriteHeader(&archive.Header{Name: m.Subject, Timestamp: m.Time.UnixNano(), Sequence: m.Seq,
			HeaderSize: int64(len(h)), PayloadSize: int64(len(m.Data))})
		if err != nil {
			return err
		}
		if _, err = w.Write(h); err != nil {
			return err
		}
		_, err = w.Write(m.Data)
		return err
	})
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&archive.Header{}); err != nil { // the end
		return err
	}
	return w.Flush()
}

// storedHeader is the form in which the server stores headers. Their order was any, since
// the client library sends them so, and means nothing.
func storedHeader(h map[string][]string) []byte {
	if len(h) == 0 {
		return nil
	}
	b := []byte("NATS/1.0\r\n")
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			b = append(b, name+": "+v+"\r\n"...)
		}
	}
	return append(b, "\r\n"...)
}

// whileConnected ends ctx when the connection is lost: a server that comes back knows
// nothing of a restore that was under way.
func whileConnected(ctx context.Context, nc *nats.Conn) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	lost := nc.StatusChanged(nats.DISCONNECTED, nats.RECONNECTING, nats.CLOSED)
	go func() {
		select {
		case <-lost:
			cancel(errors.New("connection to the server was lost"))
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		cancel(nil)
		nc.RemoveStatusListener(lost)
	}
}

// ask sends one request and reads the answer into out; an empty answer is a plain yes. When
// nobody listened, nobody has got it, and it is sent again for a while: the server that takes a
// snapshot may be another one than ours, which hears a little later where to pass it on.
func ask(ctx context.Context, nc *nats.Conn, subject string, data []byte, wait time.Duration, out any) error {
	timed, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	resp, err := nc.RequestWithContext(timed, subject, data)
	for end := time.Now().Add(settling); errors.Is(err, nats.ErrNoResponders) && time.Now().Before(end) && timed.Err() == nil; {
		select {
		case <-timed.Done():
		case <-time.After(20 * time.Millisecond):
		}
		resp, err = nc.RequestWithContext(timed, subject, data)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("server does not answer: %w", err)
	}
	if len(resp.Data) == 0 {
		return nil
	}
	var a struct {
		Error *struct {
			ErrCode     int    `json:"err_code"`
			Description string `json:"description"`
		} `json:"error"`
	}
	if err := json.Unmarshal(resp.Data, &a); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	if a.Error != nil {
		return fmt.Errorf("server refused: %s (%d)", a.Error.Description, a.Error.ErrCode)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(resp.Data, out)
}

// chunks cuts what is written into requests.
type chunks struct {
	buf  bytes.Buffer
	send func([]byte) error
	last time.Time
}

var _ io.Writer = (*chunks)(nil)

func (c *chunks) Write(p []byte) (int, error) {
	c.buf.Write(p)
	for c.buf.Len() >= chunk {
		if err := c.send(c.buf.Next(chunk)); err != nil {
			return 0, err
		}
		c.last = time.Now()
	}
	return len(p), nil
}

// keepAlive sends what there is when nothing was sent for a while.
func (c *chunks) keepAlive(flush func() error) error {
	if time.Since(c.last) < silence {
		return nil
	}
	if err := flush(); err != nil {
		return err
	}
	c.last = time.Now()
	return c.flush()
}

func (c *chunks) flush() error {
	if c.buf.Len() == 0 {
		return nil
	}
	return c.send(c.buf.Next(c.buf.Len()))
}
