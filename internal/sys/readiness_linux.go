package sys

import "golang.org/x/sys/unix"

// Readiness reports whether poll(2) calls fd readable, at its end or failed. It
// does not wait, so it bypasses the scheduler. What a signal interrupts is made again,
// as poll(2) is that finds nothing while one is pending.
func Readiness(fd int) bool {
	p := unix.PollFd{Fd: int32(fd), Events: PollIn}
	n, e := poll(&p)
	if e == EINTR {
		return Readiness(fd)
	}
	return n != 0
}
