package projections

import (
	"time"

	"xiaohao/events"
)

// PublicItem holds whitelisted fields only (domain.md §7.1): what anybody may read once the item is
// released, and what the petitioner reads with number and code.
type PublicItem struct {
	ID                 string // item id, not shown
	Version            string // of one item: another one as soon as anything happens to it; not shown
	Number             string
	PublicID           string
	Released           bool
	Title              string // "" before acceptance
	Summary            string // released public text
	State              events.State
	Mode               events.Mode
	Category           string
	Category2          string
	Area               string
	Lead               string
	CoUnits            []string
	RegisteredOn       events.Date // recorded day of registration; RaisedOn may be claimed
	LeaderPost         string
	RaisedOn           events.Date
	AcceptedOn         events.Date
	Due                events.Date
	DueTime            string // as of an item
	DueOriginal        events.Date
	Clock              events.Clock
	DueRule            string
	DueFrom            events.Date
	RectifiedOn        events.Date
	ClosedOn           events.Date
	NextReview         events.Date
	Late               bool
	LateDays           int
	Reply              string        // issued public reply
	ReplyPrivate       events.Sealed // issued, to the petitioner only (by code)
	RepliedOn          events.Date
	EvaluateBy         events.Date   // zero when it was not recorded
	Words              events.Sealed // what was said, as it was said: only by code
	WordsOn            events.Date
	Question           string // 待补充
	NotAccepted, Route string
	MergedInto         string
	PublicityUntil     events.Date
	PublicityText      string
	Evaluated          bool        // this round's evaluation is in
	Held               bool        // 待甄别, for the petitioner
	RenewedOn          events.Date // day on which the query code was last renewed, for the petitioner
	CanEvaluate        bool        // replied and not evaluated in this round
	Touched            time.Time
	Demo               bool
	Erased             bool          // its personal data was erased, or is about to be
	Photos             []PublicPhoto // covered and released; never what was handed in
	Restricted         bool          // by code only: nothing but the state may be told (举报、涉稳)
	Timeline           []Entry       // PUBLIC entries only: Text is what the public reads, nobody's post, no hash
}

// PublicFilter selects items that are shown to the public. Empty fields select everything.
type PublicFilter struct {
	Q        string
	Category string
	State    events.State
	Groups   []Group
	Mode     events.Mode
	About    string // a unit, an area or a category
	Year     int    // of registration
	Overdue  bool   // 整改中 and past the deadline Now
	Now      events.Moment
	After    string // keyset cursor, opaque
	Limit    int    // default 20, at most 1000
}

// Figures are the numbers of the public front page, over the items that are shown there.
// Beside each stands the filter that lists its rows. Total = Closed + Done + InProgress +
// Standing + Held + Waiting.
type Figures struct {
	ImmediateDone  int // Mode IMMEDIATE, Groups DONE and CLOSED
	ImmediateTotal int // Mode IMMEDIATE, Groups Base
	Closed         int // Groups CLOSED
	InProgress     int // Groups OPEN
	Overdue        int // of InProgress: Overdue
	Waiting        int // 等交办: Groups WAITING
	Done           int // 改完等验收: Groups DONE
	Standing       int // Groups STANDING
	Held           int // Groups HELD
	Total          int // Groups Base
	Unreleased     int // ordinary base items that are not shown, so that nobody takes Total for all
}

// Answered is a direct answer (直接答复).
type Answered struct {
	On   events.Date `json:"on"`
	Took events.Took `json:"took,omitzero"`
}

// Ends is the moment at which the deadline is over.
func (p *PublicItem) Ends() events.Moment { return events.At(p.Due, p.DueTime) }
