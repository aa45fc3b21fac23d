package domain

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"xiaohao/domain/rights"
	"xiaohao/events"
)

var short = map[events.State]string{
	events.Registered: "reg", events.ReturnedForInfo: "inf", events.NotAccepted: "not", events.Merged: "mer", events.Answered: "ans",
	events.Accepted: "acc", events.InProgress: "pro", events.Rectified: "rec", events.UnderVerification: "ver", events.InPublicity: "pub",
	events.Closed: "clo", events.Standing: "sta", events.SuspendedAccount: "sus", events.Terminated: "ter", events.Archived: "arc",
}

// suited tries a command by everybody and returns the facts of the first who may, else
// the refusal that says most: one of the item, not of the person.
func suited(t *testing.T, s *story, c Command) ([]events.Event, *Refusal) {
	t.Helper()
	var best *Refusal
	for _, a := range everybody {
		facts, err := s.decide(a, c)
		if err == nil {
			return facts, nil
		}
		rs := RefusalsOf(err)
		if len(rs) == 0 {
			t.Fatalf("%s gives an error that is no refusal: %v", c.name(), err)
		}
		weight := func(r *Refusal) int { // how much it says about the item
			switch {
			case strings.HasSuffix(r.Rule, ".role"):
				return 0
			case strings.HasSuffix(r.Rule, ".scope"), r.Rule == "assignment.none":
				return 1
			}
			return 2
		}
		if best == nil || weight(rs[0]) > weight(best) {
			best = rs[0]
		}
	}
	return nil, best
}

// Every command in every state, given by whoever suits, is allowed or names its rule.
func TestMatrix(t *testing.T) {
	var b strings.Builder
	b.WriteString("State × command, each by a suitable person with valid input. “.” not in this state; “ok” allowed, the state stays;\n" +
		"“→acc” allowed, the item is in that state afterwards; a digit is the rule at the end of the line.\n\n")
	fmt.Fprintf(&b, "%-20s", "")
	for _, st := range events.States {
		fmt.Fprintf(&b, " %-5s", short[st])
	}
	b.WriteString("\n")
	for _, sp := range specs {
		if sp.Starts {
			continue
		}
		fmt.Fprintf(&b, "%-20s", sp.Name)
		var notes []string
		for _, st := range events.States {
			s := representatives[st](t)
			c := sample(sp.Name, s.it, s.today(), func(int) int { return 0 })
			if c == nil {
				t.Fatalf("no sample of %s", sp.Name)
			}
			facts, r := suited(t, s, c)
			cell := "ok"
			switch {
			case r != nil && r.Rule == sp.Name+".state":
				cell = "."
			case r != nil:
				if !slices.Contains(notes, r.Rule) {
					notes = append(notes, r.Rule)
				}
				cell = fmt.Sprint(slices.Index(notes, r.Rule) + 1)
			default:
				for _, e := range facts {
					if to, ok := events.StateAfter(e); ok {
						cell = "→" + short[to]
					}
				}
			}
			if listed := slices.Contains(sp.From, st); listed == (cell == ".") {
				t.Errorf("%s in %s: listed %v, but the matrix says %q", sp.Name, st, listed, cell)
			}
			fmt.Fprintf(&b, " %s%s", cell, strings.Repeat(" ", 5-len([]rune(cell))))
		}
		for i, n := range notes {
			fmt.Fprintf(&b, " %d=%s", i+1, n)
		}
		b.WriteString("\n")
	}
	golden(t, "matrix.golden", trimLines(b.String()))
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// Who may give which command, and whether it is narrowed to a unit or a person.
func TestWhoMay(t *testing.T) {
	abbr := map[events.Role]string{events.Intake: "intk", events.Dispatcher: "disp", events.UnitLiaison: "lias", events.Handler: "hand",
		events.UnitDeputy: "dept", events.UnitHead: "head", events.SectorAuthority: "sect", events.Supervisor: "supv", events.LeaderRole: "lead",
		events.Witness: "witn", events.Petitioner: "peti", events.Publisher: "publ", events.Auditor: "audi",
		events.SystemAdmin: "sysa", events.SecurityAdmin: "seca", events.AuditAdmin: "auda", events.System: "syst"}
	scopes := map[rights.Scope]string{rights.OwnUnit: "own unit", rights.LeadOnly: "lead unit", rights.CoOnly: "co-unit", rights.NotUnit: "no handling unit",
		rights.Linked: "linked leader", rights.ByCode: "by code"}
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s", "")
	for _, r := range events.Roles {
		fmt.Fprintf(&b, " %s", abbr[r])
	}
	b.WriteString("\n")
	for _, sp := range specs {
		fmt.Fprintf(&b, "%-20s", sp.Name)
		for _, r := range events.Roles {
			mark := "."
			if slices.Contains(sp.Roles, r) {
				mark = "x"
			}
			fmt.Fprintf(&b, " %-4s", mark)
		}
		fmt.Fprintf(&b, " %s\n", scopes[sp.Scope])
	}
	golden(t, "roles.golden", trimLines(b.String()))
}

// The table itself: names, titles, constructors, roles; the auditor changes nothing; unit
// staff have no way to evaluations, verification, publication and closing.
func TestSpecs(t *testing.T) {
	seen := map[string]bool{}
	for _, sp := range Specs() {
		if seen[sp.Name] || sp.Title == "" || len(sp.Roles) == 0 || (len(sp.From) == 0) != sp.Starts {
			t.Errorf("row of %q is not whole", sp.Name)
		}
		seen[sp.Name] = true
		if c := sp.New(); Name(c) != sp.Name {
			t.Errorf("%s makes a %s", sp.Name, Name(c))
		}
		if slices.Contains(sp.Roles, events.Auditor) {
			t.Errorf("the auditor may %s", sp.Name)
		}
		for i, st := range sp.From {
			if slices.Contains(sp.From[:i], st) {
				t.Errorf("%s lists %s twice", sp.Name, st)
			}
		}
		if slices.Contains([]string{"evaluate", "close", "check_site", "release", "draft_public_text", "open_publicity", "order_redo",
			"decide_exemption", "pass_look_back", "issue_reply", "grant_extension", "withdraw"}, sp.Name) {
			for _, r := range rights.UnitStaff {
				if slices.Contains(sp.Roles, r) {
					t.Errorf("%s may %s", r, sp.Name)
				}
			}
		}
	}
	if _, ok := SpecOf("no_such"); ok {
		t.Error("an unknown command has a spec")
	}
}

// What a page is told about a command is what a decision says: Actions lists exactly the
// commands of the role, each with the refusal that Decide would give first.
func TestActionsAgreeWithDecide(t *testing.T) {
	for _, st := range events.States {
		s := representatives[st](t)
		for _, a := range everybody {
			for _, act := range Actions(s.it, s.situation(a)) {
				if !slices.Contains(act.Spec.Roles, a.Role) {
					t.Errorf("%s is offered %s", a.Role, act.Spec.Name)
				}
				_, err := s.decide(a, sample(act.Spec.Name, s.it, s.today(), func(int) int { return 0 }))
				rs := RefusalsOf(err)
				if act.Refused != nil && (len(rs) == 0 || rs[0].Rule != act.Refused.Rule) {
					t.Errorf("%s by %s in %s: the page says %s, the decision %v", act.Spec.Name, a.ID, st, act.Refused.Rule, err)
				}
			}
		}
	}
}

// Every state that is not an end has an owner who can do something there, and an exit.
func TestOwnerAndExit(t *testing.T) {
	for _, st := range events.States {
		owners, exit, active := Owner(st), false, false
		s := representatives[st](t).wait(12)
		for _, a := range everybody {
			for _, act := range Actions(s.it, s.situation(a)) {
				facts, err := s.decide(a, sample(act.Spec.Name, s.it, s.today(), func(int) int { return 0 }))
				if err != nil {
					continue
				}
				active = active || slices.Contains(owners, a.Role)
				for _, e := range facts {
					_, moves := events.StateAfter(e)
					exit = exit || moves
				}
			}
		}
		if Terminal(st) != (len(owners) == 0) {
			t.Errorf("%s: terminal %v, owners %v", st, Terminal(st), owners)
		}
		if !Terminal(st) && (!exit || !active) {
			t.Errorf("%s: an exit %v, an owner who can act %v", st, exit, active)
		}
	}
}

// Every command × role has its verdict, and the decision keeps it: whom the table does not
// name is refused because of his role, whom it names never for that.
func TestVerdicts(t *testing.T) {
	for _, sp := range specs {
		st := events.Registered
		if !sp.Starts {
			st = sp.From[0]
		}
		s := representatives[st](t)
		for _, role := range events.Roles {
			for _, u := range append(units, events.Unit{}) {
				a := person("somebody", role, u)
				var c Command = Raise{Text: "路灯不亮"}
				if !sp.Starts {
					c = sample(sp.Name, s.it, s.today(), func(int) int { return 0 })
				}
				_, err := s.decide(a, c)
				rs := RefusalsOf(err)
				byRole := len(rs) > 0 && rs[0].Rule == sp.Name+".role"
				if byRole == slices.Contains(sp.Roles, role) {
					t.Errorf("%s by %s of %q: the table says %v, the decision %v", sp.Name, role, u.ID, !byRole, err)
				}
			}
		}
	}
}
