package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"

	"xiaohao/events/journal"
	"xiaohao/projections"
	"xiaohao/projections/localpg"
)

// rebuildCmd makes the read models anew from the log, beside those that are served.
type rebuildCmd struct {
	Parked   bool   `help:"Only try again what was set aside because it could not be applied."`
	Data     string `type:"path" env:"XIAOHAO_DATA" help:"Data directory. A running server rebuilds by itself and goes on serving."`
	Demo     bool   `help:"The demonstration's data."`
	Postgres string `name:"postgres" env:"XIAOHAO_POSTGRES" help:"Postgres address. Default: the private one."`
	JSON     bool   `name:"json" help:"One JSON object."`
	remoteFlags
}

// retried is what came of rebuild --parked.
type retried struct {
	Applied int `json:"applied"` // commits
	Parked  int `json:"parked"`  // still
}

func (c *rebuildCmd) Run(ctx context.Context) error {
	dir, err := findData(c.Data, c.Demo)
	if err != nil {
		return err
	}
	if c.Parked {
		return c.retry(ctx, dir)
	}
	var out projections.Rebuilt
	bar := newProgress()
	if c.Nats == "" {
		out, err = callWatching[projections.Rebuilt](ctx, dir, "/rebuild", struct{}{}, bar.show)
	}
	if c.Nats != "" || errors.Is(err, errNotRunning) {
		err = withReads(ctx, dir, c.Postgres, c.remoteFlags, func(log *journal.Journal, reads *projections.Store) error {
			out, err = reads.Rebuild(ctx, log, bar.show)
			return err
		})
	}
	bar.end()
	if err != nil {
		return err
	}
	if c.JSON {
		if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
			return err
		}
	} else {
		fmt.Printf("读模型已重建并切换：第 %d 代，到第 %d 号，用了 %s。\n", out.Generation, out.Position.Sequence, out.Took.Round(time.Millisecond))
	}
	switch {
	case out.Difference != "":
		return fmt.Errorf("原来的读模型与日志不一致，已换成由日志重建的。第一处不同：%s", out.Difference)
	case !c.JSON && out.Compared:
		fmt.Println("与原来的逐行比较：完全一致。")
	}
	return nil
}

func (c *rebuildCmd) retry(ctx context.Context, dir string) error {
	var out retried
	err := errNotRunning
	if c.Nats == "" {
		err = callControl(ctx, dir, "/rebuild/parked", struct{}{}, &out)
	}
	if errors.Is(err, errNotRunning) {
		err = withReads(ctx, dir, c.Postgres, c.remoteFlags, func(log *journal.Journal, reads *projections.Store) error {
			out.Applied, out.Parked, err = reads.RetryParked(ctx, log)
			return err
		})
	}
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(os.Stdout).Encode(out)
	} else {
		fmt.Printf("补上了 %d 条，还搁着 %d 条。\n", out.Applied, out.Parked)
	}
	if err == nil && out.Parked > 0 {
		err = errors.New("还有搁置的记录：原因见 xiaohao status")
	}
	return err
}

// rebuilds lets one rebuild at a time run in a server, and says how far it is.
type rebuilds struct {
	busy atomic.Bool
	now  atomic.Pointer[projections.Progress]
}

func (s *stack) rebuild(ctx context.Context, _ struct{}) (projections.Rebuilt, error) {
	if !s.rebuilds.busy.CompareAndSwap(false, true) {
		return projections.Rebuilt{}, errors.New("已经在重建。")
	}
	defer s.rebuilds.busy.Store(false)
	s.rebuilds.now.Store(nil)
	return s.reads.Rebuild(ctx, s.log, func(p projections.Progress) { s.rebuilds.now.Store(&p) })
}

func (s *stack) rebuildProgress(context.Context, struct{}) (projections.Progress, error) {
	if p := s.rebuilds.now.Load(); p != nil {
		return *p, nil
	}
	return projections.Progress{}, nil
}

func (s *stack) retryParked(ctx context.Context, _ struct{}) (out retried, err error) {
	out.Applied, out.Parked, err = s.reads.RetryParked(ctx, s.log)
	return out, err
}

// withReads opens log and read models where no server runs on them, or beside servers that
// use the same ones, with a runner at work or standing by.
func withReads(ctx context.Context, dir, postgres string, servers remoteFlags, f func(*journal.Journal, *projections.Store) error) error {
	use := func(log *journal.Journal) error {
		dsn := postgres
		if dsn == "" {
			pg, err := localpg.Start(ctx, localpg.Config{Dir: filepath.Join(dir, "pg"), Log: logWriter{slog.New(slog.DiscardHandler)}, Params: privatePostgres})
			if err != nil {
				return notToBeHad(err)
			}
			defer pg.Stop()
			dsn = pg.DSN()
		}
		reads, err := projections.Open(ctx, dsn)
		if err != nil {
			return notToBeHad(err)
		}
		defer reads.Close()
		run, cancel := context.WithCancelCause(ctx)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			cancel(reads.Run(run, log))
		}()
		defer func() { cancel(nil); <-ended }()
		return f(log, reads)
	}
	if servers.Nats != "" {
		return withRemoteLog(ctx, servers, use)
	}
	return withOwnLog(ctx, dir, use)
}

// verifyReads compares the read models with the log, row by row.
func verifyReads(ctx context.Context, dir, postgres string, servers remoteFlags) error {
	var out struct {
		Difference string `json:"difference"`
	}
	err := errNotRunning
	if servers.Nats == "" {
		err = callControl(ctx, dir, "/verify/reads", struct{}{}, &out)
	}
	if errors.Is(err, errNotRunning) {
		err = withReads(ctx, dir, postgres, servers, func(log *journal.Journal, reads *projections.Store) error {
			out.Difference, err = reads.Verify(ctx, log)
			return err
		})
	}
	if err == nil && out.Difference != "" {
		err = fmt.Errorf("读模型与日志不一致，第一处不同：%s", out.Difference)
	}
	return err
}

// readModels is verify --read-models.
func (c *verifyCmd) readModels(ctx context.Context, dir string) error {
	err := verifyReads(ctx, dir, c.Postgres, c.remoteFlags)
	if err == nil && !c.JSON {
		fmt.Println("读模型与日志逐行一致。")
	}
	return err
}

// progress shows how far a rebuild is: a bar on a terminal, else a line now and then.
type progress struct {
	bar   *progressbar.ProgressBar // nil when this is no terminal
	begun time.Time
	said  time.Time
	phase string
}

func newProgress() *progress {
	p := &progress{begun: time.Now()}
	if st, err := os.Stderr.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
		p.bar = progressbar.NewOptions64(1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("重建读模型"),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("条"), progressbar.OptionSetPredictTime(true),
			progressbar.OptionSetWidth(30), progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	return p
}

// phases are what is being done, for people.
var phases = map[string]string{"LOADING": "读日志", "INDEXING": "建索引", "COMPARING": "与原来的比较", "SWITCHED": "已切换"}

func (p *progress) show(now projections.Progress) {
	if now.Head == 0 { // not begun
		return
	}
	changed := now.Phase != p.phase
	p.phase = now.Phase
	if p.bar != nil {
		p.bar.ChangeMax64(int64(now.Head))
		p.bar.Describe(phases[now.Phase])
		_ = p.bar.Set64(int64(now.At)) // a broken terminal ends nothing
		return
	}
	if !changed && time.Since(p.said) < 2*time.Second {
		return
	}
	p.said = time.Now()
	rate := float64(now.At) / time.Since(p.begun).Seconds()
	left := time.Duration(0)
	if rate > 0 && now.Head > now.At {
		left = time.Duration(float64(now.Head-now.At) / rate * float64(time.Second))
	}
	fmt.Fprintf(os.Stderr, "%s：%d / %d，每秒 %.0f 条，约剩 %s\n", phases[now.Phase], now.At, now.Head, rate, left.Round(time.Second))
}

func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
