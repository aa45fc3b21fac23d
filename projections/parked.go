package projections

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// parkedRow is a commit that could not be applied, or waits behind one of its item.
type parkedRow struct {
	sequence uint64
	item     uuid.UUID
	err      string
	since    time.Time
	raw      []byte
}

var parkedTable = table[parkedRow]{name: "parked", key: []string{"sequence"}, then: keepRow, cols: []col[parkedRow]{
	bigCol("sequence", func(p *parkedRow) uint64 { return p.sequence }),
	uuidCol("item", func(p *parkedRow) uuid.UUID { return p.item }),
	textCol("error", func(p *parkedRow) string { return p.err }),
	timeCol("since", func(p *parkedRow) time.Time { return p.since }),
	bytesCol("raw", func(p *parkedRow) []byte { return p.raw }),
}}

// unfitError names the commit that cannot be applied.
type unfitError struct {
	sequence uint64
	err      error
}

func (e *unfitError) Error() string {
	return "commit " + strconv.FormatUint(e.sequence, 10) + ": " + e.err.Error()
}
func (e *unfitError) Unwrap() error { return e.err }

// errWaits is why a commit is parked behind an earlier one.
var errWaits = errors.New("waits behind another commit")

// unfit reports whether a commit cannot be applied, or has to wait: because its item is
// parked, or because it asks about one that is.
func (k *keeper) unfit(c *events.Recorded) (why error, park bool) {
	switch {
	case k.parked[c.Item]:
		return errWaits, true
	case k.known[c.Sequence] != nil:
		return k.known[c.Sequence], true
	case c.Fault != nil:
		return c.Fault.Err, true
	}
	if c.Aggregate() != events.ItemAggregate {
		return nil, false
	}
	rev := 0
	if r, _ := k.b.get(c.Item); r != nil {
		rev = r.Rev
	}
	if c.Rev != rev+1 {
		return fmt.Errorf("it is revision %d of its item, which stands at %d", c.Rev, rev), true
	}
	for _, e := range c.Events {
		if a, ok := e.(events.ItemAbsorbed); ok {
			if id, err := uuid.Parse(a.From); err == nil && k.parked[id] {
				return fmt.Errorf("it takes in item %s, which is parked", id), true
			}
		}
	}
	return nil, false
}

// park sets a commit aside, and with it whatever its item gets from now on.
func (k *keeper) park(c *events.Recorded, why error) {
	k.parked[c.Item] = true
	p := parkedRow{sequence: c.Sequence, item: c.Item, since: time.Now()}
	if why != errWaits {
		p.err = why.Error()
	}
	if c.Fault != nil {
		p.raw = c.Fault.Raw
	}
	for _, e := range c.Events {
		if _, ok := e.(events.ErasureRequested); ok { // this never waits
			k.b.out.scrubs = append(k.b.out.scrubs, c.Item)
		}
	}
	k.b.out.parked.upsert(&p)
}

// apply folds one commit, and turns a panic of a read model into an unfitError.
func (k *keeper) apply(c *events.Recorded) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &unfitError{c.Sequence, fmt.Errorf("a read model failed: %v\n%s", p, debug.Stack())}
		}
	}()
	k.b.apply(c)
	return nil
}

// ParkedItem is an item whose rows stand still, because a commit of it cannot be applied.
type ParkedItem struct {
	Item     string    `json:"item"`   // id
	Number   string    `json:"number"` // "" when it has no row
	Sequence uint64    `json:"sequence"`
	Error    string    `json:"error"`
	Since    time.Time `json:"since"`
	Waiting  int       `json:"waiting"` // later commits of it
}

// Parked lists the items whose rows stand still, in the order in which they were parked.
func (s *Store) Parked(ctx context.Context) ([]ParkedItem, error) {
	rows, err := s.pool.Query(ctx, `
		select p.item::text, coalesce(i.number, ''), p.sequence, p.error, p.since,
			(select count(*) from parked w where w.item = p.item and w.sequence > p.sequence)::int
		from (select distinct on (item) item, sequence, error, since from parked order by item, sequence) p
			left join item i on i.id = p.item
		order by p.sequence`)
	if err != nil {
		return nil, fmt.Errorf("list parked items: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (p ParkedItem, err error) {
		err = r.Scan(&p.Item, &p.Number, &p.Sequence, &p.Error, &p.Since, &p.Waiting)
		p.Since = p.Since.UTC()
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("list parked items: %w", err)
	}
	return out, nil
}

// RetryParked applies what was parked, in order, after whatever was wrong is mended. It
// returns how many commits were applied and how many are still parked. A runner at work
// looks anew after it.
func (s *Store) RetryParked(ctx context.Context, log Log) (applied, still int, err error) {
	if err := s.Ready(ctx); err != nil {
		return 0, 0, err
	}
	g := *s.serving.Load()
	conn, err := s.connect(ctx, g)
	if err != nil {
		return 0, 0, err
	}
	defer closeConn(conn)
	k := newKeeper(s, g, conn)
	for {
		applied, still, err = k.retry(ctx, log)
		if !errors.Is(err, errAgain) {
			return applied, still, err
		}
	}
}

// retry takes everything out of the car park and applies it in one transaction. What fails
// goes back.
func (k *keeper) retry(ctx context.Context, log Log) (applied, still int, err error) {
	defer k.abandon()
	if err := k.look(ctx); err != nil {
		return 0, 0, err
	}
	if err := verify(ctx, log, k.pos); err != nil {
		return 0, 0, err
	}
	if k.tx, err = k.conn.Begin(ctx); err != nil {
		return 0, 0, fmt.Errorf("retry: %w", err)
	}
	// The row is locked: a runner that is about to commit finds another epoch, and looks anew.
	tag, err := k.tx.Exec(ctx, `update position set epoch = epoch + 1 where epoch = $1 and sequence = $2`, k.epoch, int64(k.pos.Sequence))
	if err != nil {
		return 0, 0, fmt.Errorf("retry: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return 0, 0, errAgain // it moved on meanwhile
	}
	rows, err := k.tx.Query(ctx, `delete from parked returning sequence`)
	if err != nil {
		return 0, 0, fmt.Errorf("retry: %w", err)
	}
	seqs, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return 0, 0, fmt.Errorf("retry: %w", err)
	}
	slices.Sort(seqs)
	k.parked = map[uuid.UUID]bool{}
	for _, seq := range seqs {
		c, err := log.At(ctx, uint64(seq))
		if err != nil && c.Fault == nil {
			return 0, 0, fmt.Errorf("retry: %w", err)
		}
		was := k.b.out.parked.maybe.n
		k.since = 0
		if err := k.fold(ctx, []events.Recorded{c}); err != nil {
			return 0, 0, k.suspect(err)
		}
		if k.b.out.parked.maybe.n > was {
			still++
		} else {
			applied++
		}
	}
	change := Change{Sequence: k.pos.Sequence}
	if err = k.b.settle(func() error { return k.full(ctx) }); err == nil {
		k.b.hand(k.w)
		_, err = k.w.send(ctx)
	}
	if err == nil {
		err = notify(ctx, k.tx, notice{Generation: k.gen.ID, Sequence: change.Sequence})
	}
	if err == nil {
		err = k.tx.Commit(ctx)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("retry: %w", err)
	}
	k.tx = nil
	return applied, still, nil
}
