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
// synced itself.
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
	file string

	mu      sync.Mutex
	known   mark        // what should stand there
	written mark        // what does
	timer   *time.Timer // will write; nil when nothing is to be written
}

const markEvery = time.Second

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
	if k.known == k.written {
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

// gapless makes sure that no commit of the stream is missing: nothing can be deleted from
// it, so a hole is a loss. The server goes on with its last number after losing an end.
func gapless(s jetstream.StreamState) error {
	if s.Msgs > 0 && (s.FirstSeq != 1 || s.Msgs != s.LastSeq) || s.Msgs == 0 && s.LastSeq > 0 {
		return fmt.Errorf("%w: %d commits from %d to %d", ErrDamaged, s.Msgs, s.FirstSeq, s.LastSeq)
	}
	return nil
}

// reaches makes sure that the log goes as far as the store's mark says.
func reaches(dir, identity string, last uint64) error {
	m, ok := readMark(dir)
	switch {
	case !ok || m.Identity != identity && m.Sequence == 0:
		return nil
	case m.Identity != identity:
		return fmt.Errorf("%w: its identity is %s, was %s", events.ErrDiverged, identity, m.Identity)
	case last < m.Sequence:
		return fmt.Errorf("%w: it ends at %d, and once went to %d", events.ErrDiverged, last, m.Sequence)
	}
	return nil
}
