package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"xiaohao/events"
)

const notFound = 10037 // the server's code for "no message found"

// storedMessage is one message as the stream's leader keeps it.
type storedMessage struct {
	Subject string    `json:"subject"`
	Seq     uint64    `json:"seq"`
	Data    []byte    `json:"data"`
	Time    time.Time `json:"time"`
}

// messageQuery is what one message is asked for by: one of the two.
type messageQuery struct {
	Seq  uint64 `json:"seq,omitempty"`
	Last string `json:"last_by_subj,omitempty"`
}

// message asks the leader, never a replica that may be behind: these answers are
// compared with positions.
func (j *Journal) message(ctx context.Context, query messageQuery) (storedMessage, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	req, err := json.Marshal(query)
	if err != nil {
		return storedMessage{}, err
	}
	resp, err := j.nc.RequestWithContext(ctx, api("STREAM.MSG.GET"), req)
	if err != nil {
		return storedMessage{}, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	var a struct {
		Message storedMessage `json:"message"`
		Error   *struct {
			ErrCode     int    `json:"err_code"`
			Description string `json:"description"`
		} `json:"error"`
	}
	if err := json.Unmarshal(resp.Data, &a); err != nil {
		return storedMessage{}, err
	}
	if a.Error != nil {
		if a.Error.ErrCode == notFound {
			return storedMessage{}, ErrNotFound
		}
		return storedMessage{}, fmt.Errorf("server refused: %s (%d)", a.Error.Description, a.Error.ErrCode)
	}
	return a.Message, nil
}

// Last returns the sequence of the tenant's newest commit, 0 if there is none.
func (j *Journal) Last(ctx context.Context) (uint64, error) {
	m, err := j.message(ctx, messageQuery{Last: j.filter()})
	if err == ErrNotFound {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read end of the log: %w", err)
	}
	return m.Seq, nil
}

// At returns the commit at a sequence, to check a reader's position by its hash. It
// returns ErrNotFound if the tenant has none there. One that cannot be read comes as a Fault,
// with its error.
func (j *Journal) At(ctx context.Context, seq uint64) (events.Recorded, error) {
	if seq == 0 { // the server would take it for "no sequence given"
		return events.Recorded{}, fmt.Errorf("read sequence 0: %w", ErrNotFound)
	}
	m, err := j.message(ctx, messageQuery{Seq: seq})
	if err != nil {
		return events.Recorded{}, fmt.Errorf("read sequence %d: %w", seq, err)
	}
	if !strings.HasPrefix(m.Subject, strings.TrimSuffix(j.filter(), ">")) {
		return events.Recorded{}, fmt.Errorf("read sequence %d: %w", seq, ErrNotFound)
	}
	r := j.delivered(m.Subject, m.Data, m.Seq, m.Time)
	if r.Fault != nil {
		return r, r.Fault.Err
	}
	return r, nil
}

// filter is the subject of everything the tenant has in the log.
func (j *Journal) filter() string { return "rect." + j.tenant + ".>" }
