package projections

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"xiaohao/events"
)

// keeper writes the rows of one generation, over one connection. While the generation is
// loading, a transaction takes in many batches of the log and rows stay in memory from one
// transaction to the next; afterwards each batch is a transaction of its own.
type keeper struct {
	s    *Store
	gen  generation
	conn *pgx.Conn
	w    *writer

	pos    Position // committed
	epoch  int
	parked map[uuid.UUID]bool

	tx    pgx.Tx   // open: what was folded after pos is not committed yet
	at    Position // folded
	b     *batch
	since int                             // commits after pos
	loads int                             // transactions that brought the rows to pos, while loading
	known map[uint64]error                // commits that cannot be applied, found out before
	limit int                             // commits in a transaction at most, 0 = any
	until uint64                          // the limit holds up to here
	moved func(c Change)                  // told after each transaction
	noted func(rows int)                  // told how many rows a transaction noted to be added up
	level func(ctx context.Context) error // called when everything was read; of a builder

	progress func(Progress) // of a builder
	quiet    bool           // nobody is told of changes
	built    Rebuilt
}

// How much a loading transaction takes in, and how much of it is in memory.
const (
	loadCommits = 300_000
	loadRows    = 7_000   // items; those that are not written yet too
	loadBytes   = 2 << 20 // sent to Postgres at once
)

// keep follows the log until ctx ends or an error comes: ErrDiverged, ErrStale, or one of
// Postgres or the log. It can be called again.
func (k *keeper) keep(ctx context.Context, log Log) error {
	for {
		err := k.follow(ctx, log)
		k.abandon()
		if !errors.Is(err, errAgain) {
			return err
		}
	}
}

func newKeeper(s *Store, g generation, c *pgx.Conn) *keeper {
	return &keeper{s: s, gen: g, conn: c, known: map[uint64]error{}, moved: func(Change) {}, noted: func(int) {},
		level: func(context.Context) error { return nil }, progress: func(Progress) {}}
}

// errAgain ends the reading when something was learnt about a commit: it begins again at
// the position.
var errAgain = errors.New("read again")

func (k *keeper) follow(ctx context.Context, log Log) error {
	if err := k.look(ctx); err != nil {
		return err
	}
	if err := verify(ctx, log, k.pos); err != nil {
		return err
	}
	k.pos.Identity = log.Identity()
	k.at = k.pos
	if k.gen.State == loading {
		if err := bare(ctx, k.conn, k.s.text); err != nil { // a term before this one was cut off
			return err
		}
		// perhaps there is nothing to load
		last, err := log.Last(ctx)
		if err != nil {
			return fmt.Errorf("ask the log for its end: %w", err)
		}
		if last <= k.pos.Sequence {
			if err := k.finish(ctx); err != nil {
				return err
			}
			if err := k.level(ctx); err != nil {
				return err
			}
		}
	}
	return log.Follow(ctx, k.pos.Sequence, func(batch []events.Recorded, behind uint64) error {
		for len(batch) > 0 && batch[0].Sequence <= k.at.Sequence {
			batch = batch[1:]
		}
		for len(batch) > 0 {
			n := len(batch)
			if k.limit > 0 && batch[0].Sequence <= k.until {
				n = min(n, k.limit)
			} else {
				k.limit = 0
			}
			if err := k.take(ctx, batch[:n], behind+uint64(len(batch)-n)); err != nil {
				return err
			}
			batch = batch[n:]
		}
		return nil
	})
}

// take folds commits, and commits what was folded when it is time.
func (k *keeper) take(ctx context.Context, commits []events.Recorded, behind uint64) error {
	err := k.begin(ctx, behind)
	if err == nil {
		err = k.fold(ctx, commits)
	}
	if err == nil && (k.gen.State != loading || behind == 0 || k.limit > 0 || k.since >= loadCommits) {
		err = k.commit(ctx)
	}
	if err != nil {
		return k.suspect(err)
	}
	if k.gen.State == loading {
		k.tell(loading, behind)
	}
	if behind > 0 {
		return nil
	}
	if k.gen.State == loading {
		if err := k.finish(ctx); err != nil {
			return err
		}
	}
	return k.level(ctx)
}

// tell says how far a builder is: what it has read, though it may not be committed yet.
func (k *keeper) tell(phase string, behind uint64) {
	k.progress(Progress{phase, k.at.Sequence, k.at.Sequence + behind})
}

// begin opens a transaction unless one is open. When it is the first of a loading generation
// and much is to come, tables of mass rows are emptied in it, though they are empty: Postgres
// then takes their rows as final, and with wal_level minimal writes no log of them, since all
// of it goes if the transaction is not committed. Nobody reads these tables meanwhile.
func (k *keeper) begin(ctx context.Context, behind uint64) (err error) {
	if k.tx != nil {
		return nil
	}
	if k.tx, err = k.conn.Begin(ctx); err != nil {
		return err
	}
	k.w.emptied = k.gen.State == loading && k.pos.Sequence == 0 && behind > uint64(k.s.rows)
	if !k.w.emptied {
		return nil
	}
	var names []string
	for _, o := range k.b.out.all() {
		if n := o.mass(); n != "" {
			names = append(names, n)
		}
	}
	_, err = k.tx.Exec(ctx, `truncate `+strings.Join(names, ", "))
	return err
}

// fold applies commits within the open transaction.
func (k *keeper) fold(ctx context.Context, commits []events.Recorded) error {
	last := commits[len(commits)-1]
	k.at = Position{k.pos.Identity, last.Sequence, last.Hash}
	k.since += len(commits)
	if err := k.b.load(ctx, k, commits); err != nil {
		return err
	}
	for i := range commits {
		c := &commits[i]
		if !c.Aggregate().Known() {
			continue // of no concern here
		}
		if why, park := k.unfit(c); park {
			k.park(c, why)
		} else if err := k.apply(c); err != nil {
			return err
		}
	}
	if k.gen.State == loading && len(k.b.rows) > k.s.rows {
		if err := k.b.spill(k.s.rows-k.s.rows/8, func() error { return k.full(ctx) }); err != nil {
			return err
		}
		k.b.hand(k.w)
		return k.w.sendBeside(ctx)
	}
	return k.full(ctx)
}

// full has rows written beside when enough of them wait.
func (k *keeper) full(ctx context.Context) error {
	if k.b.out.size() < loadBytes {
		return nil
	}
	k.b.hand(k.w)
	return k.w.sendBeside(ctx)
}

// Query asks within the open transaction, when nothing is written beside.
func (k *keeper) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := k.w.wait(); err != nil {
		return nil, err
	}
	return k.tx.Query(ctx, sql, args...)
}

// commit writes what was folded and moves the position on by compare-and-set.
func (k *keeper) commit(ctx context.Context) error {
	change := k.b.change(k.at.Sequence)
	if err := k.b.settle(func() error { return k.full(ctx) }); err != nil {
		return err
	}
	fence := k.w.queueText("move position", `
		update position set identity = $1, sequence = $2, hash = $3, moved = clock_timestamp()
		where sequence = $4 and hash = $5 and epoch = $6 and identity in ($1, '')`,
		k.at.Identity, strconv.FormatUint(k.at.Sequence, 10), k.at.Hash,
		strconv.FormatUint(k.pos.Sequence, 10), k.pos.Hash, strconv.Itoa(k.epoch))
	if !k.quiet {
		k.w.queueText("tell", `select pg_notify($1, $2)`, channel,
			string(notice{Generation: k.gen.ID, Sequence: change.Sequence, Items: change.Items, Quiet: change.Quiet}.payload()))
	}
	k.b.hand(k.w)
	touched, err := k.w.send(ctx)
	if err != nil {
		return err
	}
	if touched[fence] == 0 {
		return ErrStale
	}
	if err := k.tx.Commit(ctx); err != nil {
		return err
	}
	k.tx, k.pos, k.since = nil, k.at, 0
	k.loads++
	if k.gen.State != loading {
		k.b = newBatch()
	}
	k.noted(k.w.added)
	k.w.added = 0
	k.moved(change)
	return nil
}

// finish makes a loaded generation like any other.
func (k *keeper) finish(ctx context.Context) error {
	k.tell("INDEXING", 0)
	if err := k.s.finish(ctx, k.conn, k.gen, k.loads > 1); err != nil {
		return err
	}
	k.gen.State, k.w.loading = ready, false
	k.b = newBatch()
	return nil
}

// look reads the position and what is parked.
func (k *keeper) look(ctx context.Context) error {
	k.b, k.w = newBatch(), newWriter(k.conn, k.gen.State == loading)
	err := pgx.BeginFunc(ctx, k.conn, func(tx pgx.Tx) error {
		var err error
		if k.pos, k.epoch, err = positionAndEpoch(ctx, tx); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select distinct item from parked`)
		if err != nil {
			return err
		}
		items, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		k.parked = map[uuid.UUID]bool{}
		for _, id := range items {
			k.parked[id] = true
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read position: %w", err)
	}
	if k.loads = 0; k.pos.Sequence > 0 { // before this term, nobody knows how many
		k.loads = 2
	}
	return nil
}

// abandon drops what was folded and is not committed.
func (k *keeper) abandon() {
	if k.tx != nil {
		_ = k.w.wait() // it failed, or does not count any more
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = k.tx.Rollback(ctx) // or the connection is broken, which does the same
	}
	k.tx, k.since = nil, 0
}

// suspect finds out whether a commit is to blame for an error, by trying fewer at a time.
// It returns errAgain when it has learnt something, else the error.
func (k *keeper) suspect(err error) error {
	var bad *unfitError
	if errors.As(err, &bad) {
		k.known[bad.sequence] = bad.err
		return errAgain
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || len(pg.Code) < 2 || (pg.Code[:2] != "22" && pg.Code[:2] != "23") { // data, constraints
		if errors.Is(err, ErrStale) {
			return err
		}
		return fmt.Errorf("write commits %d to %d: %w", k.pos.Sequence+1, k.at.Sequence, err)
	}
	if k.since == 1 {
		k.known[k.at.Sequence] = err
		return errAgain
	}
	k.limit, k.until = max(1, k.since/8), k.at.Sequence
	return errAgain
}

// verify reports whether pos lies on the log.
func verify(ctx context.Context, log Log, pos Position) error {
	if pos.Identity == "" && pos.Sequence == 0 {
		return nil // nothing was read yet
	}
	if id := log.Identity(); id != pos.Identity {
		return fmt.Errorf("%w: they were made from stream %s, this is stream %s", ErrDiverged, pos.Identity, id)
	}
	if pos.Sequence == 0 {
		return nil
	}
	last, err := log.Last(ctx)
	if err != nil {
		return fmt.Errorf("ask the log for its end: %w", err)
	}
	if last < pos.Sequence {
		return fmt.Errorf("%w: they stand at commit %d, the log ends at %d", ErrDiverged, pos.Sequence, last)
	}
	r, err := log.At(ctx, pos.Sequence)
	if err != nil && r.Fault == nil {
		return fmt.Errorf("read commit %d of the log: %w", pos.Sequence, err)
	}
	if r.Hash != pos.Hash {
		return fmt.Errorf("%w: commit %d is %.12s in the log and was %.12s when it was read", ErrDiverged, pos.Sequence, r.Hash, pos.Hash)
	}
	return nil
}
