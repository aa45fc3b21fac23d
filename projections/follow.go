package projections

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xiaohao/events"
)

// followRow is one fact about one.
type followRow struct {
	id       uuid.UUID
	fact     string // ASKED, ON, ENDED
	item     string // of ASKED
	recorded time.Time
	sequence uint64
}

// followTable is only added to.
var followTable = table[followRow]{name: "follow", cols: []col[followRow]{
	uuidCol("id", func(f *followRow) uuid.UUID { return f.id }),
	textCol("fact", func(f *followRow) string { return f.fact }),
	textCol("item", func(f *followRow) string { return f.item }),
	timeCol("recorded", func(f *followRow) time.Time { return f.recorded }),
	bigCol("sequence", func(f *followRow) uint64 { return f.sequence }),
}}

// follow notes the facts of a commit about a follow.
func (b *batch) follow(c *events.Recorded) {
	add := func(fact, item string) { b.out.follows.insert(&followRow{c.Item, fact, item, c.Time, c.Sequence}) }
	for _, e := range c.Events {
		switch e := e.(type) {
		case events.FollowAsked:
			add("ASKED", e.Item)
		case events.FollowConfirmed:
			add("ON", "")
		case events.FollowEnded:
			add("ENDED", "")
		}
	}
}

// Followers returns the follows of an item that were confirmed before a sequence and have not
// ended.
func (s *Store) Followers(ctx context.Context, item string, before uint64) ([]uuid.UUID, error) {
	return s.follows(ctx, `
		select f.id from follow f
		where f.fact = 'ASKED' and f.item = $1
			and exists (select from follow x where x.id = f.id and x.fact = 'ON' and x.sequence < $2)
			and not exists (select from follow x where x.id = f.id and x.fact = 'ENDED')
		order by f.sequence`, clean(item), int64(before))
}

// Unconfirmed returns up to limit follows that were asked for before a time and that nobody
// has confirmed or ended, the oldest first.
func (s *Store) Unconfirmed(ctx context.Context, before time.Time, limit int) ([]uuid.UUID, error) {
	return s.follows(ctx, `
		select f.id from follow f
		where f.fact = 'ASKED' and f.recorded < $1 and not exists (select from follow x where x.id = f.id and x.fact <> 'ASKED')
		order by f.recorded limit $2`, before, limit)
}

// EndedFollows returns every follow that has ended: the key of none of them may be left.
func (s *Store) EndedFollows(ctx context.Context) ([]uuid.UUID, error) {
	return s.follows(ctx, `select id from follow where fact = 'ENDED' order by sequence`)
}

func (s *Store) follows(ctx context.Context, sql string, args ...any) ([]uuid.UUID, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read follows: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("read follows: %w", err)
	}
	return ids, nil
}
