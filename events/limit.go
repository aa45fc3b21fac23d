package events

import (
	"fmt"

	"github.com/google/uuid"
)

// RulesID is the id in the log of the table of time limits: one history, so that its
// revision is the version of the table.
var RulesID = uuid.MustParse("8a1c2b5e-7c55-5b0e-9d3c-2f6c0f8a4e19")

// Stage is a step of an item's life that has a time limit of its own (环节).
type Stage string

const (
	StageAccept    Stage = "ACCEPT"    // 受理
	StageSign      Stage = "SIGN"      // 签收
	StageReturn    Stage = "RETURN"    // 退单
	StagePlan      Stage = "PLAN"      // 报方案
	StageRectify   Stage = "RECTIFY"   // 整改
	StageReply     Stage = "REPLY"     // 答复群众
	StageVerify    Stage = "VERIFY"    // 验收
	StagePublicity Stage = "PUBLICITY" // 公示
	StageAnswer    Stage = "ANSWER"    // 答复督办单
	StageEvaluate  Stage = "EVALUATE"  // 群众评价
	StageLookBack  Stage = "LOOK_BACK" // 回头看
	StageReview    Stage = "REVIEW"    // 常态、挂账: longest time until the next look; and of a pause
	StageNear      Stage = "NEAR"      // 临期: how many working days before the deadline an item is near it
)

// Stages lists every stage in the order of the life-cycle.
var Stages = []Stage{StageAccept, StageSign, StageReturn, StagePlan, StageRectify, StageReply, StageVerify, StagePublicity,
	StageAnswer, StageEvaluate, StageLookBack, StageReview, StageNear}

// Urgency is the part of a row that looks at whether an item is urgent.
type Urgency string

const (
	Pressing Urgency = "URGENT"   // 紧急
	Usual    Urgency = "ORDINARY" // 不紧急
)

// Urgencies lists both.
var Urgencies = []Urgency{Pressing, Usual}

// LimitKey says which deadlines a row of the rule table is about. An empty part means: all.
type LimitKey struct {
	Stage    Stage   `json:"stage"`
	Category string  `json:"category,omitzero"` // 一级或二级类别
	Mode     Mode    `json:"mode,omitzero"`
	Urgency  Urgency `json:"urgency,omitzero"`
	Preset   Preset  `json:"preset,omitzero"`
}

// Zh names the row: 整改 · 立即改 · 紧急.
func (k LimitKey) Zh() string {
	s := k.Stage.Zh()
	for _, part := range []string{k.Category, k.Mode.Zh(), k.Urgency.Zh(), k.Preset.Zh()} {
		if part != "" {
			s += " · " + part
		}
	}
	return s
}

// LimitSet enters a row into the table of time limits, or changes its figure (定时限). What
// was set by the table before stays as it was.
type LimitSet struct {
	Row   LimitKey `json:"row"`
	Rules []string `json:"rules"`        // 3wd; more than one of a stage that comes more than once
	Was   []string `json:"was,omitzero"` // what the row said before
}

// LimitWithdrawn takes a row out of the table (撤销时限): the next wider one holds instead.
type LimitWithdrawn struct {
	Row LimitKey `json:"row"`
	Was []string `json:"was"`
}

func (LimitSet) fact() kind       { return limitSet }
func (LimitWithdrawn) fact() kind { return limitWithdrawn }

// Basis says which row of the rule table set a deadline.
type Basis struct {
	Row   LimitKey `json:"row"`
	Table int      `json:"table,omitzero"` // version of the table, 0: as it comes with the program
}

// IsZero reports whether no row did: a person set the day.
func (b Basis) IsZero() bool { return b == Basis{} }

// Zh names the row and the version: 规则表第 2 版“整改 · 立即改”.
func (b Basis) Zh() string {
	if b.Table == 0 {
		return "规则表“" + b.Row.Zh() + "”"
	}
	return fmt.Sprintf("规则表第 %d 版“%s”", b.Table, b.Row.Zh())
}

// Limit is a deadline that the rule table set on a step of an item. It stays what it is,
// whatever the table says later.
type Limit struct {
	Ref     string   `json:"ref,omitzero"` // the assignment or the slip that it is about
	From    Date     `json:"from"`         // day 0, not counted
	Due     Date     `json:"due"`          // the last day
	Rule    string   `json:"rule"`         // 3wd
	By      Basis    `json:"by"`
	Counted Counting `json:"counted,omitzero"`
}

// IsZero reports whether there is no limit.
func (l Limit) IsZero() bool { return l.Due.IsZero() }

// Stage is the step that it is about.
func (l Limit) Stage() Stage { return l.By.Row.Stage }

// Limited is a limit and the day on which what it asks for was done.
type Limited struct {
	Limit
	Met Date `json:"met,omitzero"`
}

// Open reports whether it is waited for still.
func (l Limited) Open() bool { return l.Met.IsZero() }

// LimitsAfter returns the limits of an item as they stand after e, which was recorded on a
// day: the last one of each step, besides the item's own deadline ([Clock]). Like
// [StateAfter] it is shared by the rules and the read models. The argument is not changed.
func LimitsAfter(ls []Limited, e Event, on Date) []Limited {
	begun, met := limitsOf(e)
	if len(begun) == 0 && met.stage == "" {
		return ls
	}
	out := append(make([]Limited, 0, len(ls)+len(begun)), ls...)
	for i := range out {
		if l := &out[i]; l.Open() && l.Stage() == met.stage && (met.ref == "" || l.Ref == met.ref) {
			l.Met = on
		}
	}
	for _, l := range begun {
		if l.IsZero() {
			continue
		}
		i := 0
		for i < len(out) && (out[i].Stage() != l.Stage() || out[i].Ref != l.Ref) {
			i++
		}
		if i == len(out) {
			out = append(out, Limited{})
		}
		out[i] = Limited{Limit: l}
	}
	return out
}

// metBy is which limits a fact meets; an empty ref means whichever.
type metBy struct {
	stage Stage
	ref   string
}

// limitsOf says which limits begin with a fact, and which it meets.
func limitsOf(e Event) (begun []Limit, met metBy) {
	switch e := e.(type) {
	case ItemRaised:
		return []Limit{e.Accept}, met
	case ItemAccepted, ItemNotAccepted, ItemAnswered, ItemMerged:
		return nil, metBy{StageAccept, ""}
	case ItemAssigned:
		for _, a := range e.Assignments {
			begun = append(begun, a.limits()...)
		}
		return begun, met
	case CoUnitAdded:
		return e.Assignment.limits(), met
	case AssignmentSigned:
		return nil, metBy{StageSign, e.Assignment}
	case ReturnRequested:
		return nil, metBy{StageReturn, e.Assignment}
	case PlanSubmitted:
		return nil, metBy{StagePlan, ""}
	case RectificationReported:
		return []Limit{e.Reply}, met
	case ReplyIssued:
		return []Limit{e.Evaluate}, metBy{StageReply, ""}
	case ClosureApplied:
		return []Limit{e.Verify}, met
	case ItemClosed, SignOffRefused, ItemMadeStanding:
		return nil, metBy{StageVerify, ""}
	case PublicityOpened:
		return []Limit{e.Limit}, met
	case PublicityClosed:
		return nil, metBy{StagePublicity, ""}
	case DeadlineRecomputed:
		return e.Steps, met
	case SupervisionIssued:
		l := e.Limit
		l.Ref = e.Slip
		return []Limit{l}, met
	case SupervisionAnswered:
		return nil, metBy{StageAnswer, e.Slip}
	case Evaluated:
		return nil, metBy{StageEvaluate, ""}
	}
	return nil, met
}

// limits are those of the steps that an assignment begins.
func (a Assigned) limits() []Limit {
	out := append([]Limit(nil), a.Limits...)
	for i := range out {
		out[i].Ref = a.ID
	}
	return out
}
