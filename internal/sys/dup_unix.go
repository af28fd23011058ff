//go:build unix && !aix

package sys

import "golang.org/x/sys/unix"

// Dup duplicates a descriptor, close-on-exec.
func Dup(fd int) (int, Errno) {
	nfd, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return -1, errno(err)
	}
	opened(nfd)
	return nfd, 0
}
