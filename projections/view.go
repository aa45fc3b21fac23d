package projections

import (
	"time"

	"xiaohao/events"
)

// Item is one row of the ledger (台账) with everything its page shows. The filterable part
// stands in columns, and all of it in one JSON document.
type Item struct {
	ID           string         `json:"id,omitzero"`
	Number       string         `json:"number,omitzero"`
	PublicID     string         `json:"public_id,omitzero"`
	CodeHash     string         `json:"-"`
	Title        string         `json:"title,omitzero"` // "" until accepted: then show the opinion
	Goal         string         `json:"goal,omitzero"`
	State        events.State   `json:"state,omitzero"`
	Group        Group          `json:"group,omitzero"` // where it is counted; an archived item stays where it was
	Mode         events.Mode    `json:"mode,omitzero"`
	Preset       events.Preset  `json:"preset,omitzero"`
	Source       events.Source  `json:"source,omitzero"`
	Channel      events.Channel `json:"channel,omitzero"`
	ChannelNote  string         `json:"channel_note,omitzero"`
	Category     string         `json:"category,omitzero"`
	Category2    string         `json:"category_2,omitzero"`
	Class        events.Class   `json:"class,omitzero"`
	Level        events.Level   `json:"level,omitzero"`
	Urgent       bool           `json:"urgent,omitzero"`
	Campaign     string         `json:"campaign,omitzero"`
	Area         string         `json:"area,omitzero"`
	Lead         events.Unit    `json:"lead,omitzero"`
	CoUnits      int            `json:"co_units,omitzero"`
	Leader       events.Leader  `json:"leader,omitzero"`
	Confidential bool           `json:"confidential,omitzero"` // any opinion of it is 保密
	Anonymous    bool           `json:"anonymous,omitzero"`
	Demo         bool           `json:"demo,omitzero"`

	Raised      time.Time   `json:"raised,omitzero"`      // recorded time of registration
	RaisedOn    events.Date `json:"raised_on,omitzero"`   // claimed day, or the recorded day
	AcceptedOn  events.Date `json:"accepted_on,omitzero"` // item clock starts
	AssignedOn  events.Date `json:"assigned_on,omitzero"`
	RectifiedOn events.Date `json:"rectified_on,omitzero"` // of the current round
	ClosedOn    events.Date `json:"closed_on,omitzero"`
	ClosedAt    time.Time   `json:"closed_at,omitzero"`    // recorded time of 销号, while it holds
	Due         events.Date `json:"due,omitzero"`          // current approved deadline
	DueTime     string      `json:"due_time,omitzero"`     // of that day, at which it is over, 15:04; its end when empty
	DueOriginal events.Date `json:"due_original,omitzero"` // the first one of this round
	DueRule     string      `json:"due_rule,omitzero"`
	DueFrom     events.Date `json:"due_from,omitzero"`
	NextReview  events.Date `json:"next_review,omitzero"` // of 常态 and 挂账
	Late        bool        `json:"late,omitzero"`        // reported after the deadline: for ever
	LateDays    int         `json:"late_days,omitzero"`

	Round       int                     `json:"round,omitzero"`       // 1, then +1 for each 退回、复号
	Returns     int                     `json:"returns,omitzero"`     // 退单 asked for, all units together
	ReturnOpen  bool                    `json:"return_open,omitzero"` // 退单待审
	ExtOpen     bool                    `json:"ext_open,omitzero"`    // 延期或暂停待批
	Extensions  int                     `json:"extensions,omitzero"`  // granted
	Reopened    int                     `json:"reopened,omitzero"`    // 复号 times
	Unsatisfied bool                    `json:"unsatisfied,omitzero"` // last evaluation 不满意/没解决 and nothing done about it yet
	Held        bool                    `json:"held,omitzero"`        // 待甄别: a person looks at it first
	ReplyOpen   bool                    `json:"reply_open,omitzero"`  // a draft reply waits for the office
	Replied     bool                    `json:"replied,omitzero"`
	Released    bool                    `json:"released,omitzero"`    // may be shown to the public
	Supervision events.SupervisionLevel `json:"supervision,omitzero"` // highest level in force, ""
	Blocked     events.Cause            `json:"blocked,omitzero"`
	MergedInto  string                  `json:"merged_into,omitzero"` // number of the survivor

	Progress string    `json:"progress,omitzero"` // last progress in one line
	Touched  time.Time `json:"touched,omitzero"`  // last fact of any kind
	Rev      int       `json:"rev,omitzero"`      // revisions: the page's version for "别人先改了"
	Sequence uint64    `json:"sequence,omitzero"` // stream sequence of the last fact

	ErasureOn events.Date `json:"erasure_on,omitzero"` // day on which erasure of its personal data was asked for
	Erased    bool        `json:"erased,omitzero"`     // the keys are destroyed

	Detail Detail `json:"detail,omitzero"`

	NodeOn events.Date `json:"-"` // what Node says of a row that was read in brief
}

// Detail is what only the item's own page needs.
type Detail struct {
	Citation      string                        `json:"citation,omitzero"`
	Doubts        []events.Doubt                `json:"doubts,omitzero"`       // why it was held
	Collected     *events.OpinionCollected      `json:"collected,omitzero"`    // the meeting or visit it comes from
	RenewedOn     events.Date                   `json:"renewed_on,omitzero"`   // day of the last 重办查询码
	Question      string                        `json:"question,omitzero"`     // 待补充: what was asked
	Answer        events.Sealed                 `json:"answer,omitzero"`       // the petitioner's own words
	NotAccepted   string                        `json:"not_accepted,omitzero"` // reason and lawful route
	Route         string                        `json:"route,omitzero"`
	ComplainedOf  []events.Unit                 `json:"complained_of,omitzero"`
	Complained    []string                      `json:"complained,omitzero"` // officers complained of
	Assignments   []Assignment                  `json:"assignments,omitzero"`
	Claim         *events.LedgerClaimed         `json:"claim,omitzero"`   // what the imported ledger says, last
	Ledgers       []string                      `json:"ledgers,omitzero"` // that it was ever imported from
	Plan          *events.PlanSubmitted         `json:"plan,omitzero"`
	PlanState     string                        `json:"plan_state,omitzero"` // "", SUBMITTED, APPROVED, SENT_BACK
	NodesDone     []string                      `json:"nodes_done,omitzero"`
	Quantities    []PlaceQuantity               `json:"quantities,omitzero"`
	Evidence      []events.EvidenceRecorded     `json:"evidence,omitzero"`
	EvidenceOn    []events.Date                 `json:"evidence_on,omitzero"` // when each was handed in
	Photos        []Photo                       `json:"photos,omitzero"`      // pictures for the public, in the order in which they were made
	Extension     *events.ExtensionRequested    `json:"extension,omitzero"`   // open request
	Pause         *events.PauseRequested        `json:"pause,omitzero"`       // open request
	Clock         events.Clock                  `json:"clock,omitzero"`       // how the deadline came about
	Limits        []events.Limited              `json:"limits,omitzero"`      // of the other steps
	Report        *events.RectificationReported `json:"report,omitzero"`
	Answered      *Answered                     `json:"answered,omitzero"`
	Attempt       int                           `json:"attempt,omitzero"`
	Profile       events.Profile                `json:"profile,omitzero"`
	Chain         []ChainStep                   `json:"chain,omitzero"` // of the current application
	Checks        []SiteCheck                   `json:"checks,omitzero"`
	PublicText    string                        `json:"public_text,omitzero"` // draft or released summary
	DraftBy       string                        `json:"draft_by,omitzero"`
	Publicity     *events.PublicityOpened       `json:"publicity,omitzero"`
	PublicityOn   events.Date                   `json:"publicity_on,omitzero"`
	Objections    []Objection                   `json:"objections,omitzero"`
	Filed         []events.FiledUpward          `json:"filed,omitzero"`         // 备案
	PublicUntil   events.Date                   `json:"public_until,omitzero"`  // last public day, zero for no limit
	Released      string                        `json:"released,omitzero"`      // the summary that was released; never a draft
	ReplyPublic   string                        `json:"reply_public,omitzero"`  // draft or issued: for the office
	ReplyPrivate  events.Sealed                 `json:"reply_private,omitzero"` // draft or issued
	Reply         string                        `json:"reply,omitzero"`         // issued: what the petitioner may read
	ReplySecret   events.Sealed                 `json:"reply_secret,omitzero"`  // issued, for the petitioner only
	ReplyWay      string                        `json:"reply_way,omitzero"`
	RepliedOn     events.Date                   `json:"replied_on,omitzero"`
	Instructions  []Instruction                 `json:"instructions,omitzero"`
	Slips         []Slip                        `json:"slips,omitzero"`
	Evaluations   []Evaluation                  `json:"evaluations,omitzero"`
	LookBacks     []events.Date                 `json:"look_backs,omitzero"`     // still to come
	Supervised    events.Supervision            `json:"supervised,omitzero"`     // what the ladder goes by
	Closures      []Closure                     `json:"closures,omitzero"`       // each 销号
	FirstDecision *Decision                     `json:"first_decision,omitzero"` // on the first application
	SuspendedBy   string                        `json:"suspended_by,omitzero"`
	SuspendedFor  string                        `json:"suspended_for,omitzero"`
	Standing      string                        `json:"standing,omitzero"` // reason
	Terminated    string                        `json:"terminated,omitzero"`
	MergedIn      []string                      `json:"merged_in,omitzero"` // numbers that were merged into this one
	Children      []events.SplitChild           `json:"children,omitzero"`
	ParentNumber  string                        `json:"parent_number,omitzero"`
}

// Assignment is one unit's part with its own clock.
type Assignment struct {
	events.Assignment
	IssuedOn  events.Date `json:"issued_on"`
	SignedOn  events.Date `json:"signed_on,omitzero"`
	LateSign  bool        `json:"late_sign,omitzero"`
	Result    string      `json:"result,omitzero"`
	Grounds   string      `json:"grounds,omitzero"` // of a return asked for
	Suggested events.Unit `json:"suggested,omitzero"`
}

// Limit returns the deadline that was set on a stage, of an assignment or slip where there is
// more than one; false when none was recorded.
func (it *Item) Limit(st events.Stage, ref string) (events.Limited, bool) {
	for _, l := range it.Detail.Limits {
		if l.Stage() == st && l.Ref == ref {
			return l, true
		}
	}
	return events.Limited{}, false
}

// Ends is the moment at which the deadline is over.
func (it *Item) Ends() events.Moment { return events.At(it.Due, it.DueTime) }

// Node is the day on which the next thing of the item's plan is due: its next node, or the
// plan itself; zero when nothing of a plan is waited for.
func (it *Item) Node() events.Date {
	if !it.NodeOn.IsZero() || !it.State.Runs() {
		return it.NodeOn
	}
	var owed events.Date
	for _, l := range it.Detail.Limits {
		if l.Stage() == events.StagePlan && (l.Open() || it.Detail.PlanState == "SENT_BACK") {
			owed = l.Due
		}
	}
	plan := it.Detail.Plan
	if it.Detail.PlanState == "SENT_BACK" {
		plan = nil
	}
	return events.NextNode(plan, it.Detail.NodesDone, owed)
}

// PlaceQuantity is the last progress of one place.
type PlaceQuantity struct {
	Place string `json:"place"`
	events.Quantity
}

// ChainStep is one step of the sign-off chain; On is zero until it is done.
type ChainStep struct {
	Step events.Step `json:"step"`
	On   events.Date `json:"on,omitzero"`
	Post string      `json:"post,omitzero"`
	By   string      `json:"by,omitzero"` // actor id
}

// SiteCheck is one on-the-spot check.
type SiteCheck struct {
	events.SiteChecked
	Post string `json:"post"`
}

// Photo is a picture for the public, made from one of the evidence.
type Photo struct {
	events.PhotoRedacted
	On       events.Date `json:"on"`
	By       string      `json:"by"` // actor who covered it
	Post     string      `json:"post"`
	Released events.Date `json:"released,omitzero"` // seen wherever the item is, from that day on
	Down     string      `json:"down,omitzero"`     // reason why it was taken away
}

// PublicPhoto is a picture as the public sees it.
type PublicPhoto struct {
	Object        string       `json:"object"`
	SHA256        string       `json:"sha256"`
	Shows         events.Phase `json:"shows,omitzero"` // before or after
	Width, Height int
}

// Objection is one public objection.
type Objection struct {
	ID       string        `json:"id"`
	Text     events.Sealed `json:"text"`
	Contact  events.Sealed `json:"contact,omitzero"` // where who objects can be told
	Open     bool          `json:"open"`
	Upheld   bool          `json:"upheld,omitzero"`
	Answer   string        `json:"answer,omitzero"`
	RaisedOn events.Date   `json:"raised_on"`
}

// Instruction is a leader's 批示.
type Instruction struct {
	Post string      `json:"post"`
	Text string      `json:"text"`
	On   events.Date `json:"on"`

	Order string `json:"order,omitzero"` // command id
}

// Slip is one 督办单.
type Slip struct {
	events.SupervisionIssued
	On       events.Date `json:"on"`
	Post     string      `json:"post"`
	Answer   string      `json:"answer,omitzero"`
	Answered bool        `json:"answered,omitzero"`
	Back     bool        `json:"back,omitzero"` // taken back at once by who gave it (撤销)
}

// Evaluation is one round's evaluation.
type Evaluation struct {
	events.Evaluated
	On     events.Date `json:"on"`
	At     time.Time   `json:"at,omitzero"`     // recorded
	Unit   string      `json:"unit,omitzero"`   // id of the lead unit when it was given
	Exempt string      `json:"exempt,omitzero"` // 甄别: "", ASKED, GRANTED, DENIED
}

// Closure is one 销号 and, when the item was taken up again after it, that day.
type Closure struct {
	On       events.Date `json:"on"`
	Reopened events.Date `json:"reopened,omitzero"`
}

// Decision is how an application for 销号 ended.
type Decision struct {
	On     events.Date `json:"on"`
	Passed bool        `json:"passed,omitzero"`
}

// Visibility of a timeline entry.
type Visibility string

const (
	Public    Visibility = "PUBLIC"   // 公开: the petitioner and, once released, everybody
	Internal  Visibility = "INTERNAL" // 内部
	SystemLog Visibility = "SYSTEM"   // 系统
)

// Entry is one line of an item's timeline (经过).
type Entry struct {
	Item       string       `json:"-"`
	Sequence   uint64       `json:"sequence"`
	Index      int          `json:"index"` // of the fact in its commit
	Rev        int          `json:"rev"`
	Type       string       `json:"type"` // wire name
	Title      string       `json:"title"`
	Text       string       `json:"text"`        // plain words, no personal data
	PublicText string       `json:"public_text"` // what the public reads instead, "" = same as Text when PUBLIC
	Visibility Visibility   `json:"visibility"`
	Post       string       `json:"post"` // who, by post
	Demo       bool         `json:"demo"` // 演示人员
	Recorded   time.Time    `json:"recorded"`
	Occurred   events.Date  `json:"occurred"` // claimed, zero when it is the recorded day
	Hash       string       `json:"hash"`
	State      events.State `json:"state"` // after this fact, "" when it did not move
}

// Opinion is one opinion as it was given; personal fields stay sealed.
type Opinion struct {
	events.Opinion
	Item     string      `json:"item"` // number under which it was registered
	Raised   time.Time   `json:"raised"`
	RaisedOn events.Date `json:"raised_on"`
	Items    []string    `json:"items"` // numbers of all items that answer it now
}
