package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/domain/sample"
	"xiaohao/events"
	"xiaohao/projections"
)

// drawn draws the look-backs that fall into this week and tells each item. A draw that was
// cut off is gone on with: it is in the log, and each item is told once.
func (w *sweeper) drawn(ctx context.Context, today events.Date) error {
	its, err := w.reads.Undrawn(ctx, sunday(today), sample.MaxLots)
	if err != nil || len(its) == 0 {
		return err
	}
	lots := make([]events.Lot, len(its))
	for i := range its {
		lots[i] = lotOf(&its[i])
	}
	d := sample.Drawer{Log: w.draws, Now: w.now}
	places, err := d.Draw(ctx, lots)
	if err != nil {
		return err
	}
	for _, l := range lots {
		p, ok := sample.PlaceOf(places, l)
		if !ok {
			continue // more than one draw takes; the next sweep has it
		}
		if err := w.tellDrawn(ctx, l, p); err != nil {
			return err
		}
	}
	return nil
}

// tellDrawn records with the item where it stands in the draw, once.
func (w *sweeper) tellDrawn(ctx context.Context, l events.Lot, p sample.Place) error {
	item, err := uuid.Parse(l.Item)
	if err != nil {
		return fmt.Errorf("lot %s: %w", l.Item, err)
	}
	id := uuid.NewSHA1(stepSpace, fmt.Appendf(nil, "%s|DRAW|%s", l.Item, l.Due))
	_, err = w.desk.Do(ctx, domain.Order{ID: id, Item: item, Actor: sweeping, Cause: "sweep",
		Command: domain.DrawLookBack{Due: l.Due, Period: p.Period, Draw: p.Draw, Chosen: p.Chosen}})
	if domain.RefusalsOf(err) != nil {
		return nil // reopened or archived meanwhile
	}
	return err
}

func lotOf(it *projections.Item) events.Lot {
	d := &it.Detail
	r := sample.Risk{Late: it.Late, Reopened: it.Reopened > 0, Returned: it.Returns > 1, Key: it.Level == events.Key}
	for _, e := range d.Evaluations {
		r.Unsatisfied = r.Unsatisfied || e.Satisfied == events.Dissatisfied || e.Solved == events.SolvedNo
	}
	for _, e := range d.Evidence {
		r.Early = r.Early || e.Early
	}
	l := events.Lot{Item: it.ID, Number: it.Number, Due: d.LookBacks[0]}
	l.Weight, l.Risks = sample.Weigh(r)
	return l
}

// sunday is the last day of d's week.
func sunday(d events.Date) events.Date { return d.AddDays((7 - int(d.Weekday())) % 7) }
