package projections

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// rows collects what a batch writes into one table, in Postgres's binary form.
type rows[R any] struct {
	of    *table[R]
	fresh buffer // no row of that key stands in the table
	maybe buffer // one may
	room  R      // for the row that is put next, of those tables that get one with every commit
}

type buffer struct {
	n    int
	data []byte
}

// insert adds a row whose key surely is not in the table yet.
func (o *rows[R]) insert(r *R) { o.put(&o.fresh, r) }

// upsert adds a row whose key may be there; the table says what then. Within one batch a
// key may come only once, except where the first row stands.
func (o *rows[R]) upsert(r *R) { o.put(&o.maybe, r) }

func (o *rows[R]) put(b *buffer, r *R) {
	b.n++
	b.data = binary.BigEndian.AppendUint16(b.data, uint16(len(o.of.cols)))
	for i := range o.of.cols {
		b.data = o.of.cols[i].put(b.data, r)
	}
}

// output is rows of any type.
type output interface {
	size() int // bytes
	hand(w *writer)
	sums() (sumsSQL, bool)
	mass() string // name of a table of mass rows, "" of any other
}

func (o *rows[R]) size() int { return len(o.fresh.data) + len(o.maybe.data) }

func (o *rows[R]) mass() string {
	if o.of.mass {
		return o.of.name
	}
	return ""
}

// sums is false when nothing is added up in the table.
func (o *rows[R]) sums() (sumsSQL, bool) {
	if o.of.then != sumRow && o.of.then != addRow {
		return sumsSQL{}, false
	}
	return o.of.sumsSQL(), true
}

// hand gives the rows to the writer and forgets them.
func (o *rows[R]) hand(w *writer) {
	t := o.of
	if (t.then == sumRow || t.then == addRow) && w.loading && o.maybe.n > 0 {
		w.copies = append(w.copies, copying{t.name, t.copySQL(w.emptied && t.mass), o.maybe.data})
		o.maybe = w.room(t.name)
	}
	if o.fresh.n >= copyFrom {
		w.copies = append(w.copies, copying{t.name, t.copySQL(w.emptied && t.mass), o.fresh.data})
		o.fresh = w.room(t.name)
	} else if o.fresh.n > 0 {
		w.queue("insert "+t.name, func() string { return t.insertSQL(false) }, t.arrays(o.fresh))
		o.fresh = buffer{data: o.fresh.data[:0]}
	}
	if o.maybe.n > 0 && t.then == addRow {
		w.queue("add to "+t.name, t.addSQL, t.arrays(o.maybe))
		w.added += o.maybe.n
		o.maybe = buffer{data: o.maybe.data[:0]}
	} else if o.maybe.n > 0 {
		rows := t.arrays(o.maybe)
		w.queue("upsert "+t.name, func() string { return t.insertSQL(true) }, rows)
		if t.then == sumRow {
			w.queue("empty "+t.name, t.emptySQL, rows)
		}
		o.maybe = buffer{data: o.maybe.data[:0]}
	}
}

// copyFrom is the number of rows from which COPY, a round trip of its own, is worth it.
const copyFrom = 64

// arrays turns rows into one array a column.
func (t *table[R]) arrays(b buffer) [][]byte {
	cols := make([][]byte, len(t.cols))
	for i, c := range t.cols {
		cols[i] = appendArrayHead(make([]byte, 0, 20+len(b.data)/len(cols)), c.kind.elem, b.n)
	}
	for data := b.data; len(data) > 0; {
		data = data[2:] // their number of columns
		for i := range cols {
			n := 4
			if size := int32(binary.BigEndian.Uint32(data)); size > 0 {
				n += int(size)
			}
			switch t.cols[i].kind {
			case kindTexts:
				cols[i] = appendJoined(cols[i], data[4:n], func(b, text []byte) []byte { return append(b, text...) })
			case kindBigs:
				cols[i] = appendJoined(cols[i], data[4:n], func(b, n []byte) []byte {
					return strconv.AppendInt(b, int64(binary.BigEndian.Uint64(n)), 10)
				})
			default:
				cols[i] = append(cols[i], data[:n]...)
			}
			data = data[n:]
		}
	}
	return cols
}

// appendJoined turns an array into one text, its elements separated.
func appendJoined(b, array []byte, put func(b, element []byte) []byte) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	if binary.BigEndian.Uint32(array) > 0 {
		n := binary.BigEndian.Uint32(array[12:])
		array = array[20:]
		for i := range n {
			size := binary.BigEndian.Uint32(array)
			if i > 0 {
				b = append(b, separator...)
			}
			b = put(b, array[4:4+size])
			array = array[4+size:]
		}
	}
	binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}

// writer writes rows through one connection, within the transaction that is open on it.
// After an error it is not to be used again.
type writer struct {
	conn     *pgx.Conn
	loading  bool // tables have no keys yet where rows are summed
	emptied  bool // tables of mass rows were, in this transaction
	prepared map[string]struct{}
	unready  []unready
	copies   []copying
	batch    *pgconn.Batch
	queued   int
	added    int // rows that are to be added up

	beside chan error           // what became of the sending that goes on beside, nil when none does
	sent   []copying            // by it; their room is used again
	free   map[string][2][]byte // room for rows of a table, which are about as many each time
}

type unready struct{ name, sql string }

// copying is rows on their way by COPY.
type copying struct {
	name, sql string
	data      []byte
}

func newWriter(c *pgx.Conn, loading bool) *writer {
	return &writer{conn: c, loading: loading, prepared: map[string]struct{}{}, batch: &pgconn.Batch{}, free: map[string][2][]byte{}}
}

// room is an empty buffer for rows of a table.
func (w *writer) room(table string) buffer {
	f := w.free[table]
	w.free[table] = [2][]byte{f[1]}
	return buffer{data: f[0][:0]}
}

// queue adds a statement with parameters in binary form to the next send.
func (w *writer) queue(name string, sql func() string, params [][]byte) {
	w.prepare(name, sql)
	w.batch.ExecPrepared(name, params, binaryForm[:min(1, len(params))], nil)
	w.queued++
}

// queueText adds a statement with parameters in text form, and returns its place among the
// answers of send.
func (w *writer) queueText(name, sql string, params ...string) int {
	w.prepare(name, func() string { return sql })
	w.batch.ExecPrepared(name, column(params, func(p string) []byte { return []byte(p) }), nil, nil)
	w.queued++
	return w.queued - 1
}

func (w *writer) prepare(name string, sql func() string) {
	if _, ok := w.prepared[name]; !ok {
		w.prepared[name] = struct{}{}
		w.unready = append(w.unready, unready{name, sql()})
	}
}

var binaryForm = []int16{1}

// send carries out what was handed over and queued, and returns how many rows each queued
// statement touched. Once the statements are known, it is one round trip and one for each
// table that is copied into.
func (w *writer) send(ctx context.Context) (touched []int64, err error) {
	if err := w.wait(); err != nil {
		return nil, err
	}
	return w.carryOut(ctx)
}

// sendBeside is send for those who do not wait: the connection is in use until wait.
func (w *writer) sendBeside(ctx context.Context) error {
	if err := w.wait(); err != nil {
		return err
	}
	now := *w
	w.sent, w.copies, w.unready, w.batch, w.queued = w.copies, nil, nil, &pgconn.Batch{}, 0
	done := make(chan error, 1)
	w.beside = done
	go func() {
		_, err := now.carryOut(ctx)
		done <- err
	}()
	return nil
}

// wait returns when nothing is sent beside any more, and what became of it.
func (w *writer) wait() error {
	if w.beside == nil {
		return nil
	}
	err := <-w.beside
	w.beside = nil
	for _, c := range w.sent {
		if cap(c.data) <= maxRoom {
			w.free[c.name] = [2][]byte{c.data, w.free[c.name][0]}
		}
	}
	w.sent = nil
	return err
}

// maxRoom is how much room is kept for use again, of a table.
const maxRoom = 4 << 20

func (w *writer) carryOut(ctx context.Context) (touched []int64, err error) {
	for _, c := range w.copies {
		r := io.MultiReader(bytes.NewReader(copyHead), bytes.NewReader(c.data), bytes.NewReader(copyTail))
		if _, err := w.conn.PgConn().CopyFrom(ctx, r, c.sql); err != nil {
			return nil, fmt.Errorf("copy into %s: %w", c.name, err)
		}
	}
	w.copies = nil
	if w.queued == 0 {
		return nil, nil
	}
	for _, u := range w.unready {
		if _, err := w.conn.Prepare(ctx, u.name, u.sql); err != nil {
			return nil, fmt.Errorf("prepare %s: %w", u.name, err)
		}
	}
	w.unready = nil
	batch := w.batch
	w.batch, w.queued = &pgconn.Batch{}, 0
	answers := w.conn.PgConn().ExecBatch(ctx, batch)
	for answers.NextResult() {
		tag, err := answers.ResultReader().Close()
		if err != nil {
			break // Close says it again
		}
		touched = append(touched, tag.RowsAffected())
	}
	return touched, answers.Close()
}

var (
	copyHead = append([]byte("PGCOPY\n\xff\r\n\x00"), 0, 0, 0, 0, 0, 0, 0, 0)
	copyTail = []byte{0xff, 0xff}
)
