package journal

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"xiaohao/events"

	"github.com/nats-io/nats.go/jetstream"
)

// mark says of an embedded store how far it surely went at some moment: a log that is
// shorter than its mark has lost what was acknowledged, also when no read model is there
// to tell. It is a lower bound, renewed once a second, so it costs nothing and need not be
// synced itself. Counters are synced before it is renewed: after a crash only the commits
// beyond it have to be looked at for numbers.
type mark struct {
	Identity string `json:"identity"`
	Sequence uint64 `json:"sequence"` // synced
}

const markFile = "xiaohao.synced"

// readMark returns a store's mark. One that is absent or cannot be read says nothing.
func readMark(dir string) (m mark, ok bool) {
	data, err := os.ReadFile(filepath.Join(dir, markFile))
	if err != nil {
		return m, false
	}
	return m, json.Unmarshal(data, &m) == nil
}

// marker renews a store's mark: not later than markEvery after a sync.
type marker struct {
	file   string
	before func() error // makes durable what the mark vouches for beside the log

	mu      sync.Mutex
	known   mark        // what should stand there
	written mark        // what does
	timer   *time.Timer // will write; nil when nothing is to be written
}

const markEvery = time.Second

// newMarker goes on from the mark that is there: it never goes back.
func newMarker(dir string, before func() error) *marker {
	k := &marker{file: filepath.Join(dir, markFile), before: before}
	k.known, _ = readMark(dir)
	k.written = k.known
	return k
}

// put renews the mark soon.
func (k *marker) put(m mark) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if m.Sequence <= k.known.Sequence {
		return
	}
	if k.known = m; k.timer == nil {
		k.timer = time.AfterFunc(markEvery, k.flush)
	}
}

// flush writes the mark now. What cannot be written is tried again with the next.
func (k *marker) flush() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.timer != nil {
		k.timer.Stop()
		k.timer = nil
	}
	if k.known == k.written || k.before() != nil {
		return
	}
	data, err := json.Marshal(k.known)
	if err != nil {
		return
	}
	if os.WriteFile(k.file+".new", data, 0o600) == nil && os.Rename(k.file+".new", k.file) == nil {
		k.written = k.known
	}
}

// LossError says that commits are gone that the log surely had. It is an
// [events.ErrDiverged].
type LossError struct {
	Last    uint64 // of the log now
	Reached uint64 // once
	Missing uint64 // commits that are not there up to Reached
	Other   string // identity of the log that was here before, if it was another one
}

func (e *LossError) Error() string {
	if e.Other != "" {
		return fmt.Sprintf("journal: another log was here before: %s", e.Other)
	}
	return fmt.Sprintf("journal: log ends at %d and once went to %d: %d commits are missing", e.Last, e.Reached, e.Missing)
}

func (e *LossError) Is(target error) bool { return target == events.ErrDiverged }

// gapless makes sure that no commit of the stream is missing: nothing can be deleted from
// it, so a hole is a loss. The server goes on with its last number after losing an end.
func gapless(s jetstream.StreamState) error {
	if s.Msgs == s.LastSeq {
		return nil
	}
	return &LossError{Last: s.LastSeq, Reached: s.LastSeq, Missing: s.LastSeq - s.Msgs}
}

// reaches makes sure that the log goes as far as the store's mark says.
func reaches(dir, identity string, last uint64) error {
	m, ok := readMark(dir)
	switch {
	case !ok:
		return nil
	case m.Identity != identity:
		return &LossError{Last: last, Reached: m.Sequence, Missing: m.Sequence, Other: m.Identity}
	case last < m.Sequence:
		return &LossError{Last: last, Reached: m.Sequence, Missing: m.Sequence - last}
	}
	return nil
}
