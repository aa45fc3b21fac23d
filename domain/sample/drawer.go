package sample

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

// Drawer draws the look-backs of a week.
type Drawer struct {
	Log  domain.Histories
	Now  func() time.Time
	Rand io.Reader // nil = crypto/rand
}

// MaxLots is how many lots one draw has at most; more are several draws.
const MaxLots = 500

// space makes the ids of weeks.
var space = uuid.MustParse("c1f6a0f4-0d4b-5f0e-9b38-0b6f7d2f1a55")

var actor = events.Actor{ID: "system.sample", Role: events.System, Post: "系统"}

// Place is where an item stands in a draw.
type Place struct {
	Period string
	Draw   int
	Chosen bool
}

// Draw draws among the lots that stand in no draw of this week or the last, at most [MaxLots]
// of them, and returns where each that was drawn stands now.
func (d *Drawer) Draw(ctx context.Context, lots []events.Lot) (map[string]Place, error) {
	now := d.Now()
	today := events.DateOf(now)
	period := Period(today)
	places, err := d.draw(ctx, now, period, Period(today.AddDays(-7)), lots)
	if err != nil {
		return nil, fmt.Errorf("draw look-backs of %s: %w", period, err)
	}
	return places, nil
}

func (d *Drawer) draw(ctx context.Context, now time.Time, period, before string, lots []events.Lot) (map[string]Place, error) {
	seed, err := d.seed()
	if err != nil {
		return nil, err
	}
	last, err := d.Log.LoadOf(ctx, events.SampleAggregate, ID(before))
	if err != nil {
		return nil, err
	}
	places := map[string]Place{}
	stand(places, before, last)
	c := domain.Change{ID: uuid.NewSHA1(ID(period), []byte(seed)), Of: events.SampleAggregate, Entry: ID(period), Command: "draw_sample", Actor: actor, Cause: "sweep"}
	drawn, err := c.Carry(ctx, d.Log, nil, now, func(h []events.Recorded) ([]events.Event, error) {
		stand(places, period, h)
		rest := slices.DeleteFunc(slices.Clone(lots), func(l events.Lot) bool { _, in := places[key(l.Item, l.Due)]; return in })
		if len(rest) == 0 {
			return nil, nil
		}
		return []events.Event{drawOf(period, seed, rest[:min(len(rest), MaxLots)])}, nil
	})
	if err == nil && drawn.Sequence > 0 {
		stand(places, period, []events.Recorded{drawn})
	}
	return places, err
}

// PlaceOf finds a lot among the places that Draw returned.
func PlaceOf(places map[string]Place, l events.Lot) (Place, bool) {
	p, ok := places[key(l.Item, l.Due)]
	return p, ok
}

func key(item string, due events.Date) string { return item + "|" + due.String() }

// stand adds the places of a week's draws.
func stand(places map[string]Place, period string, draws []events.Recorded) {
	for _, c := range draws {
		for _, e := range c.Events {
			if s, ok := e.(events.SampleDrawn); ok {
				for _, l := range s.Lots {
					places[key(l.Item, l.Due)] = Place{period, c.Rev, slices.Contains(s.Chosen, l.Item)}
				}
			}
		}
	}
}

func (d *Drawer) seed() (string, error) {
	r := d.Rand
	if r == nil {
		r = rand.Reader
	}
	b := make([]byte, 32)
	if _, err := io.ReadFull(r, b); err != nil {
		return "", fmt.Errorf("make a seed: %w", err)
	}
	return hex.EncodeToString(b), nil
}

func drawOf(period, seed string, lots []events.Lot) events.SampleDrawn {
	lots = slices.SortedFunc(slices.Values(lots), func(a, b events.Lot) int { return strings.Compare(a.Item, b.Item) })
	return events.SampleDrawn{Period: period, Seed: seed, Share: Share, Lots: lots, Method: Method, Chosen: Choose(seed, lots, Share)}
}

// ID returns the id under which the draws of a week are kept.
func ID(period string) uuid.UUID { return uuid.NewSHA1(space, []byte(period)) }

// Period returns the ISO week of a day: 2026-W48.
func Period(d events.Date) string {
	y, w := d.Time().ISOWeek()
	return fmt.Sprintf("%d-W%02d", y, w)
}
