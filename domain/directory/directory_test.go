package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/events/journal/memory"
	"xiaohao/events/roster"
	vaultmemory "xiaohao/events/vault/memory"
)

var (
	system   = events.Actor{ID: "xiaohao", Role: events.System, Post: "系统"}
	keeper   = events.Actor{ID: "admin", Role: events.SystemAdmin, Post: "系统管理员"}
	guard    = events.Actor{ID: "guard", Role: events.SecurityAdmin, Post: "安全管理员"}
	today    = events.NewDate(2026, time.March, 10)
	tomorrow = today.AddDays(1)
)

// office is a directory in memory to try commands on.
type place struct {
	t    *testing.T
	log  *memory.Journal
	desk *Desk
}

func newOffice(t *testing.T) *place {
	log := memory.New()
	o := &place{t: t, log: log, desk: &Desk{Journal: log, Vault: vaultmemory.New(), Now: func() time.Time { return today.Time().Add(9 * time.Hour) }}}
	for _, c := range []Command{
		PutUnit{ID: "gov", Name: "增口乡", Level: events.Township, Type: events.TerritorialUnit, From: today.AddDays(-400)},
		PutUnit{ID: "traffic", Name: "交通局", Level: events.CountyLevel, Type: events.DepartmentUnit, From: today.AddDays(-400)},
		PutOfficer{ID: "zhang", Name: "张三", Phone: "13800001234"},
		PutOfficer{ID: "li", Name: "李四"},
		TakePost{Officer: "zhang", Unit: "traffic", Role: events.UnitHead, Title: "局长", From: today.AddDays(-300)},
		TakePost{Officer: "li", Unit: "traffic", Role: events.UnitDeputy, Title: "副局长", From: today.AddDays(-300)},
	} {
		o.do(c)
	}
	return o
}

// give gives a command and returns the facts it left.
func (o *place) give(a events.Actor, c Command) (string, error) {
	rc, err := o.desk.Do(o.t.Context(), Order{ID: uuid.New(), Command: c, Actor: a})
	return strings.Join(rc.Facts, " "), err
}

func (o *place) do(c Command) string {
	o.t.Helper()
	facts, err := o.give(system, c)
	if err != nil {
		o.t.Fatalf("%s: %v", Name(c), err)
	}
	return facts
}

func (o *place) roster() *roster.Roster {
	o.t.Helper()
	var facts []roster.Fact
	stop := errors.New("read")
	last, err := o.log.Last(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	err = o.log.Follow(o.t.Context(), 0, func(batch []events.Recorded, behind uint64) error {
		for _, c := range batch {
			for _, e := range c.Events {
				facts = append(facts, roster.Fact{Entry: c.Item.String(), Event: e})
			}
			if c.Sequence == last {
				return stop
			}
		}
		return nil
	})
	if !errors.Is(err, stop) {
		o.t.Fatal(err)
	}
	return new(roster.Roster).With(facts...)
}

// Every command brings the entry to what it says, and a second time leaves nothing.
func TestCommands(t *testing.T) {
	for name, tc := range map[string]struct {
		before []Command
		c      Command
		want   string
	}{
		"new unit":      {nil, PutUnit{Name: "水利站", Level: events.Township, Type: events.DepartmentUnit, Parent: "gov"}, "unit.added"},
		"rename":        {nil, PutUnit{ID: "traffic", Name: "交通运输局", Level: events.CountyLevel, Type: events.DepartmentUnit}, "unit.renamed"},
		"move":          {nil, PutUnit{ID: "traffic", Name: "交通局", Level: events.CountyLevel, Type: events.DepartmentUnit, Parent: "gov"}, "unit.moved"},
		"classify":      {nil, PutUnit{ID: "gov", Name: "增口乡", Level: events.Township, Type: events.TerritorialUnit, Area: "增口乡"}, "unit.classified"},
		"all at once":   {nil, PutUnit{ID: "traffic", Name: "交运局", Level: events.Township, Type: events.DepartmentUnit, Parent: "gov"}, "unit.renamed unit.moved unit.classified"},
		"close":         {nil, CloseUnit{ID: "traffic", Successor: "gov"}, "unit.closed"},
		"reopen":        {[]Command{CloseUnit{ID: "gov"}}, ReopenUnit{ID: "gov"}, "unit.reopened"},
		"new officer":   {nil, PutOfficer{ID: "wang", Name: "王五"}, "officer.added"},
		"other phone":   {nil, PutOfficer{ID: "zhang", Name: "张三", Phone: "13900000000"}, "officer.described"},
		"dismiss":       {nil, DismissOfficer{ID: "zhang"}, "officer.left"},
		"return":        {[]Command{DismissOfficer{ID: "zhang"}}, ReturnOfficer{ID: "zhang"}, "officer.returned"},
		"second post":   {nil, TakePost{Officer: "zhang", Unit: "gov", Role: events.LeaderRole, Title: "副乡长", Rank: "副科"}, "post.taken"},
		"end of a post": {nil, TakePost{Officer: "zhang", Unit: "traffic", Role: events.UnitHead, Title: "局长", Until: today.AddDays(30)}, "post.left"},
		"other rank":    {nil, TakePost{Officer: "zhang", Unit: "traffic", Role: events.UnitHead, Title: "局长", Rank: "正科"}, "post.left post.taken"},
		"delegate":      {nil, Delegate{Officer: "zhang", To: "li", Until: today.AddDays(5), Reason: "出差"}, "delegation.given"},
		"new ledger":    {nil, PutLedger{ID: "l2026", Name: "2026年整改台账", Preset: events.CountyLedger, Office: "gov"}, "ledger.added"},
		"rename ledger": {[]Command{PutLedger{ID: "l", Name: "甲", Preset: events.CountyLedger}}, PutLedger{ID: "l", Name: "乙", Preset: events.CountyLedger}, "ledger.changed"},
		"close ledger":  {[]Command{PutLedger{ID: "l", Name: "甲", Preset: events.CountyLedger}}, CloseLedger{ID: "l"}, "ledger.closed"},
		"open ledger":   {[]Command{PutLedger{ID: "l", Name: "甲", Preset: events.CountyLedger}, CloseLedger{ID: "l"}}, ReopenLedger{ID: "l"}, "ledger.reopened"},
		"duty":          {nil, PutDuty{Category: "公交", Unit: "traffic"}, "duty.assigned"},
		"withdraw duty": {[]Command{PutDuty{Category: "公交", Unit: "traffic"}}, WithdrawDuty{Category: "公交"}, "duty.withdrawn"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			for _, c := range tc.before {
				o.do(c)
			}
			if got := o.do(tc.c); got != tc.want {
				t.Errorf("left %q, want %q", got, tc.want)
			}
			if again := o.do(tc.c); again != "" {
				t.Errorf("the second time left %q", again)
			}
		})
	}
}

// What may not be is refused by a rule with a sentence, and nothing is written.
func TestRefusals(t *testing.T) {
	long := strings.Repeat("长", 41)
	for _, tc := range []struct {
		rule  string
		actor events.Actor
		c     Command
	}{
		{"put_unit.role", events.Actor{ID: "x", Role: events.Dispatcher}, PutUnit{Name: "甲"}},
		{"put_unit.missing", system, PutUnit{Level: events.Township, Type: events.OfficeUnit}},
		{"put_unit.too_long", system, PutUnit{ID: "x", Name: long, Level: events.Township, Type: events.OfficeUnit}},
		{"put_unit.text", system, PutUnit{ID: "x", Name: "甲\x00", Level: events.Township, Type: events.OfficeUnit}},
		{"put_unit.id", system, PutUnit{ID: "a/b", Name: "甲", Level: events.Township, Type: events.OfficeUnit}},
		{"put_unit.choice", system, PutUnit{Name: "甲", Level: "GALAXY", Type: events.OfficeUnit}},
		{"put_unit.parent.unknown", system, PutUnit{Name: "甲", Level: events.Township, Type: events.OfficeUnit, Parent: "nobody"}},
		{"put_unit.ring", system, PutUnit{ID: "gov", Name: "增口乡", Level: events.Township, Type: events.TerritorialUnit, Parent: "gov"}},
		{"close_unit.unknown", system, CloseUnit{ID: "nobody"}},
		{"close_unit.itself", system, CloseUnit{ID: "gov", Successor: "gov"}},
		{"put_officer.missing", system, PutOfficer{ID: "x"}},
		{"dismiss_officer.own", guard, DismissOfficer{ID: "guard"}},
		{"take_post.unknown", system, TakePost{Officer: "nobody", Unit: "gov", Role: events.Handler}},
		{"take_post.unit.unknown", system, TakePost{Officer: "li", Unit: "nobody", Role: events.Handler}},
		{"take_post.choice", system, TakePost{Officer: "li", Unit: "gov", Role: events.Petitioner}},
		{"take_post.missing", system, TakePost{Officer: "li", Unit: "gov", Role: events.LeaderRole}},
		{"take_post.order", system, TakePost{Officer: "li", Unit: "gov", Role: events.Handler, From: today, Until: today.AddDays(-1)}},
		{"take_post.administrator", keeper, TakePost{Officer: "li", Unit: "gov", Role: events.AuditAdmin}},
		{"take_post.own", guard, TakePost{Officer: "guard", Unit: "gov", Role: events.SecurityAdmin}},
		{"take_post.apart", guard, TakePost{Officer: "root", Unit: "gov", Role: events.AuditAdmin}},
		{"delegate.administrator", events.Actor{ID: "root"}, Delegate{Officer: "root", To: "li", Until: today, Reason: "休假"}},
		{"delegate.role", events.Actor{ID: "li", Role: events.UnitDeputy}, Delegate{Officer: "zhang", To: "li", Until: today, Reason: "出差"}},
		{"delegate.itself", system, Delegate{Officer: "zhang", To: "zhang", Until: today, Reason: "出差"}},
		{"delegate.unknown", system, Delegate{Officer: "zhang", To: "nobody", Until: today, Reason: "出差"}},
		{"delegate.long", system, Delegate{Officer: "zhang", To: "li", Until: today.AddDays(180), Reason: "出差"}},
		{"delegate.order", system, Delegate{Officer: "zhang", To: "li", Until: today.AddDays(-1), Reason: "出差"}},
		{"delegate.past", system, Delegate{Officer: "zhang", To: "li", From: today.AddDays(-1), Until: today, Reason: "出差"}},
		{"delegate.post", system, Delegate{Officer: "zhang", To: "li", Post: "no", Until: today, Reason: "出差"}},
		{"delegate.no_post", system, Delegate{Officer: "guard", To: "li", From: today.AddDays(1), Until: tomorrow, Reason: "出差"}},
		{"withdraw_delegation.unknown", system, WithdrawDelegation{Officer: "zhang", ID: "no"}},
		{"put_ledger.choice", system, PutLedger{ID: "l", Name: "甲", Preset: "NONE"}},
		{"put_duty.unit.unknown", system, PutDuty{Category: "公交", Unit: "nobody"}},
		{"withdraw_duty.unknown", system, WithdrawDuty{Category: "公交"}},
	} {
		t.Run(tc.rule, func(t *testing.T) {
			o := newOffice(t)
			o.do(PutOfficer{ID: "root", Name: "管"})
			o.do(PutOfficer{ID: "guard", Name: "安"})
			o.do(TakePost{Officer: "root", Unit: "gov", Role: events.SystemAdmin})
			before, _ := o.log.Last(t.Context())
			_, err := o.give(tc.actor, tc.c)
			rs := domain.RefusalsOf(err)
			if len(rs) == 0 || rs[0].Rule != tc.rule {
				t.Fatalf("got %v, want %s", err, tc.rule)
			}
			for _, r := range rs {
				if !strings.HasSuffix(r.Message, "。") {
					t.Errorf("%q is not a sentence", r.Message)
				}
			}
			if after, _ := o.log.Last(t.Context()); after != before {
				t.Error("refused, yet something was written")
			}
		})
	}
}

// Facts hold by day: names, the tree, posts, ranks and delegations as they were.
func TestOverTime(t *testing.T) {
	o := newOffice(t)
	o.do(PutUnit{ID: "traffic", Name: "交通运输局", Level: events.CountyLevel, Type: events.DepartmentUnit, Parent: "gov", From: today})
	o.do(CloseUnit{ID: "gov", On: today.AddDays(50)})
	o.do(TakePost{Officer: "zhang", Unit: "gov", Role: events.LeaderRole, Title: "副乡长", Rank: "副科", From: today.AddDays(-100)})
	o.do(TakePost{Officer: "zhang", Unit: "gov", Role: events.LeaderRole, Title: "副乡长", Rank: "正科", From: today})
	o.do(Delegate{Officer: "zhang", To: "li", From: tomorrow, Until: tomorrow, Reason: "出差"})
	r := o.roster()
	yesterday := today.AddDays(-1)
	if a, b := r.Ref("traffic", yesterday).Name, r.Ref("traffic", today).Name; a != "交通局" || b != "交通运输局" {
		t.Errorf("names %s, %s", a, b)
	}
	if r.Within("traffic", "gov", yesterday) || !r.Within("traffic", "gov", today) {
		t.Error("the tree is not as of the day")
	}
	if u := r.Unit("gov"); !u.On(today.AddDays(49)).Open || u.On(today.AddDays(50)).Open {
		t.Error("closed on the wrong day")
	}
	if a, _ := r.Leader("zhang", yesterday); a.Rank != "副科" {
		t.Errorf("leader yesterday: %+v", a)
	}
	if a, _ := r.Leader("zhang", today); a.Rank != "正科" || a.Post != "副乡长" {
		t.Errorf("leader today: %+v", a)
	}
	if n := len(r.Hats("li", today)); n != 1 {
		t.Errorf("%d hats before the delegation", n)
	}
	hats := r.Hats("li", tomorrow)
	if len(hats) != 3 || hats[1].Actor.ID != "li" || hats[1].Actor.Delegation.Of != "zhang" || hats[1].Actor.Role != events.UnitHead {
		t.Errorf("hats under the delegation: %+v", hats)
	}
	if n := len(r.Hats("li", tomorrow.AddDays(1))); n != 1 {
		t.Errorf("%d hats after the delegation", n)
	}
	o.do(WithdrawDelegation{Officer: "zhang", ID: hats[1].Actor.Delegation.ID})
	if n := len(o.roster().Hats("li", tomorrow)); n != 1 {
		t.Errorf("%d hats after it was withdrawn", n)
	}
	o.do(DismissOfficer{ID: "zhang", On: tomorrow})
	r = o.roster()
	if len(r.Hats("zhang", today)) != 2 || len(r.Hats("zhang", tomorrow)) != 0 {
		t.Error("posts do not end with leaving")
	}
}

// The narrowest line of the catalogue that names a unit which stands is suggested.
func TestSuggest(t *testing.T) {
	o := newOffice(t)
	o.do(PutDuty{Category: "民生", Unit: "gov", From: today})
	o.do(PutDuty{Category: "公交", Unit: "traffic", From: today})
	o.do(PutDuty{Category: "公交", Area: "江山村", Unit: "gov", From: today})
	r := o.roster()
	for _, tc := range []struct{ category, category2, area, want string }{
		{"民生", "饮水", "", "gov"}, {"民生", "公交", "", "traffic"}, {"民生", "公交", "增口乡江山村", "gov"}, {"四风", "", "增口乡", ""},
	} {
		if u, _ := r.Suggest(tc.category, tc.category2, tc.area, today); u.ID != tc.want {
			t.Errorf("%+v: %s", tc, u.ID)
		}
	}
	if u, ok := r.Suggest("民生", "", "", today.AddDays(-1)); ok {
		t.Errorf("before it began: %s", u.ID)
	}
	o.do(CloseUnit{ID: "traffic", On: today})
	if u, _ := o.roster().Suggest("民生", "公交", "", today); u.ID != "gov" {
		t.Errorf("of a closed unit: %s", u.ID)
	}
}

// One command id is carried out once, and an officer delegates without any office.
func TestRepeatedAndOwn(t *testing.T) {
	o := newOffice(t)
	order := Order{ID: uuid.New(), Command: PutOfficer{ID: "wang", Name: "王五"}, Actor: system}
	first, err := o.desk.Do(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	o.do(PutOfficer{ID: "wang", Name: "王六"})
	if again, err := o.desk.Do(t.Context(), order); err != nil || again.Sequence != first.Sequence {
		t.Errorf("again: %+v, %v", again, err)
	}
	own := events.Actor{ID: "zhang", Role: events.UnitHead, Unit: events.Unit{ID: "traffic"}}
	if _, err := o.give(own, Delegate{Officer: "zhang", To: "li", Until: today, Reason: "开会"}); err != nil {
		t.Error(err)
	}
	own.Delegation = events.Delegation{ID: "d", Of: "li"}
	if _, err := o.give(own, Delegate{Officer: "zhang", To: "wang", Until: today, Reason: "开会"}); err == nil {
		t.Error("who acts for another gave a delegation")
	}
}

// conflicted is a log in which somebody else is always faster, a few times.
type conflicted struct {
	*memory.Journal
	left int
}

func (c *conflicted) Append(ctx context.Context, ws ...events.Write) ([]events.Recorded, error) {
	if c.left--; c.left >= 0 {
		return nil, fmt.Errorf("append: %w", events.ErrConflict)
	}
	return c.Journal.Append(ctx, ws...)
}

func TestConflict(t *testing.T) {
	o := newOffice(t)
	log := &conflicted{o.log, 3}
	o.desk.Journal = log
	if got := o.do(PutOfficer{ID: "wang", Name: "王五"}); got != "officer.added" {
		t.Errorf("left %q", got)
	}
	log.left = 1000
	if _, err := o.give(system, PutOfficer{ID: "wang", Name: "王六"}); !errors.Is(err, domain.ErrConflict) {
		t.Errorf("got %v", err)
	}
}

// Every command has its row in the table.
func TestSpecs(t *testing.T) {
	commands := []Command{PutUnit{}, CloseUnit{}, ReopenUnit{}, PutOfficer{}, DismissOfficer{}, ReturnOfficer{}, TakePost{}, LeavePost{},
		Delegate{}, WithdrawDelegation{}, PutLedger{}, CloseLedger{}, ReopenLedger{}, PutDuty{}, WithdrawDuty{}}
	if len(commands) != len(Specs()) {
		t.Errorf("%d commands, %d rows", len(commands), len(Specs()))
	}
	for _, c := range commands {
		if s := SpecOf(c); s.Name != Name(c) || s.Title == "" {
			t.Errorf("%T: %+v", c, s)
		}
		if d, err := Decode(Name(c), []byte("{}")); err != nil || d != c {
			t.Errorf("%s decodes to %#v, %v", Name(c), d, err)
		}
	}
}
