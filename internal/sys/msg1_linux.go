package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Vec is the struct iovec of one buffer.
type Vec struct{ iov unix.Iovec }

// NewVec points to p.
func NewVec(p []byte) (v Vec) {
	v.iov.Base = unsafe.SliceData(p)
	v.iov.SetLen(len(p))
	return v
}

// Msg1 is the struct msghdr of one call that moves one buffer: a receive from any
// sender, or a send to the connection's peer. It and the Vec are for a caller's
// stack. They stay there because the compiler can inline their functions, and the
// way from the caller to the system call is short.
type Msg1 struct{ hdr unix.Msghdr }

// Msg returns a message of the buffer with control messages, or room for them.
func (v *Vec) Msg(control []byte) (m Msg1) {
	m.hdr.Iov = &v.iov
	m.hdr.SetIovlen(1)
	m.hdr.Control = unsafe.SliceData(control)
	m.hdr.SetControllen(len(control))
	return m
}

// ControlLen is the number of control bytes that a receive wrote.
func (m *Msg1) ControlLen() int { return int(m.hdr.Controllen) }

// Flags are the MSG_ flags that a receive returned, MSG_CMSG_CLOEXEC aside.
func (m *Msg1) Flags() int { return int(m.hdr.Flags) &^ unix.MSG_CMSG_CLOEXEC }

// RecvMsg1 is RecvMsg.
func RecvMsg1(fd int, m *Msg1, flags int) (n uintptr, e Errno) {
	n, _, e = syscall.Syscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&m.hdr)), uintptr(recvFlags|flags))
	if raceEnabled && e == 0 {
		m.received(int(n))
	}
	return
}

// RecvMsg1Raw is RecvMsg1 without entering the scheduler, for the sockets that
// RecvRaw is for.
func RecvMsg1Raw(fd int, m *Msg1, flags int) (n uintptr, e Errno) {
	n, _, e = syscall.RawSyscall6(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&m.hdr)), uintptr(recvFlags|flags), 0, 0, 0)
	if raceEnabled && e == 0 {
		m.received(int(n))
	}
	return
}

// SendMsg1 is SendMsg.
func SendMsg1(fd int, m *Msg1, flags int) (n uintptr, e Errno) {
	if raceEnabled {
		m.sending()
	}
	n, _, e = syscall.Syscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&m.hdr)), uintptr(sendFlags|flags))
	return
}

// received reports to the race detector what a receive of n bytes wrote.
func (m *Msg1) received(n int) {
	acquire()
	wrote(m.hdr.Iov.Base, min(n, int(m.hdr.Iov.Len)))
	wrote(m.hdr.Control, int(m.hdr.Controllen))
}

// sending reports to the race detector what a send reads.
func (m *Msg1) sending() {
	release()
	read(m.hdr.Iov.Base, int(m.hdr.Iov.Len))
	read(m.hdr.Control, int(m.hdr.Controllen))
}
