package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/almanac"
	"xiaohao/domain/calendar"
	"xiaohao/events"
	"xiaohao/projections"
)

// recomputing makes the command ids of recomputed deadlines: the same item and calendars
// give the same id, so that two nodes or a restart never do it twice.
var recomputing = uuid.MustParse("b0a5c1c4-0a3f-5f42-8a8f-6d8e3b3e2f10")

// recompute counts the deadlines from a day on anew by the calendars as they are now, each
// by a fact of its own, and says how many facts there were (domain.md §2.7: never silently).
func (s *stack) recompute(ctx context.Context, from events.Date) (moved int, err error) {
	if from.IsZero() {
		return 0, nil
	}
	if err := s.caughtUp(ctx); err != nil {
		return 0, err
	}
	version := s.almanac.Almanac().Version()
	f := projections.Filter{Limit: 200, Groups: []projections.Group{projections.GroupPending, projections.GroupWaiting, projections.GroupOpen, projections.GroupDone, projections.GroupHeld}}
	for {
		page, err := s.reads.Items(ctx, f)
		if err != nil {
			return moved, err
		}
		for _, it := range page.Items {
			if !reaches(&it, from) {
				continue
			}
			id, err := uuid.Parse(it.ID)
			if err != nil {
				return moved, fmt.Errorf("recompute %s: %w", it.Number, err)
			}
			_, err = s.desk.Do(ctx, domain.Order{ID: uuid.NewSHA1(recomputing, fmt.Appendf(nil, "%s/%d", it.ID, version)), Item: id,
				Command: domain.Recompute{}, Actor: almanac.Program, Cause: fmt.Sprintf("calendar %d", version)})
			switch {
			case err == nil:
				moved++
			case domain.RefusalsOf(err) == nil: // a refusal says that nothing changes
				return moved, fmt.Errorf("recompute %s: %w", it.Number, err)
			}
		}
		if f.After = page.Next; f.After == "" {
			return moved, nil
		}
	}
}

// reaches reports whether a deadline of an item lies on a day or after it: its own, that of a
// unit's part, or of a step that is waited for.
func reaches(it *projections.Item, from events.Date) bool {
	return !it.Due.Before(from) || slices.ContainsFunc(it.Detail.Assignments, func(a projections.Assignment) bool { return a.Live() && !a.Due.Before(from) }) ||
		slices.ContainsFunc(it.Detail.Limits, func(l events.Limited) bool { return l.Open() && !l.Due.Before(from) })
}

// lastChange is the first day that the newest calendars say something else of than those
// before: what was cut off between publishing and recomputing is done from there again.
func (s *stack) lastChange() events.Date {
	a := s.almanac.Almanac()
	var first events.Date
	for _, area := range a.Areas() {
		if a.Version() < 2 {
			break
		}
		if d := calendar.Changed(a.At(a.Version()-1, area), a.Of(area)); !d.IsZero() && (first.IsZero() || d.Before(first)) {
			first = d
		}
	}
	return first
}

// recomputeLast does what the newest calendars move, and says what went wrong.
func (s *stack) recomputeLast(ctx context.Context, logger *slog.Logger) {
	switch moved, err := s.recompute(ctx, s.lastChange()); {
	case err != nil && ctx.Err() == nil:
		logger.Warn("deadlines not recomputed", "error", err)
	case moved > 0:
		logger.Info("deadlines recomputed by the new calendar", "facts", moved)
	}
}
