package sys

import "golang.org/x/sys/unix"

// Readiness reports whether poll(2) calls fd readable, at its end or failed. It
// does not wait, so it bypasses the scheduler.
func Readiness(fd int) bool {
	p := unix.PollFd{Fd: int32(fd), Events: PollIn}
	n, e := poll(&p)
	return n != 0 || e != 0
}
