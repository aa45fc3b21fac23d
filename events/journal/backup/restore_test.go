package backup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"xiaohao/events/journal"
	"xiaohao/events/journal/journaltest"
)

// restoreInto replaces a store's log by a backup.
func restoreInto(t testing.TB, s *store, dir string) {
	t.Helper()
	js, err := jetstream.New(s.nc)
	if err != nil {
		t.Fatal(err)
	}
	for _, sp := range specs {
		if err := js.DeleteStream(t.Context(), sp.name); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
			t.Fatal(err)
		}
	}
	if _, err := Restore(t.Context(), s.nc, RestoreConfig{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	s.log = openLog(t, s.nc)
}

// raw is a stored message to the last byte.
type raw struct {
	Subject string    `json:"subject"`
	Seq     uint64    `json:"seq"`
	Headers []byte    `json:"hdrs"`
	Data    []byte    `json:"data"`
	Time    time.Time `json:"time"`
}

// dump reads every stored message of a stream, one by one, and what the stream is.
func dump(t testing.TB, nc *nats.Conn, stream string) (jetstream.StreamConfig, []raw) {
	t.Helper()
	src, err := newSource(nc)
	if err != nil {
		t.Fatal(err)
	}
	info, err := src.info(t.Context(), stream)
	if err != nil || info == nil {
		t.Fatalf("stream %s: %v, %v", stream, info, err)
	}
	var out []raw
	for seq := info.State.FirstSeq; seq <= info.State.LastSeq && info.State.Msgs > 0; seq++ {
		resp, err := nc.Request("$JS.API.STREAM.MSG.GET."+stream, fmt.Appendf(nil, `{"seq":%d}`, seq), 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		var a struct {
			Message *raw `json:"message"`
		}
		if err := json.Unmarshal(resp.Data, &a); err != nil {
			t.Fatal(err)
		}
		if a.Message != nil {
			out = append(out, *a.Message)
		}
	}
	out = append(out, raw{Seq: info.State.LastSeq}) // the next one will be the same, too
	return info.Config, out
}

// headerLines sorts a message's headers, which the client library sends in any order.
func headerLines(r raw) []string {
	return slices.Sorted(strings.SplitSeq(string(r.Headers), "\r\n"))
}

// equalStores compares two stores message by message, headers and times included.
func equalStores(t testing.TB, want, got *nats.Conn, streams ...string) {
	t.Helper()
	for _, name := range streams {
		wc, wm := dump(t, want, name)
		gc, gm := dump(t, got, name)
		wj, _ := json.Marshal(wc)
		gj, _ := json.Marshal(gc)
		if !bytes.Equal(wj, gj) {
			t.Errorf("%s was %s, is %s", name, wj, gj)
		}
		if len(wm) != len(gm) {
			t.Fatalf("%s had %d messages, has %d", name, len(wm), len(gm))
		}
		for i := range wm {
			w, g := wm[i], gm[i]
			if w.Seq != g.Seq || w.Subject != g.Subject || !w.Time.Equal(g.Time) || !slices.Equal(headerLines(w), headerLines(g)) || !bytes.Equal(w.Data, g.Data) {
				t.Fatalf("%s: %d %s %v %q %q\nbecame %d %s %v %q %q", name, w.Seq, w.Subject, w.Time, w.Headers, w.Data, g.Seq, g.Subject, g.Time, g.Headers, g.Data)
			}
		}
	}
}

// TestRestore brings a backup with its keys back: the same to the last byte, going on where
// it ended, and refused by a store that is not empty.
func TestRestore(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.fill(t, 130)
	s.putKeys(t, "check", "item.a", "item.b", "item.a")
	item := journaltest.Fill(t, s.log, 4)
	dir, keys := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "keys")
	r := mustRun(t, s.nc, Config{Dir: dir, Keys: keys})

	_, nc := newServer(t, t.TempDir())
	got, err := Restore(t.Context(), nc, RestoreConfig{Dir: dir, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	if got.Identity != r.Identity || got.Last != r.Last || got.Messages != r.Messages || got.Keys != 3 {
		t.Errorf("restored %+v of %+v", got, r)
	}
	equalStores(t, s.nc, nc, "RECT", "RECT_NUMBERS", "KV_RECT_KEYS")

	j := openLog(t, nc)
	if j.Identity() != s.log.Identity() {
		t.Error("the identity changed")
	}
	history, err := j.Load(t.Context(), item[0].Item)
	if err != nil || len(history) != 4 {
		t.Fatalf("%d commits, %v", len(history), err)
	}
	if _, err := j.Append(t.Context(), journaltest.Next(history[3])); err != nil {
		t.Errorf("append after the restore: %v", err)
	}
	for _, prefix := range []string{"QG-2024", "QG-2025", "QG-2026", "QG-2030"} {
		want, err := s.log.NextNumber(t.Context(), prefix)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := j.NextNumber(t.Context(), prefix); n != want || err != nil {
			t.Errorf("next number of %s is %d, %v; was %d", prefix, n, err, want)
		}
	}
	mustRun(t, nc, Config{Dir: dir, Keys: keys}) // the restored log continues the backup

	if _, err := Restore(t.Context(), nc, RestoreConfig{Dir: dir}); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("restore over a log: %v", err)
	}
	if n, err := j.Last(t.Context()); n != r.Last+1 || err != nil {
		t.Errorf("the refused restore changed the log: %d, %v", n, err)
	}
}

// TestRestoreEmpty backs up a log in which nothing happened yet, and brings it back.
func TestRestoreEmpty(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	dir := t.TempDir()
	mustRun(t, s.nc, Config{Dir: dir})
	_, nc := newServer(t, t.TempDir())
	if _, err := Restore(t.Context(), nc, RestoreConfig{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	j := openLog(t, nc)
	if j.Identity() != s.log.Identity() {
		t.Error("the identity changed")
	}
	if c := journaltest.Fill(t, j, 1); c[0].Sequence != 1 {
		t.Errorf("first commit is %d", c[0].Sequence)
	}
}

// TestRestoreRefusals leaves the store as it is: empty.
func TestRestoreRefusals(t *testing.T) {
	t.Parallel()
	s, other := newStore(t, t.TempDir()), newStore(t, t.TempDir())
	dir, keys, otherKeys := filepath.Join(t.TempDir(), "d"), filepath.Join(t.TempDir(), "k"), filepath.Join(t.TempDir(), "k")
	for _, st := range []*store{s, other} {
		st.fill(t, 50)
		st.putKeys(t, "check")
	}
	mustRun(t, s.nc, Config{Dir: dir, Keys: keys})
	mustRun(t, other.nc, Config{Dir: filepath.Join(t.TempDir(), "d"), Keys: otherKeys})
	damaged := filepath.Join(t.TempDir(), "damaged")
	copyTree(t, dir, damaged)
	flipBit(t, filepath.Join(damaged, check(t, damaged).stream("RECT").Files[1].Name), 900)

	_, nc := newServer(t, t.TempDir())
	for name, c := range map[string]struct {
		cfg  RestoreConfig
		want error
	}{
		"no backup":     {RestoreConfig{Dir: t.TempDir()}, ErrNoBackup},
		"keys as data":  {RestoreConfig{Dir: keys}, ErrKind},
		"data as keys":  {RestoreConfig{Dir: dir, Keys: damaged}, ErrKind},
		"foreign keys":  {RestoreConfig{Dir: dir, Keys: otherKeys}, ErrOtherLog},
		"damaged":       {RestoreConfig{Dir: damaged, Keys: keys}, nil},
		"keys the same": {RestoreConfig{Dir: dir, Keys: dir}, ErrNested},
	} {
		_, err := Restore(t.Context(), nc, c.cfg)
		if _, fault := errors.AsType[*Fault](err); c.want == nil && !fault || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	src, err := newSource(nc)
	if err != nil {
		t.Fatal(err)
	}
	for _, sp := range specs {
		if info, err := src.info(t.Context(), sp.name); info != nil || err != nil {
			t.Errorf("a refused restore left stream %s, %v", sp.name, err)
		}
	}
}

// TestUnfinishedRestoreIsKnown refuses to open a log that a restore did not finish.
func TestUnfinishedRestoreIsKnown(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.fill(t, 90)
	dir := t.TempDir()
	mustRun(t, s.nc, Config{Dir: dir})
	b := check(t, dir)
	_, nc := newServer(t, t.TempDir())
	dst, err := newSource(nc)
	if err != nil {
		t.Fatal(err)
	}
	if err := dst.load(t.Context(), nc, b, b.Streams[0]); err != nil { // all of the log, and no more
		t.Fatal(err)
	}
	if _, err := journal.Open(t.Context(), nc, journal.Config{}); !errors.Is(err, journal.ErrRestoring) {
		t.Errorf("open: %v", err)
	}
	if _, err := Restore(t.Context(), nc, RestoreConfig{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	equalStores(t, s.nc, nc, "RECT", "RECT_NUMBERS")
}

// TestRestoreOverHalfMadeStream restores where a server was killed while it made the stream:
// there is a folder that it cannot read as a stream.
func TestRestoreOverHalfMadeStream(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.fill(t, 20)
	dir := t.TempDir()
	mustRun(t, s.nc, Config{Dir: dir})
	for _, files := range [][]string{{}, {"meta.inf"}, {"meta.inf", "meta.sum"}} {
		store := t.TempDir()
		stream := filepath.Join(store, "jetstream", "$G", "streams", "RECT")
		if err := os.MkdirAll(filepath.Join(stream, "msgs"), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(stream, f), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, nc := newServer(t, store)
		if _, err := Restore(t.Context(), nc, RestoreConfig{Dir: dir}); err != nil {
			t.Errorf("with %v: %v", files, err)
			continue
		}
		equalStores(t, s.nc, nc, "RECT", "RECT_NUMBERS")
	}
}
