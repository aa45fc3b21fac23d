package notice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// schemaSQL never drops anything. Whatever is in it may be lost: see the package's doc.
const schemaSQL = `
	create schema if not exists notice;
	create table if not exists notice.place (
		identity text   not null, -- of the stream
		sequence bigint not null, -- last one read
		constraint place_pk primary key (identity)
	);
	create table if not exists notice.notice (
		id     text        not null,
		box    text        not null,
		item   text        not null,
		number text        not null,
		kind   text        not null,
		says   text        not null,
		at     timestamptz not null,
		constraint notice_pk primary key (id)
	);
	alter table notice.notice add column if not exists never text[] not null default '{}'; -- who is not told though the box is his
	create index if not exists notice_box on notice.notice (box, at desc);
	comment on index notice.notice_box is 'Inbox, Unread';
	create table if not exists notice.looked ( -- who looked into a box when
		person text        not null,
		box    text        not null,
		until  timestamptz not null,
		constraint looked_pk primary key (person, box)
	);
	create table if not exists notice.delivery (
		notice   text        not null,
		channel  text        not null, -- its name in the configuration
		address  text        not null,
		state    text        not null, -- WAITING, SENT, DEAD
		attempts integer     not null default 0,
		next     timestamptz not null, -- not before, by the program's clock
		held     timestamptz,          -- in a process's hands until then, by the clock of Postgres
		error    text        not null default '',
		done     timestamptz,
		constraint delivery_pk primary key (notice, channel, address),
		constraint delivery_state check (state in ('WAITING', 'SENT', 'DEAD'))
	);
	alter table notice.delivery add column if not exists tried   timestamptz; -- an attempt began; null again once its outcome is kept
	alter table notice.delivery add column if not exists message text    not null default ''; -- the message it went in last
	alter table notice.delivery add column if not exists unsure  boolean not null default false; -- DEAD: it may have arrived
	create index if not exists delivery_next on notice.delivery (channel, next) where state = 'WAITING';
	comment on index notice.delivery_next is 'claim';
	create index if not exists delivery_dead on notice.delivery (next) where state = 'DEAD';
	comment on index notice.delivery_dead is 'Deliveries: those that failed';`

// Outbox keeps notices and their deliveries in Postgres. It is safe for concurrent use, in
// any number of processes.
type Outbox struct{ pool *pgxpool.Pool }

// OpenOutbox connects and makes what is absent.
func OpenOutbox(ctx context.Context, dsn string) (*Outbox, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read postgres address: %w", err)
	}
	cfg.MaxConns = 4
	cfg.ConnConfig.RuntimeParams["application_name"] = "xiaohao notices"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to postgres: %w", err)
	}
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('xiaohao notice', 0))`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, schemaSQL)
		return err
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("prepare the outbox: %w", err)
	}
	return &Outbox{pool}, nil
}

// Close ends all connections.
func (o *Outbox) Close() { o.pool.Close() }

// delivery is one notice to one address, not before a time.
type delivery struct {
	notice, channel, address string
	next                     time.Time
}

// errMoved says that another process has read further.
var errMoved = errors.New("notice: another reader moved on")

// place returns how far the log was read, false when nothing was.
func (o *Outbox) place(ctx context.Context, identity string) (seq uint64, ok bool, err error) {
	err = o.pool.QueryRow(ctx, `select sequence from notice.place where identity = $1`, identity).Scan(&seq)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read place of the notices: %w", err)
	}
	return seq, true, nil
}

// news is what a part of the log says: notices with their deliveries, and how the ids begin
// of those that were taken back.
type news struct {
	notices    []Notice
	deliveries []delivery
	back       []string
}

// keep writes what is new and moves the place on, in one transaction. What is there already
// stays as it is; what was taken back is as if it had never been said.
func (o *Outbox) keep(ctx context.Context, identity string, from, to uint64, n news) error {
	err := pgx.BeginFunc(ctx, o.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			insert into notice.place (identity, sequence) values ($1, $2)
			on conflict (identity) do update set sequence = excluded.sequence where place.sequence = $3`, identity, to, from)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errMoved
		}
		var b pgx.Batch
		for _, n := range n.notices {
			b.Queue(`insert into notice.notice (id, box, item, number, kind, says, at, never) values ($1, $2, $3, $4, $5, $6, $7, coalesce($8::text[], '{}')) on conflict do nothing`,
				n.ID, n.Box, n.Item, n.Number, n.Kind, n.Says, n.At, n.Never)
		}
		for _, d := range n.deliveries {
			b.Queue(`insert into notice.delivery (notice, channel, address, state, next) values ($1, $2, $3, 'WAITING', $4) on conflict do nothing`,
				d.notice, d.channel, d.address, d.next)
		}
		for _, begin := range n.back {
			b.Queue(`delete from notice.delivery where notice in (select id from notice.notice where starts_with(id, $1))`, begin)
			b.Queue(`delete from notice.notice where starts_with(id, $1)`, begin)
		}
		return tx.SendBatch(ctx, &b).Close()
	})
	if err != nil {
		return fmt.Errorf("keep notices: %w", err)
	}
	return nil
}

// claimed is a delivery in this process's hands.
type claimed struct {
	delivery
	attempts int
	Notice
}

// claim takes up to n deliveries of a channel whose time has come, for the lease. No other
// process gets them until it is over. Where a repeat does no harm, those are taken again
// whose sender died over them; else [Outbox.doubt] sets them aside.
func (o *Outbox) claim(ctx context.Context, c channel, now time.Time, n int) ([]claimed, error) {
	rows, err := o.pool.Query(ctx, `
		with c as (
			select d.notice, d.channel, d.address from notice.delivery d
			where d.channel = $1 and d.state = 'WAITING' and d.next <= $2 and (d.held is null or d.held < now()) and (d.tried is null or $5)
			order by d.next limit $3 for update skip locked
		)
		update notice.delivery d set held = now() + $4 from c, notice.notice n
		where d.notice = c.notice and d.channel = c.channel and d.address = c.address and n.id = d.notice
		returning d.notice, d.address, d.attempts, n.item, n.number, n.kind, n.says, n.at`, c.name, now, n, lease, c.again)
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (x claimed, err error) {
		x.delivery.channel = c.name
		err = r.Scan(&x.notice, &x.address, &x.attempts, &x.Item, &x.Number, &x.Kind, &x.Says, &x.At)
		x.Notice.ID = x.notice
		return x, err
	})
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	return out, nil
}

// begin records that the deliveries of one message are about to be sent. Without this record
// nothing is sent.
func (o *Outbox) begin(ctx context.Context, cs []claimed, now time.Time) error {
	var b pgx.Batch
	for _, c := range cs {
		b.Queue(`update notice.delivery set tried = $4, message = $5 where notice = $1 and channel = $2 and address = $3 and state = 'WAITING'`,
			c.notice, c.delivery.channel, c.address, now, short(cs))
	}
	if err := o.pool.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("begin a delivery: %w", err)
	}
	return nil
}

// doubt sets aside the deliveries of a channel whose sender died over them.
func (o *Outbox) doubt(ctx context.Context, channel string, now time.Time) (int64, error) {
	tag, err := o.pool.Exec(ctx, `
		update notice.delivery set state = 'DEAD', unsure = true, attempts = attempts + 1, error = $3, done = $2, held = null, tried = null
		where channel = $1 and state = 'WAITING' and tried is not null and (held is null or held < now())`, channel, now, "发送中途停了")
	if err != nil {
		return 0, fmt.Errorf("set deliveries aside: %w", err)
	}
	return tag.RowsAffected(), nil
}

// settle records how deliveries went: sent, or tried again at next, or set aside: after too
// many attempts, or when unsure, that is when a repeat might say the same twice.
func (o *Outbox) settle(ctx context.Context, cs []claimed, failure error, unsure bool, now, next time.Time) error {
	var b pgx.Batch
	for _, c := range cs {
		state, why := "SENT", ""
		if failure != nil {
			state, why = "WAITING", cut(failure.Error(), 300)
			if unsure || c.attempts+1 >= attempts {
				state = "DEAD"
			}
		}
		b.Queue(`update notice.delivery set state = $4, attempts = attempts + 1, error = $5, next = $6, done = $7, unsure = $8, held = null, tried = null
			where notice = $1 and channel = $2 and address = $3 and state = 'WAITING'`, c.notice, c.delivery.channel, c.address, state, why, next, now, unsure)
	}
	if err := o.pool.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("settle deliveries: %w", err)
	}
	return nil
}

// release gives back what was claimed and not tried.
func (o *Outbox) release(ctx context.Context, cs []claimed) error {
	var b pgx.Batch
	for _, c := range cs {
		b.Queue(`update notice.delivery set held = null where notice = $1 and channel = $2 and address = $3`, c.notice, c.delivery.channel, c.address)
	}
	if err := o.pool.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("release deliveries: %w", err)
	}
	return nil
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
