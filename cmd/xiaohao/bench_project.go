package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"xiaohao/events/journal"
	"xiaohao/projections"
	"xiaohao/projections/localpg"
)

// benchProjectCmd measures the read models: a rebuild from the log by a process of its own,
// beside plain COPY of the same rows into the same tables, and how long a write takes to be
// seen when live.
type benchProjectCmd struct {
	Events int           `default:"200000" help:"Facts in the log."`
	Open   int           `default:"5000" help:"Items in work at any time."`
	Rate   int           `default:"500" help:"Commands a second when live."`
	Time   time.Duration `default:"10s" help:"How long to be live."`
	Dir    string        `type:"path" help:"Where to write. Default: the temporary directory."`
	JSON   bool          `name:"json" help:"One JSON object."`

	Nats     string `hidden:"" help:"Of the runner's own process."`
	Postgres string `hidden:"" help:"Of the runner's own process."`
}

type projectReport struct {
	Events    int     `json:"events"`
	EventsPer float64 `json:"events_per_s"` // reading, folding, rows, indexes
	RawRows   float64 `json:"raw_copy_rows_per_s"`
	Ratio     float64 `json:"ratio"` // rows a second of the rebuild to those of plain COPY
	Rebuild   float64 `json:"rebuild_s"`
	LiveP99   float64 `json:"live_p99_ms"`
	LiveP50   float64 `json:"live_p50_ms"`
	Peak      int     `json:"peak_rss_mb"` // of the runner's process

	Items    int64   `json:"items"`
	Rows     int64   `json:"rows"`
	Generate float64 `json:"generate_s"`
}

// runnerReport is what the runner's own process says when it has caught up.
type runnerReport struct {
	Seconds float64 `json:"seconds"`
	Peak    int     `json:"peak_rss_mb"`
}

func (c *benchProjectCmd) Run(ctx context.Context) error {
	if c.Nats != "" {
		return c.runner(ctx)
	}
	dir, remove, err := scratch(c.Dir)
	if err != nil {
		return err
	}
	defer remove()
	ns, nc, err := benchServer(filepath.Join(dir, "log"))
	if err != nil {
		return notToBeHad(err)
	}
	defer ns.Shutdown()
	defer nc.Close()
	log, err := journal.Open(ctx, nc, journal.Config{})
	if err != nil {
		return notToBeHad(err)
	}
	defer log.Close()
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(512))
	if err != nil {
		return notToBeHad(err)
	}
	l, err := newLives(js, c.Open)
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := l.write(ctx, c.Events); err != nil {
		return err
	}
	r := projectReport{Events: l.log.facts, Generate: round(time.Since(begun).Seconds())}

	pg, err := localpg.Start(ctx, localpg.Config{Dir: filepath.Join(dir, "pg"), Params: privatePostgres})
	if err != nil {
		return notToBeHad(err)
	}
	defer pg.Stop()
	run, err := startRunner(ctx, ns.ClientURL(), pg.DSN())
	if err != nil {
		return err
	}
	defer run.stop()
	rebuilt, err := run.caughtUp()
	if err != nil {
		return err
	}
	r.Rebuild, r.Peak = round(rebuilt.Seconds), rebuilt.Peak
	r.EventsPer = round(float64(r.Events) / rebuilt.Seconds)
	live, err := measureLive(ctx, l, pg.DSN(), c.Rate, c.Time)
	if err != nil {
		return err
	}
	r.LiveP50, r.LiveP99 = live.ms(0.5), live.ms(0.99)
	run.stop()
	var seconds float64
	if r.Rows, r.Items, seconds, err = copyCeiling(ctx, pg.DSN(), dir); err != nil {
		return err
	}
	r.RawRows = round(float64(r.Rows) / seconds)
	r.Ratio = round(float64(r.Rows) / rebuilt.Seconds / r.RawRows)
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	fmt.Printf("%d facts of %d items made by commands in %.1f s\nrebuilt in %.1f s: %.0f facts/s, %d rows, peak %d MB\nplain COPY of the same rows and their indexes: %.0f rows/s; ratio %.2f\nlive at %d/s: seen after %.1f ms (median), %.1f ms (99 %%)\n",
		r.Events, r.Items, r.Generate, r.Rebuild, r.EventsPer, r.Rows, r.Peak, r.RawRows, r.Ratio, c.Rate, r.LiveP50, r.LiveP99)
	return nil
}

// benchServer is a JetStream server that other processes of this machine can reach.
func benchServer(dir string) (*server.Server, *nats.Conn, error) {
	ns, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
	if err != nil {
		return nil, nil, err
	}
	ns.Start()
	if !ns.ReadyForConnections(10 * time.Second) {
		ns.Shutdown()
		return nil, nil, errors.New("the scratch server does not answer")
	}
	nc, err := nats.Connect(ns.ClientURL(), nats.InProcessServer(ns))
	return ns, nc, err
}

// runner is what the runner's own process does: keep the rows up, say once when they are.
func (c *benchProjectCmd) runner(ctx context.Context) error {
	nc, err := nats.Connect(c.Nats)
	if err != nil {
		return err
	}
	defer nc.Close()
	log, err := journal.Open(ctx, nc, journal.Config{})
	if err != nil {
		return err
	}
	last, err := log.Last(ctx)
	if err != nil {
		return err
	}
	reads, err := projections.Open(ctx, c.Postgres)
	if err != nil {
		return err
	}
	defer reads.Close()
	begun := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // the parent is gone, or wants us to end
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	go func() {
		for err := error(projections.ErrBehind); errors.Is(err, projections.ErrBehind); {
			err = reads.WaitFor(ctx, last)
		}
		for err := error(projections.ErrLoading); errors.Is(err, projections.ErrLoading); {
			err = reads.Ready(ctx)
		}
		_ = json.NewEncoder(os.Stdout).Encode(runnerReport{time.Since(begun).Seconds(), peakRSS()})
	}()
	if err := reads.Run(ctx, log); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// peakRSS is the most memory that this process had, in MB.
func peakRSS() int {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmHWM:" {
			kb, _ := strconv.Atoi(f[1])
			return kb / 1024
		}
	}
	return 0
}

// runnerProcess is the runner in a process of its own.
type runnerProcess struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

func startRunner(ctx context.Context, nats, postgres string) (*runnerProcess, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe, "bench", "project", "--nats", nats, "--postgres", postgres)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the runner: %w", err)
	}
	return &runnerProcess{cmd, in, json.NewDecoder(out)}, nil
}

func (r *runnerProcess) caughtUp() (runnerReport, error) {
	var out runnerReport
	if err := r.out.Decode(&out); err != nil {
		return out, fmt.Errorf("the runner ended: %w", err)
	}
	return out, nil
}

func (r *runnerProcess) stop() {
	if r.in != nil {
		_ = r.in.Close()
		_ = r.cmd.Wait()
		r.in = nil
	}
}

// measureLive gives commands at a steady rate and waits, in this process, until the rows
// that the other process keeps can be read: from the acknowledgement on.
func measureLive(ctx context.Context, l *lives, dsn string, rate int, long time.Duration) (latencies, error) {
	reads, err := projections.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer reads.Close()
	changes, cancel := reads.Watch()
	defer cancel()
	acked := make(chan struct {
		seq uint64
		at  time.Time
	}, 1<<16)
	seen := make(chan latencies)
	go func() {
		var out latencies
		at := uint64(0)
		for a := range acked {
			for at < a.seq {
				at = max(at, (<-changes).Sequence)
			}
			out = append(out, time.Since(a.at))
		}
		seen <- out
	}()
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for end := time.Now().Add(long); time.Now().Before(end); {
		<-tick.C
		seq, err := l.step(ctx)
		if err == nil {
			err = l.log.flush(ctx)
		}
		if err != nil {
			return nil, err
		}
		acked <- struct {
			seq uint64
			at  time.Time
		}{seq, time.Now()}
	}
	close(acked)
	return <-seen, nil
}

// copyCeiling copies every row that the runner made into fresh tables of the same form, and
// makes their indexes: what no reading and folding could beat.
func copyCeiling(ctx context.Context, dsn, dir string) (rows, items int64, seconds float64, err error) {
	files := filepath.Join(dir, "rows")
	if err := os.Mkdir(files, 0o700); err != nil {
		return 0, 0, 0, err
	}
	reads, err := projections.Open(ctx, dsn)
	if err != nil {
		return 0, 0, 0, err
	}
	defer reads.Close()
	dump, err := reads.Dump(ctx, files)
	if err != nil {
		return 0, 0, 0, err
	}
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return 0, 0, 0, err
	}
	defer conn.Close(ctx)
	if seconds, err = dump.Load(ctx, conn); err != nil {
		return 0, 0, 0, err
	}
	return dump.Rows, dump.Items, seconds, nil
}
