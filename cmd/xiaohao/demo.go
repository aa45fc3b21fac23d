package main

import (
	"context"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

// demoCSV holds the real opinions that the seed documents state (the rows that are mere
// suggestions left out), with what each document says became of them.
//
//go:embed demo.csv
var demoCSV string

// demoSpace makes the command ids of the demonstration, so that playing it again after an
// interruption repeats nothing.
var demoSpace = uuid.MustParse("b7f7f1f4-6b0c-5a53-8a1e-2f4f0f5b7c11")

// demoRow is one opinion as its document states it.
type demoRow struct {
	no, file, area, how, category, category2, text, lead, co, measures, result, unit, place string
	on                                                                                      events.Date
	quantity                                                                                float64
	done                                                                                    bool // the document says 已整改
}

func readDemo(data string) ([]demoRow, error) {
	recs, err := csv.NewReader(strings.NewReader(data)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read demonstration data: %w", err)
	}
	var out []demoRow
	for i, r := range recs[1:] {
		d := demoRow{no: r[0], file: r[1], area: r[2], how: r[4], category: r[5], category2: r[6], text: r[7], lead: r[8], co: r[9],
			measures: r[10], result: r[11], unit: r[13], done: r[14] == "已整改", place: r[15]}
		if r[3] != "" {
			if d.on, err = events.ParseDate(r[3]); err != nil {
				return nil, fmt.Errorf("read demonstration data, row %d: %w", i+2, err)
			}
		}
		if r[12] != "" {
			if d.quantity, err = strconv.ParseFloat(r[12], 64); err != nil {
				return nil, fmt.Errorf("read demonstration data, row %d: %w", i+2, err)
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// demoUnstated stands where a document says that something was done but not by whom.
var demoUnstated = events.Unit{ID: "责任单位（原文未写）", Name: "责任单位（原文未写）"}

// demoLeader is the linked leader of the items of document 004, which says that each has
// one, not who.
var demoLeader = events.Leader{ID: "leader.demo", Post: "处级挂钩领导（演示）", Rank: "处级"}

// demo plays the opinions through their lives, by commands only, as far as each document
// says it went. What no document says (who signed, which leader) is done by demonstration
// officers, who are marked as such in every fact.
type demo struct {
	desk *domain.Desk
	row  demoRow
	item uuid.UUID
}

// playDemo fills the store. It may be interrupted and played again.
func playDemo(ctx context.Context, desk *domain.Desk) error {
	rows, err := readDemo(demoCSV)
	if err != nil {
		return err
	}
	var earlier uuid.UUID // row 114 says the same as the next one
	for _, r := range rows {
		d := &demo{desk: desk, row: r}
		if err := d.play(ctx); err != nil {
			return fmt.Errorf("demonstration, row %s: %w", r.no, err)
		}
		switch r.no {
		case "114":
			earlier = d.item
		case "115":
			m := &demo{desk: desk, row: demoRow{no: "114-115"}, item: earlier}
			if err := m.merge(ctx, d.item); err != nil {
				return fmt.Errorf("demonstration, rows 114 and 115: %w", err)
			}
			if err := d.rectify(ctx); err != nil {
				return fmt.Errorf("demonstration, row 115: %w", err)
			}
		}
	}
	return nil
}

// officer returns a demonstration officer; the ids are those of the act-as switch, so that
// "one person signs one step" holds between the play and whoever goes on by hand.
func officer(id string, role events.Role, post string) events.Actor {
	return events.Actor{ID: id, Role: role, Post: post, Demo: true}
}

var (
	demoIntake   = officer("office.intake", events.Intake, "领导小组办公室 · 登记员")
	demoClerk    = officer("office.clerk", events.Dispatcher, "领导小组办公室 · 交办员")
	demoChecker  = officer("office.checker", events.Dispatcher, "领导小组办公室 · 核查员")
	demoCloser   = officer("office.closer", events.Dispatcher, "领导小组办公室 · 销号员")
	demoDrafter  = officer("office.publisher", events.Publisher, "公开审核员（拟稿）")
	demoReviewer = officer("office.publisher2", events.Publisher, "公开审核员（核稿）")
	demoWitness  = officer("group.witness", events.Witness, "群众代表")
)

func demoStaff(u events.Unit, r events.Role) events.Actor {
	a := officer("unit."+u.ID+"."+strings.ToLower(string(r)), r, u.Name+" · "+r.Zh())
	a.Unit = u
	return a
}

func named(name string) events.Unit { return events.Unit{ID: name, Name: name} }

// do gives one command. on is the day it happened on; zero for the day of the document, which
// says how things stood then. A document without a day claims none.
func (d *demo) do(ctx context.Context, a events.Actor, c domain.Command, on events.Date) error {
	return d.order(ctx, domain.Order{Item: d.item, Command: c, Actor: a, Occurred: on})
}

func (d *demo) order(ctx context.Context, o domain.Order) error {
	// Nobody gives the same command twice to an item here, so this names it.
	o.ID = uuid.NewSHA1(demoSpace, fmt.Appendf(nil, "%s/%s/%s", d.row.no, domain.Name(o.Command), o.Actor.ID))
	o.Cause = "demo"
	if o.Occurred.IsZero() { // it was so by the day of the document
		o.Occurred = d.row.on
	}
	rc, err := d.desk.Do(ctx, o)
	if err != nil {
		return fmt.Errorf("%s: %w", domain.Name(o.Command), err)
	}
	d.item = rc.Item
	return nil
}

func (d *demo) lead() events.Unit {
	if d.row.lead == "" {
		return demoUnstated
	}
	return named(d.row.lead)
}

// ofLeaders reports whether the document says that leaders are linked to such items
// (“指定处级党员领导干部直接挂钩”).
func (d *demo) ofLeaders() bool { return strings.HasPrefix(d.row.file, "004") }

// coUnit is the co-unit, if the document names a real one ("相关部门" is none).
func (d *demo) coUnit() (events.Unit, bool) {
	if d.row.co == "" || strings.HasSuffix(d.row.co, "部门") {
		return events.Unit{}, false
	}
	return named(d.row.co), true
}

func (d *demo) play(ctx context.Context) error {
	r := d.row
	if err := d.raise(ctx); err != nil {
		return err
	}
	known := r.lead != "" || r.done
	if r.no == "114" || (!known && r.measures == "") {
		return nil // only said, so it waits to be accepted
	}
	if err := d.accept(ctx); err != nil {
		return err
	}
	if !known {
		return nil // measures but nobody named: it waits to be assigned
	}
	if err := d.assign(ctx); err != nil {
		return err
	}
	if r.result != "" || r.quantity > 0 {
		if err := d.progress(ctx); err != nil {
			return err
		}
	}
	if r.done && r.no != "115" {
		return d.rectify(ctx)
	}
	return nil
}

func (d *demo) raise(ctx context.Context) error {
	r := d.row
	source := events.FromPublic
	if r.how == "自查" || strings.Contains(r.how, "专题会议") {
		source = events.FromSelf
	}
	// The item id comes from the command id, so a repeated play finds the same item.
	return d.order(ctx, domain.Order{Actor: demoIntake, Occurred: r.on, Command: domain.Raise{Text: r.text, Area: r.area, Category: r.category,
		Category2: r.category2, Channel: demoChannel(r.how), ChannelNote: r.how, Source: source, Preset: d.preset(),
		Citation: r.file + " " + r.place, Anonymous: true}})
}

func demoChannel(how string) events.Channel {
	for _, c := range []struct {
		word string
		ch   events.Channel
	}{{"走访", events.ByVisit}, {"自查", events.BySelfCheck}, {"会议", events.ByMeeting}, {"座谈", events.ByForum}, {"访谈", events.ByForum},
		{"问卷", events.BySurvey}, {"征求", events.ByForum}} {
		if strings.Contains(how, c.word) {
			return c.ch
		}
	}
	return events.Unstated
}

func (d *demo) preset() events.Preset {
	if strings.Contains(d.row.area, "泉港") {
		return events.CountyLedger
	}
	return events.TownshipBox
}

// title is the opinion's first words: the documents give no titles.
func (d *demo) title() string {
	t := []rune(d.row.text)
	if len(t) <= 40 {
		return string(t)
	}
	for i := 40; i > 12; i-- {
		if strings.ContainsRune("，,。；;、", t[i]) {
			return string(t[:i])
		}
	}
	return string(t[:40])
}

func (d *demo) accept(ctx context.Context) error {
	r := d.row
	c := domain.Accept{Title: d.title(), Category: r.category, Category2: r.category2, Mode: events.TimeLimited, Goal: short(r.measures, 200)}
	switch r.no {
	case "102":
		c.Mode, c.Urgent = events.Immediate, true // 人畜饮水告急
	case "114", "115", "116", "125", "127":
		c.Mode = events.Immediate // 很快解决; 立即改 联动改
	case "126":
		c.Mode, c.ReviewDays = events.StandingMode, 30 // 发现一起处理一起
	}
	if d.ofLeaders() {
		c.Campaign = "边查边改"
	}
	return d.do(ctx, demoClerk, c, events.Date{})
}

func short(s string, n int) string {
	if t := []rune(s); len(t) > n {
		return string(t[:n])
	}
	return s
}

func (d *demo) assign(ctx context.Context) error {
	units := []domain.Assignee{{Unit: d.lead(), Part: events.Lead, Task: short(d.row.measures, 100)}}
	co, hasCo := d.coUnit()
	if hasCo {
		units = append(units, domain.Assignee{Unit: co, Part: events.Co, Task: "配合"})
	}
	if d.ofLeaders() {
		if err := d.do(ctx, demoClerk, domain.LinkLeader{Leader: demoLeader}, events.Date{}); err != nil {
			return err
		}
	}
	if err := d.do(ctx, demoClerk, domain.Assign{Units: units}, events.Date{}); err != nil {
		return err
	}
	for _, u := range units {
		if err := d.do(ctx, demoStaff(u.Unit, events.UnitLiaison), domain.Sign{}, events.Date{}); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) progress(ctx context.Context) error {
	r := d.row
	c := domain.ReportProgress{Note: orText(short(r.result, 200), "原文写明的数量"), Done: r.quantity, Unit: r.unit}
	return d.do(ctx, demoStaff(d.lead(), events.Handler), c, r.on)
}

func orText(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

func (d *demo) merge(ctx context.Context, into uuid.UUID) error {
	survivor, err := d.desk.Look(ctx, into)
	if err != nil {
		return err
	}
	return d.order(ctx, domain.Order{Item: d.item, Into: into, Actor: demoClerk,
		Command: domain.Merge{Into: survivor.Number, Basis: "原文注明两条相关：群众有急事找不到人"}})
}

// rectify plays an item that its document calls 已整改 from the unit's report to 销号, or as
// far as the rules let it go today.
func (d *demo) rectify(ctx context.Context) error {
	r, lead := d.row, d.lead()
	none := events.Date{}
	if co, ok := d.coUnit(); ok {
		if err := d.do(ctx, demoStaff(co, events.Handler), domain.ReportPart{Result: "配合完成"}, r.on); err != nil {
			return err
		}
		if err := d.do(ctx, demoStaff(lead, events.Handler), domain.ApprovePart{}, none); err != nil {
			return err
		}
	}
	steps := []struct {
		a  events.Actor
		c  domain.Command
		on events.Date
	}{
		{demoStaff(lead, events.Handler), domain.RecordEvidence{Title: "公开报道：" + r.file, Kind: events.ResultEvidence, Formed: r.on}, none},
		{demoStaff(lead, events.UnitDeputy), domain.ReportRectified{Result: r.result, Truth: events.True, Solved: events.SolvedYes,
			Reply: r.result, Done: r.quantity, Unit: r.unit}, r.on},
		{demoStaff(lead, events.UnitLiaison), domain.ApplyClosure{Tasks: true, Lawful: true, Alike: true, Cause: true}, none},
		{demoStaff(lead, events.UnitDeputy), domain.SignOff{Opinion: "同意"}, none},
	}
	for _, s := range steps {
		if err := d.do(ctx, s.a, s.c, s.on); err != nil {
			return err
		}
	}
	return d.signOff(ctx)
}

// signOff goes on along the chain, whatever its profile, until it is struck off or has to
// wait (公示 takes seven days).
func (d *demo) signOff(ctx context.Context) error {
	for {
		it, err := d.desk.Look(ctx, d.item)
		if err != nil {
			return err
		}
		var a events.Actor
		var c domain.Command
		switch it.NextStep() {
		case events.StepUnitHead:
			a, c = demoStaff(d.lead(), events.UnitHead), domain.SignOff{Opinion: "同意"}
		case events.StepOfficeCheck:
			a, c = demoChecker, domain.SignOff{Opinion: "与公开报道相符"}
		case events.StepReply:
			a, c = demoClerk, domain.IssueReply{Way: domain.NoContact}
		case events.StepSiteCheck:
			a, c = demoWitness, domain.CheckSite{Passed: true, Conclusion: "与公开报道相符（演示）", Checkers: []string{"群众代表（演示）", "行业主管部门（演示）"},
				On: events.DateOf(d.desk.Situation(a).Now), Place: orText(d.row.area, "原文未写")}
		case events.StepLeader:
			a, c = officer(demoLeader.ID, events.LeaderRole, demoLeader.Post), domain.SignOff{Opinion: "同意"}
		case events.StepPublicity:
			if err := d.release(ctx); err != nil {
				return err
			}
			return d.do(ctx, demoDrafter, domain.OpenPublicity{Medium: "本网站"}, events.Date{})
		case events.StepClose:
			if err := d.do(ctx, demoCloser, domain.Close{}, events.Date{}); err != nil {
				return err
			}
			return d.release(ctx)
		case "": // struck off when it was played before
			return d.release(ctx)
		default:
			return errors.New("sign-off chain stands still at " + string(it.NextStep()))
		}
		if err := d.do(ctx, a, c, events.Date{}); err != nil {
			return err
		}
	}
}

func (d *demo) release(ctx context.Context) error {
	if err := d.do(ctx, demoDrafter, domain.DraftPublicText{Summary: short(d.row.text, 300)}, events.Date{}); err != nil {
		return err
	}
	return d.do(ctx, demoReviewer, domain.Release{}, events.Date{})
}
