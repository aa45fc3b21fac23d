package projections

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
)

// finder returns another item's row as it stands before the fact that asks, nil when there
// is none.
type finder func(id string) *Item

// groupOf says where an item is counted. An archived item stays where it was.
func groupOf(s events.State, was Group) Group {
	switch s {
	case events.Accepted:
		return GroupWaiting
	case events.InProgress:
		return GroupOpen
	case events.Rectified, events.UnderVerification, events.InPublicity:
		return GroupDone
	case events.Standing:
		return GroupStanding
	case events.SuspendedAccount:
		return GroupHeld
	case events.Closed:
		return GroupClosed
	case events.Answered:
		return GroupAnswered
	case events.NotAccepted, events.Terminated:
		return GroupEnded
	case events.Merged:
		return GroupMerged
	case events.Archived:
		return was
	}
	return GroupPending
}

// day is the recorded day of a commit. Clocks, lamps and counts go by it, so that a
// back-dated report is never on time.
func day(r *events.Recorded) events.Date { return events.DateOf(r.Time) }

// claimed is the day a commit says it happened on, the recorded day when it says none. It
// counts only for when something was raised.
func claimed(r *events.Recorded) events.Date {
	if !r.Occurred.IsZero() {
		return r.Occurred
	}
	return day(r)
}

// apply folds one fact into the row. It is total: no fact in any order can fail.
func (it *Item) apply(r *events.Recorded, e events.Event, find finder) {
	if it.ID == "" {
		it.ID, it.Group, it.Round = r.Item.String(), GroupPending, 1
		it.Raised, it.RaisedOn = r.Time.UTC(), claimed(r)
	}
	it.Demo = it.Demo || r.Actor.Demo
	it.Rev, it.Sequence = r.Rev, r.Sequence
	if events.Quiet(e) {
		return
	}
	it.Touched = r.Time.UTC()
	it.moveParts(r, e)
	if s, ok := events.StateAfter(e); ok {
		it.State, it.Group = s, groupOf(s, it.Group)
		it.Held = it.Held && s == events.Registered
	}
	it.Detail.Clock = it.Detail.Clock.After(e, day(r))
	it.Detail.Limits = events.LimitsAfter(it.Detail.Limits, e, day(r))
	if on := day(r); !it.applyIntake(r, e, on, find) && !it.applyWork(r, e, on) && !it.applyClosure(r, e, on) {
		it.applyAfter(r, e, on)
	}
	it.DueTime = it.Detail.Clock.Ends(it.Due).TimeOfDay()
	it.Detail.Supervised.Apply(e, day(r), it.Due)
	if !it.ErasureOn.IsZero() {
		it.scrub()
	}
	if it.Group == GroupClosed && it.ClosedAt.IsZero() { // every item counted as closed has its week
		it.ClosedOn, it.ClosedAt = day(r), r.Time.UTC()
	}
}

// applyIntake folds the facts up to the assignment, and those that take an item off the road.
func (it *Item) applyIntake(r *events.Recorded, e events.Event, on events.Date, find finder) bool {
	d := &it.Detail
	switch e := e.(type) {
	case events.ItemRaised:
		it.Number, it.PublicID, it.CodeHash, it.Preset, it.Source = e.Number, e.PublicID, e.CodeHash, e.Preset, e.Source
		it.Category, it.Category2, it.Area = e.Category, e.Category2, e.Opinion.Area
		it.Channel, it.ChannelNote, it.Anonymous = e.Opinion.Channel, e.Opinion.ChannelNote, e.Opinion.Anonymous
		it.Class, it.Level = events.Ordinary, events.Normal
		it.Confidential = it.Confidential || e.Opinion.Confidential
		d.Citation = e.Citation
	case events.ItemSplitOff:
		it.Number, it.PublicID, it.CodeHash, it.Preset, it.Source = e.Number, e.PublicID, e.CodeHash, e.Preset, e.Source
		it.Title, it.Category, it.Category2, it.Class, it.Level = e.Title, e.Category, e.Category2, e.Class, e.Level
		it.Area, it.Channel, it.AcceptedOn = e.Area, e.Channel, on
		it.Confidential = it.Confidential || e.Confidential
		d.ParentNumber, d.ComplainedOf = e.ParentNumber, e.ComplainedOf
	case events.ItemHeld:
		it.Held, d.Doubts = true, e.Doubts
	case events.OpinionCollected:
		d.Collected = &e
	case events.HoldLifted:
		it.Held = false
	case events.CodeRenewed:
		it.CodeHash, d.RenewedOn = e.CodeHash, on
	case events.OpinionAdded:
		it.Confidential = it.Confidential || e.Opinion.Confidential
	case events.InfoRequested:
		d.Question, d.Answer = e.Question, events.Sealed{}
	case events.InfoSupplied:
		d.Answer = e.Text
	case events.ItemAccepted:
		it.Title, it.Goal, it.Category, it.Category2 = e.Title, e.Goal, e.Category, e.Category2
		it.Class, it.Level, it.Urgent, it.Campaign = e.Class, e.Level, e.Urgent, e.Campaign
		it.AcceptedOn, d.ComplainedOf = on, e.ComplainedOf
	case events.ComplaintNamed:
		d.Complained = e.Officers
	case events.ItemNotAccepted:
		d.NotAccepted, d.Route = e.Reason, e.Route
	case events.ItemAnswered:
		it.Title, d.Answered = e.Title, &Answered{on, e.Took}
	case events.ModeClassified:
		it.Mode, it.DueRule, it.DueFrom, it.NextReview = e.Mode, e.Rule, e.From, e.NextReview
		it.setDue(e.Due)
	case events.LeaderLinked:
		it.Leader = e.Leader
	case events.ItemMerged:
		it.MergedInto = e.IntoNumber
	case events.ItemAbsorbed:
		d.MergedIn = append(d.MergedIn, e.FromNumber)
		if from := find(e.From); from != nil {
			it.Confidential = it.Confidential || from.Confidential
		}
	case events.ItemUnmerged:
		it.MergedInto = ""
	case events.ItemSeparated:
		d.MergedIn = slices.DeleteFunc(d.MergedIn, func(n string) bool { return n == e.OutNumber })
	case events.ItemSplit:
		d.Children = append(d.Children, e.Children...)
	case events.LeaderInstructed:
		d.Instructions = append(d.Instructions, Instruction{Post: r.Actor.Post, Text: e.Text, On: on, Order: r.CommandID.String()})
	case events.ItemMadeStanding:
		d.Standing, it.NextReview = e.Reason, e.NextReview
		it.Supervision, it.Blocked = "", ""
	case events.StandingReviewed:
		it.NextReview, it.Progress = e.NextReview, e.Finding
	case events.ItemSuspended:
		it.Blocked, it.NextReview = e.Cause, e.NextReview
		d.SuspendedBy, d.SuspendedFor = e.Body, e.Reason
	case events.SuspensionReviewed:
		it.NextReview, it.Progress = e.NextReview, e.Finding
	case events.ItemResumed:
		if !e.Due.IsZero() {
			it.Due = e.Due
		}
		it.Blocked, it.NextReview = "", events.Date{}
		d.SuspendedBy, d.SuspendedFor = "", ""
	case events.ItemTerminated:
		d.Terminated, it.Supervision = e.Reason, ""
		it.Unsatisfied = false
	case events.ItemReopened:
		it.Reopened++
		if n := len(d.Closures); n > 0 && d.Closures[n-1].Reopened.IsZero() {
			d.Closures[n-1].Reopened = on
		}
		it.newRound(e.Round)
		it.NextReview, d.Standing = events.Date{}, ""
		it.DueOriginal, it.DueRule, it.DueFrom = events.Date{}, "", on
		it.setDue(e.Due)
	default:
		return false
	}
	return true
}

// applyWork folds the facts of the units' work, of deadlines and supervision.
func (it *Item) applyWork(r *events.Recorded, e events.Event, on events.Date) bool {
	d := &it.Detail
	switch e := e.(type) {
	case events.ItemAssigned:
		it.AssignedOn = on
		for _, a := range e.Assignments {
			if a.Part == events.Lead && it.Due.IsZero() && !a.Due.IsZero() {
				it.DueFrom = on
				it.setDue(a.Due)
			}
		}
	case events.CoUnitAdded, events.AssignmentSigned, events.ReturnUpheld, events.ItemUnassigned, events.ReturnRejected,
		events.ArbitrationOpened, events.ArbitrationDecided, events.AssignmentReported, events.AssignmentApproved,
		events.AssignmentSentBack: // moveParts did it
	case events.ReturnRequested:
		it.Returns++
		it.Progress = "退 " + strconv.Itoa(it.Returns) + " 次"
	case events.PlanSubmitted:
		d.Plan, d.PlanState = &e, "SUBMITTED"
		if it.Due.IsZero() && !e.Due.IsZero() {
			it.DueFrom = on
			it.setDue(e.Due)
		}
	case events.PlanApproved:
		d.PlanState = "APPROVED"
	case events.PlanSentBack:
		d.PlanState = "SENT_BACK"
	case events.ProgressReported:
		it.progress(e)
	case events.BlockReported:
		it.Blocked, it.Progress = e.Cause, e.Note
	case events.EvidenceRecorded:
		d.Evidence, d.EvidenceOn = append(d.Evidence, e), append(d.EvidenceOn, on)
	case events.ExtensionRequested:
		it.ExtOpen, d.Extension = true, &e
	case events.ExtensionGranted:
		d.Extension, it.ExtOpen = nil, d.Pause != nil
		it.Extensions++
		it.setDue(e.Due)
	case events.ExtensionDenied:
		d.Extension, it.ExtOpen = nil, d.Pause != nil
	case events.PauseRequested:
		d.Pause, it.ExtOpen = &e, true
	case events.PauseGranted:
		d.Pause, it.ExtOpen = nil, d.Extension != nil
		it.setDue(e.Due)
	case events.PauseDenied:
		d.Pause, it.ExtOpen = nil, d.Extension != nil
	case events.PauseEnded:
		it.setDue(e.Due)
	case events.DeadlineRecomputed:
		if !it.Due.IsZero() {
			it.Due = e.Due
		}
	case events.SupervisionIssued:
		d.Slips = append(d.Slips, Slip{SupervisionIssued: e, On: on, Post: r.Actor.Post})
		it.Supervision = inForce(d.Slips)
	case events.SupervisionAnswered:
		for i := range d.Slips {
			if d.Slips[i].Slip == e.Slip {
				d.Slips[i].Answered, d.Slips[i].Answer = true, e.Text
			}
		}
		it.Supervision = inForce(d.Slips)
	case events.OrderTakenBack:
		d.takeBack(e)
		it.Supervision = inForce(d.Slips)
	default:
		return false
	}
	return true
}

// applyClosure folds the facts from the unit's report to 销号.
func (it *Item) applyClosure(r *events.Recorded, e events.Event, on events.Date) bool {
	d := &it.Detail
	switch e := e.(type) {
	case events.RectificationReported:
		it.RectifiedOn, d.Report = on, &e
		it.Late = it.Late || e.Late
		it.Supervision, it.Blocked = "", ""
		it.ExtOpen, d.Extension, d.Pause = false, nil, nil
		it.Progress = "报完成 " + short(on)
	case events.ClosureApplied:
		d.Attempt, d.Profile, d.Chain = e.Attempt, e.Profile, nil
		for _, s := range e.Chain {
			d.Chain = append(d.Chain, ChainStep{Step: s})
		}
		it.sign(events.StepHandler, r, on)
		if it.Replied {
			it.sign(events.StepReply, r, d.RepliedOn)
		}
	case events.SignOffGiven:
		it.sign(e.Step, r, on)
	case events.SignOffRefused:
		it.decided(on, false)
		it.newRound(e.Round)
		it.Progress = e.Reason
	case events.SiteChecked:
		d.Checks = append(d.Checks, SiteCheck{SiteChecked: e, Post: r.Actor.Post})
		if e.Passed {
			it.sign(events.StepSiteCheck, r, on)
		}
	case events.PublicityOpened:
		d.Publicity, d.PublicityOn = &e, on
		it.Progress = "公示到 " + short(e.Until)
	case events.ObjectionRaised:
		d.Objections = append(d.Objections, Objection{ID: e.ID, Text: e.Text, Contact: e.Contact, Open: true, RaisedOn: on})
	case events.ObjectionResolved:
		for i := range d.Objections {
			if o := &d.Objections[i]; o.ID == e.ID {
				o.Open, o.Upheld, o.Answer = false, e.Upheld, e.Answer
			}
		}
	case events.PublicityClosed:
		it.sign(events.StepPublicity, r, on)
	case events.ItemClosed:
		it.decided(on, true)
		d.Closures = append(d.Closures, Closure{On: on})
		it.ClosedOn, it.ClosedAt = on, r.Time.UTC()
		it.LateDays, it.Late = e.LateDays, it.Late || e.LateDays > 0
		it.Supervision, it.Blocked = "", ""
		it.sign(events.StepClose, r, on)
		it.Progress = "销 " + short(on)
	default:
		return false
	}
	return true
}

// applyAfter folds replies, evaluation, look-backs and what the public may read.
func (it *Item) applyAfter(r *events.Recorded, e events.Event, on events.Date) {
	d := &it.Detail
	switch e := e.(type) {
	case events.ReplySubmitted:
		it.ReplyOpen = true
		d.ReplyPublic, d.ReplyPrivate = e.Public, e.Private
	case events.ReplySentBack:
		it.ReplyOpen = false
	case events.ReplyIssued:
		it.ReplyOpen, it.Replied = false, true
		d.ReplyPublic, d.Reply, d.ReplySecret = e.Public, e.Public, d.ReplyPrivate
		d.ReplyWay, d.RepliedOn = e.Way, on
		it.sign(events.StepReply, r, on)
	case events.Evaluated:
		d.Evaluations = append(d.Evaluations, Evaluation{Evaluated: e, On: on, At: r.Time.UTC(), Unit: it.Lead.ID})
		it.Unsatisfied = e.Satisfied == events.Dissatisfied || e.Solved == events.SolvedNo
	case events.RedoOrdered:
		it.newRound(e.Round)
		it.Progress = e.Reason
	case events.ExemptionRequested:
		it.exempt("ASKED")
	case events.ExemptionDecided:
		if e.Granted {
			it.exempt("GRANTED")
			it.Unsatisfied = false
		} else {
			it.exempt("DENIED")
		}
	case events.LookBackScheduled:
		d.LookBacks = e.Due
	case events.LookBackDrawn:
		if !e.Chosen {
			it.pastLookBack()
		}
	case events.LookBackPassed, events.LookBackFailed:
		it.pastLookBack()
	case events.PublicTextDrafted:
		d.PublicText, d.DraftBy = e.Summary, r.Actor.ID
	case events.ItemReleased:
		it.Released, d.Released, d.PublicText, d.PublicUntil = true, e.Summary, e.Summary, events.Date{}
	case events.ItemUnpublished:
		it.Released, d.Released, d.PublicText, d.DraftBy, d.PublicUntil = false, "", "", "", events.Date{}
	case events.ReleaseLimited:
		d.PublicUntil = e.Until
	case events.PhotoRedacted:
		d.Photos = append(d.Photos, Photo{PhotoRedacted: e, On: on, By: r.Actor.ID, Post: post(r.Actor)})
	case events.PhotoReleased:
		it.photo(e.ID, func(p *Photo) { p.Released, p.Down = on, "" })
	case events.PhotoUnpublished:
		it.photo(e.ID, func(p *Photo) { p.Released, p.Down = events.Date{}, e.Reason })
	case events.ErasureRequested:
		it.ErasureOn = on
	case events.ErasureCompleted:
		it.Erased = true
	case events.LedgerClaimed:
		if d.Claim = &e; !slices.Contains(d.Ledgers, e.Ledger) {
			d.Ledgers = append(d.Ledgers, e.Ledger)
		}
	case events.FiledUpward:
		d.Filed = append(d.Filed, e)
	case events.ItemArchived, events.Corrected, events.AttentionCalled: // told in the timeline only
	}
}

// pastLookBack is done with the next look-back, whatever came of it.
func (it *Item) pastLookBack() {
	if d := &it.Detail; len(d.LookBacks) > 0 {
		d.LookBacks = slices.Clone(d.LookBacks[1:])
	}
}

// decided keeps how the first application ended.
func (it *Item) decided(on events.Date, passed bool) {
	if it.Detail.FirstDecision == nil {
		it.Detail.FirstDecision = &Decision{on, passed}
	}
}

// newRound takes the item up again: what the last round brought stays in the timeline.
func (it *Item) newRound(n int) {
	it.Round = max(n, it.Round)
	it.RectifiedOn, it.ClosedOn, it.ClosedAt = events.Date{}, events.Date{}, time.Time{}
	it.Unsatisfied, it.ReplyOpen, it.Replied, it.Progress = false, false, false, ""
	d := &it.Detail
	d.Report, d.Chain, d.Publicity, d.PublicityOn, d.LookBacks = nil, nil, nil, events.Date{}, nil
}

// setDue moves the deadline; the first one of the round is kept.
func (it *Item) setDue(due events.Date) {
	it.Due = due
	if it.DueOriginal.IsZero() {
		it.DueOriginal = due
	}
}

// moveParts keeps each unit's part in step with [events.Assignment.Move], and the columns
// made from it.
func (it *Item) moveParts(r *events.Recorded, e events.Event) {
	d := &it.Detail
	was := len(d.Assignments)
	for _, a := range events.BegunBy(e) {
		d.Assignments = append(d.Assignments, Assignment{Assignment: a, IssuedOn: day(r)})
	}
	for i := range d.Assignments {
		a := &d.Assignments[i]
		if i < was {
			a.Move(e)
		}
		switch e := e.(type) {
		case events.AssignmentSigned:
			if a.ID == e.Assignment {
				a.SignedOn, a.LateSign = day(r), e.Late
			}
		case events.ReturnRequested:
			if a.ID == e.Assignment {
				a.Grounds, a.Suggested = e.Grounds, e.Suggested
			}
		case events.AssignmentReported:
			if a.ID == e.Assignment {
				a.Result = e.Result
			}
		case events.RectificationReported:
			if a.Part == events.Lead && a.Live() {
				a.Result = e.Result
			}
		}
	}
	it.Lead, it.CoUnits, it.ReturnOpen = events.Unit{}, 0, false
	for i := range d.Assignments {
		a := &d.Assignments[i]
		it.ReturnOpen = it.ReturnOpen || a.State == events.PartReturnRequested
		switch {
		case !a.Live():
		case a.Part != events.Lead:
			it.CoUnits++
		case it.Lead.IsZero():
			it.Lead = a.Unit
		}
	}
}

// sign marks the first open step of that name.
func (it *Item) sign(s events.Step, r *events.Recorded, on events.Date) {
	for i := range it.Detail.Chain {
		if c := &it.Detail.Chain[i]; c.Step == s && c.On.IsZero() {
			c.On, c.Post, c.By = on, post(r.Actor), r.Actor.ID
			return
		}
	}
}

func (it *Item) progress(e events.ProgressReported) {
	d := &it.Detail
	it.Blocked, it.Progress = "", e.Note
	if !e.Quantity.IsZero() {
		if it.Progress == "" {
			it.Progress = amount(e.Quantity)
		}
		i := slices.IndexFunc(d.Quantities, func(q PlaceQuantity) bool { return q.Place == e.Place })
		if i < 0 {
			d.Quantities = append(d.Quantities, PlaceQuantity{Place: e.Place})
			i = len(d.Quantities) - 1
		}
		d.Quantities[i].Quantity = e.Quantity
	}
	if e.Milestone != "" && !slices.Contains(d.NodesDone, e.Milestone) {
		d.NodesDone = append(d.NodesDone, e.Milestone)
	}
}

func (it *Item) exempt(how string) {
	if n := len(it.Detail.Evaluations); n > 0 {
		it.Detail.Evaluations[n-1].Exempt = how
	}
}

// takeBack forgets a 批示 that its giver took back; a 督办单 stays, marked, since its number
// is not given again.
func (d *Detail) takeBack(e events.OrderTakenBack) {
	for i := range d.Slips {
		d.Slips[i].Back = d.Slips[i].Back || e.Slip != "" && d.Slips[i].Slip == e.Slip
	}
	d.Instructions = slices.DeleteFunc(d.Instructions, func(x Instruction) bool { return x.Order == e.Order })
}

// inForce is the highest level among the slips without an answer.
func inForce(slips []Slip) events.SupervisionLevel {
	top := -1
	for _, s := range slips {
		if !s.Answered && !s.Back {
			top = max(top, slices.Index(events.SupervisionLevels, s.Level))
		}
	}
	if top < 0 {
		return ""
	}
	return events.SupervisionLevels[top]
}

// Shown reports whether the public finds the item.
func (it *Item) Shown() bool { return it.shown() }

// shown reports whether the public may find the item in lists. 举报、人员作风, 涉稳 and 保密
// never are, even when somebody released them.
func (it *Item) shown() bool {
	return it.Released && !it.restricted() && !it.Confidential
}

func (it *Item) restricted() bool {
	return it.Class == events.Conduct || it.Class == events.Stability
}

// open reports whether the item's deadline runs.
func (it *Item) open() bool { return it.Group == GroupWaiting || it.Group == GroupOpen }

func (it *Item) uuid() uuid.UUID {
	id, _ := uuid.Parse(it.ID) // made from one
	return id
}

func (it *Item) closedWeek() events.Date {
	if it.Group != GroupClosed || it.ClosedAt.IsZero() {
		return events.Date{}
	}
	return monday(events.DateOf(it.ClosedAt))
}

// monday returns the Monday of d's week.
func monday(d events.Date) events.Date { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }

// post names an actor by unit and post.
func post(a events.Actor) string {
	if a.Unit.Name == "" || strings.HasPrefix(a.Post, a.Unit.Name) {
		return a.Post
	}
	if a.Post == "" {
		return a.Unit.Name
	}
	return a.Unit.Name + " · " + a.Post
}

// short is a day as a ledger writes it: 10-22.
func short(d events.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d-%02d", d.Month(), d.Day())
}

// said is a day as one says it: 10月22日.
func said(d events.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d月%d日", d.Month(), d.Day())
}

// amount is measured progress: 7.5 / 11 公里.
func amount(q events.Quantity) string {
	n := strconv.FormatFloat(q.Done, 'f', -1, 64)
	if q.Total != 0 {
		n += " / " + strconv.FormatFloat(q.Total, 'f', -1, 64)
	}
	return strings.TrimSpace(n + " " + q.Unit)
}
