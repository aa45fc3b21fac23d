package projections

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// rows collects what a batch writes into one table, in Postgres's binary form.
type rows[R any] struct {
	of    *table[R]
	fresh buffer // no row of that key stands in the table
	maybe buffer // one may
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
	write(ctx context.Context, w *writer) error
}

func (o *rows[R]) size() int { return len(o.fresh.data) + len(o.maybe.data) }

// write sends the rows off and forgets them.
func (o *rows[R]) write(ctx context.Context, w *writer) error {
	t := o.of
	if o.fresh.n >= copyFrom {
		if err := w.copy(ctx, t.name, t.copySQL(), o.fresh.data); err != nil {
			return err
		}
	} else if o.fresh.n > 0 {
		w.queue("insert "+t.name, func() string { return t.insertSQL(false) }, t.arrays(o.fresh))
	}
	if o.maybe.n > 0 {
		w.queue("upsert "+t.name, func() string { return t.insertSQL(true) }, t.arrays(o.maybe))
		if t.then == sumRow {
			w.queue("empty "+t.name, t.emptySQL, nil)
		}
	}
	o.fresh, o.maybe = o.fresh.emptied(), o.maybe.emptied()
	return nil
}

// keptBytes is how much room an emptied buffer keeps.
const keptBytes = 8 << 20

func (b buffer) emptied() buffer {
	if cap(b.data) > keptBytes {
		return buffer{}
	}
	return buffer{data: b.data[:0]}
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
		data = data[2:]
		for i := range cols {
			n := 4
			if size := int32(binary.BigEndian.Uint32(data)); size > 0 {
				n += int(size)
			}
			if t.cols[i].kind == kindTexts {
				cols[i] = appendJoined(cols[i], data[4:n])
			} else {
				cols[i] = append(cols[i], data[:n]...)
			}
			data = data[n:]
		}
	}
	return cols
}

// appendJoined turns a text[] into one text, its words separated.
func appendJoined(b, array []byte) []byte {
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
			b = append(b, array[4:4+size]...)
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
	prepared map[string]struct{}
	batch    *pgconn.Batch
	queued   int
	unready  []unready
}

type unready struct{ name, sql string }

func newWriter(c *pgx.Conn) *writer {
	return &writer{conn: c, prepared: map[string]struct{}{}, batch: &pgconn.Batch{}}
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

// send carries out what is queued, in one round trip once the statements are known, and
// returns how many rows each one touched.
func (w *writer) send(ctx context.Context) (touched []int64, err error) {
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

func (w *writer) copy(ctx context.Context, name, sql string, data []byte) error {
	r := io.MultiReader(bytes.NewReader(copyHead), bytes.NewReader(data), bytes.NewReader(copyTail))
	if _, err := w.conn.PgConn().CopyFrom(ctx, r, sql); err != nil {
		return fmt.Errorf("copy into %s: %w", name, err)
	}
	return nil
}
