package evidence_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/events/evidence"
	"xiaohao/events/journal"
	"xiaohao/events/vault/memory"
)

var future = time.Now().Add(time.Hour)

func TestSweep(t *testing.T) {
	r := start(t, t.TempDir())
	st := open(t, r.nc, memory.New(), evidence.Config{})
	item := raise(t, r.log)
	put := func(n int) events.EvidenceFile {
		t.Helper()
		f, err := st.Put(t.Context(), item, "a.jpg", bytes.NewReader(photo(t, n)))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	named, forgotten := put(1), put(2)
	fact := events.EvidenceRecorded{ID: "e-1", Name: "照片", Kind: events.ResultEvidence, File: named}
	fact.File.Name = events.Sealed{}
	record(t, r.log, item, fact)
	// What a Put leaves that was killed before its object was there.
	if err := r.nc.Publish("$O."+evidence.Bucket+".C.lost", []byte("chunk")); err != nil {
		t.Fatal(err)
	}
	if err := r.nc.Flush(); err != nil {
		t.Fatal(err)
	}
	sweep := func(before time.Time, want int) {
		t.Helper()
		if n, err := st.Sweep(t.Context(), r.log, before); n != want || err != nil {
			t.Errorf("swept %d, %v; want %d", n, err, want)
		}
	}
	_, all := raw(t, r.nc)
	sweep(time.Now().Add(-evidence.Grace), 0)
	if _, now := raw(t, r.nc); now != all {
		t.Errorf("what is younger than a day was taken: %d messages of %d are left", now, all)
	}
	sweep(future, 1)
	if _, err := st.File(t.Context(), item, forgotten.Object); !errors.Is(err, evidence.ErrNotFound) {
		t.Errorf("the forgotten file: %v", err)
	}
	if _, err := st.File(t.Context(), item, named.Object); err != nil {
		t.Errorf("the named file: %v", err)
	}
	if _, err := st.Thumb(t.Context(), item, named.Object); err != nil {
		t.Errorf("its thumbnail: %v", err)
	}
	if left, msgs := raw(t, r.nc); msgs != 4 || bytes.Contains(left, []byte("C.lost")) { // a chunk and a name each of file and thumbnail
		t.Errorf("%d messages are left", msgs)
	}
	sweep(future, 0)
}

// Of an item whose keys are destroyed everything goes, however young.
func TestSweepTakesWhatWasErased(t *testing.T) {
	r := start(t, t.TempDir())
	st := open(t, r.nc, memory.New(), evidence.Config{})
	item := raise(t, r.log)
	f, err := st.Put(t.Context(), item, "a.jpg", bytes.NewReader(photo(t, 1)))
	if err != nil {
		t.Fatal(err)
	}
	f.Name = events.Sealed{}
	record(t, r.log, item, events.EvidenceRecorded{ID: "e-1", Name: "照片", Kind: events.ResultEvidence, File: f})
	record(t, r.log, item, events.ErasureRequested{Reason: events.PersonWishes})
	if n, err := st.Sweep(t.Context(), r.log, future); n != 0 || err != nil {
		t.Errorf("before the keys are gone: swept %d, %v", n, err)
	}
	record(t, r.log, item, events.ErasureCompleted{Request: 3})
	if n, err := st.Sweep(t.Context(), r.log, time.Now().Add(-evidence.Grace)); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if _, msgs := raw(t, r.nc); msgs != 0 {
		t.Errorf("%d messages are left", msgs)
	}
}

// A workbook goes when its own key is destroyed, though its item is not erased.
func TestSweepTakesTheWorkbook(t *testing.T) {
	r := start(t, t.TempDir())
	keys := memory.New()
	st := open(t, r.nc, keys, evidence.Config{})
	item := raise(t, r.log)
	f, err := st.PutWorkbook(t.Context(), item, "台账.csv", strings.NewReader("序号,存在问题\n1,路灯不亮\n"))
	if err != nil {
		t.Fatal(err)
	}
	photo, err := st.Put(t.Context(), item, "a.jpg", bytes.NewReader(photo(t, 1)))
	if err != nil {
		t.Fatal(err)
	}
	f.Name, photo.Name = events.Sealed{}, events.Sealed{}
	record(t, r.log, item, events.EvidenceRecorded{ID: "e-1", Name: "照片", Kind: events.ResultEvidence, File: photo})
	record(t, r.log, item, events.LedgerClaimed{Ledger: "台账", File: f.Original, Row: 2, Says: events.InProgress, Mode: events.Immediate, Workbook: f, Text: "x"})
	if n, err := st.Sweep(t.Context(), r.log, future); n != 0 || err != nil {
		t.Errorf("while it opens: swept %d, %v", n, err)
	}
	if err := keys.Erase(t.Context(), events.WorkbookKey(f.Original)); err != nil {
		t.Fatal(err)
	}
	if n, err := st.Sweep(t.Context(), r.log, time.Now().Add(-evidence.Grace)); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if _, err := st.Workbook(t.Context(), f.Original, f.Object); !errors.Is(err, evidence.ErrNotFound) {
		t.Errorf("the workbook: %v", err)
	}
	if _, err := st.File(t.Context(), item, photo.Object); err != nil {
		t.Errorf("the photo of the same item: %v", err)
	}
}

type brokenLog struct{ err error }

func (b brokenLog) Load(context.Context, uuid.UUID) ([]events.Recorded, error) { return nil, b.err }

// A log that cannot be read, or does not know the item, costs no file.
func TestSweepNeedsTheLog(t *testing.T) {
	r := start(t, t.TempDir())
	st := open(t, r.nc, memory.New(), evidence.Config{})
	f, err := st.Put(t.Context(), uuid.New(), "a.jpg", bytes.NewReader(photo(t, 1)))
	if err != nil {
		t.Fatal(err)
	}
	_, all := raw(t, r.nc)
	bad := errors.New("no answer")
	if n, err := st.Sweep(t.Context(), brokenLog{bad}, future); n != 0 || !errors.Is(err, bad) {
		t.Errorf("swept %d, %v", n, err)
	}
	if n, err := st.Sweep(t.Context(), r.log, future); n != 0 || !errors.Is(err, evidence.ErrOtherLog) {
		t.Errorf("swept %d, %v", n, err)
	}
	if _, now := raw(t, r.nc); now != all {
		t.Errorf("%s: %d messages of %d are left", f.Object, now, all)
	}
}

// victim is a program that dies between Put and the fact. It never returns.
func victim(dir string) {
	fail := func(err error) {
		if err != nil {
			fmt.Println("victim:", err)
			os.Exit(1)
		}
	}
	ctx := context.Background()
	srv, err := journal.StartServer(journal.ServerConfig{Dir: dir})
	fail(err)
	nc, err := srv.Connect()
	fail(err)
	st, err := evidence.Open(ctx, nc, memory.New(), evidence.Config{Sync: func(ctx context.Context) error { return srv.Sync(ctx, evidence.StreamName) }})
	fail(err)
	item, err := uuid.Parse(os.Getenv("EVIDENCE_ITEM"))
	fail(err)
	var b bytes.Buffer
	fail(jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 800, 600)), nil))
	f, err := st.Put(ctx, item, "a.jpg", &b)
	fail(err)
	fmt.Println("kept", f.Object)
	select {}
}

func TestKilledBeforeTheFact(t *testing.T) {
	dir := t.TempDir()
	var item uuid.UUID
	t.Run("item", func(t *testing.T) { item = raise(t, start(t, dir).log) })
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "EVIDENCE_VICTIM="+dir, "EVIDENCE_ITEM="+item.String())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	id, ok := strings.CutPrefix(strings.TrimSpace(line), "kept ")
	if err != nil || !ok {
		t.Fatalf("%q, %v", line, err)
	}
	r := start(t, dir)
	st := open(t, r.nc, memory.New(), evidence.Config{})
	if left, msgs := raw(t, r.nc); msgs != 4 || !bytes.Contains(left, []byte(item.String())) {
		t.Errorf("what was synced is not there: %d messages", msgs)
	}
	h, err := r.log.Load(t.Context(), item)
	if err != nil || len(h) != 1 {
		t.Errorf("the item has %d commits, %v: nothing of the file may be visible", len(h), err)
	}
	if n, err := st.Sweep(t.Context(), r.log, future); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if _, err := st.File(t.Context(), item, id); !errors.Is(err, evidence.ErrNotFound) {
		t.Errorf("after the sweep: %v", err)
	}
	if _, msgs := raw(t, r.nc); msgs != 0 {
		t.Errorf("%d messages are left", msgs)
	}
}
