package natstest

import "syscall"

// attributes make a server die with the thread that started it, so with the test binary,
// and keep the terminal's Ctrl-C away from it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
