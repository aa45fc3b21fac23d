package domain

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain/calendar"
	"xiaohao/domain/limit"
	"xiaohao/events"
)

var update = flag.Bool("update", false, "write golden files anew")

// golden compares text with a golden file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("no golden file (go test ./domain -update writes it): %v", err)
	}
	if got == string(want) {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(g), len(w)) {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			t.Errorf("%s line %d\n got %s\nwant %s", name, i+1, a, b)
		}
	}
}

// The people and units of the stories.
var (
	bureau = events.Unit{ID: "u0", Name: "区领导小组办公室"}
	unitA  = events.Unit{ID: "ua", Name: "区交通运输局"}
	unitB  = events.Unit{ID: "ub", Name: "区城管局"}
	unitC  = events.Unit{ID: "uc", Name: "区水利局"}
	unitD  = events.Unit{ID: "ud", Name: "前黄镇"}
	sector = events.Unit{ID: "us", Name: "区住建局"}
	units  = []events.Unit{unitA, unitB, unitC, unitD}

	clerk      = person("clerk", events.Intake, bureau)
	office1    = person("office1", events.Dispatcher, bureau)
	office2    = person("office2", events.Dispatcher, bureau)
	office3    = person("office3", events.Dispatcher, bureau)
	super1     = person("super1", events.Supervisor, events.Unit{})
	super2     = person("super2", events.Supervisor, events.Unit{})
	super3     = person("super3", events.Supervisor, events.Unit{})
	leader1    = person("leader1", events.LeaderRole, events.Unit{})
	leader2    = person("leader2", events.LeaderRole, events.Unit{})
	authority  = person("authority", events.SectorAuthority, sector)
	witness    = person("witness", events.Witness, events.Unit{})
	petitioner = person("", events.Petitioner, events.Unit{})
	publisher1 = person("publisher1", events.Publisher, bureau)
	publisher2 = person("publisher2", events.Publisher, bureau)
	auditor    = person("auditor", events.Auditor, events.Unit{})
	system     = person("system", events.System, events.Unit{})
)

func person(id string, r events.Role, u events.Unit) events.Actor {
	return events.Actor{ID: id, Role: r, Unit: u, Post: r.Zh()}
}

func liaison(u events.Unit) events.Actor { return person("liaison-"+u.ID, events.UnitLiaison, u) }
func handler(u events.Unit) events.Actor { return person("handler-"+u.ID, events.Handler, u) }
func deputy(u events.Unit) events.Actor  { return person("deputy-"+u.ID, events.UnitDeputy, u) }
func head(u events.Unit) events.Actor    { return person("head-"+u.ID, events.UnitHead, u) }

// everybody is who takes part, in the order in which a suitable one is looked for.
var everybody = func() []events.Actor {
	out := []events.Actor{office1, office2, office3, clerk, super1, super2, super3, leader1, leader2, authority, witness,
		publisher1, publisher2, petitioner, auditor, system}
	for _, u := range units {
		out = append(out, liaison(u), handler(u), deputy(u), head(u))
	}
	return out
}()

const code = "K8XN3WQF6HRTV"

// monday is when stories begin: 2026-03-02, 9:00 in Beijing.
var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, events.Beijing)

func date(s string) events.Date {
	d, err := events.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// story is one item told by commands; what is decided is stored, read back and folded as
// in the real program.
type story struct {
	t       reporter
	it      *Item
	now     time.Time
	history []events.Recorded
	rules   *limit.Table // nil: those of the program
	ids     uint64
}

// reporter is what a story needs of a test; rapid's is no testing.TB.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func begin(t testing.TB) *story { return &story{t: t, now: monday} }

func (s *story) id() uuid.UUID {
	s.ids++
	return uuid.NewSHA1(space, binary.BigEndian.AppendUint64(nil, s.ids))
}

func (s *story) situation(a events.Actor) Situation {
	return Situation{Actor: a, Now: s.now, Calendar: &calendar.Calendar{}, Rules: s.rules, NewID: func() string { return s.id().String() }}
}

func (s *story) today() events.Date { return events.DateOf(s.now) }

// wait lets days pass.
func (s *story) wait(days int) *story {
	s.now = s.now.AddDate(0, 0, days)
	return s
}

// until moves the clock to nine o'clock of a day.
func (s *story) until(day string) *story {
	s.now = date(day).Time().Add(9 * time.Hour)
	return s
}

// try decides a command and, when it is allowed, applies what it gives.
func (s *story) try(a events.Actor, c Command) ([]events.Event, error) {
	s.t.Helper()
	facts, err := s.decide(a, c)
	if err != nil {
		return nil, err
	}
	return s.record(a, c.name(), facts...), nil
}

// decide decides a command; the second item of 并单 and the children of 拆分 are made up.
func (s *story) decide(a events.Actor, c Command) ([]events.Event, error) {
	sit := s.situation(a)
	switch x := c.(type) {
	case Raise:
		x.number, x.publicID, x.codeHash = "QG-2026-000123", "P", HashCode("QG-2026-000123", code)
		return Decide(s.it, x, sit)
	case Merge, Unmerge, Split:
		spec, _ := SpecOf(c.name())
		if r := spec.Allows(s.it, sit); r != nil {
			return nil, r
		}
		if rs := Check(c); len(rs) > 0 {
			return nil, rs
		}
		if m, ok := c.(Merge); ok {
			own, _, err := m.decideBoth(s.it, survivorOf(s.it), sit)
			return own, err
		}
		if u, ok := c.(Unmerge); ok {
			own, _, err := u.decideBoth(s.it, survivorOf(s.it), sit)
			return own, err
		}
		made := make([]newItem, len(c.(Split).Parts))
		own, _, err := c.(Split).decideChildren(s.it, sit, made)
		return own, err
	}
	return Decide(s.it, c, sit)
}

// survivorOf returns an item that another can be merged into.
func survivorOf(it *Item) *Item {
	return &Item{ID: uuid.NewSHA1(space, []byte("survivor")), Number: "QG-2026-000099", State: events.InProgress, Class: it.Class,
		Confidential: true, ComplainedOf: it.ComplainedOf}
}

// record stores facts as a commit and folds it.
func (s *story) record(a events.Actor, command string, facts ...events.Event) []events.Event {
	s.t.Helper()
	c := events.Commit{Item: uuid.NewSHA1(space, []byte("story")), Rev: 1, CommandID: s.id(), Command: command, Actor: a, At: s.now, Events: slices.Clone(facts)}
	if s.it != nil {
		c.Rev, c.Prev = s.it.Rev+1, s.it.Hash
	}
	seal(&c)
	data, _, err := events.Encode(c)
	if err != nil {
		s.t.Fatalf("%s: %v", command, err)
	}
	c, hash, err := events.Decode(data)
	if err != nil {
		s.t.Fatalf("%s: %v", command, err)
	}
	r := events.Recorded{Commit: c, Hash: hash, Sequence: uint64(len(s.history) + 1), Time: s.now}
	s.history = append(s.history, r)
	if s.it == nil {
		s.it = &Item{}
	}
	s.it.Apply(r)
	return c.Events
}

// seal replaces plain text as a vault would, without a cipher.
func seal(c *events.Commit) {
	for i, e := range c.Events {
		c.Events[i], _ = events.MapSealed(e, func(field string, s events.Sealed) (events.Sealed, error) {
			if !s.Pending() {
				return s, nil
			}
			return events.Sealed{Key: c.Item.String(), At: fmt.Sprintf("%s/%d/%s", c.CommandID, i, field), Box: []byte("sealed")}, nil
		})
	}
}

// do gives a command that must be allowed.
func (s *story) do(a events.Actor, cs ...Command) *story {
	s.t.Helper()
	for _, c := range cs {
		if _, err := s.try(a, c); err != nil {
			s.t.Fatalf("%s by %s %s in %s: %v", c.name(), a.Role, a.ID, stateOf(s.it), err)
		}
	}
	return s
}

func stateOf(it *Item) events.State {
	if it == nil {
		return "nothing"
	}
	return it.State
}

// refused gives a command that must be refused by a rule: "assign.one_lead", or
// "assign.one_lead@units.1.part" with the field.
func (s *story) refused(want string, a events.Actor, c Command) *story {
	s.t.Helper()
	_, err := s.decide(a, c)
	var got []string
	for _, r := range RefusalsOf(err) {
		got = append(got, r.Rule, r.Rule+"@"+r.Field)
		checkMessage(s.t, r)
	}
	if !slices.Contains(got, want) {
		s.t.Errorf("%s by %s %s in %s gives %v, want %s", c.name(), a.Role, a.ID, stateOf(s.it), err, want)
	}
	return s
}

func (s *story) in(want events.State) *story {
	s.t.Helper()
	if s.it.State != want {
		s.t.Fatalf("item is %s, want %s", s.it.State, want)
	}
	return s
}

// Shorthand for the usual course of things.

var opinion = Raise{Text: "曹氏服装厂下夜班没有公交车，我姓林，电话 13800138000。", Area: "前黄镇", Category: "交通出行", Channel: events.ByVisit}

func raised(t testing.TB, c Raise) *story { return begin(t).do(clerk, c) }

var triage = Accept{Title: "下夜班没有公交车", Category: "交通出行", Mode: events.TimeLimited}

func accepted(t testing.TB, c Accept) *story { return raised(t, opinion).do(office1, c) }

func to(lead events.Unit, cos ...events.Unit) Assign {
	c := Assign{Units: []Assignee{{Unit: lead, Part: events.Lead}}}
	for _, u := range cos {
		c.Units = append(c.Units, Assignee{Unit: u, Part: events.Co})
	}
	return c
}

// handed returns an item that its units have signed for.
func handed(t testing.TB, c Accept, lead events.Unit, cos ...events.Unit) *story {
	s := accepted(t, c).do(office1, to(lead, cos...)).do(liaison(lead), Sign{})
	for _, u := range cos {
		s.do(liaison(u), Sign{})
	}
	return s
}

var (
	evidence = RecordEvidence{Title: "末班车改到 22:30 的照片", Kind: events.ResultEvidence}
	report   = ReportRectified{Result: "末班车改到 22:30", Truth: events.True, Solved: events.SolvedYes, Reply: "末班车已改到 22:30。"}
	apply    = ApplyClosure{Tasks: true, Lawful: true, Alike: true, Cause: true}
	site     = CheckSite{Passed: true, Conclusion: "查实", Checkers: []string{"区住建局科长", "群众代表"}, On: date("2026-03-02"), Place: "前黄镇"}
)

// rectified reports the work of unit A done.
func rectified(t testing.TB, c Accept, cos ...events.Unit) *story {
	s := handed(t, c, unitA, cos...)
	for _, u := range cos {
		s.do(handler(u), ReportPart{Result: "办好了"}).do(handler(unitA), ApprovePart{})
	}
	return s.report()
}

func (s *story) report() *story {
	s.t.Helper()
	lead, _ := s.it.lead()
	who := deputy(lead.Unit)
	if s.it.Level == events.Key {
		who = head(lead.Unit)
	}
	return s.do(handler(lead.Unit), evidence).do(who, report)
}

// signTo signs and does the steps of the chain until step is next.
func (s *story) signTo(step events.Step) *story {
	s.t.Helper()
	lead, _ := s.it.lead()
	for n := 0; s.it.NextStep() != step; n++ {
		if n > 12 {
			s.t.Fatalf("step %s never comes: %v", step, s.it.Chain)
		}
		switch next := s.it.NextStep(); next {
		case events.StepUnitDeputy:
			s.do(deputy(lead.Unit), SignOff{})
		case events.StepUnitHead:
			s.do(head(lead.Unit), SignOff{})
		case events.StepOfficeCheck:
			s.do(office2, SignOff{})
		case events.StepReply:
			s.do(office1, IssueReply{Way: ByPhone})
		case events.StepSiteCheck:
			s.do(authority, site)
		case events.StepLeader:
			s.do(leader1, SignOff{})
		case events.StepHigherCheck:
			s.do(super1, SignOff{})
		case events.StepPublicity:
			if !s.it.Released {
				s.do(publisher1, DraftPublicText{Summary: "末班车改到 22:30"}).do(publisher2, Release{})
			}
			s.do(publisher1, OpenPublicity{Medium: "本网站"}).wait(10).do(office1, ClosePublicity{})
		default:
			s.t.Fatalf("no way past %q", next)
		}
	}
	return s
}

func applied(t testing.TB, c Accept, cos ...events.Unit) *story {
	return rectified(t, c, cos...).do(handler(unitA), apply)
}

func closed(t testing.TB, c Accept, cos ...events.Unit) *story {
	return applied(t, c, cos...).signTo(events.StepClose).do(office3, Close{}).in(events.Closed)
}

func level(l events.Level) Accept { c := triage; c.Level = l; return c }
func mode(m events.Mode) Accept {
	c := triage
	c.Mode = m
	switch m {
	case events.Planned:
		c.Due = date("2026-06-30")
	case events.StandingMode:
		c.ReviewDays = 90
	}
	return c
}

func plan(due string) SubmitPlan {
	return SubmitPlan{Goal: "有夜班车", Measures: []string{"加一班", "贴时刻"}, Person: "区交通运输局副局长", Due: date(due),
		Milestones: []Node{{"加一班", date(due).AddDays(-7)}, {"验收", date(due)}}}
}

// representatives are one item for each state, built by real commands.
var representatives = map[events.State]func(testing.TB) *story{
	events.Registered:      func(t testing.TB) *story { return raised(t, opinion) },
	events.ReturnedForInfo: func(t testing.TB) *story { return raised(t, opinion).do(clerk, RequestInfo{Question: "哪一路车"}) },
	events.NotAccepted: func(t testing.TB) *story {
		return raised(t, opinion).do(office1, NotAccept{Reason: "已在诉讼", Route: "区法院"})
	},
	events.Merged: func(t testing.TB) *story {
		return raised(t, opinion).do(office1, Merge{Into: "QG-2026-000099", Basis: "同人同事"})
	},
	events.Answered: func(t testing.TB) *story {
		return raised(t, opinion).do(office1, Answer{Title: "问末班车", Reply: "22:30。"})
	},
	events.Accepted:          func(t testing.TB) *story { return accepted(t, triage) },
	events.InProgress:        func(t testing.TB) *story { return handed(t, triage, unitA) },
	events.Rectified:         func(t testing.TB) *story { return rectified(t, triage) },
	events.UnderVerification: func(t testing.TB) *story { return applied(t, triage) },
	events.InPublicity: func(t testing.TB) *story {
		return applied(t, level(events.Key)).signTo(events.StepPublicity).do(publisher1, DraftPublicText{Summary: "末班车"}).
			do(publisher2, Release{}).do(publisher1, OpenPublicity{Medium: "公告栏"})
	},
	events.Closed: func(t testing.TB) *story { return closed(t, triage) },
	events.Standing: func(t testing.TB) *story {
		return rectified(t, triage).do(leader1, MakeStanding{Reason: "要长期盯", ReviewDays: 90})
	},
	events.SuspendedAccount: func(t testing.TB) *story {
		return handed(t, triage, unitA).do(office1, Suspend{Cause: events.NoMoney, Body: "领导小组会", Reason: "等预算", NextReview: date("2026-04-30")})
	},
	events.Terminated: func(t testing.TB) *story {
		return accepted(t, triage).do(leader1, Terminate{Ground: BeyondDuty, Reason: "不归本级"})
	},
	events.Archived: func(t testing.TB) *story {
		return raised(t, opinion).do(office1, Answer{Title: "问", Reply: "答。"}, Archive{File: "2026-7"})
	},
}

func TestRepresentatives(t *testing.T) {
	for _, st := range events.States {
		if representatives[st] == nil {
			t.Errorf("no item for %s", st)
			continue
		}
		representatives[st](t).in(st)
	}
}
