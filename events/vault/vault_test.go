package vault_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"xiaohao/events"
	"xiaohao/events/journal"
	"xiaohao/events/vault"
	"xiaohao/events/vault/memory"
	"xiaohao/events/vault/seal"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const words = "村口那条路坑坑洼洼，我是张三，电话 13800000000"

// keeper is what both vaults do.
type keeper interface {
	SealCommit(context.Context, *events.Commit) error
	Open(context.Context, events.Sealed) (string, error)
	Texts(context.Context, []events.Sealed) ([]string, error)
	SealBytes(ctx context.Context, item, bound string, plain []byte) ([]byte, error)
	OpenBytes(ctx context.Context, item, bound string, box []byte) ([]byte, error)
	IndexKey() []byte
	Erase(context.Context, uuid.UUID) error
}

func start(t *testing.T, dir string) *nats.Conn {
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

func open(t *testing.T, nc *nats.Conn, master seal.Master) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.Context(), nc, vault.Config{Master: master})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// both runs a test with the real vault and with the one in memory.
func both(t *testing.T, test func(t *testing.T, v keeper)) {
	t.Run("jetstream", func(t *testing.T) { test(t, open(t, start(t, t.TempDir()), seal.NewMaster())) })
	t.Run("memory", func(t *testing.T) { test(t, memory.New()) })
}

func commit(item uuid.UUID) events.Commit {
	return events.Commit{Item: item, Rev: 1, CommandID: uuid.New(), Command: "register", At: time.Now(),
		Actor: events.Actor{ID: "u-1", Role: events.Intake, Post: "登记员"},
		Events: []events.Event{
			events.ItemRaised{Number: "QG-2026-000001", Opinion: events.Opinion{ID: "o-1", Channel: events.ByWeb,
				Text: events.Secret(words), Phone: events.Secret("13800000000")}},
			events.LeaderInstructed{Text: "请尽快"},
			events.ReplySubmitted{Public: "已修", Private: events.Secret("张三同志")},
		}}
}

func sealed(t *testing.T, v keeper, item uuid.UUID) events.Commit {
	t.Helper()
	c := commit(item)
	if err := v.SealCommit(t.Context(), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func text(c events.Commit) events.Sealed { return c.Events[0].(events.ItemRaised).Opinion.Text }

func expect(t *testing.T, v keeper, s events.Sealed, want string) {
	t.Helper()
	if got, err := v.Open(t.Context(), s); got != want || err != nil {
		t.Errorf("open: %q, %v; want %q", got, err, want)
	}
}

func TestRoundTrip(t *testing.T) {
	both(t, func(t *testing.T, v keeper) {
		c := commit(uuid.New())
		plain := c
		if err := v.SealCommit(t.Context(), &c); err != nil {
			t.Fatal(err)
		}
		if !text(plain).Pending() {
			t.Error("the caller's own facts were changed")
		}
		data, _, err := events.Encode(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"坑坑洼洼", "张三", "13800000000"} {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%q stands plain in the stored commit", secret)
			}
		}
		got, _, err := events.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		raised := got.Events[0].(events.ItemRaised)
		if want := c.CommandID.String() + "/0/opinion.text"; raised.Opinion.Text.At != want || raised.Opinion.Text.Key != c.Item.String() {
			t.Errorf("sealed at %q by key %q", raised.Opinion.Text.At, raised.Opinion.Text.Key)
		}
		expect(t, v, raised.Opinion.Text, words)
		expect(t, v, raised.Opinion.Phone, "13800000000")
		expect(t, v, raised.Opinion.Name, "")
		expect(t, v, got.Events[2].(events.ReplySubmitted).Private, "张三同志")
		expect(t, v, events.Secret("not yet"), "not yet")
	})
}

func TestSealedStaysAsItIs(t *testing.T) {
	both(t, func(t *testing.T, v keeper) {
		c := sealed(t, v, uuid.New())
		before := text(c)
		c.Events = append(c.Events, events.InfoSupplied{Text: events.Secret("补充")})
		if err := v.SealCommit(t.Context(), &c); err != nil {
			t.Fatal(err)
		}
		if after := text(c); after.At != before.At || !bytes.Equal(after.Box, before.Box) {
			t.Error("a sealed field was sealed again")
		}
		expect(t, v, c.Events[3].(events.InfoSupplied).Text, "补充")
	})
}

func TestMovedBoxIsRefused(t *testing.T) {
	both(t, func(t *testing.T, v keeper) {
		a, b := sealed(t, v, uuid.New()), sealed(t, v, uuid.New())
		for name, change := range map[string]func(*events.Sealed){
			"other item":   func(s *events.Sealed) { s.Key = b.Item.String() },
			"other field":  func(s *events.Sealed) { s.At = strings.Replace(s.At, "opinion.text", "opinion.place", 1) },
			"other fact":   func(s *events.Sealed) { s.At = strings.Replace(s.At, "/0/", "/1/", 1) },
			"other commit": func(s *events.Sealed) { s.At = text(b).At },
			"other box":    func(s *events.Sealed) { s.Box = text(b).Box },
			"changed box":  func(s *events.Sealed) { s.Box[len(s.Box)-1] ^= 1 },
			"cut box":      func(s *events.Sealed) { s.Box = s.Box[:5] },
		} {
			s := text(a)
			s.Box = bytes.Clone(s.Box)
			change(&s)
			if got, err := v.Open(t.Context(), s); !errors.Is(err, seal.ErrTampered) || got != "" {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
		expect(t, v, text(a), words)
	})
}

func TestErase(t *testing.T) {
	both(t, func(t *testing.T, v keeper) {
		c, other := sealed(t, v, uuid.New()), sealed(t, v, uuid.New())
		data, hash, err := events.Encode(c)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := v.Erase(t.Context(), c.Item); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := v.Open(t.Context(), text(c)); !errors.Is(err, seal.ErrErased) || got != "" {
			t.Errorf("open after erase: %q, %v", got, err)
		}
		if _, h, err := events.Decode(data); err != nil || h != hash {
			t.Errorf("the chain does not verify: %v", err)
		}
		again := commit(c.Item)
		if err := v.SealCommit(t.Context(), &again); !errors.Is(err, seal.ErrErased) || !text(again).Pending() {
			t.Errorf("seal after erase: %v", err)
		}
		public := again
		public.Events = again.Events[1:2]
		if err := v.SealCommit(t.Context(), &public); err != nil {
			t.Errorf("a commit without personal data after erase: %v", err)
		}
		never := uuid.New()
		if err := v.Erase(t.Context(), never); err != nil {
			t.Errorf("erase of an item without personal data: %v", err)
		}
		expect(t, v, text(other), words)
	})
}

func TestEraseReachesOtherVaultsAndTheDisk(t *testing.T) {
	dir, master := t.TempDir(), seal.NewMaster()
	nc := start(t, dir)
	a := open(t, nc, master)
	c := sealed(t, a, uuid.New())
	js, _ := jetstream.New(nc)
	kv, err := js.KeyValue(t.Context(), vault.Bucket)
	if err != nil {
		t.Fatal(err)
	}
	e, err := kv.Get(t.Context(), "item."+c.Item.String())
	if err != nil {
		t.Fatal(err)
	}
	if !onDisk(t, dir, e.Value()) {
		t.Fatal("the wrapped key is not on disk: this test looks in the wrong place")
	}
	if err := a.Erase(t.Context(), c.Item); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, dir, e.Value()) {
		t.Error("the wrapped key is still on disk")
	}
	b := open(t, nc, master)
	if _, err := b.Open(t.Context(), text(c)); !errors.Is(err, vault.ErrErased) {
		t.Errorf("another vault: %v", err)
	}
	if err := kv.Purge(t.Context(), "item."+c.Item.String()); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, nc, master).Open(t.Context(), text(c)); !errors.Is(err, vault.ErrErased) {
		t.Errorf("after a purge by hand: %v", err)
	}
}

func onDisk(t *testing.T, dir string, want []byte) (found bool) {
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

func TestRestartKeepsKeys(t *testing.T) {
	dir, master := t.TempDir(), seal.NewMaster()
	s, err := journal.StartServer(journal.ServerConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	nc, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	c := sealed(t, open(t, nc, master), uuid.New())
	nc.Close()
	s.Stop()
	nc = start(t, dir)
	expect(t, open(t, nc, master), text(c), words)
	if _, err := vault.Open(t.Context(), nc, vault.Config{Master: seal.NewMaster()}); !errors.Is(err, vault.ErrWrongMaster) {
		t.Errorf("another master key: %v", err)
	}
}

func TestFirstSealsAgreeOnOneKey(t *testing.T) {
	nc, master := start(t, t.TempDir()), seal.NewMaster()
	item := uuid.New()
	commits := make([]events.Commit, 16)
	var wg sync.WaitGroup
	for i := range commits {
		v := open(t, nc, master) // each as if in a process of its own
		wg.Go(func() {
			commits[i] = commit(item)
			if err := v.SealCommit(t.Context(), &commits[i]); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	v := open(t, nc, master)
	for _, c := range commits {
		expect(t, v, text(c), words)
	}
}

func TestUnfitBucketIsRefused(t *testing.T) {
	nc := start(t, t.TempDir())
	js, _ := jetstream.New(nc)
	if _, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: vault.Bucket}); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Open(t.Context(), nc, vault.Config{Master: seal.NewMaster()}); err == nil || !strings.Contains(err.Error(), "cannot destroy keys") {
		t.Errorf("open: %v", err)
	}
}
