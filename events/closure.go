package events

// Facts on the way to 销号 and after it: report, closure application, publicity, reply,
// evaluation, look-back.

// RectificationReported is the lead unit's own claim that the work is done (整改完成).
// It is not 销号. The milestone "rectified".
type RectificationReported struct {
	Result      string   `json:"result"`
	Quantity    Quantity `json:"quantity,omitzero"`
	Truth       Truth    `json:"truth"`     // 是否属实
	Contacted   bool     `json:"contacted"` // 是否联系过反映人
	ContactNote Sealed   `json:"contact_note,omitzero"`
	Solved      Solved   `json:"solved"`
	Unsolved    string   `json:"unsolved,omitzero"` // 未解决原因
	Alike       string   `json:"alike,omitzero"`    // 举一反三
	LongTerm    string   `json:"long_term,omitzero"`
	Late        bool     `json:"late,omitzero"`  // after the deadline: stays late for ever
	Reply       Limit    `json:"reply,omitzero"` // until when the petitioner is to have the answer
	Took        Took     `json:"took,omitzero"`  // from acceptance
}

// ClosureApplied opens a closure application (销号申请) with its own chain of sign-offs.
// Applying is the handler's signature.
type ClosureApplied struct {
	Attempt int     `json:"attempt"`
	Profile Profile `json:"profile"`
	Chain   []Step  `json:"chain"`
	Verify  Limit   `json:"verify,omitzero"` // until when it is to be verified
}

// SignOffGiven signs one step. No person signs two steps of one application.
type SignOffGiven struct {
	Step    Step   `json:"step"`
	Opinion string `json:"opinion,omitzero"`
}

// SignOffRefused sends the item back into rectification, one round on.
type SignOffRefused struct {
	Step   Step   `json:"step"`
	Reason string `json:"reason"`
	Round  int    `json:"round"`
}

// SiteChecked is what two people found on the spot (现场核查).
type SiteChecked struct {
	Passed     bool     `json:"passed"`
	Conclusion string   `json:"conclusion"`
	Checkers   []string `json:"checkers"` // posts, at least two
	On         Date     `json:"on"`
	Place      string   `json:"place"`
}

// PublicityOpened opens the window for objections (公示).
type PublicityOpened struct {
	Text   string `json:"text"`
	Medium string `json:"medium"`
	Until  Date   `json:"until"`
	Limit  Limit  `json:"limit,omitzero"` // how Until was found
}

// ObjectionRaised is a public objection; while unresolved it blocks 销号 (异议).
type ObjectionRaised struct {
	ID      string `json:"id"`
	Text    Sealed `json:"text"`
	Contact Sealed `json:"contact,omitzero"`
}

// ObjectionResolved answers an objection.
type ObjectionResolved struct {
	ID     string `json:"id"`
	Upheld bool   `json:"upheld"`
	Answer string `json:"answer"`
}

// PublicityClosed ends the window with no objection open.
type PublicityClosed struct {
	Objections int `json:"objections"`
}

// ItemClosed strikes the number off (销号). The milestone "closed".
type ItemClosed struct {
	Round    int  `json:"round"`
	LateDays int  `json:"late_days,omitzero"` // working days late at report; shown for ever
	Report   Date `json:"report"`             // when the unit reported it done
}

// FiledUpward reports a closure to the level that gave the order (备案).
type FiledUpward struct {
	To    string `json:"to"`
	Refer string `json:"refer"` // 备案号
}

// ReplySubmitted is the unit's draft answer: what the public may read, and what only the
// petitioner may (答复).
type ReplySubmitted struct {
	Public  string `json:"public"`
	Private Sealed `json:"private,omitzero"`
}

// ReplySentBack asks for a better answer (答非所问).
type ReplySentBack struct {
	Reason string `json:"reason"`
}

// ReplyIssued is the approved answer, given to the petitioner.
type ReplyIssued struct {
	Public string `json:"public"`
	Way    string `json:"way,omitzero"` // how it was given: 电话、短信、当面

	Evaluate Limit `json:"evaluate,omitzero"` // until when the petitioner may say how it is
}

// Evaluated is the petitioner's own word, once a round, never entered by the unit (评价).
type Evaluated struct {
	Round     int          `json:"round"`
	Contacted bool         `json:"contacted"`
	Solved    Solved       `json:"solved"`
	Satisfied Satisfaction `json:"satisfied"`
	Words     Sealed       `json:"words,omitzero"`
	By        string       `json:"by"` // CODE 查询码, CALL 回访员
}

// RedoOrdered takes the item up again after a reasoned 不满意 (退回重办), once.
type RedoOrdered struct {
	To     State  `json:"to"`
	Reason string `json:"reason"`
	Round  int    `json:"round"`
}

// ExemptionRequested asks that an evaluation be left out of the rates (甄别).
type ExemptionRequested struct {
	Ground string `json:"ground"`
	Reason string `json:"reason"`
}

// ExemptionEndorsed is the office's half of the decision: it puts the request to the
// supervisor.
type ExemptionEndorsed struct {
	Reason string `json:"reason"`
}

// ExemptionDecided is the office's and the supervisor's joint decision; the item stays
// visible and is counted in a column of its own.
type ExemptionDecided struct {
	Granted bool   `json:"granted"`
	Reason  string `json:"reason"`
}

// LookBackScheduled sets the days on which a closed item is looked at again (回头看).
type LookBackScheduled struct {
	Due []Date `json:"due"`
	By  Basis  `json:"by,omitzero"`
}

// LookBackDrawn says whether the item was drawn for the look-back of a day (回头看抽查). One
// that was not drawn waits for its next look-back, if there is one.
type LookBackDrawn struct {
	Due    Date   `json:"due"`    // the look-back's day
	Period string `json:"period"` // of the draw: 2026-W48
	Draw   int    `json:"draw"`   // which of the period's draws, from 1
	Chosen bool   `json:"chosen,omitzero"`
}

// SampleDrawn is one draw of look-backs (回头看抽样): all that stood in the hat, how heavy
// each was and why, and the seed. Whoever has the fact draws the same lot again.
type SampleDrawn struct {
	Period string   `json:"period"`  // the ISO week
	Seed   string   `json:"seed"`    // 32 random bytes, hex
	Share  int      `json:"percent"` // how many of a hundred are drawn, at least one
	Lots   []Lot    `json:"lots"`    // in the order of their ids
	Chosen []string `json:"chosen"`  // item ids, in the order in which they were drawn
	Method string   `json:"method"`  // how seed and weights make the order
}

// Lot is one closed item in a draw.
type Lot struct {
	Item   string   `json:"item"`
	Number string   `json:"number"`
	Due    Date     `json:"due"`
	Weight int      `json:"weight"` // 1 for an item without any risk
	Risks  []string `json:"risks,omitzero"`
}

// LookBackPassed says it still holds.
type LookBackPassed struct {
	Finding string `json:"finding"`
}

// LookBackFailed says it came back; the item is reopened under the same number.
type LookBackFailed struct {
	Finding string `json:"finding"`
}
