package projections

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
)

// Sample is one draw of look-backs (回头看抽样) as it is kept in the log.
type Sample struct {
	events.SampleDrawn
	Draw     int       `json:"draw"`     // which of its period, from 1
	Sequence uint64    `json:"at"`       // in the log
	Recorded time.Time `json:"recorded"` // when it was stored
}

type sampleRow = Sample

var sampleTable = table[sampleRow]{name: "sample", key: []string{"period", "draw"}, then: keepRow, cols: []col[sampleRow]{
	textCol("period", func(s *sampleRow) string { return s.Period }),
	intCol("draw", func(s *sampleRow) int { return s.Draw }),
	bigCol("sequence", func(s *sampleRow) uint64 { return s.Sequence }),
	timeCol("recorded", func(s *sampleRow) time.Time { return s.Recorded }),
	docCol("doc", func(s *sampleRow) []byte {
		doc, _ := document(s.SampleDrawn) // texts and numbers only
		return doc
	}),
}}

// sample notes the draws in a commit about a period's sample.
func (b *batch) sample(c *events.Recorded) {
	for _, e := range c.Events {
		if d, ok := e.(events.SampleDrawn); ok {
			b.out.samples.upsert(&Sample{d, c.Rev, c.Sequence, c.Time})
		}
	}
}

// Samples returns up to limit draws, the newest first.
func (s *Store) Samples(ctx context.Context, limit int) ([]Sample, error) {
	return s.samples(ctx, `select draw, sequence, recorded, doc from sample order by sequence desc limit $1`, limit)
}

// SamplesOf returns the draws that were recorded on some days, both included, in their order.
func (s *Store) SamplesOf(ctx context.Context, from, to events.Date) ([]Sample, error) {
	return s.samples(ctx, `select draw, sequence, recorded, doc from sample where recorded >= $1 and recorded < $2 order by sequence`, from.Time(), to.AddDays(1).Time())
}

// Sample returns one draw of a period, ErrNotFound when there is none.
func (s *Store) Sample(ctx context.Context, period string, draw int) (Sample, error) {
	out, err := s.samples(ctx, `select draw, sequence, recorded, doc from sample where period = $1 and draw = $2`, clean(period), draw)
	if err != nil {
		return Sample{}, err
	}
	if len(out) == 0 {
		return Sample{}, ErrNotFound
	}
	return out[0], nil
}

func (s *Store) samples(ctx context.Context, query string, args ...any) ([]Sample, error) {
	rows, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read draws of look-backs: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (x Sample, err error) {
		var doc []byte
		if err := r.Scan(&x.Draw, &x.Sequence, &x.Recorded, (*pgtype.DriverBytes)(&doc)); err != nil {
			return x, err
		}
		x.Recorded = x.Recorded.UTC()
		return x, json.Unmarshal(doc, &x.SampleDrawn)
	})
	if err != nil {
		return nil, fmt.Errorf("read draws of look-backs: %w", err)
	}
	return out, nil
}
