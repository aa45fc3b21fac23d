package events

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Commit is what one command did to one item: one message of the log. The few commits
// that are not of an item (see [Commit.Aggregate]) look the same.
type Commit struct {
	Item        uuid.UUID // id of the item, or of whatever else the facts are about
	Rev         int       // 1 for the first commit of the item, then one more each
	Prev        string    // hash of commit Rev-1, "" for the first
	CommandID   uuid.UUID // makes the command repeatable: the same id is never applied twice
	Command     string    // the command's name, "assign"
	Actor       Actor
	Cause       string    // what led to it, when it was not a person: a sweep, an import row
	Correlation uuid.UUID // shared by the commits of one undertaking (both sides of a merge)
	At          time.Time // the writer's clock, UTC, whole milliseconds; the server's own time is in [Recorded]
	Occurred    Date      // when it is claimed to have happened, if not now (补录)
	Events      []Event
}

// Recorded is a Commit as the log holds it.
type Recorded struct {
	Commit
	Hash     string    // of the stored commit, hex
	Sequence uint64    // position in the stream
	Time     time.Time // the server's clock when it was stored: the recorded time (入库时间)
	Fault    *Fault    // nil, or why this program cannot read it; the commit then has only its Item
}

// Fault is a stored message that this program cannot read: written by a newer program, or
// damaged. Readers of the whole log get it in its place, so that they can set the item
// aside and go on; whoever decides on a history must refuse it.
type Fault struct {
	Of  Aggregate // as its subject says
	Err error
	Raw []byte // the message
}

// Aggregate returns what the commit is about; of a Fault what its subject says.
func (r Recorded) Aggregate() Aggregate {
	if r.Fault != nil {
		return r.Fault.Of
	}
	return r.Commit.Aggregate()
}

type commitWire struct {
	Item        uuid.UUID  `json:"item"`
	Rev         int        `json:"rev"`
	Prev        string     `json:"prev"`
	CommandID   uuid.UUID  `json:"command_id"`
	Command     string     `json:"command"`
	Actor       Actor      `json:"actor"`
	Cause       string     `json:"cause,omitzero"`
	Correlation *uuid.UUID `json:"correlation,omitempty"`
	At          time.Time  `json:"at"`
	Occurred    Date       `json:"occurred,omitzero"`
	Events      []wire     `json:"events"`
}

type envelope struct {
	Hash   string          `json:"hash"`
	Commit json.RawMessage `json:"commit"`
}

// Errors of decoding. An unknown fact is an [*UnknownError].
var (
	ErrBroken = errors.New("events: message is not a commit")
	ErrHash   = errors.New("events: hash does not match the commit")
)

// Encode returns the stored form of c and its hash. It fails with ErrNotSealed when a
// personal field was not sealed.
func Encode(c Commit) (data []byte, hash string, err error) {
	if c.Item == uuid.Nil || c.CommandID == uuid.Nil || c.Rev < 1 || len(c.Events) == 0 {
		return nil, "", fmt.Errorf("%w: item, command id, revision and events are all needed", ErrBroken)
	}
	if err := oneAggregate(c.Events); err != nil {
		return nil, "", err
	}
	w := commitWire{Item: c.Item, Rev: c.Rev, Prev: c.Prev, CommandID: c.CommandID, Command: c.Command, Actor: c.Actor,
		Cause: c.Cause, At: c.At.UTC().Truncate(time.Millisecond), Occurred: c.Occurred, Events: make([]wire, len(c.Events))}
	if c.Correlation != uuid.Nil {
		w.Correlation = &c.Correlation
	}
	for i, e := range c.Events {
		if w.Events[i], err = toWire(e); err != nil {
			return nil, "", err
		}
	}
	raw, err := json.Marshal(w)
	if err != nil {
		return nil, "", fmt.Errorf("encode commit of %s: %w", c.Item, err)
	}
	hash = HashOf(raw)
	return slices.Concat([]byte(`{"hash":"`+hash+`","commit":`), raw, []byte("}")), hash, nil // an [envelope]
}

// HashOf returns the hash of a commit's stored bytes.
func HashOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// hashes is HashOf(raw) == hash, without a text that is only compared.
func hashes(raw []byte, hash string) bool {
	var text [2 * sha256.Size]byte
	sum := sha256.Sum256(raw)
	hex.Encode(text[:], sum[:])
	return string(text[:]) == hash
}

// Decode reads one stored commit and checks its hash. The error is ErrBroken, ErrHash, an
// [*UnknownError] or names the fact that could not be read.
func Decode(data []byte) (Commit, string, error) {
	if w, hash, raw, ok := canonical(data); ok {
		if c, err := w.commit(raw, hash); err == nil {
			return c, hash, nil
		}
	} // else what is wrong is found out slowly
	var env envelope
	if err := strict(data, &env); err != nil {
		return Commit{}, "", fmt.Errorf("%w: %v", ErrBroken, err)
	}
	if len(env.Commit) == 0 {
		return Commit{}, "", fmt.Errorf("%w: nothing in the envelope", ErrBroken)
	}
	if !hashes(env.Commit, env.Hash) { // before a look at what is in it
		return Commit{}, "", ErrHash
	}
	var w commitWire
	if err := strict(env.Commit, &w); err != nil {
		return Commit{}, "", fmt.Errorf("%w: %v", ErrBroken, err)
	}
	c, err := w.commit(env.Commit, env.Hash)
	if err != nil {
		return Commit{}, "", err
	}
	return c, env.Hash, nil
}

// commit checks what was read from raw, and decodes the facts.
func (w *commitWire) commit(raw []byte, hash string) (Commit, error) {
	if !hashes(raw, hash) {
		return Commit{}, ErrHash
	}
	if w.Item == uuid.Nil || w.CommandID == uuid.Nil || w.Rev < 1 || len(w.Events) == 0 {
		return Commit{}, fmt.Errorf("%w: item, command id, revision and events are all needed", ErrBroken)
	}
	if y := w.At.UTC().Year(); y < 0 || y > 9999 {
		return Commit{}, fmt.Errorf("%w: year %d", ErrBroken, y)
	}
	c := Commit{Item: w.Item, Rev: w.Rev, Prev: w.Prev, CommandID: w.CommandID, Command: w.Command, Actor: w.Actor,
		Cause: w.Cause, At: w.At.UTC().Truncate(time.Millisecond), Occurred: w.Occurred, Events: make([]Event, len(w.Events))}
	if w.Correlation != nil {
		c.Correlation = *w.Correlation
	}
	for i, x := range w.Events {
		e, err := fromWire(x)
		if err != nil {
			return Commit{}, fmt.Errorf("commit %d of %s, fact %d: %w", w.Rev, w.Item, i, err)
		}
		c.Events[i] = e
	}
	if err := oneAggregate(c.Events); err != nil {
		return Commit{}, err
	}
	return c, nil
}

func strict(data []byte, v any) error {
	n, err := first(data, v)
	if err != nil {
		return err
	}
	if len(bytes.TrimLeft(data[n:], " \t\r\n")) > 0 {
		return errors.New("more than one value")
	}
	return nil
}

// reader is a decoder that is used again: making one costs more than reading a small fact.
type reader struct {
	from bytes.Reader
	json *json.Decoder
}

var readers = sync.Pool{New: func() any {
	r := &reader{}
	r.json = json.NewDecoder(&r.from)
	r.json.DisallowUnknownFields()
	return r
}}

// first reads the first value in data, without unknown fields, and says where it ends.
func first(data []byte, v any) (end int, err error) {
	r := readers.Get().(*reader)
	r.from.Reset(data)
	begun := r.json.InputOffset()
	if err := r.json.Decode(v); err != nil {
		return 0, err // what is left in the reader is of no use
	}
	end = int(r.json.InputOffset() - begun)
	if end == len(data) && r.from.Len() == 0 {
		readers.Put(r)
	}
	return end, nil
}
