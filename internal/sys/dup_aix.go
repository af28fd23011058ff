package sys

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// Dup duplicates a descriptor; it is close-on-exec as soon as ForkLock is
// released.
func Dup(fd int) (int, Errno) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	nfd, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD, 0)
	if err != nil {
		return -1, errno(err)
	}
	unix.CloseOnExec(nfd)
	opened(nfd)
	return nfd, 0
}
