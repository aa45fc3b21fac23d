package events

import (
	"errors"
	"time"
)

// Message is one message of the log as it is stored, not decoded: what is copied, proved
// and handed out as evidence.
type Message struct {
	Sequence uint64
	Subject  string
	Time     time.Time // the server's clock, to the nanosecond
	Data     []byte
}

// Write is one commit to append and the guard it rests on: the stream sequence of the
// item's last commit that the decision saw, 0 for an item that must not exist yet.
type Write struct {
	Commit   Commit
	Expected uint64
}

// Errors of appending, shared by the log and by those who write to it.
var (
	// ErrConflict says that the item moved on, or that this command was seen before:
	// load again, look for the own command id first, then decide anew.
	ErrConflict = errors.New("events: item has changed since it was read")
	// ErrOutcomeUnknown says that nobody knows whether the commit was stored (time-out,
	// no responders): load again and look for the own command id.
	ErrOutcomeUnknown = errors.New("events: outcome of the write is unknown")
)
