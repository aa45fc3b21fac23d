package events

import "encoding/json"

// past is one version of a fact that programs no longer write: how its data is read, and
// what the next version makes of it.
type past struct {
	read func(json.RawMessage) (any, error)
	next func(any) any
}

// was describes a past version by the pure function to the next one. What an old fact did
// not say stays zero in the new one; an upcaster never guesses.
func was[Old, Next any](next func(Old) Next) past {
	return past{
		read: func(b json.RawMessage) (any, error) { return read[Old](b) },
		next: func(v any) any { return next(v.(Old)) },
	}
}

// pasts holds the past versions of each fact, oldest first: as many as its current version
// has before it. To change what a fact says: keep the struct as it was, unexported, in this
// file, add its step here, raise the version in the table, and run
// `go test ./events -update` for the golden file of the new version.
var pasts = map[kind][]past{
	itemRaised:            {was(raisedV1.next)},
	modeClassified:        {was(modeV1.next), was(modeV2.next)},
	itemResumed:           {was(resumedV1.next)},
	itemReopened:          {was(reopenedV1.next), was(reopenedV2.next)},
	itemAssigned:          {was(assignedAllV1.next)},
	coUnitAdded:           {was(coUnitV1.next)},
	arbitrationDecided:    {was(arbitrationV1.next)},
	evidenceRecorded:      {was(evidenceV1.next)},
	supervisionIssued:     {was(supervisionV1.next), was(supervisionV2.next)},
	itemAnswered:          {was(answeredV1.next)},
	rectificationReported: {was(rectifiedV1.next), was(rectifiedV2.next)},
	closureApplied:        {was(closureV1.next)},
	publicityOpened:       {was(publicityV1.next)},
	replyIssued:           {was(replyV1.next)},
	lookBackScheduled:     {was(lookBackV1.next)},
}

// upcast reads the data of any version that was ever written, as today's fact.
func upcast(k kind, version int, data json.RawMessage) (Event, error) {
	if version == table[k].version {
		return table[k].decode(data)
	}
	steps := pasts[k][version-1:]
	v, err := steps[0].read(data)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		v = s.next(v)
	}
	return v.(Event), nil
}

// evidenceV1 knew no files, only the checksum that a person gave.
type evidenceV1 struct {
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Kind   EvidenceKind `json:"kind"`
	Formed Date         `json:"formed,omitzero"`
	SHA256 string       `json:"sha256,omitzero"`
	Early  bool         `json:"early,omitzero"`
}

func (e evidenceV1) next() EvidenceRecorded {
	return EvidenceRecorded{ID: e.ID, Name: e.Name, Kind: e.Kind, Formed: e.Formed, SHA256: e.SHA256, Early: e.Early}
}

// supervisionV1 did not say whether a person or the ladder issued it, or for which day.
type supervisionV1 struct {
	Slip  string           `json:"slip"`
	Level SupervisionLevel `json:"level"`
	Text  string           `json:"text"`
	Due   Date             `json:"due,omitzero"`
}

func (s supervisionV1) next() supervisionV2 { return supervisionV2{supervisionV1: s} }

// modeV1 did not say by which calendar it was counted: Monday to Friday.
type modeV1 struct {
	Mode       Mode   `json:"mode"`
	Due        Date   `json:"due,omitzero"`
	Rule       string `json:"rule,omitzero"`
	From       Date   `json:"from,omitzero"`
	ReviewDays int    `json:"review_days,omitzero"`
	NextReview Date   `json:"next_review,omitzero"`
	Reason     string `json:"reason,omitzero"`
}

func (m modeV1) next() modeV2 { return modeV2{modeV1: m} }

// reopenedV1 did not say how its deadline was found.
type reopenedV1 struct {
	Reason string `json:"reason"`
	Round  int    `json:"round"`
	Due    Date   `json:"due"`
}

func (r reopenedV1) next() reopenedV2 { return reopenedV2{reopenedV1: r} }

// answeredV1 did not say how long it took.
type answeredV1 struct {
	Title string `json:"title"`
}

func (a answeredV1) next() ItemAnswered { return ItemAnswered{Title: a.Title} }

// rectifiedV2 did not say how long it took.
type rectifiedV2 struct {
	rectifiedV1
	Reply Limit `json:"reply,omitzero"`
}

func (r rectifiedV2) next() RectificationReported {
	return RectificationReported{Result: r.Result, Quantity: r.Quantity, Truth: r.Truth, Contacted: r.Contacted, ContactNote: r.ContactNote,
		Solved: r.Solved, Unsolved: r.Unsolved, Alike: r.Alike, LongTerm: r.LongTerm, Late: r.Late, Reply: r.Reply}
}
