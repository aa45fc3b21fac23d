package web

import (
	"context"
	"fmt"
	"slices"

	"xiaohao/events"
	"xiaohao/projections"
)

// alikeRow is an item that may be the same matter as this one.
type alikeRow struct {
	row
	Says string
}

// fillAlike looks for what the item may repeat, as long as it can still be merged or taken
// up under the older number: the likeliest others, and what was struck off lately in the
// same place.
func (s *Server) fillAlike(ctx context.Context, p *ItemPage, it projections.Item, os []projections.Opinion, a events.Actor) error {
	if !slices.Contains([]events.State{events.Registered, events.ReturnedForInfo, events.Accepted, events.InProgress}, it.State) {
		return nil
	}
	like := projections.AlikeItem(&it)
	sight, err := s.sight(ctx, a)
	if err != nil {
		return err
	}
	like.Sight = reach(sight)
	if like.Text == "" && len(os) > 0 {
		like.Text = s.quote(ctx, os[0], a).Text // as this actor may read it
	}
	cs, err := s.reads.Similar(ctx, like)
	if err != nil {
		return err
	}
	for _, c := range cs {
		says := fmt.Sprintf("字词有 %d%% 一样", c.Score)
		if c.SameArea {
			says = "同一个地方，同一类；" + says
		}
		p.Alike = append(p.Alike, alikeRow{s.row(c.Item), says})
	}
	rs, err := s.reads.Relapses(ctx, &it, like.Sight)
	if err != nil {
		return err
	}
	for _, r := range rs {
		p.Relapses = append(p.Relapses, alikeRow{s.row(r), fmt.Sprintf("%s 销号，到这件登记 %d 天", r.ClosedOn, events.DateOf(it.Raised).DaysSince(r.ClosedOn))})
	}
	return nil
}
