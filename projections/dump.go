package projections

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
)

// Dump is every row of the served generation in files, one a table, in Postgres's binary
// form: what `xiaohao bench project` measures plain COPY with.
type Dump struct {
	Rows  int64
	Items int64

	dir    string
	tables []string
	text   schemaText
}

// Dump writes the rows into dir.
func (s *Store) Dump(ctx context.Context, dir string) (*Dump, error) {
	d := &Dump{dir: dir, text: s.text}
	err := s.snapshot(ctx, func(tx pgx.Tx) (err error) {
		rows, err := tx.Query(ctx, `select table_name::text from information_schema.tables
			where table_schema = $1 and table_type = 'BASE TABLE' and table_name <> 'position' order by 1`, s.serving.Load().schema())
		if err != nil {
			return err
		}
		if d.tables, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			return err
		}
		for _, t := range d.tables {
			f, err := os.Create(filepath.Join(dir, t))
			if err != nil {
				return err
			}
			tag, err := tx.Conn().PgConn().CopyTo(ctx, f, `copy `+t+` to stdout (format binary)`)
			if e := f.Close(); err == nil {
				err = e
			}
			if err != nil {
				return err
			}
			d.Rows += tag.RowsAffected()
			if t == "item" {
				d.Items = tag.RowsAffected()
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("dump rows: %w", err)
	}
	return d, nil
}

// Load copies the rows into fresh tables, makes their indexes, drops all of it again, and
// returns how many seconds copying and indexing took.
func (d *Dump) Load(ctx context.Context, c *pgx.Conn) (seconds float64, err error) {
	if _, err := c.Exec(ctx, `create schema rm_dump; set search_path to rm_dump; set maintenance_work_mem = '256MB'; set synchronous_commit = off;`+
		d.text.before); err != nil {
		return 0, fmt.Errorf("load dump: %w", err)
	}
	begun := time.Now()
	for _, t := range d.tables {
		f, err := os.Open(filepath.Join(d.dir, t))
		if err != nil {
			return 0, fmt.Errorf("load dump: %w", err)
		}
		_, err = c.PgConn().CopyFrom(ctx, f, `copy `+t+` from stdin (format binary)`)
		f.Close()
		if err != nil {
			return 0, fmt.Errorf("load dump: copy into %s: %w", t, err)
		}
	}
	if _, err := c.Exec(ctx, d.text.after); err != nil {
		return 0, fmt.Errorf("load dump: %w", err)
	}
	seconds = time.Since(begun).Seconds()
	if _, err := c.Exec(ctx, `drop schema rm_dump cascade`); err != nil {
		return 0, fmt.Errorf("drop dump: %w", err)
	}
	return seconds, nil
}
