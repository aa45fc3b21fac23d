package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/rungs"
	"xiaohao/events"
	"xiaohao/projections"
)

// sweeper takes the steps that the ladder owes (督办阶梯): it reads them by due day from the
// read models and gives each as a command whose id is made of item, watched day and level.
// So it may run in any number of processes, be cut off anywhere and begin again, and every
// step is still taken once; and the item decides again whether it is owed, so old rows or a
// wrong clock in one process do no harm.
type sweeper struct {
	reads   *projections.Store
	desk    *domain.Desk
	ladders *rungs.Keeper // the desk's
	draws   domain.Histories
	log     *slog.Logger
	whole   func(context.Context) error // returns when the read models have all of the log

	refused map[uuid.UUID]events.Date // steps that the items did not agree to, and when they were tried
}

// sweeping is how the sweep signs.
var sweeping = events.Actor{ID: "system.sweep", Role: events.System, Post: "系统"}

// stepSpace makes the command ids of steps.
var stepSpace = uuid.MustParse("7a0f7d2b-51f4-5d0c-9d8e-2b6d0b0d9a31")

const (
	sweepPage    = 5000        // steps read at a time
	sweepWorkers = 64          // commands under way at a time: the log syncs many in one round
	sweepEvery   = time.Minute // and after changes of the read models
)

// startSweeper runs a sweeper until stop is called.
func (s *stack) startSweeper(logger *slog.Logger) (stop func()) {
	w := &sweeper{reads: s.reads, desk: s.desk, ladders: s.ladders, draws: s.log, log: logger, whole: s.caughtUp}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.run(ctx)
	}()
	return func() { cancel(); <-done }
}

func (w *sweeper) run(ctx context.Context) {
	if err := w.whole(ctx); err != nil && ctx.Err() == nil { // else what fell due while nobody was there waits a minute more
		w.log.Warn("supervision is swept over read models that are behind", "error", err)
	}
	for {
		n, err := w.sweep(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			w.log.Error("supervision not swept; it is tried again", "error", err)
		} else if n > 0 {
			w.log.Info("supervision stepped up", "steps", n)
		}
		if !rest(ctx, sweepEvery, nil) {
			return
		}
	}
}

// sweep takes every step that is owed now and draws the look-backs of the week. It returns
// how many steps were taken by this process.
func (w *sweeper) sweep(ctx context.Context) (taken int, err error) {
	today := events.DateOf(w.now())
	w.forget(today)
	if err := w.ladders.Refresh(ctx); err != nil {
		return 0, err
	}
	for {
		owing, err := w.reads.Owing(ctx, w.reaches(today), sweepPage)
		if err != nil {
			return taken, err
		}
		steps := w.steps(owing, today)
		n, last, err := w.take(ctx, steps)
		if taken += n; err != nil {
			return taken, err
		}
		if len(owing) < sweepPage || len(steps) == 0 {
			return taken, errors.Join(w.drawn(ctx, today), w.expire(ctx, today))
		}
		if err := w.reads.WaitFor(ctx, last); err != nil && !errors.Is(err, projections.ErrBehind) {
			return taken, fmt.Errorf("wait for the steps taken: %w", err)
		}
	}
}

// reaches are the sets that hold every watched day with something owed.
func (w *sweeper) reaches(today events.Date) (out []projections.Reach) {
	for _, p := range events.Presets {
		for _, r := range w.ladders.Of(p).Reaches(w.desk.Calendars.Of(""), today) {
			out = append(out, projections.Reach{Preset: p, Watch: r.Watch, Urgent: r.Urgent, Reached: r.Reached, Until: r.Until})
		}
	}
	return out
}

// step is one step for one watched day.
type step struct {
	id   uuid.UUID
	item uuid.UUID
	domain.Escalate
}

// steps says what is owed for the days, without what was refused today.
func (w *sweeper) steps(owing []projections.Owing, today events.Date) (out []step) {
	for _, o := range owing {
		r, ok := w.ladders.Of(o.Preset).Owed(w.desk.Calendars.Of(""), o.Watched, today)
		if !ok {
			continue
		}
		s := step{item: o.Item, Escalate: domain.Escalate{Watch: o.Watch, Ref: o.Ref, For: o.On, Level: r.Level}}
		s.id = uuid.NewSHA1(stepSpace, fmt.Appendf(nil, "%s|%s|%s|%s|%s", o.Item, o.Watch, o.Ref, o.On, r.Level))
		if _, no := w.refused[s.id]; !no {
			out = append(out, s)
		}
	}
	return out
}

// forget lets steps that were refused on another day be tried again.
func (w *sweeper) forget(today events.Date) {
	for id, on := range w.refused {
		if on != today {
			delete(w.refused, id)
		}
	}
}

// take gives the commands, many at a time, and returns how many were carried out by this
// process and the sequence to wait for. Each failure is one item's; the rest goes on.
func (w *sweeper) take(ctx context.Context, steps []step) (taken int, last uint64, err error) {
	var mu sync.Mutex
	var errs []error
	work := make(chan step)
	var crew sync.WaitGroup
	for range min(sweepWorkers, len(steps)) {
		crew.Go(func() {
			for s := range work {
				rc, err := w.desk.Do(ctx, domain.Order{ID: s.id, Item: s.item, Command: s.Escalate, Actor: sweeping, Cause: "sweep"})
				mu.Lock()
				switch {
				case err == nil:
					last = max(last, rc.Sequence)
					if !rc.Repeated {
						taken++
					}
				case domain.RefusalsOf(err) != nil:
					w.refuse(s)
				case ctx.Err() == nil && len(errs) < 3:
					errs = append(errs, err)
				}
				mu.Unlock()
			}
		})
	}
	for _, s := range steps {
		select {
		case work <- s:
		case <-ctx.Done():
		}
	}
	close(work)
	crew.Wait()
	return taken, last, errors.Join(append(errs, ctx.Err())...)
}

// expire takes down what was public up to a day that is over. An item that does not agree,
// because somebody was faster or it stands in its publicity window, is left alone.
func (w *sweeper) expire(ctx context.Context, today events.Date) error {
	ids, err := w.reads.Expired(ctx, today)
	if err != nil {
		return err
	}
	var errs []error
	for _, item := range ids {
		id := uuid.NewSHA1(stepSpace, fmt.Appendf(nil, "%s|expire|%s", item, today))
		_, err := w.desk.Do(ctx, domain.Order{ID: id, Item: item, Command: domain.ExpireRelease{}, Actor: sweeping, Cause: "sweep"})
		if err != nil && domain.RefusalsOf(err) == nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// refuse notes that the item did not agree: the rows were old, or somebody was faster. It
// is called with the lock of take held.
func (w *sweeper) refuse(s step) {
	if w.refused == nil {
		w.refused = map[uuid.UUID]events.Date{}
	}
	w.refused[s.id] = events.DateOf(w.now())
}

// now is the desk's clock.
func (w *sweeper) now() time.Time { return w.desk.Situation(sweeping).Now }
