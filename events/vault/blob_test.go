package vault_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"xiaohao/events"
	"xiaohao/events/vault"
	"xiaohao/events/vault/seal"

	"github.com/google/uuid"
)

func TestBlobs(t *testing.T) {
	both(t, func(t *testing.T, v keeper) {
		item, other := uuid.NewString(), uuid.New()
		photo := bytes.Repeat([]byte("照片"), 100_000)
		box, err := v.SealBytes(t.Context(), item, "photo/1", photo)
		if err != nil || bytes.Contains(box, []byte("照片")) {
			t.Fatalf("seal: %v", err)
		}
		if got, err := v.OpenBytes(t.Context(), item, "photo/1", box); err != nil || !bytes.Equal(got, photo) {
			t.Errorf("open: %v", err)
		}
		sealed(t, v, other)
		for name, open := range map[string]func() ([]byte, error){
			"other place": func() ([]byte, error) { return v.OpenBytes(t.Context(), item, "photo/2", box) },
			"other item":  func() ([]byte, error) { return v.OpenBytes(t.Context(), other.String(), "photo/1", box) },
			"cut":         func() ([]byte, error) { return v.OpenBytes(t.Context(), item, "photo/1", box[:len(box)-1]) },
			"empty":       func() ([]byte, error) { return v.OpenBytes(t.Context(), item, "photo/1", nil) },
		} {
			if got, err := open(); !errors.Is(err, seal.ErrTampered) || got != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := v.Erase(t.Context(), uuid.MustParse(item)); err != nil {
			t.Fatal(err)
		}
		if _, err := v.OpenBytes(t.Context(), item, "photo/1", box); !errors.Is(err, seal.ErrErased) {
			t.Errorf("open after erase: %v", err)
		}
		if _, err := v.SealBytes(t.Context(), item, "photo/2", photo); !errors.Is(err, seal.ErrErased) {
			t.Errorf("seal after erase: %v", err)
		}
	})
}

func TestTexts(t *testing.T) {
	both(t, func(t *testing.T, v keeper) {
		var fields []events.Sealed
		var want []string
		for i := range 100 {
			c := sealed(t, v, uuid.New())
			fields = append(fields, text(c), events.Sealed{}, c.Events[2].(events.ReplySubmitted).Private)
			want = append(want, words, "", "张三同志")
			if i%10 == 0 {
				if err := v.Erase(t.Context(), c.Item); err != nil {
					t.Fatal(err)
				}
				want[3*i], want[3*i+2] = "", ""
			}
		}
		got, err := v.Texts(t.Context(), append(fields, events.Secret("还没封存")))
		if err != nil || !slices.Equal(got, append(want, "还没封存")) {
			t.Errorf("%q, %v", got, err)
		}
		bad := text(sealed(t, v, uuid.New()))
		bad.At = "elsewhere"
		if _, err := v.Texts(t.Context(), append(fields, bad)); !errors.Is(err, seal.ErrTampered) {
			t.Errorf("a moved field: %v", err)
		}
	})
}

func TestTextsWithoutAnythingCached(t *testing.T) {
	nc, master := start(t, t.TempDir()), seal.NewMaster()
	a := open(t, nc, master)
	var fields []events.Sealed
	for range 200 {
		fields = append(fields, text(sealed(t, a, uuid.New())))
	}
	got, err := open(t, nc, master).Texts(t.Context(), fields)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range got {
		if s != words {
			t.Fatalf("field %d: %q", i, s)
		}
	}
}

func TestIndexKeyIsOneForAll(t *testing.T) {
	nc, master := start(t, t.TempDir()), seal.NewMaster()
	a, b := open(t, nc, master), open(t, nc, master)
	if len(a.IndexKey()) != 32 || !bytes.Equal(a.IndexKey(), b.IndexKey()) {
		t.Error("two processes have different index keys")
	}
	if bytes.Equal(a.IndexKey(), master[:]) {
		t.Error("the index key is the master key")
	}
}

func TestCipherIsOfNewKeysOnly(t *testing.T) {
	nc, master := start(t, t.TempDir()), seal.NewMaster()
	old := sealed(t, open(t, nc, master), uuid.New())
	v, err := vault.Open(t.Context(), nc, vault.Config{Master: master, Cipher: seal.SM4})
	if err != nil {
		t.Fatal(err)
	}
	young, again := sealed(t, v, uuid.New()), sealed(t, v, old.Item)
	for c, want := range map[*events.Commit]seal.Cipher{&old: seal.AES, &young: seal.SM4, &again: seal.AES} {
		if box := text(*c).Box; seal.Cipher(box[2]) != want {
			t.Errorf("sealed with %v, want %v", seal.Cipher(box[2]), want)
		}
		expect(t, open(t, nc, master), text(*c), words)
	}
}

func TestKeysAreSyncedBeforeUse(t *testing.T) {
	nc, master := start(t, t.TempDir()), seal.NewMaster()
	var synced atomic.Int64
	fail := errors.New("disk full")
	var broken atomic.Bool
	v, err := vault.Open(t.Context(), nc, vault.Config{Master: master, Sync: func(context.Context) error {
		synced.Add(1)
		if broken.Load() {
			return fail
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	step := func(what string, want int64, f func() error) {
		t.Helper()
		before := synced.Load()
		if err := f(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := synced.Load() - before; got != want {
			t.Errorf("%s: %d syncs, want %d", what, got, want)
		}
	}
	item := uuid.New()
	put := func() error { c := commit(item); return v.SealCommit(t.Context(), &c) }
	step("first seal", 1, put)
	step("second seal", 0, put)
	step("erase", 1, func() error { return v.Erase(t.Context(), item) })
	item = uuid.New()
	broken.Store(true)
	for i := range 2 { // the key is stored, but nobody may use it
		if err := put(); !errors.Is(err, fail) {
			t.Errorf("seal %s with a broken disk: %v", strconv.Itoa(i), err)
		}
	}
	if err := v.Erase(t.Context(), item); !errors.Is(err, fail) {
		t.Errorf("erase with a broken disk: %v", err)
	}
	broken.Store(false)
	step("erase again", 1, func() error { return v.Erase(t.Context(), item) })
}
