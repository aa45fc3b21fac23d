package projections

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"xiaohao/events"
)

// Log is the stream the runner reads. Batches arrive in order of sequence, one commit at a
// time when live and up to a thousand when catching up, never ending inside an atomic batch;
// behind is how many commits are still to come. At returns a commit that cannot be read as
// a Fault, with its error.
type Log interface {
	Identity() string
	Last(ctx context.Context) (uint64, error)
	At(ctx context.Context, seq uint64) (events.Recorded, error)
	Follow(ctx context.Context, after uint64, f func(batch []events.Recorded, behind uint64) error) error
}

// Position says up to where the rows stand.
type Position struct {
	Identity string // of the stream
	Sequence uint64
	Hash     string // of the commit at Sequence
}

// Run keeps the rows up with the log until ctx ends or an error comes. Of several runners,
// in any number of processes, one is at work and the others stand by; when it ends, or says
// nothing for three seconds, another takes over. Run returns ErrDiverged when the rows were
// made from another log. What may pass (Postgres restarts, the connection is lost) it tries
// again, and says so in [Store.Health].
func (s *Store) Run(ctx context.Context, log Log) error {
	wait := tryAgain
	for {
		begun := time.Now()
		err := s.run(ctx, log)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || errors.Is(err, ErrDiverged) || !passing(err) {
			s.failed(err)
			return err
		}
		if !errors.Is(err, ErrStale) {
			s.failed(err)
		}
		if time.Since(begun) > time.Second {
			wait = tryAgain
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, 2*time.Second)
	}
}

// Times of the hand-over from one runner to another.
const (
	tryAgain = 50 * time.Millisecond
	beat     = time.Second     // the runner says that it lives; those who stand by look
	silence  = 3 * time.Second // after it a runner is taken for dead
)

// runnerLock is the class of the advisory locks that runners hold, one a generation.
const runnerLock = 0x78686f // "xho"

// run is one term as a runner: stand by, take the lock, keep the rows.
func (s *Store) run(ctx context.Context, log Log) error {
	g, err := s.target(ctx)
	if err != nil {
		return err
	}
	conn, err := s.connect(ctx, g)
	if err != nil {
		return err
	}
	defer func() {
		if !conn.IsClosed() { // closing it frees the lock too, but a little later
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			_, _ = conn.Exec(end, `select pg_advisory_unlock_all()`)
		}
		closeConn(conn)
	}()
	if err := s.standBy(ctx, conn, g); err != nil {
		return err
	}
	second, err := s.connect(ctx, g)
	if err != nil {
		return err
	}
	defer closeConn(second)
	a := newAdder(second, g)
	ctx, cancel := context.WithCancelCause(ctx)
	var beside sync.WaitGroup
	defer func() { cancel(nil); beside.Wait() }()
	beside.Go(func() { cancel(s.beat(ctx, log, g)) })
	beside.Go(func() { cancel(lostIf(second, a.run(ctx))) })

	s.failed(nil)
	k := newKeeper(s, g, conn)
	k.noted = a.noted
	if g.ID == s.serving.Load().ID {
		k.moved = s.news.moved
		err = k.keep(ctx, log)
	} else {
		if err = s.build(ctx, k, log); err == nil {
			err = ErrStale // the next term keeps it
		}
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause // the beat failed
	}
	if !errors.Is(err, ErrDiverged) {
		err = lostIf(conn, err)
	}
	return err
}

// lostIf says of an error whether the way to Postgres broke with it.
func lostIf(c *pgx.Conn, err error) error {
	if err != nil && c.IsClosed() {
		return &lostError{err}
	}
	return err
}

// lostError says that the way to Postgres broke.
type lostError struct{ err error }

func (e *lostError) Error() string { return e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

// standBy returns when this runner holds the generation's lock. A holder that says nothing
// any more is cut off from Postgres, which ends whatever it was about to write.
func (s *Store) standBy(ctx context.Context, c *pgx.Conn, g generation) error {
	for {
		held, err := waitForLock(ctx, c, g.ID)
		if err != nil {
			return fmt.Errorf("stand by: %w", err)
		}
		if held {
			_, err = c.Exec(ctx, `
				insert into rm.runner (generation, host, pid, beat, level, head, error)
				values ($1, $2, $3, clock_timestamp(), clock_timestamp(), 0, '')
				on conflict (generation) do update set host = excluded.host, pid = excluded.pid, beat = excluded.beat,
					error = excluded.error`, g.ID, hostname(), os.Getpid())
			if err != nil {
				return fmt.Errorf("stand by: %w", err)
			}
			return nil
		}
		if _, err := c.Exec(ctx, `
			select pg_terminate_backend(l.pid) from pg_locks l, rm.runner r
			where l.locktype = 'advisory' and l.granted and l.classid = $1::int::oid and l.objid = $2::int::oid and l.objsubid = 2
				and l.database = (select oid from pg_database where datname = current_database())
				and r.generation = $2 and r.beat < clock_timestamp() - $3::interval`, runnerLock, g.ID, silence); err != nil {
			return fmt.Errorf("stand by: %w", err)
		}
		if now := s.serving.Load(); now.Version == s.version && now.ID != g.ID {
			return ErrStale // another generation is to be kept
		}
	}
}

// waitForLock waits up to a beat for the lock of a generation, and has it at the moment it is free.
func waitForLock(ctx context.Context, c *pgx.Conn, generation int) (held bool, err error) {
	err = pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select set_config('lock_timeout', $1, true)`, strconv.Itoa(int(beat.Milliseconds()))); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `select pg_advisory_lock($1, $2)`, runnerLock, generation)
		return err
	})
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) && e.Code == "55P03" { // lock_not_available
		return false, nil
	}
	return err == nil, err
}

func hostname() string {
	h, _ := os.Hostname()
	return h
}

// beat says every second that the runner lives, how far the log is, and drops what nobody
// reads any more, until ctx ends. It speaks over a connection of its own, which a long
// transaction does not hold up.
func (s *Store) beat(ctx context.Context, log Log, g generation) error {
	c, err := s.connect(ctx, g)
	if err != nil {
		return err
	}
	defer closeConn(c)
	for {
		last, err := log.Last(ctx)
		said := ""
		if err != nil {
			said = "the log does not answer: " + err.Error()
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_, err = c.Exec(ctx, `
			update rm.runner r set beat = clock_timestamp(), head = greatest(r.head, $2), error = $3,
				level = case when p.sequence >= $2 then clock_timestamp() else r.level end
			from position p where r.generation = $1`, g.ID, int64(last), said)
		if now := s.serving.Load(); now.Version == s.version && now.ID != g.ID {
			return ErrStale // another generation is to be kept
		}
		if err == nil {
			err = s.clear(ctx, c)
		}
		if err != nil {
			return &lostError{fmt.Errorf("say that the runner lives: %w", err)}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(beat):
		}
	}
}

// passing reports whether an error may go by itself: the way to Postgres broke, Postgres is
// away, or another runner was at work.
func passing(err error) bool {
	var lost *lostError
	var connect *pgconn.ConnectError
	if errors.Is(err, ErrStale) || errors.As(err, &lost) || errors.As(err, &connect) {
		return true
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	switch pg.Code[:2] {
	case "08", "40", "53", "55", "57", "58": // connection, serialization, resources, lock, operator, system
		return true
	}
	return pg.Code == "3F000" || pg.Code == "42P01" // its schema was dropped: another one is to be kept
}
