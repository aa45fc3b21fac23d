package projections

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Progress is how far a rebuild is.
type Progress struct {
	Phase string // LOADING, INDEXING, COMPARING, SWITCHED
	At    uint64 // sequence
	Head  uint64
}

// Rebuilt is what came of a rebuild.
type Rebuilt struct {
	Generation int
	Position   Position
	Compared   bool   // with the rows that were served, which were of the same version
	Difference string // the first one found, "" when there was none
	Took       time.Duration
}

// Rebuild makes all rows anew from the log, in a schema beside the one that is served, and
// then switches to it. Readers never wait and never see a mix; nobody outside is told
// anything before the switch. Rows of the same version are compared first: the new ones
// are what the log says, so they are served in any case, and a difference is reported.
func (s *Store) Rebuild(ctx context.Context, log Log, tell func(Progress)) (Rebuilt, error) {
	begun := time.Now()
	var out Rebuilt
	err := s.beside(ctx, func(k *keeper) error {
		k.progress = tell
		err := s.build(ctx, k, log)
		out = k.built
		out.Generation, out.Position, out.Took = k.gen.ID, k.pos, time.Since(begun)
		return err
	})
	if err != nil {
		return Rebuilt{}, fmt.Errorf("rebuild: %w", err)
	}
	return out, nil
}

// beside makes a new generation and has f fill it. Unless it is served afterwards it goes.
func (s *Store) beside(ctx context.Context, f func(k *keeper) error) error {
	var g generation
	err := exclusively(ctx, s.pool, func(tx pgx.Tx) (err error) {
		g, err = s.make(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	conn, err := s.connect(ctx, g)
	if err != nil {
		return err
	}
	defer func() {
		closeConn(conn)
		if s.serving.Load().ID != g.ID {
			s.discard(g)
		}
	}()
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1, $2)`, runnerLock, g.ID); err != nil {
		return err
	}
	return f(newKeeper(s, g, conn))
}

// errSwitched ends the reading of a builder: its generation is served.
var errSwitched = errors.New("switched")

// build loads the generation of k, compares it, and switches to it as soon as it has
// everything that the served one has.
func (s *Store) build(ctx context.Context, k *keeper, log Log) error {
	k.quiet = true
	compared := false
	k.level = func(ctx context.Context) error {
		old := *s.serving.Load()
		if !compared && old.Version == k.gen.Version && old.Digest == k.gen.Digest {
			compared = true
			k.tell("COMPARING", 0)
			if err := takeOver(ctx, k.conn, old, k.gen); err != nil {
				return err
			}
			var err error
			if k.built.Compared, k.built.Difference, err = s.compare(ctx, old, k.gen); err != nil {
				return err
			}
		}
		done, err := s.switchTo(ctx, k)
		if err == nil && done {
			k.tell("SWITCHED", 0)
			return errSwitched
		}
		return err
	}
	if err := k.keep(ctx, log); !errors.Is(err, errSwitched) {
		return err
	}
	return nil
}

// switchTo makes k's generation the served one, unless that has more rows by now.
func (s *Store) switchTo(ctx context.Context, k *keeper) (done bool, err error) {
	err = exclusively(ctx, k.conn, func(tx pgx.Tx) error {
		old, err := s.servingNow(ctx, tx)
		switch {
		case errors.Is(err, pgx.ErrNoRows): // the first of this version
		case err != nil:
			return err
		default: // its runner is held up for this moment, and then finds another epoch
			var at int64
			if err := tx.QueryRow(ctx, `select sequence from `+old.schema()+`.position for update`).Scan(&at); err != nil {
				return err
			}
			if uint64(at) > k.pos.Sequence {
				return nil
			}
			if _, err := tx.Exec(ctx, `update `+old.schema()+`.position set epoch = epoch + 1`); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `
				insert into rm.runner (generation, host, pid, beat, level, head, error)
				select $1, host, pid, beat, level, head, error from rm.runner where generation = $2
				on conflict (generation) do nothing`, k.gen.ID, old.ID); err != nil { // it comes over as soon as the lock is free
				return err
			}
		}
		done = true
		return s.point(ctx, tx, k.gen)
	})
	if err != nil {
		return false, fmt.Errorf("switch to %s: %w", k.gen.schema(), err)
	}
	if done {
		s.serve(k.gen)
		s.news.moved(Change{Sequence: k.pos.Sequence})
	}
	return done, nil
}

// discard drops a generation that was not finished.
func (s *Store) discard(g generation) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if c, err := s.connect(ctx, g); err == nil {
		defer closeConn(c)
		_ = s.drop(ctx, c, g) // else a runner clears it away later
	}
}
