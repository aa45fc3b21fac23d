package main

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"xiaohao/domain"
	"xiaohao/domain/calendar"
	"xiaohao/events"
	vaultmemory "xiaohao/events/vault/memory"
)

// lives makes a log for benchmarks: many items are in work at once, and each goes its way
// by commands through a real desk, so that every fact is one that the rules allow. Only the
// clock is made up, and the log behind the desk writes without waiting.
type lives struct {
	desk  *domain.Desk
	log   *quickLog
	vault *vaultmemory.Vault
	rows  []demoRow // texts of real opinions
	rand  *rand.Rand
	now   time.Time
	pace  time.Duration // between commands
	open  []*life

	raised func(domain.Receipt) // told of each new item; may be nil
}

// life is one item on its way.
type life struct {
	next func() (error, bool)
	stop func()
}

// newLives has atOnce items in work at any time.
func newLives(js jetstream.JetStream, atOnce int) (*lives, error) {
	rows, err := readDemo(demoCSV)
	if err != nil {
		return nil, err
	}
	l := &lives{vault: vaultmemory.New(), log: &quickLog{js: js, items: map[uuid.UUID][]events.Recorded{}, numbers: map[string]int{}}, rows: rows, rand: rand.New(rand.NewPCG(7, 12)),
		now: time.Now().AddDate(-1, 0, 0), pace: 30 * 24 * time.Hour / time.Duration(12*atOnce), open: make([]*life, atOnce)}
	l.desk = &domain.Desk{Journal: l.log, Vault: l.vault, Calendars: calendar.Official(), Prefix: "ZG", Now: func() time.Time { return l.now }}
	return l, nil
}

// write gives commands until the log has n facts.
func (l *lives) write(ctx context.Context, n int) error {
	for l.log.facts < n {
		if _, err := l.step(ctx); err != nil {
			return err
		}
	}
	return l.log.flush(ctx)
}

// step gives the next command of any item, and returns which number it got in the log.
func (l *lives) step(ctx context.Context) (uint64, error) {
	before := l.log.last
	for l.log.last == before {
		i := l.rand.IntN(len(l.open))
		if l.open[i] == nil {
			next, stop := iter.Pull(l.live(ctx))
			l.open[i] = &life{next, stop}
		}
		l.now = l.now.Add(l.pace)
		err, alive := l.open[i].next()
		if err != nil {
			return 0, err
		}
		if !alive {
			l.open[i] = nil
		}
	}
	return l.log.last, nil
}

func (l *lives) one(words ...string) string { return words[l.rand.IntN(len(words))] }

func (l *lives) often(percent int) bool { return l.rand.IntN(100) < percent }

// live is one item from 登记 to 销号, or as far as it gets. It yields after each command,
// and while it waits for a day to come.
func (l *lives) live(ctx context.Context) iter.Seq[error] {
	return func(yield func(error) bool) {
		var item uuid.UUID
		do := func(a events.Actor, c domain.Command) bool {
			rc, err := l.desk.Do(ctx, domain.Order{ID: l.newID(), Item: item, Command: c, Actor: a})
			if err != nil {
				err = fmt.Errorf("lives: %s: %w", domain.Name(c), err)
			}
			if item == uuid.Nil && err == nil && l.raised != nil {
				l.raised(rc)
			}
			item = rc.Item
			return yield(err) && err == nil
		}
		defer func() { l.log.forget(item) }()
		r := l.rows[l.rand.IntN(len(l.rows))]
		lead, co := l.unit(), l.unit()
		raise := domain.Raise{Text: r.text, Area: fmt.Sprintf("%s%d村", r.area, l.rand.IntN(20)), Category: orText(r.category, "民生"), Category2: r.category2,
			Channel: events.ByWeb, Source: events.FromPublic, Preset: events.CountyLedger, Name: "林某", Phone: "13800138000"}
		if !do(demoIntake, raise) {
			return
		}
		d := demo{row: r}
		if l.often(5) {
			do(demoClerk, domain.Answer{Title: d.title(), Reply: "已当面答复。", Way: domain.ByPhone})
			return
		}
		mode := []events.Mode{events.Immediate, events.TimeLimited, events.TimeLimited}[l.rand.IntN(3)]
		if !do(demoClerk, domain.Accept{Title: d.title(), Category: raise.Category, Category2: r.category2, Mode: mode, Goal: short(r.measures, 200),
			Campaign: l.one("", "", "边查边改")}) {
			return
		}
		if l.often(30) && !do(demoClerk, domain.LinkLeader{Leader: events.Leader{ID: fmt.Sprint("leader.", l.rand.IntN(12)), Post: "处级挂钩领导", Rank: "处级"}}) {
			return
		}
		units := []domain.Assignee{{Unit: lead, Part: events.Lead, Task: short(orText(r.measures, "按规定整改"), 100)}}
		if co != lead && l.often(30) {
			units = append(units, domain.Assignee{Unit: co, Part: events.Co, Task: "配合"})
		}
		if !do(demoClerk, domain.Assign{Units: units}) {
			return
		}
		for _, u := range units {
			if !do(demoStaff(u.Unit, events.UnitLiaison), domain.Sign{}) {
				return
			}
		}
		for range l.rand.IntN(4) {
			if !do(demoStaff(lead, events.Handler), domain.ReportProgress{Note: short(orText(r.result, "正在整改"), 120), Done: float64(l.rand.IntN(11)), Total: 11, Unit: "公里"}) {
				return
			}
		}
		if l.often(10) {
			return // still in work
		}
		if len(units) > 1 && !(do(demoStaff(co, events.Handler), domain.ReportPart{Result: "配合完成"}) && do(demoStaff(lead, events.Handler), domain.ApprovePart{})) {
			return
		}
		if do(demoStaff(lead, events.Handler), domain.RecordEvidence{Title: "整改照片说明", Kind: events.ResultEvidence, Formed: events.DateOf(l.now)}) &&
			do(demoStaff(lead, events.UnitDeputy), domain.ReportRectified{Result: orText(r.result, "已整改到位"), Truth: events.True, Solved: events.SolvedYes, Contacted: true, ContactNote: "当天电话联系", Reply: "已经改好，感谢您的意见。"}) &&
			do(demoStaff(lead, events.UnitLiaison), domain.ApplyClosure{Tasks: true, Lawful: true, Alike: true, Cause: true}) &&
			do(demoStaff(lead, events.UnitDeputy), domain.SignOff{Opinion: "同意"}) {
			l.signOff(ctx, &item, lead, do, yield)
		}
	}
}

// signOff goes along the chain to 销号.
func (l *lives) signOff(ctx context.Context, item *uuid.UUID, lead events.Unit, do func(events.Actor, domain.Command) bool, yield func(error) bool) {
	for {
		it, err := l.desk.Look(ctx, *item)
		if err != nil {
			yield(err)
			return
		}
		ok := true
		switch it.NextStep() {
		case events.StepUnitHead:
			ok = do(demoStaff(lead, events.UnitHead), domain.SignOff{Opinion: "同意"})
		case events.StepOfficeCheck:
			ok = do(demoChecker, domain.SignOff{Opinion: "属实"})
		case events.StepReply:
			ok = do(demoClerk, domain.IssueReply{Way: domain.ByPhone})
		case events.StepClose:
			if do(demoCloser, domain.Close{}) && l.often(30) {
				_ = do(demoDrafter, domain.DraftPublicText{Summary: "群众反映的问题已整改。"}) && do(demoReviewer, domain.Release{})
			}
			return
		default: // a longer chain: it stays in verification
			return
		}
		if !ok {
			return
		}
	}
}

func (l *lives) unit() events.Unit { return named(fmt.Sprintf("第%d责任单位", 1+l.rand.IntN(40))) }

func (l *lives) newID() (id uuid.UUID) {
	for i := range id {
		id[i] = byte(l.rand.Uint32())
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}

// quickLog is the log of one writer: guarded by that, and not waited for until flush.
type quickLog struct {
	js      jetstream.JetStream
	last    uint64
	facts   int
	acks    []jetstream.PubAckFuture        // since the last flush
	items   map[uuid.UUID][]events.Recorded // in work
	numbers map[string]int
}

func (q *quickLog) Load(_ context.Context, item uuid.UUID) ([]events.Recorded, error) {
	return q.items[item], nil
}

func (q *quickLog) Append(ctx context.Context, writes ...events.Write) ([]events.Recorded, error) {
	var out []events.Recorded
	for _, w := range writes {
		data, hash, err := events.Encode(w.Commit)
		if err != nil {
			return nil, err
		}
		c := w.Commit
		ack, err := q.js.PublishMsgAsync(&nats.Msg{Subject: events.Subject(tenant, c.Aggregate(), c.Item), Data: data}, jetstream.WithStallWait(time.Minute))
		if err != nil {
			return nil, fmt.Errorf("append: %w", err)
		}
		if q.acks = append(q.acks, ack); len(q.acks) >= 10_000 {
			if err := q.flush(ctx); err != nil {
				return nil, err
			}
		}
		q.last++
		q.facts += len(c.Events)
		r := events.Recorded{Commit: c, Hash: hash, Sequence: q.last}
		q.items[c.Item] = append(q.items[c.Item], r)
		out = append(out, r)
	}
	return out, nil
}

func (q *quickLog) NextNumber(_ context.Context, prefix string) (int, error) {
	q.numbers[prefix]++
	return q.numbers[prefix], nil
}

func (q *quickLog) forget(item uuid.UUID) { delete(q.items, item) }

// flush returns when everything is stored, or what was not.
func (q *quickLog) flush(ctx context.Context) error {
	for _, ack := range q.acks {
		select {
		case <-ack.Ok():
		case err := <-ack.Err():
			return fmt.Errorf("append: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	q.acks = q.acks[:0]
	return nil
}
