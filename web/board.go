package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"xiaohao/events"
	"xiaohao/projections"
)

// BoardPage is the overview; what is stuck stands before all totals.
type BoardPage struct {
	Page
	Narrowed  []chip
	AsOf      string // the past day that the figures are of, in words
	NowHref   string // the same board as it stands now
	Day       string // of the field that picks a day
	Latest    string // the last day it takes
	Hidden    []fact // what the field keeps
	KPIs      string // address of the rates
	Stuck     []stuckGroup
	StuckN    int
	Total     number
	Figures   []figure
	Sums      []string
	Beside    []figure // what is not in the total
	Linked    []tallyRow
	LinkedN   int
	LinkedAll string
	Heads     []string // of the unit table
	Units     []cellRow
	All       cellRow
	Key       []bucket
	Weeks     []weekCell
	Trend     []rect
	Earlier   string
	Tables    []smallTable
	AreasHref string // the same board with the table by place
}

// stuckGroup is one kind of being stuck with its rows.
type stuckGroup struct {
	Class, Icon, Name string
	Short             string // of the name
	Count             int
	Href              string
	Rows              []stuckItem
}

type stuckItem struct {
	row
	HowLong string
	Class   string
}

// figure is one number with its rows.
type figure struct {
	Href, Name, Rate string
	N                int
}

// number is a cell of a table: a number and the address of exactly its rows.
type number struct {
	N    int
	Href string
}

// cellRow is one row of a board table.
type cellRow struct {
	Name    string
	Href    string
	Bar     []rect
	Numbers []number
	Total   number
	Rate    string
}

// tallyRow is one row of seals.
type tallyRow struct {
	Name, Says, Label string
	Done, All         number
	Cells             []tallyGroup
	Bar               []rect // instead, when there are many
}

type weekCell struct {
	Start         string
	New, Closed   int
	NewHref       string
	ClosedHref    string
	StartComplete string
}

// smallTable is one of 按类型, 按来源, 按类别.
type smallTable struct {
	ID, Title, Head string
	Rows            []smallRow
	Total, Closed   number
}

type smallRow struct {
	Name          string
	Total, Closed number
}

// boardPage shows the overview.
func (s *Server) boardPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	v := r.URL.Query()
	sf, err := s.filter(r.Context(), a)
	if err != nil {
		return err
	}
	f := projections.BoardFilter{Unit: v.Get("unit"), Leader: v.Get("leader"), Campaign: v.Get("campaign"), Today: sf.Today, Minute: sf.Minute, Near: sf.Near, Sight: sf.Sight}
	if ofUnit(a) && !slices.Contains(f.Sight.Units, f.Unit) { // its own, or of a unit below
		f.Unit = a.Unit.ID
	}
	base := url.Values{}
	if p := events.Preset(v.Get("preset")); slices.Contains(events.Presets, p) {
		f.Preset = p
		base.Set("preset", string(p))
	}
	if f.Unit != "" {
		base.Set("unit", f.Unit)
		base.Set("lead", "1")
	}
	if f.Leader != "" {
		base.Set("leader", f.Leader)
	}
	if f.Campaign != "" {
		base.Set("campaign", f.Campaign)
	}
	if day, err := events.ParseDate(v.Get("as_of")); err == nil && day.Before(s.today()) {
		f.AsOf, f.Near = day, s.lookedBack(day)[events.NearEnd].Day
		base.Set("as_of", day.String())
	}
	f.Areas = v.Get("areas") != ""
	b, err := s.reads.Board(r.Context(), f)
	if err != nil {
		return err
	}
	sf.Preset, sf.Unit, sf.LeadOnly, sf.Leader, sf.Campaign = f.Preset, f.Unit, f.Unit != "", f.Leader, f.Campaign
	at := s.looked()
	if !f.AsOf.IsZero() {
		at = s.lookedBack(f.AsOf)
	}
	day := at.Today()
	sf.AsOf, sf.Near = f.AsOf, s.calendar().Add(day, 1)
	stuck, err := s.reads.Stuck(r.Context(), sf)
	if err != nil {
		return err
	}
	p := s.boardOf(b, base)
	s.stuckOf(&p, stuck, base, at)
	p.Page = s.staffPage(r, "总览", "board")
	p.Sequence = b.AsOf
	p.Live = b.AsOf
	p.Latest = s.today().AddDays(-1).String()
	p.KPIs = "/board/kpi?" + keep(v, "leader", "campaign", "preset", "areas").Encode()
	if f.Areas {
		p.Tables = append(p.Tables, smallTableOf("s13", "按地方", "地方", "area", "没有写", b.ByArea, base))
	} else {
		v.Set("areas", "1")
		p.AreasHref = "/board?" + v.Encode() + "#s13"
		v.Del("areas")
	}
	if !f.AsOf.IsZero() {
		p.Live = 0
		p.AsOf, p.Day, p.NowHref = asOfWords(f.AsOf), f.AsOf.String(), "/board?"+keep(v, "as_of").Encode()
	}
	for _, k := range []string{"preset", "unit", "leader", "campaign"} {
		if x := v.Get(k); x != "" {
			p.Hidden = append(p.Hidden, fact{k, x})
		}
	}
	for _, k := range slices.Sorted(maps.Keys(base)) {
		if k != "lead" && k != "as_of" {
			drop := "/board?" + keep(v, k).Encode()
			if k == "unit" && ofUnit(a) {
				drop = "" // not for a unit to drop
			}
			p.Narrowed = append(p.Narrowed, chip{map[string]string{"unit": "单位", "leader": "挂钩领导", "preset": "台账", "campaign": "专项"}[k], s.keyName(b, k, base.Get(k)), drop})
		}
	}
	return s.render(w, http.StatusOK, "board", p)
}

func (s *Server) keyName(b projections.Board, kind, key string) string {
	cells := map[string][]projections.Cell{"unit": b.ByUnit, "leader": b.ByLeader}[kind]
	for _, c := range cells {
		if c.Key == key {
			return c.Name
		}
	}
	if kind == "preset" {
		return events.Preset(key).Zh()
	}
	return anyNone(key, key)
}

// ledger makes the address of rows: the board's own filter and pairs of further ones.
func ledger(base url.Values, pairs ...string) string {
	u := url.Values{}
	for k, vs := range base {
		u[k] = vs
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		u.Set(pairs[i], pairs[i+1])
	}
	return "/items?" + u.Encode()
}

// bucketPairs select the rows of each bucket of a cell.
var bucketPairs = map[string][]string{"逾期": {"lamp", "OVERDUE"}, "临期": {"lamp", "NEAR"}, "整改中": {"group", "OPEN", "lamp", "CALM"}, "挂账": {"group", "HELD"},
	"完成未销": {"group", "DONE"}, "常态": {"group", "STANDING"}, "已销号": {"group", "CLOSED"}, "待交办": {"group", "WAITING", "lamp", "CALM"}, "合计": {"group", "BASE"}}

// boardOf makes the view of a board.
func (s *Server) boardOf(b projections.Board, base url.Values) BoardPage {
	c := b.All
	p := BoardPage{Total: number{c.Total, ledger(base, "group", "BASE")}, Heads: []string{"逾期", "临期", "整改中", "待交办", "挂账", "完成未销", "常态", "已销号"}}
	open := c.Overdue + c.Near + c.Running + c.Waiting
	p.Figures = []figure{
		{ledger(base, "group", "DONE,CLOSED"), "整改完成（单位报的）", rate(c.Rectified(), c.Total), c.Rectified()},
		{ledger(base, "group", "CLOSED"), "已销号（验过的）", rate(c.Closed, c.Total), c.Closed},
		{ledger(base, "group", "DONE,CLOSED,ANSWERED"), "办结（连直接答复）", "", b.Concluded},
		{ledger(base, "group", "OPEN,WAITING"), "还没改完", "", open},
		{ledger(base, "lamp", "OVERDUE"), "其中逾期", "", c.Overdue},
		{ledger(base, "group", "STANDING"), "常态整改", "", c.Standing},
		{ledger(base, "group", "HELD"), "挂账", "", c.Held},
	}
	p.Sums = []string{fmt.Sprintf("%d = 已销号 %d + 完成未销 %d；办结 %d = %d + 直接答复 %d；", c.Rectified(), c.Closed, c.Done, b.Concluded, c.Rectified(), b.Answered),
		fmt.Sprintf("%d = 逾期 %d + 临期 %d + 整改中 %d + 待交办 %d，没逾期的 %d 件达到序时进度；", open, c.Overdue, c.Near, c.Running, c.Waiting, b.OnPlan),
		fmt.Sprintf("%d = %d + %d + %d + %d。", c.Total, c.Rectified(), open, c.Standing, c.Held)}
	if b.Pending+b.Answered+b.Ended+b.Merged > 0 {
		p.Beside = []figure{{Href: ledger(base, "group", "PENDING"), Name: "待受理", N: b.Pending}, {Href: ledger(base, "group", "ANSWERED"), Name: "直接答复", N: b.Answered},
			{Href: ledger(base, "group", "ENDED"), Name: "不予受理和终结", N: b.Ended}, {Href: ledger(base, "group", "MERGED"), Name: "并单", N: b.Merged}}
	}
	p.Key = buckets(projections.Cell{})
	most := 1
	for _, u := range b.ByUnit {
		most = max(most, u.Total)
	}
	for _, u := range b.ByUnit {
		p.Units = append(p.Units, unitCells(u, most, base, false))
	}
	p.All = unitCells(c, most, base, true)
	for _, t := range b.Linked {
		p.Linked = append(p.Linked, tallyRowOf(t, base))
		p.LinkedN += t.Total
	}
	p.LinkedAll = ledger(base, "leader", linkedKey(base), "group", "BASE")
	p.weeks(b, base)
	p.Tables = []smallTable{smallTableOf("s7", "按类型", "类型", "mode", "没有定", b.ByMode, base), smallTableOf("s8", "按来源", "来源", "source", "没有写", b.BySource, base),
		smallTableOf("s9", "按类别", "类别", "category", "没有写", b.ByCategory, base), smallTableOf("s10", "按专项", "专项", "campaign", "不在专项里", b.ByCampaign, base),
		smallTableOf("s11", "按台账", "台账", "preset", "没有写", b.ByPreset, base), smallTableOf("s12", "按挂钩领导", "领导", "leader", "没有挂钩", b.ByLeader, base)}
	return p
}

func linkedKey(base url.Values) string {
	if l := base.Get("leader"); l != "" {
		return l
	}
	return projections.Any
}

// unitCells is one row of 按主办单位, or the sum of them all.
func unitCells(c projections.Cell, most int, base url.Values, sum bool) cellRow {
	at, r := base, cellRow{Name: "合计"}
	if !sum {
		at, r.Name = with(base, "unit", keyOr(c.Key), "lead", "1"), c.Name
		if c.Key == "" {
			r.Name = "还没交办"
		}
		r.Href = ledger(at, "group", "BASE")
	}
	r.Bar = bar(buckets(c), most)
	for _, x := range []struct {
		name string
		n    int
	}{{"逾期", c.Overdue}, {"临期", c.Near}, {"整改中", c.Running}, {"待交办", c.Waiting}, {"挂账", c.Held}, {"完成未销", c.Done}, {"常态", c.Standing}, {"已销号", c.Closed}} {
		r.Numbers = append(r.Numbers, number{x.n, ledger(at, bucketPairs[x.name]...)})
	}
	r.Total, r.Rate = number{c.Total, ledger(at, bucketPairs["合计"]...)}, rate(c.Closed, c.Total)
	return r
}

func with(base url.Values, pairs ...string) url.Values {
	u := url.Values{}
	for k, vs := range base {
		u[k] = vs
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		u.Set(pairs[i], pairs[i+1])
	}
	return u
}

// tallyRowOf is one row of seals. Its rows are the base items that a leader is linked to.
func tallyRowOf(t projections.ModeTally, base url.Values) tallyRow {
	at := with(base, "leader", linkedKey(base), "group", "BASE")
	r := tallyRow{Name: t.Name}
	if t.IsCampaign {
		at.Set("campaign", t.Key)
	} else {
		r.Name = events.Mode(t.Key).Zh()
		if t.Key == "" {
			r.Name = "没有定类型"
		}
		at.Set("campaign", projections.None)
		at.Set("mode", keyOr(t.Key))
	}
	n := t.Counts
	done := n[events.Closed] + n[events.Rectified] + n[events.UnderVerification] + n[events.InPublicity]
	r.Done, r.All = number{done, ledger(at, "group", "DONE,CLOSED")}, number{t.Total, ledger(at)}
	var words []string
	for _, g := range tallyOf(t) {
		words = append(words, fmt.Sprintf("%s %d", g.Name, g.N))
	}
	switch {
	case done == t.Total:
		r.Says = "全部改完。"
	case n[events.Standing] > 0 && done+n[events.Standing] == t.Total:
		r.Says = fmt.Sprintf("%d 件改完 %d，常态 %d 不算销号。", t.Total, done, n[events.Standing])
	default:
		r.Says = fmt.Sprintf("%d 件改完 %d。", t.Total, done)
	}
	r.Says += strings.Join(words, " · ")
	r.Label = fmt.Sprintf("%s %d 件：%s", r.Name, t.Total, strings.Join(words, "，"))
	if t.Total > mostTally {
		r.Bar = tallyBar(t)
	} else {
		r.Cells = tallyOf(t)
	}
	return r
}

func keyOr(key string) string {
	if key == "" {
		return projections.None
	}
	return key
}

func (p *BoardPage) weeks(b projections.Board, base url.Values) {
	news, closed := 0, 0
	for _, w := range b.Weeks {
		news, closed = news+w.New, closed+w.Closed
		p.Weeks = append(p.Weeks, weekCell{Start: monthDay(w.Start), StartComplete: w.Start.String(), New: w.New, Closed: w.Closed,
			NewHref: ledger(base, "new_in", w.Start.String()), ClosedHref: ledger(base, "closed_in", w.Start.String())})
	}
	p.Trend = trend(b.Weeks)
	p.Earlier = fmt.Sprintf("新增 %d，销号 %d；更早新增 %d，销号 %d", news, closed, b.EarlierNew, b.EarlierClosed)
}

func smallTableOf(id, title, head, param, none string, cells []projections.Cell, base url.Values) smallTable {
	t := smallTable{ID: id, Title: title, Head: head, Total: number{0, ledger(base, "group", "BASE")}, Closed: number{0, ledger(base, "group", "CLOSED")}}
	for _, c := range cells {
		name := c.Name
		if c.Key == "" {
			name = none
		}
		t.Rows = append(t.Rows, smallRow{name, number{c.Total, ledger(base, param, keyOr(c.Key), "group", "BASE")}, number{c.Closed, ledger(base, param, keyOr(c.Key), "group", "CLOSED")}})
		t.Total.N, t.Closed.N = t.Total.N+c.Total, t.Closed.N+c.Closed
	}
	return t
}

// stuckOf fills what was stuck on a day, which may be today.
func (s *Server) stuckOf(p *BoardPage, st projections.Stuck, base url.Values, at events.Bounds) {
	day := at.Today()
	tomorrow := s.calendar().Add(day, 1)
	for _, g := range []struct {
		key   string
		group stuckGroup
		items []projections.Item
		says  func(projections.Item, row) string
	}{
		{"overdue", stuckGroup{Class: "over", Icon: "over", Name: "逾期", Short: "逾期", Href: ledger(base, "lamp", "OVERDUE")}, st.Overdue, func(_ projections.Item, r row) string { return r.Left.Text }},
		{"near", stuckGroup{Class: "near", Icon: "near", Name: "今明到期", Short: "临期", Href: ledger(base, "lamp", "NEAR", "due", tomorrow.String())}, st.Near,
			func(it projections.Item, _ row) string {
				if it.Due == day {
					return "今天到期"
				}
				return "下个工作日"
			}},
		{"bounced", stuckGroup{Class: "near", Icon: "back", Name: "退回 2 次以上", Short: "多次退回", Href: ledger(base, "queue", "BOUNCED")}, st.Bounced,
			func(it projections.Item, _ row) string { return fmt.Sprintf("退回 %d 次", it.Returns) }},
		{"unsatisfied", stuckGroup{Icon: "no", Name: "不满意，还没处理", Short: "不满意", Href: ledger(base, "queue", "UNSATISFIED")}, st.Unsatisfied, func(it projections.Item, _ row) string { return s.ratedAgo(it) }},
		{"reopened", stuckGroup{Class: "over", Icon: "redo", Name: "反弹", Short: "反弹", Href: ledger(base, "queue", "REOPENED")}, st.Reopened,
			func(it projections.Item, _ row) string { return fmt.Sprintf("第 %d 轮", it.Round) }},
	} {
		x := g.group
		n, known := st.Counts[g.key]
		if !known {
			continue
		}
		x.Count = n
		p.StuckN += x.Count
		for _, it := range g.items {
			r := rowOf(s.calendar(), at, it)
			i := stuckItem{row: r, HowLong: g.says(it, r)}
			if g.key == "overdue" || g.key == "near" {
				i.Class = x.Class
			}
			x.Rows = append(x.Rows, i)
		}
		p.Stuck = append(p.Stuck, x)
	}
}

func (s *Server) ratedAgo(it projections.Item) string {
	es := it.Detail.Evaluations
	if len(es) == 0 {
		return "没处理"
	}
	return fmt.Sprintf("评后 %d 天", s.calendar().Between(es[len(es)-1].On, s.today()))
}
