package notice

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/projections"
	"xiaohao/projections/localpg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// private stands for whatever can name a person, in every text of every fact.
const private = "林某某13800138000"

func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case events.Date:
		v.Set(reflect.ValueOf(events.NewDate(2026, 11, 30)))
		return
	case events.Sealed:
		v.Set(reflect.ValueOf(events.Secret(private)))
		return
	case events.Unit:
		v.Set(reflect.ValueOf(events.Unit{ID: "u1", Name: private}))
		return
	case events.Watch:
		v.SetString(string(events.WatchAnswer))
		return
	case events.SupervisionLevel:
		v.SetString(string(events.Red))
		return
	case events.Satisfaction:
		v.SetString(string(events.Dissatisfied))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(private)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	}
}

// Whatever a fact says in its own words, no notice repeats it.
func TestNothingPersonal(t *testing.T) {
	it := projections.Item{ID: "i", Number: "QG-2026-000001", Class: events.Ordinary, Title: private, Lead: events.Unit{ID: "u1", Name: private},
		Leader: events.Leader{ID: "l1", Post: private}}
	told := 0
	for _, e := range []events.Event{events.ItemRaised{}, events.OpinionAdded{}, events.ItemAccepted{}, events.ItemAssigned{}, events.CoUnitAdded{},
		events.SupervisionIssued{}, events.SupervisionAnswered{}, events.AttentionCalled{}, events.LeaderInstructed{}, events.ExtensionRequested{},
		events.ExtensionGranted{}, events.ExtensionDenied{}, events.ReturnRequested{}, events.SignOffRefused{}, events.RedoOrdered{}, events.ItemReopened{},
		events.ObjectionRaised{}, events.Evaluated{}, events.RectificationReported{}, events.ReplyIssued{}} {
		p := reflect.New(reflect.TypeOf(e))
		fill(p.Elem())
		e := p.Elem().Interface().(events.Event)
		switch x := e.(type) { // numbers of slips are the program's own
		case events.SupervisionIssued:
			x.Slip, x.Ref, e = "QG-2026-000001-D1", "QG-2026-000001-D1", x
			e = x
		case events.SupervisionAnswered:
			x.Slip = "QG-2026-000001-D1"
			e = x
		case events.AttentionCalled:
			x.Ref = "QG-2026-000001-D1"
			e = x
		}
		ns := About(events.Recorded{Commit: events.Commit{CommandID: uuid.New(), Events: []events.Event{e}}}, &it)
		for _, n := range ns {
			told++
			if strings.Contains(n.Says, private) || strings.Contains(n.Says, "138") {
				t.Errorf("%T tells %q", e, n.Says)
			}
		}
	}
	if told < 15 {
		t.Errorf("only %d notices", told)
	}
	it.Class = events.Conduct
	for _, n := range About(events.Recorded{Commit: events.Commit{CommandID: uuid.New(), Events: []events.Event{events.LeaderInstructed{}}}}, &it) {
		if !n.Inside {
			t.Error("举报 leaves the program")
		}
	}
}

// box is an outbox with n notices that wait for a channel.
func box(t *testing.T, n int, channel, address string) *Outbox {
	t.Helper()
	o, err := OpenOutbox(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Close)
	var ns []Notice
	var ds []delivery
	for i := range n {
		id := fmt.Sprintf("c%d/0/role|DISPATCHER", i)
		ns = append(ns, Notice{ID: id, Box: "role|DISPATCHER", Item: "i", Number: fmt.Sprintf("QG-%d", i), Kind: "supervision.issued",
			Says: fmt.Sprintf("QG-%d：催办。", i), At: time.Now()})
		ds = append(ds, delivery{id, channel, address, time.Now().Add(-time.Second)})
	}
	for range 2 { // keeping them twice keeps them once
		if err := o.keep(t.Context(), "log", 0, 0, ns, ds); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// group is a robot's endpoint that does what it is told to before it takes messages.
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
	} else {
		g.taken = append(g.taken, string(raw))
	}
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

// A robot that answers 500, lies, cuts the line and hangs gets every notice once when it is
// well again, in one message, and nothing is lost meanwhile.
func TestRobotsFail(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	g := &group{first: []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"errcode":310000,"errmsg":"sign not match"}`)
		},
		func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `<html>登录</html>`) },
		func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-hang:
			}
		},
	}}
	srv := httptest.NewServer(g)
	defer srv.Close()
	o := box(t, 5, "办公室群", "办公室群")
	at := time.Now()
	c := Config{Robots: []Robot{{Name: "办公室群", Kind: DingTalk, URL: srv.URL + "?access_token=x", Secret: "SECsecret"}}}
	s := sender(o, c, func() time.Time { return at })
	for range 5 {
		if n, err := s.round(t.Context(), impatient(s.channels()[0])); err != nil || n != 5 {
			t.Fatal(n, err)
		}
		if n, _ := s.round(t.Context(), s.channels()[0]); n != 0 {
			t.Fatal("tried again at once")
		}
		at = at.Add(time.Hour)
	}
	if got := g.said(); len(got) != 0 {
		t.Fatalf("taken %v", got)
	}
	for range 3 {
		if _, err := s.round(t.Context(), s.channels()[0]); err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Hour)
	}
	got := g.said()
	if len(got) != 1 {
		t.Fatalf("%d messages, want one with all five: %v", len(got), got)
	}
	for i := range 5 {
		if strings.Count(got[0], fmt.Sprintf("QG-%d：", i)) != 1 {
			t.Errorf("QG-%d is not there once: %s", i, got[0])
		}
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

// Many senders at one outbox deliver each notice once.
func TestTwoSenders(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]int{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var e cloudEvent
		if err := json.Unmarshal(body, &e); err != nil || e.Spec != "1.0" {
			t.Errorf("no CloudEvent: %s", body)
		}
		stamp, sig, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Xiaohao-Signature"), "t="), ",v1=")
		if want := fmt.Sprintf("%x", mac("0123456789abcdef", stamp+"."+string(body))); sig != want {
			t.Errorf("signature %q, want %q", sig, want)
		}
		mu.Lock()
		seen[e.ID]++
		mu.Unlock()
	}))
	defer srv.Close()
	o := box(t, 60, "oa", srv.URL)
	c := Config{Webhooks: []Webhook{{Name: "oa", URL: srv.URL, Secret: "0123456789abcdef"}}}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s := sender(o, c, time.Now)
			if _, err := s.round(t.Context(), s.channels()[0]); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(seen) != 60 {
		t.Errorf("%d of 60 delivered", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s delivered %d times", id, n)
		}
	}
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
	if len(g.said()) != 1 {
		t.Errorf("taken %v", g.said())
	}
}

// A letter comes to a server that speaks SMTP, with everything that waits in it.
func TestMail(t *testing.T) {
	port, letters := smtpServer(t)
	o := box(t, 3, MailChannel, "lin@example.gov.cn")
	s := sender(o, Config{Link: "https://zg.example.gov.cn", Mail: &Mail{Host: "127.0.0.1", Port: port, From: "zg@example.gov.cn", Plain: true}}, time.Now)
	if n, err := s.round(t.Context(), s.channels()[0]); err != nil || n != 3 {
		t.Fatal(n, err)
	}
	select {
	case got := <-letters:
		if !strings.Contains(got, "RCPT TO:<lin@example.gov.cn>") || !strings.Contains(got, "@xiaohao") {
			t.Errorf("letter:\n%s", got)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("no letter")
	}
	if ds, err := o.Deliveries(t.Context(), false, 9); err != nil || len(ds) != 3 || ds[0].State != "SENT" {
		t.Errorf("deliveries %+v, %v", ds, err)
	}
}

// smtpServer takes letters on loopback and hands on what was said to it.
func smtpServer(t *testing.T) (port int, letters <-chan string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	out := make(chan string, 9)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				out <- converse(c)
			}()
		}
	}()
	return ln.Addr().(*net.TCPAddr).Port, out
}

func converse(c net.Conn) string {
	var said strings.Builder
	fmt.Fprint(c, "220 test\r\n")
	in, data := bufio.NewScanner(c), false
	for in.Scan() {
		line := in.Text()
		said.WriteString(line + "\n")
		switch word := strings.ToUpper(strings.Fields(line + " x")[0]); {
		case data && line == ".":
			data = false
			fmt.Fprint(c, "250 taken\r\n")
		case data:
		case word == "DATA":
			data = true
			fmt.Fprint(c, "354 go on\r\n")
		case word == "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return said.String()
		default:
			fmt.Fprint(c, "250 ok\r\n")
		}
	}
	return said.String()
}
