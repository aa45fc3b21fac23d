package domain

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
)

// Item is one rectification item (整改事项) as folded from its facts: what the rules need
// to know, nothing else. It is never stored.
type Item struct {
	ID       uuid.UUID
	Rev      int
	Sequence uint64 // stream sequence of the last commit folded: the guard of the next append
	Hash     string // of the last commit: the link of the next
	Commands map[uuid.UUID]uint64

	Number, PublicID, CodeHash string
	State                      events.State
	Round                      int
	Preset                     events.Preset
	Source                     events.Source
	Category, Category2        string
	Title, Area                string
	Channel                    events.Channel
	Class                      events.Class
	Level                      events.Level
	Opinions                   []string
	Confidential               bool
	ComplainedOf               []events.Unit
	Complained                 []string // ids of officers
	RaisedOn                   events.Date
	Registered, AcceptedOn     events.Date // recorded days
	Held                       bool        // 待甄别: a person looks at it first
	Nameless                   bool        // nobody left a name or a telephone
	Photos                     int         // that came with the opinion
	Asked                      int         // 待补充 rounds
	Reachable                  bool        // somebody left a phone number

	Mode          events.Mode
	Due, From     events.Date
	Clock         events.Clock
	Limits        []events.Limited // of its other steps
	Leader        events.Leader
	Assignments   []events.Assignment
	IssuedOn      map[string]events.Date
	ReturnsBy     map[string]int // unit id → returns asked for
	Returned      int            // returns asked for by all units
	AssignedBy    string         // actor id of the dispatcher
	Plan          *events.PlanSubmitted
	PlanApproved  bool
	Results       int // pieces of result evidence in this round
	Extension     *events.ExtensionRequested
	ExtensionBy   string                 // actor who asked for it
	Pause         *events.PauseRequested // waits for a decision
	PauseBy       string                 // actor who asked for it
	PauseOn       events.Date            // day on which it was asked for
	Extended      int
	FirstDue      events.Date // the deadline before any extension, zero when there was none
	NextReview    events.Date // of 常态 and 挂账
	Urgent        bool
	Slips         map[string]bool // slip → answered, or needs no answer
	Order         *given          // the last 批示 or 督办 that a person gave, until it is taken back
	Supervision   events.Supervision
	Report        *events.RectificationReported
	ReportedOn    events.Date
	Attempt       int
	Chain         []events.Step
	Signed        map[events.Step]string // step → actor id
	Verifiers     []string               // everyone who signed 核查 or checked on the spot, any round
	Publicity     *events.PublicityOpened
	PublicityDone bool
	Objections    map[string]bool // id → open
	Draft         string          // reply waiting for the office
	Replied       bool            // reply given in this round
	RepliedOn     events.Date
	Evaluation    *events.Evaluated // of this round
	Redone        bool              // 退回重办 was ordered once
	Exemption     string            // actor who asked for it, "" none open
	Endorsed      string            // actor of the office who put it to the supervisor
	Exempted      bool              // 甄别 was decided in this round, either way
	PublicText    string
	DraftBy       string
	Released      bool
	PublicUntil   events.Date      // last public day, zero for no limit
	Pictures      map[string]bool  // evidence that is a picture and may be made public once parts are covered
	PublicPhotos  map[string]Photo // pictures for the public
	ClosedBy      string           // actor who struck the number off in this round
	LookBacks     []events.Date
	MergedInto    string       // id of the survivor
	MergedFrom    events.State // where it stood before that
	ResumeTo      events.State // where a suspended item goes on
	SuspendedOn   events.Date
	Erasure       int                   // revision in which erasure of the personal data was asked for
	Erased        bool                  // it is done
	Changed       int                   // revision of the last commit that did more than look
	Reveals       []Revealed            // who was shown personal data
	Claim         *events.LedgerClaimed // what the ledger it was imported from says, last
}

// Fold returns the item that the commits make; nil when there are none.
func Fold(history []events.Recorded) *Item {
	if len(history) == 0 {
		return nil
	}
	it := &Item{}
	for _, r := range history {
		it.Apply(r)
	}
	return it
}

// Apply folds one commit into the item. It never fails: what is in the log has happened.
func (it *Item) Apply(r events.Recorded) {
	if it.Commands == nil {
		it.Commands = map[uuid.UUID]uint64{}
	}
	it.ID, it.Rev, it.Sequence, it.Hash = r.Item, r.Rev, r.Sequence, r.Hash
	it.Commands[r.CommandID] = r.Sequence
	on := events.DateOf(recordedTime(r))
	for _, e := range r.Events {
		if !events.Quiet(e) {
			it.Changed = r.Rev
		}
		it.apply(e, r, on)
		it.Clock = it.Clock.After(e, on)
		it.Limits = events.LimitsAfter(it.Limits, e, on)
		it.Assignments = events.MoveAssignments(it.Assignments, e)
		if s, ok := events.StateAfter(e); ok {
			it.State = s
			it.Held = it.Held && s == events.Registered
		}
		it.Supervision.Apply(e, on, it.Due)
	}
}

// without takes each of some ids out once: one that two items share stays.
func without(ids, out []string) []string {
	ids = slices.Clone(ids)
	for _, id := range out {
		if i := slices.Index(ids, id); i >= 0 {
			ids = slices.Delete(ids, i, i+1)
		}
	}
	return ids
}

// recordedTime is the server's time, or the writer's for a commit not read back yet.
func recordedTime(r events.Recorded) time.Time {
	if r.Time.IsZero() {
		return r.At
	}
	return r.Time
}

func (it *Item) apply(e events.Event, r events.Recorded, on events.Date) {
	switch e := e.(type) {
	case events.ItemRaised:
		it.Round = 1
		it.Number, it.PublicID, it.CodeHash, it.Preset, it.Source = e.Number, e.PublicID, e.CodeHash, e.Preset, e.Source
		it.Category, it.Category2, it.Area, it.Channel = e.Category, e.Category2, e.Opinion.Area, e.Opinion.Channel
		it.Class, it.Level = events.Ordinary, events.Normal
		it.RaisedOn, it.Registered = on, on
		if !r.Occurred.IsZero() {
			it.RaisedOn = r.Occurred
		}
		it.Nameless = true
		it.addOpinion(e.Opinion)
	case events.ItemHeld:
		it.Held = true
	case events.HoldLifted:
		it.Held = false
	case events.CodeRenewed:
		it.CodeHash = e.CodeHash
	case events.ItemSplitOff:
		it.Round = 1
		it.Number, it.PublicID, it.CodeHash, it.Preset, it.Source = e.Number, e.PublicID, e.CodeHash, e.Preset, e.Source
		it.Category, it.Category2, it.Area, it.Channel = e.Category, e.Category2, e.Area, e.Channel
		it.Class, it.Level, it.Title, it.Opinions, it.RaisedOn = e.Class, e.Level, e.Title, e.Opinions, on
		it.Confidential, it.ComplainedOf, it.Registered, it.AcceptedOn = e.Confidential, e.ComplainedOf, on, on
	case events.OpinionAdded:
		it.addOpinion(e.Opinion)
	case events.ItemMerged:
		it.MergedInto, it.MergedFrom = e.Into, it.State
	case events.ItemUnmerged:
		it.MergedInto, it.MergedFrom = "", ""
	case events.ItemAbsorbed:
		it.Opinions = append(it.Opinions, e.Opinions...)
	case events.ItemSeparated:
		it.Opinions = without(it.Opinions, e.Opinions)
	case events.InfoRequested:
		it.Asked++
	case events.ItemAccepted:
		it.Title, it.Category, it.Category2 = e.Title, e.Category, e.Category2
		it.Class, it.Level, it.ComplainedOf, it.Urgent, it.AcceptedOn = e.Class, e.Level, e.ComplainedOf, e.Urgent, on
	case events.ComplaintNamed:
		it.Complained = e.Officers
	case events.ItemAnswered:
		it.Title = e.Title
	case events.ModeClassified:
		it.Mode, it.Due, it.From, it.FirstDue, it.NextReview = e.Mode, e.Due, e.From, events.Date{}, e.NextReview
	case events.LedgerClaimed:
		it.Claim = &e
	case events.LeaderLinked:
		it.Leader = e.Leader
	case events.ItemSuspended:
		it.ResumeTo, it.SuspendedOn, it.NextReview = e.From, on, e.NextReview
	case events.SuspensionReviewed:
		it.NextReview = e.NextReview
	case events.ItemMadeStanding:
		it.NextReview = e.NextReview
	case events.StandingReviewed:
		it.NextReview = e.NextReview
	case events.ItemResumed:
		if !e.Due.IsZero() {
			it.Due = e.Due
		}
	case events.ItemReopened:
		it.Due, it.From, it.FirstDue = e.Due, on, events.Date{}
		it.Plan, it.PlanApproved = nil, false // the old plan was for the old deadline
		it.newRound(e.Round)
	case events.RedoOrdered:
		it.Redone = true
		it.newRound(e.Round)
	case events.SignOffRefused:
		it.newRound(e.Round)
	default:
		it.applyWork(e, r, on)
	}
}

func (it *Item) applyWork(e events.Event, r events.Recorded, on events.Date) {
	switch e := e.(type) {
	case events.ItemAssigned:
		it.AssignedBy = r.Actor.ID
		for _, a := range e.Assignments {
			it.issue(a.ID, on)
			if a.Part == events.Lead && it.Due.IsZero() {
				it.Due, it.From = a.Due, on
			}
		}
	case events.CoUnitAdded:
		it.issue(e.Assignment.ID, on)
	case events.ReturnRequested:
		if it.ReturnsBy == nil {
			it.ReturnsBy = map[string]int{}
		}
		it.Returned++
		it.ReturnsBy[it.unitOf(e.Assignment)]++
	case events.PlanSubmitted:
		it.Plan, it.PlanApproved = &e, false
		if it.Due.IsZero() {
			it.Due, it.From = e.Due, on
		}
	case events.PlanApproved:
		it.PlanApproved = true
	case events.PlanSentBack:
		it.Plan = nil
	case events.EvidenceRecorded:
		switch e.Kind {
		case events.ResultEvidence:
			it.Results++
		case events.OpinionEvidence:
			it.Photos++
		}
		it.picture(e)
	case events.ExtensionRequested:
		it.Extension, it.ExtensionBy = &e, r.Actor.ID
	case events.ExtensionGranted:
		if it.FirstDue.IsZero() {
			it.FirstDue = e.Was
		}
		it.Due, it.Extension = e.Due, nil
		it.Extended++
	case events.ExtensionDenied:
		it.Extension = nil
	case events.DeadlineRecomputed:
		it.Due = e.Due
	case events.PauseRequested:
		it.Pause, it.PauseBy, it.PauseOn = &e, r.Actor.ID, on
	case events.PauseGranted:
		it.Due, it.Pause = e.Due, nil
	case events.PauseDenied:
		it.Pause = nil
	case events.PauseEnded:
		it.Due = e.Due
	case events.SupervisionIssued:
		if it.Slips == nil {
			it.Slips = map[string]bool{}
		}
		it.Slips[e.Slip] = e.Due.IsZero()
		if e.Watch == "" {
			it.Order = givenBy(r, e.Slip)
		}
	case events.LeaderInstructed:
		it.Order = givenBy(r, "")
	case events.SupervisionAnswered:
		it.Slips[e.Slip] = true
	case events.OrderTakenBack:
		if it.Order = nil; e.Slip != "" {
			it.Slips[e.Slip] = true
		}
	default:
		it.applyClosure(e, r, on)
	}
}

func (it *Item) applyClosure(e events.Event, r events.Recorded, on events.Date) {
	switch e := e.(type) {
	case events.RectificationReported:
		it.Report, it.ReportedOn = &e, on
	case events.ClosureApplied:
		it.Attempt, it.Chain = e.Attempt, e.Chain
		it.Signed = map[events.Step]string{events.StepHandler: r.Actor.ID}
	case events.SignOffGiven:
		it.Signed[e.Step] = r.Actor.ID
		if e.Step == events.StepOfficeCheck || e.Step == events.StepHigherCheck {
			it.Verifiers = append(it.Verifiers, r.Actor.ID)
		}
	case events.SiteChecked:
		it.Verifiers = append(it.Verifiers, r.Actor.ID)
		if e.Passed {
			it.Signed[events.StepSiteCheck] = r.Actor.ID
		}
	case events.PublicityOpened:
		it.Publicity = &e
	case events.PublicityClosed:
		it.PublicityDone = true
	case events.ObjectionRaised:
		if it.Objections == nil {
			it.Objections = map[string]bool{}
		}
		it.Objections[e.ID] = true
	case events.ObjectionResolved:
		it.Objections[e.ID] = false
	case events.ReplySubmitted:
		it.Draft = e.Public
	case events.ReplySentBack:
		it.Draft = ""
	case events.ReplyIssued:
		it.Draft, it.Replied, it.RepliedOn = "", true, on
	case events.Evaluated:
		it.Evaluation = &e
	case events.ExemptionRequested:
		it.Exemption = r.Actor.ID
	case events.ExemptionEndorsed:
		it.Endorsed = r.Actor.ID
	case events.ExemptionDecided:
		it.Exemption, it.Endorsed, it.Exempted = "", "", true
	case events.ItemClosed:
		it.ClosedBy = r.Actor.ID
	case events.LookBackScheduled:
		it.LookBacks = e.Due
	case events.LookBackDrawn:
		if !e.Chosen {
			it.pastLookBack()
		}
	case events.LookBackPassed, events.LookBackFailed:
		it.pastLookBack()
	case events.ErasureRequested:
		it.Erasure = r.Rev
	case events.ErasureCompleted:
		it.Erased = true
	case events.PersonalRevealed:
		it.Reveals = append(it.Reveals, Revealed{e, r.CommandID, r.Actor, r.At})
	case events.PublicTextDrafted:
		it.PublicText, it.DraftBy = e.Summary, r.Actor.ID
	case events.ItemReleased:
		it.Released, it.PublicUntil = true, events.Date{}
	case events.ReleaseLimited:
		it.PublicUntil = e.Until
	case events.ItemUnpublished:
		it.Released, it.PublicText, it.DraftBy = false, "", ""
	case events.PhotoRedacted, events.PhotoReleased, events.PhotoUnpublished:
		it.applyPhoto(e, r.Actor)
	}
}

// newRound forgets what one round of rectification and its closure application brought.
func (it *Item) newRound(n int) {
	it.Round = n
	it.Report, it.Chain, it.Signed, it.Publicity, it.PublicityDone = nil, nil, nil, nil, false
	it.Draft, it.Replied, it.Evaluation, it.Exemption, it.Endorsed, it.Exempted = "", false, nil, "", "", false
	it.Results = 0
	it.LookBacks, it.ClosedBy = nil, ""
}

// pastLookBack is done with the next look-back, whatever came of it.
func (it *Item) pastLookBack() {
	if len(it.LookBacks) > 0 {
		it.LookBacks = it.LookBacks[1:]
	}
}

func (it *Item) addOpinion(o events.Opinion) {
	it.Opinions = append(it.Opinions, o.ID)
	it.Confidential = it.Confidential || o.Confidential
	it.Reachable = it.Reachable || !o.Phone.IsZero()
	it.Nameless = it.Nameless && o.Name.IsZero() && o.Phone.IsZero()
}

func (it *Item) issue(id string, on events.Date) {
	if it.IssuedOn == nil {
		it.IssuedOn = map[string]events.Date{}
	}
	it.IssuedOn[id] = on
}

func (it *Item) unitOf(assignment string) string {
	for _, a := range it.Assignments {
		if a.ID == assignment {
			return a.Unit.ID
		}
	}
	return ""
}

// live returns the assignments that were not withdrawn.
func (it *Item) live() []events.Assignment {
	return slices.DeleteFunc(slices.Clone(it.Assignments), func(a events.Assignment) bool { return !a.Live() })
}

// lead returns the lead unit's assignment; ok is false when no unit leads.
func (it *Item) lead() (events.Assignment, bool) {
	for _, a := range it.live() {
		if a.Part == events.Lead {
			return a, true
		}
	}
	return events.Assignment{}, false
}

// of returns the live assignment of a unit.
func (it *Item) of(unit events.Unit) (events.Assignment, bool) {
	for _, a := range it.live() {
		if a.Unit.ID == unit.ID {
			return a, true
		}
	}
	return events.Assignment{}, false
}

// openObjections counts the objections without an answer.
func (it *Item) openObjections() int {
	n := 0
	for _, open := range it.Objections {
		if open {
			n++
		}
	}
	return n
}

// NextStep returns the first step of the chain that is not done, "" when there is none.
// 答复 and 公示 are done by their own facts, the rest by signature.
func (it *Item) NextStep() events.Step {
	for _, s := range it.Chain {
		done := it.Signed[s] != ""
		switch s {
		case events.StepReply:
			done = it.Replied
		case events.StepPublicity:
			done = it.PublicityDone || it.neverPublic() // 保密 may have been asked for after applying
		case events.StepClose:
			done = it.State == events.Closed
		}
		if !done {
			return s
		}
	}
	return ""
}

// stepsLeft counts the steps that are not done, 销号 included.
func (it *Item) stepsLeft() int {
	for i, s := range it.Chain {
		if s == it.NextStep() {
			return len(it.Chain) - i
		}
	}
	return 0
}
