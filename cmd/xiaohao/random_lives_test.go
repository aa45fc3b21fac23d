package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

// randomLives plays items through lives that nobody wrote down: any command that its actor may
// give, with inputs made from the description of its fields, while days go by.
type randomLives struct {
	t      testing.TB
	s      *site
	rand   *rand.Rand
	items  []uuid.UUID
	people []events.Actor
	units  []events.Unit
	now    map[events.State]int // how often an item came to a state
}

// Of the lives: few units, leaders and words, so that many items share each.
var (
	livesWords   = []string{"河道淤积", "路灯不亮", "晚上没有公交车", "垃圾没人清", "办事跑很多趟"}
	livesLeaders = []events.Leader{{ID: "l-one", Post: "区领导甲", Rank: "副处级"}, {ID: "l-two", Post: "区领导乙", Rank: "正处级"}}
	livesAreas   = []string{"", "前黄镇", "增口乡", "海滨村"}
	livesKinds   = []string{"民生", "交通出行", "政务服务"}
)

const livesCode = "K8XN3WQF6HRTV"

func newRandomLives(t testing.TB, s *site, seed uint64) *randomLives {
	l := &randomLives{t: t, s: s, rand: rand.New(rand.NewPCG(seed, 7)), now: map[events.State]int{}}
	for _, name := range []string{"增口乡", "区农林水局", "区交通运输局", "区住建局"} {
		u := named(name)
		l.units = append(l.units, u)
		for _, r := range []events.Role{events.UnitLiaison, events.Handler, events.UnitDeputy, events.UnitHead} {
			l.people = append(l.people, demoStaff(u, r))
		}
	}
	for _, x := range livesLeaders {
		l.people = append(l.people, officer(x.ID, events.LeaderRole, x.Post))
	}
	l.people = append(l.people, demoIntake, demoClerk, demoChecker, demoCloser, demoDrafter, demoReviewer, demoWitness, officer("group.supervisor", events.Supervisor, "督导组"),
		officer("public", events.Petitioner, "群众"))
	return l
}

// play raises items and gives them commands, the number of each being random around steps.
func (l *randomLives) play(items, steps int) {
	l.t.Helper()
	for range items {
		l.raise()
	}
	for range items * steps {
		if l.rand.IntN(max(1, items*steps/30)) == 0 {
			l.s.ahead.Add(int64(1 + l.rand.IntN(2)))
		}
		l.step(l.items[l.rand.IntN(len(l.items))])
	}
	l.s.settled()
}

func one[T any](l *randomLives, of ...T) T { return of[l.rand.IntN(len(of))] }

func (l *randomLives) newID() (id uuid.UUID) {
	for i := range id {
		id[i] = byte(l.rand.Uint32())
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}

func (l *randomLives) raise() {
	l.t.Helper()
	c := domain.Raise{Text: one(l, livesWords...) + "，请解决", Area: one(l, livesAreas...), Category: one(l, livesKinds...), Channel: one(l, events.ByWeb, events.ByVisit, events.ByCall),
		Source: one(l, events.Sources...), Preset: one(l, events.Presets...), Anonymous: l.rand.IntN(2) == 0}
	rc, err := l.s.stack.desk.Do(context.Background(), domain.Order{ID: l.newID(), Command: c, Actor: demoIntake, Code: livesCode})
	if err != nil {
		l.t.Fatalf("raise: %v", err)
	}
	l.items = append(l.items, rc.Item)
}

// onward is how an item usually gets from registration to 销号; nobody comes there by chance.
var onward = []string{"accept", "dispatch", "assign", "sign", "report_part", "approve_part", "record_evidence", "report_rectified", "apply_closure", "sign_off", "check_site", "issue_reply",
	"draft_public_text", "release", "open_publicity", "resolve_objection", "close_publicity", "close", "evaluate"}

// endings come seldom, or nothing would be left to go on with.
var endings = []string{"answer", "not_accept", "merge", "terminate", "withdraw", "archive", "suspend", "request_erasure", "refuse", "request_info"}

// step gives one item one command. A refusal is one of the things that happen.
func (l *randomLives) step(item uuid.UUID) {
	l.t.Helper()
	it, desk := l.look(item), l.s.stack.desk
	var on, any []offer
	for _, a := range l.people {
		for _, x := range domain.Actions(it, desk.Situation(a)) {
			name := x.Spec.Name
			switch {
			case x.Refused != nil || strings.HasSuffix(name, "_photo") || name == "complete_erasure": // those take files, or are the program's
			case slices.Contains(onward, name):
				on = append(on, offer{x.Spec, a})
			case !slices.Contains(endings, name) || l.rand.IntN(20) == 0:
				any = append(any, offer{x.Spec, a})
			}
		}
	}
	all := on
	if len(on) == 0 || len(any) > 0 && l.rand.IntN(4) == 0 {
		all = any
	}
	if len(all) == 0 {
		return
	}
	x := all[l.rand.IntN(len(all))]
	o := domain.Order{ID: l.newID(), Item: item, Actor: x.by, Command: l.command(x.spec, it)}
	if m, ok := o.Command.(*domain.Merge); ok {
		o.Into = l.items[l.rand.IntN(len(l.items))]
		m.Into = l.look(o.Into).Number
	}
	rc, err := desk.Do(context.Background(), o)
	if err != nil && len(domain.RefusalsOf(err)) == 0 && !errors.Is(err, domain.ErrNotFound) {
		l.t.Fatalf("%s by %s: %v", x.spec.Name, x.by.Post, err)
	}
	if err == nil {
		l.now[l.look(rc.Item).State]++
	}
}

// offer is a command that somebody may give.
type offer struct {
	spec domain.Spec
	by   events.Actor
}

func (l *randomLives) look(item uuid.UUID) *domain.Item {
	l.t.Helper()
	it, err := l.s.stack.desk.Look(context.Background(), item)
	if err != nil {
		l.t.Fatal(err)
	}
	return it
}

// command fills in a command.
func (l *randomLives) command(spec domain.Spec, it *domain.Item) domain.Command {
	l.t.Helper()
	c := spec.New()
	v := l.fill(domain.Fields(c))
	due := l.day(3 + l.rand.IntN(25))
	set := map[string]fields{
		"accept":           {"class": one(l, "", "", "", "CONDUCT", "STABILITY"), "campaign": one(l, "", "", "边查边改"), "due": due, "review_days": 30, "complained_of": nil, "complained": nil},
		"dispatch":         {"class": one(l, "", "", "STABILITY"), "campaign": one(l, "", "", "边查边改"), "due": due, "review_days": 30, "complained_of": nil, "complained": nil, "units": l.assignees()},
		"assign":           {"units": l.assignees()},
		"submit_plan":      {"due": due, "milestones": []fields{{"name": "一半", "due": l.day(2)}, {"name": "全部", "due": due}}},
		"report_rectified": {"contacted": true, "contact_note": "打了电话", "solved": "YES", "truth": "TRUE", "reply": "已经改好，感谢您的意见。"},
		"apply_closure":    {"tasks": true, "lawful": true, "alike": true, "cause": true},
		"check_site":       {"passed": true, "checkers": []string{"代表甲", "代表乙"}, "on": l.day(0)},
		"record_evidence":  {"sha256": "", "formed": nil, "kind": one(l, "RESULT", "STATEMENT")},
		"split":            {"parts": []fields{{"title": "拆出的一件", "category": ""}}},
		"correct":          {"rev": 1},
	}[spec.Name]
	for k, x := range set {
		v[k] = x
	}
	raw, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(raw, c)
	}
	if err != nil {
		l.t.Fatalf("%s of %s: %v\n%s", spec.Name, it.Number, err, raw)
	}
	return c
}

func (l *randomLives) day(n int) string {
	return l.s.stack.desk.Situation(demoClerk).Today().AddDays(n).String()
}

func (l *randomLives) assignees() []fields {
	var out []fields
	for i, at := range l.rand.Perm(len(l.units))[:1+l.rand.IntN(3)] {
		part := events.Co
		if i == 0 {
			part = events.Lead
		}
		out = append(out, fields{"unit": l.units[at], "part": part, "task": one(l, "", "整改"), "due": one[any](l, nil, l.day(10))})
	}
	return out
}

// fill gives each field a value of its kind; what need not be given often is not.
func (l *randomLives) fill(fs []domain.Field) fields {
	out := fields{}
	for _, f := range fs {
		if !f.Need && l.rand.IntN(2) == 0 {
			continue
		}
		out[f.Name] = l.value(f)
	}
	return out
}

func (l *randomLives) value(f domain.Field) any {
	switch f.Kind {
	case domain.Day:
		return l.day(1 + l.rand.IntN(20))
	case domain.Number:
		return l.rand.IntN(12)
	case domain.Whole:
		return 7 + l.rand.IntN(30)
	case domain.YesNo:
		return l.rand.IntN(2) == 0
	case domain.Enum:
		return one(l, f.Options...).Value
	case domain.UnitOf:
		return one(l, l.units...)
	case domain.LeadOf:
		return one(l, livesLeaders...)
	case domain.Units:
		return []events.Unit{one(l, l.units...)}
	case domain.Lines:
		return []string{one(l, livesWords...)}
	case domain.Rows:
		return []any{l.fill(f.Fields)}
	}
	switch f.Name {
	case "code":
		return livesCode
	case "area":
		return one(l, livesAreas...)
	case "category":
		return one(l, livesKinds...)
	case "unit":
		return "处"
	case "category_2", "campaign", "milestone", "assignment", "objection", "opinion", "level":
		return ""
	}
	return fmt.Sprintf("%s第%d处", one(l, livesWords...), 1+l.rand.IntN(9))
}
