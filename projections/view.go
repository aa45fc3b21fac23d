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
	Plan          *events.PlanSubmitted         `json:"plan,omitzero"`
	PlanState     string                        `json:"plan_state,omitzero"` // "", SUBMITTED, APPROVED, SENT_BACK
	NodesDone     []string                      `json:"nodes_done,omitzero"`
	Quantities    []PlaceQuantity               `json:"quantities,omitzero"`
	Evidence      []events.EvidenceRecorded     `json:"evidence,omitzero"`
	Photos        []Photo                       `json:"photos,omitzero"`    // pictures for the public, in the order in which they were made
	Extension     *events.ExtensionRequested    `json:"extension,omitzero"` // open request
	Pause         *events.PauseRequested        `json:"pause,omitzero"`     // open request
	Clock         events.Clock                  `json:"clock,omitzero"`     // how the deadline came about
	Limits        []events.Limited              `json:"limits,omitzero"`    // of the other steps
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

// Node is the day on which the next thing of the item's plan is due: its next node, or the
// plan itself; zero when nothing of a plan is waited for.
func (it *Item) Node() events.Date {
	if !it.State.Runs() {
		return events.Date{}
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

// Lamp filters by time: how an open item stands against its deadline.
type Lamp string

const (
	LampOverdue = Lamp(events.LampOverdue) // 逾期
	LampNear    = Lamp(events.LampNear)    // 临期
	LampCalm    = Lamp("CALM")             // open, neither of the two
)

// Group is where an item is counted. The first six are the base of every rate.
type Group string

const (
	GroupWaiting  Group = "WAITING"  // 待交办: ACCEPTED
	GroupOpen     Group = "OPEN"     // 整改中: IN_PROGRESS
	GroupDone     Group = "DONE"     // 完成未销: RECTIFIED, UNDER_VERIFICATION, IN_PUBLICITY
	GroupStanding Group = "STANDING" // 常态
	GroupHeld     Group = "HELD"     // 挂账
	GroupClosed   Group = "CLOSED"   // 已销号: CLOSED, and ARCHIVED after it
	GroupPending  Group = "PENDING"  // 待受理、待补充
	GroupAnswered Group = "ANSWERED" // 直接答复
	GroupEnded    Group = "ENDED"    // 不予受理、终结
	GroupMerged   Group = "MERGED"   // 并单
)

// Base lists the groups that rates are taken over: accepted, and neither merged, refused,
// answered directly nor terminated (domain.md §5.5).
var Base = []Group{GroupWaiting, GroupOpen, GroupDone, GroupStanding, GroupHeld, GroupClosed}

// Any and None select by presence in the fields of a [Filter] that take a key. Board rows
// of items without a key have the key "".
const (
	Any  = "*"
	None = "-"
)

// Filter selects ledger rows. Empty fields select everything; Source, Category, Area, Unit,
// Leader and Campaign also take [Any] and [None]. Today and Near must be set when Lamp is,
// Near being the last day that still counts as near. Every number of a [Board] can be
// opened with one: see [Cell].
type Filter struct {
	Q           string // number, or words of title, area, units, categories
	Verbatim    bool   // with Q: also of what people said and where; only for those who may read it
	States      []events.State
	Groups      []Group
	Modes       []events.Mode // "" among them selects the unclassified
	Source      events.Source
	Category    string
	Area        string
	Unit        string // unit id: leads or helps
	LeadOnly    bool   // with Unit: leads
	Leader      string // leader id
	Campaign    string
	Class       events.Class
	Preset      events.Preset
	Lamp        Lamp
	Pace        events.Lamp // against the plan: events.OnPace or events.Behind
	DueFrom     events.Date // open, deadline not earlier
	DueBy       events.Date // open, deadline not later
	Level       events.Level
	Urgent      bool                    // 急件 only
	Supervision events.SupervisionLevel // highest level in force; also [Any]
	Reopened    bool                    // 复号 at least once
	Returned    bool                    // 退单 asked for twice or more
	Unsatisfied bool                    // last evaluation, nothing done about it yet
	RaisedFrom  events.Date             // registered not earlier, by recorded day
	RaisedBy    events.Date             // registered not later
	AsOf        events.Date             // rows as they stood at the end of this past day; see [Store.Items]
	NewIn       events.Date             // registered in the week that starts on this Monday, by recorded day
	ClosedIn    events.Date             // 销号 in that week
	Queue       Queue                   // one of the office's or unit's queues
	Sight       Sight                   // of the person who asks
	Today       events.Date
	Near        events.Date
	After       string // keyset cursor from Page.Next, opaque
	Limit       int    // default 50, at most 200
}

// Queue is a stack of work that waits for somebody.
type Queue string

const (
	QueueRegistered  Queue = "REGISTERED"  // 待受理
	QueueAccepted    Queue = "ACCEPTED"    // 待交办
	QueueReturn      Queue = "RETURN"      // 退单待审
	QueueExtension   Queue = "EXTENSION"   // 延期待批
	QueueVerify      Queue = "VERIFY"      // 待核查: RECTIFIED, UNDER_VERIFICATION
	QueuePublicity   Queue = "PUBLICITY"   // 公示中
	QueueUnsatisfied Queue = "UNSATISFIED" // 不满意
	QueueReply       Queue = "REPLY"       // 待答复: a draft waits
	QueueReview      Queue = "REVIEW"      // 挂账、常态到期: next review ≤ Today
	QueueToSign      Queue = "TO_SIGN"     // 待签收 (with Unit)
	QueueSentBack    Queue = "SENT_BACK"   // 退回 (with Unit)
	QueueOpen        Queue = "OPEN"        // 在办 (with Unit): live, not reported
	QueueReopened    Queue = "REOPENED"    // 反弹, still open
	QueueBounced     Queue = "BOUNCED"     // 退回 2 次以上, still open
	QueueHeld        Queue = "HELD"        // 待甄别: came over the web and looks odd
)

// Page is one page of ledger rows, what is stuck first: by urgency of deadline, then number.
type Page struct {
	Items []Item
	Total int               // rows the filter selects in all, or at least, when More is set
	More  bool              // there are more than Total: nobody counted on
	Next  string            // cursor, "" on the last page
	Prev  string            // cursor, "" on the first page
	Said  map[string]string // by item id: what somebody said around the words, where they were found only there
}

// Cell is one row of a board table: how many items of one key stand where. The eight
// disjoint buckets sum to Total. Beside each stands the filter that lists its rows, to be
// joined with the filter of the row's key (Unit with LeadOnly, Modes, Source, Category,
// Leader or Campaign; None for the key "") and of the board itself.
type Cell struct {
	Key      string // unit id, mode, source …
	Name     string
	Overdue  int // open (ACCEPTED, IN_PROGRESS) and past the deadline: Lamp OVERDUE
	Near     int // open and near the deadline: Lamp NEAR
	Running  int // 整改中 otherwise: Groups OPEN, Lamp CALM
	Held     int // 挂账: Groups HELD
	Done     int // 完成未销: Groups DONE
	Standing int // 常态: Groups STANDING
	Closed   int // 已销号: Groups CLOSED
	Waiting  int // 待交办, not yet near its deadline: Groups WAITING, Lamp CALM
	Total    int // Groups Base
}

// Rectified is 整改完成 by the units' own word: done or struck off.
func (c Cell) Rectified() int { return c.Done + c.Closed }

// BoardFilter narrows a board. All but the days also take [Any] and [None].
type BoardFilter struct {
	Preset   events.Preset
	Unit     string // unit id: leads
	Leader   string // leader id
	Campaign string
	Mode     events.Mode
	Source   events.Source
	Category string
	Area     string
	Today    events.Date // decides overdue and the weeks shown
	Near     events.Date // last day that still counts as near
	AsOf     events.Date // the figures as they stood at the end of this past day; it decides overdue
	Sight    Sight       // of the person who asks; with SeesUnits, Unit must be one of them
	Areas    bool        // also ByArea: there may be thousands of areas
}

// Board is the overview. Base are the items that were accepted and are not merged,
// refused, answered directly or terminated; Pending (待受理) is counted apart.
type Board struct {
	AsOf          uint64      // stream sequence the figures stand at
	Day           events.Date // of a past day: which; without Weeks then
	All           Cell        // over the base
	Pending       int         // 待受理、待补充: Groups PENDING
	Answered      int         // 直接答复: Groups ANSWERED
	Ended         int         // 不予受理、终结: Groups ENDED
	Merged        int         // 并单: Groups MERGED
	OnPlan        int         // Running + Near + Waiting: 未完成但达到序时进度
	Concluded     int         // 办结: All.Done + All.Closed + Answered; 常态 and 挂账 never
	ByPreset      []Cell
	ByUnit        []Cell // by lead unit, in the order in which units first appeared
	ByMode        []Cell
	BySource      []Cell
	ByCategory    []Cell
	ByArea        []Cell // when BoardFilter.Areas
	ByLeader      []Cell
	ByCampaign    []Cell
	Linked        []ModeTally // items that have a leader (Leader [Any]), for the seal tally
	Weeks         []Week      // the last 12, oldest first
	EarlierNew    int         // before those weeks: with them it sums to All.Total
	EarlierClosed int         // before those weeks: with them it sums to All.Closed
}

// ModeTally is one row of seals: base items that a leader is linked to, of one campaign,
// or without a campaign of one mode.
type ModeTally struct {
	Key        string // mode, or campaign when it is one
	IsCampaign bool
	Name       string               // campaign; "" for a mode
	Counts     map[events.State]int // an item archived after 销号 counts as CLOSED
	Total      int
}

// Week counts the base items that were registered, and those that were struck off and
// still are, in one week by recorded day, Monday first.
type Week struct {
	Start  events.Date
	New    int
	Closed int
}

// Stuck is a short list for the top of the board.
type Stuck struct {
	Overdue, Near, Bounced, Unsatisfied, Reopened []Item
	Counts                                        map[string]int // "overdue", … in full
}

// PublicItem holds whitelisted fields only (domain.md §7.1): what anybody may read once the item is
// released, and what the petitioner reads with number and code.
type PublicItem struct {
	ID                 string // item id, not shown
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
	Overdue  bool   // 整改中 and past the deadline at Today
	Today    events.Date
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

// Option is a choice for a select: what occurs in the data.
type Option struct {
	Key  string
	Name string
}

// Views are the counts beside the office's saved views of the ledger.
type Views struct {
	All      int // every number
	Overdue  int // Filter{Lamp: LampOverdue}
	Soon     int // Filter{Lamp: LampNear, DueBy: the day asked for}
	Verify   int // Filter{Queue: QueueVerify}
	Return   int // Filter{Queue: QueueReturn}
	Standing int // Filter{Groups: GroupStanding}
	Held     int // Filter{Groups: GroupHeld}
}

// Answered is a direct answer (直接答复).
type Answered struct {
	On   events.Date `json:"on"`
	Took events.Took `json:"took,omitzero"`
}
