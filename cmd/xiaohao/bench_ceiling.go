package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"xiaohao/projections/localpg"
)

// benchPayload is the size of what the ceilings write, in bytes: the mean commit of benchLife.
const benchPayload = 775

// rawLog is JetStream by itself: a server that syncs every write before it acknowledges, with
// a stream of the log's settings and the same headers.
type rawLog struct {
	ns   *server.Server
	nc   *nats.Conn
	data []byte
}

func openRawLog(ctx context.Context, dir string, size int) (_ *rawLog, err error) {
	l := &rawLog{data: bytes.Repeat([]byte("x"), size)}
	defer func() {
		if err != nil {
			l.close()
			err = notToBeHad(fmt.Errorf("raw log: %w", err))
		}
	}()
	l.ns, err = server.NewServer(&server.Options{DontListen: true, JetStream: true, StoreDir: dir, SyncAlways: true, NoSigs: true, NoLog: true})
	if err != nil {
		return l, err
	}
	l.ns.Start()
	if l.nc, err = nats.Connect("", nats.InProcessServer(l.ns)); err != nil {
		return l, err
	}
	js, err := jetstream.New(l.nc)
	if err != nil {
		return l, err
	}
	_, err = js.CreateStream(ctx, jetstream.StreamConfig{Name: "RAW", Subjects: []string{"raw.>"}, Storage: jetstream.FileStorage,
		Discard: jetstream.DiscardNew, Compression: jetstream.S2Compression, DenyDelete: true, DenyPurge: true,
		AllowDirect: true, AllowAtomicPublish: true, Duplicates: 10 * time.Minute})
	return l, err
}

func (l *rawLog) close() {
	if l.nc != nil {
		l.nc.Close()
	}
	if l.ns != nil {
		l.ns.Shutdown()
		l.ns.WaitForShutdown()
	}
}

// writer publishes with a guard, as a command does: a new subject after each twelve.
func (l *rawLog) writer(int) func(context.Context) error {
	subject, last, n := "", uint64(0), 0
	return func(ctx context.Context) error {
		if n++; n%benchLifeSteps == 1 {
			subject, last = "raw."+uuid.NewString(), 0
		}
		m := &nats.Msg{Subject: subject, Data: l.data, Header: nats.Header{
			"Nats-Expected-Last-Subject-Sequence": {strconv.FormatUint(last, 10)}, "Nats-Msg-Id": {uuid.NewString()}, "Nats-Expected-Stream": {"RAW"}}}
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		r, err := l.nc.RequestMsgWithContext(ctx, m)
		if err != nil {
			return err
		}
		var ack struct{ Seq uint64 }
		if err := json.Unmarshal(r.Data, &ack); err != nil || ack.Seq == 0 {
			return fmt.Errorf("raw publish: %s", r.Data)
		}
		last = ack.Seq
		return nil
	}
}

// rawTable is Postgres by itself, synchronous commit: what a tracker without a log would do.
type rawTable struct {
	srv  *localpg.Server
	pool *pgxpool.Pool
	data string
}

func openRawTable(ctx context.Context, dir string, size, writers int) (_ *rawTable, err error) {
	t := &rawTable{data: string(bytes.Repeat([]byte("x"), size))}
	defer func() {
		if err != nil {
			t.close()
			err = notToBeHad(fmt.Errorf("raw table: %w", err))
		}
	}()
	if t.srv, err = localpg.Start(ctx, localpg.Config{Dir: dir, Params: map[string]string{"synchronous_commit": "on",
		"max_connections": strconv.Itoa(writers + 10)}}); err != nil {
		return t, err
	}
	cfg, err := pgxpool.ParseConfig(t.srv.DSN())
	if err != nil {
		return t, err
	}
	cfg.MaxConns = int32(writers)
	if t.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return t, err
	}
	_, err = t.pool.Exec(ctx, `
		create table item (id uuid primary key, rev integer not null, doc text not null);
		create table history (item uuid not null, rev integer not null, command uuid not null unique, doc text not null, at timestamptz not null default now(),
			primary key (item, rev))`)
	return t, err
}

func (t *rawTable) close() {
	if t.pool != nil {
		t.pool.Close()
	}
	if t.srv != nil {
		_ = t.srv.Stop() // a scratch server: its directory goes away next
	}
}

// writer changes a row and adds to its history in one transaction, guarded by the revision,
// in one round trip.
func (t *rawTable) writer(int) func(context.Context) error {
	var id uuid.UUID
	n := 0
	return func(ctx context.Context) error {
		rev := n%benchLifeSteps + 1
		if n++; rev == 1 {
			id = uuid.New()
		}
		b := &pgx.Batch{} // one implicit transaction
		if rev == 1 {
			b.Queue(`insert into item (id, rev, doc) values ($1, 1, $2)`, id, t.data)
		} else {
			b.Queue(`update item set rev = $2, doc = $3 where id = $1 and rev = $2 - 1`, id, rev, t.data)
		}
		b.Queue(`insert into history (item, rev, command, doc) values ($1, $2, $3, $4)`, id, rev, uuid.New(), t.data)
		r := t.pool.SendBatch(ctx, b)
		tag, err := r.Exec()
		if err := errors.Join(err, r.Close()); err != nil {
			return fmt.Errorf("plain transaction: %w", err)
		}
		if tag.RowsAffected() != 1 {
			return errors.New("plain transaction: the row has moved on")
		}
		return nil
	}
}
