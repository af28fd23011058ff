//go:build unix

package sys

import (
	"time"

	"golang.org/x/sys/unix"
)

// GetsockoptTimeval is getsockopt(2) of an option that is a struct timeval.
func GetsockoptTimeval(fd, level, opt int) (time.Duration, Errno) {
	if opt == Missing {
		return 0, EOPNOTSUPP
	}
	tv, err := unix.GetsockoptTimeval(fd, level, opt)
	if err != nil {
		return 0, errno(err)
	}
	return time.Duration(tv.Nano()), 0
}

// SetsockoptTimeval is setsockopt(2) of an option that is a struct timeval.
func SetsockoptTimeval(fd, level, opt int, d time.Duration) Errno {
	if opt == Missing {
		return EOPNOTSUPP
	}
	tv := unix.NsecToTimeval(int64(d))
	return errno(unix.SetsockoptTimeval(fd, level, opt, &tv))
}
