package backup

import (
	"errors"
	"fmt"
	"strings"
)

// Errors of backing up and restoring. Of a damaged backup it is a [*Fault].
var (
	// ErrNoBackup says that a directory holds no manifest.
	ErrNoBackup = errors.New("backup: no backup in this directory")
	// ErrFormat says that another version of this program made the backup.
	ErrFormat = errors.New("backup: format is not known to this version")
	// ErrForeign says that the directory to back up into holds other things.
	ErrForeign = errors.New("backup: directory holds something that is no backup")
	// ErrBusy says that another process backs up into the directory.
	ErrBusy = errors.New("backup: directory is in use by another backup")
	// ErrNested says that data and keys would not be apart.
	ErrNested = errors.New("backup: one of two directories lies in the other")
	// ErrNoLog says that there is nothing to back up.
	ErrNoLog = errors.New("backup: there is no log")
	// ErrOtherLog says that two things are of different logs.
	ErrOtherLog = errors.New("backup: of another log")
	// ErrDiverged says that the log no longer holds what the backup before holds: it lost
	// its end, or was restored wrongly, and then went on differently.
	ErrDiverged = errors.New("backup: log does not continue this backup")
	// ErrNotEmpty says that a restore would meet existing data.
	ErrNotEmpty = errors.New("backup: store to restore into is not empty")
	// ErrKind says that keys were given for data, or data for keys.
	ErrKind = errors.New("backup: directory holds the other kind of backup")
)

// Fault is the first thing found wrong in a backup, or in a store compared with it.
type Fault struct {
	File     string // relative to the backup; "" if it is not about a file
	Sequence uint64 // of the message it was found at; 0 if it is about the whole file
	Subject  string // of that message, "" if unknown
	Reason   string // Chinese, without a full stop; "" when Err says it
	Err      error  // a [*proof.Wrong], which names the commit by itself
}

func (f *Fault) Unwrap() error { return f.Err }

func (f *Fault) Error() string {
	var b strings.Builder
	if f.File != "" {
		fmt.Fprintf(&b, "文件 %s：", f.File)
	}
	if f.Err != nil {
		return b.String() + f.Err.Error()
	}
	if f.Sequence > 0 {
		fmt.Fprintf(&b, "第 %d 号", f.Sequence)
		if f.Subject != "" {
			fmt.Fprintf(&b, "（%s）", f.Subject)
		}
		b.WriteString("：")
	}
	return b.String() + f.Reason + "。"
}
