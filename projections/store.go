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
	"github.com/jackc/pgx/v5/pgxpool"

	"xiaohao/events"
)

// SchemaVersion is raised with every change of schema/*.sql or of what a fact does to a row.
const SchemaVersion = 2

// Errors of the store.
var (
	// ErrNotFound says that no such row may be shown. A wrong number and a wrong code give
	// the same answer.
	ErrNotFound = errors.New("projections: not found")
	// ErrBehind says that the rows did not reach the wanted position in time.
	ErrBehind = errors.New("projections: the pages are behind the log")
	// ErrStale says that another runner moved the position on; this one must stop.
	ErrStale = errors.New("projections: another projector has moved the position")
	// ErrDiverged says that the stream is not the one the rows were made from.
	ErrDiverged = events.ErrDiverged
	// ErrBadCursor says that a page cursor was not made by this program.
	ErrBadCursor = errors.New("projections: not a page cursor")
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// Store is the read side: tables in Postgres, the runner that keeps them and the queries
// that pages ask. It is safe for concurrent use.
type Store struct {
	pool *pgxpool.Pool
	news news
}

// Open connects to Postgres and creates what is absent. Tables of another schema version
// are dropped; [Store.Run] then builds them anew from the first commit.
func Open(ctx context.Context, dsn string) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read postgres address: %w", err)
	}
	for k, v := range map[string]string{
		"search_path":        schemaName(SchemaVersion),
		"synchronous_commit": "off", // rows and position commit together: a crash only replays
		"timezone":           "UTC",
		"application_name":   "xiaohao projections",
	} {
		cfg.ConnConfig.RuntimeParams[k] = v
	}
	cfg.MaxConns = max(cfg.MaxConns, 8)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to postgres: %w", err)
	}
	if err := build(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return &Store{pool: pool}, nil
}

// Close ends all connections. No other method may be running.
func (s *Store) Close() { s.pool.Close() }

func schemaName(version int) string { return "rm_" + strconv.Itoa(version) }

// afterLoad parts a schema file: what stands below is made when the rows are there, since
// an index is cheaper to make once than to keep up.
const afterLoad = "\n-- after load\n"

// schemaSQL returns what schema/*.sql says to do before and after the rows are loaded, and
// the digest of all of it.
func schemaSQL() (before, after, digest string, err error) {
	names, err := fs.Glob(schemaFiles, "schema/*.sql")
	if err != nil {
		return "", "", "", err
	}
	sum := sha256.New()
	for _, n := range names {
		text, err := schemaFiles.ReadFile(n)
		if err != nil {
			return "", "", "", err
		}
		sum.Write(text)
		b, a, _ := strings.Cut(string(text), afterLoad)
		before, after = before+b+"\n", after+a+"\n"
	}
	return before, after, hex.EncodeToString(sum.Sum(nil)), nil
}

// build makes the control schema rm and the schema of this version where they are absent.
func build(ctx context.Context, pool *pgxpool.Pool) error {
	before, after, digest, err := schemaSQL()
	if err != nil {
		return fmt.Errorf("read schema files: %w", err)
	}
	err = pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('xiaohao rm', 0))`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			create schema if not exists rm;
			create table if not exists rm.serving (
				one     boolean not null default true,
				version integer not null,
				digest  text    not null, -- of the schema files: a forgotten version is noticed
				built   timestamptz not null,
				constraint serving_pk  primary key (one),
				constraint serving_one check (one)
			)`); err != nil {
			return err
		}
		var version int
		var stored string
		err := tx.QueryRow(ctx, `select version, digest from rm.serving`).Scan(&version, &stored)
		switch {
		case err == nil && version == SchemaVersion && stored == digest:
			return nil
		case err != nil && !errors.Is(err, pgx.ErrNoRows):
			return err
		}
		for _, v := range []int{version, SchemaVersion} {
			if _, err := tx.Exec(ctx, `drop schema if exists `+pgx.Identifier{schemaName(v)}.Sanitize()+` cascade`); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `create schema `+pgx.Identifier{schemaName(SchemaVersion)}.Sanitize()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, before+after); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			insert into rm.serving (version, digest, built) values ($1, $2, now())
			on conflict (one) do update set version = excluded.version, digest = excluded.digest, built = excluded.built`,
			SchemaVersion, digest)
		return err
	})
	if err != nil {
		return fmt.Errorf("build read models: %w", err)
	}
	return nil
}

// snapshot runs f in a read-only transaction that sees one state of all tables.
func (s *Store) snapshot(ctx context.Context, f func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, f)
}

// beat is how often a waiter asks when another process keeps the rows.
const beat = 50 * time.Millisecond
