package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// ItemsPage is the ledger (台账).
type ItemsPage struct {
	Page
	Views   []savedView
	Q       string
	Selects []Input
	Due     string
	Hidden  []fact   // filters without a control of their own, kept when filtering
	Chips   []chip   // the same in words
	Ignored []string // what the address asked for and nobody knows
	Rows    []row
	Count   string // how many there are in all, or at least
	AsOf    string // the past day that the rows are of, in words
	Current string // address of the same list as it stands now
	Prev    string
	Next    string
	Sizes   []pageSize
	Export  exportForm
	Columns []column
	Kept    []keptView
	Keep    *viewForm // nil: nothing is saved here
	Bulk    []domain.Choice
	More    []Input // filters that stand folded
	MoreIn  bool    // one of them is used
}

// savedView is a filter that is always at hand.
type savedView struct {
	Href, Name string
	Count      int
	Current    bool
}

// chip is one further filter with the way to drop it.
type chip struct{ Name, Text, Drop string }

// pageSize is a choice of rows a page.
type pageSize struct {
	N       int
	Href    string
	Current bool
}

// groupsNamed are what the parameter group may say.
var groupsNamed = map[string]string{"WAITING": "待交办", "OPEN": "整改中", "DONE": "完成未销", "STANDING": "常态", "HELD": "挂账", "CLOSED": "已销号", "PENDING": "待受理、待补充",
	"ANSWERED": "直接答复", "ENDED": "不予受理、终结", "MERGED": "并单"}

// queueNames are the queues in the order in which the desk shows them.
var queueNames = []struct {
	Queue projections.Queue
	Name  string
}{{projections.QueueRegistered, "待受理"}, {projections.QueueAccepted, "待交办"}, {projections.QueueReturn, "退单待审"}, {projections.QueueExtension, "延期、暂停待批"},
	{projections.QueueVerify, "待核查"}, {projections.QueuePublicity, "公示中"}, {projections.QueueUnsatisfied, "不满意"}, {projections.QueueReply, "待答复"},
	{projections.QueueReview, "挂账、常态到期"}, {projections.QueueToSign, "待签收"}, {projections.QueueSentBack, "退回"}, {projections.QueueOpen, "在办"},
	{projections.QueueReopened, "反弹"}, {projections.QueueBounced, "退回 2 次以上"}, {projections.QueueHeld, "待甄别"},
	{projections.QueueBlocked, "报了卡点、挂账"}, {projections.QueueLeader, "等挂钩领导定"},
	{projections.QueueToday, "今天要办完"}}

func queueName(q projections.Queue) string {
	for _, x := range queueNames {
		if x.Queue == q {
			return x.Name
		}
	}
	return ""
}

var lampNames = map[projections.Lamp]string{projections.LampOverdue: "逾期", projections.LampNear: "临期", projections.LampCalm: "没到临期"}

var paceNames = map[events.Lamp]string{events.OnPace: "达到序时进度", events.Behind: "未达序时"}

// pageSizes are the rows a page that can be picked.
var pageSizes = []int{20, 50, 100}

// query is an address read as a filter, with what was not understood.
type query struct {
	filter  projections.Filter
	ignored []string
}

// readQuery reads every filter of the address. A value that nobody knows is left out and
// said.
func readQuery(v url.Values, base projections.Filter) query {
	q := query{filter: base}
	f := &q.filter
	f.Q = strings.TrimSpace(v.Get("q"))
	f.Source, f.Category, f.Area = events.Source(v.Get("source")), v.Get("category"), v.Get("area")
	f.Unit, f.Leader, f.Campaign = v.Get("unit"), v.Get("leader"), v.Get("campaign")
	f.LeadOnly = v.Get("lead") != ""
	f.After = v.Get("after")
	for _, w := range words(v["state"]) {
		switch {
		case w == "OVERDUE" || w == "NEAR":
			f.Lamp = projections.Lamp(w)
		case paceNames[events.Lamp(w)] != "":
			f.Pace = events.Lamp(w)
		case slices.Contains(events.States, events.State(w)):
			f.States = append(f.States, events.State(w))
		default:
			q.ignore("状态", w)
		}
	}
	for _, w := range words(v["group"]) {
		switch {
		case w == "BASE":
			f.Groups = append(f.Groups, projections.Base...)
		case groupsNamed[w] != "":
			f.Groups = append(f.Groups, projections.Group(w))
		default:
			q.ignore("分组", w)
		}
	}
	for _, w := range words(v["mode"]) {
		switch {
		case w == projections.None:
			f.Modes = append(f.Modes, "")
		case slices.Contains(events.Modes, events.Mode(w)):
			f.Modes = append(f.Modes, events.Mode(w))
		default:
			q.ignore("整改类型", w)
		}
	}
	if f.Source != "" && f.Source != projections.Any && f.Source != projections.None && !slices.Contains(events.Sources, f.Source) {
		q.ignore("来源", string(f.Source))
		f.Source = ""
	}
	q.rest(v)
	return q
}

func (q *query) rest(v url.Values) {
	f := &q.filter
	if w := v.Get("lamp"); w != "" {
		if lampNames[projections.Lamp(w)] == "" {
			q.ignore("时限", w)
		} else {
			f.Lamp = projections.Lamp(w)
		}
	}
	if w := v.Get("queue"); w != "" {
		if f.Queue = projections.Queue(w); queueName(f.Queue) == "" {
			q.ignore("队列", w)
			f.Queue = ""
		}
	}
	if w := v.Get("preset"); w != "" {
		if f.Preset = events.Preset(w); w != projections.None && !slices.Contains(events.Presets, f.Preset) {
			q.ignore("台账", w)
			f.Preset = ""
		}
	}
	for _, d := range []struct {
		name, label string
		into        *events.Date
	}{{"due", "期限不晚于", &f.DueBy}, {"due_from", "期限不早于", &f.DueFrom}, {"raised_from", "登记不早于", &f.RaisedFrom}, {"raised_by", "登记不晚于", &f.RaisedBy},
		{"new_in", "哪周新增", &f.NewIn}, {"closed_in", "哪周销号", &f.ClosedIn}, {"as_of", "哪一天", &f.AsOf}} {
		w := strings.TrimSpace(v.Get(d.name))
		if w == "" {
			continue
		}
		day, err := events.ParseDate(w)
		if err != nil {
			q.ignore(d.label, w)
			continue
		}
		*d.into = day
	}
	for _, x := range []struct {
		name string
		into *bool
	}{{"urgent", &f.Urgent}, {"reopened", &f.Reopened}, {"returned", &f.Returned}, {"unsatisfied", &f.Unsatisfied}} {
		*x.into = v.Get(x.name) != ""
	}
	if w := v.Get("class"); w != "" {
		if f.Class = events.Class(w); !slices.Contains([]events.Class{events.Ordinary, events.Conduct, events.Stability}, f.Class) {
			q.ignore("性质", w)
			f.Class = ""
		}
	}
	if w := v.Get("level"); w != "" {
		if f.Level = events.Level(w); !slices.Contains([]events.Level{events.Simple, events.Normal, events.Key}, f.Level) {
			q.ignore("轻重", w)
			f.Level = ""
		}
	}
	if w := v.Get("supervision"); w != "" {
		if f.Supervision = events.SupervisionLevel(w); w != projections.Any && !slices.Contains(events.SupervisionLevels, f.Supervision) {
			q.ignore("督办", w)
			f.Supervision = ""
		}
	}
	q.past()
	if w := v.Get("size"); w != "" {
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 || n > 200 {
			q.ignore("每页", w)
		} else {
			f.Limit = n
		}
	}
}

// past settles what a list of a past day goes with: where rows stood then is kept, and
// nothing else.
func (q *query) past() {
	f := &q.filter
	if f.AsOf.IsZero() {
		return
	}
	if !f.AsOf.Before(f.Today) {
		if f.AsOf.After(f.Today) {
			q.ignore("哪一天", f.AsOf.String())
		}
		f.AsOf = events.Date{}
		return
	}
	f.LeadOnly = f.Unit != ""
	for _, x := range []struct {
		is   bool
		what string
	}{{f.Q != "", "字词"}, {f.Queue != "", "队列"}, {!f.NewIn.IsZero() || !f.ClosedIn.IsZero(), "哪一周"}, {f.Urgent || f.Level != "", "轻重缓急"}, {f.Pace != "", "序时进度"},
		{f.Supervision != "", "督办"}, {f.Reopened || f.Returned || f.Unsatisfied, "反弹、退单、不满意"}} {
		if x.is {
			q.ignored = append(q.ignored, x.what+"（过去某天的台账没有这一项）")
		}
	}
	f.Q, f.Queue, f.NewIn, f.ClosedIn, f.Urgent, f.Level, f.Supervision = "", "", events.Date{}, events.Date{}, false, "", ""
	f.Reopened, f.Returned, f.Unsatisfied, f.Pace = false, false, false, ""
}

func (q *query) ignore(what, value string) {
	if r := []rune(value); len(r) > 30 {
		value = string(r[:30]) + "…"
	}
	q.ignored = append(q.ignored, what+"“"+value+"”")
}

// words splits values that may be repeated or joined by commas.
func words(vs []string) []string {
	var out []string
	for _, v := range vs {
		for _, w := range strings.Split(v, ",") {
			if w = strings.TrimSpace(w); w != "" {
				out = append(out, w)
			}
		}
	}
	return out
}

// itemsPage shows the ledger.
func (s *Server) itemsPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	v := r.URL.Query()
	base, err := s.filter(r.Context(), a)
	if err != nil {
		return err
	}
	base.Limit, base.Brief = 20, true
	q := readQuery(v, base)
	if !q.filter.AsOf.IsZero() {
		q.filter.Near = s.lookedBack(q.filter.AsOf)[events.NearEnd].Day
	}
	ls, err := s.known(r.Context(), a)
	if err != nil {
		return err
	}
	list, err := s.reads.Items(r.Context(), q.filter)
	if errors.Is(err, projections.ErrBadCursor) {
		q.filter.After = ""
		q.ignored = append(q.ignored, "翻页的位置")
		list, err = s.reads.Items(r.Context(), q.filter)
	}
	if err != nil {
		return err
	}
	p := ItemsPage{Page: s.staffPage(r, "整改台账", "items"), Q: q.filter.Q, Ignored: q.ignored, Rows: s.rowsOf(list, q.filter), Count: countWords(list)}
	if day := q.filter.AsOf; !day.IsZero() {
		p.AsOf, p.Current = asOfWords(day), "/items?"+keep(v, "as_of", "after").Encode()
	}
	p.Live, p.Notice = p.Sequence, doneWords(v)
	p.Selects, p.Export = ledgerSelects(q.filter, ls), exportFormOf(v)
	if !q.filter.DueBy.IsZero() {
		p.Due = q.filter.DueBy.String()
	}
	p.More, p.MoreIn = moreFilters(v, q.filter, ls)
	p.further(v, q.filter, ls)
	p.Columns = columnsOf(r)
	for i, it := range list.Items {
		p.Rows[i].Cells = p.Rows[i].cells(p.Columns, it, s.today())
	}
	if p.AsOf == "" {
		p.Bulk = bulkChoices(a)
	}
	if p.Kept, p.Keep, err = s.keptViews(r, a); err != nil {
		return err
	}
	if list.Next != "" {
		p.Next = pageHref(v, list.Next)
	}
	if list.Prev != "" {
		p.Prev = pageHref(v, list.Prev)
	}
	for _, n := range pageSizes {
		u := keep(v, "after")
		u.Set("size", strconv.Itoa(n))
		p.Sizes = append(p.Sizes, pageSize{n, "/items?" + u.Encode(), n == q.filter.Limit})
	}
	if p.Views, err = s.views(r.Context(), a, v); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "items", p)
}

// countWords says how many rows there are; of very many, that nobody counted on.
func countWords(p projections.Page) string {
	if p.More {
		return fmt.Sprintf("%d 件以上", p.Total)
	}
	return fmt.Sprintf("%d 件", p.Total)
}

// asOfWords says of which day figures and rows are.
func asOfWords(day events.Date) string {
	return fmt.Sprintf("这是 %d 年 %d 月 %d 日当天结束时的数", day.Year(), day.Month(), day.Day())
}

// rowsOf are the rows with the words looked for marked; of a past day, as that day saw them.
func (s *Server) rowsOf(p projections.Page, f projections.Filter) []row {
	its := p.Items
	rows := s.rows(its)
	for i := range rows {
		if !f.AsOf.IsZero() {
			rows[i] = rowOf(s.calendar(), s.lookedBack(f.AsOf), its[i])
			rows[i].Progress = "—"
		}
		rows[i].Marks = projections.Marks(rows[i].Title, f.Q)
		rows[i].Said = projections.Marks(p.Said[its[i].ID], f.Q)
	}
	return rows
}

func pageHref(v url.Values, after string) string {
	u := keep(v)
	u.Set("after", after)
	return "/items?" + u.Encode()
}

// keep copies an address without the named parameters and without empty ones.
func keep(v url.Values, without ...string) url.Values {
	out := url.Values{}
	for k, vs := range v {
		if !slices.Contains(without, k) && len(vs) > 0 && vs[0] != "" {
			out[k] = slices.Clone(vs)
		}
	}
	return out
}

// ledgerSelects are the filters with a control.
func ledgerSelects(f projections.Filter, ls lists) []Input {
	states := []domain.Choice{{Value: "OVERDUE", Label: "逾期"}, {Value: "NEAR", Label: "临期"}, {Value: string(events.Behind), Label: paceNames[events.Behind]}, {Value: string(events.OnPace), Label: paceNames[events.OnPace]}}
	for _, st := range events.States {
		states = append(states, domain.Choice{Value: string(st), Label: st.Zh()})
	}
	state := ""
	switch {
	case f.Lamp == projections.LampOverdue || f.Lamp == projections.LampNear:
		state = string(f.Lamp)
	case f.Pace != "":
		state = string(f.Pace)
	case len(f.States) == 1:
		state = string(f.States[0])
	}
	var modes []domain.Choice
	for _, m := range events.Modes {
		modes = append(modes, domain.Choice{Value: string(m), Label: m.Zh()})
	}
	mode := ""
	if len(f.Modes) == 1 {
		mode = string(f.Modes[0])
	}
	return []Input{
		{Name: "state", Label: "状态", Options: states, Value: state, Blank: "不限"},
		{Name: "mode", Label: "整改类型", Options: modes, Value: mode, Blank: "不限"},
		{Name: "unit", Label: "单位", Options: choicesOf(ls.units, f.Unit), Value: f.Unit, Blank: "不限"},
		{Name: "leader", Label: "挂钩领导", Options: choicesOf(ls.leaders, f.Leader), Value: f.Leader, Blank: "不限"},
	}
}

func choicesOf(os []projections.Option, chosen string) []domain.Choice {
	var out []domain.Choice
	switch chosen {
	case projections.Any:
		out = append(out, domain.Choice{Value: chosen, Label: "有的"})
	case projections.None:
		out = append(out, domain.Choice{Value: chosen, Label: "没有的"})
	}
	for _, o := range os {
		out = append(out, domain.Choice{Value: o.Key, Label: o.Name})
	}
	if chosen != "" && !slices.ContainsFunc(out, func(c domain.Choice) bool { return c.Value == chosen }) {
		out = append(out, domain.Choice{Value: chosen, Label: chosen})
	}
	return out
}

// further shows the filters that have no control of their own.
func (p *ItemsPage) further(v url.Values, f projections.Filter, ls lists) {
	add := func(param, name, text string) {
		if text == "" {
			return
		}
		for _, x := range v[param] {
			if slices.ContainsFunc(p.More, func(in Input) bool { return in.Name == param }) {
				break
			}
			p.Hidden = append(p.Hidden, fact{param, x})
		}
		u := keep(v, param, "after")
		p.Chips = append(p.Chips, chip{name, text, "/items?" + u.Encode()})
	}
	if len(f.Groups) > 0 {
		var names []string
		for _, g := range f.Groups {
			names = append(names, groupsNamed[string(g)])
		}
		text := strings.Join(names, "、")
		if slices.Equal(f.Groups, projections.Base) {
			text = "立了项的"
		}
		add("group", "分组", text)
	}
	if len(f.States) > 1 {
		add("state", "状态", fmt.Sprintf("%d 种", len(f.States)))
	}
	if f.Lamp == projections.LampCalm || v.Get("lamp") != "" && v.Get("state") == "" && f.Lamp == projections.LampCalm {
		add("lamp", "时限", lampNames[f.Lamp])
	}
	if slices.Contains(f.Modes, "") {
		add("mode", "整改类型", "没有定")
	}
	if f.LeadOnly && f.Unit != "" {
		add("lead", "单位", "只看主办")
	}
	add("source", "来源", anyNone(string(f.Source), f.Source.Zh()))
	add("category", "类别", anyNone(f.Category, f.Category))
	add("area", "地方", anyNone(f.Area, f.Area))
	add("campaign", "专项", anyNone(f.Campaign, f.Campaign))
	add("queue", "队列", queueName(f.Queue))
	add("preset", "台账", anyNone(string(f.Preset), f.Preset.Zh()))
	add("class", "性质", zhOr(f.Class != "", f.Class.Zh()))
	add("level", "轻重", zhOr(f.Level != "", f.Level.Zh()))
	add("urgent", "急件", zhOr(f.Urgent, "只看急件"))
	add("supervision", "督办", anyNone(string(f.Supervision), f.Supervision.Zh()))
	add("reopened", "反弹", zhOr(f.Reopened, "复号过的"))
	add("returned", "退单", zhOr(f.Returned, "退过 2 次以上的"))
	add("unsatisfied", "评价", zhOr(f.Unsatisfied, "不满意、还没处理的"))
	add("due_from", "期限不早于", zhOr(!f.DueFrom.IsZero(), f.DueFrom.String()))
	add("raised_from", "登记不早于", zhOr(!f.RaisedFrom.IsZero(), f.RaisedFrom.String()))
	add("raised_by", "登记不晚于", zhOr(!f.RaisedBy.IsZero(), f.RaisedBy.String()))
	add("as_of", "哪一天", zhOr(!f.AsOf.IsZero(), f.AsOf.String()))
	add("new_in", "新增", zhOr(!f.NewIn.IsZero(), f.NewIn.String()+" 那一周"))
	add("closed_in", "销号", zhOr(!f.ClosedIn.IsZero(), f.ClosedIn.String()+" 那一周"))
}

func anyNone(key, words string) string {
	switch key {
	case projections.Any:
		return "有的"
	case projections.None:
		return "没有的"
	}
	return words
}

func zhOr(ok bool, words string) string {
	if ok {
		return words
	}
	return ""
}

// views are the filters at hand, with counts from counters.
func (s *Server) views(ctx context.Context, a events.Actor, v url.Values) ([]savedView, error) {
	here := keep(v, "after", "size", "done", "n", "behind", "undo").Encode()
	var out []savedView
	add := func(name string, n int, pairs ...string) {
		u := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			u.Set(pairs[i], pairs[i+1])
		}
		href := "/items"
		if len(u) > 0 {
			href += "?" + u.Encode()
		}
		out = append(out, savedView{href, name, n, u.Encode() == here})
	}
	base, err := s.filter(ctx, a)
	if err != nil {
		return nil, err
	}
	count := func(change func(*projections.Filter)) (int, error) {
		f := base
		f.Limit = 1
		change(&f)
		p, err := s.reads.Items(ctx, f)
		return p.Total, err
	}
	tomorrow := s.calendar().Add(s.today(), 1)
	if ofUnit(a) {
		err := s.unitViews(ctx, a, base, tomorrow, count, add)
		return out, err
	}
	n, err := s.reads.Views(ctx, s.looked()[events.Now], tomorrow, base.Sight)
	if err != nil {
		return nil, err
	}
	add("全部", n.All)
	add("逾期未完成", n.Overdue, "lamp", "OVERDUE")
	add("今明到期", n.Soon, "lamp", "NEAR", "due", tomorrow.String())
	add("待核查", n.Verify, "queue", "VERIFY")
	add("退单待审", n.Return, "queue", "RETURN")
	add("常态", n.Standing, "group", "STANDING")
	add("挂账", n.Held, "group", "HELD")
	return out, nil
}

// unitViews are the views of a unit: its own items first.
func (s *Server) unitViews(ctx context.Context, a events.Actor, base projections.Filter, tomorrow events.Date, count func(func(*projections.Filter)) (int, error),
	add func(name string, n int, pairs ...string)) error {
	all, err := count(func(*projections.Filter) {})
	if err != nil {
		return err
	}
	f := base
	f.Unit = a.Unit.ID
	mine, err := count(func(f *projections.Filter) { f.Unit = a.Unit.ID })
	if err != nil {
		return err
	}
	late, err := count(func(f *projections.Filter) { f.Unit, f.Lamp = a.Unit.ID, projections.LampOverdue })
	if err != nil {
		return err
	}
	soon, err := count(func(f *projections.Filter) {
		f.Unit, f.Lamp, f.DueBy = a.Unit.ID, projections.LampNear, tomorrow
	})
	if err != nil {
		return err
	}
	qs, err := s.reads.Queues(ctx, f)
	if err != nil {
		return err
	}
	add("全部", all)
	add("本单位的", mine, "unit", a.Unit.ID)
	add("逾期未完成", late, "unit", a.Unit.ID, "lamp", "OVERDUE")
	add("今明到期", soon, "unit", a.Unit.ID, "lamp", "NEAR", "due", tomorrow.String())
	add("待签收", qs[projections.QueueToSign], "unit", a.Unit.ID, "queue", "TO_SIGN")
	add("退回", qs[projections.QueueSentBack], "unit", a.Unit.ID, "queue", "SENT_BACK")
	return nil
}
