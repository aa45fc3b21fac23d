package projections

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// Log is the stream the runner reads. Batches arrive in order of sequence, one commit at a
// time when live and up to a thousand when catching up, never ending inside an atomic batch;
// behind is how many commits are still to come.
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

// Change says what one committed batch touched.
type Change struct {
	Sequence uint64
	Items    []string // ids
}

// Health is what a monitor asks. Behind, LastProgress and Err are of the runner in this
// process.
type Health struct {
	Position     Position
	Behind       uint64
	LastProgress time.Time
	Err          string
}

// Run keeps the rows up with the log until ctx ends or an error comes. It returns ErrDiverged
// when the rows were made from another log, ErrStale when another runner took over; in both
// cases nothing was written.
func (s *Store) Run(ctx context.Context, log Log) error {
	err := s.run(ctx, log)
	if ctx.Err() != nil {
		s.news.stopped(nil)
	} else {
		s.news.stopped(err)
	}
	return err
}

func (s *Store) run(ctx context.Context, log Log) error {
	pos, err := s.Position(ctx)
	if err != nil {
		return err
	}
	if err := verify(ctx, log, pos); err != nil {
		return err
	}
	pos.Identity = log.Identity()
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect to postgres: %w", err)
	}
	defer conn.Release()
	w := newWriter(conn.Conn())
	s.news.started(pos.Sequence)
	return log.Follow(ctx, pos.Sequence, func(batch []events.Recorded, behind uint64) error {
		for len(batch) > 0 && batch[0].Sequence <= pos.Sequence {
			batch = batch[1:]
		}
		if len(batch) == 0 {
			return nil
		}
		next := Position{pos.Identity, batch[len(batch)-1].Sequence, batch[len(batch)-1].Hash}
		items, err := w.write(ctx, batch, pos, next)
		if err != nil {
			return err
		}
		pos = next
		s.news.moved(Change{next.Sequence, items}, behind)
		return nil
	})
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
	if err != nil {
		return fmt.Errorf("read commit %d of the log: %w", pos.Sequence, err)
	}
	if r.Hash != pos.Hash {
		return fmt.Errorf("%w: commit %d is %.12s in the log and was %.12s when it was read", ErrDiverged, pos.Sequence, r.Hash, pos.Hash)
	}
	return nil
}

// write folds the batch and stores rows and position in one transaction.
func (w *writer) write(ctx context.Context, commits []events.Recorded, was, next Position) (touched []string, err error) {
	b := newBatch()
	err = pgx.BeginFunc(ctx, w.conn, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update position set identity = $1, sequence = $2, hash = $3, moved = now()
			where sequence = $4 and hash = $5 and identity in ($1, '')`,
			next.Identity, int64(next.Sequence), next.Hash, int64(was.Sequence), was.Hash)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return ErrStale
		}
		if err := b.load(ctx, tx, commits); err != nil {
			return err
		}
		for _, c := range commits {
			b.apply(c)
		}
		touched = column(b.touched, func(r *row) string { return r.id.String() })
		return b.save(ctx, w)
	})
	if err != nil && !errors.Is(err, ErrStale) {
		return nil, fmt.Errorf("write commits %d to %d: %w", commits[0].Sequence, next.Sequence, err)
	}
	if err != nil {
		return nil, err
	}
	return touched, nil
}

// Position returns up to where the rows stand.
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

func position(ctx context.Context, q querier) (p Position, err error) {
	rows, err := q.Query(ctx, `select identity, sequence, hash from position`)
	if err != nil {
		return p, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Position])
}

// patience is how long WaitFor waits.
const patience = 2 * time.Second

// WaitFor returns when the rows contain commit seq, so that a writer reads what it wrote.
// It returns ErrBehind after two seconds.
func (s *Store) WaitFor(ctx context.Context, seq uint64) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, ErrBehind)
	defer cancel()
	for {
		at, moved, here := s.news.now()
		if at >= seq {
			return nil
		}
		var poll <-chan time.Time
		if !here { // the runner is in another process
			p, err := s.Position(ctx)
			if err == nil && p.Sequence >= seq {
				return nil
			}
			if err != nil && ctx.Err() == nil {
				return err
			}
			poll = time.After(beat)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-moved:
		case <-poll:
		}
	}
}

// Watch returns a channel that gets a Change for each batch written by the runner of this
// process. A reader that falls behind loses the oldest ones. cancel closes the channel.
func (s *Store) Watch() (changes <-chan Change, cancel func()) { return s.news.watch() }

// Health returns what a monitor asks. Err is also set when Postgres does not answer.
func (s *Store) Health(ctx context.Context) Health {
	h := s.news.health()
	p, err := s.Position(ctx)
	if err != nil {
		h.Err = err.Error()
	}
	h.Position = p
	return h
}

// news tells waiters and live pages how far the runner of this process is.
type news struct {
	mu       sync.Mutex
	at       uint64
	running  bool
	behind   uint64
	progress time.Time
	err      error
	next     chan struct{} // closed at each move
	watchers map[chan Change]struct{}
}

func (n *news) started(at uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.at, n.running, n.err, n.progress = max(n.at, at), true, nil, time.Now()
	n.wake()
}

func (n *news) stopped(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.running, n.err = false, err
	n.wake()
}

func (n *news) moved(c Change, behind uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.at, n.behind, n.progress = c.Sequence, behind, time.Now()
	n.wake()
	for w := range n.watchers {
		for sent := false; !sent; {
			select {
			case w <- c:
				sent = true
			default:
				select { // full: drop the oldest
				case <-w:
				default:
				}
			}
		}
	}
}

// wake is called with mu held.
func (n *news) wake() {
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}

func (n *news) now() (at uint64, moved <-chan struct{}, running bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil {
		n.next = make(chan struct{})
	}
	return n.at, n.next, n.running
}

func (n *news) health() Health {
	n.mu.Lock()
	defer n.mu.Unlock()
	h := Health{Behind: n.behind, LastProgress: n.progress}
	if n.err != nil {
		h.Err = n.err.Error()
	}
	return h
}

func (n *news) watch() (<-chan Change, func()) {
	w := make(chan Change, 64)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.watchers == nil {
		n.watchers = map[chan Change]struct{}{}
	}
	n.watchers[w] = struct{}{}
	return w, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		if _, ok := n.watchers[w]; ok {
			delete(n.watchers, w)
			close(w)
		}
	}
}
