package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"xiaohao/domain"
	"xiaohao/events"
)

// benchAppendCmd measures whole commands, and what they stand under: plain guarded
// publishes of the same size to a server that syncs each write, and plain Postgres
// transactions (a row and its history, synchronous commit) on the same disk.
type benchAppendCmd struct {
	Writers []int         `default:"1,16,64" help:"How many write at once; several are measured one after the other."`
	Time    time.Duration `default:"6s" help:"How long each of the three is measured for each number of writers, in short turns."`
	Dir     string        `type:"path" help:"Where to write, on the disk to be measured. Default: the temporary directory."`
	JSON    bool          `name:"json" help:"One JSON object."`
}

// appendFigures is what was measured with n writers. All rates are a second.
type appendFigures struct {
	N             int     `json:"n"`
	Commands      float64 `json:"commands_per_s"`
	P50           float64 `json:"p50_ms"`
	P99           float64 `json:"p99_ms"`
	Raw           float64 `json:"raw_publish_per_s"`
	Ratio         float64 `json:"ratio"`
	Postgres      float64 `json:"postgres_tx_per_s"`
	RatioPostgres float64 `json:"ratio_postgres"`
}

type appendReport struct {
	Durability string          `json:"durability"`
	Writers    []appendFigures `json:"writers"`
}

// benchSlice is how long each of the three has its turn, so that a disk that is slow for a
// while is slow for all.
const benchSlice = 250 * time.Millisecond

func (c *benchAppendCmd) Run(ctx context.Context) error {
	dir, remove, err := scratch(c.Dir)
	if err != nil {
		return err
	}
	defer remove()
	desk, err := openBenchDesk(ctx, filepath.Join(dir, "desk"))
	if err != nil {
		return err
	}
	defer desk.close()
	raw, err := openRawLog(ctx, filepath.Join(dir, "raw"), benchPayload)
	if err != nil {
		return err
	}
	defer raw.close()
	pg, err := openRawTable(ctx, filepath.Join(dir, "pg"), benchPayload, slices.Max(c.Writers))
	if err != nil {
		return err
	}
	defer pg.close()

	st, err := desk.log.Status(ctx)
	if err != nil {
		return err
	}
	report := appendReport{Durability: st.Durability}
	for _, n := range c.Writers {
		f, err := measureAppend(ctx, n, max(1, int(c.Time/benchSlice)), desk, raw, pg)
		if err != nil {
			return err
		}
		report.Writers = append(report.Writers, f)
		if !c.JSON {
			fmt.Printf("%3d 人同时写：办理 %7.0f 次/秒（中位 %.2f 毫秒，p99 %.2f）；裸写日志 %7.0f 条/秒，比 %.2f；Postgres 事务 %7.0f 次/秒，比 %.2f\n",
				f.N, f.Commands, f.P50, f.P99, f.Raw, f.Ratio, f.Postgres, f.RatioPostgres)
		}
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(report)
	}
	return nil
}

// work makes writer w's next unit of work: a call that does one durable thing.
type workload interface {
	writer(w int) func(ctx context.Context) error
}

func measureAppend(ctx context.Context, n, turns int, desk *benchDesk, raw *rawLog, pg *rawTable) (appendFigures, error) {
	f := appendFigures{N: n}
	loads := []workload{desk, raw, pg}
	took, lasted := make([]latencies, len(loads)), make([]time.Duration, len(loads))
	for turn := range turns {
		for i := range loads {
			i = (i + turn) % len(loads) // what one leaves behind for the disk falls on each of the others
			all, d, err := drive(ctx, loads[i], n, benchSlice)
			if err != nil {
				return f, err
			}
			took[i] = append(took[i], all...)
			lasted[i] += d
		}
	}
	rate := func(i int) float64 { return float64(len(took[i])) / lasted[i].Seconds() }
	f.Commands, f.Raw, f.Postgres = rate(0), rate(1), rate(2)
	f.P50, f.P99 = took[0].ms(0.5), took[0].ms(0.99)
	f.Ratio, f.RatioPostgres = round(f.Commands/f.Raw), round(f.Commands/f.Postgres)
	f.Commands, f.Raw, f.Postgres = round(f.Commands), round(f.Raw), round(f.Postgres)
	return f, nil
}

// drive has n writers work for a while and returns how long each call took, and all together.
func drive(ctx context.Context, load workload, n int, d time.Duration) (latencies, time.Duration, error) {
	took, errs := make([]latencies, n), make([]error, n)
	var wg sync.WaitGroup
	began := time.Now()
	end := began.Add(d)
	for w := range n {
		work := load.writer(w)
		wg.Go(func() {
			for t := time.Now(); t.Before(end); {
				if errs[w] = work(ctx); errs[w] != nil {
					return
				}
				now := time.Now()
				took[w] = append(took[w], now.Sub(t))
				t = now
			}
		})
	}
	wg.Wait()
	return slices.Concat(took...), time.Since(began), errors.Join(errs...)
}

// benchDesk is the real thing below the pages: embedded log, vault, desk.
type benchDesk struct {
	*stack
}

func openBenchDesk(ctx context.Context, dir string) (*benchDesk, error) {
	s, err := openWriting(ctx, stackConfig{dir: dir, prefix: "BC", logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	return &benchDesk{s}, nil
}

// writer plays lives of twelve commands, one item after the other.
func (d *benchDesk) writer(int) func(context.Context) error {
	var item uuid.UUID
	step := 0
	return func(ctx context.Context) error {
		a, c := benchLife(step)
		rc, err := d.desk.Do(ctx, domain.Order{ID: uuid.New(), Item: item, Actor: a, Command: c})
		if err != nil {
			return err
		}
		if step++; step == benchLifeSteps {
			step, item = 0, uuid.Nil
		} else {
			item = rc.Item
		}
		return nil
	}
}

// benchLifeSteps is how many commands a life has; domain.md §8 expects 10–25 facts an item.
const benchLifeSteps = 12

var benchUnit = events.Unit{ID: "增口乡", Name: "增口乡"}

// benchLife is the command at a step of an ordinary life, and who gives it.
func benchLife(step int) (events.Actor, domain.Command) {
	clerk := events.Actor{ID: "clerk", Role: events.Dispatcher, Post: "交办员"}
	unit := func(r events.Role) events.Actor {
		return events.Actor{ID: "unit." + string(r), Role: r, Unit: benchUnit, Post: r.Zh()}
	}
	switch step {
	case 0:
		return clerk, domain.Raise{Text: "晚上没有公交车，曹氏服装厂的工人下班只能走回去，走一个多小时，女工害怕。", Name: "张三", Phone: "13800000000",
			Place: "增口乡曹氏服装厂门口", Area: "增口乡"}
	case 1:
		return clerk, domain.Accept{Title: "夜间没有公交车", Category: "民生", Mode: events.TimeLimited}
	case 2:
		return clerk, domain.Assign{Units: []domain.Assignee{{Unit: benchUnit, Part: events.Lead, Task: "协调开行夜班车"}}}
	case 3:
		return unit(events.UnitLiaison), domain.Sign{}
	case 9:
		return unit(events.Handler), domain.RecordEvidence{Title: "夜班车首班照片", Kind: events.ResultEvidence}
	case 10:
		return unit(events.UnitHead), domain.ReportRectified{Result: "夜班车开出第一班", Truth: events.True, Contacted: true,
			ContactNote: "11 月 20 日打电话说了", Solved: events.SolvedYes, Reply: "夜班车末班延到 21:40，在厂门口设站。"}
	case 11:
		return unit(events.UnitLiaison), domain.ApplyClosure{Tasks: true, Lawful: true, Alike: true, Cause: true}
	}
	return unit(events.Handler), domain.ReportProgress{Note: "又谈妥了一段线路，车辆和司机在落实", Done: float64(step), Total: 11, Unit: "公里"}
}
