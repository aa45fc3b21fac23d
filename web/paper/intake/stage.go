package intake

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"xiaohao/events"
)

// Bounds of files that wait on pages: how many, and how long after the last look.
const (
	maxStaged = 8
	stagedFor = time.Hour
)

// Stage keeps the files that people have handed in on pages, until they are imported or
// forgotten.
type Stage struct {
	mu    sync.Mutex
	files map[string]*Staged
}

// NewStage makes an empty stage.
func NewStage() *Stage { return &Stage{files: map[string]*Staged{}} }

// Staged is one file that waits. Its Import is replaced as a whole when the mapping changes.
type Staged struct {
	ID string

	mu       sync.Mutex
	im       Import
	looked   time.Time
	progress Progress
	result   *Result
	err      error
	cancel   context.CancelFunc // not nil while it runs
}

// View is a staged file as it is now.
type View struct {
	Import
	Running  bool
	Progress Progress
	Result   *Result // nil until it ran
	Err      error
}

// Put keeps a file. When there are too many the one not looked at the longest goes; false
// when all of them are being imported.
func (s *Stage) Put(im Import, now time.Time) (*Staged, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var oldest *Staged
	for id, f := range s.files {
		looked, running := f.state()
		switch {
		case running:
		case now.Sub(looked) > stagedFor:
			delete(s.files, id)
		case oldest == nil || looked.Before(oldest.looked):
			oldest = f
		}
	}
	if len(s.files) >= maxStaged {
		if oldest == nil {
			return nil, false
		}
		delete(s.files, oldest.ID)
	}
	f := &Staged{ID: rand.Text(), im: im, looked: now}
	s.files[f.ID] = f
	return f, true
}

// Get returns the file that the actor has handed in.
func (s *Stage) Get(id string, a events.Actor, now time.Time) (*Staged, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id]
	if f == nil {
		return nil, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.im.Actor.ID != a.ID {
		return nil, false
	}
	f.looked = now
	return f, true
}

func (f *Staged) state() (looked time.Time, running bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.looked, f.cancel != nil
}

// Look returns the file as it is now.
func (f *Staged) Look() View {
	f.mu.Lock()
	defer f.mu.Unlock()
	return View{f.im, f.cancel != nil, f.progress, f.result, f.err}
}

// Reread replaces the import of the file by one that was read anew, unless it is under way.
func (f *Staged) Reread(im Import) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancel == nil {
		f.im, f.result, f.err = im, nil, nil
	}
}

// Start imports the file in the background; a second call while it runs does nothing.
func (f *Staged) Start(desk Desk, files Files) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	f.cancel, f.result, f.err, f.progress = cancel, nil, nil, Progress{Total: len(f.im.Read.Items)}
	im := f.im
	go func() {
		defer cancel()
		res, err := Run(ctx, desk, files, im, func(p Progress) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.progress = p
		})
		f.mu.Lock()
		defer f.mu.Unlock()
		f.cancel, f.result, f.err = nil, &res, err
	}()
}

// Cancel ends a running import after the commands under way.
func (f *Staged) Cancel() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancel != nil {
		f.cancel()
	}
}
