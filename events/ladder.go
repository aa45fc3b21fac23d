package events

import "github.com/google/uuid"

// LadderID is the id in the log of the supervision ladders: one history for all of them.
var LadderID = uuid.MustParse("c3f1c1b4-6a0e-5f6d-8c53-1f0a3b7e9d42")

// LadderSet says the rungs of one watched day in the ledgers of a preset, for urgent items
// apart (督办阶梯). Without rungs the preset's own hold again.
type LadderSet struct {
	Preset Preset       `json:"preset"`
	Watch  Watch        `json:"watch"`
	Urgent bool         `json:"urgent,omitzero"`
	Rungs  []LadderRung `json:"rungs,omitempty"`
}

// LadderRung is one step: so many working days after the watched day, negative before it.
type LadderRung struct {
	Level SupervisionLevel `json:"level"`
	After int              `json:"after"`
	Ask   bool             `json:"ask,omitzero"` // only a person can order it
}
