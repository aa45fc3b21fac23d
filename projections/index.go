package projections

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// A loaded generation is finished in three steps: sums of one key become one row when it took
// more than one transaction, then keys, indexes and statistics are made over two connections,
// then it is READY. Whoever is cut off
// on the way finds it LOADING still, and [bare] takes away what was made.

// made tells what a statement below "-- after load" makes, and on which table.
var made = regexp.MustCompile(`^(create index (\w+) on (\w+)|alter table (\w+) add constraint (\w+)|comment on index (\w+))`)

// making is one statement that makes a key or an index, or says what it is for.
type making struct {
	table  string
	sql    string
	unmake string // "" of a comment
}

// makings parts what schema/*.sql says to do when the rows are there.
func (t schemaText) makings() (out []making, err error) {
	on := map[string]string{} // the table of an index
	for sql := range strings.SplitSeq(t.after, ";\n") {
		if sql = strings.TrimSpace(sql); sql == "" {
			continue
		}
		m := made.FindStringSubmatch(sql)
		if m == nil {
			return nil, fmt.Errorf("no index, key or comment: %s", sql)
		}
		switch {
		case m[2] != "":
			on[m[2]] = m[3]
			out = append(out, making{m[3], sql, "drop index if exists " + m[2]})
		case m[5] != "":
			on[m[5]] = m[4]
			out = append(out, making{m[4], sql, "alter table " + m[4] + " drop constraint if exists " + m[5]})
		default:
			out = append(out, making{on[m[6]], sql, ""})
		}
	}
	return out, nil
}

// bare takes away the keys and indexes that loading does without.
func bare(ctx context.Context, c *pgx.Conn, t schemaText) error {
	ms, err := t.makings()
	if err != nil {
		return fmt.Errorf("read schema files: %w", err)
	}
	var sql strings.Builder
	for _, m := range ms {
		if m.unmake != "" {
			sql.WriteString(m.unmake + ";\n")
		}
	}
	if _, err := c.Exec(ctx, sql.String()); err != nil {
		return fmt.Errorf("drop indexes: %w", err)
	}
	return nil
}

// finish makes a loaded generation like any other: c is the connection that loaded it, and
// unsummed says whether a key may have several rows of sums.
func (s *Store) finish(ctx context.Context, c *pgx.Conn, g generation, unsummed bool) error {
	if unsummed {
		if err := addUp(ctx, c); err != nil {
			return fmt.Errorf("add up: %w", err)
		}
	}
	if err := s.index(ctx, c, g); err != nil {
		return fmt.Errorf("make indexes: %w", err)
	}
	err := pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `update rm.generation set state = 'READY', changed = now() where id = $1`, g.ID); err != nil {
			return err
		}
		return notify(ctx, tx, notice{Version: g.Version})
	})
	if err != nil {
		return fmt.Errorf("say that %s is ready: %w", g.schema(), err)
	}
	if g.ID == s.serving.Load().ID {
		g.State = ready
		s.serve(g)
	}
	return nil
}

// addUp makes one row of the rows of sums that several transactions left.
func addUp(ctx context.Context, c *pgx.Conn) error {
	var loaded strings.Builder
	out := newOutputs()
	for _, o := range out.all() {
		if s, ok := o.sums(); ok {
			loaded.WriteString(s.load)
		}
	}
	_, err := c.Exec(ctx, loaded.String()) // in one transaction
	return err
}

func (s *Store) index(ctx context.Context, c *pgx.Conn, g generation) error {
	work, err := s.perTable(ctx, c, g)
	if err != nil {
		return err
	}
	second, err := s.connect(ctx, g)
	if err != nil {
		return err
	}
	defer closeConn(second)
	next := make(chan string, len(work))
	for _, w := range work {
		next <- w
	}
	close(next)
	workers, ctx := errgroup.WithContext(ctx)
	// Statistics over all the usual rows took almost half of the time. Postgres takes those by
	// itself when a tenth of a table has changed.
	for _, c := range []*pgx.Conn{c, second} {
		workers.Go(func() error {
			if _, err := c.Exec(ctx, `set maintenance_work_mem = '256MB'; set default_statistics_target = 25`); err != nil {
				return err
			}
			for sql := range next {
				if _, err := c.Exec(ctx, sql); err != nil {
					return err
				}
			}
			_, err := c.Exec(ctx, `reset maintenance_work_mem; reset default_statistics_target`)
			return err
		})
	}
	return workers.Wait()
}

// perTable lists what each table needs: statements on one table would wait for each other.
// Tables with an inverted index come first, since
// those take longest, then the largest.
func (s *Store) perTable(ctx context.Context, c *pgx.Conn, g generation) ([]string, error) {
	ms, err := s.text.makings()
	if err != nil {
		return nil, err
	}
	rows, err := c.Query(ctx, `
		select table_name::text from information_schema.tables where table_schema = $1 and table_type = 'BASE TABLE'
		order by pg_table_size(format('%I.%I', table_schema, table_name)::regclass) desc`, g.schema())
	if err != nil {
		return nil, err
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(tables, func(a, b string) int { return inverted(ms, b) - inverted(ms, a) })
	var out []string
	for _, t := range tables {
		var do []string
		for _, m := range ms {
			if m.table == t {
				do = append(do, m.sql)
			}
		}
		out = append(out, strings.Join(append(do, "analyze "+t), ";\n"))
	}
	return out, nil
}

// inverted counts the inverted indexes of a table.
func inverted(ms []making, table string) (n int) {
	for _, m := range ms {
		if m.table == table && strings.Contains(m.sql, " using gin ") {
			n++
		}
	}
	return n
}
