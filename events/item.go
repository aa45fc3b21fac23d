package events

// Facts of the item itself (整改事项).

// ItemRaised starts an item: an opinion was registered, got its number and query code,
// and its words are frozen (登记). The milestone "raised".
type ItemRaised struct {
	Number    string  `json:"number"`    // QG-2026-000123, for people
	PublicID  string  `json:"public_id"` // random, for released pages
	CodeHash  string  `json:"code_hash"` // SHA-256 of number and query code; the code itself is kept nowhere
	Preset    Preset  `json:"preset"`    // the ledger's way of working
	Source    Source  `json:"source"`    // who found it
	Category  string  `json:"category"`  // 类别一级, as claimed; the office decides at acceptance
	Category2 string  `json:"category_2,omitzero"`
	Opinion   Opinion `json:"opinion"`
	Citation  string  `json:"citation,omitzero"` // where a document states it
	Accept    Limit   `json:"accept,omitzero"`   // until when it is to be triaged
}

// OpinionAdded records that another person said the same thing (同一件事又有人提).
type OpinionAdded struct {
	Opinion Opinion `json:"opinion"`
}

// InfoRequested asks the petitioner for more; the clock stands still (待补充).
type InfoRequested struct {
	Question string `json:"question"`
}

// InfoSupplied is the petitioner's answer.
type InfoSupplied struct {
	Text Sealed `json:"text"`
}

// ItemAccepted is triage done (受理): from here the item clock runs.
type ItemAccepted struct {
	Title        string `json:"title"` // 事项名称, without personal data
	Goal         string `json:"goal,omitzero"`
	Category     string `json:"category"`
	Category2    string `json:"category_2,omitzero"`
	Class        Class  `json:"class"`
	Level        Level  `json:"level"`
	Urgent       bool   `json:"urgent,omitzero"`
	Campaign     string `json:"campaign,omitzero"` // 边学边改、联动改: a tag, not a state
	ComplainedOf []Unit `json:"complained_of,omitzero"`
}

// ComplaintNamed names the officers whom a 举报 item complains of, by their ids. They never
// learn that there is one.
type ComplaintNamed struct {
	Officers []string `json:"officers"`
}

// ItemNotAccepted tells the petitioner why not and where to go (不予受理).
type ItemNotAccepted struct {
	Reason string `json:"reason"`
	Route  string `json:"route"` // 诉讼、复议、信访 …
}

// ItemAnswered closes a consultation with an answer, without an assignment (直接答复).
type ItemAnswered struct {
	Title string `json:"title"`
	Took  Took   `json:"took,omitzero"` // from registration
}

// ModeClassified says how and until when it is to be rectified (整改类型). Due is the
// item's own deadline; it never resets on return or reassignment.
type ModeClassified struct {
	Mode Mode   `json:"mode"`
	Due  Date   `json:"due,omitzero"`
	Rule string `json:"rule,omitzero"` // how Due was found: 5wd, 15wd, 24h, date
	From Date   `json:"from,omitzero"` // day 0, not counted

	By         Basis    `json:"by,omitzero"` // row of the rule table that gave Rule
	Counted    Counting `json:"counted,omitzero"`
	ReviewDays int      `json:"review_days,omitzero"`
	NextReview Date     `json:"next_review,omitzero"`
	Reason     string   `json:"reason,omitzero"`
}

// LeaderLinked links a leader to the item, with the rank of that day (挂钩).
type LeaderLinked struct {
	Leader Leader `json:"leader"`
}

// ItemMerged ends this number; queries follow to the survivor (并单).
type ItemMerged struct {
	Into       string `json:"into"` // item id
	IntoNumber string `json:"into_number"`
	Basis      string `json:"basis"` // 同人同事、同一地点同一问题 …
}

// ItemAbsorbed is the survivor's side of a merge: it now answers these opinions too.
type ItemAbsorbed struct {
	From       string   `json:"from"`
	FromNumber string   `json:"from_number"`
	Opinions   []string `json:"opinions"`
}

// ItemUnmerged takes a merge back: this number goes on by itself from where it stood
// (撤销并单).
type ItemUnmerged struct {
	From       string `json:"from"` // id of the item that had taken it in
	FromNumber string `json:"from_number"`
	To         State  `json:"to"` // where it stood before the merge
	Reason     string `json:"reason,omitzero"`
}

// ItemSeparated is the survivor's side of a merge taken back: it no longer answers these
// opinions for the other number.
type ItemSeparated struct {
	Out       string   `json:"out"` // item id
	OutNumber string   `json:"out_number"`
	Opinions  []string `json:"opinions"`
}

// ItemSplit is the parent's side of a split (拆分).
type ItemSplit struct {
	Children []SplitChild `json:"children"`
}

// SplitChild names one item made by a split.
type SplitChild struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Title  string `json:"title"`
}

// ItemSplitOff starts an item that was split off another; it is accepted from the start
// and shares its parent's opinions.
type ItemSplitOff struct {
	Number       string   `json:"number"`
	PublicID     string   `json:"public_id"`
	CodeHash     string   `json:"code_hash"`
	Parent       string   `json:"parent"`
	ParentNumber string   `json:"parent_number"`
	Preset       Preset   `json:"preset"`
	Source       Source   `json:"source"`
	Title        string   `json:"title"`
	Category     string   `json:"category"`
	Category2    string   `json:"category_2,omitzero"`
	Class        Class    `json:"class"`
	Level        Level    `json:"level"`
	Area         string   `json:"area,omitzero"`
	Channel      Channel  `json:"channel"`
	Opinions     []string `json:"opinions"`
	Confidential bool     `json:"confidential,omitzero"` // an opinion it shares is 保密
	ComplainedOf []Unit   `json:"complained_of,omitzero"`
}

// LeaderInstructed is a leader's instruction on the item (批示).
type LeaderInstructed struct {
	Text string `json:"text"`
}

// ItemMadeStanding moves an item that met its goals to standing work (常态整改). It is
// not 销号 and is counted apart.
type ItemMadeStanding struct {
	Reason     string `json:"reason"`
	ReviewDays int    `json:"review_days"`
	NextReview Date   `json:"next_review"`
}

// StandingReviewed is one look at standing work; it stays standing until the next.
type StandingReviewed struct {
	Finding    string `json:"finding"`
	NextReview Date   `json:"next_review"`
}

// ItemSuspended keeps an item that cannot go on for a named cause on a list of its own (挂账).
type ItemSuspended struct {
	From       State  `json:"from"` // where it resumes
	Cause      Cause  `json:"cause"`
	Body       string `json:"body"` // the body that decided (集体研究)
	Reason     string `json:"reason"`
	NextReview Date   `json:"next_review"`
}

// SuspensionReviewed keeps the item suspended until another date.
type SuspensionReviewed struct {
	Finding    string `json:"finding"`
	NextReview Date   `json:"next_review"`
}

// ItemResumed takes a suspended item up again. The clock stood still meanwhile: Due is the
// deadline moved by the days on the list.
type ItemResumed struct {
	To      State    `json:"to"`
	Due     Date     `json:"due,omitzero"`
	Reason  string   `json:"reason"`
	Counted Counting `json:"counted,omitzero"`
}

// ItemTerminated ends an item without 销号 (终结).
type ItemTerminated struct {
	Ground string `json:"ground"` // WITHDRAWN 本人撤回, BEYOND_DUTY 超职责, EXHAUSTED 程序终结
	Reason string `json:"reason"`
}

// ItemReopened takes a closed or standing item up again under the same number (复号、反弹).
type ItemReopened struct {
	Reason string `json:"reason"`
	Round  int    `json:"round"` // the new round
	Due    Date   `json:"due"`
	Rule   string `json:"rule,omitzero"` // how Due was found; "" = the day was set

	By      Basis    `json:"by,omitzero"`
	Counted Counting `json:"counted,omitzero"`
}

// ItemArchived makes the item read-only (归档).
type ItemArchived struct {
	File string `json:"file"` // 档号
}

// Corrected sets something right by a further fact; what was recorded stays (更正).
type Corrected struct {
	Rev    int    `json:"rev"` // the commit that was wrong
	What   string `json:"what"`
	Was    string `json:"was"`
	Should string `json:"should"`
	Reason string `json:"reason"`
}

// PublicTextDrafted proposes what the public may read (公开稿). Nothing is public yet.
type PublicTextDrafted struct {
	Summary string `json:"summary"`
}

// ItemReleased makes the drafted text public, by another person than its author.
type ItemReleased struct {
	Summary string `json:"summary"`
}

// ReleaseLimited says that what was released is public up to a day and no longer (公开期限).
type ReleaseLimited struct {
	Until Date `json:"until"` // the last day
}

// ItemUnpublished takes a released item off the public pages (撤下).
type ItemUnpublished struct {
	Reason string `json:"reason"`
}
