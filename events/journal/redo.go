package journal

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"unsafe"

	"github.com/nats-io/nats-server/v2/server"
)

// redo is a file of fixed length beside the store that takes the newest bytes of the log's
// last block. Bytes that lie within a file are on disk after one write; syncing a file that
// grew takes two or three, because the file system has to write down its length as well.
// After a power cut the block is made whole from here before the server opens it. It is what
// the log of a database is to its tables; the block itself is synced when this is full.
//
//	magic 4 · pass 8 · block 4 · offset 8 · length 4 · checksum 4 · bytes
//
// Records of one pass follow each other from the beginning of the file, each on pages of its
// own: whole pages can go to the disk directly, which is a fifth faster than by way of the
// kernel's memory. What comes after them is of an earlier pass, all of which is in the block
// for sure.
type redo struct {
	file *os.File
	pass uint64 // random
	at   int64  // where the next record goes
	buf  []byte
}

const (
	redoFile   = "xiaohao.redo"
	redoSize   = 4 << 20
	redoHead   = 32
	redoPage   = 4096       // each record begins on one
	redoMagic  = 0x32524858 // XHR2
	redoPacked = 0x31524858 // XHR1: each record right behind the one before; read, not written any more
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// openRedo opens the store's file, making it if it is absent. What it holds must have been
// replayed and synced.
func openRedo(dir string) (*redo, error) {
	f, err := emptyRedo(dir, direct)
	if err != nil { // not every file system can
		f, err = emptyRedo(dir, buffered)
	}
	if err != nil {
		return nil, fmt.Errorf("open redo file: %w", err)
	}
	if info, err := f.Stat(); err != nil || info.Size() != redoSize {
		// Written, not only made so long: then no later write has to find it a place.
		_, err = f.WriteAt(pages(redoSize), 0)
		if err = errors.Join(err, f.Truncate(redoSize), f.Sync(), syncFile(dir)); err != nil {
			return nil, fmt.Errorf("make redo file: %w", errors.Join(err, f.Close(), os.Remove(f.Name())))
		}
	}
	r := &redo{file: f}
	r.reset()
	return r, nil
}

// emptyRedo opens the file in a way, and shows by its first page that it can be written so.
func emptyRedo(dir string, way int) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, redoFile), os.O_RDWR|os.O_CREATE|way, 0o600)
	if err != nil {
		return nil, err
	}
	if err := writeThrough(f, pages(redoPage), 0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// reset begins a new pass. Everything put before must be in the block for sure.
func (r *redo) reset() {
	var b [8]byte
	rand.Read(b[:])
	r.pass, r.at = binary.LittleEndian.Uint64(b[:]), 0
}

// put makes the n bytes at an offset of a block durable, and reports false if there is no
// room for them before the next reset.
func (r *redo) put(block int, from io.ReaderAt, offset int64, n int) (bool, error) {
	size := paged(redoHead + n)
	if r.at+int64(size) > redoSize {
		return false, nil
	}
	if len(r.buf) < size {
		r.buf = pages(size)
	}
	record, page := r.buf[:redoHead+n], r.buf[:size]
	clear(page[len(record):])
	if _, err := from.ReadAt(record[redoHead:], offset); err != nil {
		return false, fmt.Errorf("read block %d at %d: %w", block, offset, err)
	}
	le := binary.LittleEndian
	le.PutUint32(record, redoMagic)
	le.PutUint64(record[4:], r.pass)
	le.PutUint32(record[12:], uint32(block))
	le.PutUint64(record[16:], uint64(offset))
	le.PutUint32(record[24:], uint32(n))
	le.PutUint32(record[28:], redoSum(record))
	if err := writeThrough(r.file, page, r.at); err != nil {
		return false, fmt.Errorf("write redo file: %w", err)
	}
	r.at += int64(size)
	if onSynced != nil {
		onSynced(r.file.Name(), r.at)
	}
	return true, nil
}

// paged is how much of whole pages n bytes take.
func paged(n int) int { return (n + redoPage - 1) / redoPage * redoPage }

// pages returns n zero bytes, whole pages, that lie in memory as a direct write asks for.
func pages(n int) []byte {
	b := make([]byte, n+redoPage)
	at := -int(uintptr(unsafe.Pointer(&b[0]))) & (redoPage - 1)
	return b[at : at+n]
}

// close empties the file: after an orderly stop the blocks are all there is.
func (r *redo) close() error {
	return errors.Join(writeThrough(r.file, pages(redoPage), 0), r.file.Close())
}

// redoSum is the checksum of a record, of everything but itself.
func redoSum(record []byte) uint32 {
	return crc32.Update(crc32.Checksum(record[:28], castagnoli), castagnoli, record[redoHead:])
}

// replay puts back into the blocks what a power cut took from them. It writes only where a
// block ends or holds nothing but zeros: what differs in any other way is damage, and is
// left for others to find. It returns how many bytes were missing.
func replay(dir string) (restored int64, err error) {
	data, err := os.ReadFile(filepath.Join(dir, redoFile))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read redo file: %w", err)
	}
	le, pass := binary.LittleEndian, uint64(0)
	for first := true; len(data) >= redoHead; first = false {
		magic := le.Uint32(data)
		if magic != redoMagic && magic != redoPacked {
			break
		}
		if first {
			pass = le.Uint64(data[4:])
		}
		n := redoHead + int(le.Uint32(data[24:]))
		if le.Uint64(data[4:]) != pass || n > len(data) || redoSum(data[:n]) != le.Uint32(data[28:]) {
			break
		}
		block := filepath.Join(dir, "jetstream", "$G", "streams", StreamName, "msgs", strconv.Itoa(int(le.Uint32(data[12:])))+".blk")
		was, err := put(block, int64(le.Uint64(data[16:])), data[redoHead:n])
		if err != nil {
			return restored, fmt.Errorf("restore from redo file: %w", err)
		}
		restored += was
		if magic == redoMagic {
			n = min(paged(n), len(data))
		}
		data = data[n:]
	}
	return restored, nil
}

// put writes bytes to a block if they are missing there, and returns how many were.
func put(block string, offset int64, data []byte) (missing int64, err error) {
	f, err := os.OpenFile(block, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil // a record is only ever made of a block whose name was synced
	}
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	head := make([]byte, 64)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return 0, err
	}
	var packed server.CompressionInfo
	if n, err := packed.UnmarshalMetadata(head[:n]); err != nil || n > 0 {
		return 0, nil // compressed when it was full, and synced as that
	}
	info, err := f.Stat()
	if err != nil || info.Size() < offset {
		return 0, err // a block that ends before is of another store, or lost more than a power cut takes
	}
	there := make([]byte, min(info.Size()-offset, int64(len(data))))
	if _, err := f.ReadAt(there, offset); err != nil && err != io.EOF {
		return 0, err
	}
	if bytes.Equal(there, data) || (!bytes.HasPrefix(data, there) && len(bytes.Trim(there, "\x00")) > 0) {
		return 0, nil
	}
	if _, err := f.WriteAt(data, offset); err != nil {
		return 0, err
	}
	return int64(len(data) - len(there)), datasync(f)
}
