package rights_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"xiaohao/domain"
	"xiaohao/domain/account"
	"xiaohao/domain/almanac"
	"xiaohao/domain/directory"
	"xiaohao/domain/rights"
	"xiaohao/domain/rulebook"
	"xiaohao/events"
)

var update = flag.Bool("update", false, "write docs/permissions.md anew")

const page = "../../docs/permissions.md"

// TestPermissionsPage holds docs/permissions.md to the table.
func TestPermissionsPage(t *testing.T) {
	got := permissions()
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("docs/permissions.md is stale: go test ./domain/rights -update writes it")
	}
}

func permissions() string {
	var b strings.Builder
	b.WriteString("# 谁能做什么，谁能看什么\n\n这一页由权限表生成（`go test ./domain/rights -update`），与程序里执行的是同一张表。没有列出的角色就不能做、不能看。\n\n## 做\n\n| 操作 | 命令 | 谁 | 范围 |\n|---|---|---|---|\n")
	for _, r := range rights.Rules() {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", titles()[r.Command], r.Command, names(r.Roles), r.Scope.Zh())
	}
	b.WriteString("\n同一件事的签批，一人只签一步；办这件事的单位不签核查和销号；拟稿的人不能批自己的稿；举报不交给被反映的单位，被反映的单位和人看不到这一件。\n\n## 看\n\n| 看什么 | 谁 |\n|---|---|\n")
	for _, v := range rights.Views() {
		var who []string
		for _, reach := range []rights.Reach{rights.All, rights.Leads, rights.Ordinary, rights.OwnUnits, rights.ByCodes} {
			var roles []events.Role
			for _, r := range events.Roles {
				if v.Of(r) == reach {
					roles = append(roles, r)
				}
			}
			if len(roles) > 0 {
				who = append(who, names(roles)+"："+reach.Zh())
			}
		}
		fmt.Fprintf(&b, "| %s | %s |\n", v.Zh(), strings.Join(who, "；"))
	}
	return b.String()
}

// titles are the words of every command there is.
func titles() map[string]string {
	out := map[string]string{}
	for _, sp := range domain.Specs() {
		out[sp.Name] = sp.Title
	}
	for _, sp := range directory.Specs() {
		out[sp.Name] = sp.Title
	}
	for _, sp := range account.Specs() {
		out[sp.Name] = sp.Title
	}
	maps.Copy(out, almanac.Titles)
	maps.Copy(out, rulebook.Titles)
	return out
}

func names(roles []events.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = r.Zh()
	}
	return strings.Join(words, "、")
}

// TestTable holds the table whole: a row for each command that there is and for no other,
// known roles only, nobody twice; the auditor and the administrators do nothing to items.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rights.Rules() {
		if titles()[r.Command] == "" || seen[r.Command] {
			t.Errorf("%s: no such command, or twice", r.Command)
		}
		seen[r.Command] = true
		for i, role := range r.Roles {
			if !slices.Contains(events.Roles, role) || slices.Contains(r.Roles[:i], role) {
				t.Errorf("%s: role %s", r.Command, role)
			}
			if _, ofItem := domain.SpecOf(r.Command); ofItem && (role == events.Auditor || slices.Contains(events.Administrators, role)) {
				t.Errorf("%s may %s", role, r.Command)
			}
		}
	}
	for name := range titles() {
		if !seen[name] {
			t.Errorf("%s has no row", name)
		}
	}
	if _, ok := rights.Of("no_such"); ok {
		t.Error("an unknown command has a rule")
	}
}

// TestSight walks every role over the items that must be kept from some eyes.
func TestSight(t *testing.T) {
	ordinary := rights.Matter{Class: events.Ordinary, Units: []string{"a"}, Had: []string{"a", "gone"}, Leader: "l1"}
	conduct := rights.Matter{Class: events.Conduct, Units: []string{"a"}, Had: []string{"a", "gone"}, Leader: "l1", Complained: []string{"b", "p"}}
	stability := rights.Matter{Class: events.Stability, Leader: "l1"}
	for _, c := range []struct {
		role       events.Role
		unit, id   string
		o, con, st bool
	}{
		{events.Dispatcher, "office", "d", true, true, true},
		{events.Dispatcher, "office", "p", true, false, true}, // complained of himself
		{events.Dispatcher, "b", "d", true, false, true},      // of the unit complained of
		{events.Supervisor, "", "s", true, true, true},
		{events.Auditor, "", "x", true, true, true},
		{events.LeaderRole, "", "l1", true, true, true},
		{events.LeaderRole, "", "l2", true, false, false},
		{events.LeaderRole, "b", "l1", true, false, true},
		{events.Intake, "", "i", true, false, false},
		{events.Publisher, "", "i", true, false, false},
		{events.Witness, "", "i", true, false, false},
		{events.SectorAuthority, "z", "i", true, false, false},
		{events.Handler, "a", "h", true, true, false},
		{events.Handler, "a", "p", true, false, false},
		{events.UnitHead, "b", "h", false, false, false},
		{events.UnitHead, "gone", "h", true, false, false}, // it gave its part back
		{events.UnitHead, "", "h", false, false, false},    // a unit role without a unit sees nothing
		{events.SystemAdmin, "", "a", false, false, false},
		{events.SecurityAdmin, "", "a", false, false, false},
		{events.AuditAdmin, "", "a", false, false, false},
		{events.Petitioner, "", "", false, false, false},
	} {
		s := rights.SightOf(events.Actor{ID: c.id, Role: c.role, Unit: events.Unit{ID: c.unit, Name: c.unit}}, nil)
		if c.unit == "" {
			s = rights.SightOf(events.Actor{ID: c.id, Role: c.role}, nil)
		}
		if s.Sees(ordinary) != c.o || s.Sees(conduct) != c.con || s.Sees(stability) != c.st {
			t.Errorf("%s %s %s: sees %v %v %v", c.role, c.unit, c.id, s.Sees(ordinary), s.Sees(conduct), s.Sees(stability))
		}
	}
	below := rights.SightOf(events.Actor{Role: events.UnitHead, Unit: events.Unit{ID: "up", Name: "up"}}, []string{"a"})
	if !below.Sees(ordinary) {
		t.Error("a unit does not see what the units below it do")
	}
}

// TestViews holds that every view has words and that none is open to a role nobody knows.
func TestViews(t *testing.T) {
	for _, v := range rights.Views() {
		if v.Zh() == string(v) || v.May("NOBODY") {
			t.Errorf("view %s", v)
		}
	}
	if rights.View("no_such").May(events.Dispatcher) {
		t.Error("an unknown view is open")
	}
}

func BenchmarkSees(b *testing.B) {
	s := rights.SightOf(events.Actor{ID: "h", Role: events.Handler, Unit: events.Unit{ID: "a", Name: "a"}}, []string{"b", "c"})
	m := rights.Matter{Class: events.Conduct, Units: []string{"c"}, Complained: []string{"x"}}
	for b.Loop() {
		if !s.Sees(m) {
			b.Fatal("not seen")
		}
	}
}
