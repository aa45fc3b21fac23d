package journal_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"xiaohao/events/journal"
	"xiaohao/events/journal/journaltest"

	"github.com/google/uuid"
)

// BenchmarkAppend has each writer append to an item of its own; every write is synced.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			_, nc := start(b, b.TempDir())
			j := open(b, nc, journal.Config{})
			took := make([][]time.Duration, writers)
			var wg sync.WaitGroup
			b.ResetTimer()
			for i := range writers {
				wg.Go(func() {
					w := journaltest.Start(uuid.New())
					for range b.N/writers + 1 {
						began := time.Now()
						got, err := j.Append(b.Context(), w)
						if err != nil {
							b.Error(err)
							return
						}
						took[i] = append(took[i], time.Since(began))
						w = journaltest.Next(got[0])
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			all := slices.Concat(took...)
			slices.Sort(all)
			b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(len(all))/b.Elapsed().Seconds(), "appends/s")
		})
	}
}

// BenchmarkAppendTwo is what a command on two items costs.
func BenchmarkAppendTwo(b *testing.B) {
	_, nc := start(b, b.TempDir())
	j := open(b, nc, journal.Config{})
	for b.Loop() {
		if _, err := j.Append(b.Context(), journaltest.Start(uuid.New()), journaltest.Start(uuid.New())); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{12, 1000} {
		b.Run(fmt.Sprintf("commits=%d", n), func(b *testing.B) {
			_, nc := start(b, b.TempDir())
			j := open(b, nc, journal.Config{})
			item := journaltest.Fill(b, j, n)[0].Item
			for b.Loop() {
				if _, err := j.Load(b.Context(), item); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFollow(b *testing.B) {
	const n = 5000
	_, nc := start(b, b.TempDir())
	j := open(b, nc, journal.Config{})
	journaltest.Fill(b, j, n)
	for b.Loop() {
		follows(b, j, n)
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

func BenchmarkNextNumber(b *testing.B) {
	_, nc := start(b, b.TempDir())
	j := open(b, nc, journal.Config{})
	for b.Loop() {
		if _, err := j.NextNumber(b.Context(), "QG-2026"); err != nil {
			b.Fatal(err)
		}
	}
}
