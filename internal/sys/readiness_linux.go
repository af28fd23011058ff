package sys

import "golang.org/x/sys/unix"

// Readiness reports whether poll(2) calls fd readable, at its end or failed. It
// does not wait, so it bypasses the scheduler. A call that a signal interrupts is
// repeated; a poll(2) that finds nothing while a signal is pending is such a call.
func Readiness(fd int) bool {
	p := unix.PollFd{Fd: int32(fd), Events: PollIn}
	n, e := poll(&p)
	if e == EINTR {
		return Readiness(fd)
	}
	return n != 0
}
