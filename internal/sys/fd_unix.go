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

// Readable is FIONREAD: the bytes that can be received without waiting. The kernel
// writes a C int, of 32 bits, where package unix has a Go int. On a big-endian
// system with 64 bits that is the upper half.
func Readable(fd int) (int, Errno) {
	n, err := unix.IoctlGetInt(fd, fionread)
	return int(*(*int32)(unsafe.Pointer(&n))), errno(err)
}

// errno returns the Errno in an error of package unix.
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
