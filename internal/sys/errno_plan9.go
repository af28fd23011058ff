package sys

import (
	"errors"
	"strconv"
)

// Errno is the error number of a system call; zero is success. Plan 9 has no
// error numbers: these stand for the ones that this module tells apart.
type Errno uintptr

// The error numbers that this module tells apart.
const (
	EACCES Errno = 1 + iota
	EADDRINUSE
	EAFNOSUPPORT
	EAGAIN
	EALREADY
	EBADF
	EBUSY
	ECONNABORTED
	ECONNREFUSED
	ECONNRESET
	EEXIST
	EINPROGRESS
	EINTR
	EINVAL
	EISCONN
	EMFILE
	EMSGSIZE
	ENAMETOOLONG
	ENFILE
	ENOBUFS
	ENOENT
	ENOMEM
	ENOPROTOOPT
	ENOSPC
	ENOSYS
	ENOTCONN
	EOPNOTSUPP
	EPERM
	EPROTONOSUPPORT
	EPROTOTYPE
	ERANGE
	ETIMEDOUT
)

// Error says which number it is.
func (e Errno) Error() string {
	switch e {
	case EINVAL:
		return "invalid argument"
	case ENOSYS, EOPNOTSUPP:
		return "not supported on plan9"
	}
	return "errno " + strconv.Itoa(int(e))
}

// Is reports whether e means errors.ErrUnsupported.
func (e Errno) Is(target error) bool {
	return target == errors.ErrUnsupported && (e == ENOSYS || e == EOPNOTSUPP)
}
