package backup

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/klauspost/compress/gzip"
)

// A part is full, and the next begins, after this many messages or bytes of lines.
var partMessages uint64 = 10_000 // tests make do with fewer

const partBytes = 8 << 20

func (f File) full() bool { return f.Messages >= partMessages || f.ContentSize >= partBytes }

// tempPattern names files that are being written. Whatever a run that was killed left
// under such a name, or that no manifest names, the next run removes.
const tempPattern = ".part-*"

// parts writes the files of one stream. A file gets its name when it is whole and synced;
// it belongs to the backup only when a manifest says so.
type parts struct {
	root string
	dir  string          // of the stream, under root
	old  map[string]File // files of the backup before, which must not be touched
	done []File
	open *part
	next uint64 // first sequence of the next part
}

// part is one file while it is written.
type part struct {
	f       *os.File
	buf     *bufio.Writer
	zip     *gzip.Writer
	sum     hash.Hash // of the file
	content hash.Hash // of its lines
	size    counter
	info    File
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// newParts goes on after the files in keep.
func newParts(root, dir string, first uint64, keep []File, old *Stream) (*parts, error) {
	w := &parts{root: root, dir: dir, old: map[string]File{}, done: keep, next: first}
	if n := len(keep); n > 0 {
		w.next = keep[n-1].Last + 1
	}
	if old != nil {
		for _, f := range old.Files {
			w.old[f.Name] = f
		}
	}
	if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
		return nil, fmt.Errorf("make folder of backup: %w", err)
	}
	return w, nil
}

// begin opens the next part.
func (w *parts) begin() error {
	f, err := os.CreateTemp(filepath.Join(w.root, w.dir), tempPattern) // 0600
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	p := &part{f: f, sum: sha256.New(), content: sha256.New(), info: File{First: w.next}}
	p.buf = bufio.NewWriterSize(io.MultiWriter(f, p.sum, &p.size), 64<<10)
	p.zip, _ = gzip.NewWriterLevel(p.buf, gzip.BestSpeed) // the level is valid
	w.open = p
	return nil
}

// add writes one message, of which line is the line, and ends a part that is full.
func (w *parts) add(m Message, line []byte) error {
	if w.open == nil {
		if err := w.begin(); err != nil {
			return err
		}
	}
	if err := w.open.put(m, line); err != nil {
		return err
	}
	if w.open.info.full() {
		return w.end(m.Seq)
	}
	return nil
}

func (p *part) put(m Message, line []byte) error {
	p.content.Write(line)
	p.info.ContentSize += int64(len(line))
	p.info.Messages++
	p.info.Last = m.Seq
	if _, err := p.zip.Write(line); err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	return nil
}

// end makes the open part a file that covers everything to last.
func (w *parts) end(last uint64) error {
	if w.open == nil {
		return nil
	}
	p := w.open
	w.open = nil
	err := errors.Join(p.zip.Close(), p.buf.Flush(), p.f.Sync(), p.f.Close())
	if err != nil {
		os.Remove(p.f.Name())
		return fmt.Errorf("write backup: %w", err)
	}
	f := p.info
	f.Last, f.Size = last, int64(p.size)
	f.SHA256, f.Content = hex.EncodeToString(p.sum.Sum(nil)), hex.EncodeToString(p.content.Sum(nil))
	f.Name = path.Join(w.dir, fmt.Sprintf("%012d-%012d.%.8s.ndjson.gz", f.First, f.Last, f.Content))
	w.next = last + 1
	if have, ok := w.old[f.Name]; ok && have.Content == f.Content {
		w.done = append(w.done, have) // the same as before: the manifest in force names it
		return os.Remove(p.f.Name())
	}
	if err := os.Rename(p.f.Name(), filepath.Join(w.root, filepath.FromSlash(f.Name))); err != nil {
		os.Remove(p.f.Name())
		return fmt.Errorf("write backup: %w", err)
	}
	w.done = append(w.done, f)
	return nil
}

// abandon forgets what is not whole.
func (w *parts) abandon() {
	if w.open != nil {
		w.open.f.Close()
		os.Remove(w.open.f.Name())
		w.open = nil
	}
}

// stretch covers sequences that hold no message any more, up to last.
func (w *parts) stretch(last uint64) error {
	if err := w.begin(); err != nil {
		return err
	}
	return w.end(last)
}

// filter writes anew every part that holds a message to be left out. Parts of which intact
// says that they hold none are not read.
func (w *parts) filter(intact func(File) bool, keep func(Message) bool) error {
	for i, f := range w.done {
		if intact != nil && intact(f) {
			continue
		}
		drop := false
		err := readFile(w.root, f, func(m Message, _ []byte) error {
			drop = drop || !keep(m)
			return nil
		})
		if err != nil {
			return err
		}
		if !drop {
			continue
		}
		again := &parts{root: w.root, dir: w.dir, old: w.old, next: f.First}
		err = again.begin()
		if err == nil {
			err = readFile(w.root, f, func(m Message, line []byte) error {
				if !keep(m) {
					return nil
				}
				return again.open.put(m, line)
			})
		}
		if err == nil {
			err = again.end(f.Last)
		}
		if err != nil {
			again.abandon()
			return err
		}
		w.done[i] = again.done[0]
	}
	return nil
}
