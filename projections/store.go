package projections

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"xiaohao/events"
)

// SchemaVersion is raised with every change of schema/*.sql or of what a fact does to a row.
const SchemaVersion = 26

// oldestReadable is the oldest schema version whose tables the queries of this program can
// read, to serve them while the own ones are being built.
const oldestReadable = SchemaVersion

// Errors of the store.
var (
	// ErrNotFound says that no such row may be shown. A wrong number and a wrong code give
	// the same answer.
	ErrNotFound = errors.New("projections: not found")
	// ErrBehind says that the rows did not reach the wanted position in time.
	ErrBehind = errors.New("projections: the pages are behind the log")
	// ErrLoading says that the rows are being built for the first time.
	ErrLoading = errors.New("projections: the read models are being built")
	// ErrStale says that another runner moved the position on.
	ErrStale = errors.New("projections: another projector has moved the position")
	// ErrDiverged says that the stream is not the one the rows were made from.
	ErrDiverged = events.ErrDiverged
	// ErrBadCursor says that a page cursor was not made by this program.
	ErrBadCursor = errors.New("projections: not a page cursor")
)

// Store is the read side: tables in Postgres, the runner that keeps them and the queries
// that pages ask. It is safe for concurrent use.
type Store struct {
	pool     *pgxpool.Pool   // its connections see the generation that is served
	own      *pgx.ConnConfig // for connections that are held: runner, rebuild, listener
	text     schemaText
	version  int // SchemaVersion, except in tests
	oldest   int
	grace    time.Duration
	rows     int // loadRows, except in tests
	serving  atomic.Pointer[generation]
	people   atomic.Pointer[knownRoster] // the directory as last read
	news     news
	verbatim *verbatim // nil unless texts can be opened
	stop     func()    // ends the listener
}

// Open connects to Postgres and creates what is absent. Nothing is dropped: tables of
// another schema version stay for the programs that read them.
func Open(ctx context.Context, dsn string) (*Store, error) {
	return openVersion(ctx, dsn, SchemaVersion, oldestReadable)
}

func openVersion(ctx context.Context, dsn string, version, oldest int) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read postgres address: %w", err)
	}
	for k, v := range map[string]string{
		"synchronous_commit":      "off", // rows and position commit together: a crash only replays
		"timezone":                "UTC",
		"application_name":        "xiaohao projections",
		"tcp_keepalives_idle":     "2", // a runner whose machine died loses its lock soon
		"tcp_keepalives_interval": "1",
		"tcp_keepalives_count":    "2",
	} {
		cfg.ConnConfig.RuntimeParams[k] = v
	}
	s := &Store{version: version, oldest: oldest, grace: grace, rows: loadRows, own: cfg.ConnConfig.Copy()}
	if s.text, err = readSchema(); err != nil {
		return nil, fmt.Errorf("read schema files: %w", err)
	}
	cfg.MaxConns = max(cfg.MaxConns, 8)
	cfg.BeforeConnect = func(_ context.Context, c *pgx.ConnConfig) error {
		if g := s.serving.Load(); g != nil {
			c.RuntimeParams["search_path"] = g.schema()
		}
		return nil
	}
	// After a switch, connections that see the old generation go as they come up.
	cfg.PrepareConn = func(_ context.Context, c *pgx.Conn) (bool, error) {
		g := s.serving.Load()
		return g == nil || c.Config().RuntimeParams["search_path"] == g.schema(), nil
	}
	if s.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, fmt.Errorf("connect to postgres: %w", err)
	}
	if err := s.prepare(ctx); err != nil {
		s.pool.Close()
		return nil, err
	}
	s.stop = s.listen()
	return s, nil
}

// Close ends all connections. No other method may be running.
func (s *Store) Close() {
	s.stop()
	s.pool.Close()
}

// connect opens a connection apart from the pool that sees one generation.
func (s *Store) connect(ctx context.Context, g generation) (*pgx.Conn, error) {
	cfg := s.own.Copy()
	cfg.RuntimeParams["search_path"] = g.schema()
	c, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to postgres: %w", err)
	}
	// Long texts are packed the cheap way, where this Postgres knows it.
	if _, err := c.Exec(ctx, `
		select set_config(name, 'lz4', false) from pg_settings where name = 'default_toast_compression' and 'lz4' = any(enumvals)`); err != nil {
		closeConn(c)
		return nil, fmt.Errorf("connect to postgres: %w", err)
	}
	return c, nil
}

// snapshot runs f in a read-only transaction that sees one state of all tables.
func (s *Store) snapshot(ctx context.Context, f func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, f)
}

// together sends all that f queues to Postgres in one round trip; the queries see one state
// of all tables.
func (s *Store) together(ctx context.Context, f func(b *pgx.Batch)) error {
	b := &pgx.Batch{}
	b.Queue(`begin isolation level repeatable read, read only`)
	f(b)
	b.Queue(`commit`)
	return s.pool.SendBatch(ctx, b).Close()
}

// each queues a query and has f called after each of its rows was scanned.
func each(b *pgx.Batch, sql string, args, scan []any, f func() error) {
	b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, scan, f)
		return err
	})
}
