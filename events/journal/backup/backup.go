package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Config says where a backup goes.
type Config struct {
	Dir  string // made if absent; a backup of the same log is continued
	Keys string // directory of the data keys; "" leaves them out
}

// Report says what a backup did.
type Report struct {
	Identity string `json:"identity"` // of the log
	Last     uint64 `json:"last"`     // sequence of the last commit in the backup
	Before   uint64 `json:"before"`   // the same of the backup before, 0 for the first
	Messages uint64 `json:"messages"` // of all streams but the keys
	Files    int    `json:"files"`
	Bytes    int64  `json:"bytes"`
	Keys     uint64 `json:"keys"` // entries in the backup of the keys
}

// head is the end of the log when a backup began: whatever was acknowledged before is in it.
type head struct {
	info *jetstream.StreamInfo
	hash string // of the last commit
}

func (h head) identity() string { return h.info.Config.Metadata["stream_identity"] }
func (h head) last() uint64     { return h.info.State.LastSeq }

// Run backs up the streams behind nc while others write to them. What was acknowledged
// before Run was called is in the backup. A backup that stands in cfg.Dir is checked and
// continued; it stays as it is until the new one is whole, whatever happens.
//
// The errors are ErrNoLog, ErrForeign, ErrBusy, ErrNested, ErrOtherLog, ErrDiverged,
// ErrFormat, ErrKind, a [*Fault] of the backup that is to be continued, or those of the
// disk and of the server.
func Run(ctx context.Context, nc *nats.Conn, cfg Config) (Report, error) {
	if cfg.Keys != "" {
		if err := Apart(cfg.Dir, cfg.Keys); err != nil {
			return Report{}, err
		}
	}
	src, err := newSource(nc)
	if err != nil {
		return Report{}, err
	}
	// The log's end first: keys, numbers and papers are all there before a commit that
	// needs them, so read afterwards they are never short of it.
	h, err := src.head(ctx)
	if err != nil {
		return Report{}, err
	}
	var keys *Manifest
	if cfg.Keys != "" {
		if keys, err = src.saveTo(ctx, cfg.Keys, h, true); err != nil {
			return Report{}, err
		}
	}
	old, _ := readManifest(cfg.Dir)
	m, err := src.saveTo(ctx, cfg.Dir, h, false)
	if err != nil {
		return Report{}, err
	}
	r := Report{Identity: m.Identity, Last: m.Last, Messages: m.Messages(), Bytes: m.Bytes()}
	for _, s := range m.Streams {
		r.Files += len(s.Files)
	}
	if old != nil {
		r.Before = old.Last
	}
	if keys != nil {
		r.Keys = keys.Messages()
	}
	return r, nil
}

func (s source) head(ctx context.Context) (head, error) {
	info, err := s.info(ctx, specs[0].name)
	if err != nil {
		return head{}, err
	}
	if info == nil {
		return head{}, ErrNoLog
	}
	h := head{info: info}
	h.hash, err = s.hashAt(ctx, h.last())
	return h, err
}

// hashAt returns the hash of the commit at a sequence, "" when there is none.
func (s source) hashAt(ctx context.Context, seq uint64) (hash string, err error) {
	if seq == 0 {
		return "", nil
	}
	err = s.each(ctx, specs[0].name, seq, seq, func(m Message) error {
		if m.Seq == seq {
			hash = commitHash(m.Data)
		}
		return nil
	})
	return hash, err
}

// commitHash is the hash that a stored commit says it has: [events.Encode] puts it first.
func commitHash(data []byte) string {
	const before, digits = `{"hash":"`, 2 * sha256.Size
	rest, ok := bytes.CutPrefix(data, []byte(before))
	if !ok || len(rest) < digits {
		return "" // not a commit
	}
	return string(rest[:digits])
}

// saveTo writes or continues the backup in one directory.
func (s source) saveTo(ctx context.Context, dir string, h head, keys bool) (*Manifest, error) {
	old, unlock, err := openDir(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if old != nil {
		if err := s.continues(ctx, dir, old, h, keys); err != nil {
			return nil, err
		}
	}
	m := &Manifest{Format: format, Made: time.Now().UTC().Truncate(time.Second), Identity: h.identity(),
		Last: h.last(), LastHash: h.hash, Keys: keys, Streams: []Stream{}}
	for _, sp := range specs {
		if sp.keys != keys {
			continue
		}
		info := h.info
		if sp.name != specs[0].name {
			if info, err = s.info(ctx, sp.name); err != nil {
				return nil, err
			}
		}
		was := old.stream(sp.name)
		if info == nil && was == nil {
			continue
		}
		if info == nil {
			return nil, fmt.Errorf("%w: stream %s is gone", ErrDiverged, sp.name)
		}
		st, err := s.save(ctx, dir, sp, info, was)
		if err != nil {
			return nil, err
		}
		m.Streams = append(m.Streams, st)
		// A power cut must not take from the log what a backup has: the two would part ways.
		if err := s.sync(ctx, sp.name); err != nil {
			return nil, err
		}
	}
	if log := m.stream(specs[0].name); log != nil && log.Last > m.Last { // the rest of an atomic batch
		m.Last = log.Last
		if m.LastHash, err = s.hashAt(ctx, m.Last); err != nil {
			return nil, err
		}
	}
	if err := syncDirs(dir, m); err != nil {
		return nil, err
	}
	if err := m.write(dir); err != nil {
		return nil, err
	}
	return m, sweep(dir, m)
}

// continues makes sure that the backup before is whole and that the log is the one it is
// of, and still holds its last commit.
func (s source) continues(ctx context.Context, dir string, old *Manifest, h head, keys bool) error {
	if err := old.check(); err != nil {
		return err
	}
	if old.Keys != keys {
		return fmt.Errorf("%w: %s", ErrKind, dir)
	}
	if old.Identity != h.identity() {
		return fmt.Errorf("%w: %s is of %s, the log is %s", ErrOtherLog, dir, old.Identity, h.identity())
	}
	if old.Last > h.last() {
		return fmt.Errorf("%w: the log ends at %d, the backup at %d", ErrDiverged, h.last(), old.Last)
	}
	hash, err := s.hashAt(ctx, old.Last)
	if err != nil {
		return err
	}
	if hash != old.LastHash {
		return fmt.Errorf("%w: another commit stands at %d", ErrDiverged, old.Last)
	}
	for _, st := range old.Streams {
		for _, f := range st.Files {
			if err := checkFile(dir, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// save writes what is new of one stream.
func (s source) save(ctx context.Context, dir string, sp spec, info *jetstream.StreamInfo, old *Stream) (Stream, error) {
	first := info.State.FirstSeq
	if info.State.Msgs == 0 {
		first = info.State.LastSeq + 1
	}
	var keep []File
	var tail *File
	if sp.kind != whole && old != nil {
		first = old.First
		keep = slices.Clone(old.Files)
		if n := len(keep); n > 0 && !keep[n-1].full() {
			keep, tail = keep[:n-1], &keep[n-1] // written again with what came after
		}
	}
	w, err := newParts(dir, sp.dir, first, keep, old)
	if err != nil {
		return Stream{}, err
	}
	defer w.abandon()
	if sp.kind == prunes {
		tail = nil
		if err := s.prune(ctx, w, sp, first); err != nil {
			return Stream{}, err
		}
	}
	last, err := s.copy(ctx, w, sp, info.State.LastSeq, tail)
	if err != nil {
		return Stream{}, err
	}
	st := Stream{Name: sp.name, Config: info.Config, First: first, Last: last, Files: w.done}
	if st.Files == nil {
		st.Files = []File{}
	}
	for _, f := range st.Files {
		st.Messages += f.Messages
	}
	return st, nil
}

// prune takes out of the kept parts what the stream no longer holds.
func (s source) prune(ctx context.Context, w *parts, sp spec, first uint64) error {
	live, err := s.live(ctx, sp.name, first, w.next-1)
	if err != nil {
		return err
	}
	err = w.filter(func(f File) bool {
		from, _ := slices.BinarySearch(live, f.First)
		to, _ := slices.BinarySearch(live, f.Last+1)
		return uint64(to-from) == f.Messages
	}, func(m Message) bool {
		_, there := slices.BinarySearch(live, m.Seq)
		return there
	})
	if err != nil {
		return err
	}
	kept := uint64(0)
	for _, f := range w.done {
		kept += f.Messages
	}
	if kept != uint64(len(live)) {
		return fmt.Errorf("%w: stream %s holds %d messages up to %d, the backup %d of them", ErrDiverged, sp.name, len(live), w.next-1, kept)
	}
	return nil
}

// copy writes the messages from the next part on and returns the last sequence covered. A
// stream that keeps only the newest message of a subject is read beyond to, to its end:
// what was replaced meanwhile would else be missing in both forms.
func (s source) copy(ctx context.Context, w *parts, sp spec, to uint64, tail *File) (uint64, error) {
	until, last := to, to
	if sp.kind == whole {
		until = math.MaxUint64
	}
	late := map[string]uint64{} // subjects written since the backup began
	same := sha256.New()        // of what the part to be replaced holds
	due := w.next
	var line []byte
	err := s.each(ctx, sp.name, w.next, until, func(m Message) error {
		if sp.kind == grows && m.Seq != due {
			return &Fault{Sequence: due, Reason: "日志里缺这一号"}
		}
		due++
		line = appendLine(line[:0], m)
		if tail != nil && m.Seq <= tail.Last {
			same.Write(line)
			if m.Seq == tail.Last && hex.EncodeToString(same.Sum(nil)) != tail.Content {
				return fmt.Errorf("%w: from %d to %d", ErrDiverged, tail.First, tail.Last)
			}
		}
		if m.Seq > to {
			last = m.Seq
			if sp.kind == whole {
				late[m.Subject] = m.Seq
			}
		}
		return w.add(m, line)
	})
	if err != nil {
		return 0, err
	}
	if sp.kind == grows && due != last+1 {
		return 0, &Fault{Sequence: due, Reason: "日志里缺这一号"}
	}
	if err := w.end(last); err != nil {
		return 0, err
	}
	if w.next <= last { // nothing after the last part but deleted messages
		if err := w.stretch(last); err != nil {
			return 0, err
		}
	}
	if len(late) == 0 {
		return last, nil
	}
	return last, w.filter(nil, func(m Message) bool { return m.Seq >= late[m.Subject] })
}
