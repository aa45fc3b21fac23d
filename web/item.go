package web

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/domain/detect"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/projections"
)

// ItemPage is everything about one item, as this actor may see it.
type ItemPage struct {
	Page
	Alike     []alikeRow // may be the same matter
	Relapses  []alikeRow // struck off in this place not long ago
	Item      projections.Item
	Heading   string
	Crumb     string
	Banner    banner
	Quotes    []quote
	Facts     []fact
	Deadline  deadline
	Leader    string
	Units     []unitPart
	Plan      *plan
	Amounts   []progress
	Sum       *progress
	Chain     []chainStep
	ChainSays string
	Evidence  []evidence
	Publishes bool       // makes pictures for the public
	Before    []evidence // photos of 整改前
	After     []evidence // photos of 整改后
	Early     int
	Claim     *claim // of an imported item
	Report    []fact
	Checks    []slip
	Reply     []fact
	Publicity []fact
	Objected  []objection
	Slips     []slip
	Words     []fact // 批示
	Evaluated []evaluation
	Related   []link
	Case      string // where the case file is asked for
	Acts      []act
	Not       []act
	Rest      []act // not possible in this state: a long list, folded
	Timeline  []step
	Kinds     []kind
	News      []step   // since this person looked last, the newest first
	Unsplit   *command // takes a split back
}

// command is a button that gives one command.
type command struct{ Action, ID, Title string }

// banner is the answer in words.
type banner struct {
	Class, Icon, Title, Text string
	Closed                   events.Date
	Seal, NoSeal             bool
}

// quote is one opinion.
type quote struct {
	Text, From, Who, Place string
	Confidential           bool
	Reveal                 string // where what is masked can be asked for in full
}

// deadline says until when, and how that was found.
type deadline struct {
	Due, Original string
	Provisional   bool // it runs into a year whose holidays are not published yet
	Extended      int
	Left          left
	Days          []calendar.Line
	Says          string
}

// unitPart is one row of 交给谁办.
type unitPart struct {
	Unit, Part, Task  string
	Mark              template.HTML
	Issued, Signed    string
	LateSign, Lead    bool
	Due, Result, Note string
}

// plan is 整改方案.
type plan struct {
	Goal, Person, Due, State string
	Measures                 []string
	Nodes                    []node
}

type node struct {
	Name, Due string
	Done      bool
}

// progress is one row of 做到多少.
type progress struct {
	Place, Done, Total, Unit string
	Value, Max               float64
}

// chainStep is one step of the sign-off chain.
type chainStep struct {
	Name, Who, Says, Class string
	Seal, NoSeal           bool
}

type objection struct {
	Text, On, Answer, State string
	Contact                 bool // left one, which only a reveal shows
}

type slip struct{ Href, Level, Text, On, Due, Answer, Post string }

type evaluation struct{ Title, Words, Exempt string }

// act is a command as the page offers it.
type act struct {
	Name, Title, Href, Class string
	Button                   *commandForm // without fields: one button that posts
	Why                      string
}

// kind is a sort of timeline entries with its check box.
type kind struct {
	ID, Value, Name string
	N               int
	On              bool
}

// whole loads an item that the address names: as pages show it, as the rules see it, and
// the opinions it answers.
func (s *Server) whole(r *http.Request, a events.Actor) (projections.Item, *domain.Item, []projections.Opinion, error) {
	it, err := s.see(r.Context(), r.PathValue("number"), a)
	if err != nil {
		return it, nil, nil, err
	}
	folded, err := s.fold(r.Context(), it)
	if err != nil {
		return it, nil, nil, err
	}
	os, err := s.reads.Opinions(r.Context(), it.ID)
	return it, folded, os, err
}

// itemPage shows one item.
func (s *Server) itemPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	p := ItemPage{Page: s.staffPage(r, r.PathValue("number"), "items")}
	it, folded, os, err := s.whole(r, a)
	if err != nil {
		return err
	}
	es, err := s.reads.Timeline(r.Context(), it.ID)
	if err != nil {
		return err
	}
	p.Live, p.LiveItem, p.Notice = p.Sequence, it.Number, doneWords(r.URL.Query())
	p.Title = it.Number + " " + titleOf(it)
	said := s.said(r.Context(), os)
	s.fillItem(&p, it, folded, a, said)
	if err := s.fillEvidence(r.Context(), &p, it, a); err != nil {
		return err
	}
	reveal, _ := domain.SpecOf("reveal")
	may := reveal.Allows(folded, s.desk.Situation(a)) == nil
	covered := slices.ContainsFunc(s.sealedOf(it, a), said.covered)
	for _, o := range os {
		q := said.quote(o, a)
		if may && (!o.Anonymous && !(o.Name.IsZero() && o.Phone.IsZero()) || covered || said.covered(sealedWords{Text: o.Text}) || said.covered(sealedWords{Text: o.Place})) {
			q.Reveal = commandPath(it.Number, "reveal") + "?" + url.Values{"opinion": {o.ID}}.Encode()
		}
		p.Quotes = append(p.Quotes, q)
	}
	if err := s.fillAlike(r.Context(), &p, it, a); err != nil {
		return err
	}
	seen := readLooked(r, a)
	before := seen.rev(it.Number)
	if before > 0 && before < it.Rev {
		p.News = timelineOf(since(es, before), false, s.cfg.Now())
	}
	seen.saw(w, it.Number, it.Rev, s.cfg.Proxies.Secure(r))
	if len(s.fresh(r.Context(), it, a)) > 0 {
		p.Unsplit = &command{commandPath(it.Number, "unsplit"), uuid.NewString(), "撤销拆单"}
	}
	p.Kinds = kindsOf(es, r.URL.Query()["k"])
	p.Timeline = timelineOf(slices.DeleteFunc(slices.Clone(es), func(e projections.Entry) bool { return !shownKind(p.Kinds, e.Visibility) }), false, s.cfg.Now())
	for i := range p.Timeline {
		p.Timeline[i].New = slices.ContainsFunc(p.News, func(n step) bool { return n.ID == p.Timeline[i].ID })
	}
	return s.render(w, http.StatusOK, "item", p)
}

// fillItem makes the view of everything but opinions, evidence and timeline.
func (s *Server) fillItem(p *ItemPage, it projections.Item, folded *domain.Item, a events.Actor, said said) {
	cal, today := s.calendar(), s.today()
	p.Item, p.Heading, p.Crumb = it, titleOf(it), crumbOf(it)
	p.Banner = bannerOf(cal, s.looked(), it, folded)
	p.Facts = factsOf(it, a)
	if words := said.words(it.Detail.Answer); words != "" {
		p.Facts = append(p.Facts, fact{"补充的话", words})
	}
	if e := it.Detail.Extension; e != nil {
		p.Facts = append(p.Facts, fact{"申请延期", fmt.Sprintf("想延到 %s：%s", e.Due, e.Reason)})
	}
	if e := it.Detail.Pause; e != nil {
		p.Facts = append(p.Facts, fact{"申请暂停计时", fmt.Sprintf("因%s，到 %s 恢复：%s", e.Ground.Zh(), e.Until, e.Reason)})
	}
	p.Deadline = deadlineOf(cal, s.looked(), it, s.explain(it.Detail.Clock, it.Due))
	p.Leader = leaderWords(it)
	p.Units = unitsOf(it, today)
	p.Plan = planOf(it)
	p.Claim = s.claimOf(said, it.Number, folded, a)
	p.Amounts, p.Sum = amountsOf(it.Detail.Quantities)
	p.Chain, p.ChainSays = chainOf(it, today)
	s.fillClosure(p, it, a, said)
	s.fillActions(p, it, folded, a)
	p.Related = append(related(it), link{"/items/" + it.Number + "/print", "打印表单"})
	if s.cfg.Case != nil && rights.Case.May(a.Role) {
		p.Case = "/api/v1/items/" + url.PathEscape(it.Number) + "/case"
	}
}

func crumbOf(it projections.Item) string {
	words := []string{it.Preset.Zh()}
	if it.Campaign != "" {
		words = append(words, it.Campaign)
	}
	if it.Level != "" && it.Level != events.Normal {
		words = append(words, it.Level.Zh())
	}
	if it.Class != "" && it.Class != events.Ordinary {
		words = append(words, it.Class.Zh())
	}
	if it.Urgent {
		words = append(words, "紧急")
	}
	if it.Round > 0 {
		words = append(words, fmt.Sprintf("第 %d 轮", it.Round))
	}
	if it.Demo {
		words = append(words, "演示")
	}
	return strings.Join(words, " · ")
}

func openObjections(it projections.Item) (n int) {
	for _, o := range it.Detail.Objections {
		if o.Open {
			n++
		}
	}
	return n
}

// quote opens an opinion. Names and numbers are never shown in full, and name, telephone and
// place to a handling unit not at all when the person asked for 保密.
func (d said) quote(o projections.Opinion, a events.Actor) quote {
	s, ctx := d.s, d.ctx
	q := quote{Text: d.words(o.Text), Confidential: o.Confidential}
	erased := q.Text == erasedText // then so are the others, and said once
	from := []string{o.Channel.Zh()}
	if o.ChannelNote != "" {
		from = []string{o.ChannelNote}
	}
	q.From = strings.Join(append(from, shortDay(o.RaisedOn, s.cfg.Now())), " ")
	if o.Behalf != "" && o.Behalf != events.ForSelf {
		q.From += " · " + o.Behalf.Zh()
	}
	hidden := ofUnit(a) && o.Confidential
	switch {
	case erased:
	case hidden:
		q.Who = "保密，不给办事单位看"
	case o.Anonymous:
		q.Who = "匿名"
	default:
		q.Who = strings.TrimSpace(detect.MaskName(s.open(ctx, o.Name)) + " " + detect.MaskPhone(s.open(ctx, o.Phone)))
	}
	if erased {
		q.Place = o.Area
	} else if !hidden {
		q.Place = strings.TrimSpace(o.Area + " " + d.words(o.Place))
	}
	return q
}

// seesComplained reports whether the actor is told who is complained of.
func seesComplained(a events.Actor, it projections.Item) bool {
	return rights.Complained.May(a.Role) && len(it.Detail.ComplainedOf)+len(it.Detail.Complained) > 0
}

func factsOf(it projections.Item, a events.Actor) []fact {
	source := it.Source.Zh()
	if it.ChannelNote != "" {
		source += " · " + it.ChannelNote
	}
	kindOf := strings.Join(slices.DeleteFunc([]string{it.Category, it.Category2}, func(s string) bool { return s == "" }), " / ")
	if it.Mode != "" {
		kindOf += " · " + it.Mode.Zh()
	}
	if it.Released {
		kindOf += " · 已公开（公示编号 " + it.PublicID + "）"
	} else {
		kindOf += " · 没有公开"
	}
	facts := []fact{{"来源", source}, {"类型", strings.TrimPrefix(kindOf, " · ")}, {"目标", it.Goal}, {"出处", it.Detail.Citation}}
	if seesComplained(a, it) {
		var us []string
		for _, u := range it.Detail.ComplainedOf {
			us = append(us, u.Name)
		}
		facts = append(facts, fact{"被反映的", strings.Join(append(us, it.Detail.Complained...), "、") + "（他们看不到这一件）"})
	}
	if it.Detail.Question != "" {
		facts = append(facts, fact{"请补充", it.Detail.Question})
	}
	return slices.DeleteFunc(facts, func(f fact) bool { return f.Text == "" })
}

func leaderWords(it projections.Item) string {
	if it.Leader.IsZero() {
		return ""
	}
	if n := len(it.Detail.Instructions); n > 0 {
		return fmt.Sprintf("%s · 批示 %d 次", it.Leader.Post, n)
	}
	return it.Leader.Post
}

func deadlineOf(cal *calendar.Calendar, at events.Bounds, it projections.Item, account calendar.Deadline) deadline {
	d := deadline{Extended: it.Extensions, Left: leftOf(cal, it, at)}
	if it.Due.IsZero() {
		return d
	}
	d.Due, d.Provisional = strings.TrimSpace(it.Due.String()+" "+it.DueTime), it.Detail.Clock.Counted.Provisional
	if !it.DueOriginal.IsZero() && it.DueOriginal != it.Due {
		d.Original = it.DueOriginal.String()
	}
	if it.DueFrom.IsZero() {
		return d
	}
	d.Says = account.Says()
	if len(account.Days) <= accountRows {
		d.Days = account.Days
	}
	return d
}

var partMarks = map[events.AssignmentState]mark{events.PartIssued: {"", "new", ""}, events.PartSigned: {"", "run", ""}, events.PartWorking: {"", "run", ""},
	events.PartReported: {"done", "ok", ""}, events.PartApproved: {"done", "ok", ""}, events.PartSentBack: {"near", "back", ""},
	events.PartReturnRequested: {"near", "back", ""}, events.PartWithdrawn: {"", "no", ""}, events.PartForcedSigned: {"near", "run", ""}, events.PartArbitration: {"near", "hold", ""}}

func unitsOf(it projections.Item, today events.Date) []unitPart {
	var out []unitPart
	for _, a := range it.Detail.Assignments {
		m := partMarks[a.State]
		if m.word = a.State.Zh(); m.icon == "" {
			m.icon = "run"
		}
		u := unitPart{Unit: a.Unit.Name, Part: a.Part.Zh(), Lead: a.Part == events.Lead, Task: a.Task, Mark: stateMark(m), Issued: dayIn(a.IssuedOn, today),
			Signed: dayIn(a.SignedOn, today), LateSign: a.LateSign, Due: dayIn(a.Due, today), Result: a.Result}
		if a.Grounds != "" {
			u.Note = "退单理由：" + a.Grounds
			if !a.Suggested.IsZero() {
				u.Note += "（说该" + a.Suggested.Name + "办）"
			}
		}
		out = append(out, u)
	}
	return out
}

func planOf(it projections.Item) *plan {
	e := it.Detail.Plan
	if e == nil {
		return nil
	}
	p := &plan{Goal: e.Goal, Person: e.Person, Due: e.Due.String(), Measures: e.Measures,
		State: map[string]string{"SUBMITTED": "等办公室看", "APPROVED": "已通过", "SENT_BACK": "退回重报"}[it.Detail.PlanState]}
	for _, m := range e.Milestones {
		p.Nodes = append(p.Nodes, node{m.Name, m.Due.String(), slices.Contains(it.Detail.NodesDone, m.Name)})
	}
	return p
}

// total is the planned part of an amount, nothing when none was given.
func total(n float64) string {
	if n == 0 {
		return ""
	}
	return " / " + num(n)
}

// amountsOf are the rows of 做到多少 and, when all have one unit, their sum.
func amountsOf(qs []projections.PlaceQuantity) ([]progress, *progress) {
	var out []progress
	sum := progress{Place: "合计"}
	same := len(qs) > 1
	for _, q := range qs {
		place := q.Place
		if place == "" {
			place = "全部"
		}
		out = append(out, progress{place, num(q.Done), total(q.Total), q.Unit, min(q.Done, max(q.Total, q.Done)), max(q.Total, q.Done, 1e-9)})
		same = same && q.Unit == qs[0].Unit
		sum.Value, sum.Max, sum.Unit = sum.Value+q.Done, sum.Max+q.Total, q.Unit
	}
	if !same {
		return out, nil
	}
	sum.Done, sum.Total = num(sum.Value), total(sum.Max)
	return out, &sum
}

func num(n float64) string {
	if n == 0 {
		return "0"
	}
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", n), "0"), ".")
}

// chainOf are the steps of the current application.
func chainOf(it projections.Item, today events.Date) ([]chainStep, string) {
	var out []chainStep
	waiting := it.State == events.UnderVerification || it.State == events.InPublicity
	for _, c := range it.Detail.Chain {
		st := chainStep{Name: c.Step.Zh(), Who: c.Post, Says: "未到"}
		closed := struck(it.State, it.ClosedOn)
		switch {
		case c.Step == events.StepClose:
			st.Seal, st.NoSeal, st.Says = closed, !closed, ""
			if closed {
				st.Class, st.Says = "ok", dayIn(it.ClosedOn, today)
			}
		case !c.On.IsZero():
			st.Class, st.Says = "ok", dayIn(c.On, today)+" 已过"
			if c.Step != events.StepReply && c.Step != events.StepPublicity {
				st.Says = dayIn(c.On, today) + " 已签"
			}
		case waiting:
			st.Class, st.Says, waiting = "now", "现在等这一步", false
		}
		out = append(out, st)
	}
	if len(out) == 0 {
		return nil, ""
	}
	return out, fmt.Sprintf("%s：%d 步，一人只签一步，办的单位不签核查和销号", it.Detail.Profile.Zh(), len(out))
}

func kindsOf(es []projections.Entry, asked []string) []kind {
	asked = words(asked)
	ks := []kind{{"k-pub", "pub", "公开", 0, true}, {"k-int", "int", "内部", 0, true}, {"k-sys", "sys", "系统", 0, true}}
	for _, e := range es {
		ks[kindAt(e.Visibility)].N++
	}
	known := slices.ContainsFunc(asked, func(v string) bool { return v == "pub" || v == "int" || v == "sys" })
	for i := range ks {
		ks[i].On = !known || slices.Contains(asked, ks[i].Value)
	}
	return ks
}

func kindAt(v projections.Visibility) int {
	switch v {
	case projections.Public:
		return 0
	case projections.Internal:
		return 1
	}
	return 2
}

func shownKind(ks []kind, v projections.Visibility) bool { return ks[kindAt(v)].On }

// related are the numbers that this one came from or led to.
func related(it projections.Item) []link {
	var out []link
	to := func(text, number string) {
		if number != "" {
			out = append(out, link{"/items/" + url.PathEscape(number), text + number})
		}
	}
	to("并到 ", it.MergedInto)
	to("拆自 ", it.Detail.ParentNumber)
	for _, n := range it.Detail.MergedIn {
		to("并入了 ", n)
	}
	for _, c := range it.Detail.Children {
		to("拆出 ", c.Number)
	}
	return out
}
