package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"xiaohao/events"
	"xiaohao/projections"
)

// DeskPage is the desk of 领导小组办公室: what waits, the rows of one queue, and the item that
// is in hand. After each command the next item of the queue is in hand.
type DeskPage struct {
	Page
	Says     string
	Queues   []queueLink
	Today    queueLink // what the office has to be done with today
	Open     int
	Name     string // of the current queue
	Count    int
	Sort     string // of the rows: intake, assign, today, or "" for others
	Rows     []deskRow
	More     string // the rest in the ledger, "" = all shown
	Work     *work  // nil: the queue is empty
	TakeBack *undo
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
	UntilClass               string // "near" today, "over" once it is past
	Step                     string // what the office owes
	Suggested                *suggestion
	InHand                   bool
	Take                     string // address of the desk with this one in hand
}

// Sorts of rows on the desk.
const (
	rowsIntake = "intake" // opinions, not yet items
	rowsAssign = "assign" // items without a unit
	rowsToday  = "today"  // of all queues
)

var sortOf = map[projections.Queue]string{projections.QueueRegistered: rowsIntake, projections.QueueAccepted: rowsAssign, projections.QueueToday: rowsToday}

// deskQueues are the queues of the desk.
var deskQueues = []projections.Queue{projections.QueueRegistered, projections.QueueAccepted, projections.QueueReturn, projections.QueueExtension, projections.QueueVerify,
	projections.QueuePublicity, projections.QueueUnsatisfied, projections.QueueReply, projections.QueueReview, projections.QueueHeld}

// deskRows is how many rows of a queue stand above the item in hand.
const deskRows = 8

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
	if !slices.Contains(deskQueues, current) && current != projections.QueueToday {
		current = firstQueue(a, counts)
	}
	p.Today = queueLink{deskHref(projections.QueueToday, ""), queueName(projections.QueueToday), counts[projections.QueueToday], current == projections.QueueToday}
	for _, q := range deskQueues {
		p.Open += counts[q]
		p.Queues = append(p.Queues, queueLink{deskHref(q, ""), queueName(q), counts[q], q == current})
	}
	p.Says = fmt.Sprintf("%s · %s 星期%s", a.Post, zhDay(s.today()), weekdayZh(s.today()))
	p.Name, p.Count, p.Sort = queueName(current), counts[current], sortOf[current]
	f := base
	f.Queue, f.Limit = current, deskRows
	list, err := s.reads.Items(r.Context(), f)
	if err != nil {
		return err
	}
	if list.Total > len(list.Items) {
		p.More = "/items?queue=" + string(current)
	}
	var found []suggestion
	if p.Sort == rowsIntake || p.Sort == rowsAssign {
		if found, err = s.suggest(r.Context(), list.Items, a); err != nil {
			return err
		}
	}
	if p.Work, err = s.inHand(r, a, current, list.Items, found); err != nil {
		return err
	}
	for i, it := range list.Items {
		d, err := s.deskRow(r, it, current, a)
		if err != nil {
			return err
		}
		if found != nil {
			d.Suggested = &found[i]
		}
		d.InHand = p.Work != nil && p.Work.Item.Number == it.Number
		p.Rows = append(p.Rows, d)
	}
	if p.TakeBack, err = s.undoable(r, a); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "desk", p)
}

// deskHref is the desk with a queue open and, with a number, that item in hand.
func deskHref(q projections.Queue, number string) string {
	v := url.Values{"queue": {string(q)}}
	if number != "" {
		v.Set("at", number)
	}
	return "/desk?" + v.Encode()
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

func (s *Server) deskRow(r *http.Request, it projections.Item, q projections.Queue, a events.Actor) (deskRow, error) {
	d := deskRow{row: s.row(it), From: it.Channel.Zh(), Came: dayIn(it.RaisedOn, s.today()), Take: deskHref(q, it.Number)}
	if it.ChannelNote != "" {
		d.From = it.ChannelNote
	}
	switch sortOf[q] {
	case rowsToday:
		o, _ := it.Owed()
		d.Step = queueName(o.Queue)
		d.until(o.Due, s.today())
	case rowsIntake:
		d.until(stageDue(s.calendar(), it, events.StageAccept, "", events.DateOf(it.Raised)), s.today()) // a claimed day never makes the office late
	}
	if it.State != events.Registered { // it has a title
		return d, nil
	}
	if events.DateOf(it.Raised) == s.today() {
		d.Came = "今天 " + it.Raised.In(events.Beijing).Format("15:04")
	}
	os, err := s.reads.Opinions(r.Context(), it.ID)
	if err != nil {
		return d, err
	}
	if len(os) > 0 {
		d.Quote = s.said(r.Context(), os).quote(os[0], a).Text
	}
	return d, nil
}

// until says by when the office has to be done.
func (d *deskRow) until(due, today events.Date) {
	switch d.Until = dayIn(due, today); {
	case due == today:
		d.Until, d.UntilClass = "今天", "near"
	case due.Before(today):
		d.Until += "，过了"
		d.UntilClass = "over"
	}
}
