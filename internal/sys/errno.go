//go:build !plan9

package sys

import "syscall"

// Errno is the error number of a system call; zero is success.
type Errno = syscall.Errno

// The error numbers that this module tells apart.
const (
	EACCES          = syscall.EACCES
	EADDRINUSE      = syscall.EADDRINUSE
	EAFNOSUPPORT    = syscall.EAFNOSUPPORT
	EAGAIN          = syscall.EAGAIN
	EALREADY        = syscall.EALREADY
	EBADF           = syscall.EBADF
	EBUSY           = syscall.EBUSY
	ECONNABORTED    = syscall.ECONNABORTED
	ECONNREFUSED    = syscall.ECONNREFUSED
	ECONNRESET      = syscall.ECONNRESET
	EEXIST          = syscall.EEXIST
	EINPROGRESS     = syscall.EINPROGRESS
	EINTR           = syscall.EINTR
	EINVAL          = syscall.EINVAL
	EISCONN         = syscall.EISCONN
	EMFILE          = syscall.EMFILE
	EMSGSIZE        = syscall.EMSGSIZE
	ENAMETOOLONG    = syscall.ENAMETOOLONG
	ENFILE          = syscall.ENFILE
	ENOBUFS         = syscall.ENOBUFS
	ENOENT          = syscall.ENOENT
	ENOMEM          = syscall.ENOMEM
	ENOPROTOOPT     = syscall.ENOPROTOOPT
	ENOSPC          = syscall.ENOSPC
	ENOSYS          = syscall.ENOSYS
	ENOTCONN        = syscall.ENOTCONN
	EOPNOTSUPP      = syscall.EOPNOTSUPP
	EPERM           = syscall.EPERM
	EPROTONOSUPPORT = syscall.EPROTONOSUPPORT
	EPROTOTYPE      = syscall.EPROTOTYPE
	ERANGE          = syscall.ERANGE
	ETIMEDOUT       = syscall.ETIMEDOUT
)
