package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Pending reports whether a receive would find something: e is 0, EAGAIN, or the
// error that the receive would have returned, which is thereby cleared. A call that
// a signal interrupts is repeated. A message is clean if it has no control message,
// and so no descriptor. Pending moves nothing, so it bypasses the scheduler.
//
// Without a control buffer recvmsg(2) shows every control message as MSG_CTRUNC; a
// peek with a buffer would install copies of descriptors.
func Pending(fd int) (clean bool, e Errno) {
	var h unix.Msghdr
	for {
		_, _, e = syscall.RawSyscall6(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&h)), unix.MSG_PEEK|unix.MSG_DONTWAIT, 0, 0, 0)
		if e != EINTR {
			return h.Flags&unix.MSG_CTRUNC == 0, e
		}
	}
}
