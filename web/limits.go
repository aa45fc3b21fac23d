package web

import (
	"xiaohao/domain/calendar"
	"xiaohao/domain/limit"
	"xiaohao/events"
	"xiaohao/projections"
)

// ruleOf is the time limit that the table gives a matter now: for what is told beforehand.
func (s *Server) ruleOf(m limit.Matter) calendar.Rule { return s.desk.Table().Rule(m) }

// siteRule is the time limit of a stage that public pages tell everybody.
func (s *Server) siteRule(st events.Stage) calendar.Rule {
	return s.ruleOf(limit.Matter{Stage: st, Preset: events.CountyLedger})
}

// modeOf is the mode in which a stage is told to somebody whose item has none yet.
var modeOf = map[events.Stage]events.Mode{events.StageRectify: events.Immediate}

// stageDue is until when a stage of an item is to be done: as it was recorded or, where
// nothing was, by the rules that come with the program.
func stageDue(cal *calendar.Calendar, it projections.Item, st events.Stage, ref string, began events.Date) events.Date {
	if l, ok := it.Limit(st, ref); ok {
		return l.Due
	}
	m := limit.Matter{Stage: st, Category: it.Category, Category2: it.Category2, Mode: it.Mode, Urgent: it.Urgent, Preset: it.Preset}
	return cal.DueOn(limit.Shipped().Rule(m), began)
}

// partClock is one unit's own clock: it starts at the issue to this unit, whatever time
// others took before.
type partClock struct {
	Unit   string          `json:"unit"`
	Part   string          `json:"part"`
	Issued events.Date     `json:"issued"`
	Due    events.Date     `json:"due"`
	Says   string          `json:"says"`
	Gone   bool            `json:"gone,omitzero"` // it gave its part back
	Days   []calendar.Line `json:"-"`
}

func (s *Server) partClocks(it projections.Item) []partClock {
	var out []partClock
	for _, a := range it.Detail.Assignments {
		if a.Due.IsZero() {
			continue
		}
		p := partClock{Unit: a.Unit.Name, Part: a.Part.Zh(), Issued: a.IssuedOn, Due: a.Due, Gone: !a.Live()}
		switch l := a.Clock; {
		case !l.IsZero():
			d := s.explain(ownClock(it.Detail.Clock, a, l), a.Due)
			p.Issued, p.Says, p.Days = l.From, d.Says(), d.Days
		case a.Due == it.Due:
			p.Says = "和整件的期限一样。"
		default:
			p.Says = "交办时定到这一天。"
		}
		out = append(out, p)
	}
	return out
}

// ownClock is a unit's own clock: what stops the item's stops it too, and what was granted to
// the lead since it has the item counts.
func ownClock(of events.Clock, a projections.Assignment, l events.Limit) events.Clock {
	c := events.Clock{Rule: l.Rule, From: l.From, First: l.Due, By: l.By, Counted: l.Counted, Pauses: of.Pauses}
	for _, x := range of.Extensions {
		if a.Part == events.Lead && !x.On.Before(l.From) {
			c.Extensions = append(c.Extensions, x)
		}
	}
	if of.Counted.Calendar > c.Counted.Calendar {
		c.Counted.Calendar = of.Counted.Calendar // recomputed with the item's
	}
	return c
}

// stageLine is one step with a limit of its own, besides the item's deadline.
type stageLine struct {
	Stage string      `json:"stage"`
	Who   string      `json:"who,omitzero"` // the unit or the slip that it is about
	From  events.Date `json:"from"`
	Due   events.Date `json:"due"`
	Rule  string      `json:"rule"`
	By    string      `json:"by"` // row of the rule table
	Met   events.Date `json:"met,omitzero"`
	Late  bool        `json:"late,omitzero"`
	Says  string      `json:"says"`
}

// windows are stages that give a right: one that was not used is over, and nobody is late.
var windows = map[events.Stage]bool{events.StageReturn: true, events.StageEvaluate: true, events.StagePublicity: true}

func (s *Server) stageLines(it projections.Item) []stageLine {
	units := map[string]string{}
	for _, a := range it.Detail.Assignments {
		units[a.ID] = a.Unit.Name
	}
	var out []stageLine
	for _, l := range it.Detail.Limits {
		x := stageLine{Stage: l.Stage().Zh(), Who: l.Ref, From: l.From, Due: l.Due, Rule: l.Rule, By: l.By.Zh(), Met: l.Met}
		if u := units[l.Ref]; u != "" {
			x.Who = u
		}
		if r, err := calendar.ParseRule(l.Rule); err == nil {
			x.Rule = r.Zh()
		}
		over := calendar.EndOf(s.calendar(), l.Limit).Before(s.cfg.Now())
		switch {
		case !l.Met.IsZero() && l.Met.After(l.Due) && !windows[l.Stage()]:
			x.Late, x.Says = true, l.Met.String()+" 办了，晚了"
		case !l.Met.IsZero():
			x.Says = l.Met.String() + " 办了"
		case over && windows[l.Stage()]:
			x.Says = "已过"
		case over:
			x.Late, x.Says = true, "过了，还没有办"
		default:
			x.Says = "还没有到"
		}
		out = append(out, x)
	}
	return out
}
