package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"xiaohao/events"
	"xiaohao/events/journal"
	"xiaohao/events/journal/journaltest"
)

func TestMain(m *testing.M) {
	partMessages = 40
	if child() {
		return
	}
	goleak.VerifyTestMain(m)
}

// store is an embedded server and the log in it.
type store struct {
	srv *journal.Server
	nc  *nats.Conn
	log *journal.Journal
}

func newServer(t testing.TB, dir string) (*journal.Server, *nats.Conn) {
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
	return srv, nc
}

func newStore(t testing.TB, dir string) *store {
	t.Helper()
	srv, nc := newServer(t, dir)
	return &store{srv, nc, openLog(t, nc)}
}

func openLog(t testing.TB, nc *nats.Conn) *journal.Journal {
	t.Helper()
	j, err := journal.Open(t.Context(), nc, journal.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// fill writes n commits of several items, atomic batches, numbers and keys among them.
func (s *store) fill(t testing.TB, n int) {
	t.Helper()
	heads := []events.Write{journaltest.Start(uuid.New()), journaltest.Start(uuid.New()), journaltest.Start(uuid.New())}
	for i := 0; i < n; {
		writes := heads[:1]
		if i%7 == 6 && i+2 <= n {
			writes = heads[1:3]
			writes[1].Commit.CommandID = writes[0].Commit.CommandID
		}
		got, err := s.log.Append(t.Context(), writes...)
		if err != nil {
			t.Fatal(err)
		}
		for k, r := range got {
			writes[k] = journaltest.Next(r)
		}
		i += len(got)
		if _, err := s.log.NextNumber(t.Context(), fmt.Sprintf("QG-%d", 2024+i%3)); err != nil {
			t.Fatal(err)
		}
	}
}

// pour writes n commits to items of three commits each, as fast as the server takes them,
// and returns the end of the log.
func (s *store) pour(t testing.TB, n int) uint64 {
	t.Helper()
	js, err := jetstream.New(s.nc)
	if err != nil {
		t.Fatal(err)
	}
	settle := func() {
		select {
		case <-js.PublishAsyncComplete():
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		}
	}
	var last events.Recorded
	for i := range n {
		if i%1000 == 999 {
			settle()
		}
		w := journaltest.Next(last)
		if i%3 == 0 {
			w = journaltest.Start(uuid.New())
		}
		data, hash, err := events.Encode(w.Commit)
		if err != nil {
			t.Fatal(err)
		}
		last = events.Recorded{Commit: w.Commit, Hash: hash}
		m := nats.NewMsg(events.Subject("main", events.ItemAggregate, w.Commit.Item))
		m.Data = data
		m.Header.Set(nats.MsgIdHdr, w.Commit.CommandID.String())
		m.Header.Set("Nats-Expected-Stream", "RECT")
		if _, err := js.PublishMsgAsync(m); err != nil {
			t.Fatal(err)
		}
	}
	settle()
	end, err := s.log.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return end
}

// putKeys makes the stream of data keys as package vault does, and puts one for each name.
func (s *store) putKeys(t testing.TB, names ...string) {
	t.Helper()
	js, err := jetstream.New(s.nc)
	if err != nil {
		t.Fatal(err)
	}
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "KV_RECT_KEYS", Subjects: []string{"$KV.RECT_KEYS.>"},
		Discard: jetstream.DiscardNew, MaxMsgsPerSubject: 1, AllowRollup: true})
	if err != nil && !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		t.Fatal(err)
	}
	for _, n := range names {
		if _, err := js.Publish(t.Context(), "$KV.RECT_KEYS."+n, []byte("wrapped key of "+n)); err != nil {
			t.Fatal(err)
		}
	}
}

func mustRun(t testing.TB, nc *nats.Conn, cfg Config) Report {
	t.Helper()
	r, err := Run(t.Context(), nc, cfg)
	if err != nil {
		t.Fatal(err)
	}
	check(t, cfg.Dir)
	if cfg.Keys != "" {
		check(t, cfg.Keys)
	}
	return r
}

// check verifies a backup that must be whole.
func check(t testing.TB, dir string) *Backup {
	t.Helper()
	b, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestIncremental backs up three times into the same directory and compares each with the
// log; what was full before stays as it is, what was replaced is gone.
func TestIncremental(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	dir := filepath.Join(t.TempDir(), "backup")
	var before map[string]File
	for round := range 3 {
		s.fill(t, 70)
		r := mustRun(t, s.nc, Config{Dir: dir})
		last, err := s.log.Last(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r.Last != last || r.Before != uint64(70*round) || r.Identity != s.log.Identity() {
			t.Errorf("round %d: %+v, the log ends at %d", round, r, last)
		}
		b := check(t, dir)
		now := map[string]File{}
		for _, f := range b.stream("RECT").Files {
			now[f.Name] = f
		}
		for name, f := range before {
			if _, kept := now[name]; kept != f.full() {
				t.Errorf("round %d: %s of %d messages kept: %v", round, name, f.Messages, kept)
			}
		}
		before = now
		holds(t, dir, b)
	}
	mustRun(t, s.nc, Config{Dir: dir}) // nothing new
	if n := len(check(t, dir).stream("RECT").Files); n != 6 {
		t.Errorf("210 commits in %d files", n)
	}
}

// holds makes sure that a directory holds what its manifest names and nothing else.
func holds(t *testing.T, dir string, b *Backup) {
	t.Helper()
	want := map[string]bool{manifestFile: true, lockFile: true}
	for _, s := range b.Streams {
		for _, f := range s.Files {
			want[filepath.FromSlash(f.Name)] = true
		}
	}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others", path)
		}
		name, _ := filepath.Rel(dir, path)
		if !e.IsDir() && !want[name] {
			t.Errorf("%s is not in the manifest", name)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestWhileWritersWrite backs up under eight writers, again and again: what was
// acknowledged before a backup began is in it, chains are whole, no batch is cut in two,
// and no counter is missing.
func TestWhileWritersWrite(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.putKeys(t, "a", "b")
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	acked := map[uint64]string{}
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			a, b := journaltest.Start(uuid.New()), journaltest.Start(uuid.New())
			for i := 0; ctx.Err() == nil; i++ {
				writes := []events.Write{a}
				if i%5 == w%5 {
					b.Commit.CommandID = a.Commit.CommandID
					writes = append(writes, b)
				}
				got, err := s.log.Append(context.Background(), writes...)
				if err != nil {
					t.Error(err)
					return
				}
				a = journaltest.Next(got[0])
				if len(got) > 1 {
					b = journaltest.Next(got[1])
				}
				if _, err := s.log.NextNumber(context.Background(), fmt.Sprintf("QG-%d", w)); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, r := range got {
					acked[r.Sequence] = r.Hash
				}
				mu.Unlock()
			}
		})
	}
	defer func() { cancel(); writers.Wait() }()
	dir, keys := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "keys")
	for range 6 {
		mu.Lock()
		before := make(map[uint64]string, len(acked))
		for k, v := range acked {
			before[k] = v
		}
		mu.Unlock()
		mustRun(t, s.nc, Config{Dir: dir, Keys: keys})
		b := check(t, dir)
		open := ""
		err := b.Messages("RECT", func(m Message, _ []byte) error {
			if before[m.Seq] == commitHash(m.Data) {
				delete(before, m.Seq)
			}
			id := nats.Header(m.Header).Get(hdrBatch)
			if open != "" && id != open {
				t.Errorf("batch %s is cut off before %d", open, m.Seq)
			}
			if open = id; nats.Header(m.Header).Get(hdrBatchCommit) != "" {
				open = ""
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if open != "" {
			t.Errorf("the backup ends inside batch %s", open)
		}
		if len(before) > 0 {
			t.Errorf("%d commits were acknowledged before and are not in the backup", len(before))
		}
		counters := map[string]bool{}
		err = b.Messages("RECT_NUMBERS", func(m Message, _ []byte) error {
			if counters[m.Subject] {
				t.Errorf("counter %s is there twice", m.Subject)
			}
			counters[m.Subject] = true
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(before) == 0 && b.Last > 100 && len(counters) != 8 {
			t.Errorf("%d counters of 8", len(counters))
		}
	}
}

// TestRefusals says no before anything is written.
func TestRefusals(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.fill(t, 50)
	dir := t.TempDir()
	mustRun(t, s.nc, Config{Dir: dir})
	other := newStore(t, t.TempDir())
	other.fill(t, 60)
	_, empty := newServer(t, t.TempDir())
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "holiday.jpg"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	short := newStore(t, t.TempDir()) // as the log after it lost its end
	restoreInto(t, short, dir)
	short.fill(t, 1)
	longer := t.TempDir()
	mustRun(t, short.nc, Config{Dir: longer})
	s.fill(t, 1)

	for name, c := range map[string]struct {
		nc   *nats.Conn
		cfg  Config
		want error
	}{
		"other log":         {other.nc, Config{Dir: dir}, ErrOtherLog},
		"no log":            {empty, Config{Dir: t.TempDir()}, ErrNoLog},
		"foreign":           {s.nc, Config{Dir: foreign}, ErrForeign},
		"keys inside":       {s.nc, Config{Dir: dir, Keys: filepath.Join(dir, "keys2")}, ErrNested},
		"keys around":       {s.nc, Config{Dir: filepath.Join(foreign, "x"), Keys: foreign}, ErrNested},
		"keys are data":     {s.nc, Config{Dir: dir, Keys: dir + "/."}, ErrNested},
		"keys by a link":    {s.nc, Config{Dir: dir, Keys: filepath.Join(link, "k")}, ErrNested},
		"data for keys":     {s.nc, Config{Dir: t.TempDir(), Keys: dir}, ErrKind},
		"went on otherwise": {s.nc, Config{Dir: longer}, ErrDiverged},
	} {
		t.Run(name, func(t *testing.T) {
			was := tree(t, c.cfg.Dir)
			if _, err := Run(t.Context(), c.nc, c.cfg); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if got := tree(t, c.cfg.Dir); name != "no log" && got != was {
				t.Errorf("the directory changed:\n%s\nwas\n%s", got, was)
			}
		})
	}
}

// tree lists the files of a directory with their content's hash.
func tree(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil || e.IsDir() || e.Name() == lockFile {
			return err
		}
		data, err := os.ReadFile(path)
		fmt.Fprintln(&b, path, hashOf(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestEndLost backs up a log that is shorter than its backup.
func TestEndLost(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.fill(t, 50)
	early := t.TempDir()
	mustRun(t, s.nc, Config{Dir: early})
	s.fill(t, 10)
	late := t.TempDir()
	mustRun(t, s.nc, Config{Dir: late})
	back := newStore(t, t.TempDir())
	restoreInto(t, back, early)
	if _, err := Run(t.Context(), back.nc, Config{Dir: late}); !errors.Is(err, ErrDiverged) {
		t.Errorf("got %v", err)
	}
}

// TestKeysApart backs up keys beside the data: never in the data's directory, and one that
// was destroyed is in no later backup.
func TestKeysApart(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.fill(t, 5)
	s.putKeys(t, "check", "item.a", "item.b")
	dir, keys := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "keys")
	if r := mustRun(t, s.nc, Config{Dir: dir, Keys: keys}); r.Keys != 3 {
		t.Errorf("%d keys", r.Keys)
	}
	if text := unpacked(t, dir); strings.Contains(text, "wrapped key") {
		t.Error("a key is among the data")
	}
	js, err := jetstream.New(s.nc)
	if err != nil {
		t.Fatal(err)
	}
	st, err := js.Stream(t.Context(), "KV_RECT_KEYS")
	if err != nil {
		t.Fatal(err)
	}
	if err := st.SecureDeleteMsg(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "$KV.RECT_KEYS.item.a", []byte("erased")); err != nil {
		t.Fatal(err)
	}
	mustRun(t, s.nc, Config{Dir: dir, Keys: keys})
	text := unpacked(t, keys)
	if strings.Contains(text, "wrapped key of item.a") || !strings.Contains(text, "wrapped key of item.b") || !strings.Contains(text, "erased") {
		t.Errorf("keys after an erasure: %s", text)
	}
}

// unpacked is all that stands in the files of a directory, the data in their plain form.
func unpacked(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".gz") {
			return err
		}
		for _, line := range gunzip(t, path) {
			m, err := parseLine(line)
			if err != nil {
				return err
			}
			fmt.Fprintln(&b, m.Seq, m.Subject, m.Header, string(m.Data))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestReadableWithoutUs reads a backup as an auditor does, with the standard tools alone.
func TestReadableWithoutUs(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.fill(t, 9)
	dir := t.TempDir()
	mustRun(t, s.nc, Config{Dir: dir})
	b := check(t, dir)
	seq := uint64(0)
	for _, f := range b.stream("RECT").Files {
		for _, line := range gunzip(t, filepath.Join(dir, f.Name)) {
			var m struct {
				Seq  uint64 `json:"seq"`
				JSON struct {
					Hash   string          `json:"hash"`
					Commit json.RawMessage `json:"commit"`
				} `json:"json"`
			}
			if err := json.Unmarshal(line, &m); err != nil {
				t.Fatal(err)
			}
			if seq++; m.Seq != seq || hashOf(m.JSON.Commit) != m.JSON.Hash {
				t.Errorf("line %d: %s", seq, line)
			}
		}
	}
	if seq != 9 {
		t.Errorf("%d lines", seq)
	}
}

// TestEvidence backs up an object store in which files are purged between backups: what is
// gone is in no later backup, files that lost nothing stay, and a restore gives the objects.
func TestEvidence(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.fill(t, 5)
	js, err := jetstream.New(s.nc)
	if err != nil {
		t.Fatal(err)
	}
	bucket, err := js.CreateObjectStore(t.Context(), jetstream.ObjectStoreConfig{Bucket: "RECT_EVIDENCE"})
	if err != nil {
		t.Fatal(err)
	}
	put := func(name string) {
		t.Helper()
		data := bytes.Repeat([]byte("picture of "+name+"\x00"), 40_000) // several chunks
		if _, err := bucket.PutBytes(t.Context(), name, data); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 16 {
		put(fmt.Sprintf("a%02d", i))
	}
	dir := filepath.Join(t.TempDir(), "backup")
	mustRun(t, s.nc, Config{Dir: dir})
	before := check(t, dir).stream("OBJ_RECT_EVIDENCE").Files
	if len(before) < 3 {
		t.Fatalf("%d files", len(before))
	}
	if err := bucket.Delete(t.Context(), "a00"); err != nil {
		t.Fatal(err)
	}
	put("b")
	mustRun(t, s.nc, Config{Dir: dir})
	b := check(t, dir)
	holds(t, dir, b)
	if after := b.stream("OBJ_RECT_EVIDENCE").Files; after[0].Name == before[0].Name || after[1].Name != before[1].Name {
		t.Errorf("files were %s and %s, are %s and %s", before[0].Name, before[1].Name, after[0].Name, after[1].Name)
	}
	if text := unpacked(t, dir); strings.Contains(text, "picture of a00") || !strings.Contains(text, "picture of a01") || !strings.Contains(text, "picture of b") {
		t.Error("the backup does not hold what the store holds")
	}
	_, nc := newServer(t, t.TempDir())
	if _, err := Restore(t.Context(), nc, RestoreConfig{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	equalStores(t, s.nc, nc, "OBJ_RECT_EVIDENCE")
}
