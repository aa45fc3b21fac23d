package backup

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"xiaohao/events/journal"
	"xiaohao/events/journal/natstest"
)

// TestRestoreIntoServer restores into a nats-server of its own process, which is killed in
// the midst of it and started again: the second attempt removes what the first left. Then
// the log is backed up from there, on top of the backup it came from.
func TestRestoreIntoServer(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.fill(t, 100)
	end := s.pour(t, 2000)
	dir := filepath.Join(t.TempDir(), "backup")
	mustRun(t, s.nc, Config{Dir: dir})

	c := natstest.Start(t, 1)
	nc, killed := connect(t, c), make(chan struct{})
	_, err := nc.Subscribe("$JS.EVENT.ADVISORY.STREAM.RESTORE_CREATE.RECT", func(m *nats.Msg) {
		_ = m.Sub.Unsubscribe() // once
		go func() {
			defer close(killed)
			killWhenBegun(c.Nodes[0])
		}()
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), nc, RestoreConfig{Dir: dir}); err == nil {
		t.Error("a restore into a killed server succeeded")
	} else {
		t.Log(err)
	}
	<-killed
	c.Nodes[0].Start() // its health is not waited for: it may complain of the half stream
	nc = connect(t, c)
	if _, err := journal.Open(t.Context(), nc, journal.Config{}); !errors.Is(err, journal.ErrRestoring) {
		t.Errorf("open a log that is half restored: %v", err)
	}
	r, err := Restore(t.Context(), nc, RestoreConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if r.Last != end || r.Identity != s.log.Identity() {
		t.Errorf("restored %+v", r)
	}
	there := &store{nc: nc, log: openLog(t, nc)}
	there.fill(t, 10)
	if r := mustRun(t, nc, Config{Dir: dir}); r.Before != end || r.Last != end+10 {
		t.Errorf("backed up %+v", r)
	}
}

// killWhenBegun kills a server when the log's stream has been made, of which the checksum comes last.
func killWhenBegun(n *natstest.Node) {
	stream := filepath.Join(n.StoreDir(), "jetstream", "$G", "streams", "RECT")
	for begun := false; !begun; {
		_, err := os.Stat(filepath.Join(stream, "meta.sum"))
		blocks, _ := filepath.Glob(filepath.Join(stream, "msgs", "*.blk"))
		begun = err == nil && len(blocks) > 0
	}
	n.Kill()
}

func connect(t *testing.T, c *natstest.Cluster) *nats.Conn {
	t.Helper()
	var nc *nats.Conn
	natstest.Eventually(t, 20*time.Second, "a connection to JetStream", func() (err error) {
		if nc, err = journal.Connect(c.URL()); err != nil {
			return err
		}
		js, err := jetstream.New(nc)
		if err == nil {
			_, err = js.AccountInfo(t.Context())
		}
		if err != nil {
			nc.Close()
		}
		return err
	})
	t.Cleanup(nc.Close)
	return nc
}

// What nobody listens to yet is sent again: on a cluster our server may hear later than another
// one where a snapshot is taken.
func TestAskWaitsForWhoListens(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	asked := make(chan error, 1)
	go func() { asked <- ask(t.Context(), s.nc, "later", []byte("a chunk"), stalled, nil) }()
	select {
	case err := <-asked:
		t.Fatalf("asked of nobody: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	got := make(chan string, 100)
	if _, err := s.nc.Subscribe("later", func(m *nats.Msg) {
		got <- string(m.Data)
		_ = m.Respond(nil) // else the asker says so
	}); err != nil {
		t.Fatal(err)
	}
	if err := <-asked; err != nil || len(got) != 1 || <-got != "a chunk" {
		t.Errorf("%v, %d times", err, len(got))
	}
	if err := ask(t.Context(), s.nc, "never", nil, 300*time.Millisecond, nil); err == nil {
		t.Error("nobody ever listened, and it was taken for done")
	}
}
