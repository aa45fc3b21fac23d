//go:build !linux

package journal

import "os"

// datasync puts the file's bytes and its length on disk.
func datasync(f *os.File) error { return f.Sync() }
