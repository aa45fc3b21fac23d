package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	pageMessages = 256
	pageBytes    = 4 << 20
)

// reader asks for pages of an item's history. One subscription serves all: an inbox per
// request would cost more than the reading.
type reader struct {
	nc     *nats.Conn
	sub    *nats.Subscription
	prefix string

	mu   sync.Mutex
	next uint64
	open map[string]chan *nats.Msg
}

func newReader(nc *nats.Conn) (*reader, error) {
	r := &reader{nc: nc, prefix: nc.NewInbox() + ".", open: make(map[string]chan *nats.Msg)}
	sub, err := nc.Subscribe(r.prefix+"*", r.deliver)
	if err != nil {
		return nil, err
	}
	// Nothing may be dropped; what is under way is bounded by the pages asked for.
	if err := sub.SetPendingLimits(-1, -1); err != nil {
		return nil, err
	}
	r.sub = sub
	return r, nil
}

func (r *reader) close() error { return r.sub.Unsubscribe() }

// deliver hands a message to whoever asked. A channel has room for a whole page, so one
// slow reader never holds up the others; answers to a request given up go nowhere.
func (r *reader) deliver(m *nats.Msg) {
	r.mu.Lock()
	ch := r.open[strings.TrimPrefix(m.Subject, r.prefix)]
	r.mu.Unlock()
	if ch == nil {
		return
	}
	select {
	case ch <- m:
	default: // more than was asked for: the page will not add up and is refused
	}
}

// pageRequest is a batch direct get (ADR-31).
type pageRequest struct {
	Batch    int    `json:"batch"`
	Seq      uint64 `json:"seq"`
	NextFor  string `json:"next_by_subj"`
	MaxBytes int    `json:"max_bytes"`
}

// silence is how long a page may go without a message before it is asked for again: any
// replica answers, and the one that was asked may just have died.
const silence = time.Second

var errSilent = errors.New("nobody answers")

// page reads messages of subject from sequence from on, and how many are left after
// them. It returns only after the server's end marker: what is missing is an error.
// None at all is no error.
func (r *reader) page(ctx context.Context, subject string, from uint64) (msgs []*nats.Msg, left uint64, err error) {
	for {
		msgs, left, err = r.ask(ctx, subject, from)
		if err != errSilent {
			return msgs, left, err
		}
	}
}

// ask asks for a page once. It returns errSilent when nothing comes for a while.
func (r *reader) ask(ctx context.Context, subject string, from uint64) (msgs []*nats.Msg, left uint64, err error) {
	ch := make(chan *nats.Msg, pageMessages+1)
	r.mu.Lock()
	r.next++
	id := strconv.FormatUint(r.next, 36)
	r.open[id] = ch
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.open, id)
		r.mu.Unlock()
	}()
	req, err := json.Marshal(pageRequest{pageMessages, from, subject, pageBytes})
	if err != nil {
		return nil, 0, err
	}
	if err := r.nc.PublishRequest(api("DIRECT.GET"), r.prefix+id, req); err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	quiet := time.NewTimer(silence)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, 0, fmt.Errorf("history ended without its end marker: %w", ctx.Err())
		case <-quiet.C:
			return nil, 0, errSilent
		case m := <-ch:
			quiet.Reset(silence)
			switch status := m.Header.Get("Status"); status {
			case "":
				msgs = append(msgs, m)
			case "204":
				left, err := endOfPage(m, msgs)
				return msgs, left, err
			case "404":
				return nil, 0, nil
			case "503":
				return nil, 0, fmt.Errorf("%w: %w", ErrUnreachable, nats.ErrNoResponders)
			default:
				return nil, 0, fmt.Errorf("server refused: %s %s", status, m.Header.Get("Description"))
			}
		}
	}
}

// endOfPage reads the end marker and checks that the last message before it arrived.
func endOfPage(end *nats.Msg, msgs []*nats.Msg) (left uint64, err error) {
	left, err = strconv.ParseUint(end.Header.Get("Nats-Num-Pending"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read end marker: %w", err)
	}
	if len(msgs) == 0 {
		return left, nil
	}
	if last, got := end.Header.Get("Nats-Last-Sequence"), msgs[len(msgs)-1].Header.Get("Nats-Sequence"); last != got {
		return 0, fmt.Errorf("history is cut off: last message is %s, end marker says %s", got, last)
	}
	return left, nil
}
