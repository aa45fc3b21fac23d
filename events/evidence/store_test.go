package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"xiaohao/events"
	"xiaohao/events/evidence"
	"xiaohao/events/journal"
	"xiaohao/events/vault"
	"xiaohao/events/vault/memory"
	"xiaohao/events/vault/seal"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("EVIDENCE_VICTIM"); dir != "" {
		victim(dir)
	}
	goleak.VerifyTestMain(m)
}

// photo is a JPEG that differs with n.
func photo(t testing.TB, n int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 640, 480))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * (n + 3))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type rig struct {
	srv *journal.Server
	nc  *nats.Conn
	log *journal.Journal
}

func start(t testing.TB, dir string) rig {
	t.Helper()
	srv, err := journal.StartServer(journal.ServerConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Stop)
	nc, err := srv.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	log, err := journal.Open(context.Background(), nc, journal.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	return rig{srv, nc, log}
}

func open(t testing.TB, nc *nats.Conn, s evidence.Sealer, cfg evidence.Config) *evidence.Store {
	t.Helper()
	st, err := evidence.Open(context.Background(), nc, s, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// raw is everything the bucket holds, as the server has it.
func raw(t testing.TB, nc *nats.Conn) (all []byte, msgs uint64) {
	t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(t.Context(), evidence.StreamName)
	if err != nil {
		t.Fatal(err)
	}
	st := s.CachedInfo().State
	for seq := st.FirstSeq; st.Msgs > 0 && seq <= st.LastSeq; seq++ {
		m, err := s.GetMsg(t.Context(), seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(append(all, m.Subject...), m.Data...)
	}
	return all, st.Msgs
}

func TestPutAndRead(t *testing.T) {
	r := start(t, t.TempDir())
	synced := 0
	st := open(t, r.nc, memory.New(), evidence.Config{Sync: func(context.Context) error { synced++; return nil }})
	item, other := uuid.New(), uuid.New()
	data := photo(t, 1)
	f, err := st.Put(t.Context(), item, "张三家门口.png", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if synced != 1 {
		t.Errorf("synced %d times before a fact could rest on it", synced)
	}
	if f.Type != "image/jpeg" || f.Width != 640 || f.Height != 480 || !f.Cleaned || f.Size != len(data) || len(f.Original) != 64 || f.Original != f.Kept ||
		f.Name.Plain() != "张三家门口.jpg" || len(f.Object) < 26 || strings.Contains(f.Object, "张三") {
		t.Errorf("file %+v named %q", f, f.Name.Plain())
	}
	if got, err := st.File(t.Context(), item, f.Object); err != nil || !bytes.Equal(got, data) {
		t.Errorf("read back: %d bytes, %v", len(got), err)
	}
	thumb, err := st.Thumb(t.Context(), item, f.Object)
	if err != nil {
		t.Fatal(err)
	}
	if cfg, err := jpeg.DecodeConfig(bytes.NewReader(thumb)); err != nil || cfg.Width != 480 {
		t.Errorf("thumbnail %+v, %v", cfg, err)
	}
	if _, err := st.File(t.Context(), other, f.Object); !errors.Is(err, seal.ErrErased) && !errors.Is(err, seal.ErrTampered) {
		t.Errorf("another item's: %v", err)
	}
	if _, err := st.File(t.Context(), item, "NOSUCHOBJECT"); !errors.Is(err, evidence.ErrNotFound) {
		t.Errorf("no such object: %v", err)
	}
	all, _ := raw(t, r.nc)
	for _, plain := range []string{"张三", "JFIF", string(data[200:240])} {
		if bytes.Contains(all, []byte(plain)) {
			t.Errorf("%q stands plain in the bucket", plain)
		}
	}
}

// A file of many chunks comes back as it was.
func TestManyChunks(t *testing.T) {
	r := start(t, t.TempDir())
	st := open(t, r.nc, memory.New(), evidence.Config{})
	item := uuid.New()
	paper := append(bytes.Repeat([]byte("%PDF-1.7 line\n"), 100_000), "%%EOF"...)
	f, err := st.Put(t.Context(), item, "a.pdf", bytes.NewReader(paper))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := st.File(t.Context(), item, f.Object); err != nil || !bytes.Equal(got, paper) {
		t.Errorf("%d bytes of %d, %v", len(got), len(paper), err)
	}
	if _, err := st.Thumb(t.Context(), item, f.Object); !errors.Is(err, evidence.ErrNotFound) {
		t.Errorf("thumbnail of a paper: %v", err)
	}
}

// A failed sync fails the upload: nothing may rest on what may be lost.
func TestPutFailsWithTheDisk(t *testing.T) {
	r := start(t, t.TempDir())
	bad := errors.New("disk says no")
	st := open(t, r.nc, memory.New(), evidence.Config{Sync: func(context.Context) error { return bad }})
	if f, err := st.Put(t.Context(), uuid.New(), "a.jpg", bytes.NewReader(photo(t, 1))); !errors.Is(err, bad) || !f.IsZero() {
		t.Errorf("%+v, %v", f, err)
	}
}

type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	copy(p, "\xff\xd8\xff\xe0")
	return len(p), nil
}

func TestSizes(t *testing.T) {
	r := start(t, t.TempDir())
	st := open(t, r.nc, memory.New(), evidence.Config{})
	refused := func(want string, from io.Reader) {
		t.Helper()
		_, err := st.Put(t.Context(), uuid.New(), "a.jpg", from)
		var no *evidence.Refusal
		if !errors.As(err, &no) || no.Code != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	stream := &endless{}
	refused("too_large", io.LimitReader(stream, 100<<20))
	runtime.ReadMemStats(&after)
	if stream.read > 32<<20 || after.TotalAlloc-before.TotalAlloc > 160<<20 {
		t.Errorf("read %d MB of it and took %d MB", stream.read>>20, (after.TotalAlloc-before.TotalAlloc)>>20)
	}
	refused("empty", strings.NewReader(""))
	refused("page", strings.NewReader("<html>"))
	small := open(t, r.nc, memory.New(), evidence.Config{MaxSize: 1000})
	if _, err := small.Put(t.Context(), uuid.New(), "a.jpg", bytes.NewReader(photo(t, 1))); err == nil {
		t.Error("a file over the configured size was taken")
	}
	if _, msgs := raw(t, r.nc); msgs != 0 {
		t.Errorf("%d messages are left of refused files", msgs)
	}
}

// When the bucket is full the person is told; the log beside it goes on.
func TestFull(t *testing.T) {
	r := start(t, t.TempDir())
	st := open(t, r.nc, memory.New(), evidence.Config{MaxBytes: 300 << 10})
	item := raise(t, r.log)
	var no *evidence.Refusal
	for n := range 50 {
		_, err := st.Put(t.Context(), item, "a.jpg", bytes.NewReader(photo(t, n)))
		if err == nil {
			continue
		}
		if !errors.As(err, &no) || no.Code != "full" {
			t.Fatalf("after %d: %v", n, err)
		}
		break
	}
	if no == nil {
		t.Fatal("the bucket never got full")
	}
	raise(t, r.log)
}

func TestErased(t *testing.T) {
	r := start(t, t.TempDir())
	v, err := vault.Open(t.Context(), r.nc, vault.Config{Master: newMaster(t)})
	if err != nil {
		t.Fatal(err)
	}
	st := open(t, r.nc, v, evidence.Config{})
	item := uuid.New()
	f, err := st.Put(t.Context(), item, "a.jpg", bytes.NewReader(photo(t, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Erase(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func(context.Context, uuid.UUID, string) ([]byte, error){"file": st.File, "thumbnail": st.Thumb} {
		if got, err := read(t.Context(), item, f.Object); !errors.Is(err, vault.ErrErased) || !errors.Is(err, events.ErrNoFile) || got != nil {
			t.Errorf("%s of an erased item: %d bytes, %v", name, len(got), err)
		}
	}
	if _, err := st.Put(t.Context(), item, "a.jpg", bytes.NewReader(photo(t, 1))); !errors.Is(err, vault.ErrErased) {
		t.Errorf("put for an erased item: %v", err)
	}
}

func TestOpenRefusesOtherBuckets(t *testing.T) {
	for want, cfg := range map[string]jetstream.StreamConfig{
		"would lose files":  {MaxAge: time.Hour, Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew, MaxBytes: 1 << 20},
		"no size limit":     {Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew, MaxBytes: -1},
		"cannot be swept":   {Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew, MaxBytes: 1 << 20, DenyPurge: true},
		"would lose files:": {Storage: jetstream.MemoryStorage, Discard: jetstream.DiscardNew, MaxBytes: 1 << 20},
	} {
		r := start(t, t.TempDir())
		js, err := jetstream.New(r.nc)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Name, cfg.Subjects = evidence.StreamName, []string{"$O." + evidence.Bucket + ".C.>", "$O." + evidence.Bucket + ".M.>"}
		if _, err := js.CreateStream(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		if _, err := evidence.Open(t.Context(), r.nc, memory.New(), evidence.Config{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// raise appends the first commit of a new item.
func raise(t testing.TB, log *journal.Journal) uuid.UUID {
	t.Helper()
	item := uuid.New()
	record(t, log, item, events.ItemAccepted{Title: "清淤"})
	return item
}

// record appends one fact to an item.
func record(t testing.TB, log *journal.Journal, item uuid.UUID, e events.Event) {
	t.Helper()
	ctx := context.Background()
	h, err := log.Load(ctx, item)
	if err != nil {
		t.Fatal(err)
	}
	c := events.Commit{Item: item, Rev: 1, CommandID: uuid.New(), Command: "test", At: time.Now(), Actor: events.Actor{ID: "a", Role: events.Handler, Post: "承办人"}, Events: []events.Event{e}}
	var expected uint64
	if n := len(h); n > 0 {
		c.Rev, c.Prev, expected = h[n-1].Rev+1, h[n-1].Hash, h[n-1].Sequence
	}
	if _, err := log.Append(ctx, events.Write{Commit: c, Expected: expected}); err != nil {
		t.Fatal(err)
	}
}

func newMaster(t testing.TB) seal.Master {
	t.Helper()
	m, err := vault.MakeMaster(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}
