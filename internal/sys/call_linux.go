package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Every receive and send is non-blocking whatever mode another holder of the
// open file description has put it into, and no send raises SIGPIPE.
const (
	recvFlags = unix.MSG_DONTWAIT
	sendFlags = unix.MSG_DONTWAIT | unix.MSG_NOSIGNAL
)

// MaxRaw is the most bytes a Raw call moves: about 25 µs of copying, the length
// of an ordinary loop between two safepoints. Larger calls enter the scheduler.
const MaxRaw = 256 << 10

// After a system call the processor predicts returns badly, which costs as much for
// each function on the way back as a short function takes. The most frequent calls
// are therefore small enough for the compiler to inline, down to the type of their
// counts: TestMostFrequentCallsAreInlined.

// Recv is recv(2). With MsgTrunc the count is the message's full size.
func Recv(fd int, p []byte, flags int) (n uintptr, e Errno) {
	n, _, e = syscall.Syscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(recvFlags|flags), 0, 0)
	if raceEnabled && e == 0 {
		received(p, int(n))
	}
	return
}

// RecvRaw is Recv without entering the scheduler. It is for sockets on which no
// descriptor can arrive: dropping the last reference to a large file inside the
// call stops the garbage collector for as long as that takes.
func RecvRaw(fd int, p []byte, flags int) (n uintptr, e Errno) {
	n, _, e = syscall.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(recvFlags|flags), 0, 0)
	if raceEnabled && e == 0 {
		received(p, int(n))
	}
	return
}

// RecvFrom is recvfrom(2).
func RecvFrom(fd int, p []byte, flags int, from *Sockaddr) (int, Errno) {
	*from = Sockaddr{}
	size := uint32(sockaddrSize)
	n, _, e := syscall.Syscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(recvFlags|flags), uintptr(unsafe.Pointer(&from.b)), uintptr(unsafe.Pointer(&size)))
	if e == 0 {
		from.received(size)
		received(p, int(n))
	}
	return int(n), e
}

// RecvFromRaw is RecvFrom without entering the scheduler, for the sockets that
// RecvRaw is for.
func RecvFromRaw(fd int, p []byte, flags int, from *Sockaddr) (int, Errno) {
	*from = Sockaddr{}
	size := uint32(sockaddrSize)
	n, _, e := syscall.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(recvFlags|flags), uintptr(unsafe.Pointer(&from.b)), uintptr(unsafe.Pointer(&size)))
	if e == 0 {
		from.received(size)
		received(p, int(n))
	}
	return int(n), e
}

// Send is send(2).
func Send(fd int, p []byte, flags int) (n uintptr, e Errno) {
	if raceEnabled {
		sending(p)
	}
	n, _, e = syscall.Syscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(sendFlags|flags), 0, 0)
	return
}

// SendRaw is Send of at most MaxRaw bytes without entering the scheduler. It is for
// AF_UNIX alone, where a send queues a message and returns. Elsewhere it may run
// the receiver's side too: on AF_NETLINK a whole request with its locks.
func SendRaw(fd int, p []byte, flags int) (n uintptr, e Errno) {
	if raceEnabled {
		sending(p)
	}
	n, _, e = syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(sendFlags|flags), 0, 0)
	return
}

// SendTo is sendto(2).
func SendTo(fd int, p []byte, flags int, to *Sockaddr) (int, Errno) {
	if raceEnabled {
		sending(p)
	}
	n, _, e := syscall.Syscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(sendFlags|flags), uintptr(unsafe.Pointer(&to.b)), uintptr(to.n))
	return int(n), e
}

// SendToRaw is SendTo that bypasses the scheduler up to MaxRaw bytes, as SendRaw
// does. The address must not be a path, which may be on a file system that this
// process serves.
func SendToRaw(fd int, p []byte, flags int, to *Sockaddr) (int, Errno) {
	if len(p) > MaxRaw {
		return SendTo(fd, p, flags, to)
	}
	if raceEnabled {
		sending(p)
	}
	n, _, e := syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), uintptr(sendFlags|flags), uintptr(unsafe.Pointer(&to.b)), uintptr(to.n))
	return int(n), e
}

// received reports the part of p that a receive of n bytes wrote.
func received(p []byte, n int) {
	acquire()
	wrote(unsafe.SliceData(p), min(n, len(p)))
}

// sending reports that a send reads p.
func sending(p []byte) {
	release()
	read(unsafe.SliceData(p), len(p))
}
