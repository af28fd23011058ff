package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mmsghdr is struct mmsghdr of recvmmsg(2).
type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
}

// Batch is the array of messages that one recvmmsg(2) or sendmmsg(2) moves. It
// may be kept and used again; Reset drops the caller's memory. It is not safe
// for concurrent use.
type Batch struct {
	hdrs  []mmsghdr
	iovs  []unix.Iovec
	names []Sockaddr
	bytes int
}

// Start makes b empty, with room for n messages of iovs buffers altogether.
func (b *Batch) Start(n, iovs int) {
	if cap(b.hdrs) < n {
		b.hdrs, b.names = make([]mmsghdr, 0, n), make([]Sockaddr, 0, n)
	}
	if cap(b.iovs) < iovs {
		b.iovs = make([]unix.Iovec, 0, iovs)
	}
	b.hdrs, b.names, b.iovs, b.bytes = b.hdrs[:0], b.names[:0], b.iovs[:0], 0
}

// Add appends a message. It must be within what Start made room for.
func (b *Batch) Add(first []byte, bufs [][]byte, control []byte) {
	at := len(b.iovs)
	b.addBuffer(first)
	for _, p := range bufs {
		b.addBuffer(p)
	}
	b.names = append(b.names, Sockaddr{})
	b.hdrs = append(b.hdrs, mmsghdr{})
	h := &b.hdrs[len(b.hdrs)-1].hdr
	h.Iov = unsafe.SliceData(b.iovs[at:])
	h.SetIovlen(len(b.iovs) - at)
	h.Control = unsafe.SliceData(control)
	h.SetControllen(len(control))
}

func (b *Batch) addBuffer(p []byte) {
	if len(p) == 0 {
		return
	}
	b.iovs = append(b.iovs, NewVec(p).iov)
	b.bytes += len(p)
}

// SetTo addresses the last message; the zero address leaves it to the connection.
func (b *Batch) SetTo(to *Sockaddr) {
	if to.n != 0 {
		i := len(b.hdrs) - 1
		b.names[i] = *to
		b.hdrs[i].hdr.Name, b.hdrs[i].hdr.Namelen = &b.names[i].b[0], to.n
	}
}

// WantFrom makes a receive note the last message's sender.
func (b *Batch) WantFrom() {
	i := len(b.hdrs) - 1
	b.hdrs[i].hdr.Name, b.hdrs[i].hdr.Namelen = &b.names[i].b[0], sockaddrSize
}

// Len is the number of messages.
func (b *Batch) Len() int { return len(b.hdrs) }

// Result returns what a receive noted of message i: its size, the number of
// control bytes and the MSG_ flags.
func (b *Batch) Result(i int) (n, controln, flags int) {
	h := &b.hdrs[i]
	return int(h.n), int(h.hdr.Controllen), int(h.hdr.Flags) &^ unix.MSG_CMSG_CLOEXEC
}

// From sets sa to the sender's address of message i.
func (b *Batch) From(i int, sa *Sockaddr) {
	*sa = b.names[i]
	sa.received(b.hdrs[i].hdr.Namelen)
}

// Reset drops the caller's memory.
func (b *Batch) Reset() {
	clear(b.hdrs)
	clear(b.iovs)
}

// RecvBatch is recvmmsg(2): it returns how many messages arrived.
func RecvBatch(fd int, b *Batch, flags int) (int, Errno) {
	if len(b.hdrs) == 0 {
		return 0, 0
	}
	r, _, e := syscall.Syscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&b.hdrs[0])), uintptr(len(b.hdrs)), uintptr(recvFlags|flags), 0, 0)
	if refused(e) {
		r, e = b.oneByOne(unix.SYS_RECVMSG, fd, 0, len(b.hdrs), recvFlags|flags)
	}
	if raceEnabled && e == 0 {
		b.received(int(r))
	}
	return int(r), e
}

// SendBatch is sendmmsg(2) for at most n messages from the first on: it returns
// how many of them were sent.
func SendBatch(fd int, b *Batch, first, n, flags int) (int, Errno) {
	n = min(n, len(b.hdrs)-first)
	if n <= 0 {
		return 0, 0
	}
	if raceEnabled {
		b.sending(first, n)
	}
	r, _, e := syscall.Syscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&b.hdrs[first])), uintptr(n), uintptr(sendFlags|flags), 0, 0)
	if refused(e) {
		r, e = b.oneByOne(unix.SYS_SENDMSG, fd, first, n, sendFlags|flags)
	}
	return int(r), e
}

// refused reports whether a filter of system calls may have refused the call for
// several messages. The call for one is more often allowed, and otherwise returns
// the true error.
func refused(e Errno) bool { return e == EPERM || e == ENOSYS }

// oneByOne makes call, recvmsg(2) or sendmsg(2), for at most n messages from the
// first on, and returns how many were moved. An error comes with none.
func (b *Batch) oneByOne(call uintptr, fd, first, n, flags int) (uintptr, Errno) {
	for i := range n {
		h := &b.hdrs[first+i]
		k, _, e := syscall.Syscall(call, uintptr(fd), uintptr(unsafe.Pointer(&h.hdr)), uintptr(flags))
		if e != 0 && i == 0 {
			return 0, e
		}
		if e != 0 {
			return uintptr(i), 0
		}
		h.n = uint32(k)
	}
	return uintptr(n), 0
}

func (b *Batch) received(n int) {
	acquire()
	for i := range b.hdrs[:n] {
		h := &b.hdrs[i]
		left := int(h.n)
		for _, v := range unsafe.Slice(h.hdr.Iov, int(h.hdr.Iovlen)) {
			k := min(left, int(v.Len))
			wrote(v.Base, k)
			left -= k
		}
		wrote(h.hdr.Control, int(h.hdr.Controllen))
	}
}

func (b *Batch) sending(first, n int) {
	release()
	for i := range b.hdrs[first:][:n] {
		h := &b.hdrs[first+i].hdr
		for _, v := range unsafe.Slice(h.Iov, int(h.Iovlen)) {
			read(v.Base, int(v.Len))
		}
		read(h.Control, int(h.Controllen))
	}
}
