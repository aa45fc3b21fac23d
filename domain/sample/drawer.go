package sample

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
)

// Log is the log as a Drawer needs it.
type Log interface {
	LoadOf(ctx context.Context, a events.Aggregate, id uuid.UUID) ([]events.Recorded, error)
	Append(ctx context.Context, writes ...events.Write) ([]events.Recorded, error)
}

// Drawer draws the look-backs of a week.
type Drawer struct {
	Log  Log
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

// tries is how often a draw is tried when other processes draw too.
const tries = 5

// Draw draws among the lots that stand in no draw of this week or the last, and returns
// where each of them stands now.
func (d *Drawer) Draw(ctx context.Context, lots []events.Lot) (map[string]Place, error) {
	today := events.DateOf(d.Now())
	period := Period(today)
	var err error
	for range tries {
		places := map[string]Place{}
		var last *events.Recorded
		if _, err = d.read(ctx, Period(today.AddDays(-7)), places); err != nil {
			break
		}
		if last, err = d.read(ctx, period, places); err != nil {
			break
		}
		rest := slices.DeleteFunc(slices.Clone(lots), func(l events.Lot) bool { _, in := places[key(l.Item, l.Due)]; return in })
		if len(rest) == 0 {
			return places, nil
		}
		if err = d.append(ctx, period, last, rest[:min(len(rest), MaxLots)]); err != nil && !errors.Is(err, events.ErrConflict) && !errors.Is(err, events.ErrOutcomeUnknown) {
			break
		}
	}
	return nil, fmt.Errorf("draw look-backs of %s: %w", period, err)
}

// PlaceOf finds a lot among the places that Draw returned.
func PlaceOf(places map[string]Place, l events.Lot) (Place, bool) {
	p, ok := places[key(l.Item, l.Due)]
	return p, ok
}

func key(item string, due events.Date) string { return item + "|" + due.String() }

// read adds the places of a week's draws and returns its last commit.
func (d *Drawer) read(ctx context.Context, period string, places map[string]Place) (*events.Recorded, error) {
	h, err := d.Log.LoadOf(ctx, events.SampleAggregate, ID(period))
	if err != nil {
		return nil, err
	}
	for _, c := range h {
		for _, e := range c.Events {
			if s, ok := e.(events.SampleDrawn); ok {
				for _, l := range s.Lots {
					places[key(l.Item, l.Due)] = Place{period, c.Rev, slices.Contains(s.Chosen, l.Item)}
				}
			}
		}
	}
	if len(h) == 0 {
		return nil, nil
	}
	return &h[len(h)-1], nil
}

func (d *Drawer) append(ctx context.Context, period string, last *events.Recorded, lots []events.Lot) error {
	r := d.Rand
	if r == nil {
		r = rand.Reader
	}
	seed := make([]byte, 32)
	if _, err := io.ReadFull(r, seed); err != nil {
		return fmt.Errorf("make a seed: %w", err)
	}
	lots = slices.SortedFunc(slices.Values(lots), func(a, b events.Lot) int { return strings.Compare(a.Item, b.Item) })
	e := events.SampleDrawn{Period: period, Seed: hex.EncodeToString(seed), Share: Share, Lots: lots, Method: Method}
	e.Chosen = Choose(e.Seed, lots, e.Share)
	id := ID(period)
	c := events.Commit{Item: id, Rev: 1, Command: "draw_sample", Actor: actor, Cause: "sweep", At: d.Now(), Events: []events.Event{e}}
	var expected uint64
	if last != nil {
		c.Rev, c.Prev, expected = last.Rev+1, last.Hash, last.Sequence
	}
	c.CommandID = uuid.NewSHA1(id, []byte(e.Seed))
	_, err := d.Log.Append(ctx, events.Write{Commit: c, Expected: expected})
	return err
}

// ID returns the id under which the draws of a week are kept.
func ID(period string) uuid.UUID { return uuid.NewSHA1(space, []byte(period)) }

// Period returns the ISO week of a day: 2026-W48.
func Period(d events.Date) string {
	y, w := d.Time().ISOWeek()
	return fmt.Sprintf("%d-W%02d", y, w)
}
