package projections

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Health is what a monitor asks. It is the same in every process.
type Health struct {
	Position Position
	Head     uint64        // last sequence of the log when the runner last looked, at most a second ago
	Behind   uint64        // how many the rows lack
	Lag      time.Duration // since when they lack something, 0 when they have all
	Progress time.Time     // when the rows moved on last
	Frozen   bool          // the log moved on and the rows have not for a while
	Parked   int           // items whose rows stand still
	Loading  bool          // the rows are being built from the first commit: not to be shown yet
	Runner   string        // host and process id of the runner at work, "" when there is none
	Beat     time.Time     // when it last said that it lives
	Err      string        // what is wrong, "" when nothing is
}

// Patience of a monitor.
const (
	frozenAfter = 10 * time.Second
	deadAfter   = 10 * time.Second
)

// Health returns how the rows that are served stand. Err says the first thing that is
// wrong: Postgres does not answer, the runner failed, nobody keeps the rows up, they stand
// still, items are parked.
func (s *Store) Health(ctx context.Context) Health {
	h, err := s.ask(ctx)
	s.news.mu.Lock()
	failed := s.news.err
	s.news.mu.Unlock()
	switch {
	case err != nil:
		h.Err = err.Error()
	case failed != nil:
		h.Err = failed.Error()
	}
	return h
}

func (s *Store) ask(ctx context.Context) (h Health, err error) {
	g := s.serving.Load()
	var said string
	var now time.Time
	var head, sequence int64
	var pid int
	var beat, level *time.Time
	err = s.pool.QueryRow(ctx, `
		select p.identity, p.sequence, p.hash, p.moved, clock_timestamp(),
			(select count(distinct item) from parked), g.state = 'LOADING',
			coalesce(r.host, ''), coalesce(r.pid, 0), coalesce(r.head, 0), r.beat, r.level, coalesce(r.error, '')
		from position p, rm.generation g left join rm.runner r on r.generation = g.id
		where g.id = $1`, g.ID).Scan(&h.Position.Identity, &sequence, &h.Position.Hash, &h.Progress, &now,
		&h.Parked, &h.Loading, &h.Runner, &pid, &head, &beat, &level, &said)
	if err != nil {
		return h, fmt.Errorf("read health: %w", err)
	}
	h.Position.Sequence, h.Head, h.Progress = uint64(sequence), uint64(head), h.Progress.UTC()
	if head > sequence {
		h.Behind = uint64(head - sequence)
		h.Lag = now.Sub(*level)
	}
	h.Frozen = h.Behind > 0 && now.Sub(h.Progress) > frozenAfter && h.Lag > frozenAfter
	if beat != nil {
		h.Beat = beat.UTC()
	}
	alive := beat != nil && now.Sub(*beat) < deadAfter
	if alive {
		h.Runner = fmt.Sprintf("%s/%d", h.Runner, pid)
	} else {
		h.Runner = ""
	}
	switch {
	case said != "":
		h.Err = said
	case !alive:
		h.Err = "nobody keeps the read models up"
	case h.Frozen:
		h.Err = fmt.Sprintf("the read models stand still at %d since %s, the log is at %d", sequence, h.Progress.Format(time.TimeOnly), head)
	case h.Parked > 0:
		h.Err = fmt.Sprintf("%d items are parked: a commit of them cannot be applied", h.Parked)
	}
	return h, nil
}

// failed notes what holds up the runner of this process, nil when nothing does.
func (s *Store) failed(err error) {
	s.news.mu.Lock()
	defer s.news.mu.Unlock()
	s.news.err = err
}

// Position returns up to where the served rows stand.
func (s *Store) Position(ctx context.Context) (Position, error) {
	p, err := position(ctx, s.pool)
	if err != nil {
		return Position{}, fmt.Errorf("read position: %w", err)
	}
	return p, nil
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func position(ctx context.Context, q querier) (Position, error) {
	p, _, err := positionAndEpoch(ctx, q)
	return p, err
}

func positionAndEpoch(ctx context.Context, q querier) (p Position, epoch int, err error) {
	rows, err := q.Query(ctx, `select identity, sequence, hash, epoch from position`)
	if err != nil {
		return p, 0, err
	}
	var seq int64
	_, err = pgx.ForEachRow(rows, []any{&p.Identity, &seq, &p.Hash, &epoch}, func() error { return nil })
	p.Sequence = uint64(seq)
	return p, epoch, err
}
