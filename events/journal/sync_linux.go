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
