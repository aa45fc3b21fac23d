package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/domain/rights"
	"xiaohao/events"
	"xiaohao/projections"
)

// staffRoutes are the pages of the office, of units and of leaders.
func (s *Server) staffRoutes() []route {
	return append(append(s.reportRoutes(), s.printRoutes()...), []route{
		{"GET /items", s.staff(s.itemsPage)},
		{"POST /items/bulk", s.staff(s.bulk)},
		{"POST /items/columns", s.staff(s.chooseColumns)},
		{"POST /items/views", s.staff(s.saveView)},
		{"POST /items/export", s.staff(s.exportLedger)},
		{"GET /items/{number}/revealed", s.staff(s.revealedPage)},
		{"GET /items/{number}", s.staff(s.itemPage)},
		{"GET /items/{number}/deadline", s.staff(s.itemDeadline)},
		{"GET /items/{number}/{command}", s.staff(s.formPage)},
		{"POST /items/{number}/{command}", s.staff(s.uploading(s.give))},
		{"POST /items/{number}/unsplit", s.staff(s.unsplit)},
		{"POST /items/{number}/workbook", s.imports(s.workbookFile)},
		{"GET /items/{number}/evidence/{object}", s.staff(s.evidenceFile)},
		{"GET /items/{number}/evidence/{object}/thumb", s.staff(s.evidenceThumb)},
		{"GET /items/{number}/slips/{slip}", s.staff(s.slipPage)},
		{"GET /supervision", s.staff(s.supervisionPage)},
		{"GET /supervision/evaluations", s.sees(rights.Odd, s.oddPage)},
		{"GET /supervision/{period}/{draw}", s.staff(s.samplePage)},
		{"GET /desk", s.staff(s.deskPage)},
		{"GET /unit", s.staff(s.unitPage)},
		{"GET /leader", s.staff(s.leaderPage)},
		{"GET /board", s.sees(rights.Figures, s.boardPage)},
		{"GET /board/wall", s.sees(rights.Figures, s.wallPage)},
		{"GET /board/kpi", s.sees(rights.Rates, s.kpiPage)},
		{"GET /board/kpi/rows", s.sees(rights.Rates, s.kpiRowsPage)},
		{"GET /admin/permissions", s.sees(rights.Permissions, s.permissionsPage)},
	}...)
}

// staffHandler answers one request of somebody who has said who they are.
type staffHandler func(w http.ResponseWriter, r *http.Request, a events.Actor) error

// staff lets only those through who see the ledger.
func (s *Server) staff(h staffHandler) handler { return s.sees(rights.Ledger, h) }

// sees lets only those through who have the view. Others are told who has it.
func (s *Server) sees(v rights.View, h staffHandler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		a, in := s.actor(r)
		if !in || a.Role == events.Petitioner {
			return errNotStaff
		}
		if !v.May(a.Role) {
			if !reads(r.Method) {
				s.refusedTo(r.Context(), a, events.AccessRefused{Command: string(v), Rule: "view.role"})
			}
			return &denied{fmt.Sprintf("“%s”由%s来看，您现在是%s。", v.Zh(), zhJoin(v.Roles()), a.Role.Zh())}
		}
		return h(w, r, a)
	}
}

// ofUnit reports whether the actor is of a handling unit, whose eyes are limited.
func ofUnit(a events.Actor) bool { return rights.OfUnit(a) }

// sight is how far the actor sees the ledger. The units below his own are looked up only for
// those who see by unit.
func (s *Server) sight(ctx context.Context, a events.Actor) (rights.Sight, error) {
	if rights.Ledger.Of(a.Role) != rights.OwnUnits || s.reads == nil {
		return rights.SightOf(a, nil), nil
	}
	r, err := s.reads.Roster(ctx)
	if err != nil {
		return rights.Sight{}, err
	}
	return rights.SightOf(a, r.Below(a.Unit.ID, s.today())), nil
}

// reach is a sight in the words of the read models.
func reach(s rights.Sight) projections.Sight {
	out := projections.Sight{Units: s.Units, Self: s.Self, Leads: s.Persons}
	switch s.Reach {
	case rights.All:
		out.Extent = projections.SeesAll
	case rights.Leads:
		out.Extent = projections.SeesLinked
	case rights.Ordinary:
		out.Extent = projections.SeesOrdinary
	case rights.OwnUnits:
		out.Extent = projections.SeesUnits
	default:
		out.Extent = projections.SeesNothing
	}
	return out
}

// matter is what of an item decides who may see it.
func matter(it projections.Item) rights.Matter {
	m := rights.Matter{Class: it.Class, Leader: it.Leader.ID, Complained: slices.Clone(it.Detail.Complained)}
	for _, u := range it.Detail.ComplainedOf {
		m.Complained = append(m.Complained, u.ID)
	}
	for _, a := range it.Detail.Assignments {
		m.Had = append(m.Had, a.Unit.ID)
		if a.Live() {
			m.Units = append(m.Units, a.Unit.ID)
		}
	}
	return m
}

// see loads an item for an actor; what he may not see is absent.
func (s *Server) see(ctx context.Context, number string, a events.Actor) (projections.Item, error) {
	it, err := s.reads.Item(ctx, normalizeNumber(number))
	if err != nil {
		return it, err
	}
	sight, err := s.sight(ctx, a)
	if err != nil {
		return projections.Item{}, err
	}
	if !sight.Sees(matter(it)) {
		return projections.Item{}, projections.ErrNotFound
	}
	return it, nil
}

// filter is an empty filter with what every list needs. Words are looked for in what people
// said too, except for units: they read that of an item they handle, and do not look around.
func (s *Server) filter(ctx context.Context, a events.Actor) (projections.Filter, error) {
	sight, err := s.sight(ctx, a)
	at := s.looked()
	return projections.Filter{Today: at.Today(), Minute: at[events.Now].Minute, Near: at[events.NearEnd].Day, Sight: reach(sight), Verbatim: sight.Reach > rights.OwnUnits}, err
}

// known reads what can be picked in forms and filters. Categories, places and campaigns may
// stand in one item only: they are for those who see all items.
func (s *Server) known(ctx context.Context, a events.Actor) (l lists, err error) {
	all, err := s.sight(ctx, a)
	if err != nil {
		return l, err
	}
	seen := func(read func(context.Context, projections.Sight) ([]projections.Option, error)) func(context.Context) ([]projections.Option, error) {
		return func(ctx context.Context) ([]projections.Option, error) { return read(ctx, reach(all)) }
	}
	for _, x := range []struct {
		into *[]projections.Option
		read func(context.Context) ([]projections.Option, error)
	}{{&l.units, s.reads.Units}, {&l.leaders, s.reads.Leaders}, {&l.categories, seen(s.reads.Categories)}, {&l.areas, seen(s.reads.Areas)}, {&l.campaigns, seen(s.reads.Campaigns)}} {
		if *x.into, err = x.read(ctx); err != nil {
			return l, err
		}
	}
	people, err := s.reads.Roster(ctx)
	if err != nil {
		return l, err
	}
	l.people = people.Leaders(s.today())
	for _, u := range people.Units(s.today()) {
		if u.Open {
			l.entered = append(l.entered, projections.Option{Key: u.ID, Name: u.Name})
		}
	}
	if rights.Ledger.Of(a.Role) != rights.All {
		l.categories, l.areas, l.campaigns = nil, nil, nil
	}
	return l, nil
}

// row is an item as lists show it.
type row struct {
	Number, Href, Title string
	Marks               []projections.Mark // the title, split at the words looked for
	Said                []projections.Mark // the piece of what somebody said in which they stand
	Mark                template.HTML
	Mode                string
	Lead                string // with "+2" for its co-units
	Leader              string
	Due                 string // 10-15
	Left                left
	Progress            string
	Where               string // 卡在哪里
	Slip                string // 黄单
	Demo                bool
	Rev                 int
	Cells               []cell // of the ledger's columns
}

// left is how an item stands against its deadline, in words.
type left struct {
	Text  string // 逾期 6 天, 今天, 4 天, 按期
	Class string // over, near, ""
	Late  bool   // done, but late
	Days  int    // working days, for those who show it large
	Over  bool
}

func (s *Server) row(it projections.Item) row { return rowOf(s.calendar(), s.looked(), it) }

func (s *Server) rows(its []projections.Item) []row {
	out := make([]row, len(its))
	for i, it := range its {
		out[i] = s.row(it)
	}
	return out
}

func rowOf(cal *calendar.Calendar, at events.Bounds, it projections.Item) row {
	today, lamp := at.Today(), domain.LampOf(it.State, it.Ends(), at)
	r := row{Number: it.Number, Href: "/items/" + url.PathEscape(it.Number), Title: titleOf(it), Mark: stateMark(listMark(it, lamp, at)), Mode: it.Mode.Zh(),
		Lead: it.Lead.Name, Leader: it.Leader.Post, Due: dueIn(it, today), Left: leftOf(cal, it, at), Progress: progressOf(it, today),
		Where: whereStuck(it), Demo: it.Demo, Rev: it.Rev}
	if it.Mode == events.StandingMode {
		r.Mode = "常态"
	}
	if it.Detail.Clock.Counted.Provisional && it.State.Runs() {
		r.Due += " 暂定"
	}
	if it.CoUnits > 0 && r.Lead != "" {
		r.Lead += fmt.Sprintf(" +%d", it.CoUnits)
	}
	if it.Supervision != "" {
		r.Slip = it.Supervision.Zh()
	}
	return r
}

// titleOf is what an item is called; one that was not accepted has no title yet.
func titleOf(it projections.Item) string {
	if it.Title != "" {
		return it.Title
	}
	words := strings.TrimSpace(it.Category + " " + it.Area)
	if words == "" {
		return "还没有定名称"
	}
	return "还没有定名称（" + words + "）"
}

// listMark lays over the state what matters more in a list.
func listMark(it projections.Item, lamp domain.Lamp, at events.Bounds) mark {
	switch {
	case struck(it.State, it.ClosedOn):
		return markOf(events.Closed)
	case lamp == domain.LampOverdue:
		return lampMark(it.State, lamp)
	case it.ReturnOpen && it.State == events.InProgress:
		return mark{"near", "back", "退单待审"}
	case it.Reopened > 0 && it.State == events.InProgress:
		return mark{"over", "redo", "复号"}
	case lamp == domain.LampNear:
		return lampMark(it.State, lamp)
	}
	switch domain.PaceOf(it.State, it.Node(), at) {
	case events.Behind:
		return mark{"near", "near", paceNames[events.Behind]}
	case events.OnPace:
		return lampMark(it.State, domain.LampOnPlan)
	}
	return markOf(it.State)
}

// leftOf says how many working days are left, or how it came out.
func leftOf(cal *calendar.Calendar, it projections.Item, at events.Bounds) left {
	if it.Due.IsZero() {
		return left{Text: "—"}
	}
	today, lamp := at.Today(), domain.LampOf(it.State, it.Ends(), at)
	switch lamp {
	case domain.LampOverdue:
		n := cal.Between(it.Due, today)
		if n == 0 {
			return left{Text: "逾期", Class: "over", Over: true}
		}
		return left{Text: fmt.Sprintf("逾期 %d 天", n), Class: "over", Days: n, Over: true}
	case domain.LampNear, domain.LampOnPlan:
		l := left{Days: cal.Between(today, it.Due)}
		if l.Text = fmt.Sprintf("%d 天", l.Days); it.Due == today {
			l.Text = strings.TrimSpace("今天 " + it.DueTime)
		}
		if lamp == domain.LampNear {
			l.Class = "near"
		}
		return l
	}
	return outcome(cal, it)
}

// outcome says whether the work was reported in time; late stays late.
func outcome(cal *calendar.Calendar, it projections.Item) left {
	switch {
	case it.Late:
		return left{Text: lateWords(it), Class: "over", Late: true}
	case it.RectifiedOn.IsZero():
		return left{Text: "—"}
	}
	if n := cal.Between(it.RectifiedOn, it.Due); n > 0 {
		return left{Text: fmt.Sprintf("早 %d 天", n)}
	}
	return left{Text: "按期"}
}

func lateWords(it projections.Item) string {
	if it.LateDays > 0 {
		return fmt.Sprintf("晚 %d 天", it.LateDays)
	}
	return "晚办完"
}

// progressOf is the last news in a few words.
func progressOf(it projections.Item, today events.Date) string {
	switch {
	case struck(it.State, it.ClosedOn):
		return "销 " + dayIn(it.ClosedOn, today)
	case it.MergedInto != "":
		return "并入 " + it.MergedInto
	case it.ReturnOpen || it.Returns > 1:
		return fmt.Sprintf("退 %d 次", it.Returns)
	case it.ExtOpen:
		return askedFor(it) + "待批"
	case !it.NextReview.IsZero() && (it.Group == projections.GroupStanding || it.Group == projections.GroupHeld):
		if it.Blocked != "" {
			return it.Blocked.Zh() + "，" + dayIn(it.NextReview, today) + " 再议"
		}
		return dayIn(it.NextReview, today) + " 再评"
	case it.State == events.Rectified:
		return "报完成 " + dayIn(it.RectifiedOn, today)
	case it.State == events.InPublicity && it.Detail.Publicity != nil:
		return "公示到 " + dayIn(it.Detail.Publicity.Until, today)
	case it.Round > 1 && (it.Progress == "" || it.Reopened > 0 && strings.HasPrefix(it.Progress, "销 ")):
		return fmt.Sprintf("第 %d 轮", it.Round)
	case it.Progress != "":
		return it.Progress
	}
	return "—"
}

// whereStuck says what is in the way.
func whereStuck(it projections.Item) string {
	switch {
	case it.Blocked != "" && it.Progress != "" && it.Progress != it.Blocked.Zh():
		return it.Blocked.Zh() + "：" + strings.TrimPrefix(it.Progress, it.Blocked.Zh()+"：")
	case it.Blocked != "":
		return it.Blocked.Zh()
	case it.ReturnOpen:
		return "退单待审"
	case it.ExtOpen:
		return askedFor(it) + "待批"
	case it.Progress != "" && !strings.HasPrefix(it.Progress, "销 "):
		return it.Progress
	}
	return "—"
}

// dueIn is the deadline as lists show it, with the hour when it is over within its day.
func dueIn(it projections.Item, today events.Date) string {
	return strings.TrimSpace(dayIn(it.Due, today) + " " + it.DueTime)
}

// dayIn writes 10-15, with the year when it is not this one.
func dayIn(d, today events.Date) string {
	switch {
	case d.IsZero():
		return "—"
	case d.Year() != today.Year():
		return d.String()
	}
	return monthDay(d)
}

// erasedText stands where a text stood that was erased.
const erasedText = "（个人信息已按申请抹除）"

// open reads a sealed text; one that was erased, or cannot be opened now, says so.
func (s *Server) open(ctx context.Context, v events.Sealed) string {
	if v.IsZero() || s.vault == nil {
		return ""
	}
	text, err := s.vault.Open(ctx, v)
	if errors.Is(err, events.ErrErased) {
		return erasedText
	}
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			s.cfg.Log.Warn("sealed field not opened", "error", err)
		}
		return "（现在打不开）"
	}
	return text
}

// settle waits until the pages show what was just written; when they take too long the
// next page says so instead.
func (s *Server) settle(ctx context.Context, seq uint64) (behind bool, err error) {
	err = s.reads.WaitFor(ctx, seq)
	if errors.Is(err, projections.ErrBehind) {
		return true, nil
	}
	return false, err
}

// doneWords is what the next page says about a command that was given.
func doneWords(q url.Values) string {
	name := q.Get("done")
	if name == "" {
		return ""
	}
	sp, ok := domain.SpecOf(name)
	if !ok && name != "unsplit" {
		return ""
	}
	words := map[string]string{"add_opinion": "已再记一条意见", "close": "已销号", "sign_off": "已签批", "issue_reply": "已答复群众", "raise": "已登记", "unmerge": "已撤销并单，接着单独办", "unsplit": "已撤销拆单",
		"instruct": "批示了", "supervise": "督办了", "take_back": "撤销了，没有通知任何人"}[name]
	if words == "" {
		words = "已" + sp.Title
	}
	if n := q.Get("n"); n != "" && len(n) < 40 {
		words += "：" + n
	}
	if q.Get("behind") != "" {
		return words + "。页面还在更新，过几秒再看。"
	}
	return words
}

// backTo is a path of this site that a form names, or the fallback.
func backTo(back, fallback string) string {
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.ContainsAny(back, "\\\r\n") {
		return fallback
	}
	u, err := url.Parse(back)
	if err != nil || u.Host != "" || u.Scheme != "" {
		return fallback
	}
	return back
}

// withQuery adds parameters to a local address.
func withQuery(path string, add url.Values) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	q := u.Query()
	for _, k := range []string{"done", "n", "behind", "undo"} {
		q.Del(k)
	}
	for k, vs := range add {
		q[k] = vs
	}
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

// commandID reads the id that a form or a header carries; none gives a fresh one.
func commandID(text string) (uuid.UUID, error) {
	if text == "" {
		return uuid.NewRandom()
	}
	id, err := uuid.Parse(text)
	if err != nil || id == uuid.Nil {
		return uuid.Nil, fmt.Errorf("%w: command id %q", errBadRequest, text)
	}
	return id, nil
}
