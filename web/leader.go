package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// LeaderPage is what a linked leader does on a telephone.
type LeaderPage struct {
	Page
	Total     number
	Says      string
	Mine      []leaderRow // 立即改, still open
	MineN     number
	Others    int    // open items of other modes
	OthersAll string // all open ones in the ledger
	Sign      []waiting
	SignN     number
	Stuck     []stuckRow
	StuckN    number
	Closed    []closedRow
	Order     string   // what one tap on 督办 says
	Delegated []string // who acts for whom, and until when
}

// leaderRow is one of the leader's own 立即改.
type leaderRow struct {
	row
	Big, BigSays string // 2 天, 已超
	Instruct     *commandForm
	Phrases      []string
	Supervise    *commandForm
	Level        events.SupervisionLevel // that one tap on 督办 issues
	Supervised   string                  // when it was done lately: why not again
	Over         bool
}

// waiting is something that the leader has to decide.
type waiting struct{ Href, Title, Says string }

type stuckRow struct{ Href, Cause, Title, Says string }

type closedRow struct {
	Href, Title, Lead, Says string
	Late                    bool
	On                      events.Date
}

// phrases are the instructions that are one tap away.
var phrases = []string{"抓紧办。", "讲清卡在哪里。", "本周见面谈。"}

// superviseText is what one tap on 督办 says.
const superviseText = "请抓紧办，并按期书面答复。"

const (
	leaderRows   = 50
	leaderClosed = 3
)

// leaderPage shows a leader what is linked to him.
func (s *Server) leaderPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if start := startOf(a); start != "/leader" {
		http.Redirect(w, r, start, http.StatusSeeOther)
		return nil
	}
	p := LeaderPage{Page: s.staffPage(r, "我挂钩的", "leader"), Order: superviseText}
	p.Live, p.Notice = p.Sequence, doneWords(r.URL.Query())
	f, err := s.filter(r.Context(), a)
	if err != nil {
		return err
	}
	who := cmp.Or(a.Delegation.Of, a.ID)
	if p.Delegated, err = s.delegations(r.Context(), a); err != nil {
		return err
	}
	b, err := s.reads.Board(r.Context(), projections.BoardFilter{Leader: who, Today: f.Today, Minute: f.Minute, Near: f.Near, Sight: f.Sight})
	if err != nil {
		return err
	}
	p.Says = fmt.Sprintf("%s 星期%s · %s", zhDay(s.today()), weekdayZh(s.today()), cellWords(b.All))
	f.Leader, f.Limit = who, leaderRows
	open := f
	open.Groups = []projections.Group{projections.GroupOpen, projections.GroupWaiting}
	mine := open
	mine.Modes = []events.Mode{events.Immediate}
	open.Limit = 1
	sign, stuck := f, f
	sign.Queue, stuck.Queue = projections.QueueLeader, projections.QueueBlocked
	lists, err := s.reads.Pages(r.Context(), mine, open, sign, stuck)
	if err != nil {
		return err
	}
	of := url.Values{"leader": {who}}
	p.Total = number{b.All.Total, ledger(of, "group", "BASE")}
	p.MineN = number{lists[0].Total, ledger(of, "mode", "IMMEDIATE", "group", "OPEN,WAITING")}
	p.Others, p.OthersAll = lists[1].Total-lists[0].Total, ledger(of, "group", "OPEN,WAITING")
	p.SignN = number{lists[2].Total, ledger(of, "queue", string(projections.QueueLeader))}
	p.StuckN = number{lists[3].Total, ledger(of, "queue", string(projections.QueueBlocked))}
	for _, it := range lists[0].Items {
		p.Mine = append(p.Mine, s.leaderRow(it))
	}
	for _, it := range lists[2].Items {
		p.Sign = append(p.Sign, s.waitingFor(it))
	}
	for _, it := range lists[3].Items {
		p.Stuck = append(p.Stuck, s.stuckFor(it))
	}
	if err := s.struckOff(r, &p, a, who); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "leader", p)
}

// delegations says for whom the actor acts, or who acts for him, and until when.
func (s *Server) delegations(ctx context.Context, a events.Actor) (out []string, err error) {
	r, err := s.reads.Roster(ctx)
	if err != nil {
		return nil, err
	}
	giver := r.Officer(cmp.Or(a.Delegation.Of, a.ID))
	if giver == nil {
		return nil, nil
	}
	for _, d := range giver.Given {
		switch to := r.Officer(d.To); {
		case !d.On(s.today()):
		case a.Delegation.ID == d.ID:
			out = append(out, fmt.Sprintf("您受%s委托代办，到 %s 为止。批示、督办、审签都记您的名字，写明是代办。", giver.Name, zhDay(d.Until)))
		case a.Delegation.ID == "" && to != nil:
			out = append(out, fmt.Sprintf("您委托%s代办，到 %s 为止：%s", to.Name, zhDay(d.Until), strings.TrimSuffix(d.Reason, "。")+"。"))
		}
	}
	return out, nil
}

// cellWords says a cell in words.
func cellWords(c projections.Cell) string {
	words := []string{fmt.Sprintf("已销号 %d", c.Closed), fmt.Sprintf("完成未销 %d", c.Done), fmt.Sprintf("还没改完 %d", c.Overdue+c.Near+c.Running+c.Waiting)}
	if c.Standing > 0 {
		words = append(words, fmt.Sprintf("常态 %d", c.Standing))
	}
	if c.Held > 0 {
		words = append(words, fmt.Sprintf("挂账 %d", c.Held))
	}
	return strings.Join(words, "，")
}

// waitingFor says what the leader has to decide: what is asked for, or 销号.
func (s *Server) waitingFor(it projections.Item) waiting {
	at := s.row(it).Href + "#ac"
	if it.State == events.UnderVerification {
		return waiting{at, titleOf(it) + "：销号审签", it.Lead.Name + " · " + rectifiedWords(it, outcome(s.calendar(), it))}
	}
	says := it.Lead.Name
	if e := it.Detail.Extension; e != nil {
		says += fmt.Sprintf(" · 第 %d 次延期，想延到 %s：%s", it.Extensions+1, dayIn(e.Due, s.today()), e.Reason)
	}
	if e := it.Detail.Pause; e != nil {
		says += fmt.Sprintf(" · 因%s想暂停计时到 %s：%s", e.Ground.Zh(), dayIn(e.Until, s.today()), e.Reason)
	}
	return waiting{at, titleOf(it) + "：批" + askedFor(it), says}
}

// stuckFor says why somebody cannot get on.
func (s *Server) stuckFor(it projections.Item) stuckRow {
	row := s.row(it)
	return stuckRow{row.Href, it.Blocked.Zh(), row.Title, strings.TrimSuffix(row.Lead+" · "+row.Left.Text, " · —") + zhOr(it.Progress != "", " · "+it.Progress)}
}

// struckOff fills what was struck off last.
func (s *Server) struckOff(r *http.Request, p *LeaderPage, a events.Actor, who string) error {
	closed, err := s.reads.LatestClosed(r.Context(), who, leaderClosed)
	if err != nil {
		return err
	}
	sight, err := s.sight(r.Context(), a)
	if err != nil {
		return err
	}
	closed = slices.DeleteFunc(closed, func(it projections.Item) bool { return !sight.Sees(matter(it)) })
	for _, it := range closed {
		o := outcome(s.calendar(), it)
		p.Closed = append(p.Closed, closedRow{s.row(it).Href, titleOf(it), it.Lead.Name, o.Text, o.Late, it.ClosedOn})
	}
	return nil
}

func (s *Server) leaderRow(it projections.Item) leaderRow {
	l := leaderRow{row: s.row(it), Phrases: phrases}
	switch {
	case it.Due.IsZero():
		l.BigSays, l.Big = "期限", "没有定"
	case l.Left.Over && l.Left.Days == 0: // within a day, or over days off
		l.BigSays, l.Big, l.Over = "期限", "过了", true
	case l.Left.Over:
		l.BigSays, l.Big, l.Over = "已超", fmt.Sprintf("%d 天", l.Left.Days), true
	case it.Due == s.today():
		l.BigSays, l.Big = "到期", strings.TrimSpace("今天 "+it.DueTime)
	default:
		l.BigSays, l.Big = "还剩", fmt.Sprintf("%d 天", l.Left.Days)
	}
	l.Instruct = &commandForm{Command: "instruct", Action: commandPath(it.Number, "instruct"), ID: uuid.NewString(), Seen: it.Rev, Back: "/leader"}
	if why := s.supervisedLately(it); why != "" {
		l.Supervised = why
		return l
	}
	l.Level = domain.FirstSlip(s.desk.Situation(events.Actor{}), it.Preset, it.Urgent)
	l.Supervise = &commandForm{Command: "supervise", Action: commandPath(it.Number, "supervise"), ID: uuid.NewString(), Seen: it.Rev, Back: "/leader"}
	return l
}

// supervisedLately says that a slip still waits for its answer, so that one tap is not a
// second one.
func (s *Server) supervisedLately(it projections.Item) string {
	for _, x := range slices.Backward(it.Detail.Slips) {
		if x.Level.Slipped() && !x.Answered && !x.Back && !x.Due.Before(s.today()) {
			return fmt.Sprintf("%s 督办过，答复期到 %s", dayIn(x.On, s.today()), dayIn(x.Due, s.today()))
		}
	}
	return ""
}

// askedFor is what waits for a decision on the item's time.
func askedFor(it projections.Item) string {
	switch {
	case it.Detail.Pause == nil:
		return "延期"
	case it.Detail.Extension == nil:
		return "暂停计时"
	}
	return "延期、暂停计时"
}
