package events

// Quiet reports whether e only says that somebody looked: the item is as it was, nobody is
// told of a change, and nobody's form is out of date for it.
func Quiet(e Event) bool { return e.fact() == personalRevealed }

// QuietNamed is [Quiet] for the fact with a wire name.
func QuietNamed(name string) bool { return name == table[personalRevealed].name }

// StateAfter returns the state that e leaves its item in, and false when e does not move
// the item. It is the meaning of the fact, shared by the rules and the read models, so
// that the two can never disagree on where an item stands.
func StateAfter(e Event) (State, bool) {
	switch e := e.(type) {
	case ItemRaised, InfoSupplied:
		return Registered, true
	case InfoRequested:
		return ReturnedForInfo, true
	case ItemAccepted, ItemSplitOff, ItemUnassigned:
		return Accepted, true
	case ItemNotAccepted:
		return NotAccepted, true
	case ItemAnswered:
		return Answered, true
	case ItemMerged:
		return Merged, true
	case ItemAssigned, SignOffRefused, ItemReopened:
		return InProgress, true
	case RectificationReported:
		return Rectified, true
	case ClosureApplied, PublicityClosed:
		return UnderVerification, true
	case PublicityOpened:
		return InPublicity, true
	case ItemClosed:
		return Closed, true
	case ItemMadeStanding:
		return Standing, true
	case ItemSuspended:
		return SuspendedAccount, true
	case ItemResumed:
		return e.To, true
	case RedoOrdered:
		return e.To, true
	case ItemUnmerged:
		return e.To, true
	case ItemTerminated:
		return Terminated, true
	case ItemArchived:
		return Archived, true
	}
	return "", false
}

// Assignment is one unit's assignment and where it stands.
type Assignment struct {
	Assigned
	State AssignmentState `json:"state"`
}

// Live reports whether the unit still has something to do or to be answered for.
func (a Assignment) Live() bool { return a.State != PartWithdrawn }

// MoveAssignments returns the assignments as they stand after e. Like [StateAfter] it is
// shared by rules and read models. The argument is not changed.
func MoveAssignments(as []Assignment, e Event) []Assignment {
	out := append([]Assignment(nil), as...)
	for i := range out {
		out[i].Move(e)
	}
	return append(out, BegunBy(e)...)
}

// BegunBy returns the assignments that begin with e.
func BegunBy(e Event) (out []Assignment) {
	switch e := e.(type) {
	case ItemAssigned:
		for _, a := range e.Assignments {
			out = append(out, Assignment{a, PartIssued})
		}
	case CoUnitAdded:
		out = append(out, Assignment{e.Assignment, PartIssued})
	}
	return out
}

// Move takes the assignment to where it stands after e, which came after it.
func (a *Assignment) Move(e Event) {
	set := func(id string, to AssignmentState) {
		if a.ID == id {
			a.State = to
		}
	}
	lead := func() bool { return a.Part == Lead && a.Live() }
	along := func(was, due Date) { // parts that were due with the item move with it
		if a.Live() && a.State != PartApproved && a.Due == was {
			a.Due = due
		}
	}
	switch e := e.(type) {
	case AssignmentSigned:
		set(e.Assignment, PartSigned)
	case ReturnRequested:
		set(e.Assignment, PartReturnRequested)
	case ReturnUpheld:
		set(e.Assignment, PartWithdrawn)
	case ReturnRejected:
		set(e.Assignment, PartForcedSigned)
	case ArbitrationOpened:
		set(e.Assignment, PartArbitration)
	case ArbitrationDecided:
		if a.ID == e.Assignment {
			a.Unit, a.State = e.Unit, PartForcedSigned
			if !e.Clock.IsZero() { // the unit that gets it has its own time
				a.Due, a.Clock = e.Clock.Due, e.Clock
			}
		}
	case ProgressReported:
		set(e.Assignment, PartWorking)
	case BlockReported:
		set(e.Assignment, PartWorking)
	case PlanSubmitted:
		if lead() {
			a.State = PartWorking
		}
	case AssignmentReported:
		set(e.Assignment, PartReported)
	case AssignmentApproved:
		set(e.Assignment, PartApproved)
	case AssignmentSentBack:
		set(e.Assignment, PartSentBack)
	case RectificationReported:
		if lead() {
			a.State = PartReported
		}
	case SignOffRefused, RedoOrdered:
		if lead() {
			a.State = PartSentBack
		}
	case ItemReopened:
		if lead() {
			a.State, a.Due = PartSentBack, e.Due
		}
	case ItemClosed, ItemMadeStanding:
		if lead() {
			a.State = PartApproved
		}
	case ItemResumed:
		if lead() && a.State != PartApproved && !e.Due.IsZero() {
			a.Due = e.Due
		}
	case ExtensionGranted:
		if lead() {
			a.Due = e.Due
		}
	case DeadlineRecomputed:
		along(e.Was, e.Due)
		for _, own := range e.Parts {
			if a.ID == own.Ref {
				a.Due, a.Clock = own.Due, own
				a.Clock.Ref = ""
			}
		}
	case PauseGranted:
		along(e.Was, e.Due)
	case PauseEnded:
		along(e.Was, e.Due)
	}
}
