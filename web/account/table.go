package account

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"xiaohao/events"
)

// schemaSQL makes the tables, beside the generations of the read models. Nothing in them is
// of record. The lock is for two processes that start at the same time.
const schemaSQL = `
	select pg_advisory_xact_lock(hashtextextended('xiaohao account', 0));
	create schema if not exists account;
	create table if not exists account.session (
		hash    bytea       primary key, -- SHA-256 of the cookie
		id      text        not null unique,
		officer text        not null,
		hat     text        not null, -- post acted in
		stage   text        not null, -- what has to be done first, '' for nothing
		way     text        not null,
		second  boolean     not null,
		address text        not null,
		agent   text        not null,
		started timestamptz not null,
		seen    timestamptz not null,
		until   timestamptz not null
	);
	create index if not exists session_officer on account.session (officer);
	create table if not exists account.token (
		hash    bytea   primary key, -- SHA-256 of the token
		id      text    not null unique,
		officer text    not null,
		hat     text    not null,
		write   boolean not null,
		until   date    not null
	);
	create table if not exists account.flow (
		hash     bytea       primary key, -- SHA-256 of the state
		verifier text        not null,
		nonce    text        not null,
		back     text        not null,
		until    timestamptz not null
	);
	create table if not exists account.login (
		hash    bytea primary key, -- SHA-256 of issuer and subject
		officer text  not null     -- whose account to look at: what counts is in the log
	);`

type table struct{ pool *pgxpool.Pool }

func openTable(ctx context.Context, dsn string) (*table, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read postgres address: %w", err)
	}
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "xiaohao account"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to postgres: %w", err)
	}
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, schemaSQL)
		return err
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("make the tables of sessions: %w", err)
	}
	return &table{pool}, nil
}

func keyOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

const sessionColumns = `id, officer, hat, stage, way, second, address, agent, started, seen, until`

func (t *table) insert(ctx context.Context, cookie string, s Session) error {
	_, err := t.pool.Exec(ctx, `insert into account.session (hash, `+sessionColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		keyOf(cookie), s.ID, s.Officer, s.Hat, string(s.Stage), string(s.Way), s.Second, s.Address, s.Agent, s.Started, s.Seen, s.Until)
	if err != nil {
		return fmt.Errorf("keep a session: %w", err)
	}
	return nil
}

// find returns the session of a cookie, ErrNoSession when there is none or it is over.
func (t *table) find(ctx context.Context, cookie string, now time.Time) (Session, error) {
	rows, err := t.pool.Query(ctx, `select `+sessionColumns+` from account.session where hash = $1 and until > $2 and seen > $3`,
		keyOf(cookie), now, now.Add(-Idle))
	if err != nil {
		return Session{}, fmt.Errorf("look for a session: %w", err)
	}
	s, err := pgx.CollectExactlyOneRow(rows, scanSession)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, ErrNoSession
	}
	if err != nil {
		return s, fmt.Errorf("look for a session: %w", err)
	}
	return s, nil
}

func scanSession(row pgx.CollectableRow) (s Session, err error) {
	err = row.Scan(&s.ID, &s.Officer, &s.Hat, &s.Stage, &s.Way, &s.Second, &s.Address, &s.Agent, &s.Started, &s.Seen, &s.Until)
	return s, err
}

// list returns the sessions of an officer that are not over, the newest first. Half sessions
// are not among them.
func (t *table) list(ctx context.Context, officer string, now time.Time) ([]Session, error) {
	rows, err := t.pool.Query(ctx, `select `+sessionColumns+` from account.session
		where officer = $1 and until > $2 and seen > $3 and stage <> $4 order by started desc, id`, officer, now, now.Add(-Idle), string(NeedsCode))
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	out, err := pgx.CollectRows(rows, scanSession)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return out, nil
}

// exec runs a statement that says what it does.
func (t *table) exec(ctx context.Context, what, sql string, args ...any) (int64, error) {
	tag, err := t.pool.Exec(ctx, sql, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return tag.RowsAffected(), nil
}

// sweep drops what is over.
func (t *table) sweep(ctx context.Context, now time.Time) error {
	_, err := t.exec(ctx, "drop old sessions", `delete from account.session where until <= $1 or seen <= $2`, now, now.Add(-Idle))
	if err == nil {
		err = t.sweepFlows(ctx, now)
	}
	return err
}

func (t *table) sweepFlows(ctx context.Context, now time.Time) error {
	_, err := t.exec(ctx, "drop old sign-ins", `delete from account.flow where until <= $1`, now)
	return err
}

func loginKey(issuer, subject string) []byte { return keyOf(issuer + "\x1f" + subject) }

// login returns the officer whose account was linked to a person of another system, "" for none.
func (t *table) login(ctx context.Context, issuer, subject string) (officer string, err error) {
	err = t.pool.QueryRow(ctx, `select officer from account.login where hash = $1`, loginKey(issuer, subject)).Scan(&officer)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		err = fmt.Errorf("look for a link: %w", err)
	}
	return officer, err
}

// claim keeps for an officer what nobody has, or what the table said is of somebody else (was).
// It reports whether it is the officer's now.
func (t *table) claim(ctx context.Context, issuer, subject, officer, was string) (bool, error) {
	n, err := t.exec(ctx, "keep a link", `insert into account.login as l (hash, officer) values ($1, $2)
		on conflict (hash) do update set officer = excluded.officer where l.officer in (excluded.officer, $3)`, loginKey(issuer, subject), officer, was)
	return n > 0, err
}

// token returns whose token it is, ErrNoSession when it is none or over.
func (t *table) token(ctx context.Context, secret string, today events.Date) (officer, hat string, write bool, err error) {
	err = t.pool.QueryRow(ctx, `select officer, hat, write from account.token where hash = $1 and until >= $2::text::date`, keyOf(secret), today.String()).
		Scan(&officer, &hat, &write)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", false, ErrNoSession
	}
	if err != nil {
		err = fmt.Errorf("look for a token: %w", err)
	}
	return officer, hat, write, err
}
