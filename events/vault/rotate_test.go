package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"xiaohao/events/journal"
	"xiaohao/events/vault/seal"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func serverAt(t *testing.T, dir string) *nats.Conn {
	t.Helper()
	s, err := journal.StartServer(journal.ServerConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	nc, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func other(m seal.Master) func() (seal.Master, bool, error) {
	return func() (seal.Master, bool, error) { return m, true, nil }
}

func mustOpen(t *testing.T, nc *nats.Conn, cfg Config) *Vault {
	t.Helper()
	v, err := Open(t.Context(), nc, cfg)
	if err != nil {
		t.Fatal(err)
	}
	v.settle = 0
	return v
}

// blobs are sealed with keys of their own, by item.
type blobs map[string][]byte

func (b blobs) add(t *testing.T, v *Vault) string {
	t.Helper()
	item := uuid.NewString()
	box, err := v.SealBytes(t.Context(), item, "b", []byte(item))
	if err != nil {
		t.Fatal(err)
	}
	b[item] = box
	return item
}

func (b blobs) check(t *testing.T, v *Vault) {
	t.Helper()
	for item, box := range b {
		if got, err := v.OpenBytes(t.Context(), item, "b", box); err != nil || string(got) != item {
			t.Fatalf("open %s: %v", item, err)
		}
	}
}

func (v *Vault) stored(t *testing.T, item string) []byte {
	t.Helper()
	e, err := v.kv.Get(t.Context(), "item."+item)
	if err != nil {
		t.Fatal(err)
	}
	return e.Value()
}

func contains(t *testing.T, dir string, want []byte) (found bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		found = found || bytes.Contains(data, want)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestRotate(t *testing.T) {
	dir := t.TempDir()
	nc := serverAt(t, dir)
	old, young := seal.NewMaster(), seal.NewMaster()
	v := mustOpen(t, nc, Config{Master: old})
	mixed := mustOpen(t, nc, Config{Master: old, Cipher: seal.SM4, Other: other(young)})
	b := blobs{}
	for range 20 {
		b.add(t, v)
		b.add(t, mixed)
	}
	gone := b.add(t, v)
	if err := v.Erase(t.Context(), uuid.MustParse(gone)); err != nil {
		t.Fatal(err)
	}
	lost := b[gone]
	delete(b, gone)
	var wrapped [][]byte
	for item := range b {
		wrapped = append(wrapped, v.stored(t, item))
	}
	index := v.IndexKey()

	n, err := v.Rotate(t.Context(), young)
	if err != nil || n != len(b)+1 { // and the index key
		t.Fatalf("rotate: %d of %d, %v", n, len(b)+1, err)
	}
	for _, w := range wrapped {
		if contains(t, dir, w) {
			t.Fatal("a key wrapped by the old master key is still on disk")
		}
	}
	fresh := mustOpen(t, nc, Config{Master: young})
	for _, x := range []*Vault{v, mixed, fresh} { // one knows, one has to learn, one is new
		b.check(t, x)
		b.add(t, x)
		if !bytes.Equal(x.IndexKey(), index) {
			t.Error("the index key changed")
		}
	}
	b.check(t, mustOpen(t, nc, Config{Master: young}))
	if _, err := fresh.OpenBytes(t.Context(), gone, "b", lost); !errors.Is(err, ErrErased) {
		t.Errorf("an erased item: %v", err)
	}
	if _, err := Open(t.Context(), nc, Config{Master: old}); !errors.Is(err, ErrWrongMaster) {
		t.Errorf("the old master key: %v", err)
	}
	if n, err := fresh.Rotate(t.Context(), young); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
	if s := v.history(t); s != 1 {
		t.Errorf("the bucket keeps %d values", s)
	}
}

func (v *Vault) history(t *testing.T) int64 {
	s, err := v.js.Stream(t.Context(), streamName)
	if err != nil {
		t.Fatal(err)
	}
	return s.CachedInfo().Config.MaxMsgsPerSubject
}

// Writers of another process, who know the old master key and where to look for the new
// one, go on all the while. None of what they seal is lost.
func TestRotateWhileOthersWrite(t *testing.T) {
	nc := serverAt(t, t.TempDir())
	old, young := seal.NewMaster(), seal.NewMaster()
	v := mustOpen(t, nc, Config{Master: old})
	v.settle = 100 * time.Millisecond
	b := blobs{}
	for range 50 {
		b.add(t, v)
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var made [4]blobs
	for i := range made {
		w := mustOpen(t, nc, Config{Master: old, Other: other(young)})
		made[i] = blobs{}
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				item := uuid.NewString()
				box, err := w.SealBytes(context.Background(), item, "b", []byte(item))
				if err != nil {
					t.Error(err)
					return
				}
				made[i][item] = box
			}
		})
	}
	_, err := v.Rotate(t.Context(), young)
	close(stop)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	x := mustOpen(t, nc, Config{Master: young})
	b.check(t, x)
	for _, m := range made {
		if len(m) == 0 {
			t.Error("nothing was written meanwhile")
		}
		m.check(t, x)
	}
}

var errKilled = errors.New("killed")

// fuse lets a number of changes pass and none after them, as a kill would.
type fuse struct{ left int }

func (f *fuse) burn() error {
	if f.left--; f.left < 0 {
		return errKilled
	}
	return nil
}

type fusedKV struct {
	jetstream.KeyValue
	*fuse
}

func (k fusedKV) Update(ctx context.Context, key string, value []byte, rev uint64) (uint64, error) {
	if err := k.burn(); err != nil {
		return 0, err
	}
	return k.KeyValue.Update(ctx, key, value, rev)
}

type fusedStream struct {
	jetstream.Stream
	*fuse
}

func (s fusedStream) SecureDeleteMsg(ctx context.Context, seq uint64) error {
	if err := s.burn(); err != nil {
		return err
	}
	return s.Stream.SecureDeleteMsg(ctx, seq)
}

type fusedJS struct {
	jetstream.JetStream
	*fuse
}

func (j fusedJS) UpdateStream(ctx context.Context, cfg jetstream.StreamConfig) (jetstream.Stream, error) {
	if err := j.burn(); err != nil {
		return nil, err
	}
	return j.JetStream.UpdateStream(ctx, cfg)
}

// A rotation that is cut off after each of its changes leaves everything readable with the
// two master keys, and goes on to its end when called again.
func TestRotateCutOffAnywhere(t *testing.T) {
	nc := serverAt(t, t.TempDir())
	now := seal.NewMaster()
	b := blobs{}
	for range 3 {
		b.add(t, mustOpen(t, nc, Config{Master: now}))
	}
	finished := false
	for n := 0; !finished; n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			next := seal.NewMaster()
			v := mustOpen(t, nc, Config{Master: now})
			f := &fuse{n}
			v.kv, v.stream, v.js = fusedKV{v.kv, f}, fusedStream{v.stream, f}, fusedJS{v.js, f}
			_, err := v.Rotate(t.Context(), next)
			if finished = err == nil; !finished && !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			again := mustOpen(t, nc, Config{Master: now, Other: other(next)}) // the next start
			b.check(t, again)
			if !finished && n > 0 {
				if _, err := again.Rotate(t.Context(), seal.NewMaster()); !errors.Is(err, ErrOtherRotation) {
					t.Fatalf("with a third key: %v", err)
				}
				if _, err := Open(t.Context(), nc, Config{Master: next}); !errors.Is(err, ErrRotating) {
					t.Fatalf("with the new key alone: %v", err)
				}
				if _, err := Open(t.Context(), nc, Config{Master: now}); !errors.Is(err, ErrRotating) {
					t.Fatalf("with the old key alone: %v", err)
				}
			}
			done, err := again.InForce(t.Context(), next)
			if err != nil || done != finished {
				t.Fatalf("in force: %v, %v", done, err)
			}
			if _, err := again.Rotate(t.Context(), next); err != nil {
				t.Fatal(err)
			}
			alone := mustOpen(t, nc, Config{Master: next})
			b.check(t, alone)
			if h := alone.history(t); h != 1 {
				t.Fatalf("the bucket keeps %d values", h)
			}
			now = next
		})
		if t.Failed() {
			return
		}
	}
}

// An item erased in the middle of a rotation is gone under both master keys.
func TestEraseInTheMiddle(t *testing.T) {
	dir := t.TempDir()
	nc := serverAt(t, dir)
	old, young := seal.NewMaster(), seal.NewMaster()
	v := mustOpen(t, nc, Config{Master: old})
	b := blobs{}
	item := b.add(t, v)
	before := v.stored(t, item)
	f := &fuse{4} // state, history, index, the item: not yet overwritten
	x := mustOpen(t, nc, Config{Master: old})
	x.kv, x.stream, x.js = fusedKV{x.kv, f}, fusedStream{x.stream, f}, fusedJS{x.js, f}
	if _, err := x.Rotate(t.Context(), young); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	after := v.stored(t, item)
	if bytes.Equal(before, after) || !contains(t, dir, before) || !contains(t, dir, after) {
		t.Fatal("the item does not stand there twice: this test looks at nothing")
	}
	if err := mustOpen(t, nc, Config{Master: old, Other: other(young)}).Erase(t.Context(), uuid.MustParse(item)); err != nil {
		t.Fatal(err)
	}
	if contains(t, dir, before) || contains(t, dir, after) {
		t.Error("a wrapped key is still on disk")
	}
}
