//go:build unix && !aix

package sys

import "golang.org/x/sys/unix"

// Poll is poll(2) of one descriptor without waiting; it returns revents.
func Poll(fd int, events int16) (int16, Errno) {
	fds := [1]unix.PollFd{{Fd: int32(fd), Events: events}}
	for {
		_, err := unix.Poll(fds[:], 0)
		if e := errno(err); e != EINTR {
			return fds[0].Revents, e
		}
	}
}
