package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// PeerCred is SO_PEERCRED. It neither allocates nor needs much of the stack,
// because the first wait of a connection calls it.
func PeerCred(fd int) (pid, uid, gid int, e Errno) {
	var c unix.Ucred
	size := uint32(unsafe.Sizeof(c))
	_, _, e = syscall.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_PEERCRED, uintptr(unsafe.Pointer(&c)), uintptr(unsafe.Pointer(&size)), 0)
	if e != 0 {
		return 0, 0, 0, e
	}
	return int(c.Pid), int(c.Uid), int(c.Gid), 0
}
