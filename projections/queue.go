package projections

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// queues lists every queue.
var queues = []Queue{QueueRegistered, QueueAccepted, QueueReturn, QueueExtension, QueueVerify, QueuePublicity,
	QueueUnsatisfied, QueueReply, QueueToSign, QueueSentBack, QueueOpen, QueueReopened, QueueBounced, QueueReview, QueueHeld, QueueBlocked, QueueLeader, QueueToday}

// queueSet is a set of queues, by place in queues.
type queueSet uint32

// ofDay reports whether what is in the queue depends on what day it is, so that no counter of
// it is kept.
func (q Queue) ofDay() bool { return q == QueueReview || q == QueueToday }

// queuesOf says in which queues an item is, but for those of a day.
func queuesOf(it *Item) (s queueSet) {
	in := func(q Queue, is bool) {
		if is {
			s |= 1 << slices.Index(queues, q)
		}
	}
	part := func(is func(events.AssignmentState) bool) bool {
		for _, a := range it.Detail.Assignments {
			if is(a.State) {
				return it.State == events.InProgress
			}
		}
		return false
	}
	in(QueueRegistered, it.State == events.Registered && !it.Held)
	in(QueueHeld, it.Held)
	in(QueueAccepted, it.State == events.Accepted)
	in(QueueReturn, it.ReturnOpen && it.open())
	in(QueueExtension, it.ExtOpen && it.open())
	in(QueueVerify, it.State == events.Rectified || it.State == events.UnderVerification)
	in(QueuePublicity, it.State == events.InPublicity)
	in(QueueUnsatisfied, it.Unsatisfied)
	in(QueueReply, it.ReplyOpen)
	in(QueueToSign, part(func(s events.AssignmentState) bool { return s == events.PartIssued }))
	in(QueueSentBack, part(func(s events.AssignmentState) bool { return s == events.PartSentBack }))
	in(QueueOpen, part(func(s events.AssignmentState) bool {
		return s != events.PartReported && s != events.PartApproved && s != events.PartWithdrawn
	}))
	in(QueueReopened, it.Reopened > 0 && (it.open() || it.Group == GroupDone))
	in(QueueBounced, it.Returns > 1 && it.open())
	in(QueueBlocked, it.isBlocked())
	in(QueueLeader, it.leaderDecides())
	return s
}

// isBlocked reports whether somebody said that he cannot get on, and nothing came of it yet.
func (it *Item) isBlocked() bool {
	return it.Blocked != "" && (it.Group == GroupOpen || it.Group == GroupHeld)
}

// leaderDecides reports whether the item waits for its linked leader.
func (it *Item) leaderDecides() bool {
	if it.State != events.UnderVerification {
		return it.ExtOpen && it.open()
	}
	i := slices.IndexFunc(it.Detail.Chain, func(c ChainStep) bool { return c.On.IsZero() })
	return i >= 0 && it.Detail.Chain[i].Step == events.StepLeader
}

// ofParts reports whether the queue is of parts that stand in some way, so that with a unit it is
// of what that unit has a part in.
func (q Queue) ofParts() bool { return q == QueueToSign || q == QueueSentBack || q == QueueOpen }

// queue is the condition of one queue.
func (w *where) queue(q Queue, f Filter) string {
	parts := func() string {
		cond := partsIn(q, "a.")
		if f.Unit != "" && f.Unit != Any && f.Unit != None {
			cond += " and a.unit = " + w.arg(clean(f.Unit))
		}
		return "i.state = 'IN_PROGRESS' and i.id in (select a.item from assignment a where " + cond + ")"
	}
	switch q {
	case QueueRegistered:
		return "i.state = 'REGISTERED' and not i.held"
	case QueueHeld:
		return "i.held"
	case QueueAccepted:
		return "i.state = 'ACCEPTED'"
	case QueueReturn:
		return "i.return_open and i.grp in ('WAITING', 'OPEN')"
	case QueueExtension:
		return "i.ext_open and i.grp in ('WAITING', 'OPEN')"
	case QueueVerify:
		return "i.state in ('RECTIFIED', 'UNDER_VERIFICATION')"
	case QueuePublicity:
		return "i.state = 'IN_PUBLICITY'"
	case QueueUnsatisfied:
		return "i.unsatisfied"
	case QueueReply:
		return "i.reply_open"
	case QueueReview:
		return "i.grp in ('STANDING', 'HELD') and i.next_review <= " + w.arg(date(f.Today))
	case QueueToday:
		return "i.office_due <= " + w.arg(date(f.Today))
	case QueueToSign, QueueSentBack, QueueOpen:
		return parts()
	case QueueReopened:
		return "i.reopened > 0 and i.grp in ('WAITING', 'OPEN', 'DONE')"
	case QueueBounced:
		return "i.returns > 1 and i.grp in ('WAITING', 'OPEN')"
	case QueueBlocked:
		return "i.blocked"
	case QueueLeader:
		return "i.leader_decides"
	}
	return "false"
}

// Stuck returns what is stuck among the rows of f: up to ten of each sort, with full counts
// under "overdue", "near", "bounced", "unsatisfied" and "reopened". Lamp and Queue of f are
// not looked at. Of a past day it is what was overdue and near then.
func (s *Store) Stuck(ctx context.Context, f Filter) (st Stuck, err error) {
	f.Lamp, f.Queue, f.After, f.Limit = "", "", "", 10
	st.Counts = map[string]int{}
	of := []struct {
		name  string
		lamp  Lamp
		queue Queue
		into  *[]Item
	}{
		{"overdue", LampOverdue, "", &st.Overdue},
		{"near", LampNear, "", &st.Near},
		{"bounced", "", QueueBounced, &st.Bounced},
		{"unsatisfied", "", QueueUnsatisfied, &st.Unsatisfied},
		{"reopened", "", QueueReopened, &st.Reopened},
	}
	if !f.AsOf.IsZero() {
		of = of[:2] // the rest is kept for now only
	}
	var fs []Filter
	for _, x := range of {
		f.Lamp, f.Queue = x.lamp, x.queue
		f.Brief = x.queue != QueueUnsatisfied // since when is told by the evaluations
		fs = append(fs, f)
	}
	ps, err := s.Pages(ctx, fs...)
	if err != nil {
		return Stuck{}, fmt.Errorf("list what is stuck: %w", err)
	}
	for i, x := range of {
		*x.into, st.Counts[x.name] = ps[i].Items, ps[i].Total
	}
	return st, nil
}

// Pages reads the first page of each of several filters, in one round trip and of one state of
// the log unless they have words; then all have the same.
func (s *Store) Pages(ctx context.Context, fs ...Filter) (ps []Page, err error) {
	xs := make([]*listing, len(fs))
	for i, f := range fs {
		if len(words(f.Q)) > 0 {
			p, err := s.found(ctx, f)
			if err != nil {
				return nil, err
			}
			ps = append(ps, p)
		} else if xs[i], err = newListing(f); err != nil {
			return nil, err
		}
	}
	if len(ps) > 0 {
		return ps, nil
	}
	err = s.together(ctx, func(b *pgx.Batch) {
		for _, x := range xs {
			x.ask(b)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list items: %w", err)
	}
	for _, x := range xs {
		ps = append(ps, x.page())
	}
	return ps, nil
}

// Queues counts each queue among the rows of f; Queue of f is not looked at. Each count is
// the Total of Items with that Queue.
func (s *Store) Queues(ctx context.Context, f Filter) (out map[Queue]int, err error) {
	f.After, f.Limit = "", 1
	out = make(map[Queue]int, len(queues))
	var fs []Filter
	for _, q := range queues {
		f.Queue = q
		fs = append(fs, f)
	}
	ts := make([]*total, len(fs))
	if len(words(f.Q)) > 0 {
		ps, err := s.Pages(ctx, fs...)
		if err != nil {
			return nil, fmt.Errorf("count queues: %w", err)
		}
		for i, q := range queues {
			out[q] = ps[i].Total
		}
		return out, nil
	}
	err = s.together(ctx, func(b *pgx.Batch) {
		for i := range fs {
			ts[i] = askTotal(b, fs[i])
		}
	})
	if err != nil {
		return nil, fmt.Errorf("count queues: %w", err)
	}
	for i, q := range queues {
		out[q] = ts[i].n
	}
	return out, nil
}

// Views counts the office's saved views; soon is the last day of 今明到期. They cost the same
// however many items there are.
func (s *Store) Views(ctx context.Context, now events.Moment, soon events.Date, sight Sight) (v Views, err error) {
	t, hidden, n := &sheet{}, &sheet{}, &narrowing{}
	at := when{today: now.Day, minute: now.Minute, near: soon}
	var returned *total
	if err := s.together(ctx, func(b *pgx.Batch) {
		t.ask(b, n, at, false)
		returned = askTotal(b, Filter{Queue: QueueReturn, Sight: sight})
		if !sight.free() {
			hidden.askHidden(b, n, at, sight)
		}
	}); err != nil {
		return Views{}, fmt.Errorf("count saved views: %w", err)
	}
	t.take(hidden)
	all := t.row(byAll, "")
	c := all.cell("")
	return Views{All: all.all(), Overdue: c.Overdue, Soon: c.Near, Standing: c.Standing, Held: c.Held,
		Verify: all.of(placeRectified, placeVerifying), Return: returned.n}, nil
}
