package backup

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"xiaohao/events/proof"
)

func gunzip(t testing.TB, path string) [][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.SplitAfter(bytes.TrimSuffix(all, []byte("\n")), []byte("\n"))
}

func copyTree(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(from, path)
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func flipBit(t testing.TB, path string, bit int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bit %= 8 * len(data)
	data[bit/8] ^= 1 << (bit % 8)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// rewrite writes the lines of a backup's file anew, with compression and nothing else.
func rewrite(t testing.TB, path string, lines [][]byte) {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for _, l := range lines {
		if _, err := z.Write(append(bytes.TrimSuffix(l, []byte("\n")), '\n')); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// mutations are what may befall a file of a backup. Each changes something.
var mutations = map[string]func(t testing.TB, r *rand.Rand, path string){
	"flip a bit": func(t testing.TB, r *rand.Rand, path string) { flipBit(t, path, r.IntN(1<<30)) },
	"drop a message": func(t testing.TB, r *rand.Rand, path string) {
		lines := gunzip(t, path)
		i := r.IntN(len(lines))
		rewrite(t, path, slices.Delete(lines, i, i+1))
	},
	"swap two": func(t testing.TB, r *rand.Rand, path string) {
		lines := gunzip(t, path)
		i := r.IntN(len(lines))
		j := (i + 1 + r.IntN(len(lines)-1)) % len(lines)
		lines[i], lines[j] = lines[j], lines[i]
		rewrite(t, path, lines)
	},
	"change a time": func(t testing.TB, r *rand.Rand, path string) {
		lines := gunzip(t, path)
		i := r.IntN(len(lines))
		m, err := parseLine(lines[i])
		if err != nil {
			t.Fatal(err)
		}
		m.Time = m.Time.Add(time.Duration(1 + r.Int64N(1e15)))
		lines[i] = appendLine(nil, m)
		rewrite(t, path, lines)
	},
	"truncate": func(t testing.TB, r *rand.Rand, path string) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, r.Int64N(info.Size())); err != nil {
			t.Fatal(err)
		}
	},
	"append": func(t testing.TB, r *rand.Rand, path string) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(data, byte(r.IntN(256))), 0o600); err != nil {
			t.Fatal(err)
		}
	},
	"remove": func(t testing.TB, _ *rand.Rand, path string) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	},
	"swap with another": func(t testing.TB, r *rand.Rand, path string) {
		others, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*.gz"))
		if err != nil {
			t.Fatal(err)
		}
		others = slices.DeleteFunc(others, func(p string) bool { return p == path })
		other := others[r.IntN(len(others))]
		for _, mv := range [][2]string{{path, path + ".x"}, {other, path}, {path + ".x", other}} {
			if err := os.Rename(mv[0], mv[1]); err != nil {
				t.Fatal(err)
			}
		}
	},
}

// TestMutations makes 100 random changes, each to a backup of its own, and looks for each.
func TestMutations(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.fill(t, 150)
	good := filepath.Join(t.TempDir(), "good")
	mustRun(t, s.nc, Config{Dir: good})
	files := check(t, good).stream("RECT").Files
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	names := slices.Sorted(maps.Keys(mutations))
	found := 0
	for i := range 100 {
		dir := filepath.Join(t.TempDir(), "bad")
		copyTree(t, good, dir)
		name, file := names[i%len(names)], files[r.IntN(len(files))].Name
		if i%10 == 9 {
			name, file = "flip a bit", manifestFile
		}
		mutations[name](t, r, filepath.Join(dir, file))
		fault := firstFault(dir)
		if fault == nil {
			t.Errorf("seed %d, %d: %s in %s was not found", seed, i, name, file)
			continue
		}
		if found++; fault.File != file && name != "swap with another" {
			t.Errorf("seed %d, %d: %s in %s was found in %s", seed, i, name, file, fault.File)
		}
		if i < len(names) {
			t.Logf("%s: %v", name, fault)
		}
	}
	if found != 100 {
		t.Errorf("%d of 100 were found", found)
	}
}

// firstFault is what verifying a directory finds.
func firstFault(dir string) *Fault {
	b, err := Open(dir)
	if err == nil {
		_, err = b.Check(context.Background())
	}
	fault, _ := errors.AsType[*Fault](err)
	return fault
}

// forge rewrites the log of a backup as somebody does who can write every file and knows
// the format: all hashes of files and of the manifest fit again.
func forge(t testing.TB, dir string, change func([]Message) []Message) {
	t.Helper()
	b, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []Message
	err = b.Messages("RECT", func(m Message, line []byte) error {
		m.Data = bytes.Clone(m.Data)
		all = append(all, m)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w, err := newParts(dir, "log", 1, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	all = change(all)
	for _, m := range all {
		if err := w.add(m, appendLine(nil, m)); err != nil {
			t.Fatal(err)
		}
	}
	last := all[len(all)-1]
	if err := w.end(last.Seq); err != nil {
		t.Fatal(err)
	}
	m := b.Manifest
	log := m.stream("RECT")
	log.Files, log.Last, log.Messages = w.done, last.Seq, uint64(len(all))
	m.Last, m.LastHash = last.Seq, commitHash(last.Data)
	if err := m.write(dir); err != nil {
		t.Fatal(err)
	}
}

// renumber closes the gap that a dropped message leaves.
func renumber(all []Message) []Message {
	for i := range all {
		all[i].Seq = uint64(i + 1)
	}
	return all
}

// rehash gives a commit other content and the hash that fits it.
func rehash(m *Message, old, now string) {
	_, commit, _ := bytes.Cut(m.Data, []byte(`"commit":`))
	commit = bytes.Replace(bytes.TrimSuffix(commit, []byte("}")), []byte(old), []byte(now), 1)
	m.Data = fmt.Appendf(nil, `{"hash":"%s","commit":%s}`, hashOf(commit), commit)
}

// forgeries are changes after which every checksum fits. open says that the chains alone do
// not show it: only a signed root does.
var forgeries = map[string]struct {
	change func([]Message) []Message
	open   bool
}{
	"text of a commit": {func(all []Message) []Message {
		rehash(&all[10], "批示", "批复")
		return all
	}, false},
	"drop a commit": {func(all []Message) []Message { return renumber(slices.Delete(all, 10, 11)) }, false},
	"swap two of an item": {func(all []Message) []Message {
		all[10].Data, all[12].Data = all[12].Data, all[10].Data
		return all
	}, false},
	"repeat a commit":      {func(all []Message) []Message { return renumber(slices.Insert(all, 11, all[10])) }, false},
	"under another item":   {func(all []Message) []Message { all[10].Subject = all[6].Subject; return all }, false},
	"gap in the sequences": {func(all []Message) []Message { all[len(all)-1].Seq++; return all }, false},
	"change a time":        {func(all []Message) []Message { all[10].Time = all[10].Time.Add(-240 * time.Hour); return all }, true},
	"move an item's commit": {func(all []Message) []Message { // past those of others
		m := all[6]
		return renumber(slices.Insert(slices.Delete(all, 6, 7), 8, m))
	}, true},
	"cut the end off": {func(all []Message) []Message { return all[:len(all)-5] }, true},
	"drop the end of an item and renumber": {func(all []Message) []Message {
		last := slices.IndexFunc(all, func(m Message) bool { return m.Seq == 14 })
		for i := len(all) - 1; i >= 0; i-- {
			if all[i].Subject == all[last].Subject {
				return renumber(slices.Delete(all, i, i+1))
			}
		}
		return all
	}, true},
}

// TestForgeries rewrites backups so that every checksum fits. Before the first signed root
// the chains find what was done inside an item; what they cannot find is listed.
func TestForgeries(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.fill(t, 60)
	good := filepath.Join(t.TempDir(), "good")
	mustRun(t, s.nc, Config{Dir: good})
	for name, f := range forgeries {
		dir := filepath.Join(t.TempDir(), "bad")
		copyTree(t, good, dir)
		forge(t, dir, f.change)
		switch fault := firstFault(dir); {
		case f.open && fault != nil:
			t.Errorf("%s: found by the chains alone: %v", name, fault)
		case !f.open && fault == nil:
			t.Errorf("%s: not found", name)
		case !f.open:
			t.Logf("%s: %v", name, fault)
		}
	}
}

// signRoot signs all that is in the log and returns the public key.
func (s *store) signRoot(t testing.TB) ed25519.PublicKey {
	t.Helper()
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signer := proof.Signer{Prover: &proof.Prover{Log: s.log, Tenant: "main"}, Key: key, Now: time.Now}
	if r, err := signer.Sign(t.Context()); r == nil || err != nil {
		t.Fatalf("sign: %v, %v", r, err)
	}
	return public
}

// TestForgeriesUnderARoot does the same to a log that a signed root covers: all are found.
func TestForgeriesUnderARoot(t *testing.T) {
	t.Parallel()
	s := newStore(t, t.TempDir())
	s.fill(t, 60)
	key := s.signRoot(t)
	s.fill(t, 3)
	good := filepath.Join(t.TempDir(), "good")
	mustRun(t, s.nc, Config{Dir: good})
	if _, err := check(t, good).Check(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	for name, f := range forgeries {
		if name == "cut the end off" {
			continue // of what came after the root; of what it covers nothing can be cut off without it
		}
		dir := filepath.Join(t.TempDir(), "bad")
		copyTree(t, good, dir)
		forge(t, dir, f.change)
		fault := firstFault(dir)
		if fault == nil {
			t.Errorf("%s: not found", name)
			continue
		}
		t.Logf("%s: %v", name, fault)
	}
}
