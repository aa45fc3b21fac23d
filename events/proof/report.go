package proof

import (
	"xiaohao/events"

	"github.com/google/uuid"
)

// Report says what a check found.
type Report struct {
	Stream     string             `json:"stream"`
	Tenant     string             `json:"tenant"`
	Messages   uint64             `json:"messages"`   // checked
	Aggregates int                `json:"aggregates"` // items and others
	Roots      int                `json:"roots"`
	Root       *events.RootSigned `json:"root"`      // newest, null when there is none
	Uncovered  uint64             `json:"uncovered"` // messages after what the newest root covers: not signed yet
	RootIDs    []string           `json:"root_ids"`  // fingerprints of all roots, oldest first
	// ClockBack counts messages whose server time is before that of the one before them. It
	// happens when a clock is set back or another server takes the lead; a root covers the
	// times, so what is covered is as it was.
	ClockBack int    `json:"clock_back"`
	Trusted   bool   `json:"trusted"` // the newest root goes back to a key that was given
	Wrong     *Wrong `json:"wrong"`   // null when all is well
}

// Report returns what was found so far.
func (c *Checker) Report() Report {
	r := Report{Stream: c.stream, Tenant: c.tenant, Messages: c.last, Aggregates: len(c.heads), Roots: c.roots, Root: c.root, RootIDs: c.ids,
		Uncovered: c.last, ClockBack: c.back, Trusted: c.believed, Wrong: c.wrong}
	if c.root != nil {
		r.Uncovered -= c.root.Sequence
	}
	return r
}

// Finish ends the check: beside what Add found it is wrong when trusted keys were given,
// there are roots, and none of them goes back to such a key. The error is a [*Wrong].
func (c *Checker) Finish() error {
	if c.wrong == nil && len(c.trusted) > 0 && c.root != nil && !c.believed {
		c.wrong = &Wrong{Sequence: c.rootAt, Subject: events.Subject(c.tenant, events.LogAggregate, uuid.MustParse(c.stream)), Item: c.stream,
			Kind: WrongSigner, Detail: "日根由密钥 " + c.root.Key + " 签名，不是可信的那一把。"}
	}
	if c.wrong != nil {
		return c.wrong
	}
	return nil
}
