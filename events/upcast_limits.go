package events

// The facts as they were before deadlines named the row of the rule table that set them.
// What they do not say stays zero: such deadlines were set by the rules of their program.

type raisedV1 struct {
	Number    string  `json:"number"`
	PublicID  string  `json:"public_id"`
	CodeHash  string  `json:"code_hash"`
	Preset    Preset  `json:"preset"`
	Source    Source  `json:"source"`
	Category  string  `json:"category"`
	Category2 string  `json:"category_2,omitzero"`
	Opinion   Opinion `json:"opinion"`
	Citation  string  `json:"citation,omitzero"`
}

func (r raisedV1) next() ItemRaised {
	return ItemRaised{Number: r.Number, PublicID: r.PublicID, CodeHash: r.CodeHash, Preset: r.Preset, Source: r.Source,
		Category: r.Category, Category2: r.Category2, Opinion: r.Opinion, Citation: r.Citation}
}

type modeV2 struct {
	modeV1
	Counted Counting `json:"counted,omitzero"`
}

func (m modeV2) next() ModeClassified {
	return ModeClassified{Mode: m.Mode, Due: m.Due, Rule: m.Rule, From: m.From, Counted: m.Counted, ReviewDays: m.ReviewDays,
		NextReview: m.NextReview, Reason: m.Reason}
}

type resumedV1 struct {
	To     State  `json:"to"`
	Due    Date   `json:"due,omitzero"`
	Reason string `json:"reason"`
}

func (r resumedV1) next() ItemResumed { return ItemResumed{To: r.To, Due: r.Due, Reason: r.Reason} }

type reopenedV2 struct {
	reopenedV1
	Rule    string   `json:"rule,omitzero"`
	Counted Counting `json:"counted,omitzero"`
}

func (r reopenedV2) next() ItemReopened {
	return ItemReopened{Reason: r.Reason, Round: r.Round, Due: r.Due, Rule: r.Rule, Counted: r.Counted}
}

// assignedV1 is a part of assignedAllV1 and coUnitV1.
type assignedV1 struct {
	ID   string `json:"id"`
	Unit Unit   `json:"unit"`
	Part Part   `json:"part"`
	Task string `json:"task,omitzero"`
	Due  Date   `json:"due,omitzero"`
}

func (a assignedV1) next() Assigned {
	return Assigned{ID: a.ID, Unit: a.Unit, Part: a.Part, Task: a.Task, Due: a.Due}
}

type assignedAllV1 struct {
	Assignments []assignedV1 `json:"assignments"`
}

func (a assignedAllV1) next() ItemAssigned {
	out := ItemAssigned{Assignments: make([]Assigned, len(a.Assignments))}
	for i, x := range a.Assignments {
		out.Assignments[i] = x.next()
	}
	return out
}

type coUnitV1 struct {
	Assignment assignedV1 `json:"assignment"`
	Reason     string     `json:"reason,omitzero"`
}

func (c coUnitV1) next() CoUnitAdded {
	return CoUnitAdded{Assignment: c.Assignment.next(), Reason: c.Reason}
}

type arbitrationV1 struct {
	Assignment string `json:"assignment"`
	Unit       Unit   `json:"unit"`
	Basis      string `json:"basis"`
}

func (a arbitrationV1) next() ArbitrationDecided {
	return ArbitrationDecided{Assignment: a.Assignment, Unit: a.Unit, Basis: a.Basis}
}

type supervisionV2 struct {
	supervisionV1
	Watch Watch  `json:"watch,omitzero"`
	Ref   string `json:"ref,omitzero"`
	For   Date   `json:"for,omitzero"`
}

func (s supervisionV2) next() SupervisionIssued {
	return SupervisionIssued{Slip: s.Slip, Level: s.Level, Text: s.Text, Due: s.Due, Watch: s.Watch, Ref: s.Ref, For: s.For}
}

type rectifiedV1 struct {
	Result      string   `json:"result"`
	Quantity    Quantity `json:"quantity,omitzero"`
	Truth       Truth    `json:"truth"`
	Contacted   bool     `json:"contacted"`
	ContactNote Sealed   `json:"contact_note,omitzero"`
	Solved      Solved   `json:"solved"`
	Unsolved    string   `json:"unsolved,omitzero"`
	Alike       string   `json:"alike,omitzero"`
	LongTerm    string   `json:"long_term,omitzero"`
	Late        bool     `json:"late,omitzero"`
}

func (r rectifiedV1) next() rectifiedV2 { return rectifiedV2{rectifiedV1: r} }

type closureV1 struct {
	Attempt int     `json:"attempt"`
	Profile Profile `json:"profile"`
	Chain   []Step  `json:"chain"`
}

func (c closureV1) next() ClosureApplied {
	return ClosureApplied{Attempt: c.Attempt, Profile: c.Profile, Chain: c.Chain}
}

type publicityV1 struct {
	Text   string `json:"text"`
	Medium string `json:"medium"`
	Until  Date   `json:"until"`
}

func (p publicityV1) next() PublicityOpened {
	return PublicityOpened{Text: p.Text, Medium: p.Medium, Until: p.Until}
}

type replyV1 struct {
	Public string `json:"public"`
	Way    string `json:"way,omitzero"`
}

func (r replyV1) next() ReplyIssued { return ReplyIssued{Public: r.Public, Way: r.Way} }

type lookBackV1 struct {
	Due []Date `json:"due"`
}

func (l lookBackV1) next() LookBackScheduled { return LookBackScheduled{Due: l.Due} }
