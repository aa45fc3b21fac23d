package journal

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

// redone is a store of one block with three pieces in it, each put into the redo file.
func redone(t *testing.T) (dir, block string, pieces [3][]byte) {
	t.Helper()
	dir = t.TempDir()
	msgs := filepath.Join(dir, "jetstream", "$G", "streams", StreamName, "msgs")
	if err := os.MkdirAll(msgs, 0o700); err != nil {
		t.Fatal(err)
	}
	block = filepath.Join(msgs, "7.blk")
	pieces = [3][]byte{bytes.Repeat([]byte("一"), 500), bytes.Repeat([]byte("二"), 700), bytes.Repeat([]byte("三"), 900)}
	whole := bytes.Join(pieces[:], nil)
	if err := os.WriteFile(block, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := openRedo(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.file.Close()
	at := 0
	for _, p := range pieces {
		if ok, err := r.put(7, bytes.NewReader(whole), int64(at), len(p)); !ok || err != nil {
			t.Fatal(ok, err)
		}
		at += len(p)
	}
	return dir, block, pieces
}

func TestReplay(t *testing.T) {
	for name, x := range map[string]struct {
		f        func([]byte) []byte
		restored bool
	}{
		"nothing is missing":            {func(b []byte) []byte { return b }, false},
		"the last piece is gone":        {func(b []byte) []byte { return b[:1500+2100] }, true},
		"all but the beginning is gone": {func(b []byte) []byte { return b[:10] }, true},
		"all is gone":                   {func(b []byte) []byte { return nil }, true},
		"a length without its bytes":    {func(b []byte) []byte { return append(b[:1500:1500], make([]byte, len(b)-1500)...) }, true},
		"another text stands there":     {func(b []byte) []byte { c := bytes.Clone(b); c[1600] ^= 1; return c }, false},
		"another one, and shorter":      {func(b []byte) []byte { c := bytes.Clone(b[:2000]); c[1600] ^= 1; return c }, false},
		"the block was compressed": {func(b []byte) []byte {
			head := server.CompressionInfo{Algorithm: server.S2Compression, OriginalSize: uint64(len(b))}
			return append(head.MarshalMetadata(), b[:100]...)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir, block, pieces := redone(t)
			whole := bytes.Join(pieces[:], nil)
			left := x.f(bytes.Clone(whole))
			if err := os.WriteFile(block, left, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := replay(dir); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(block)
			if err != nil {
				t.Fatal(err)
			}
			if want := map[bool][]byte{true: whole, false: left}[x.restored]; !bytes.Equal(got, want) {
				t.Errorf("block has %d bytes after the replay, want %d", len(got), len(want))
			}
		})
	}
}

// TestReplayOfOnePass has a newer pass over the beginning of an older one, and a record
// that was torn.
func TestReplayOfOnePass(t *testing.T) {
	dir, block, pieces := redone(t)
	r, err := openRedo(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.file.Close()
	whole := bytes.Join(pieces[:], nil)
	if ok, err := r.put(7, bytes.NewReader(whole), 0, len(pieces[0])); !ok || err != nil {
		t.Fatal(ok, err)
	}
	for _, n := range []int{len(pieces[0]), 0} { // whole, then torn
		if err := os.WriteFile(block, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := replay(dir); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(block); err != nil || !bytes.Equal(got, whole[:n]) {
			t.Errorf("%d bytes were put back, want %d, %v", len(got), n, err)
		}
		torn := pages(redoPage)
		if _, err := r.file.ReadAt(torn, 0); err != nil {
			t.Fatal(err)
		}
		torn[redoHead+100] ^= 0xff
		if err := writeThrough(r.file, torn, 0); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReplayOfPacked has a file as earlier versions wrote it, each record right behind the one
// before: a store that lost power under one of them is opened by this one.
func TestReplayOfPacked(t *testing.T) {
	dir, block, pieces := redone(t)
	file := filepath.Join(dir, redoFile)
	paged, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var packed []byte
	at := 0
	for _, p := range pieces {
		n := redoHead + len(p)
		record := bytes.Clone(paged[at : at+n])
		binary.LittleEndian.PutUint32(record, redoPacked)
		binary.LittleEndian.PutUint32(record[28:], redoSum(record))
		packed = append(packed, record...)
		at += (n + redoPage - 1) / redoPage * redoPage
	}
	if err := os.WriteFile(file, append(packed, make([]byte, redoSize-len(packed))...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(block, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := replay(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(block); err != nil || !bytes.Equal(got, bytes.Join(pieces[:], nil)) {
		t.Errorf("%d bytes were put back, %v", len(got), err)
	}
}

// TestFullRedo writes more than the file has room for: what comes after goes by the block.
func TestFullRedo(t *testing.T) {
	dir, _, _ := redone(t)
	r, err := openRedo(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.file.Close()
	piece := bytes.Repeat([]byte("x"), redoSize/3)
	for i, want := range []bool{true, true, false} {
		if ok, err := r.put(7, bytes.NewReader(piece), 0, len(piece)); ok != want || err != nil {
			t.Errorf("piece %d: %v, %v", i, ok, err)
		}
	}
	r.reset()
	if ok, err := r.put(7, bytes.NewReader(piece), 0, len(piece)); !ok || err != nil {
		t.Errorf("after a reset: %v, %v", ok, err)
	}
}
