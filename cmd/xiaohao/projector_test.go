package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"xiaohao/domain"
	"xiaohao/events/journal"
	"xiaohao/events/journal/natstest"
	"xiaohao/projections"
	"xiaohao/projections/localpg"
)

// killedTimes is how often something is killed; 50 times in the soak.
func killedTimes() int {
	if os.Getenv("XIAOHAO_SOAK") != "" {
		return 50
	}
	return 6
}

// TestKillProjector kills the process of the runner, Postgres and JetStream, each without
// warning and while rows are being written, and holds that in the end every row is what the
// log says: nothing lost, nothing applied twice.
func TestKillProjector(t *testing.T) {
	t.Parallel()
	cluster := natstest.Start(t, 1)
	dir := publicDir(t)
	pg := startPostgres(t, dir)
	nc, err := nats.Connect(cluster.URL(), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	log, err := journal.Open(t.Context(), nc, journal.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	l, err := newLives(js, 40)
	if err != nil {
		t.Fatal(err)
	}
	killRunner := superviseRunner(t, cluster.URL(), pg.DSN())
	rnd := rand.New(rand.NewPCG(1, 2))
	for round := range killedTimes() {
		if err := l.write(t.Context(), l.log.facts+200); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Duration(rnd.IntN(300)) * time.Millisecond) // a random point, waited for by nobody
		switch round % 3 {
		case 0:
			killRunner()
		case 1:
			killPostgres(t, dir, pg)
			pg = startPostgres(t, dir)
		case 2:
			cluster.Nodes[0].Kill()
			cluster.Nodes[0].Start()
			cluster.Wait()
			natstest.Eventually(t, 20*time.Second, "the log answers", func() error {
				_, err := log.Last(t.Context())
				return err
			})
		}
	}
	reads, err := projections.Open(t.Context(), pg.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer reads.Close()
	natstest.Eventually(t, time.Minute, "the rows have everything", func() error {
		err := reads.WaitFor(t.Context(), l.log.last)
		if err == nil {
			err = reads.Ready(t.Context())
		}
		return err
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if d, err := reads.Verify(ctx, log); err != nil || d != "" {
		t.Errorf("rows against the log: %q, %v", d, err)
	}
	if ps, err := reads.Parked(t.Context()); err != nil || len(ps) > 0 {
		t.Errorf("parked: %+v, %v", ps, err)
	}
}

func startPostgres(t *testing.T, dir string) *localpg.Server {
	t.Helper()
	pg, err := localpg.Start(t.Context(), localpg.Config{Dir: filepath.Join(dir, "pg"), Params: privatePostgres})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pg.Stop() })
	return pg
}

// killPostgres kills the server; its children notice and end.
func killPostgres(t *testing.T, dir string, pg *localpg.Server) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "pg", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	pid, err := strconv.Atoi(string(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-pg.Exited()
	_ = pg.Stop() // gives the directory back
}

// superviseRunner keeps a projector running in a process of its own, and starts it again
// whenever it ends, as systemd does: one that is started while Postgres is away ends at
// once. kill ends the one that runs.
func superviseRunner(t *testing.T, natsURL, dsn string) (kill func()) {
	t.Helper()
	var mu sync.Mutex
	var running *exec.Cmd
	ended, stop := false, make(chan struct{})
	kill = func() {
		mu.Lock()
		defer mu.Unlock()
		if running != nil && running.Process != nil {
			_ = running.Process.Kill() // it may have ended by itself
		}
	}
	start := func() (*exec.Cmd, error) {
		mu.Lock()
		defer mu.Unlock()
		if ended {
			return nil, nil
		}
		cmd := exec.Command(os.Args[0], "bench", "project", "--nats", natsURL, "--postgres", dsn)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		cmd.Stderr = testLog{t}
		if _, err := cmd.StdinPipe(); err != nil { // it ends when this is closed
			return nil, err
		}
		running = cmd
		return cmd, cmd.Start()
	}
	go func() {
		defer close(stop)
		for {
			cmd, err := start()
			if err != nil {
				t.Errorf("start a runner: %v", err)
			}
			if cmd == nil || err != nil {
				return
			}
			_ = cmd.Wait() // killed, or its exit code is in the log of the test
			<-time.After(100 * time.Millisecond)
		}
	}()
	t.Cleanup(func() {
		mu.Lock()
		ended = true
		mu.Unlock()
		kill()
		<-stop
	})
	return kill
}

// counted is how many items the board counts.
func (s *site) counted(t *testing.T) int {
	p, err := s.stack.reads.Items(t.Context(), projections.Filter{Limit: 1})
	if err != nil {
		t.Errorf("count items: %v", err)
	}
	return p.Total
}

// waitLong waits for a commit as a page does, and on a machine that is busy with other tests
// again and again, for a minute at most; late counts those that had to.
func waitLong(ctx context.Context, reads *projections.Store, seq uint64, late *atomic.Int64) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	err := reads.WaitFor(ctx, seq)
	if errors.Is(err, projections.ErrBehind) {
		late.Add(1)
	}
	for errors.Is(err, projections.ErrBehind) && ctx.Err() == nil {
		err = reads.WaitFor(ctx, seq)
	}
	return err
}

// TestRebuildWhileServing rebuilds again and again while commands are given and pages read:
// no request fails, a writer always sees what it wrote, no figure is of a moment that never
// was, the switch happens, and the rows are what the log says. The rates are told with -v.
func TestRebuildWhileServing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	had := s.counted(t)
	var begun, seen, reads, late atomic.Int64
	command, page := time.NewTicker(time.Second/200), time.NewTicker(time.Second/20) // issued a second, as far as the machine keeps up
	defer command.Stop()
	defer page.Stop()
	for range 24 {
		work.Go(func() {
			for ctx.Err() == nil {
				<-command.C
				begun.Add(1)
				rc, err := s.stack.desk.Do(t.Context(), domain.Order{ID: uuid.New(), Actor: demoIntake, Command: domain.Raise{Text: "晚上没有公交车", Category: "民生"}})
				if err == nil {
					err = waitLong(t.Context(), s.stack.reads, rc.Sequence, &late)
				}
				if err == nil {
					_, err = s.stack.reads.Item(t.Context(), rc.Number)
				}
				if err != nil {
					t.Errorf("written and not seen: %v", err)
					return
				}
				seen.Add(1)
			}
		})
	}
	work.Go(func() {
		for ctx.Err() == nil {
			least := had + int(seen.Load())
			n := s.counted(t)
			if most := had + int(begun.Load()); n < least || n > most {
				t.Errorf("%d items where there were %d to %d", n, least, most)
				return
			}
		}
	})
	for _, path := range []string{"/items", "/board", "/"} {
		work.Go(func() {
			for ctx.Err() == nil {
				<-page.C
				if status, _ := s.page("clerk", path); status != http.StatusOK {
					t.Errorf("%s: %d", path, status)
					return
				}
				reads.Add(1)
			}
		})
	}
	last, from := 0, time.Now()
	for range 3 {
		out, err := s.stack.rebuild(t.Context(), struct{}{})
		if err != nil {
			t.Fatal(err)
		}
		if out.Difference != "" || out.Generation <= last {
			t.Errorf("%+v", out)
		}
		last = out.Generation
	}
	took := time.Since(from).Seconds()
	t.Logf("3 rebuilds in %.1f s under %.0f commands/s and %.0f pages/s; %d writers waited longer than a page does",
		took, float64(seen.Load())/took, float64(reads.Load())/took, late.Load())
	stop()
	work.Wait()
	if d, err := s.stack.reads.Verify(t.Context(), s.stack.log); err != nil || d != "" {
		t.Errorf("rows against the log: %q, %v", d, err)
	}
	natstest.Eventually(t, 10*time.Second, "healthy", func() error {
		if h := s.stack.reads.Health(t.Context()); h.Err != "" {
			return errors.New(h.Err)
		}
		return nil
	})
}
