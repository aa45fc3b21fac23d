package events

import "slices"

// Watched is a day of an item that the ladder watches, and how far it went for it.
type Watched struct {
	Watch   Watch            `json:"watch"`
	Ref     string           `json:"ref,omitzero"` // the assignment of WatchSigning, the slip of WatchAnswer
	On      Date             `json:"on"`           // of WatchSigning the day of issue, else the day to be kept
	Urgent  bool             `json:"urgent,omitzero"`
	Reached SupervisionLevel `json:"reached,omitzero"` // "" = nothing was done yet
}

// Supervision is what supervision came to on one item, folded from its facts. Like
// [StateAfter] it is shared by rules and read models, so that the two can never disagree
// on what is owed.
type Supervision struct {
	Issued   map[string]Date             `json:"issued,omitzero"`  // assignment → day of issue
	Signing  map[string]SupervisionLevel `json:"signing,omitzero"` // assignment → level reached because nobody signed
	Waiting  []SupervisionIssued         `json:"waiting,omitzero"` // slips whose answer is waited for
	Due      Date                        `json:"due,omitzero"`     // the deadline that Level was reached for
	Level    SupervisionLevel            `json:"level,omitzero"`
	Ordered  string                      `json:"ordered,omitzero"`   // the last slip that a person ordered
	Without  SupervisionLevel            `json:"without,omitzero"`   // what Level would be without it
	Called   []AttentionCalled           `json:"called,omitzero"`    // the last of each watch and ref
	LookBack Date                        `json:"look_back,omitzero"` // the look-back that was drawn
}

// Apply folds one fact. due is the item's deadline after it.
func (s *Supervision) Apply(e Event, on, due Date) {
	if s.Due != due { // whatever was done was done for another deadline
		s.Due, s.Level, s.Ordered, s.Without = due, "", "", ""
	}
	switch e := e.(type) {
	case ItemAssigned:
		for _, a := range e.Assignments {
			s.issue(a.ID, on)
		}
	case CoUnitAdded:
		s.issue(e.Assignment.ID, on)
	case SupervisionIssued:
		s.supervise(e)
	case SupervisionAnswered:
		s.done(e.Slip)
	case OrderTakenBack:
		if s.done(e.Slip); e.Slip != "" && e.Slip == s.Ordered {
			s.Level = s.Without
		}
	case RectificationReported, ItemReopened, ItemSuspended, ItemMadeStanding:
		s.Waiting, s.LookBack = nil, Date{} // what was asked for came, or is asked for no more
	case AttentionCalled:
		s.Called = slices.DeleteFunc(s.Called, func(x AttentionCalled) bool { return x.Watch == e.Watch && x.Ref == e.Ref })
		s.Called = append(s.Called, e)
	case LookBackDrawn:
		if e.Chosen {
			s.LookBack = e.Due
		}
	case LookBackPassed, LookBackFailed, ItemArchived:
		s.LookBack = Date{}
	}
}

func (s *Supervision) issue(assignment string, on Date) {
	if s.Issued == nil {
		s.Issued = map[string]Date{}
	}
	s.Issued[assignment] = on
}

// done says that the answer to a slip is waited for no more.
func (s *Supervision) done(slip string) {
	s.Waiting = slices.DeleteFunc(s.Waiting, func(x SupervisionIssued) bool { return x.Slip == slip })
}

func (s *Supervision) supervise(e SupervisionIssued) {
	switch e.Watch {
	case WatchSigning:
		if s.Signing == nil {
			s.Signing = map[string]SupervisionLevel{}
		}
		s.Signing[e.Ref] = higher(s.Signing[e.Ref], e.Level)
	case "":
		s.Ordered, s.Without = e.Slip, s.Level
		s.Level = higher(s.Level, e.Level)
	default:
		s.Level, s.Without = higher(s.Level, e.Level), higher(s.Without, e.Level)
	}
	if !e.Due.IsZero() && e.Level.Slipped() {
		s.Waiting = append(s.Waiting, e)
	}
}

// Rank is the place of a level on the ladder, from 1; 0 for none.
func (v SupervisionLevel) Rank() int { return slices.Index(SupervisionLevels, v) + 1 }

func higher(a, b SupervisionLevel) SupervisionLevel {
	if b.Rank() > a.Rank() {
		return b
	}
	return a
}

// WatchedItem is what [Supervision.Watched] has to know of the item besides.
type WatchedItem struct {
	State       State
	Due         Date
	NextReview  Date
	Urgent      bool
	Assignments []Assignment
}

// Watched lists the days that are watched now.
func (s *Supervision) Watched(it WatchedItem) (out []Watched) {
	add := func(w Watch, ref string, on Date, reached SupervisionLevel) {
		if !on.IsZero() {
			out = append(out, Watched{w, ref, on, it.Urgent, reached})
		}
	}
	switch it.State {
	case Accepted, InProgress:
		var level SupervisionLevel
		if s.Due == it.Due {
			level = s.Level
		}
		add(WatchDeadline, "", it.Due, level)
		for _, a := range it.Assignments {
			if a.State == PartIssued {
				add(WatchSigning, a.ID, s.Issued[a.ID], s.Signing[a.ID])
			}
		}
		if top, ok := s.top(); ok {
			add(WatchAnswer, top.Slip, top.Due, higher(top.Level, s.called(WatchAnswer, top.Slip, top.Due)))
		}
	case Standing, SuspendedAccount:
		add(WatchReview, "", it.NextReview, s.called(WatchReview, "", it.NextReview))
	case Closed:
		add(WatchLookBack, "", s.LookBack, s.called(WatchLookBack, "", s.LookBack))
	}
	return out
}

// top is the newest of the highest slips that wait for an answer: the ladder goes on from
// there, and from there only.
func (s *Supervision) top() (top SupervisionIssued, ok bool) {
	for _, x := range s.Waiting {
		if !ok || x.Level.Rank() >= top.Level.Rank() {
			top, ok = x, true
		}
	}
	return top, ok
}

func (s *Supervision) called(w Watch, ref string, on Date) SupervisionLevel {
	for _, c := range s.Called {
		if c.Watch == w && c.Ref == ref && c.For == on {
			return c.Level
		}
	}
	return ""
}
