package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"xiaohao/events"

	"github.com/nats-io/nats.go"
)

// Headers of a publish.
const (
	hdrGuard   = "Nats-Expected-Last-Subject-Sequence"
	hdrID      = "Nats-Msg-Id"
	hdrStream  = "Nats-Expected-Stream"
	headerRoom = 512 // bytes of a message kept for headers
)

// Append stores the commits of writes, all or none, each only if its item's last commit
// is still the one at Expected. Several writes must be of different items. The returned
// commits have hash and sequence, and the zero Time: an acknowledgement does not tell the
// server's clock.
//
// The errors are [events.ErrConflict], [events.ErrOutcomeUnknown] (also when nobody
// answered, which is mostly but not surely a write that never happened), ErrChain,
// [events.ErrFull], [events.ErrSync], [events.ErrHalted], ErrTooLarge, ErrUnreachable,
// [events.ErrNotSealed], or ctx's if it was done before anything was sent. Without a deadline in ctx it gives up after five seconds.
func (j *Journal) Append(ctx context.Context, writes ...events.Write) ([]events.Recorded, error) {
	if len(writes) == 0 {
		return nil, nil
	}
	if err := j.writable(); err != nil {
		return nil, err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	msgs, out, err := j.prepare(ctx, writes)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("append to item %s: %w", out[0].Item, err)
	}
	var last uint64
	if len(msgs) == 1 {
		last, err = j.publish(ctx, msgs[0])
	} else {
		last, err = j.publishBatch(ctx, msgs)
	}
	if err == nil {
		err = j.sync(context.WithoutCancel(ctx), last) // it is stored: only the disk may still say no
	}
	if err != nil {
		return nil, fmt.Errorf("append to item %s: %w", out[0].Item, err)
	}
	for i := range out {
		out[i].Sequence = last - uint64(len(out)-1-i) // a batch is stored without a gap
		j.tails.put(out[i])
	}
	return out, nil
}

// prepare checks and encodes the writes.
func (j *Journal) prepare(ctx context.Context, writes []events.Write) ([]*nats.Msg, []events.Recorded, error) {
	msgs := make([]*nats.Msg, len(writes))
	out := make([]events.Recorded, len(writes))
	seen := make(map[place]bool, len(writes))
	for i, w := range writes {
		c := w.Commit
		if seen[placeOf(c)] {
			return nil, nil, fmt.Errorf("append to item %s: two writes for the same item", c.Item)
		}
		seen[placeOf(c)] = true
		if err := j.continues(ctx, w); err != nil {
			return nil, nil, fmt.Errorf("append to item %s: %w", c.Item, err)
		}
		data, hash, err := events.Encode(c)
		if err != nil {
			return nil, nil, fmt.Errorf("append to item %s: %w", c.Item, err)
		}
		if len(data) > maxMessage-headerRoom {
			return nil, nil, fmt.Errorf("append to item %s: %w: %d bytes", c.Item, ErrTooLarge, len(data))
		}
		id := c.CommandID.String()
		if len(writes) > 1 {
			id += "/" + strconv.Itoa(i)
		}
		m := nats.NewMsg(events.Subject(j.tenant, c.Aggregate(), c.Item))
		m.Data = data
		m.Header[hdrGuard] = []string{strconv.FormatUint(w.Expected, 10)}
		m.Header[hdrID] = []string{id}
		m.Header[hdrStream] = []string{StreamName}
		msgs[i] = m
		c.At = c.At.UTC().Truncate(time.Millisecond) // as it was encoded, so as it will be read
		out[i] = events.Recorded{Commit: c, Hash: hash}
	}
	return msgs, out, nil
}

// continues refuses a commit that would break its item's chain. The commit it follows is
// nearly always known from the Load or Append before; else it is read.
func (j *Journal) continues(ctx context.Context, w events.Write) error {
	if w.Expected == 0 {
		return follows(w.Commit, 0, "")
	}
	t, ok := j.tails.get(placeOf(w.Commit))
	if ok && t.sequence > w.Expected {
		return events.ErrConflict
	}
	if !ok || t.sequence < w.Expected {
		r, err := j.At(ctx, w.Expected)
		if errors.Is(err, ErrNotFound) || (err == nil && placeOf(r.Commit) != placeOf(w.Commit)) {
			return events.ErrConflict // the guard names a commit that is not there
		}
		if err != nil {
			return err
		}
		t = tail{w.Expected, r.Rev, r.Hash}
	}
	return follows(w.Commit, t.rev, t.hash)
}

// follows checks that c is the next commit after revision rev with that hash.
func follows(c events.Commit, rev int, hash string) error {
	switch {
	case c.Rev != rev+1:
		return fmt.Errorf("%w: revision %d where %d is due", ErrChain, c.Rev, rev+1)
	case c.Prev != hash:
		return fmt.Errorf("%w: revision %d does not hold the hash of the one before", ErrChain, c.Rev)
	}
	return nil
}

// publish stores one message and returns its sequence.
func (j *Journal) publish(ctx context.Context, m *nats.Msg) (uint64, error) {
	a, err := j.request(ctx, m)
	return a.Seq, err
}

// ack is the server's answer to a publish.
type ack struct {
	Seq       uint64 `json:"seq"`
	Duplicate bool   `json:"duplicate"`
	Batch     string `json:"batch"`
	Count     int    `json:"count"`
	Val       string `json:"val"`
	Error     *struct {
		Code        int    `json:"code"`
		ErrCode     int    `json:"err_code"`
		Description string `json:"description"`
	} `json:"error"`
}

// request sends m and reads the answer. There is no retry here: whoever decided has to
// look at what happened first.
func (j *Journal) request(ctx context.Context, m *nats.Msg) (ack, error) {
	resp, err := j.nc.RequestMsgWithContext(ctx, m)
	if err != nil {
		return ack{}, sendError(err)
	}
	if len(resp.Data) == 0 {
		return ack{}, nil // staged as part of a batch
	}
	var a ack
	if err := json.Unmarshal(resp.Data, &a); err != nil {
		return ack{}, fmt.Errorf("%w: read acknowledgement: %w", events.ErrOutcomeUnknown, err)
	}
	if a.Error != nil {
		return ack{}, ackError(a)
	}
	if a.Duplicate {
		return ack{}, fmt.Errorf("%w: command was stored before, at %d", events.ErrConflict, a.Seq)
	}
	return a, nil
}

// sendError sorts the errors of a request without an answer into "nothing was sent" and
// "nobody knows".
func sendError(err error) error {
	switch {
	case errors.Is(err, nats.ErrMaxPayload):
		return fmt.Errorf("%w: %w", ErrTooLarge, err)
	case errors.Is(err, nats.ErrReconnectBufExceeded):
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return fmt.Errorf("%w: %w", events.ErrOutcomeUnknown, err)
}

// ackError sorts the server's refusals by code; their wording is not an interface.
func ackError(a ack) error {
	said := fmt.Sprintf("%s (%d)", a.Error.Description, a.Error.ErrCode)
	switch a.Error.ErrCode {
	case 10071, 10164, // the guard does not hold; the second while another write is under way
		10201,               // the batch has a message id that was stored before
		10158,               // the same message id is under way
		10167, 10210, 10176: // too much under way, or the batch was given up: not stored, decide anew
		return fmt.Errorf("%w: %s", events.ErrConflict, said)
	case 10077, 10047, 10023, 10002, 10028, 10122: // store failed; server, account or disk limits
		return fmt.Errorf("%w: %s", events.ErrFull, said)
	case 10054, 10097, 10199:
		return fmt.Errorf("%w: %s", ErrTooLarge, said)
	case 10008, 10009: // no leader just now; an entry may have been proposed before
		return fmt.Errorf("%w: %s", events.ErrOutcomeUnknown, said)
	}
	return fmt.Errorf("server refused: %s", said)
}
