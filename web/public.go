package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	"xiaohao/domain"
	"xiaohao/domain/limit"
	"xiaohao/events"
	"xiaohao/projections"
)

// publicRoutes are the pages that anybody may open.
func (s *Server) publicRoutes() []route {
	return []route{
		{"GET /{$}", s.home},
		{"GET /raise", s.raisePage},
		{"POST /raise", s.raise},
		{"POST /raise/step", s.raiseStep},
		{"GET /raise/batch", s.intakeOnly(s.batchPage)},
		{"POST /raise/batch", s.intakeOnly(s.batch)},
		{"GET /q", s.queryPage},
		{"POST /q", s.query},
		{"POST /q/evaluate", s.byCode("评好了，谢谢您", buildEvaluate)},
		{"POST /q/photo", s.queryPhoto},
		{"POST /q/supply", s.byCode("您补充的收到了", buildSupply)},
		{"POST /q/withdraw", s.byCode("已经撤回", buildWithdraw)},
		{"POST /q/object", s.byCode("异议收到了，答复以前不会销号", buildObject)},
		{"GET /echo", s.echo},
		{"GET /p/{id}", s.released},
		{"POST /p/{id}/object", s.objectTo},
		{"GET /how", s.how},
		{"GET /deadline", s.calculator},
		{"GET /roots", s.roots},
		{"GET /act", s.actPage},
		{"POST /act", s.act},
		{"GET /live", s.live},
	}
}

// HomePage is the front page.
type HomePage struct {
	Page
	Figures projections.Figures
	Parts   []part // of the total, without those that are 0
	Closed  []projections.PublicItem
	Said    projections.Said // what petitioners said of those struck off
}

// Enough reports whether so many answered that what they said may be told.
func (p HomePage) Enough() bool { return p.Said.Evaluated >= projections.MinimumN }

// part is one summand of the total, with the list of its rows.
type part struct {
	Href, Word string
	N          int
}

// recent is how many closed items the front page shows.
const recent = 5

func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	p := HomePage{Page: s.page(r, "首页", "")}
	var err error
	if p.Figures, err = s.reads.PublicFigures(r.Context(), s.looked()[events.Now]); err != nil {
		return err
	}
	f := p.Figures
	for _, x := range []part{{"CLOSED", "已销号", f.Closed}, {"DONE", "改完等验收", f.Done}, {"OPEN", "整改中", f.InProgress},
		{"STANDING", "长期坚持", f.Standing}, {"HELD", "暂时办不了", f.Held}, {"WAITING", "等交办", f.Waiting}} {
		if x.N > 0 {
			x.Href = "/echo?s=" + x.Href
			p.Parts = append(p.Parts, x)
		}
	}
	if p.Said, err = s.reads.PublicSaid(r.Context()); err != nil {
		return err
	}
	if p.Closed, err = s.reads.PublicLatestClosed(r.Context(), recent); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "home", p)
}

// echoStates are the choices of the filter 办成没有: word in the address → words and groups.
var echoStates = []struct {
	key, word string
	groups    []projections.Group
}{
	{"CLOSED", "已销号", []projections.Group{projections.GroupClosed}},
	{"DONE", "改完等验收", []projections.Group{projections.GroupDone}},
	{"FINISHED", "改完了（等验收和已销号）", []projections.Group{projections.GroupDone, projections.GroupClosed}},
	{"OPEN", "整改中", []projections.Group{projections.GroupOpen}},
	{"OVERDUE", "整改中，超期", nil},
	{"STANDING", "长期坚持", []projections.Group{projections.GroupStanding}},
	{"HELD", "暂时办不了", []projections.Group{projections.GroupHeld}},
	{"WAITING", "等交办", []projections.Group{projections.GroupWaiting}},
	{"ALL", "所有要整改的", projections.Base},
}

// EchoPage is 回音壁: what was released, 呼 and 应.
type EchoPage struct {
	Page
	Q, Mode     string
	About       string // a unit or a place: only what is of it
	Category    string
	State       string
	Categories  []projections.Option
	States      []part // Href is the key
	Modes       []part
	Items       []Echo
	Total       int
	Filtered    bool
	Next, First string // addresses
}

// Echo is one entry.
type Echo struct {
	projections.PublicItem
	Call, Reply string
	Struck      bool
	Overdue     bool
}

func (s *Server) echo(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := EchoPage{Page: s.page(r, "回音壁", "echo"), Q: trim(q.Get("q")), Category: q.Get("c"), State: q.Get("s"), Mode: q.Get("m")}
	p.Feed = "/feed/" + everything + ".xml"
	f := projections.PublicFilter{Q: p.Q, Category: p.Category, Now: s.looked()[events.Now], After: q.Get("after"), Limit: 20}
	if p.State == "OVERDUE" {
		f.Overdue = true
	}
	known := p.State == ""
	for _, x := range echoStates {
		p.States = append(p.States, part{Href: x.key, Word: x.word})
		if x.key == p.State {
			f.Groups, known = x.groups, true
		}
	}
	if !known {
		p.State = ""
	}
	modes := p.Mode
	p.Mode = ""
	for _, m := range events.Modes {
		p.Modes = append(p.Modes, part{Href: string(m), Word: m.Zh()})
		if string(m) == modes {
			f.Mode, p.Mode = m, modes
		}
	}
	var err error
	if p.About = trim(q.Get("a")); p.About != "" {
		if f.About, err = s.about(r.Context(), p.About); err != nil {
			return err
		}
	}
	items, next, total, err := s.reads.PublicItems(r.Context(), f)
	if err != nil {
		return err
	}
	if p.Categories, err = s.reads.PublicCategories(r.Context()); err != nil {
		return err
	}
	p.Total = total
	for _, it := range items {
		p.Items = append(p.Items, s.echoOf(it))
	}
	p.Filtered = p.About != "" || p.Q != "" || p.Category != "" || p.State != "" || p.Mode != ""
	keep := url.Values{}
	for k, v := range map[string]string{"a": p.About, "q": p.Q, "c": p.Category, "s": p.State, "m": p.Mode} {
		if v != "" {
			keep.Set(k, v)
		}
	}
	if f.After != "" {
		p.First = address("/echo", keep)
	}
	if next != "" {
		keep.Set("after", next)
		p.Next = address("/echo", keep)
	}
	return s.render(w, http.StatusOK, "echo", p)
}

// about is what a name stands for in the read models: the id of a unit of that name, else the
// name itself, of a place or a category.
func (s *Server) about(ctx context.Context, name string) (string, error) {
	units, err := s.reads.Units(ctx)
	if err != nil {
		return "", err
	}
	for _, u := range units {
		if u.Name == name {
			return u.Key, nil
		}
	}
	return name, nil
}

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// echoOf is 呼 and 应 of one item: the released summary, and the reply or how far it is.
func (s *Server) echoOf(it projections.PublicItem) Echo {
	e := Echo{PublicItem: it, Call: cmp.Or(it.Summary, it.Title), Reply: it.Reply, Struck: struck(it.State, it.ClosedOn)}
	e.Overdue = it.State == events.InProgress && domain.LampOf(it.State, it.Ends(), s.looked()) == domain.LampOverdue
	if e.Reply == "" {
		b := s.bannerOf(it, false)
		e.Reply = b.Title + "。"
		for _, l := range b.Lines {
			e.Reply += l
		}
	}
	return e
}

// HowPage says how it works, in plain words, with the time limits that are in force.
type HowPage struct {
	Page
	Limits []promise
}

// promise is one line of what people may count on.
type promise struct{ What, Who, When string }

func (s *Server) how(w http.ResponseWriter, r *http.Request) error {
	rule := func(st events.Stage) string { return s.siteRule(st).Zh() }
	rectify := func(m events.Mode, urgent bool) string {
		return s.ruleOf(limit.Matter{Stage: events.StageRectify, Mode: m, Urgent: urgent, Preset: events.CountyLedger}).Zh()
	}
	p := HowPage{Page: s.page(r, "怎么办理、多久办完", "how")}
	p.Limits = []promise{
		{"看一遍，定下受理不受理", "领导小组办公室", rule(events.StageAccept)},
		{"签收，跟您联系", "责任单位", rule(events.StageSign)},
		{"不该自己办的，退回去", "责任单位", rule(events.StageReturn)},
		{"马上能改的（立即改）", "责任单位", rectify(events.Immediate, false) + "，急的 " + rectify(events.Immediate, true)},
		{"要一段时间的（限期改）", "责任单位", rectify(events.TimeLimited, false) + "，或者定好的日子"},
		{"要花大力气的（计划改）", "责任单位", rule(events.StagePlan) + "内拿出方案，照方案的日子办"},
		{"要一直做的（常态改）", "责任单位", "最多 " + rule(events.StageReview) + "公布一次"},
		{"公示", "领导小组办公室", rule(events.StagePublicity)},
		{"评：解决了没有", "您", "答复后 " + rule(events.StageEvaluate) + "内"},
	}
	return s.render(w, http.StatusOK, "how", p)
}
