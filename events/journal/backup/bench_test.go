package backup

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// BenchmarkBackup backs up and restores 200,000 messages and compares with what the disk
// path alone takes: reading the same messages from the server, and no more.
func BenchmarkBackup(b *testing.B) {
	few := partMessages
	partMessages = 10_000
	defer func() { partMessages = few }()
	s := newStore(b, b.TempDir())
	end := s.pour(b, 200_000)
	src, err := newSource(s.nc)
	if err != nil {
		b.Fatal(err)
	}
	var bytes int64
	began := cpu(b)
	rate := func(b *testing.B, took time.Duration) {
		now := cpu(b)
		b.ReportMetric(float64((now-began).Microseconds())/float64(end)/float64(b.N), "cpu-µs/message")
		began = now
		b.ReportMetric(float64(end)*float64(b.N)/took.Seconds(), "messages/s")
		b.ReportMetric(float64(bytes)*float64(b.N)/1e6/took.Seconds(), "MB/s")
	}
	b.Run("read only", func(b *testing.B) {
		for b.Loop() {
			bytes = 0
			err := src.each(context.Background(), "RECT", 1, end, func(m Message) error {
				bytes += int64(len(m.Data) + len(m.Subject))
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		rate(b, b.Elapsed())
	})
	dir := filepath.Join(b.TempDir(), "backup")
	b.Run("backup", func(b *testing.B) {
		for b.Loop() {
			dir = filepath.Join(b.TempDir(), "backup")
			r, err := Run(context.Background(), s.nc, Config{Dir: dir})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(r.Bytes)/float64(r.Messages), "B/message")
		}
		rate(b, b.Elapsed())
	})
	dir = filepath.Join(b.TempDir(), "kept")
	if _, err := Run(context.Background(), s.nc, Config{Dir: dir}); err != nil {
		b.Fatal(err)
	}
	began = cpu(b)
	b.Run("backup again", func(b *testing.B) {
		for b.Loop() {
			if _, err := Run(context.Background(), s.nc, Config{Dir: dir}); err != nil {
				b.Fatal(err)
			}
		}
		rate(b, b.Elapsed())
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			check(b, dir)
		}
		rate(b, b.Elapsed())
	})
	b.Run("restore", func(b *testing.B) {
		for b.Loop() {
			_, nc := newServer(b, b.TempDir())
			if _, err := Restore(context.Background(), nc, RestoreConfig{Dir: dir}); err != nil {
				b.Fatal(err)
			}
		}
		rate(b, b.Elapsed())
	})
}

// cpu is the processor time that this process has used, its server included: on a busy
// machine it tells more than the clock.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
