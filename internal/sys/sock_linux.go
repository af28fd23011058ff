package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Socket is socket(2): non-blocking and close-on-exec.
func Socket(family, typ, proto int) (int, Errno) {
	fd, _, e := syscall.RawSyscall(unix.SYS_SOCKET, uintptr(family), uintptr(typ|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC), uintptr(proto))
	if e != 0 {
		return -1, e
	}
	opened(int(fd))
	return int(fd), 0
}

// Pair is socketpair(2): non-blocking and close-on-exec.
func Pair(family, typ, proto int) (fds [2]int, e Errno) {
	var v [2]int32
	_, _, e = syscall.RawSyscall6(unix.SYS_SOCKETPAIR, uintptr(family), uintptr(typ|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC), uintptr(proto), uintptr(unsafe.Pointer(&v)), 0, 0)
	if e != 0 {
		return [2]int{-1, -1}, e
	}
	opened(int(v[0]))
	opened(int(v[1]))
	return [2]int{int(v[0]), int(v[1])}, 0
}

// Accept is accept4(2): non-blocking and close-on-exec. from may be nil.
func Accept(fd int, from *Sockaddr) (int, Errno) {
	var addr, sizep unsafe.Pointer
	size := uint32(sockaddrSize)
	if from != nil {
		*from = Sockaddr{}
		addr, sizep = unsafe.Pointer(&from.b), unsafe.Pointer(&size)
	}
	nfd, _, e := syscall.Syscall6(unix.SYS_ACCEPT4, uintptr(fd), uintptr(addr), uintptr(sizep), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
	if e != 0 {
		return -1, e
	}
	if from != nil {
		from.received(size)
	}
	opened(int(nfd))
	return int(nfd), 0
}

// Bind is bind(2). It enters the scheduler: a path may be on a slow disk. A call
// that a signal interrupts has done nothing, and is repeated.
func Bind(fd int, sa *Sockaddr) Errno {
	for {
		_, _, e := syscall.Syscall(unix.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(&sa.b)), uintptr(sa.n))
		if e != EINTR {
			return e
		}
	}
}

// Connect is connect(2). A connect that a signal interrupts goes on, except on
// AF_UNIX, where it has done nothing and is repeated.
func Connect(fd int, sa *Sockaddr) Errno {
	for {
		_, _, e := syscall.Syscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(&sa.b)), uintptr(sa.n))
		if e != EINTR || sa.Family() != AFUnix {
			return e
		}
	}
}

// Disconnect dissolves a datagram socket's association: connect(2) to
// AF_UNSPEC.
func Disconnect(fd int) Errno {
	for {
		if e := Connect(fd, &Sockaddr{n: familySize}); e != EINTR {
			return e
		}
	}
}

// Listen is listen(2).
func Listen(fd, backlog int) Errno {
	_, _, e := syscall.RawSyscall(unix.SYS_LISTEN, uintptr(fd), uintptr(backlog), 0)
	return e
}

// Shutdown is shutdown(2).
func Shutdown(fd, how int) Errno {
	_, _, e := syscall.Syscall(unix.SYS_SHUTDOWN, uintptr(fd), uintptr(how), 0)
	return e
}

// Sockname is getsockname(2).
func Sockname(fd int) (Sockaddr, Errno) { return name(unix.SYS_GETSOCKNAME, fd) }

// Peername is getpeername(2).
func Peername(fd int) (Sockaddr, Errno) { return name(unix.SYS_GETPEERNAME, fd) }

func name(call uintptr, fd int) (sa Sockaddr, e Errno) {
	size := uint32(sockaddrSize)
	_, _, e = syscall.RawSyscall(call, uintptr(fd), uintptr(unsafe.Pointer(&sa.b)), uintptr(unsafe.Pointer(&size)))
	if e == 0 {
		sa.received(size)
	}
	return sa, e
}

// Getsockopt is getsockopt(2) into p; it returns the option's size.
func Getsockopt(fd, level, opt int, p []byte) (int, Errno) {
	size := uint32(len(p))
	_, _, e := syscall.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), uintptr(level), uintptr(opt), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(unsafe.Pointer(&size)), 0)
	return int(size), e
}

// Setsockopt is setsockopt(2).
func Setsockopt(fd, level, opt int, p []byte) Errno {
	_, _, e := syscall.Syscall6(unix.SYS_SETSOCKOPT, uintptr(fd), uintptr(level), uintptr(opt), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0)
	return e
}

// Close is close(2). The descriptor is gone whatever it returns.
func Close(fd int) Errno {
	closing(fd)
	_, _, e := syscall.Syscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
	return e
}
