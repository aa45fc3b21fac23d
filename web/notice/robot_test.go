package notice

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// group is a robot's endpoint. It shows the group what it is sent, and answers as it is told
// to before it answers well.
type group struct {
	mu    sync.Mutex
	first []http.HandlerFunc
	taken []string
}

func (g *group) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	g.mu.Lock()
	var odd http.HandlerFunc
	if len(g.first) > 0 {
		odd, g.first = g.first[0], g.first[1:]
	}
	g.taken = append(g.taken, string(raw))
	g.mu.Unlock()
	if odd != nil {
		odd(w, r)
		return
	}
	fmt.Fprint(w, `{"errcode":0,"errmsg":"ok"}`)
}

func (g *group) said() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.taken...)
}

func sender(o *Outbox, c Config, now func() time.Time) *Sender {
	return &Sender{Outbox: o, Config: c, Now: now, Log: slog.New(slog.DiscardHandler)}
}

// only has one notice wait for a robot.
func only(t *testing.T, g http.Handler) (o *Outbox, s *Sender, later func()) {
	t.Helper()
	srv := httptest.NewServer(g)
	t.Cleanup(srv.Close)
	o, at := box(t, 1, "群", "群"), time.Now()
	s = sender(o, Config{Robots: []Robot{{Name: "群", Kind: DingTalk, URL: srv.URL + "?access_token=x", Secret: "SECsecret"}}}, func() time.Time { return at })
	return o, s, func() { at = at.Add(2 * time.Hour) }
}

func (s *Sender) rounds(t *testing.T, n int, later func()) {
	t.Helper()
	for range n {
		if _, err := s.round(t.Context(), impatient(s.channels()[0])); err != nil {
			t.Fatal(err)
		}
		later()
	}
}

// What may have arrived is sent no second time by the program; a person is asked, and what
// surely did not arrive is tried again: nothing is said twice, nothing is lost.
func TestRobotsFail(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	says := func(code int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code); fmt.Fprint(w, text) }
	}
	for _, x := range []struct {
		name   string
		odd    http.HandlerFunc
		unsure bool
	}{
		{"answers 500", says(500, ""), true},
		{"a gateway answers 504", says(504, "<html>"), true},
		{"lies: 200 and a page to sign in", says(200, "<html>登录</html>"), true},
		{"lies: 200 and nothing that it took it", says(200, `{}`), true},
		{"cuts the line", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true},
		{"hangs", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-hang:
			}
		}, true},
		{"refuses in its answer", says(200, `{"errcode":310000,"errmsg":"sign not match"}`), false},
		{"is asked too often", says(429, ""), false},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			g := &group{first: []http.HandlerFunc{x.odd}}
			o, s, later := only(t, g)
			s.rounds(t, attempts+2, later)
			aside, err := o.Deliveries(t.Context(), true, 9)
			if err != nil {
				t.Fatal(err)
			}
			if !x.unsure {
				if len(aside) != 0 || len(g.said()) != 2 {
					t.Errorf("set aside %+v; sent %d times, want once again after the refusal", aside, len(g.said()))
				}
				return
			}
			if len(g.said()) != 1 || len(aside) != 1 || !aside[0].Unsure {
				t.Fatalf("sent %d times, set aside %+v", len(g.said()), aside)
			}
			if ok, err := o.Again(t.Context(), aside[0].Notice, "群", "群", s.Now()); err != nil || !ok {
				t.Fatal(ok, err)
			}
			s.rounds(t, 2, later)
			if got := g.said(); len(got) != 2 || !strings.Contains(got[1], "QG-0：催办。") {
				t.Errorf("after a person asked for it: %v", got)
			}
		})
	}
}

// A robot that is not there is tried until it is.
func TestRobotNotThere(t *testing.T) {
	g := &group{}
	o, s, later := only(t, g)
	url := s.Config.Robots[0].URL
	s.Config.Robots[0].URL = "http://127.0.0.1:1/"
	s.rounds(t, 3, later)
	if dead, unsure, err := o.Aside(t.Context()); err != nil || dead != 0 || unsure != 0 {
		t.Fatal(dead, unsure, err)
	}
	s.Config.Robots[0].URL = url
	s.rounds(t, 2, later)
	if len(g.said()) != 1 {
		t.Errorf("said %v", g.said())
	}
}

// A person looked: it had arrived. All that went in the message is settled with it.
func TestArrived(t *testing.T) {
	g := &group{first: []http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }}}
	srv := httptest.NewServer(g)
	defer srv.Close()
	o := box(t, 5, "群", "群")
	s := sender(o, Config{Robots: []Robot{{Name: "群", Kind: WeCom, URL: srv.URL}}}, time.Now)
	s.rounds(t, 1, func() {})
	if dead, unsure, err := o.Aside(t.Context()); err != nil || dead != 5 || unsure != 5 {
		t.Fatal(dead, unsure, err)
	}
	ds, err := o.Deliveries(t.Context(), true, 9)
	if err != nil || len(ds) != 5 || ds[0].Together != 5 {
		t.Fatalf("%+v, %v", ds, err)
	}
	if ok, err := o.Arrived(t.Context(), ds[0].Notice, "群", "群", time.Now()); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if dead, _, err := o.Aside(t.Context()); err != nil || dead != 0 || len(g.said()) != 1 {
		t.Error(dead, err, g.said())
	}
}

// A process that dies while it sends: a group is not told again by itself, a system is, under
// the same id.
func TestSenderDies(t *testing.T) {
	g := &group{}
	o, s, _ := only(t, g)
	dies := func(c channel) {
		cs, err := o.claim(t.Context(), c, s.Now(), atOnce)
		if err != nil || len(cs) != 1 {
			t.Fatal(len(cs), err)
		}
		if err := o.begin(t.Context(), cs, s.Now()); err != nil {
			t.Fatal(err)
		}
		if _, err := o.pool.Exec(t.Context(), `update notice.delivery set held = now() - interval '1 s'`); err != nil { // its lease is over
			t.Fatal(err)
		}
	}
	dies(s.channels()[0])
	s.rounds(t, 2, func() {})
	if dead, unsure, err := o.Aside(t.Context()); err != nil || dead != 1 || unsure != 1 || len(g.said()) != 0 {
		t.Fatal(dead, unsure, err, g.said())
	}
	hooked := &group{}
	srv := httptest.NewServer(hooked)
	defer srv.Close()
	s.Config = Config{Webhooks: []Webhook{{Name: "群", URL: srv.URL, Secret: "0123456789abcdef"}}}
	if ok, err := o.Again(t.Context(), "c0/0/role|DISPATCHER", "群", "群", s.Now()); err != nil || !ok {
		t.Fatal(ok, err)
	}
	dies(s.channels()[0])
	s.rounds(t, 2, func() {})
	if len(hooked.said()) != 1 {
		t.Errorf("a system was told %d times", len(hooked.said()))
	}
}

// The program stops while a robot hangs: it does not wait for long, and says that the message
// may have arrived.
func TestStopWhileSending(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	g := &group{first: []http.HandlerFunc{func(_ http.ResponseWriter, r *http.Request) {
		stop()
		<-r.Context().Done()
	}}}
	o, s, _ := only(t, g)
	began := time.Now()
	if _, err := s.round(ctx, s.channels()[0]); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > sendTimeout/2 {
		t.Errorf("stopping took %v", took)
	}
	if _, unsure, err := o.Aside(t.Context()); err != nil || unsure != 1 {
		t.Error(unsure, err)
	}
}

// 飞书 wants the second and the signature in the body, 钉钉 the millisecond and the signature
// in the address; each as its maker describes it.
func TestRobotSignatures(t *testing.T) {
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	var query, body string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		query, body = r.URL.RawQuery, string(raw)
		fmt.Fprint(w, `{"code":0,"msg":"success","errcode":0}`)
	}))
	defer srv.Close()
	if err := (Robot{Kind: Feishu, URL: srv.URL, Secret: "demo"}).send(t.Context(), fresh, "QG-1：催办。", at); err != nil {
		t.Fatal(err)
	}
	var m struct {
		Timestamp, Sign string
		Kind            string `json:"msg_type"`
		Content         struct{ Text string }
	}
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatal(err)
	}
	// HMAC-SHA256 over nothing, the key being the second, a line break and the secret.
	if want := base64.StdEncoding.EncodeToString(mac("1795510800\ndemo", "")); m.Timestamp != "1795510800" || m.Sign != want || m.Kind != "text" || m.Content.Text != "QG-1：催办。" {
		t.Errorf("飞书 got %+v, want sign %s", m, want)
	}
	if err := (Robot{Kind: DingTalk, URL: srv.URL + "?access_token=x", Secret: "demo"}).send(t.Context(), fresh, "QG-1：催办。", at); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(query, "access_token=x&timestamp=1795510800000&sign=") || !strings.Contains(body, `"msgtype":"text"`) {
		t.Errorf("钉钉 got ?%s %s", query, body)
	}
	if err := (Robot{Kind: Feishu, URL: srv.URL}).send(t.Context(), fresh, "x", at); err != nil || strings.Contains(body, "sign") {
		t.Errorf("飞书 without a secret: %s, %v", body, err)
	}
	lies := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"code":19021,"msg":"sign match fail"}`) }))
	defer lies.Close()
	var maybe maybeSent
	if err := (Robot{Kind: Feishu, URL: lies.URL}).send(t.Context(), fresh, "x", at); err == nil || errors.As(err, &maybe) || !strings.Contains(err.Error(), "19021") {
		t.Errorf("a refusal of 飞书: %v", err)
	}
}

// impatient gives the channel a moment only, so that a test need not wait for a hang.
func impatient(c channel) channel {
	send := c.send
	c.send = func(ctx context.Context, cs []claimed) error {
		ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		defer cancel()
		return send(ctx, cs)
	}
	return c
}

// What fails for good is set aside, shown, and sent when somebody asks for it.
func TestDeadLetters(t *testing.T) {
	g := &group{}
	for range attempts {
		g.first = append(g.first, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) })
	}
	srv := httptest.NewServer(g)
	defer srv.Close()
	o := box(t, 1, "群", "群")
	at := time.Now()
	s := sender(o, Config{Robots: []Robot{{Name: "群", Kind: WeCom, URL: srv.URL}}}, func() time.Time { return at })
	for range attempts + 3 {
		if _, err := s.round(t.Context(), s.channels()[0]); err != nil {
			t.Fatal(err)
		}
		at = at.Add(2 * time.Hour)
	}
	dead, err := o.Deliveries(t.Context(), true, 9)
	if err != nil || len(dead) != 1 || dead[0].Attempts != attempts || !strings.Contains(dead[0].Error, "404") {
		t.Fatalf("set aside %+v, %v", dead, err)
	}
	if ok, err := o.Again(t.Context(), dead[0].Notice, "群", "群", at); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := s.round(t.Context(), s.channels()[0]); err != nil {
		t.Fatal(err)
	}
	if len(g.said()) != attempts+1 {
		t.Errorf("sent %d times", len(g.said()))
	}
}
