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

// Errors of the log, shared by it and by those who write and read.
var (
	// ErrConflict says that the item moved on, or that this command was seen before:
	// load again, look for the own command id first, then decide anew.
	ErrConflict = errors.New("events: item has changed since it was read")
	// ErrOutcomeUnknown says that nobody knows whether the commit was stored (time-out,
	// no responders): load again and look for the own command id.
	ErrOutcomeUnknown = errors.New("events: outcome of the write is unknown")
	// ErrFull says that the log, or the disk under it, takes no more; nothing was stored.
	ErrFull = errors.New("events: log is full")
	// ErrSync says that the disk refused to make a write durable. What was written since the
	// last good sync may be lost, and a second try proves nothing (the kernel may have
	// dropped the pages), so nothing is acknowledged any more until the program starts anew.
	ErrSync = errors.New("events: disk does not keep what is written")
	// ErrHalted says that nothing is written any more, because the log is not the one that
	// was read before; what it wraps says what was found. A person has to decide.
	ErrHalted = errors.New("events: writing was stopped")
	// ErrDiverged says that the log is not the one that was read before, or is shorter.
	ErrDiverged = errors.New("events: log is not the one that was read before")
)
