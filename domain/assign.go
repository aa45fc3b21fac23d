package domain

import (
	"fmt"
	"slices"

	"xiaohao/events"
)

// Assign gives the item to its units (责任分解、交办): exactly one leads, each with its own
// task and deadline; the leader who is to be linked may be named with it.
type Assign struct {
	Units  []Assignee    `json:"units" zh:"交给哪些单位" need:"1" max:"12"`
	Leader events.Leader `json:"leader" zh:"挂钩领导"`
}

// Assignee is one unit of an assignment.
type Assignee struct {
	Unit events.Unit `json:"unit" zh:"单位" need:"1"`
	Part events.Part `json:"part" zh:"角色" need:"1"`
	Task string      `json:"task" zh:"办什么" max:"100"`
	Due  events.Date `json:"due" zh:"期限"`
}

func (c Assign) name() string { return "assign" }

func (c Assign) decide(it *Item, s Situation) ([]events.Event, error) {
	var linked []events.Event
	if c.Leader.ID != "" && c.Leader.ID != it.Leader.ID {
		var err error
		if linked, err = (LinkLeader{c.Leader}).decide(it, s); err != nil {
			return nil, err
		}
	}
	e, err := c.decompose(it, s)
	if err != nil {
		return nil, err
	}
	return append(linked, e), nil
}

// decompose gives the fact of the assignment alone.
func (c Assign) decompose(it *Item, s Situation) (events.Event, error) {
	var rs Refusals
	leads, seen := 0, map[string]bool{}
	leadDue, typed := it.Due, false
	for i, u := range c.Units {
		if u.Part == events.Lead {
			if leads++; leads > 1 {
				rs = append(rs, refuseAt(unitField(i, "part"), "assign.one_lead", "角色：主办只能有一个，%s要改成协办。", u.Unit.Name))
			}
			if leads == 1 && !u.Due.IsZero() {
				leadDue, typed = u.Due, true
			}
		}
		if seen[u.Unit.ID] {
			rs = append(rs, refuseAt(unitField(i, "unit"), "assign.twice", "单位：%s写了两次。", u.Unit.Name))
		}
		seen[u.Unit.ID] = true
		if r := it.mayHandle(unitField(i, "unit"), "assign", u.Unit); r != nil {
			rs = append(rs, r)
		}
	}
	if leads == 0 {
		rs = append(rs, refuseAt(unitField(0, "part"), "assign.no_lead", "角色：要有一个主办单位。"))
	}
	if leadDue.IsZero() && it.Mode != events.StandingMode {
		rs = append(rs, refuseAt(unitField(0, "due"), "assign.no_due", "期限：主办单位要有期限。"))
	}
	if len(rs) > 0 {
		return nil, rs
	}
	e, own := events.ItemAssigned{}, it.ownClock(s)
	if !typed {
		leadDue = later(leadDue, own.Due)
	}
	for i, u := range c.Units {
		a := events.Assigned{ID: s.NewID(), Unit: u.Unit, Part: u.Part, Task: u.Task, Due: u.Due, Limits: it.begins(u.Part, s)}
		if a.Due.IsZero() {
			if a.Due = leadDue; a.Due == own.Due {
				a.Clock = own
			}
		}
		if r := it.mayBeDue(unitField(i, "due"), "assign", u.Part, a.Due, leadDue, s); r != nil {
			rs = append(rs, r)
		}
		e.Assignments = append(e.Assignments, a)
	}
	return e, rs.err()
}

func unitField(i int, name string) string { return fmt.Sprintf("units.%d.%s", i, name) }

// complainedOf reports whether a 举报 or 人员作风 item is about this unit.
func (it *Item) complainedOf(u events.Unit) bool {
	return it.Class == events.Conduct && !u.IsZero() && slices.ContainsFunc(it.ComplainedOf, func(x events.Unit) bool { return x.ID == u.ID })
}

// complains reports whether a 举报 item is about this officer.
func (it *Item) complains(officer string) bool {
	return it.Class == events.Conduct && officer != "" && slices.Contains(it.Complained, officer)
}

// mayHandle refuses a unit that is complained of (domain.md §7.3), neither as lead nor as
// co-unit.
func (it *Item) mayHandle(field, command string, u events.Unit) *Refusal {
	if it.complainedOf(u) {
		return refuseAt(field, command+".complained_of", "单位：这一件反映的就是%s，不能交给它办。", u.Name)
	}
	return nil
}

// mayBeDue refuses a deadline before its own assignment, after the item's (or the unit's
// own, when it ends later), or a co-unit's after the lead's.
func (it *Item) mayBeDue(field, command string, part events.Part, due, leadDue events.Date, s Situation) *Refusal {
	switch {
	case due.IsZero():
		return nil
	case due.Before(s.Today()) && due != it.Due: // an item that is late already keeps its date
		return refuseAt(field, command+".due_past", "期限：%s 早于交办的这一天。", due)
	case !it.Due.IsZero() && due.After(later(it.Due, it.ownClock(s).Due)):
		return refuseAt(field, command+".due_late", "期限：不能晚于整件的期限 %s，要晚请走延期。", it.Due)
	case part == events.Co && !leadDue.IsZero() && due.After(leadDue):
		return refuseAt(field, command+".co_late", "期限：协办不能晚于主办的 %s。", leadDue)
	}
	return nil
}

// AddCoUnit adds a co-unit to an item under way (加派).
type AddCoUnit struct {
	Unit   events.Unit `json:"unit" zh:"单位" need:"1"`
	Task   string      `json:"task" zh:"办什么" need:"1" max:"100"`
	Due    events.Date `json:"due" zh:"期限"`
	Reason string      `json:"reason" zh:"理由" max:"100"`
}

func (c AddCoUnit) name() string { return "add_co_unit" }

func (c AddCoUnit) decide(it *Item, s Situation) ([]events.Event, error) {
	if _, has := it.of(c.Unit); has {
		return nil, refuseAt("unit", "add_co_unit.twice", "单位：%s已经在办这一件。", c.Unit.Name)
	}
	if r := it.mayHandle("unit", "add_co_unit", c.Unit); r != nil {
		return nil, r
	}
	lead, _ := it.lead()
	due := orElse(c.Due, lead.Due)
	if r := it.mayBeDue("due", "add_co_unit", events.Co, due, lead.Due, s); r != nil {
		return nil, r
	}
	return []events.Event{events.CoUnitAdded{Assignment: events.Assigned{ID: s.NewID(), Unit: c.Unit, Part: events.Co, Task: c.Task, Due: due,
		Limits: it.begins(events.Co, s)},
		Reason: c.Reason}}, nil
}

// Sign is a unit's receipt of its assignment (签收). The clock has been running since issue.
type Sign struct{}

func (c Sign) name() string { return "sign" }

func (c Sign) decide(it *Item, s Situation) ([]events.Event, error) {
	a, _ := it.of(s.Actor.Unit)
	l := it.limitOf(events.StageSign, a.ID, it.IssuedOn[a.ID], s)
	return []events.Event{events.AssignmentSigned{Assignment: a.ID, Late: s.over(l)}}, nil
}

func mine(states ...events.AssignmentState) func(*Item, Situation) *Refusal {
	return func(it *Item, s Situation) *Refusal {
		a, ok := it.of(s.Actor.Unit)
		if !ok {
			return refuse("assignment.none", "这一件没有交给您单位。")
		}
		for _, st := range states {
			if a.State == st {
				return nil
			}
		}
		return refuse("assignment.state", "您单位这一份现在是“%s”，不能这样做。", a.State.Zh())
	}
}

// RequestReturn says that it is not the duty of the unit (申请退单); its deputy signs for the
// request, which the liaison prepares. With grounds, basis and the
// unit whose duty it is. Once per unit and item; the clock keeps running.
type RequestReturn struct {
	Grounds   string      `json:"grounds" zh:"理由" need:"1" max:"200"`
	Basis     string      `json:"basis" zh:"依据" need:"1" max:"200" hint:"哪个文件、哪一条，或三定方案。"`
	Suggested events.Unit `json:"suggested" zh:"该谁办" need:"1"`
}

func (c RequestReturn) name() string { return "request_return" }

func mayReturn(it *Item, s Situation) *Refusal {
	a, ok := it.of(s.Actor.Unit)
	switch {
	case !ok:
		return refuse("assignment.none", "这一件没有交给您单位。")
	case a.State != events.PartIssued && a.State != events.PartSigned:
		return refuse("request_return.state", "您单位这一份现在是“%s”，只有待签收、已签收时能退单。", a.State.Zh())
	case it.ReturnsBy[s.Actor.Unit.ID] >= 1:
		return refuse("request_return.once", "您单位已经退过一次，一件只能退一次。")
	}
	if l := it.limitOf(events.StageReturn, a.ID, it.IssuedOn[a.ID], s); s.over(l) {
		return refuse("request_return.late", "退单要在交办后 %s内提出，%s 已过。", ruleZh(l.Rule), l.Due)
	}
	return nil
}

func (c RequestReturn) decide(it *Item, s Situation) ([]events.Event, error) {
	a, _ := it.of(s.Actor.Unit)
	if c.Suggested.ID == s.Actor.Unit.ID {
		return nil, refuseAt("suggested", "request_return.suggested", "该谁办：不能还是您单位。")
	}
	return []events.Event{events.ReturnRequested{Assignment: a.ID, Grounds: c.Grounds, Basis: c.Basis, Suggested: c.Suggested}}, nil
}

// UpholdReturn takes the assignment from the unit (同意退单).
type UpholdReturn struct {
	Assignment string `json:"assignment" zh:"哪一份" max:"40"`
	Reason     string `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c UpholdReturn) name() string { return "uphold_return" }

func (c UpholdReturn) decide(it *Item, s Situation) ([]events.Event, error) {
	a, r := it.returned("uphold_return", c.Assignment)
	if r != nil {
		return nil, r
	}
	out := []events.Event{events.ReturnUpheld{Assignment: a.ID, Reason: c.Reason}}
	if a.Part == events.Lead {
		out = append(out, events.ItemUnassigned{Reason: c.Reason})
		for _, x := range it.live() { // a new assignment starts from nothing: co-units go with their lead
			if x.ID != a.ID {
				out = append(out, events.ReturnUpheld{Assignment: x.ID, Reason: "主办退单，重新交办"})
			}
		}
	}
	return out, nil
}

// returned finds the assignment that waits for a decision on its return; with no id given,
// the only one.
func (it *Item) returned(command, id string) (events.Assignment, *Refusal) {
	for _, a := range it.live() {
		if (id == "" || a.ID == id) && a.State == events.PartReturnRequested {
			return a, nil
		}
	}
	return events.Assignment{}, refuseAt("assignment", command+".none", "哪一份：没有等着审的退单。")
}

func returnOpen(it *Item, s Situation) *Refusal {
	if _, r := it.returned("return", ""); r != nil {
		return refuse("return.none", "现在没有等着审的退单。")
	}
	if s.Actor.ID == it.AssignedBy {
		return refuse("return.own_dispatch", "这一件是您交办的，退单要由另一位交办员来审。")
	}
	return nil
}

func returnOpenFirst(it *Item, s Situation) *Refusal {
	if r := returnOpen(it, s); r != nil {
		return r
	}
	if n := SettingsOf(it.Preset).Returns; it.Returned >= n {
		return refuse("return.arbitrate", "这一件已退单 %d 次，要提交职责裁定，不再同意或驳回。", it.Returned)
	}
	return nil
}

// RejectReturn leaves the assignment with the unit, signed by force (驳回退单).
type RejectReturn struct {
	Assignment string `json:"assignment" zh:"哪一份" max:"40"`
	Reason     string `json:"reason" zh:"理由" need:"1" max:"200"`
}

func (c RejectReturn) name() string { return "reject_return" }

func (c RejectReturn) decide(it *Item, _ Situation) ([]events.Event, error) {
	a, r := it.returned("reject_return", c.Assignment)
	if r != nil {
		return nil, r
	}
	return []events.Event{events.ReturnRejected{Assignment: a.ID, Reason: c.Reason}}, nil
}

// OpenArbitration hands the question of duty to those who define duties (国办函〔2025〕66号).
type OpenArbitration struct {
	Body string `json:"body" zh:"由谁裁定" need:"1" max:"40" hint:"编办、司法局，或领导小组。"`
}

func (c OpenArbitration) name() string { return "open_arbitration" }

func (c OpenArbitration) decide(it *Item, _ Situation) ([]events.Event, error) {
	a, r := it.returned("open_arbitration", "")
	if r != nil {
		return nil, r
	}
	return []events.Event{events.ArbitrationOpened{Assignment: a.ID, Body: c.Body}}, nil
}

func (it *Item) arbitrated() (events.Assignment, bool) {
	for _, a := range it.live() {
		if a.State == events.PartArbitration {
			return a, true
		}
	}
	return events.Assignment{}, false
}

func inArbitration(it *Item, _ Situation) *Refusal {
	if _, ok := it.arbitrated(); !ok {
		return refuse("decide_arbitration.none", "现在没有在裁定的职责争议。")
	}
	return nil
}

// DecideArbitration says whose duty it is, for good.
type DecideArbitration struct {
	Unit  events.Unit `json:"unit" zh:"该谁办" need:"1"`
	Basis string      `json:"basis" zh:"依据" need:"1" max:"200"`
}

func (c DecideArbitration) name() string { return "decide_arbitration" }

func (c DecideArbitration) decide(it *Item, s Situation) ([]events.Event, error) {
	a, _ := it.arbitrated()
	if r := it.mayHandle("unit", "decide_arbitration", c.Unit); r != nil {
		return nil, r
	}
	if x, has := it.of(c.Unit); has && x.ID != a.ID {
		return nil, refuseAt("unit", "decide_arbitration.twice", "该谁办：%s已经在办这一件。", c.Unit.Name)
	}
	e := events.ArbitrationDecided{Assignment: a.ID, Unit: c.Unit, Basis: c.Basis}
	if own := it.ownClock(s); c.Unit.ID != a.Unit.ID && a.Part == events.Lead && own.Due.After(a.Due) {
		e.Clock = own
	}
	return []events.Event{e}, nil
}
