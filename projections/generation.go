package projections

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// controlSQL makes the schema rm: which generations of read models there are, and which one
// each version of the program reads. It never changes, so that programs of any age get along.
const controlSQL = `
	create schema if not exists rm;
	create table if not exists rm.generation (
		id      integer generated always as identity,
		version integer not null, -- of the program that made it
		digest  text    not null, -- of the schema files: a forgotten version is noticed
		state   text    not null, -- LOADING: without indexes; READY; RETIRED: to be dropped
		changed timestamptz not null default now(),
		constraint generation_pk primary key (id),
		constraint generation_state check (state in ('LOADING', 'READY', 'RETIRED'))
	);
	create table if not exists rm.serving (
		version    integer not null,
		generation integer not null, -- its rows stand in schema rm_<generation>
		constraint serving_pk primary key (version)
	);
	create table if not exists rm.runner (
		generation integer not null,
		host       text    not null,
		pid        integer not null, -- of the process
		beat       timestamptz not null,
		level      timestamptz not null, -- when the rows had everything last
		head       bigint  not null, -- last sequence of the log
		error      text    not null,
		constraint runner_pk primary key (generation)
	);`

// generation is one set of tables, schema rm_<id>, made from the log from its first commit.
type generation struct {
	ID      int
	Version int
	Digest  string
	State   string
}

const (
	loading = "LOADING"
	ready   = "READY"
	retired = "RETIRED"
)

func (g generation) schema() string { return "rm_" + strconv.Itoa(g.ID) }

//go:embed schema/*.sql
var schemaFiles embed.FS

// afterLoad parts a schema file: what stands below is made when the rows are there, since
// an index is cheaper to make once than to keep up.
const afterLoad = "\n-- after load\n"

// schemaText is what schema/*.sql says to do before and after the rows are loaded, and the
// digest of all of it.
type schemaText struct{ before, after, digest string }

func readSchema() (t schemaText, err error) {
	names, err := fs.Glob(schemaFiles, "schema/*.sql")
	if err != nil {
		return t, err
	}
	sum := sha256.New()
	for _, n := range names {
		text, err := schemaFiles.ReadFile(n)
		if err != nil {
			return t, err
		}
		sum.Write(text)
		b, a, _ := strings.Cut(string(text), afterLoad)
		t.before, t.after = t.before+b+"\n", t.after+a+"\n"
	}
	t.digest = hex.EncodeToString(sum.Sum(nil))
	return t, nil
}

// exclusively runs f in a transaction that no other process changes rm beside.
func exclusively(ctx context.Context, q beginner, f func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, q, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('xiaohao rm', 0))`); err != nil {
			return err
		}
		return f(tx)
	})
}

type beginner interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// prepare makes rm, and sees to it that this version has a generation: the one it serves,
// or a new one, which is served at once unless an older one can be read meanwhile.
func (s *Store) prepare(ctx context.Context) error {
	err := exclusively(ctx, s.pool, func(tx pgx.Tx) error {
		if err := dropFirstForm(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, controlSQL); err != nil {
			return err
		}
		g, err := s.servingNow(ctx, tx)
		switch {
		case err == nil && g.Digest == s.text.digest:
			s.serving.Store(&g)
			return nil
		case err != nil && !errors.Is(err, pgx.ErrNoRows):
			return err
		}
		old, err := s.readableNow(ctx, tx)
		if err == nil { // the runner builds beside it
			s.serving.Store(&old)
			return nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if g, err = s.make(ctx, tx); err != nil {
			return err
		}
		s.serving.Store(&g)
		return s.point(ctx, tx, g)
	})
	if err != nil {
		return fmt.Errorf("prepare read models: %w", err)
	}
	return nil
}

// dropFirstForm drops what the first versions of the program kept here: one schema, and a
// serving table of another form. It is built anew from the log.
func dropFirstForm(ctx context.Context, tx pgx.Tx) error {
	var first bool
	if err := tx.QueryRow(ctx, `select exists (select from information_schema.columns
		where table_schema = 'rm' and table_name = 'serving' and column_name = 'one')`).Scan(&first); err != nil || !first {
		return err
	}
	var version int
	if err := tx.QueryRow(ctx, `select version from rm.serving`).Scan(&version); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `drop table rm.serving; drop schema if exists `+generation{ID: version}.schema()+` cascade`)
	return err
}

// servingNow returns the generation that this version serves, pgx.ErrNoRows when there is none.
func (s *Store) servingNow(ctx context.Context, q querier) (generation, error) {
	rows, err := q.Query(ctx, `
		select g.id, g.version, g.digest, g.state from rm.serving v join rm.generation g on g.id = v.generation
		where v.version = $1`, s.version)
	if err != nil {
		return generation{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[generation])
}

// readableNow returns the newest older generation whose tables this program can read.
func (s *Store) readableNow(ctx context.Context, q querier) (generation, error) {
	rows, err := q.Query(ctx, `
		select g.id, g.version, g.digest, g.state from rm.serving v join rm.generation g on g.id = v.generation
		where v.version >= $1 and v.version < $2 and g.state = 'READY' order by v.version desc limit 1`, s.oldest, s.version)
	if err != nil {
		return generation{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[generation])
}

// make creates an empty generation without indexes. Its tables are first in the search path
// of tx from then on.
func (s *Store) make(ctx context.Context, tx pgx.Tx) (generation, error) {
	g := generation{Version: s.version, Digest: s.text.digest, State: loading}
	if err := tx.QueryRow(ctx, `insert into rm.generation (version, digest, state) values ($1, $2, $3) returning id`,
		g.Version, g.Digest, g.State).Scan(&g.ID); err != nil {
		return g, err
	}
	_, err := tx.Exec(ctx, `create schema `+g.schema()+`; set local search_path to `+g.schema()+`;`+s.text.before)
	return g, err
}

// point makes g the generation that this version reads; the one before is retired.
func (s *Store) point(ctx context.Context, tx pgx.Tx, g generation) error {
	if _, err := tx.Exec(ctx, `
		update rm.generation set state = 'RETIRED', changed = now()
		where id = (select generation from rm.serving where version = $1)`, s.version); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		insert into rm.serving (version, generation) values ($1, $2)
		on conflict (version) do update set generation = excluded.generation`, s.version, g.ID)
	if err == nil {
		err = notify(ctx, tx, notice{Version: s.version})
	}
	return err
}

// target is the generation that a runner of this version has to keep: the one it serves,
// else one that is being built.
func (s *Store) target(ctx context.Context) (g generation, err error) {
	err = exclusively(ctx, s.pool, func(tx pgx.Tx) error {
		if g, err = s.servingNow(ctx, tx); err == nil || !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		rows, err := tx.Query(ctx, `
			select id, version, digest, state from rm.generation
			where version = $1 and digest = $2 and state <> 'RETIRED' order by id desc limit 1`, s.version, s.text.digest)
		if err != nil {
			return err
		}
		if g, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[generation]); errors.Is(err, pgx.ErrNoRows) {
			g, err = s.make(ctx, tx)
		}
		return err
	})
	if err != nil {
		return g, fmt.Errorf("find the generation to keep: %w", err)
	}
	return g, nil
}

// How long a generation that is not read any more is kept: of this version, until the last
// reader has heard of the switch; of an older one, until nobody goes back to it.
const (
	grace    = time.Minute
	rollback = time.Hour
)

// clear drops generations that nobody reads any more. Newer versions' are left alone, and
// so is every generation that a runner holds.
func (s *Store) clear(ctx context.Context, c *pgx.Conn) error {
	rows, err := c.Query(ctx, `
		select g.id from rm.generation g
		where g.id <> coalesce((select generation from rm.serving where version = $1), 0)
			and exists (select from rm.serving where version = $1)
			and (g.version = $1 and g.state = 'RETIRED' and g.changed < now() - $2::interval
				or g.version = $1 and g.state <> 'RETIRED' and g.changed < now() - $3::interval
				or g.version < $1 and greatest(g.changed, (select beat from rm.runner r where r.generation = g.id)) < now() - $3::interval)`,
		s.version, s.grace, rollback)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.drop(ctx, c, generation{ID: id}); err != nil {
			return err
		}
	}
	return nil
}

// drop drops a generation unless a runner holds it.
func (s *Store) drop(ctx context.Context, c *pgx.Conn, g generation) error {
	err := exclusively(ctx, c, func(tx pgx.Tx) error {
		var free bool
		if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1, $2)`, runnerLock, g.ID).Scan(&free); err != nil || !free {
			return err
		}
		_, err := tx.Exec(ctx, fmt.Sprintf(`
			set local lock_timeout = '2s';
			drop schema if exists %s cascade;
			delete from rm.serving where generation = %d;
			delete from rm.runner where generation = %d;
			delete from rm.generation where id = %d`, g.schema(), g.ID, g.ID, g.ID))
		return err
	})
	if err != nil {
		return fmt.Errorf("drop %s: %w", g.schema(), err)
	}
	return nil
}
