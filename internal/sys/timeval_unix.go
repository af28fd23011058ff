//go:build unix

package sys

import (
	"math"
	"time"
	"unsafe"

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

// SetsockoptTimeval is setsockopt(2) of an option that is a struct timeval. A d
// that the struct cannot hold becomes the most that it can.
func SetsockoptTimeval(fd, level, opt int, d time.Duration) Errno {
	if opt == Missing {
		return EOPNOTSUPP
	}
	tv := timeval(d)
	return errno(unix.SetsockoptTimeval(fd, level, opt, &tv))
}

// timeval returns d, or the longest time below it that a struct timeval can hold.
// Seconds that do not fit would come out short or negative. So would the most that
// fit with a fraction, which the kernel rounds up (sock_set_timeout in
// net/core/sock.c).
func timeval(d time.Duration) unix.Timeval {
	tv := unix.NsecToTimeval(int64(d))
	if int64(tv.Sec) != int64(d/time.Second) || unsafe.Sizeof(tv.Sec) == 4 && tv.Sec == math.MaxInt32 {
		tv.Sec, tv.Usec = math.MaxInt32, 0
	}
	return tv
}
