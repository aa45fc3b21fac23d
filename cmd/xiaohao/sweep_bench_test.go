package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xiaohao/domain"
	"xiaohao/events"
	"xiaohao/projections"
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
	w := &sweeper{reads: st.reads, desk: st.desk, ladders: st.ladders, draws: st.log, log: discard()}
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

// issuing is how many of the open items owe a step, beside those that are not due.
const issuing = 2000

// BenchmarkSweepIssue is a sweep over 100,000 open items of which 2,000 owe a step, with the
// commands given and acknowledged. Each round is another rung of the ladder, so run it with
// -benchtime 1x, four rounds at most.
func BenchmarkSweepIssue(b *testing.B) {
	w := sweepOver(b, 0)
	clock := time.Now().AddDate(0, 0, -40)
	w.desk.Now = func() time.Time { return clock }
	issueTo(b, w.desk, issuing)
	if err := waitFor(b, w); err != nil {
		b.Fatal(err)
	}
	clock = time.Now()
	steps := 0
	for b.Loop() {
		n, err := w.sweep(b.Context())
		if err != nil || n != issuing {
			b.Fatal(n, err)
		}
		steps += n
		b.StopTimer()
		if err := waitFor(b, w); err != nil {
			b.Fatal(err)
		}
		clock = clock.AddDate(0, 0, 12)
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/sweep")
	b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "steps/s")
}

// issueTo raises so many items and hands them out, many at a time.
func issueTo(b *testing.B, desk *domain.Desk, n int) {
	b.Helper()
	clerk := events.Actor{ID: "clerk", Role: events.Dispatcher, Post: "交办员"}
	liaison := events.Actor{ID: "liaison", Role: events.UnitLiaison, Unit: events.Unit{ID: "u", Name: "区城管局"}, Post: "联络员"}
	work := make(chan int)
	var crew sync.WaitGroup
	for range sweepWorkers {
		crew.Go(func() {
			for i := range work {
				rc, err := desk.Do(b.Context(), domain.Order{ID: uuid.New(), Actor: clerk, Command: domain.Raise{Text: fmt.Sprintf("第 %d 盏路灯不亮。", i), Category: "民生"}})
				for _, c := range []domain.Order{{Actor: clerk, Command: domain.Accept{Title: "路灯", Category: "民生", Mode: events.Immediate}},
					{Actor: clerk, Command: domain.Assign{Units: []domain.Assignee{{Unit: liaison.Unit, Part: events.Lead, Task: "修"}}}}, {Actor: liaison, Command: domain.Sign{}}} {
					if err == nil {
						c.ID, c.Item = uuid.New(), rc.Item
						_, err = desk.Do(b.Context(), c)
					}
				}
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	crew.Wait()
}

// waitFor waits until the read models have the whole log.
func waitFor(b *testing.B, w *sweeper) error {
	last, err := w.draws.(interface {
		Last(context.Context) (uint64, error)
	}).Last(b.Context())
	for err == nil {
		if err = w.reads.WaitFor(b.Context(), last); !errors.Is(err, projections.ErrBehind) {
			return err
		}
		err = nil
	}
	return err
}
