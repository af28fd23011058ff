package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Header is the struct msghdr of receives into one buffer without room for
// control messages. It may be kept and used again, and is smaller than a Msg. It
// is not safe for concurrent use.
type Header struct {
	hdr unix.Msghdr
	iov unix.Iovec
}

// Recv is recvmsg(2), and reports whether the message has a control message.
func (h *Header) Recv(fd int, p []byte, flags int) (n int, marked bool, e Errno) {
	h.point(p)
	r, _, e := syscall.Syscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&h.hdr)), uintptr(recvFlags|flags))
	return int(r), h.received(p, int(r), e), e
}

// RecvRaw is Recv past the scheduler, for the sockets that the function RecvRaw
// is for.
func (h *Header) RecvRaw(fd int, p []byte, flags int) (n int, marked bool, e Errno) {
	h.point(p)
	r, _, e := syscall.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&h.hdr)), uintptr(recvFlags|flags))
	return int(r), h.received(p, int(r), e), e
}

// point points h to p.
func (h *Header) point(p []byte) {
	h.iov.Base = unsafe.SliceData(p)
	h.iov.SetLen(len(p))
	h.hdr.Iov = &h.iov
	h.hdr.SetIovlen(1)
}

// received drops p, of which a receive wrote n bytes, and reports whether there
// was a control message.
func (h *Header) received(p []byte, n int, e Errno) (marked bool) {
	if raceEnabled && e == 0 {
		received(p, n)
	}
	marked = h.hdr.Flags&unix.MSG_CTRUNC != 0
	h.iov.Base, h.hdr.Flags = nil, 0
	return marked
}
