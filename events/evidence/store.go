package evidence

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"xiaohao/events"
)

// ErrNotFound says that there is no such object. It is an [events.ErrNoFile].
var ErrNotFound = fmt.Errorf("evidence: no such object: %w", events.ErrNoFile)

// Sealer seals and opens bytes with the data key of an item, or of a workbook; events/vault is one. place
// binds a box to where it stands. Opening fails once the item was erased.
type Sealer interface {
	SealBytes(ctx context.Context, item, place string, plain []byte) ([]byte, error)
	OpenBytes(ctx context.Context, item, place string, box []byte) ([]byte, error)
}

// Config of a Store.
type Config struct {
	MaxSize  int64 // of one file in bytes; 20 MiB when 0
	MaxBytes int64 // of the whole bucket when it is made; 0 = as much as the server has room for, at most 64 GiB
	Replicas int   // of the bucket when it is made; 1 when 0
	// Sync returns when everything acknowledged so far is on disk. It is called before Put
	// returns, since a fact will rest on the object. nil: the server syncs by itself.
	Sync func(ctx context.Context) error
}

const (
	defaultSize = 20 << 20
	atOnce      = 2 // pictures decoded at the same time
	timeout     = time.Minute
)

// Store keeps files of evidence. It is safe for concurrent use.
type Store struct {
	cfg    Config
	js     jetstream.JetStream
	stream jetstream.Stream
	objs   jetstream.ObjectStore
	sealer Sealer
	slots  chan struct{}
}

// Open opens the bucket, making it if it is absent.
func Open(ctx context.Context, nc *nats.Conn, sealer Sealer, cfg Config) (*Store, error) {
	if cfg.MaxSize == 0 {
		cfg.MaxSize = defaultSize
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("open evidence store: %w", err)
	}
	s := &Store{cfg: cfg, js: js, sealer: sealer, slots: make(chan struct{}, atOnce)}
	if s.stream, err = bucket(ctx, js, cfg); err != nil {
		return nil, fmt.Errorf("open evidence store: %w", err)
	}
	if s.objs, err = js.ObjectStore(ctx, Bucket); err != nil {
		return nil, fmt.Errorf("open evidence store: %w", err)
	}
	return s, nil
}

// MaxSize is the largest file that is taken, in bytes.
func (s *Store) MaxSize() int64 { return s.cfg.MaxSize }

// Put reads a file to its end, cleans it and keeps it for an item. What it returns goes into
// the fact that names it; an object that no fact names is swept after a day ([Store.Sweep]).
// name is what the sender's device calls the file. The error is a [*Refusal] when the file is
// not taken, the sealer's when the item was erased.
func (s *Store) Put(ctx context.Context, item uuid.UUID, name string, r io.Reader) (events.EvidenceFile, error) {
	return s.take(ctx, item, func([]byte) uuid.UUID { return item }, name, r)
}

// PutWorkbook is Put for the file of an import, which a fact of one item names and which says
// something of many. It has a key of its own, [events.WorkbookKey], that goes when one of them
// is erased.
func (s *Store) PutWorkbook(ctx context.Context, item uuid.UUID, name string, r io.Reader) (events.EvidenceFile, error) {
	return s.take(ctx, item, func(data []byte) uuid.UUID { return events.WorkbookKey(hashOf(data)) }, name, r)
}

// take keeps a file for an item, sealed with the key that is for its bytes.
func (s *Store) take(ctx context.Context, item uuid.UUID, keyFor func(data []byte) uuid.UUID, name string, r io.Reader) (events.EvidenceFile, error) {
	none := events.EvidenceFile{}
	data, err := io.ReadAll(io.LimitReader(r, s.cfg.MaxSize+1))
	switch {
	case err != nil:
		return none, fmt.Errorf("read file: %w", err)
	case len(data) == 0:
		return none, noBytes
	case int64(len(data)) > s.cfg.MaxSize:
		return none, tooLarge(s.cfg.MaxSize)
	}
	k, err := s.look(ctx, name, data)
	if err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	id, key := rand.Text(), keyFor(data)
	if k.thumb != nil {
		err = s.put(ctx, item, key, thumbOf(id), k.thumb)
	}
	if err == nil {
		err = s.put(ctx, item, key, id, k.data)
	}
	if isFull(err) {
		return none, noRoom
	}
	if err != nil {
		return none, fmt.Errorf("keep file: %w", err)
	}
	if s.cfg.Sync != nil {
		if err := s.cfg.Sync(ctx); err != nil {
			return none, fmt.Errorf("keep file: %w", err)
		}
	}
	return events.EvidenceFile{Object: id, Type: k.media, Size: len(k.data), Width: k.width, Height: k.height, Cleaned: k.cleaned,
		Original: hashOf(data), Kept: hashOf(k.data), Name: events.Secret(nameFor(name, k.format))}, nil
}

// look decides whether a file is taken and makes the form in which it is kept.
func (s *Store) look(ctx context.Context, name string, data []byte) (kept, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return kept{}, fmt.Errorf("wait for a free hand: %w", ctx.Err())
	}
	k, no := keep(name, data)
	if no != nil {
		return kept{}, no
	}
	return k, nil
}

func keep(name string, data []byte) (kept, *Refusal) {
	c, no := sniff(data)
	if no != nil && strings.EqualFold(path.Ext(name), ".csv") && isText(data) {
		return kept{data: data, format: formatCSV}, nil
	}
	if no != nil {
		return kept{}, no
	}
	switch c {
	case asPDF:
		return keepPDF(data)
	case asZip:
		return keepOOXML(data)
	case asOLE:
		return keepOLE(data, strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")))
	}
	return keepPicture(c, data)
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func thumbOf(id string) string { return id + "/t" }

// place is what a box is bound to beside its item.
func place(object string) string { return "evidence/" + object }

// itemKey is the one thing an object says of itself: whose it is.
const itemKey = "item"

func (s *Store) put(ctx context.Context, item, key uuid.UUID, object string, plain []byte) error {
	box, err := s.sealer.SealBytes(ctx, key.String(), place(object), plain)
	if err != nil {
		return err
	}
	info := jetstream.ObjectInfo{Bucket: Bucket, NUID: rand.Text(), Size: uint64(len(box)),
		ObjectMeta: jetstream.ObjectMeta{Name: object, Metadata: map[string]string{itemKey: item.String()}, Opts: &jetstream.ObjectMetaOptions{ChunkSize: chunkSize}}}
	err = s.write(ctx, info, box)
	if err != nil { // at once: a bucket that is full has no room for remains
		_ = s.stream.Purge(context.WithoutCancel(ctx), jetstream.WithPurgeSubject(chunkSubjects+info.NUID))
	}
	return err
}

const chunkSize = 128 << 10

// write stores an object in the client library's form, chunks first and what makes it
// visible last. It is written here, one message after the other, because the library's own
// Put leaves a goroutine behind now and then.
func (s *Store) write(ctx context.Context, info jetstream.ObjectInfo, box []byte) error {
	sum := sha256.New()
	for chunk := range slices.Chunk(box, chunkSize) {
		sum.Write(chunk)
		info.Chunks++
		if _, err := s.js.Publish(ctx, chunkSubjects+info.NUID, chunk); err != nil {
			return err
		}
	}
	info.Digest = jetstream.GetObjectDigestValue(sum)
	data, err := json.Marshal(info)
	if err != nil {
		return err
	}
	m := nats.NewMsg(metaSubject(info.Name))
	m.Header.Set(jetstream.MsgRollup, jetstream.MsgRollupSubject)
	m.Data = data
	_, err = s.js.PublishMsg(ctx, m)
	return err
}

// File returns the kept form of a file. The error is ErrNotFound when there is no such
// object, an [events.ErrNoFile] too when the item was erased, else the sealer's when it
// cannot be opened.
func (s *Store) File(ctx context.Context, item uuid.UUID, id string) ([]byte, error) {
	return s.get(ctx, item, id)
}

// Thumb returns the thumbnail of a picture, a JPEG of at most 480 pixels and 18 KB. Errors are those of
// File.
func (s *Store) Thumb(ctx context.Context, item uuid.UUID, id string) ([]byte, error) {
	return s.get(ctx, item, thumbOf(id))
}

// Workbook returns the file of an import as it came; original is its hash. Errors are those of
// File.
func (s *Store) Workbook(ctx context.Context, original, id string) ([]byte, error) {
	return s.get(ctx, events.WorkbookKey(original), id)
}

func (s *Store) get(ctx context.Context, key uuid.UUID, object string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	box, err := s.objs.GetBytes(ctx, object)
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read object %s: %w", object, err)
	}
	plain, err := s.sealer.OpenBytes(ctx, key.String(), place(object), box)
	if errors.Is(err, events.ErrErased) {
		return nil, fmt.Errorf("open object %s: %w: %w", object, events.ErrNoFile, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open object %s: %w", object, err)
	}
	return plain, nil
}
