package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"xiaohao/events"
)

// onSynced is told of each file and the length that is surely on disk. Tests set it.
var onSynced func(path string, size int64)

// Sync returns when everything that the stream held when Sync was called is on disk.
// Callers that come while one sync runs share the next one, so many writers pay for one.
// It is how the embedded server is durable: the server itself acknowledges a write when
// the kernel has it, and [Journal.Append] returns when the disk has it.
func (s *Server) Sync(ctx context.Context, stream string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.disk(stream).sync()
}

// disk returns what makes a stream durable.
func (s *Server) disk(stream string) *disk {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.disks[stream]
	if d == nil {
		d = &disk{dir: s.dir, stream: stream}
		d.turn.L = &d.mu
		if stream == StreamName {
			d.redo = s.redo
		}
		s.disks[stream] = d
	}
	return d
}

// disk makes one stream durable, in rounds, for everyone who waits at once.
type disk struct {
	dir    string // of the store
	stream string
	redo   *redo // of the log

	mu          sync.Mutex
	turn        sync.Cond
	begun, done uint64 // rounds
	busy        bool
	waiting     int   // callers who wait for the next round
	served      int   // by the round before
	err         error // final

	files files // of the round under way
}

// gatherFor is less than half of what a sync takes.
const gatherFor = 100 * time.Microsecond

func (d *disk) sync() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting++
	want := d.begun + 1 // a round that begins from now on
	for d.done < want && d.err == nil {
		if d.busy {
			d.turn.Wait()
			continue
		}
		d.busy = true
		d.gather()
		d.begun++
		mine := d.begun
		d.served, d.waiting = d.waiting, 0
		d.mu.Unlock()
		err := d.round()
		d.mu.Lock()
		d.busy, d.done = false, mine
		if err != nil {
			d.err = fmt.Errorf("%w: %w", events.ErrSync, err)
		}
		d.turn.Broadcast()
	}
	return d.err
}

// gather waits a moment for those who waited for the round before: they are about to come
// with their next write, and a round costs the same for one as for all. A lone writer never
// waits. d.mu is held on entry and on return.
func (d *disk) gather() {
	for began := time.Now(); d.waiting < d.served && time.Since(began) < gatherFor; {
		d.mu.Unlock()
		runtime.Gosched()
		d.mu.Lock()
	}
}

// hold keeps rounds away until release is called. An atomic batch is stored under it: a
// sync in the midst of one would put half of it on disk, where a power cut would leave it.
func (d *disk) hold() (release func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.busy {
		d.turn.Wait()
	}
	d.busy = true
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.busy = false
		d.turn.Broadcast()
	}
}

// round syncs what was written. The first time, that is everything the stream has on disk,
// its configuration and the directories above it too: a stream whose name is lost is lost
// with all its messages.
func (d *disk) round() error {
	if d.files.dir == "" {
		dir := filepath.Join(d.dir, "jetstream", "$G", "streams", d.stream)
		if err := syncTree(dir); err != nil {
			return err
		}
		for up := filepath.Dir(dir); len(up) >= len(d.dir); up = filepath.Dir(up) {
			if err := syncFile(up); err != nil {
				return err
			}
		}
		d.files.dir = filepath.Join(dir, "msgs")
	}
	if d.stream == StreamName {
		return d.files.flushLast(d.redo)
	}
	return d.files.flushChanged()
}

// close gives the files free, after the last round.
func (d *disk) close() {
	defer d.hold()()
	d.files.close()
}

// files are the message blocks of one stream.
type files struct {
	dir   string
	last  int      // number of the block that is written to
	file  *os.File // that block
	end   int64    // up to where it is durable; 0 when that is not known
	state map[string]stamp
}

// stamp is what tells that a file was not written to.
type stamp struct {
	size     int64
	modified time.Time
	settled  bool // modified well before it was synced: a later write shows in the time
}

// flushLast makes durable what was added to the block that is written to, and to those
// begun since; nothing is ever taken out of them. The server writes a block again when it is
// full, to compress it, but syncs the new file itself before it takes the old one's place.
func (f *files) flushLast(r *redo) error {
	for {
		if f.file == nil {
			if err := f.openLast(); err != nil {
				return err
			}
		}
		// Whether there is a next block is asked first: only then is this one complete.
		_, err := os.Lstat(f.block(f.last + 1))
		full := err == nil
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := f.extend(r, full); err != nil || !full {
			return err
		}
		if err := syncFile(f.dir); err != nil {
			return err
		}
		f.close()
		f.last++
	}
}

// extend makes the open block durable as far as it goes: by way of the redo file, or by
// itself when that is full or of no use.
func (f *files) extend(r *redo, full bool) error {
	// Not asked by Stat: who has looked at a file's times gets new ones with each write, for
	// all files, and the redo file's would have to be written down every time.
	size, err := f.file.Seek(0, io.SeekEnd)
	if err != nil || (size == f.end && !full) {
		return err
	}
	if r != nil && f.end > 0 && !full {
		done, err := r.put(f.last, f.file, f.end, int(size-f.end))
		if done {
			f.end = size
		}
		if done || err != nil {
			return err
		}
	}
	if err := datasync(f.file); err != nil {
		return fmt.Errorf("sync %s: %w", f.file.Name(), err)
	}
	f.end = size
	if r != nil {
		r.reset()
	}
	if onSynced != nil {
		onSynced(f.file.Name(), size)
	}
	return nil
}

func (f *files) block(n int) string { return filepath.Join(f.dir, strconv.Itoa(n)+".blk") }

// openLast opens the block to begin with: the newest one when nothing is known yet (all
// others were synced with the tree), else the one after the last.
func (f *files) openLast() (err error) {
	if f.last == 0 {
		entries, err := os.ReadDir(f.dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if n, err := strconv.Atoi(strings.TrimSuffix(e.Name(), ".blk")); err == nil {
				f.last = max(f.last, n)
			}
		}
	}
	f.file, err = os.Open(f.block(f.last))
	return err
}

func (f *files) close() {
	if f.file != nil {
		f.file.Close()
		f.file, f.end = nil, 0
	}
}

// flushChanged syncs every file that was written since it was synced last.
func (f *files) flushChanged() error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	now := time.Now()
	state := make(map[string]stamp, len(entries))
	names := len(entries) != len(f.state)
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // the server took it away meanwhile
		}
		if err != nil {
			return err
		}
		was, known := f.state[e.Name()]
		names = names || !known
		is := stamp{info.Size(), info.ModTime(), now.Sub(info.ModTime()) > time.Second}
		state[e.Name()] = is
		if known && was.settled && was.size == is.size && was.modified.Equal(is.modified) {
			continue
		}
		if err := syncFile(filepath.Join(f.dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	f.state = state
	if names {
		return syncFile(f.dir)
	}
	return nil
}

// syncTree puts a directory with all that is in it on disk.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && (e.IsDir() || e.Type().IsRegular()) {
			err = syncFile(path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // taken away meanwhile
		}
		return err
	})
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	sync := f.Sync
	if info.Mode().IsRegular() {
		sync = func() error { return datasync(f) }
	}
	if err := sync(); err != nil {
		return fmt.Errorf("sync %s: %w", path, err)
	}
	if onSynced != nil && info.Mode().IsRegular() {
		onSynced(path, info.Size())
	}
	return nil
}
