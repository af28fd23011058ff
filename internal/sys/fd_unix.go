//go:build unix

package sys

import (
	"errors"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// SetNonblock puts the open file description into non-blocking mode.
func SetNonblock(fd int) Errno { return errno(unix.SetNonblock(fd, true)) }

// Readable is FIONREAD: the bytes that can be received without waiting. The
// kernel writes C's int, 32 bits, to where package unix has an int of Go's: the
// upper half of it where that has 64 bits, the most significant first.
func Readable(fd int) (int, Errno) {
	n, err := unix.IoctlGetInt(fd, fionread)
	return int(*(*int32)(unsafe.Pointer(&n))), errno(err)
}

// errno is the Errno in an error of package unix.
func errno(err error) Errno {
	if err == nil {
		return 0
	}
	var e syscall.Errno
	if errors.As(err, &e) {
		return e
	}
	return EINVAL
}
