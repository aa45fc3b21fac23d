package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nats-io/nats.go"
)

// TestDiskFull continues a backup where there is no room for it, then where there is. It is
// done twice: on a small disk of a child's own, if a process may have that here, and with
// files that may not grow.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	store, first := t.TempDir(), filepath.Join(t.TempDir(), "first")
	s := newStore(t, store)
	s.fill(t, 60)
	mustRun(t, s.nc, Config{Dir: first})
	s.pour(t, 4000)
	s.nc.Close()
	s.srv.Stop()
	run := func(how string, own *syscall.SysProcAttr) (string, error) {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "BACKUP_TEST_CHILD="+how+" "+store+" "+first)
		cmd.SysProcAttr = own
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	own := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if id := os.Geteuid(); id != 0 {
		own.Cloneflags |= syscall.CLONE_NEWUSER
		own.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
	}
	out, err := run("full-disk", own)
	if err != nil && !errors.Is(err, syscall.EPERM) && !strings.Contains(out, "no disk of our own") {
		t.Errorf("%v: %s", err, out)
	}
	t.Log(out)
	if out, err = run("full-file", nil); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	t.Log(out)
}

// fullRun is the child: it runs on the small disk and looks at what is left.
func fullRun(nc *nats.Conn, how, first string) error {
	disk, err := os.MkdirTemp("", "xiaohao-full-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(disk)
	if how == "full-disk" {
		if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
			return fmt.Errorf("no disk of our own: %w", err)
		}
		if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=256k"); err != nil {
			return fmt.Errorf("no disk of our own: %w", err)
		}
		defer func() { _ = syscall.Unmount(disk, 0) }() // it ends with this process as well
	}
	dir := filepath.Join(disk, "backup")
	if err := os.CopyFS(dir, os.DirFS(first)); err != nil {
		return err
	}
	want, grow := syscall.ENOSPC, func() error { return syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=64m") }
	if how == "full-file" {
		var was syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
			return err
		}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 4 << 10, Max: was.Max}); err != nil {
			return err
		}
		want, grow = syscall.EFBIG, func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was) }
	}
	whole := func(end uint64) error {
		b, err := Open(dir)
		if err == nil {
			_, err = b.Check(context.Background())
		}
		if err == nil && b.Last != end {
			err = fmt.Errorf("the backup ends at %d", b.Last)
		}
		return err
	}
	_, err = Run(context.Background(), nc, Config{Dir: dir})
	if !errors.Is(err, want) {
		return fmt.Errorf("backup on a full disk: %v", err)
	}
	fmt.Println(err)
	if err := whole(60); err != nil {
		return fmt.Errorf("the backup that was there: %w", err)
	}
	if err := grow(); err != nil {
		return err
	}
	if _, err := Run(context.Background(), nc, Config{Dir: dir}); err != nil {
		return err
	}
	return whole(4060)
}
