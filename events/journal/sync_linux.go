package journal

import (
	"os"
	"syscall"
)

// datasync puts the file's bytes and its length on disk.
func datasync(f *os.File) error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); err != syscall.EINTR {
			return err
		}
	}
}

// direct has a write of whole pages return when it is on disk, without a stay in the kernel's
// memory; buffered is the same for file systems that know no such way.
const (
	direct   = syscall.O_DIRECT | syscall.O_DSYNC
	buffered = syscall.O_DSYNC
)

// writeThrough writes to a file that was opened so, and returns when it is on disk.
func writeThrough(f *os.File, b []byte, at int64) error {
	_, err := f.WriteAt(b, at)
	return err
}
