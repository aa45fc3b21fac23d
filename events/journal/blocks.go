package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/minio/highwayhash"
	"github.com/nats-io/nats-server/v2/server"
)

// ErrDamaged says that stored commits cannot be read any more. Nothing was changed.
var ErrDamaged = errors.New("journal: stored commits are damaged")

// A file of messages ("block") is a row of records; a full one may be compressed as a whole:
//
//	length 4 · sequence 8 · time 8 · length of subject 2 · subject · [length 4 · headers ·] data · hash 8
//
// This is the format of nats-server 2.15 and stays that of files once written. The highest
// bit of the length says that there are headers; the two highest of the sequence mark what
// was erased.
const (
	recordHead  = 22
	recordHash  = 8
	hasHeaders  = 1 << 31
	erasedMarks = 3 << 62
)

// damage is where a store cannot be read.
type damage struct {
	file  string
	after uint64 // last sequence before it
}

// readBlocks reads every message of the log's stream before the server does. When the
// server comes upon a record that it cannot read it cuts the file off there: one changed
// bit would take everything after it along. It returns nil when all is well, or when only
// the end of the newest file is torn, as a killed process leaves it.
func readBlocks(dir string) (*damage, error) {
	files, err := filepath.Glob(filepath.Join(dir, "jetstream", "$G", "streams", StreamName, "msgs", "*.blk"))
	if err != nil {
		return nil, err
	}
	number := func(file string) int {
		n, _ := strconv.Atoi(strings.TrimSuffix(filepath.Base(file), ".blk")) // others sort first and fail their hash
		return n
	}
	slices.SortFunc(files, func(a, b string) int { return number(a) - number(b) })
	var last uint64
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read messages: %w", err)
		}
		key := sha256.Sum256(fmt.Appendf(nil, "%s-%d", StreamName, number(file)))
		seq, end, ok := readBlock(data, key[:])
		if seq > 0 {
			last = seq
		}
		if ok || (i == len(files)-1 && !anyRecord(data[end:], key[:])) {
			continue
		}
		return &damage{file, last}, nil
	}
	return nil, nil
}

// readBlock returns the last sequence of a block, and whether all of it can be read or
// else where not.
func readBlock(data, key []byte) (last uint64, end int, ok bool) {
	var packed server.CompressionInfo
	if n, err := packed.UnmarshalMetadata(data); err != nil || n > 0 {
		if err == nil {
			data, err = packed.Algorithm.Decompress(data[n:])
		}
		if err != nil {
			return 0, 0, false
		}
	}
	for end < len(data) {
		n, seq := record(data[end:], key)
		if n == 0 {
			return last, end, false
		}
		if seq &^= erasedMarks; seq > last {
			last = seq
		}
		end += n
	}
	return last, end, true
}

// record returns length and sequence of the record that data begins with, 0 if it does
// not begin with a whole one.
func record(data, key []byte) (n int, seq uint64) {
	le := binary.LittleEndian
	if len(data) < recordHead+recordHash {
		return 0, 0
	}
	length := le.Uint32(data)
	n = int(length &^ hasHeaders)
	subject := int(le.Uint16(data[20:]))
	body := recordHead + subject // after the subject
	if length&hasHeaders != 0 {
		body += 4
	}
	if n > len(data) || body > n-recordHash {
		return 0, 0
	}
	h, err := highwayhash.New64(key)
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	h.Write(data[4:20])
	h.Write(data[recordHead : recordHead+subject])
	h.Write(data[body : n-recordHash])
	if !bytes.Equal(h.Sum(nil), data[n-recordHash:n]) {
		return 0, 0
	}
	return n, le.Uint64(data[4:])
}

// anyRecord reports whether a whole record begins anywhere in data.
func anyRecord(data, key []byte) bool {
	for i := 1; i < len(data); i++ {
		if n, _ := record(data[i:], key); n > 0 {
			return true
		}
	}
	return false
}

// examine decides what becomes of a damaged store. What was surely acknowledged must not
// be cut off: the store is left as it is. Else a power cut may have torn what nobody was
// told of; the file is copied aside before the server cuts it off.
func examine(dir string, log *serverLog) error {
	found, err := readBlocks(dir)
	if err != nil || found == nil {
		return err
	}
	if m, ok := readMark(dir); ok && found.after < m.Sequence {
		return fmt.Errorf("%w: %s after sequence %d, synced were %d", ErrDamaged, found.file, found.after, m.Sequence)
	}
	copied, err := keep(dir, found.file)
	if err != nil {
		return fmt.Errorf("copy damaged messages aside: %w", err)
	}
	log.Warnf("%s cannot be read after sequence %d; a copy is kept as %s", found.file, found.after, copied)
	return nil
}

// keep copies a file into the directory of damaged ones, under a name not used before.
func keep(dir, file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Join(dir, "damaged"), 0o700); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Join(dir, "damaged"), "*-"+filepath.Base(file))
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	return f.Name(), errors.Join(err, f.Sync(), f.Close())
}
