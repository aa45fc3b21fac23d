package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
)

// DeskPage is the desk of 领导小组办公室: what waits, and the rows of one queue.
type DeskPage struct {
	Page
	Says   string
	Queues []queueLink
	Open   int
	Name   string // of the current queue
	Count  int
	Intake bool // rows are opinions, not yet items
	Rows   []deskRow
	More   string // the rest in the ledger, "" = all shown
	Assign *assignForm
}

// queueLink is one queue with its count.
type queueLink struct {
	Href, Name string
	Count      int
	Current    bool
}

// deskRow is one row of a queue.
type deskRow struct {
	row
	Quote, From, Came, Until string
	Near                     bool // Until is today or over
	Does                     string
	DoHref                   string
}

// assignForm is 交办 in the page itself, for the item that waits longest.
type assignForm struct {
	Item  row
	Form  commandForm
	Units control
	Hint  string
}

// deskQueues are the queues of the desk.
var deskQueues = []projections.Queue{projections.QueueRegistered, projections.QueueAccepted, projections.QueueReturn, projections.QueueExtension, projections.QueueVerify,
	projections.QueuePublicity, projections.QueueUnsatisfied, projections.QueueReply, projections.QueueReview}

// usual is what is usually done with an item of a queue.
var usual = map[projections.Queue]string{projections.QueueRegistered: "accept", projections.QueueAccepted: "assign", projections.QueueReply: "issue_reply",
	projections.QueueUnsatisfied: "order_redo"}

const deskRows = 20

// deskPage shows the desk.
func (s *Server) deskPage(w http.ResponseWriter, r *http.Request, a events.Actor) error {
	if start := startOf(a); start != "/desk" {
		http.Redirect(w, r, start, http.StatusSeeOther)
		return nil
	}
	p := DeskPage{Page: s.staffPage(r, "工作台", "desk")}
	p.Live, p.Notice = p.Sequence, doneWords(r.URL.Query())
	base, err := s.filter(r.Context(), a)
	if err != nil {
		return err
	}
	counts, err := s.reads.Queues(r.Context(), base)
	if err != nil {
		return err
	}
	current := projections.Queue(r.URL.Query().Get("queue"))
	if !slices.Contains(deskQueues, current) {
		current = firstQueue(a, counts)
	}
	for _, q := range deskQueues {
		p.Open += counts[q]
		p.Queues = append(p.Queues, queueLink{"/desk?queue=" + string(q), queueName(q), counts[q], q == current})
	}
	p.Says = fmt.Sprintf("%s · %s 星期%s", a.Post, zhDay(s.today()), weekdayZh(s.today()))
	p.Name, p.Count, p.Intake = queueName(current), counts[current], current == projections.QueueRegistered
	f := base
	f.Queue, f.Limit = current, deskRows
	list, err := s.reads.Items(r.Context(), f)
	if err != nil {
		return err
	}
	for _, it := range list.Items {
		d, err := s.deskRow(r.Context(), it, current, p.Intake)
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, d)
	}
	if list.Total > len(list.Items) {
		p.More = "/items?queue=" + string(current)
	}
	if a.Role == events.Dispatcher && (p.Intake || current == projections.QueueAccepted) && counts[projections.QueueAccepted] > 0 {
		if p.Assign, err = s.assignForm(r, a); err != nil {
			return err
		}
	}
	return s.render(w, http.StatusOK, "desk", p)
}

// firstQueue is where a role looks first.
func firstQueue(a events.Actor, counts map[projections.Queue]int) projections.Queue {
	order := deskQueues
	switch a.Role {
	case events.Supervisor, events.Witness:
		order = append([]projections.Queue{projections.QueueVerify, projections.QueueUnsatisfied}, deskQueues...)
	case events.Publisher:
		order = append([]projections.Queue{projections.QueuePublicity}, deskQueues...)
	}
	for _, q := range order {
		if counts[q] > 0 {
			return q
		}
	}
	return order[0]
}

func (s *Server) deskRow(ctx context.Context, it projections.Item, q projections.Queue, intake bool) (deskRow, error) {
	d := deskRow{row: s.row(it), From: it.Channel.Zh(), Came: dayIn(it.RaisedOn, s.today()), Does: "办理"}
	d.DoHref = d.Href + "#ac"
	if name := usual[q]; name != "" {
		d.DoHref = commandPath(it.Number, name) + "?back=" + url.QueryEscape("/desk?queue="+string(q))
	}
	if it.ChannelNote != "" {
		d.From = it.ChannelNote
	}
	if !intake {
		return d, nil
	}
	d.DoHref = d.Href + "#ac"
	until := s.calendar().DueOn(domain.SettingsOf(it.Preset).Accept, events.DateOf(it.Raised)) // a claimed day never makes the office late
	d.Until = dayIn(until, s.today())
	if !until.After(s.today()) {
		d.Near = true
		if until == s.today() {
			d.Until = "今天"
		} else {
			d.Until += "，过了"
		}
	}
	if events.DateOf(it.Raised) == s.today() {
		d.Came = "今天 " + it.Raised.In(events.Beijing).Format("15:04")
	}
	os, err := s.reads.Opinions(ctx, it.ID)
	if err != nil {
		return d, err
	}
	if len(os) > 0 {
		d.Quote = s.open(ctx, os[0].Text)
	}
	return d, nil
}

// assignForm is the form for the first item that waits to be assigned.
func (s *Server) assignForm(r *http.Request, a events.Actor) (*assignForm, error) {
	f, err := s.filter(r.Context(), a)
	if err != nil {
		return nil, err
	}
	f.Queue, f.Limit = projections.QueueAccepted, 1
	list, err := s.reads.Items(r.Context(), f)
	if err != nil || len(list.Items) == 0 {
		return nil, err
	}
	it := list.Items[0]
	ls, err := s.known(r.Context(), a)
	if err != nil {
		return nil, err
	}
	spec, _ := domain.SpecOf("assign")
	v := prefill(spec, it, s.today(), nil)
	v.Set("back", "/desk?queue="+string(projections.QueueAccepted))
	form := formOf(formInput{spec: spec, item: it, values: v, lists: ls})
	out := &assignForm{Item: s.row(it), Form: form, Units: form.Fields[0], Hint: "协办期限不晚于主办。"}
	if !it.Due.IsZero() {
		out.Hint = fmt.Sprintf("整件 %s 到期，还有 %s 个工作日。协办期限不晚于主办。", zhDay(it.Due), strconv.Itoa(s.calendar().Between(s.today(), it.Due)))
	}
	return out, nil
}
