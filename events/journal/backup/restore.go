package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"

	"xiaohao/events/journal"

	"github.com/nats-io/nats.go"
)

// RestoreConfig says what to restore.
type RestoreConfig struct {
	Dir      string
	Keys     string // directory of the data keys; "" restores none
	Replicas int    // of each stream; as in the backup when 0
}

// Restored says what a restore did.
type Restored struct {
	Identity string
	Last     uint64
	Messages uint64
	Keys     uint64
	KeysLast uint64 // end of the log when the keys were backed up
}

// Restore checks a whole backup, then brings it back: [Prepare] and [Restoring.Into].
func Restore(ctx context.Context, nc *nats.Conn, cfg RestoreConfig) (Restored, error) {
	r, err := Prepare(ctx, cfg)
	if err != nil {
		return Restored{}, err
	}
	return r.Into(ctx, nc)
}

// Restoring is a backup that was checked to its last byte, ready to be brought back.
type Restoring struct {
	cfg  RestoreConfig
	from []*Backup // data, then keys
}

// Prepare checks a backup and its keys. The errors are ErrNoBackup, ErrFormat, ErrKind,
// ErrNested, ErrOtherLog (keys of another log), a [*Fault], or a [*journal.ConfigError] when
// the streams are not what the program would work on.
func Prepare(ctx context.Context, cfg RestoreConfig) (*Restoring, error) {
	from, err := openBoth(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return &Restoring{cfg, from}, nil
}

// Into brings every stream into the empty store behind nc as it was: identity, sequences,
// times, subjects, headers and bytes. Then it reads everything back and compares. A store
// that is not empty is left alone (ErrNotEmpty).
//
// Until it is done the streams bear a mark ([journal.MarkRestoring]) that keeps the
// program from opening the log. A store in which a restore was killed half-way is known
// by that mark on the log's stream; Into then removes what is there and begins anew.
func (r *Restoring) Into(ctx context.Context, nc *nats.Conn) (Restored, error) {
	dst, err := newSource(nc)
	if err != nil {
		return Restored{}, err
	}
	if err := dst.clear(ctx); err != nil {
		return Restored{}, err
	}
	var streams []Stream
	for _, b := range r.from {
		for _, s := range b.Streams { // the log is the first
			if r.cfg.Replicas > 0 {
				s.Config.Replicas = r.cfg.Replicas
			}
			if err := dst.load(ctx, nc, b, s); err != nil {
				return Restored{}, err
			}
			streams = append(streams, s)
		}
	}
	for _, s := range streams {
		if err := dst.sync(ctx, s.Name); err != nil {
			return Restored{}, err
		}
		if err := dst.compare(ctx, s); err != nil {
			return Restored{}, err
		}
	}
	for _, s := range slices.Backward(streams) { // the log is the last
		if err := dst.unmark(ctx, s); err != nil {
			return Restored{}, err
		}
	}
	out := Restored{Identity: r.from[0].Identity, Last: r.from[0].Last, Messages: r.from[0].Manifest.Messages()}
	if len(r.from) > 1 {
		out.Keys, out.KeysLast = r.from[1].Manifest.Messages(), r.from[1].Last
	}
	return out, nil
}

// openBoth opens and checks the backup and, if there are any, its keys.
func openBoth(ctx context.Context, cfg RestoreConfig) ([]*Backup, error) {
	dirs := []string{cfg.Dir}
	if cfg.Keys != "" {
		if err := Apart(cfg.Dir, cfg.Keys); err != nil {
			return nil, err
		}
		dirs = append(dirs, cfg.Keys)
	}
	var out []*Backup
	for i, dir := range dirs {
		b, err := Open(dir)
		if err != nil {
			return nil, err
		}
		if b.Keys != (i == 1) {
			return nil, fmt.Errorf("%w: %s", ErrKind, dir)
		}
		if i == 1 && b.Identity != out[0].Identity {
			return nil, fmt.Errorf("%w: %s is of %s", ErrOtherLog, dir, b.Identity)
		}
		if _, err := b.Check(ctx); err != nil {
			return nil, err
		}
		for _, s := range b.Streams {
			if err := journal.CheckStream(s.Config); err != nil {
				return nil, err
			}
		}
		out = append(out, b)
	}
	if id := out[0].Streams[0].Config.Metadata["stream_identity"]; id != out[0].Identity {
		return nil, &Fault{File: manifestFile, Reason: "清单里日志的标识前后不一"}
	}
	return out, nil
}

// clear makes sure that none of the program's streams is there. Those of a restore that
// was cut off are removed, the log last, so that the next attempt knows them as well.
func (s source) clear(ctx context.Context) error {
	var there []string
	unfinished := false
	for _, sp := range specs {
		info, err := s.info(ctx, sp.name)
		if err != nil {
			return err
		}
		if info == nil {
			continue
		}
		there = append(there, sp.name)
		if sp.name == specs[0].name {
			unfinished = info.Config.Metadata[journal.MarkRestoring] != ""
		}
	}
	if len(there) > 0 && !unfinished {
		return fmt.Errorf("%w: it has %v", ErrNotEmpty, there)
	}
	for _, name := range slices.Backward(there) {
		if err := s.js.DeleteStream(ctx, name); err != nil {
			return fmt.Errorf("remove what an unfinished restore left: stream %s: %w", name, err)
		}
	}
	return nil
}

// load sends one stream to the server, marked as unfinished.
func (s source) load(ctx context.Context, nc *nats.Conn, b *Backup, st Stream) error {
	cfg := st.Config
	cfg.Metadata = maps.Clone(cfg.Metadata)
	if cfg.Metadata == nil {
		cfg.Metadata = map[string]string{}
	}
	cfg.Metadata[journal.MarkRestoring] = b.digest
	if err := send(ctx, nc, cfg, st, b.Messages); err != nil {
		return fmt.Errorf("restore stream %s: %w", st.Name, err)
	}
	return nil
}

// compare reads a restored stream and compares it with the backup, file by file.
func (s source) compare(ctx context.Context, st Stream) error {
	info, err := s.info(ctx, st.Name)
	if err != nil {
		return err
	}
	if info == nil || info.State.LastSeq != st.Last || info.State.Msgs != st.Messages {
		return fmt.Errorf("compare restored stream %s: %w", st.Name, &Fault{Reason: "条数或最后一号与备份不符"})
	}
	files := st.Files
	content, n := sha256.New(), uint64(0)
	next := func() error {
		f := files[0]
		if n != f.Messages || hex.EncodeToString(content.Sum(nil)) != f.Content {
			return fmt.Errorf("compare restored stream %s: %w", st.Name, &Fault{File: f.Name, Reason: "恢复出来的内容与备份不符"})
		}
		files, content, n = files[1:], sha256.New(), 0
		return nil
	}
	var line []byte
	err = s.each(ctx, st.Name, st.First, math.MaxUint64, func(m Message) error {
		for len(files) > 0 && m.Seq > files[0].Last {
			if err := next(); err != nil {
				return err
			}
		}
		line = appendLine(line[:0], m)
		content.Write(line)
		n++
		return nil
	})
	for err == nil && len(files) > 0 {
		err = next()
	}
	return err
}

// unmark takes the mark off a stream, after which it is like any other.
func (s source) unmark(ctx context.Context, st Stream) error {
	ctx, cancel := context.WithTimeout(ctx, answerIn)
	defer cancel()
	if _, err := s.js.UpdateStream(ctx, st.Config); err != nil {
		return fmt.Errorf("finish restored stream %s: %w", st.Name, err)
	}
	info, err := s.info(ctx, st.Name)
	if err != nil {
		return err
	}
	if info == nil || !maps.Equal(info.Config.Metadata, st.Config.Metadata) {
		return fmt.Errorf("finish restored stream %s: %w", st.Name, &Fault{Reason: "标识与备份不符"})
	}
	return nil
}
