package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"xiaohao/events"

	"github.com/google/uuid"
)

// store is a store with n commits of about 4 KB, stopped: the blocks are those that a
// server wrote, the full ones compressed.
func store(t *testing.T, n int) (dir string, blocks []string) {
	t.Helper()
	dir = t.TempDir()
	s, err := StartServer(ServerConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	nc, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	j, err := Open(t.Context(), nc, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	text := string(bytes.Repeat([]byte("x"), 400<<10))
	for range n {
		w := events.Write{Commit: events.Commit{Item: uuid.New(), Rev: 1, CommandID: uuid.New(), Events: []events.Event{events.LeaderInstructed{Text: text}}}}
		if _, err := j.Append(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	blocks, err = filepath.Glob(filepath.Join(dir, "jetstream/$G/streams/RECT/msgs/*.blk"))
	if err != nil {
		t.Fatal(err)
	}
	return dir, blocks
}

func change(t *testing.T, file string, f func([]byte) []byte) (before []byte) {
	t.Helper()
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, f(bytes.Clone(before)), 0o600); err != nil {
		t.Fatal(err)
	}
	return before
}

func TestBlocksAreReadBeforeTheServerDoes(t *testing.T) {
	const n = 45 // 18 MB: two full blocks and the beginning of a third
	dir, blocks := store(t, n)
	if len(blocks) != 3 {
		t.Fatalf("%d blocks: the sizes of the server have changed", len(blocks))
	}
	first, last := filepath.Join(filepath.Dir(blocks[0]), "1.blk"), filepath.Join(filepath.Dir(blocks[0]), "3.blk")
	if d, err := readBlocks(dir); d != nil || err != nil {
		t.Fatalf("a whole store: %+v, %v", d, err)
	}
	if m, ok := readMark(dir); !ok || m.Sequence != n {
		t.Fatalf("mark is %+v, %v", m, ok)
	}
	for name, x := range map[string]struct {
		file    string
		f       func([]byte) []byte
		damaged bool
	}{
		"a bit of a compressed block": {first, func(b []byte) []byte { b[len(b)/2] ^= 4; return b }, true},
		"a compressed block cut off":  {first, func(b []byte) []byte { return b[:len(b)/2] }, true},
		"a bit in the newest block":   {last, func(b []byte) []byte { b[len(b)/2] ^= 4; return b }, true},
		"its first length":            {last, func(b []byte) []byte { b[0] ^= 4; return b }, true},
		"its last commit torn":        {last, func(b []byte) []byte { return b[:len(b)-1000] }, false},
		"zeros after the end":         {last, func(b []byte) []byte { return append(b, make([]byte, 4096)...) }, false},
	} {
		before := change(t, x.file, x.f)
		d, err := readBlocks(dir)
		if err != nil || (d != nil) != x.damaged {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
		if x.damaged {
			if _, err := StartServer(ServerConfig{Dir: dir}); !errors.Is(err, ErrDamaged) {
				t.Errorf("%s: start: %v", name, err)
			}
		}
		if x.damaged {
			after, err := os.ReadFile(x.file)
			if want := x.f(bytes.Clone(before)); err != nil || !bytes.Equal(after, want) {
				t.Errorf("%s: the damaged file was changed, %v", name, err)
			}
		}
		change(t, x.file, func([]byte) []byte { return before })
	}

	// Cut off before the mark: the server makes do with it, the log does not.
	change(t, last, func(b []byte) []byte { return b[:len(b)-1000] })
	s, err := StartServer(ServerConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	nc, err := s.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	j, err := Open(t.Context(), nc, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var loss *LossError
	if err := j.Intact(); !errors.As(err, &loss) || !errors.Is(err, events.ErrDiverged) || loss.Missing != 1 {
		t.Errorf("a log that lost its end: %v", err)
	}
}

// TestTornBehindTheMark has damage where nothing was promised: a copy is kept and the
// server starts.
func TestTornBehindTheMark(t *testing.T) {
	dir, blocks := store(t, 6)
	if err := os.Remove(filepath.Join(dir, markFile)); err != nil {
		t.Fatal(err)
	}
	damaged := func(b []byte) []byte { b[len(b)/2] ^= 4; return b }
	before := change(t, blocks[0], damaged)
	s, err := StartServer(ServerConfig{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	s.Stop()
	copies, err := filepath.Glob(filepath.Join(dir, "damaged", "*-1.blk"))
	if err != nil || len(copies) != 1 {
		t.Fatalf("copies: %v, %v", copies, err)
	}
	if kept, err := os.ReadFile(copies[0]); err != nil || !bytes.Equal(kept, damaged(bytes.Clone(before))) {
		t.Errorf("the copy is not what was there: %v", err)
	}
}

// TestShorterThanTheMark has a log that is whole by itself and once was longer, as after
// the restore of an older copy beneath the program.
func TestShorterThanTheMark(t *testing.T) {
	dir, _ := store(t, 3)
	m, _ := readMark(dir)
	for name, x := range map[string]struct {
		m    mark
		want error
	}{
		"shorter":     {mark{m.Identity, 4}, events.ErrDiverged},
		"another log": {mark{uuid.NewString(), 3}, events.ErrDiverged},
		"longer":      {mark{m.Identity, 2}, nil},
	} {
		if err := os.Remove(filepath.Join(dir, markFile)); err != nil {
			t.Fatal(err)
		}
		k := newMarker(dir, func() error { return nil })
		k.put(x.m)
		k.flush()
		s, err := StartServer(ServerConfig{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		nc, err := s.Connect()
		if err != nil {
			t.Fatal(err)
		}
		j, err := Open(t.Context(), nc, Config{})
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Intact(); !errors.Is(err, x.want) {
			t.Errorf("%s: %v", name, err)
		}
		j.Close()
		nc.Close()
		s.Stop()
	}
}
