package projections

import (
	"xiaohao/events"
)

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
	Q           string   // number, or words of title, area, units, categories
	Verbatim    bool     // with Q: also of what people said and where; only for those who may read it
	Numbers     []string // these only
	States      []events.State
	Groups      []Group
	Modes       []events.Mode // "" or [None] among them selects the unclassified
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
	Brief       bool                    // rows as lists show them, of which most of the Detail is left out; see glance
	Today       events.Date
	Minute      int         // of Today, up to which it is over: what lamps are judged by
	Near        events.Date // last day that still counts as near
	After       string      // keyset cursor from Page.Next, opaque
	Limit       int         // default 50, at most 200
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
	QueueBlocked     Queue = "BLOCKED"     // 报了卡点, or 挂账
	QueueToday       Queue = "TODAY"       // 今天要办完: what the office owes by Today, see [Item.Owed]
	QueueLeader      Queue = "LEADER"      // the linked leader decides: more time, or his step of the chain
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
	Minute   int         // of Today, up to which it is over
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
