package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"xiaohao/domain"
	"xiaohao/events/journal"
	"xiaohao/events/vault"
	"xiaohao/projections"
	"xiaohao/projections/localpg"
	"xiaohao/web"
	"xiaohao/web/shield"
)

// benchPublicCmd measures the page that tells a petitioner what became of it: number and
// code sent by form, over loopback, the clients on the same machine. Every item was made by
// commands and projected; its words are opened by the real vault for each answer. It asks in
// two ways: first for items that nobody asked for before, each once, which makes every page
// anew; then for one item in twenty, again and again, as people do who wait for news. Before
// the second is measured each of those was asked for once: with many items the time to warm
// up is too short for that, and the figure would be of both.
type benchPublicCmd struct {
	Items   int           `default:"100000" help:"Items in the read models."`
	Clients int           `default:"32" help:"Connections that ask at once."`
	Time    time.Duration `default:"10s" help:"How long to ask, after a fifth of it to warm up."`
	Dir     string        `type:"path" help:"Where to write. Default: the temporary directory."`
	JSON    bool          `name:"json" help:"One JSON object."`
}

type publicReport struct {
	Items    int     `json:"items"`
	Asked    int     `json:"asked"` // of the items, again and again
	Requests float64 `json:"requests_per_s"`
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
	Bytes    int     `json:"bytes"` // of an answer's body over the wire, mean

	First    float64 `json:"first_requests_per_s"` // each for an item that was not asked for before
	FirstP50 float64 `json:"first_p50_ms"`
	FirstP99 float64 `json:"first_p99_ms"`

	Ceiling float64 `json:"raw_requests_per_s"` // of a server that sends as many bytes and does nothing else
	Ratio   float64 `json:"ratio"`
}

// slip is what a petitioner holds.
type slip struct{ number, code string }

func (c *benchPublicCmd) Run(ctx context.Context) error {
	dir, remove, err := scratch(c.Dir)
	if err != nil {
		return err
	}
	defer remove()
	pg, err := localpg.Start(ctx, localpg.Config{Dir: filepath.Join(dir, "pg"), Params: privatePostgres})
	if err != nil {
		return notToBeHad(err)
	}
	defer pg.Stop()
	reads, err := projections.Open(ctx, pg.DSN())
	if err != nil {
		return notToBeHad(err)
	}
	defer reads.Close()
	server, err := journal.StartServer(journal.ServerConfig{Dir: filepath.Join(dir, "log")})
	if err != nil {
		return notToBeHad(err)
	}
	defer server.Stop()
	keys, desk, proofs, err := c.fill(ctx, dir, server, reads)
	if err != nil {
		return err
	}
	site, err := web.New(web.Config{Site: "整改销号", Owner: "领导小组办公室", Phone: "12345", Proxies: shield.Proxies{netip.MustParsePrefix("127.0.0.0/8")}},
		desk, reads, keys)
	if err != nil {
		return err
	}
	r, asked := publicReport{Items: len(proofs), Asked: max(len(proofs)/20, 1)}, proofs[:max(len(proofs)/20, 1)]
	first, _, err := c.ask(ctx, site, &queries{proofs: proofs[len(asked):], once: true, pages: true})
	if err != nil {
		return err
	}
	r.First, r.FirstP50, r.FirstP99 = first.rate, first.took.ms(0.5), first.took.ms(0.99)
	again, bytes, err := c.ask(ctx, site, &queries{proofs: asked, pages: true})
	if err != nil {
		return err
	}
	r.Requests, r.P50, r.P99, r.Bytes = again.rate, again.took.ms(0.5), again.took.ms(0.99), bytes
	body := make([]byte, bytes)
	raw, _, err := c.ask(ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	}), &queries{proofs: asked})
	if err != nil {
		return err
	}
	r.Ceiling = raw.rate
	r.Ratio = round(r.Requests / r.Ceiling)
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	fmt.Printf("%d 件，其中 %d 件反复查：%.0f 次/秒，中位 %.2f 毫秒，p99 %.2f；每次 %d 字节；只收发同样多字节的 %.0f 次/秒，比 %.2f\n每件头一次查：%.0f 次/秒，中位 %.2f 毫秒，p99 %.2f\n",
		r.Items, r.Asked, r.Requests, r.P50, r.P99, r.Bytes, r.Ceiling, r.Ratio, r.First, r.FirstP50, r.FirstP99)
	return nil
}

// fill makes the items and projects them.
func (c *benchPublicCmd) fill(ctx context.Context, dir string, server *journal.Server, reads *projections.Store) (web.Opener, *domain.Desk, []slip, error) {
	nc, err := server.Connect()
	if err != nil {
		return nil, nil, nil, notToBeHad(err)
	}
	log, err := journal.Open(ctx, nc, journal.Config{})
	if err != nil {
		return nil, nil, nil, notToBeHad(err)
	}
	keys, err := masterFlags{}.open(ctx, nc, dir, vault.Config{})
	if err != nil {
		return nil, nil, nil, err
	}
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(512))
	if err != nil {
		return nil, nil, nil, err
	}
	l, err := newLives(js, max(c.Items/20, 1))
	if err != nil {
		return nil, nil, nil, err
	}
	l.desk.Vault = keys
	var proofs []slip
	l.raised = func(rc domain.Receipt) { proofs = append(proofs, slip{rc.Number, rc.Code}) }
	for len(proofs) < c.Items {
		if _, err := l.step(ctx); err != nil {
			return nil, nil, nil, err
		}
	}
	if err := l.log.flush(ctx); err != nil {
		return nil, nil, nil, err
	}
	return keys, l.desk, proofs, project(ctx, reads, log, l.log.last)
}

// asking is how it went: a rate, and how long each took.
type asking struct {
	rate float64
	took latencies
}

// ask sends queries from many connections and checks that each is answered with the page.
func (c *benchPublicCmd) ask(ctx context.Context, h http.Handler, load *queries) (asking, int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return asking{}, 0, err
	}
	srv := &http.Server{Handler: h}
	go func() { _ = srv.Serve(ln) }() // ends with the listener
	defer srv.Close()
	load.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: c.Clients, DisableCompression: true}}
	defer load.client.CloseIdleConnections()
	load.url, load.bytes = "http://"+ln.Addr().String()+"/q", make([]int, c.Clients)
	for warm := false; !warm; warm = load.once || int(load.next.Load()) >= len(load.proofs) {
		if _, _, err := drive(ctx, load, c.Clients, c.Time/5); err != nil {
			return asking{}, 0, err
		}
	}
	clear(load.bytes)
	took, lasted, err := drive(ctx, load, c.Clients, c.Time)
	if err != nil {
		return asking{}, 0, err
	}
	if n := int(load.next.Load()); load.once && n > len(load.proofs) {
		return asking{}, 0, fmt.Errorf("asked for %d items, each once, and there are %d: take more items or less time", n, len(load.proofs))
	}
	var bytes int
	for _, n := range load.bytes {
		bytes += n
	}
	return asking{round(float64(len(took)) / lasted.Seconds()), took}, bytes / max(len(took), 1), nil
}

// queries is the workload of petitioners, each at an address of its own.
type queries struct {
	url    string
	client *http.Client
	proofs []slip
	once   bool         // each item once, and no more
	next   atomic.Int64 // how many queries were begun: the first ones are for each item in turn
	pages  bool         // answers are pages, and some are read
	bytes  []int        // by writer
}

func (q *queries) writer(w int) func(context.Context) error {
	rnd := rand.New(rand.NewPCG(uint64(w), 5))
	asked := 0
	return func(ctx context.Context) error {
		n := int(q.next.Add(1) - 1)
		if !q.once && n >= len(q.proofs) {
			n = rnd.IntN(len(q.proofs))
		}
		p := q.proofs[n%len(q.proofs)]
		form := url.Values{"no": {p.number}, "code": {p.code}}.Encode()
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, q.url, strings.NewReader(form))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set("X-Forwarded-For", netip.AddrFrom4([4]byte{10, byte(rnd.Uint32()), byte(rnd.Uint32()), byte(rnd.Uint32())}).String())
		resp, err := q.client.Do(r)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		q.bytes[w] += len(body)
		if asked++; !q.pages || asked%100 != 1 {
			if resp.StatusCode != http.StatusOK {
				return fmt.Errorf("query of %s: %s", p.number, resp.Status)
			}
			return nil
		}
		z, err := gzip.NewReader(strings.NewReader(string(body)))
		if err != nil {
			return err
		}
		page, err := io.ReadAll(z)
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK || !strings.Contains(string(page), p.number) {
			return errors.New("query of " + p.number + ": " + resp.Status + ", without its number")
		}
		return nil
	}
}
