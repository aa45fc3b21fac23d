package main

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xiaohao/events"
	"xiaohao/projections/localpg/pgtest"
)

// openItems is how many open items the sweep is measured over.
const openItems = 100_000

// BenchmarkSweepIdle is one sweep over 100,000 open items of which nothing is due: the bar
// is 100 ms.
func BenchmarkSweepIdle(b *testing.B) {
	w := sweepOver(b, 0)
	for b.Loop() {
		if n, err := w.sweep(b.Context()); err != nil || n != 0 {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/sweep")
}

// BenchmarkSweepRead is finding what is owed when all of 100,000 open items owe something,
// a page of steps at a time.
func BenchmarkSweepRead(b *testing.B) {
	w := sweepOver(b, openItems)
	today := events.DateOf(w.now())
	for b.Loop() {
		owing, err := w.reads.Owing(b.Context(), w.reaches(today), openItems)
		if err != nil || len(w.steps(owing, today)) != openItems {
			b.Fatal(len(owing), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/sweep")
}

// sweepOver makes watched days of 100,000 open items, so many of which are due.
func sweepOver(b *testing.B, due int) *sweeper {
	b.Helper()
	dsn := pgtest.Database(b)
	st, err := openStack(b.Context(), stackConfig{dir: b.TempDir(), postgres: dsn, prefix: "QG", logger: discard()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(st.close)
	w := &sweeper{reads: st.reads, desk: st.desk, draws: st.log, log: discard()}
	c, err := pgx.Connect(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close(context.Background())
	var schema string
	if err := c.QueryRow(b.Context(), `select table_schema::text from information_schema.tables where table_name = 'watch'`).Scan(&schema); err != nil {
		b.Fatal(err)
	}
	today := events.DateOf(w.now()).Time()
	rows := make([][]any, openItems)
	for i := range rows {
		day := today.AddDate(0, 0, 20+i%60)
		if i < due {
			day = today.AddDate(0, 0, -i%40-2)
		}
		rows[i] = []any{[16]byte(uuid.New()), "ITEM", "", day.Add(8 * time.Hour), string(events.Presets[i%3]), i%10 == 0, int16(0)}
	}
	if _, err := c.CopyFrom(b.Context(), pgx.Identifier{schema, "watch"}, []string{"item", "watch", "ref", "day", "preset", "urgent", "reached"}, pgx.CopyFromRows(rows)); err != nil {
		b.Fatal(err)
	}
	if _, err := c.Exec(b.Context(), `analyze `+schema+`.watch`); err != nil {
		b.Fatal(err)
	}
	return w
}
