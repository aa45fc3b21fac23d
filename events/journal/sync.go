package journal

import (
	"context"
	"errors"
	"fmt"
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
	return s.disk.sync(stream)
}

// disk makes streams durable, in rounds, for everyone who waits at once. One round syncs
// all streams that are waited for side by side: the file system then commits its journal
// once for all of them, where syncs that begin at different moments hinder each other.
type disk struct {
	dir string // of the store

	mu          sync.Mutex
	turn        sync.Cond
	begun, done uint64 // rounds
	busy        bool
	wanted      map[string]bool // streams to be synced in the next round
	waiting     int             // callers who wait for it
	served      int             // by the round before
	err         error           // final

	files map[string]*files // by stream; of the round under way
}

// gatherFor is less than half of what a sync takes.
const gatherFor = 100 * time.Microsecond

func newDisk(dir string) *disk {
	d := &disk{dir: dir, wanted: map[string]bool{}, files: map[string]*files{}}
	d.turn.L = &d.mu
	return d
}

func (d *disk) sync(stream string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wanted[stream] = true
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
		mine, streams := d.begun, d.wanted
		d.served, d.waiting = d.waiting, 0
		d.wanted = map[string]bool{}
		d.mu.Unlock()
		err := d.round(streams)
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

// round syncs some streams side by side.
func (d *disk) round(streams map[string]bool) error {
	var wg sync.WaitGroup
	errs := make(chan error, len(streams))
	for stream := range streams {
		f, err := d.of(stream)
		if err != nil {
			errs <- err
			continue
		}
		if len(streams) == 1 {
			return f.flush()
		}
		wg.Go(func() { errs <- f.flush() })
	}
	wg.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(all...)
}

// of returns the stream's files. The first time, everything the stream has on disk is
// synced, its configuration and the directories above it too: a stream whose name is lost
// is lost with all its messages.
func (d *disk) of(stream string) (*files, error) {
	if f := d.files[stream]; f != nil {
		return f, nil
	}
	dir := filepath.Join(d.dir, "jetstream", "$G", "streams", stream)
	if err := syncTree(dir); err != nil {
		return nil, err
	}
	for up := filepath.Dir(dir); len(up) >= len(d.dir); up = filepath.Dir(up) {
		if err := syncFile(up); err != nil {
			return nil, err
		}
	}
	f := &files{dir: filepath.Join(dir, "msgs"), grows: stream == StreamName}
	d.files[stream] = f
	return f, nil
}

// close gives the files free, after the last round.
func (d *disk) close() {
	defer d.hold()()
	for _, f := range d.files {
		f.close()
	}
}

// files are the message blocks of one stream.
type files struct {
	dir   string
	grows bool     // nothing is ever taken out: only the last block is written to
	last  int      // number of the block that is written to
	file  *os.File // that block
	state map[string]stamp
}

// stamp is what tells that a file was not written to.
type stamp struct {
	size     int64
	modified time.Time
	settled  bool // modified well before it was synced: a later write shows in the time
}

func (f *files) flush() error {
	if f.grows {
		return f.flushLast()
	}
	return f.flushChanged()
}

// flushLast syncs the block that is written to, and those begun since. The server writes
// a block again when it is full, to compress it, but syncs the new file itself before it
// takes the old one's place.
func (f *files) flushLast() error {
	for {
		if f.file == nil {
			if err := f.openLast(); err != nil {
				return err
			}
		}
		info, err := f.file.Stat()
		if err != nil {
			return err
		}
		if err := datasync(f.file); err != nil {
			return fmt.Errorf("sync %s: %w", f.file.Name(), err)
		}
		if onSynced != nil {
			onSynced(f.file.Name(), info.Size())
		}
		if _, err := os.Lstat(f.block(f.last + 1)); errors.Is(err, fs.ErrNotExist) {
			return nil
		} else if err != nil {
			return err
		}
		if err := syncFile(f.dir); err != nil {
			return err
		}
		f.close()
		f.last++
	}
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
		f.file = nil
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
