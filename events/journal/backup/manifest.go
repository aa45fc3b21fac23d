package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	manifestFile = "manifest.json"
	format       = 1
)

// Manifest is what a backup directory says of itself, in manifest.json.
type Manifest struct {
	Format   int       `json:"format"`    // 1
	Made     time.Time `json:"made"`      // by the clock of whoever made it
	Identity string    `json:"identity"`  // of the log's stream
	Last     uint64    `json:"last"`      // sequence of the log's last commit, 0 for an empty log
	LastHash string    `json:"last_hash"` // that commit's hash
	Keys     bool      `json:"keys"`      // true: data keys, and only these
	Streams  []Stream  `json:"streams"`

	digest string // of the manifest as it was read: names this very backup
}

// Stream is one JetStream stream in a backup.
type Stream struct {
	Name     string                 `json:"name"`
	Config   jetstream.StreamConfig `json:"config"` // its metadata hold the stream's identity
	First    uint64                 `json:"first"`  // first sequence that the stream had; Last+1 when it was empty
	Last     uint64                 `json:"last"`   // last sequence that was ever given, and is in the backup unless deleted
	Messages uint64                 `json:"messages"`
	Files    []File                 `json:"files"`
}

// File is one numbered part of a stream: all messages from First to Last that there were.
type File struct {
	Name        string `json:"name"` // relative to the backup, with forward slashes
	First       uint64 `json:"first"`
	Last        uint64 `json:"last"`
	Messages    uint64 `json:"messages"`
	Size        int64  `json:"size"`   // bytes of the file
	SHA256      string `json:"sha256"` // of the file
	ContentSize int64  `json:"content_size"`
	Content     string `json:"content_sha256"` // of its lines, unpacked: zcat FILE | sha256sum
}

// stream returns the part of a stream, nil if there is none.
func (m *Manifest) stream(name string) *Stream {
	if m == nil {
		return nil
	}
	for i := range m.Streams {
		if m.Streams[i].Name == name {
			return &m.Streams[i]
		}
	}
	return nil
}

// Messages counts the messages of all streams.
func (m *Manifest) Messages() (n uint64) {
	for _, s := range m.Streams {
		n += s.Messages
	}
	return n
}

// Bytes is the size of all files.
func (m *Manifest) Bytes() (n int64) {
	for _, s := range m.Streams {
		for _, f := range s.Files {
			n += f.Size
		}
	}
	return n
}

// encode returns the content of manifest.json, {"sha256":"…","manifest":{…}}. The hash is
// over the bytes of the inner object: jq -cj .manifest manifest.json | sha256sum
func (m *Manifest) encode() ([]byte, error) {
	var raw bytes.Buffer
	e := json.NewEncoder(&raw)
	e.SetEscapeHTML(false) // as jq writes it
	if err := e.Encode(m); err != nil {
		return nil, err
	}
	return enclose(bytes.TrimSuffix(raw.Bytes(), []byte("\n"))), nil
}

func enclose(inner []byte) []byte {
	return fmt.Appendf(nil, "{\"sha256\":%q,\"manifest\":%s}\n", hashOf(inner), inner)
}

// readManifest reads and checks a backup's manifest. A directory without one is
// ErrNoBackup; one that was changed is a [*Fault].
func readManifest(dir string) (*Manifest, error) {
	b, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoBackup, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	var w struct {
		Manifest json.RawMessage `json:"manifest"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return nil, &Fault{File: manifestFile, Reason: "清单读不出来"}
	}
	// Built anew from the inner object, so that no byte around it can differ either.
	if !bytes.Equal(enclose(w.Manifest), b) {
		return nil, &Fault{File: manifestFile, Reason: "清单与它自己的校验值不符"}
	}
	m := &Manifest{}
	if err := json.Unmarshal(w.Manifest, m); err != nil {
		return nil, &Fault{File: manifestFile, Reason: "清单读不出来"}
	}
	if m.Format != format {
		return nil, fmt.Errorf("%w: format %d", ErrFormat, m.Format)
	}
	m.digest = hashOf(w.Manifest)
	return m, nil
}

// write puts the manifest in place of the one before, after which the backup is the new one.
func (m *Manifest) write(dir string) error {
	b, err := m.encode()
	if err != nil {
		return fmt.Errorf("encode manifest: %w", err)
	}
	f, err := os.CreateTemp(dir, tempPattern) // 0600
	if err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, manifestFile))
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write manifest: %w", err)
	}
	return syncDir(dir)
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
