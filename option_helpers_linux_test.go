package uds_test

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// intOption is an option of SOL_SOCKET.
func intOption(t testing.TB, c syscall.Conn, opt int) (v int) {
	t.Helper()
	rc, err := c.SyscallConn()
	must(t, err)
	cerr := rc.Control(func(fd uintptr) { v, err = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, opt) })
	must(t, cerr)
	must(t, err)
	return v
}
