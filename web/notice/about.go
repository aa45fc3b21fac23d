package notice

import (
	"fmt"
	"slices"
	"time"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// Box is whom a notice is for: a role of the office, of a unit, or a linked leader. Whoever
// acts as that sees it in the inbox.
type Box string

// Boxes of roles, of a unit's roles and of leaders.
func roleBox(r events.Role) Box              { return Box("role|" + string(r)) }
func unitBox(unit string, r events.Role) Box { return Box("unit|" + unit + "|" + string(r)) }
func leaderBox(id string) Box                { return Box("leader|" + id) }

// BoxesOf returns the boxes that an actor looks into.
func BoxesOf(a events.Actor) []Box {
	switch {
	case a.Role == events.Petitioner || a.Role == events.System:
		return nil
	case a.Role == events.LeaderRole:
		return []Box{leaderBox(a.ID)}
	case !a.Unit.IsZero() && isUnitRole(a.Role):
		return []Box{unitBox(a.Unit.ID, a.Role)}
	}
	return []Box{roleBox(a.Role)}
}

func isUnitRole(r events.Role) bool {
	return r == events.UnitLiaison || r == events.Handler || r == events.UnitDeputy || r == events.UnitHead
}

// Notice is one thing told to one box.
type Notice struct {
	ID     string // stable: of the command, the fact and the box
	Box    Box
	Item   string // id
	Number string
	Kind   string // wire name of the fact
	Says   string
	At     time.Time // not told before
	Inside bool      // never leaves the program
	Never  []string  // ids of units and people who are not told though the box is theirs
}

// About returns whom the facts of a commit concern. it is the item as it stands.
func About(c events.Recorded, it *projections.Item) (out []Notice) {
	about := slices.Clone(it.Detail.Complained) // whom a 举报 is about is never told (domain.md §7.3)
	for _, u := range it.Detail.ComplainedOf {
		about = append(about, u.ID)
	}
	if it.Class == events.Ordinary {
		about = nil // an ordinary complaint goes to the service's own unit
	}
	for i, e := range c.Events {
		says, boxes := concerns(e, it)
		kind, _ := events.TypeOf(e)
		for _, b := range boxes {
			out = append(out, Notice{ID: fmt.Sprintf("%s%d/%s", idsOf(c.CommandID.String()), i, b), Box: b, Item: it.ID, Number: it.Number, Kind: kind,
				Says: it.Number + "：" + says, At: c.Time.Add(held(e)), Inside: it.Confidential || it.Class != events.Ordinary, Never: append(slices.Clone(about), closer(e, it)...)})
		}
	}
	return out
}

// closer is who struck the number off, when a petitioner says what became of it: that goes past
// him.
func closer(e events.Event, it *projections.Item) []string {
	if _, ok := e.(events.Evaluated); !ok {
		return nil
	}
	for _, s := range it.Detail.Chain {
		if s.Step == events.StepClose {
			return []string{s.By}
		}
	}
	return nil
}

// idsOf is how the ids of the notices of a command begin.
func idsOf(command string) string { return command + "/" }

// undone is until when what can be taken back is surely not taken back any more.
const undone = domain.UndoWindow + 10*time.Second

// held is how long a notice of a fact is kept from everybody: what its giver can take back
// was never said.
func held(e events.Event) time.Duration {
	switch e := e.(type) {
	case events.LeaderInstructed:
		return undone
	case events.SupervisionIssued:
		if e.Watch == "" {
			return undone
		}
	}
	return 0
}

// takenBack returns how the ids of the notices begin that a commit takes back.
func takenBack(c events.Recorded) (begins []string) {
	for _, e := range c.Events {
		if e, ok := e.(events.OrderTakenBack); ok {
			begins = append(begins, idsOf(e.Order))
		}
	}
	return begins
}

// concerns says what a fact is about in fixed words, and who has to know.
func concerns(e events.Event, it *projections.Item) (string, []Box) {
	lead := func(rs ...events.Role) []Box { return unitBoxes(it.Lead.ID, rs...) }
	office, oversight := roleBox(events.Dispatcher), roleBox(events.Supervisor)
	switch e := e.(type) {
	case events.ItemAssigned:
		var boxes []Box
		for _, a := range e.Assignments {
			boxes = append(boxes, unitBoxes(a.Unit.ID, events.UnitLiaison)...)
		}
		return "新交办给您单位，请签收。", boxes
	case events.CoUnitAdded:
		return "加派给您单位协办，请签收。", unitBoxes(e.Assignment.Unit.ID, events.UnitLiaison)
	case events.SupervisionIssued:
		return supervised(e), supervisedBoxes(e, it)
	case events.SupervisionAnswered:
		return "督办单 " + e.Slip + " 答复了。", []Box{oversight}
	case events.AttentionCalled:
		return called(e, it)
	case events.LeaderInstructed:
		return "领导有批示，请看。", lead(events.UnitLiaison, events.UnitDeputy)
	case events.ExtensionRequested:
		return fmt.Sprintf("申请延期到 %s，等着批。", e.Due), []Box{office}
	case events.ExtensionGranted:
		return fmt.Sprintf("延期批了，新期限 %s。", e.Due), lead(events.UnitLiaison)
	case events.ExtensionDenied:
		return "延期没有批，期限不变。", lead(events.UnitLiaison)
	case events.PauseRequested:
		return fmt.Sprintf("申请暂停计时到 %s，等着批。", e.Until), []Box{office}
	case events.PauseGranted:
		return fmt.Sprintf("暂停计时批了，%s 恢复，新期限 %s。", e.Until, e.Due), lead(events.UnitLiaison)
	case events.PauseDenied:
		return "暂停计时没有批，期限不变。", lead(events.UnitLiaison)
	case events.PauseEnded:
		return fmt.Sprintf("恢复计时，期限 %s。", e.Due), lead(events.UnitLiaison)
	case events.ReturnRequested:
		return "有单位申请退单，等着审。", []Box{office}
	case events.SignOffRefused:
		return "销号申请退回，请重办。", lead(events.UnitLiaison)
	case events.RedoOrdered:
		return "群众不满意，退回重办。", lead(events.UnitLiaison)
	case events.ItemReopened:
		return fmt.Sprintf("复号重办，期限 %s。", e.Due), lead(events.UnitLiaison, events.UnitDeputy)
	case events.ObjectionRaised:
		return "公示期有人提异议，请处理。", []Box{office}
	case events.Evaluated:
		if e.Satisfied == events.Dissatisfied || e.Solved == events.SolvedNo {
			return "群众评价不满意或没解决，请处理。", []Box{office, oversight}
		}
	}
	return "", nil
}

func unitBoxes(unit string, rs ...events.Role) (out []Box) {
	if unit == "" {
		return nil
	}
	for _, r := range rs {
		out = append(out, unitBox(unit, r))
	}
	return out
}

func supervised(e events.SupervisionIssued) string {
	switch {
	case e.Watch == events.WatchSigning:
		return fmt.Sprintf("%s 交办的还没有签收，%s。", e.For, e.Level.Zh())
	case !e.Due.IsZero():
		return fmt.Sprintf("%s %s，请在 %s 前书面答复。", e.Level.Zh(), e.Slip, e.Due)
	case e.For.IsZero():
		return e.Level.Zh() + "，请看。"
	}
	return fmt.Sprintf("%s：期限 %s。", e.Level.Zh(), e.For)
}

// supervisedBoxes: the higher the level, the higher who is told; from 催办 on the linked
// leader has a copy (domain.md §2.6).
func supervisedBoxes(e events.SupervisionIssued, it *projections.Item) []Box {
	unit := it.Lead.ID
	for _, a := range it.Detail.Assignments {
		if e.Watch == events.WatchSigning && a.ID == e.Ref {
			unit = a.Unit.ID
		}
	}
	roles := []events.Role{events.UnitLiaison}
	if e.Level.Slipped() {
		roles = append(roles, events.UnitDeputy)
	}
	if e.Level.Rank() >= events.Orange.Rank() {
		roles = append(roles, events.UnitHead)
	}
	boxes := unitBoxes(unit, roles...)
	if e.Level != events.Remind && !it.Leader.IsZero() {
		boxes = append(boxes, leaderBox(it.Leader.ID))
	}
	return boxes
}

func called(e events.AttentionCalled, it *projections.Item) (string, []Box) {
	var boxes []Box
	switch e.Watch {
	case events.WatchReview:
		boxes = append(boxes, roleBox(events.Dispatcher))
	default:
		boxes = append(boxes, roleBox(events.Supervisor))
	}
	if e.Level != events.Remind && !it.Leader.IsZero() {
		boxes = append(boxes, leaderBox(it.Leader.ID))
	}
	if e.Level == events.Summon {
		return fmt.Sprintf("红单 %s 到 %s 没有答复，提请约谈。", e.Ref, e.For), boxes
	}
	return fmt.Sprintf("%s定在 %s，到日子了。", e.Watch.Zh(), e.For), boxes
}
