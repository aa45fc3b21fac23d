package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// benchLiveCmd measures what pages cost that lie open and renew themselves while commands
// arrive: a server process of its own on the demonstration, and beside it clients that do what
// app.js does. The cost is what the server and its Postgres use with the pages open, less what they
// use for the same commands alone.
type benchLiveCmd struct {
	Pages    int           `default:"500" help:"Pages that lie open: half of them items, then units, desks, leaders, ledgers, boards."`
	Commands int           `default:"20" help:"Commands a second."`
	Time     time.Duration `default:"30s" help:"How long to measure, with pages and without."`
	Dir      string        `type:"path" help:"Where to write. Default: the temporary directory."`
	JSON     bool          `name:"json" help:"One JSON object."`
}

type liveReport struct {
	Pages    int     `json:"pages"`
	Commands float64 `json:"commands_per_s"` // that were carried out
	Alone    float64 `json:"alone_percent"`  // of one core, without pages
	Open     float64 `json:"open_percent"`   // of one core, with them
	Cost     float64 `json:"cost_percent"`
	Renewals float64 `json:"renewals_per_s"`
	ItemP95  float64 `json:"item_p95_ms"` // from acknowledged to a page of the item renewed
}

// openPage is a page that lies open.
type openPage struct{ path, as, item string }

func (c *benchLiveCmd) Run(ctx context.Context) error {
	dir, remove, err := scratch(c.Dir)
	if err != nil {
		return err
	}
	defer remove()
	program, err := os.Executable()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	data := filepath.Join(dir, "data")
	cmd := exec.CommandContext(ctx, program, "serve", "--demo", "--listen", "127.0.0.1:0", "--data", data)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that its Postgres goes with it
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	defer func() { cancel(); <-ended }()
	site, err := addressOf(ctx, filepath.Join(data, runningFile), ended)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, said.String())
	}
	x := &liveBench{site: site, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: c.Pages}}, acked: map[string]time.Time{}}
	pages, err := x.pages(ctx, c.Pages)
	if err != nil {
		return err
	}
	r := liveReport{Pages: c.Pages}
	if r.Alone, _, err = x.measure(ctx, cmd.Process.Pid, c, c.Time); err != nil {
		return err
	}
	live, stop := context.WithCancel(ctx)
	defer stop()
	var all sync.WaitGroup
	for _, p := range pages {
		all.Go(func() { x.lieOpen(live, p) })
	}
	x.opened(ctx, len(pages))
	if _, _, err = x.measure(ctx, cmd.Process.Pid, c, c.Time/4); err != nil { // the pages that need not wait have gone ahead
		return err
	}
	x.renewed.Store(0)
	x.mu.Lock()
	x.took = nil
	x.mu.Unlock()
	r.Open, r.Commands, err = x.measure(ctx, cmd.Process.Pid, c, c.Time)
	renewed := x.renewed.Load()
	stop()
	all.Wait()
	if err := errors.Join(err, x.failed); err != nil {
		return err
	}
	r.Cost, r.Renewals, r.ItemP95 = round(r.Open-r.Alone), round(float64(renewed)/c.Time.Seconds()), x.took.ms(0.95)
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	fmt.Printf("%d 页开着，每秒 %.1f 条命令：服务器和数据库用一个核的 %.1f%%，没有页开着时 %.1f%%，多 %.1f%%；每秒换新 %.1f 页；事项页从确认到换新 p95 %.0f 毫秒\n",
		r.Pages, r.Commands, r.Open, r.Alone, r.Cost, r.Renewals, r.ItemP95)
	return nil
}

// addressOf waits until the server says where it answers.
func addressOf(ctx context.Context, file string, ended <-chan struct{}) (string, error) {
	for {
		var run runningInfo
		if b, err := os.ReadFile(file); err == nil && json.Unmarshal(b, &run) == nil {
			return run.Address, nil
		}
		select {
		case <-ended:
			return "", errors.New("the server ended")
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

type liveBench struct {
	site    string
	client  *http.Client
	going   []string // numbers of items in work
	renewed atomic.Int64
	open    atomic.Int64

	mu     sync.Mutex
	acked  map[string]time.Time // of an item's last command
	took   latencies
	failed error
}

func (x *liveBench) fail(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.failed == nil {
		x.failed = err
	}
}

// do sends a request as somebody and returns the body.
func (x *liveBench) do(ctx context.Context, method, path, as, body string) ([]byte, error) {
	res, err := x.send(ctx, method, path, as, body)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("%s %s as %s: %s", method, path, as, res.Status)
	}
	return raw, err
}

func (x *liveBench) send(ctx context.Context, method, path, as, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, x.site+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Xiaohao-Act", url.PathEscape(as))
	return x.client.Do(req)
}

// pages chooses what lies open.
func (x *liveBench) pages(ctx context.Context, n int) ([]openPage, error) {
	raw, err := x.do(ctx, "GET", "/api/v1/items?state=IN_PROGRESS&size=200", "clerk", "")
	if err != nil {
		return nil, err
	}
	var l struct {
		Items []struct {
			Number string
			Lead   struct{ ID string }
		}
	}
	if err := json.Unmarshal(raw, &l); err != nil {
		return nil, err
	}
	if len(l.Items) == 0 {
		return nil, errors.New("the demonstration has no item in work")
	}
	for _, it := range l.Items {
		x.going = append(x.going, it.Number)
	}
	leader := "leader|" + demoLeader.ID + "|" + demoLeader.Post
	var out []openPage
	for i := range n {
		it := l.Items[i%len(l.Items)]
		unit := "unit|" + it.Lead.ID + "|HANDLER"
		switch {
		case i%2 == 0:
			out = append(out, openPage{"/items/" + it.Number, unit, it.Number})
		case i%20 < 12:
			out = append(out, openPage{"/unit", unit, ""})
		case i%20 < 16:
			out = append(out, openPage{"/desk", "clerk", ""})
		case i%20 < 18:
			out = append(out, openPage{"/leader", leader, ""})
		case i%40 < 20:
			out = append(out, openPage{"/items", "clerk", ""})
		default:
			out = append(out, openPage{"/board", "clerk", ""})
		}
	}
	return out, nil
}

var liveFrom = regexp.MustCompile(`data-live="(\d+)"`)

// lieOpen does what app.js does with a page until ctx ends.
func (x *liveBench) lieOpen(ctx context.Context, p openPage) {
	renew := func() (from string) {
		begun := time.Now()
		body, err := x.do(ctx, "GET", p.path, p.as, "")
		if err != nil {
			if ctx.Err() == nil {
				x.fail(err)
			}
			return ""
		}
		x.mu.Lock()
		if at, ok := x.acked[p.item]; ok && p.item != "" && begun.After(at) {
			x.took = append(x.took, time.Since(at))
			delete(x.acked, p.item)
		}
		x.mu.Unlock()
		m := liveFrom.FindSubmatch(body)
		if m == nil {
			x.fail(fmt.Errorf("%s does not say how far it is", p.path))
			return ""
		}
		return string(m[1])
	}
	from := renew()
	if from == "" {
		return
	}
	path := "/live?from=" + from
	if p.item != "" {
		path += "&item=" + url.QueryEscape(p.item)
	}
	res, err := x.send(ctx, "GET", path, p.as, "")
	if err != nil {
		if ctx.Err() == nil {
			x.fail(err)
		}
		return
	}
	defer res.Body.Close()
	x.open.Add(1)
	heard := make(chan struct{}, 1)
	go func() {
		defer close(heard)
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if lines.Text() == "event: change" {
				select {
				case heard <- struct{}{}:
				default:
				}
			}
		}
	}()
	for range heard {
		select {
		case <-ctx.Done():
			return
		case <-time.After(250 * time.Millisecond):
		}
		if renew() == "" {
			return
		}
		x.renewed.Add(1)
	}
}

// opened waits until so many pages lie open.
func (x *liveBench) opened(ctx context.Context, n int) {
	for x.open.Load() < int64(n) && ctx.Err() == nil {
		x.mu.Lock()
		failed := x.failed
		x.mu.Unlock()
		if failed != nil {
			return
		}
		time.Sleep(20 * time.Millisecond) // before anything is measured
	}
}

// measure gives commands for a while and returns what that took of one core, in percent, and how
// many were carried out a second.
func (x *liveBench) measure(ctx context.Context, pid int, c *benchLiveCmd, long time.Duration) (percent, rate float64, err error) {
	before, err := processorTime(pid)
	if err != nil {
		return 0, 0, err
	}
	begun := time.Now()
	var all sync.WaitGroup
	var done atomic.Int64
	tick := time.NewTicker(time.Second / time.Duration(c.Commands))
	defer tick.Stop()
	for i := 0; time.Since(begun) < long && ctx.Err() == nil; i++ {
		<-tick.C
		number := x.going[i%len(x.going)]
		all.Go(func() {
			if _, err := x.do(ctx, "POST", "/api/v1/items/"+number+"/add_opinion", "clerk", `{"text":"我也遇到了，请抓紧","channel":"CALL"}`); err != nil {
				x.fail(err)
				return
			}
			done.Add(1)
			x.mu.Lock()
			x.acked[number] = time.Now()
			x.mu.Unlock()
		})
	}
	all.Wait()
	took := time.Since(begun)
	after, err := processorTime(pid)
	return round(100 * (after - before).Seconds() / took.Seconds()), round(float64(done.Load()) / took.Seconds()), err
}

// processorTime is what a process and all that it started have used, as /proc says.
func processorTime(pid int) (time.Duration, error) {
	dirs, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(dirs) == 0 {
		return 0, &exitError{2, errors.New("bench live: processor time is read from /proc, which only Linux has")}
	}
	parent, used := map[int]int{}, map[int]int64{}
	for _, f := range dirs {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // it ended meanwhile
		}
		// After the name, which may have blanks: state ppid … utime(12th) stime cutime cstime
		fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		parent[id], _ = strconv.Atoi(fields[1])
		for _, t := range fields[11:15] { // with those that ended and were waited for
			n, _ := strconv.ParseInt(t, 10, 64)
			used[id] += n
		}
	}
	var ticks int64
	for id := range used {
		for at := id; at > 1; at = parent[at] {
			if at == pid {
				ticks += used[id]
				break
			}
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil // USER_HZ is 100 wherever Go runs
}
