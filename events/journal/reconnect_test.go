package journal_test

import (
	"errors"
	"net"
	"strconv"
	"testing"
	"time"

	"xiaohao/events"
	"xiaohao/events/journal"
	"xiaohao/events/journal/journaltest"

	"github.com/google/uuid"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// outside runs a server such as one elsewhere would be; port 0 takes a free one.
func outside(t *testing.T, dir string, port int) (stop func(), at int) {
	t.Helper()
	if port == 0 {
		port = server.RANDOM_PORT
	}
	ns, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	ns.Start()
	if !ns.ReadyForConnections(10 * time.Second) {
		t.Fatal("server did not become ready")
	}
	stop = func() { ns.Shutdown(); ns.WaitForShutdown() }
	t.Cleanup(stop)
	return stop, ns.Addr().(*net.TCPAddr).Port
}

func dial(t *testing.T, port int) *nats.Conn {
	t.Helper()
	nc, err := journal.Connect("nats://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// follow collects what a follower sees until it ends.
func follow(t *testing.T, j *journal.Journal) (seen <-chan events.Recorded, ended <-chan error) {
	s, e := make(chan events.Recorded, 1000), make(chan error, 1)
	go func() {
		e <- j.Follow(t.Context(), 0, func(batch []events.Recorded, _ uint64) error {
			for _, r := range batch {
				s <- r
			}
			return nil
		})
	}()
	return s, e
}

func expect(t *testing.T, seen <-chan events.Recorded, want []events.Recorded) {
	t.Helper()
	for _, w := range want {
		select {
		case r := <-seen:
			if r.Sequence != w.Sequence || r.Hash != w.Hash {
				t.Fatalf("saw sequence %d, want %d", r.Sequence, w.Sequence)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("sequence %d did not come", w.Sequence)
		}
	}
}

// bounce stops the server and waits until nc has noticed, then runs between and starts
// a server on the same port, and waits until nc is back.
func bounce(t *testing.T, nc *nats.Conn, stop func(), dir string, port int, between func()) {
	t.Helper()
	lost := nc.StatusChanged(nats.RECONNECTING)
	stop()
	<-lost
	between()
	back := nc.StatusChanged(nats.CONNECTED)
	outside(t, dir, port)
	<-back
}

func TestFollowSurvivesRestart(t *testing.T) {
	dir := t.TempDir()
	stop, port := outside(t, dir, 0)
	nc := dial(t, port)
	j := open(t, nc, journal.Config{})
	items := journaltest.Fill(t, j, 5)
	seen, ended := follow(t, j)
	expect(t, seen, items)
	bounce(t, nc, stop, dir, port, func() {
		if _, err := j.Append(t.Context(), journaltest.Next(items[4])); !errors.Is(err, journal.ErrUnreachable) {
			t.Errorf("append without a server: %v", err)
		}
	})
	got, err := j.Append(t.Context(), journaltest.Next(items[4]))
	if err != nil {
		t.Fatal(err)
	}
	expect(t, seen, got)
	if s, err := j.Status(t.Context()); err != nil || s.Durability == "每次写入都落盘" {
		t.Errorf("durability of a server elsewhere: %q, %v", s.Durability, err)
	}
	nc.Close()
	if err := <-ended; !errors.Is(err, journal.ErrUnreachable) {
		t.Error(err)
	}
}

func TestFollowNoticesAnotherLog(t *testing.T) {
	for name, make := range map[string]func(t *testing.T, js jetstream.JetStream, identity string){
		"none":    func(*testing.T, jetstream.JetStream, string) {},
		"new":     func(t *testing.T, js jetstream.JetStream, _ string) { open(t, js.Conn(), journal.Config{}) },
		"shorter": restored(3),
		"changed": restored(9),
	} {
		t.Run(name, func(t *testing.T) {
			stop, port := outside(t, t.TempDir(), 0)
			nc := dial(t, port)
			j := open(t, nc, journal.Config{})
			items := journaltest.Fill(t, j, 5)
			seen, ended := follow(t, j)
			expect(t, seen, items)
			other := t.TempDir()
			bounce(t, nc, stop, other, port, func() {
				stop, port := outside(t, other, 0)
				js, err := jetstream.New(dial(t, port))
				if err != nil {
					t.Fatal(err)
				}
				make(t, js, j.Identity())
				stop()
			})
			select {
			case err := <-ended:
				if !errors.Is(err, events.ErrDiverged) {
					t.Error(err)
				}
			case r := <-seen:
				t.Errorf("sequence %d of another log was handed over", r.Sequence)
			case <-time.After(20 * time.Second):
				t.Error("not noticed")
			}
		})
	}
}

// restored makes a log of the same identity with n other commits.
func restored(n int) func(t *testing.T, js jetstream.JetStream, identity string) {
	return func(t *testing.T, js jetstream.JetStream, identity string) {
		j := open(t, js.Conn(), journal.Config{})
		journaltest.Fill(t, j, n)
		s, err := js.Stream(t.Context(), journal.StreamName)
		if err != nil {
			t.Fatal(err)
		}
		cfg := s.CachedInfo().Config
		cfg.Metadata["stream_identity"] = identity
		if _, err := js.UpdateStream(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNobodyAnswers(t *testing.T) {
	_, nc := start(t, t.TempDir())
	j := open(t, nc, journal.Config{})
	js, _ := jetstream.New(nc)
	if err := js.DeleteStream(t.Context(), journal.StreamName); err != nil {
		t.Fatal(err)
	}
	a, b := journaltest.Start(uuid.New()), journaltest.Start(uuid.New())
	if _, err := j.Append(t.Context(), a); !errors.Is(err, events.ErrOutcomeUnknown) {
		t.Errorf("append: %v", err)
	}
	if _, err := j.Append(t.Context(), a, b); !errors.Is(err, events.ErrOutcomeUnknown) {
		t.Errorf("batch: %v", err)
	}
	if _, err := j.Load(t.Context(), a.Commit.Item); !errors.Is(err, journal.ErrUnreachable) {
		t.Errorf("load: %v", err)
	}
}
