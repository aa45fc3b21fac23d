package domain

import (
	"slices"
	"time"

	"xiaohao/domain/calendar"
	"xiaohao/domain/ladder"
	"xiaohao/domain/limit"
	"xiaohao/domain/rights"
	"xiaohao/events"
)

// Command asks for something to happen. It is decided against the folded item and either
// gives facts or is refused; it never does I/O and never reads a clock.
type Command interface {
	name() string
	decide(it *Item, s Situation) ([]events.Event, error)
}

// Situation is what a decision may know besides the item.
type Situation struct {
	Actor    events.Actor
	Now      time.Time
	Calendar *calendar.Calendar
	Rules    *limit.Table  // nil: the one that comes with the program
	Ladders  Ladders       // of supervision; nil: the presets'
	NewID    func() string // ids of what the command creates; the same for the same command id
}

// Ladders has the supervision ladder that holds in the ledgers of a preset.
type Ladders interface {
	Of(events.Preset) ladder.Ladder
}

// ladder is the one that an item's supervision goes by.
func (s Situation) ladder(p events.Preset) ladder.Ladder {
	if s.Ladders == nil {
		return ladder.Of(p)
	}
	return s.Ladders.Of(p)
}

// Today is the Beijing day of the decision.
func (s Situation) Today() events.Date { return events.DateOf(s.Now) }

// Spec says everything about a command but its decision: in which states and under which
// further condition it can be given, and by whom (package rights has the table of that).
// Pages, API, permissions and the documentation read it.
type Spec struct {
	Name   string // "assign"
	Title  string // 交办
	Starts bool   // it makes a new item; all others need one
	From   []events.State
	Roles  []events.Role
	Scope  rights.Scope
	// Pre is a condition that can be judged before the form is filled in.
	Pre func(*Item, Situation) *Refusal
	New func() Command // a zero command to decode into
}

// Name returns the name of a command, "assign".
func Name(c Command) string { return c.name() }

// SpecOf returns the spec of the command with that name.
func SpecOf(name string) (Spec, bool) {
	for _, s := range specs {
		if s.Name == name {
			return s, true
		}
	}
	return Spec{}, false
}

// Specs returns all commands in the order of the life-cycle.
func Specs() []Spec { return slices.Clone(specs) }

// Decide returns the facts of a command, or why it is refused: Refusals, or an error that
// is none of the person's doing.
func Decide(it *Item, c Command, s Situation) ([]events.Event, error) {
	spec, ok := SpecOf(c.name())
	if !ok {
		return nil, refuse("command.unknown", "没有“%s”这个操作。", c.name())
	}
	if r := spec.Allows(it, s); r != nil {
		return nil, r
	}
	if rs := Check(c); len(rs) > 0 {
		return nil, rs
	}
	facts, err := c.decide(it, s)
	if err != nil {
		return nil, err
	}
	if r := it.takesPersonal(facts); r != nil {
		return nil, r
	}
	return facts, nil
}

// Allows returns nil when the actor may give the command to the item as it stands, else
// the first reason why not: state, role, scope, condition.
func (sp Spec) Allows(it *Item, s Situation) *Refusal {
	if sp.Starts {
		return sp.AllowsRole(s.Actor)
	}
	if r := sp.allowsState(it); r != nil {
		return r
	}
	if r := sp.AllowsRole(s.Actor); r != nil {
		return r
	}
	if it.complainedOf(s.Actor.Unit) {
		// domain.md §7.3: not to know is part of it, so the sentence says nothing of the case.
		return refuse("conduct.own_unit", "这一件您单位不能办理。")
	}
	if it.complains(s.Actor.ID) || it.complains(s.Actor.Delegation.Of) {
		return refuse("conduct.own_person", "这一件您不能办理。")
	}
	if r := sp.allowsScope(it, s.Actor); r != nil {
		return r
	}
	if sp.Pre != nil {
		return sp.Pre(it, s)
	}
	return nil
}

func (sp Spec) allowsState(it *Item) *Refusal {
	if slices.Contains(sp.From, it.State) {
		return nil
	}
	return refuse(sp.Name+".state", "现在是“%s”，不能%s。%s", it.State.Zh(), sp.Title, whenPossible(sp))
}

func whenPossible(sp Spec) string {
	if len(sp.From) > 4 {
		return ""
	}
	words := ""
	for i, s := range sp.From {
		if i > 0 {
			words += "、"
		}
		words += "“" + s.Zh() + "”"
	}
	return words + "时才可以。"
}

// AllowsRole returns nil when somebody of the role may ever give the command, else who does.
func (sp Spec) AllowsRole(a events.Actor) *Refusal {
	if slices.Contains(sp.Roles, a.Role) {
		return nil
	}
	words := ""
	for i, r := range sp.Roles {
		if i > 0 {
			words += "、"
		}
		words += r.Zh()
	}
	return refuse(sp.Name+".role", "%s由%s来做，您现在是%s。", sp.Title, words, a.Role.Zh())
}

func (sp Spec) allowsScope(it *Item, a events.Actor) *Refusal {
	code := sp.Name + ".scope"
	_, mine := it.of(a.Unit)
	lead, hasLead := it.lead()
	isLead := hasLead && lead.Unit.ID == a.Unit.ID
	if !rights.OfUnit(a) && sp.Scope != rights.NotUnit && sp.Scope != rights.Linked {
		return nil // the office and others are not bound to a unit here
	}
	switch sp.Scope {
	case rights.OwnUnit:
		if !mine {
			return refuse(code, "这一件没有交给您单位，不能%s。", sp.Title)
		}
	case rights.LeadOnly:
		if !isLead {
			return refuse(code, "%s由主办单位来做，您单位不是主办。", sp.Title)
		}
	case rights.CoOnly:
		if !mine || isLead {
			return refuse(code, "%s由协办单位来做，您单位不是协办。", sp.Title)
		}
	case rights.NotUnit:
		if mine && !a.Unit.IsZero() {
			return refuse(code, "办这件事的单位不能%s。", sp.Title)
		}
	case rights.Linked:
		if a.Role == events.LeaderRole && !it.Leader.IsZero() && it.Leader.ID != a.ID {
			return refuse(code, "这一件由%s挂钩，%s由他来定。", it.Leader.Post, sp.Title)
		}
	}
	return nil
}

// Action is one command as a page offers it: possible when Refused is nil, else shown with
// the reason.
type Action struct {
	Spec    Spec
	Refused *Refusal
}

// Actions returns every command that the actor's role could ever give to an item, each
// possible or with the reason why not.
func Actions(it *Item, s Situation) []Action {
	var out []Action
	for _, sp := range specs {
		if sp.Starts || !slices.Contains(sp.Roles, s.Actor.Role) {
			continue
		}
		out = append(out, Action{sp, sp.Allows(it, s)})
	}
	return out
}

// Owner says who has to act next on an item in its state: a role, or several. Terminal
// states have none. No live state is without an owner and an exit.
func Owner(s events.State) []events.Role {
	switch s {
	case events.Registered, events.Accepted:
		return []events.Role{events.Dispatcher}
	case events.ReturnedForInfo:
		return []events.Role{events.Petitioner, events.Intake}
	case events.InProgress, events.Rectified:
		return []events.Role{events.UnitLiaison, events.Handler}
	case events.UnderVerification:
		return []events.Role{events.UnitDeputy, events.UnitHead, events.Dispatcher, events.LeaderRole}
	case events.InPublicity, events.SuspendedAccount, events.Answered:
		return []events.Role{events.Dispatcher}
	case events.Standing:
		return []events.Role{events.Dispatcher, events.LeaderRole}
	case events.Closed:
		return []events.Role{events.Supervisor}
	}
	return nil
}

// Terminal reports whether nothing more is expected of an item in this state.
func Terminal(s events.State) bool {
	return s == events.NotAccepted || s == events.Merged || s == events.Terminated || s == events.Archived
}
