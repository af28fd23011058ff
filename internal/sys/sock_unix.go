//go:build unix && !linux

package sys

import (
	"encoding/binary"
	"syscall"

	"golang.org/x/sys/unix"
)

// fresh makes a new descriptor non-blocking and close-on-exec. A child process that
// starts before that inherits it, unless the caller holds ForkLock.
func fresh(fd int) {
	unix.CloseOnExec(fd)
	_ = unix.SetNonblock(fd, true)
	opened(fd)
}

// Socket is socket(2): non-blocking and close-on-exec.
func Socket(family, typ, proto int) (int, Errno) {
	if family == Missing {
		return -1, ENOSYS
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(family, typ, proto)
	if err != nil {
		return -1, errno(err)
	}
	fresh(fd)
	return fd, 0
}

// Pair is socketpair(2): non-blocking and close-on-exec.
func Pair(family, typ, proto int) ([2]int, Errno) {
	if family == Missing {
		return [2]int{-1, -1}, ENOSYS
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fds, err := unix.Socketpair(family, typ, proto)
	if err != nil {
		return [2]int{-1, -1}, errno(err)
	}
	fresh(fds[0])
	fresh(fds[1])
	return fds, 0
}

// Accept is accept(2): non-blocking and close-on-exec. from may be nil.
func Accept(fd int, from *Sockaddr) (int, Errno) {
	nfd, sa, err := unix.Accept(fd)
	if err != nil {
		return -1, errno(err)
	}
	fresh(nfd)
	if from != nil {
		*from = fromUnix(sa)
	}
	return nfd, 0
}

// Bind is bind(2).
func Bind(fd int, sa *Sockaddr) Errno {
	to, e := toUnix(sa)
	if e != 0 {
		return e
	}
	return errno(unix.Bind(fd, to))
}

// Connect is connect(2).
func Connect(fd int, sa *Sockaddr) Errno {
	to, e := toUnix(sa)
	if e != 0 {
		return e
	}
	return errno(unix.Connect(fd, to))
}

// Disconnect fails: package unix has no address without a family.
func Disconnect(int) Errno { return ENOSYS }

// Listen is listen(2).
func Listen(fd, backlog int) Errno { return errno(unix.Listen(fd, backlog)) }

// Shutdown is shutdown(2).
func Shutdown(fd, how int) Errno { return errno(unix.Shutdown(fd, how)) }

// Sockname is getsockname(2).
func Sockname(fd int) (Sockaddr, Errno) {
	sa, err := unix.Getsockname(fd)
	return fromUnix(sa), errno(err)
}

// Peername is getpeername(2).
func Peername(fd int) (Sockaddr, Errno) {
	sa, err := unix.Getpeername(fd)
	return fromUnix(sa), errno(err)
}

// Getsockopt is getsockopt(2) of an option of 4 or 8 bytes: package unix reads
// no others.
func Getsockopt(fd, level, opt int, p []byte) (int, Errno) {
	switch {
	case opt == Missing || len(p) < 4:
		return 0, EOPNOTSUPP
	case len(p) == 8:
		v, err := unix.GetsockoptUint64(fd, level, opt)
		binary.NativeEndian.PutUint64(p, v)
		return 8, errno(err)
	}
	v, err := unix.GetsockoptInt(fd, level, opt)
	putInt(p, v)
	return 4, errno(err)
}

// Setsockopt is setsockopt(2).
func Setsockopt(fd, level, opt int, p []byte) Errno {
	if opt == Missing || len(p) == 0 {
		return EOPNOTSUPP
	}
	return errno(unix.SetsockoptString(fd, level, opt, string(p)))
}

// Close is close(2). The descriptor is gone whatever it returns.
func Close(fd int) Errno {
	closing(fd)
	return errno(unix.Close(fd))
}
