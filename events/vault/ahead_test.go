package vault

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"xiaohao/events"
	"xiaohao/events/journal"
	"xiaohao/events/vault/seal"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// machine is an embedded store whose power can be cut: of the bucket of keys, all is lost
// that was not synced.
type machine struct {
	dir, disk string // the store, and what of the bucket is surely on disk
	server    *journal.Server
	nc        *nats.Conn
	log       *journal.Journal
}

func (m *machine) start(t *testing.T) {
	t.Helper()
	var err error
	if m.server, err = journal.StartServer(journal.ServerConfig{Dir: m.dir}); err != nil {
		t.Fatal(err)
	}
	if m.nc, err = m.server.Connect(); err != nil {
		t.Fatal(err)
	}
	if m.log, err = journal.Open(t.Context(), m.nc, journal.Config{}); err != nil {
		t.Fatal(err)
	}
}

func (m *machine) stop() {
	m.log.Close()
	m.nc.Close()
	m.server.Stop()
}

func (m *machine) bucket() string {
	return filepath.Join(m.dir, "jetstream", "$G", "streams", streamName)
}

// sync puts the bucket on the disk.
func (m *machine) sync(ctx context.Context) error {
	if err := m.server.Sync(ctx, streamName); err != nil {
		return err
	}
	if err := os.RemoveAll(m.disk); err != nil {
		return err
	}
	return os.CopyFS(m.disk, os.DirFS(m.bucket()))
}

// cut takes away what was not synced.
func (m *machine) cut(t *testing.T) {
	t.Helper()
	m.stop()
	if err := os.RemoveAll(m.bucket()); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(m.bucket(), os.DirFS(m.disk)); err != nil {
		t.Fatal(err)
	}
	m.start(t)
}

// entries returns the names of what is in the bucket.
func (m *machine) entries(t *testing.T) map[string]bool {
	t.Helper()
	js, err := jetstream.New(m.nc)
	if err != nil {
		t.Fatal(err)
	}
	kv, err := js.KeyValue(t.Context(), Bucket)
	if err != nil {
		t.Fatal(err)
	}
	names, err := kv.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

func newMachine(t *testing.T) *machine {
	m := &machine{dir: t.TempDir(), disk: filepath.Join(t.TempDir(), "disk")}
	m.start(t)
	t.Cleanup(func() { m.stop() })
	return m
}

func (m *machine) config(master seal.Master) Config {
	return Config{Master: master, Sync: m.sync, Log: m.log}
}

// raise appends a commit with personal text and returns that.
func (m *machine) raise(t *testing.T, v *Vault) events.Sealed {
	t.Helper()
	s, err := m.tryRaise(v)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (m *machine) tryRaise(v *Vault) (events.Sealed, error) {
	c := events.Commit{Item: uuid.New(), Rev: 1, CommandID: uuid.New(), Command: "register", At: time.Now(),
		Actor:  events.Actor{ID: "u-1", Role: events.Intake, Post: "登记员"},
		Events: []events.Event{events.ReplySubmitted{Public: "已修", Private: events.Secret("张三同志")}}}
	if err := v.SealCommit(context.Background(), &c); err != nil {
		return events.Sealed{}, err
	}
	_, err := m.log.Append(context.Background(), events.Write{Commit: c})
	return c.Events[0].(events.ReplySubmitted).Private, err
}

func opens(t *testing.T, v *Vault, said []events.Sealed) {
	t.Helper()
	for i, s := range said {
		if text, err := v.Open(t.Context(), s); text != "张三同志" || err != nil {
			t.Fatalf("%d of %d: %q, %v", i, len(said), text, err)
		}
	}
}

// What was acknowledged opens after a power cut that took the entries of the keys, also after
// the seed was used up, and what was erased does not.
func TestPowerCutTakesEntries(t *testing.T) {
	for _, cipher := range []seal.Cipher{seal.AES, seal.SM4} {
		t.Run(cipher.String(), func(t *testing.T) {
			m, master := newMachine(t), seal.NewMaster()
			cfg := m.config(master)
			cfg.Cipher = cipher
			v := mustOpen(t, m.nc, cfg)
			var said []events.Sealed
			for range perSeed + 20 {
				said = append(said, m.raise(t, v))
			}
			gone := m.raise(t, v)
			if err := v.Erase(t.Context(), uuid.MustParse(gone.Key)); err != nil {
				t.Fatal(err)
			}
			for range 10 {
				said = append(said, m.raise(t, v))
			}
			m.cut(t)
			lost, there := 0, m.entries(t)
			for _, s := range said {
				if !there["item."+s.Key] {
					lost++
				}
			}
			if lost != 10 {
				t.Errorf("the power cut took %d entries, want the 10 after the erasure", lost)
			}
			cfg.Log = m.log
			v = mustOpen(t, m.nc, cfg)
			opens(t, v, said)
			if _, err := v.Open(t.Context(), gone); !errors.Is(err, ErrErased) {
				t.Errorf("what was erased: %v", err)
			}
			said = append(said, m.raise(t, v))
			m.cut(t)
			cfg.Log = m.log
			opens(t, mustOpen(t, m.nc, cfg), said)
		})
	}
}

// Nothing in the log tells of a photo's key: it is on disk before anything is sealed with it.
func TestPowerCutKeepsKeysOfBlobs(t *testing.T) {
	m, master := newMachine(t), seal.NewMaster()
	v := mustOpen(t, m.nc, m.config(master))
	b := blobs{}
	b.add(t, v)
	said := m.raise(t, v)
	box, err := v.SealBytes(t.Context(), said.Key, "b", []byte(said.Key))
	if err != nil {
		t.Fatal(err)
	}
	b[said.Key] = box
	m.cut(t)
	if there := m.entries(t); !there["item."+said.Key] {
		t.Error("the key of a photo was not on disk")
	}
	b.check(t, mustOpen(t, m.nc, m.config(master)))
}

// No seed that an erased key could be made from again is kept.
func TestEraseDestroysTheSeed(t *testing.T) {
	m, master := newMachine(t), seal.NewMaster()
	v := mustOpen(t, m.nc, m.config(master))
	said := m.raise(t, v)
	seed, wrapped := v.ahead.seed, m.seed(t, v)
	if k, err := seed.Derive(said.Key); err != nil {
		t.Fatal(err)
	} else if _, err := seal.Open(said, k); err != nil {
		t.Fatalf("the key is not of this seed: %v", err)
	}
	if !contains(t, m.dir, wrapped) {
		t.Fatal("the seed is not on disk: this test looks in the wrong place")
	}
	if err := v.Erase(t.Context(), uuid.MustParse(said.Key)); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(v.ahead.seed.Bytes, seed.Bytes) || contains(t, m.dir, wrapped) || contains(t, m.disk, wrapped) {
		t.Error("the seed is still there")
	}
	seed = v.ahead.seed
	if err := v.Erase(t.Context(), uuid.New()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(v.ahead.seed.Bytes, seed.Bytes) {
		t.Error("a seed that was never used is replaced")
	}
}

// seed returns the wrapped seed as it is stored; there is one.
func (m *machine) seed(t *testing.T, v *Vault) (wrapped []byte) {
	t.Helper()
	for name := range m.entries(t) {
		if strings.HasPrefix(name, "ahead.") {
			if wrapped != nil {
				t.Error("there is more than one seed")
			}
			e, err := v.kv.Get(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			wrapped = e.Value()
		}
	}
	return wrapped
}

// A seed goes when its process starts anew, and when its bucket moves to servers elsewhere.
func TestSeedIsOfOneStart(t *testing.T) {
	m, master := newMachine(t), seal.NewMaster()
	v := mustOpen(t, m.nc, m.config(master))
	said := []events.Sealed{m.raise(t, v)}
	for _, log := range []Log{m.log, nil} {
		wrapped := m.seed(t, v)
		v = mustOpen(t, m.nc, Config{Master: master, Sync: m.sync, Log: log})
		if contains(t, m.dir, wrapped) {
			t.Error("the seed is still there")
		}
		opens(t, v, said)
	}
	if m.seed(t, v) != nil {
		t.Error("a vault that waits for each key has a seed")
	}
}

// Renewing that is cut off after each of its changes loses nothing, and the next raise mends it.
func TestRenewCutOffAnywhere(t *testing.T) {
	m, master := newMachine(t), seal.NewMaster()
	var said []events.Sealed
	for n := range 3 {
		v := mustOpen(t, m.nc, m.config(master))
		said = append(said, m.raise(t, v))
		kv, stream, f := v.kv, v.stream, &fuse{n}
		v.kv, v.stream = fusedKV{v.kv, f}, fusedStream{v.stream, f}
		if err := v.renew(t.Context(), 1); (n < 2) != errors.Is(err, errKilled) {
			t.Fatalf("after %d changes: %v", n, err)
		}
		v.kv, v.stream = kv, stream
		said = append(said, m.raise(t, v))
		m.cut(t)
		opens(t, mustOpen(t, m.nc, m.config(master)), said)
	}
}

func (k fusedKV) Create(ctx context.Context, key string, value []byte, opts ...jetstream.KVCreateOpt) (uint64, error) {
	if err := k.burn(); err != nil {
		return 0, err
	}
	return k.KeyValue.Create(ctx, key, value, opts...)
}

// While the master key is replaced people go on raising and erasing. After that the new one
// opens everything, and is the only one needed, for what a power cut takes too.
func TestRotateWhileRaising(t *testing.T) {
	m, old, young := newMachine(t), seal.NewMaster(), seal.NewMaster()
	cfg := m.config(old)
	cfg.Sync = func(ctx context.Context) error { return m.server.Sync(ctx, streamName) }
	v := mustOpen(t, m.nc, cfg)
	v.settle = 200 * time.Millisecond
	var made [3][]events.Sealed
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for w := range made {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				s, err := m.tryRaise(v)
				if err == nil && w == 0 && n%5 == 0 {
					err = v.Erase(context.Background(), uuid.MustParse(s.Key))
				} else {
					made[w] = append(made[w], s)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	_, err := v.Rotate(t.Context(), young)
	close(stop)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if err := m.sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	said := append(slices.Concat(made[:]...), m.raise(t, v))
	m.cut(t)
	opens(t, mustOpen(t, m.nc, m.config(young)), said)
	t.Logf("%d raised meanwhile", len(said))
}
