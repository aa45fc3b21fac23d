package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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
	y, err := s.syncer(stream)
	if err != nil {
		return err
	}
	return y.sync()
}

// syncer returns the stream's syncer. The first time, everything the stream has on disk is
// synced, its configuration and the directories above it too: a stream whose name is lost
// is lost with all its messages.
func (s *Server) syncer(stream string) (*syncer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if y := s.syncers[stream]; y != nil {
		return y, nil
	}
	dir := filepath.Join(s.dir, "jetstream", "$G", "streams", stream)
	y := &syncer{dir: filepath.Join(dir, "msgs"), grows: stream == StreamName, disk: &s.disk}
	y.turn.L = &y.mu
	if err := syncTree(dir); err != nil {
		return nil, err
	}
	for up := filepath.Dir(dir); len(up) >= len(s.dir); up = filepath.Dir(up) {
		if err := syncFile(up); err != nil {
			return nil, err
		}
	}
	if s.syncers == nil {
		s.syncers = make(map[string]*syncer)
	}
	s.syncers[stream] = y
	return y, nil
}

// syncer makes the message blocks of one stream durable, for everyone who waits at once.
type syncer struct {
	dir   string
	grows bool        // nothing is ever taken out: only the last block is written to
	disk  *sync.Mutex // syncs of one disk hinder each other: one after the other is faster

	mu          sync.Mutex
	turn        sync.Cond
	begun, done uint64 // syncs
	busy        bool
	err         error // final

	// of the one who is busy
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

func (s *syncer) sync() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	want := s.begun + 1 // one that begins from now on
	for s.done < want && s.err == nil {
		if s.busy {
			s.turn.Wait()
			continue
		}
		s.busy = true
		s.begun++
		mine := s.begun
		s.mu.Unlock()
		s.disk.Lock()
		err := s.flush()
		s.disk.Unlock()
		s.mu.Lock()
		s.busy, s.done = false, mine
		if err != nil {
			s.err = fmt.Errorf("%w: %w", events.ErrSync, err)
		}
		s.turn.Broadcast()
	}
	return s.err
}

// hold keeps syncs away until release is called. An atomic batch is stored under it: a
// sync in the midst of one would put half of it on disk, where a power cut would leave it.
func (s *syncer) hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.busy {
		s.turn.Wait()
	}
	s.busy = true
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.busy = false
		s.turn.Broadcast()
	}
}

func (s *syncer) flush() error {
	if s.grows {
		return s.flushLast()
	}
	return s.flushChanged()
}

// flushLast syncs the block that is written to, and those begun since. The server writes
// a block again when it is full, to compress it, but syncs the new file itself before it
// takes the old one's place.
func (s *syncer) flushLast() error {
	for {
		if s.file == nil {
			if err := s.openLast(); err != nil {
				return err
			}
		}
		info, err := s.file.Stat()
		if err != nil {
			return err
		}
		if err := datasync(s.file); err != nil {
			return fmt.Errorf("sync %s: %w", s.file.Name(), err)
		}
		if onSynced != nil {
			onSynced(s.file.Name(), info.Size())
		}
		if _, err := os.Lstat(s.block(s.last + 1)); errors.Is(err, fs.ErrNotExist) {
			return nil
		} else if err != nil {
			return err
		}
		if err := syncFile(s.dir); err != nil {
			return err
		}
		s.close()
		s.last++
	}
}

func (s *syncer) block(n int) string { return filepath.Join(s.dir, strconv.Itoa(n)+".blk") }

// openLast opens the block to begin with: the newest one when nothing is known yet (all
// others were synced with the tree), else the one after the last.
func (s *syncer) openLast() (err error) {
	if s.last == 0 {
		entries, err := os.ReadDir(s.dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if n, err := strconv.Atoi(strings.TrimSuffix(e.Name(), ".blk")); err == nil {
				s.last = max(s.last, n)
			}
		}
	}
	s.file, err = os.Open(s.block(s.last))
	return err
}

func (s *syncer) close() {
	if s.file != nil {
		s.file.Close()
		s.file = nil
	}
}

// flushChanged syncs every file that was written since it was synced last.
func (s *syncer) flushChanged() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	now := time.Now()
	state := make(map[string]stamp, len(entries))
	names := len(entries) != len(s.state)
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // the server took it away meanwhile
		}
		if err != nil {
			return err
		}
		was, known := s.state[e.Name()]
		names = names || !known
		is := stamp{info.Size(), info.ModTime(), now.Sub(info.ModTime()) > time.Second}
		state[e.Name()] = is
		if known && was.settled && was.size == is.size && was.modified.Equal(is.modified) {
			continue
		}
		if err := syncFile(filepath.Join(s.dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	s.state = state
	if names {
		return syncFile(s.dir)
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
