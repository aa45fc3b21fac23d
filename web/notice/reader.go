package notice

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/projections"
)

// Window is how much of the log is told when the outbox is new or was lost.
const Window = 7 * 24 * time.Hour

// Log is the log as a Reader needs it.
type Log interface {
	Identity() string
	Last(ctx context.Context) (uint64, error)
	At(ctx context.Context, seq uint64) (events.Recorded, error)
	Follow(ctx context.Context, after uint64, f func(batch []events.Recorded, behind uint64) error) error
	LoadOf(ctx context.Context, a events.Aggregate, id uuid.UUID) ([]events.Recorded, error)
}

// Items are the read models as a Reader needs them.
type Items interface {
	WaitFor(ctx context.Context, seq uint64) error
	ItemByID(ctx context.Context, id string) (projections.Item, error)
}

// Reader follows the log and puts what concerns somebody into the outbox.
type Reader struct {
	Log      Log
	Items    Items
	Outbox   *Outbox
	Config   Config
	Calendar func() *calendar.Calendar
	Now      func() time.Time
	Follows  Follows // of the public; nil: nobody follows
}

// Run reads until ctx ends or something fails; what another process has read is skipped.
func (r *Reader) Run(ctx context.Context) error {
	at, ok, err := r.Outbox.place(ctx, r.Log.Identity())
	if err != nil {
		return err
	}
	if !ok {
		if at, err = r.begin(ctx); err != nil {
			return fmt.Errorf("find where notices begin: %w", err)
		}
	}
	err = r.Log.Follow(ctx, at, func(batch []events.Recorded, _ uint64) error {
		to := batch[len(batch)-1].Sequence
		if err := r.keep(ctx, at, to, batch); err != nil {
			return err
		}
		at = to
		return nil
	})
	if errors.Is(err, errMoved) {
		return nil // start again from there
	}
	return err
}

// begin is the last sequence before the window.
func (r *Reader) begin(ctx context.Context) (uint64, error) {
	last, err := r.Log.Last(ctx)
	if err != nil {
		return 0, err
	}
	since := r.Now().Add(-Window)
	n := sort.Search(int(last), func(i int) bool {
		c, e := r.Log.At(ctx, uint64(i+1))
		if e != nil && c.Fault == nil {
			err = errors.Join(err, e)
		}
		return !c.Time.Before(since)
	})
	return uint64(n), err
}

func (r *Reader) keep(ctx context.Context, from, to uint64, batch []events.Recorded) error {
	for {
		err := r.Items.WaitFor(ctx, to)
		if err == nil {
			break
		}
		if !errors.Is(err, projections.ErrBehind) {
			return fmt.Errorf("wait for the items of notices: %w", err)
		}
	}
	var out news
	for _, c := range batch {
		if c.Fault == nil && c.Aggregate() == events.FollowAggregate && r.Config.Letters() {
			ns, ds := followed(c)
			out.notices, out.deliveries = append(out.notices, ns...), append(out.deliveries, ds...)
		}
		if c.Fault != nil || c.Aggregate() != events.ItemAggregate {
			continue
		}
		out.back = append(out.back, takenBack(c)...)
		if !Concerning(c) && !r.Config.Letters() {
			continue
		}
		it, err := r.Items.ItemByID(ctx, c.Item.String())
		if errors.Is(err, projections.ErrNotFound) {
			continue // parked
		}
		if err != nil {
			return err
		}
		ns, ds, err := r.steps(ctx, c, &it)
		if err != nil {
			return err
		}
		out.notices, out.deliveries = append(out.notices, ns...), append(out.deliveries, ds...)
		for _, n := range About(c, &it) {
			out.notices = append(out.notices, n)
			more, err := r.deliveries(ctx, n)
			if err != nil {
				return err
			}
			out.deliveries = append(out.deliveries, more...)
		}
	}
	return r.Outbox.keep(ctx, r.Log.Identity(), from, to, out)
}

// Concerning reports whether a commit may concern anybody, without looking at its item.
func Concerning(c events.Recorded) bool {
	for _, e := range c.Events {
		if says, _ := concerns(e, &projections.Item{}); says != "" {
			return true
		}
	}
	return false
}

// deliveries says by which channels a notice leaves the program, and when.
func (r *Reader) deliveries(ctx context.Context, n Notice) (out []delivery, err error) {
	if n.Inside {
		return nil, nil
	}
	now := r.Now()
	if n.At.After(now) {
		now = n.At // it may be taken back until then
	}
	add := func(channel, address string, always bool) {
		next := now
		if !always {
			next = r.working(now)
		}
		out = append(out, delivery{n.ID, channel, address, next})
	}
	for _, h := range r.Config.Webhooks {
		add(h.Name, h.URL, true)
	}
	for _, b := range r.Config.Robots {
		if b.serves(n.Box) {
			add(b.Name, b.Name, false)
		}
	}
	for _, p := range r.Config.People {
		if r.Config.Mail == nil || p.Mail == "" || !p.in(n.Box) || slices.Contains(n.Never, p.ID) {
			continue
		}
		pref, err := r.preference(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		if pref.Mail {
			add(MailChannel, p.Mail, pref.Always)
			if pref.Digest {
				out[len(out)-1].next = r.morning(now)
			}
		}
	}
	return out, nil
}

// preference is how a person wants to be told; a letter in working hours when nothing was said.
func (r *Reader) preference(ctx context.Context, person string) (events.NoticePreferred, error) {
	return Preference(ctx, r.Log, person)
}

// working is the first moment from t on that is in working hours.
func (r *Reader) working(t time.Time) time.Time {
	c := r.Calendar()
	for range 40 * 24 * 4 { // no holiday is longer than forty days
		if c.InHours(t) {
			return t
		}
		t = t.Truncate(15 * time.Minute).Add(15 * time.Minute)
	}
	return t
}

// morning is when work begins on the next worked day.
func (r *Reader) morning(t time.Time) time.Time {
	return r.working(events.DateOf(t).AddDays(1).Time())
}
