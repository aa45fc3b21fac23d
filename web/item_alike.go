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
	Says  string
	Merge string // address of the form that merges into it, filled in; "" where none is offered
}

// alike are the likeliest others, as the item's own page has them.
func (s *Server) alike(ctx context.Context, it projections.Item, quotes []quote, a events.Actor) ([]alikeRow, error) {
	like := projections.AlikeItem(&it)
	sight, err := s.sight(ctx, a)
	if err != nil {
		return nil, err
	}
	like.Sight = reach(sight)
	if like.Text == "" && len(quotes) > 0 {
		like.Text = quotes[0].Text
	}
	cs, err := s.reads.Similar(ctx, like)
	if err != nil {
		return nil, err
	}
	return s.alikeRows(cs), nil
}

func (s *Server) alikeRows(cs []projections.Candidate) (out []alikeRow) {
	for _, c := range cs {
		says := fmt.Sprintf("字词有 %d%% 一样", c.Score)
		if c.SameArea {
			says = "同一个地方，同一类；" + says
		}
		out = append(out, alikeRow{row: s.row(c.Item), Says: says})
	}
	return out
}

// fillAlike looks for what the item may repeat, as long as it can still be merged or taken
// up under the older number: the likeliest others, and what was struck off lately in the
// same place.
func (s *Server) fillAlike(ctx context.Context, p *ItemPage, it projections.Item, a events.Actor) error {
	if !slices.Contains([]events.State{events.Registered, events.ReturnedForInfo, events.Accepted, events.InProgress}, it.State) {
		return nil
	}
	var err error
	if p.Alike, err = s.alike(ctx, it, p.Quotes, a); err != nil {
		return err
	}
	sight, err := s.sight(ctx, a)
	if err != nil {
		return err
	}
	rs, err := s.reads.Relapses(ctx, &it, reach(sight))
	if err != nil {
		return err
	}
	for _, r := range rs {
		p.Relapses = append(p.Relapses, alikeRow{row: s.row(r), Says: fmt.Sprintf("%s 销号，到这件登记 %d 天", r.ClosedOn, events.DateOf(it.Raised).DaysSince(r.ClosedOn))})
	}
	return nil
}
