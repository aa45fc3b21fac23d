package projections

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"xiaohao/events"
	"xiaohao/events/roster"
)

// directoryRow is one fact of the directory.
type directoryRow struct {
	sequence uint64
	n        int
	entry    uuid.UUID
	recorded time.Time
	doc      []byte
}

var directoryTable = table[directoryRow]{name: "directory_fact", key: []string{"sequence", "n"}, then: keepRow, cols: []col[directoryRow]{
	bigCol("sequence", func(r *directoryRow) uint64 { return r.sequence }),
	smallCol("n", func(r *directoryRow) int { return r.n }),
	uuidCol("entry", func(r *directoryRow) uuid.UUID { return r.entry }),
	timeCol("recorded", func(r *directoryRow) time.Time { return r.recorded }),
	docCol("doc", func(r *directoryRow) []byte { return r.doc }),
}}

// directorySize is by how many facts the directory grew.
type directorySize struct{ facts int }

var directorySizeTable = table[directorySize]{name: "directory_size", key: []string{"one"}, then: sumRow, cols: []col[directorySize]{
	boolCol("one", func(*directorySize) bool { return true }),
	bigCol("facts", func(r *directorySize) int { return r.facts }),
}}

// directory notes the facts of a commit about an entry of the directory.
func (b *batch) directory(c *events.Recorded) {
	for i, e := range c.Events {
		doc, err := events.EncodeFact(e)
		if err != nil {
			panic(err) // it was decoded from the log: parks the commit
		}
		b.out.entered.insert(&directoryRow{c.Sequence, i, c.Item, c.Time, withoutNul(doc)})
		b.entered++
	}
}

func (b *batch) settleDirectory() {
	if b.entered > 0 {
		b.out.sizes.upsert(&directorySize{b.entered})
	}
	b.entered = 0
}

// knownRoster is the directory as it was last read.
type knownRoster struct {
	*roster.Roster
	facts int64  // in it
	last  uint64 // sequence of the newest
}

// Roster returns the directory as the rows have it now: units, officers, ledgers and who
// answers for what. It costs one look at one row unless the directory has changed.
func (s *Store) Roster(ctx context.Context) (*roster.Roster, error) {
	known := s.people.Load()
	if known == nil {
		known = &knownRoster{Roster: new(roster.Roster)}
	}
	var facts int64
	err := s.pool.QueryRow(ctx, `select facts from directory_size`).Scan(&facts)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("read the directory: %w", err)
	}
	if facts == known.facts {
		return known.Roster, nil
	}
	next, err := s.readRoster(ctx, known)
	if err == nil && next.facts < facts { // a fact that was parked came late: before the newest one known
		next, err = s.readRoster(ctx, &knownRoster{Roster: new(roster.Roster)})
	}
	if err != nil {
		return nil, fmt.Errorf("read the directory: %w", err)
	}
	s.people.Store(next)
	return next.Roster, nil
}

// readRoster adds the facts that came after what is known.
func (s *Store) readRoster(ctx context.Context, known *knownRoster) (*knownRoster, error) {
	rows, err := s.pool.Query(ctx, `select sequence, entry::text, doc from directory_fact where sequence > $1 order by sequence, n`, int64(known.last))
	if err != nil {
		return nil, err
	}
	next := &knownRoster{last: known.last, facts: known.facts}
	var facts []roster.Fact
	var entry string
	var doc []byte
	_, err = pgx.ForEachRow(rows, []any{&next.last, &entry, (*pgtype.DriverBytes)(&doc)}, func() error {
		e, err := events.DecodeFact(doc)
		facts = append(facts, roster.Fact{Entry: entry, Event: e})
		return err
	})
	if err != nil {
		return nil, err
	}
	next.facts += int64(len(facts))
	next.Roster = known.With(facts...)
	return next, nil
}
