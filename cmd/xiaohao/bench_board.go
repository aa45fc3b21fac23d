package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"xiaohao/domain/detect"
	"xiaohao/events"
	"xiaohao/events/journal"
	vaultmemory "xiaohao/events/vault/memory"
	"xiaohao/projections"
	"xiaohao/projections/localpg"
)

// benchBoardCmd measures what pages ask of the read models at growing sizes: boards (also
// of one unit, leader, ledger, campaign, and of past days), pages of the ledger under
// random filters at random depths, and searches for common and rare words, also in what people
// said.
//
// The rows are made by real commands and the real projector for a few thousand items, and
// then multiplied set-wise: each copy has its own id and number and lies a number of weeks
// earlier, and the counters are multiplied and moved with it. So every row is a copy of a
// projected one. What people said stays in the month in which the original was
// given, and its keys are in memory. Timelines are not multiplied: none of these pages reads
// them.
type benchBoardCmd struct {
	Items int    `default:"1000000" help:"The largest size; a tenth and a hundredth of it are measured too, from ten thousand on."`
	Base  int    `default:"2000" help:"Items made by commands, then multiplied."`
	N     int    `default:"300" help:"Requests of each kind and size."`
	Dir   string `type:"path" help:"Where to write. Default: the temporary directory."`
	JSON  bool   `name:"json" help:"One JSON object."`
}

type boardFigures struct {
	Items  int     `json:"items"`
	Board  float64 `json:"board_p95_ms"`
	Ledger float64 `json:"ledger_p95_ms"`
	Search float64 `json:"search_p95_ms"`

	BoardNow  float64 `json:"board_now_p95_ms"`  // of today
	BoardPast float64 `json:"board_past_p95_ms"` // of a past day
	Similar   float64 `json:"similar_p95_ms"`
	Ceiling   float64 `json:"round_trip_p95_ms"` // of the least that Postgres can be asked

	Pages []pageFigure `json:"pages"` // of the staff, rendered in full
}

type boardReport struct {
	Sizes []boardFigures `json:"sizes"`
	Rows  string         `json:"rows"` // how they were made
}

func (c *benchBoardCmd) Run(ctx context.Context) error {
	dir, remove, err := scratch(c.Dir)
	if err != nil {
		return err
	}
	defer remove()
	pg, err := localpg.Start(ctx, localpg.Config{Dir: filepath.Join(dir, "pg"), Params: map[string]string{"synchronous_commit": "off",
		"fsync": "off", "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "8GB", "shared_buffers": "512MB", "maintenance_work_mem": "256MB",
		"autovacuum": "off"}}) // only reading is measured
	if err != nil {
		return notToBeHad(err)
	}
	defer pg.Stop()
	reads, err := projections.Open(ctx, pg.DSN())
	if err != nil {
		return notToBeHad(err)
	}
	defer reads.Close()
	made, err := c.project(ctx, filepath.Join(dir, "log"), reads)
	if err != nil {
		return err
	}
	defer made.close()
	g, err := openGrower(ctx, pg.DSN())
	if err != nil {
		return err
	}
	defer g.close()
	report := boardReport{Rows: fmt.Sprintf("%d items by commands and projected, then copied set-wise", g.base)}
	for _, size := range c.sizes() {
		if err := g.grow(ctx, size); err != nil {
			return err
		}
		f, err := measureReads(ctx, reads, g, made.today, c.N)
		if err != nil {
			return err
		}
		if f.Pages, err = measurePages(ctx, reads, g, made, c.N/3); err != nil {
			return err
		}
		report.Sizes = append(report.Sizes, f)
		if !c.JSON {
			fmt.Printf("%8d 件：总览 %.2f 毫秒（今天的 %.2f，过去某天的 %.2f），台账一页 %.2f，搜索 %.2f，相似 %.2f（都是 p95）；空问一次 %.2f\n",
				f.Items, f.Board, f.BoardNow, f.BoardPast, f.Ledger, f.Search, f.Similar, f.Ceiling)
			for _, p := range f.Pages {
				fmt.Printf("%12s%s %.1f 毫秒（p95，整页）\n", "", p.Page, p.P95)
			}
		}
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(report)
	}
	return nil
}

func (c *benchBoardCmd) sizes() (out []int) {
	for _, n := range []int{c.Items / 100, c.Items / 10, c.Items} {
		if n >= 10_000 || n == c.Items {
			out = append(out, n)
		}
	}
	return out
}

// madeItems are the items that were made by commands, with the log that has them.
type madeItems struct {
	server *journal.Server
	nc     *nats.Conn
	log    *journal.Journal
	vault  *vaultmemory.Vault
	today  events.Date // on which the last command was given: the benchmark's today
}

func (m *madeItems) close() {
	if m.log != nil {
		_ = m.log.Close()
	}
	if m.nc != nil {
		m.nc.Close()
	}
	m.server.Stop()
}

// project makes items by commands and projects them. They are closed by the caller.
func (c *benchBoardCmd) project(ctx context.Context, dir string, reads *projections.Store) (_ *madeItems, err error) {
	server, err := journal.StartServer(journal.ServerConfig{Dir: dir})
	if err != nil {
		return nil, notToBeHad(err)
	}
	m := &madeItems{server: server}
	defer func() {
		if err != nil {
			m.close()
		}
	}()
	if m.nc, err = server.Connect(); err != nil {
		return nil, notToBeHad(err)
	}
	if m.log, err = journal.Open(ctx, m.nc, journal.Config{}); err != nil {
		return nil, notToBeHad(err)
	}
	js, err := jetstream.New(m.nc, jetstream.WithPublishAsyncMaxPending(512))
	if err != nil {
		return nil, err
	}
	l, err := newLives(js, max(c.Base/4, 1))
	if err != nil {
		return nil, err
	}
	if err := l.write(ctx, 12*c.Base); err != nil {
		return nil, err
	}
	if err := reads.SearchVerbatim(l.vault, detect.Mask); err != nil {
		return nil, err
	}
	if err := project(ctx, reads, m.log, l.log.last); err != nil {
		return nil, err
	}
	if _, err := reads.Verify(ctx, m.log); err != nil { // reads what people said, too
		return nil, err
	}
	m.vault, m.today = l.vault, events.DateOf(l.now)
	return m, nil
}

// project runs the projector until the rows hold everything up to last.
func project(ctx context.Context, reads *projections.Store, log *journal.Journal, last uint64) error {
	run, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- reads.Run(run, log) }()
	for {
		if h := reads.Health(ctx); h.Position.Sequence >= last && !h.Loading {
			cancel()
			<-ended
			return nil
		}
		select {
		case err := <-ended:
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// measureReads asks what pages ask.
func measureReads(ctx context.Context, s *projections.Store, g *grower, today events.Date, n int) (boardFigures, error) {
	m := &mix{s: s, g: g, today: today, rand: rand.New(rand.NewPCG(3, uint64(g.size)))}
	if err := m.learn(ctx); err != nil {
		return boardFigures{}, err
	}
	f := boardFigures{Items: g.size}
	var board, now, past, list, find, alike, ceiling latencies
	timed := func(into *latencies, ask func(context.Context) error) error {
		begun := time.Now()
		err := ask(ctx)
		*into = append(*into, time.Since(begun))
		return err
	}
	for i := range n + n/5 {
		if i == n/5 { // what came before only warmed up
			board, now, past, list, find, alike, ceiling = nil, nil, nil, nil, nil, nil, nil
		}
		into, ask := &now, m.board
		if m.rand.IntN(8) == 0 {
			into, ask = &past, m.pastBoard
		}
		if err := timed(into, ask); err != nil {
			return f, err
		}
		board = append(board, (*into)[len(*into)-1])
		if err := timed(&ceiling, g.ping); err != nil {
			return f, err
		}
		if err := timed(&list, m.page); err != nil {
			return f, err
		}
		if err := timed(&find, m.search); err != nil {
			return f, err
		}
		if err := timed(&alike, m.similar); err != nil {
			return f, err
		}
	}
	f.Ceiling = ceiling.ms(0.95)
	f.Board, f.BoardNow, f.BoardPast = board.ms(0.95), now.ms(0.95), past.ms(0.95)
	f.Ledger, f.Search, f.Similar = list.ms(0.95), find.ms(0.95), alike.ms(0.95)
	return f, nil
}
