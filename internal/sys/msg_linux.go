package sys

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Msg is the struct msghdr of one call and the iovecs it points to. It may be
// kept and used again: Set points it to the caller's memory and Reset drops
// that. It is not safe for concurrent use.
type Msg struct {
	hdr    unix.Msghdr
	inline [2]unix.Iovec
	iovs   []unix.Iovec
	name   *Sockaddr // made when first needed
	bytes  int
}

// Set points m to what one call moves: the payload in first, bufs and extra,
// and the control buffer.
func (m *Msg) Set(first []byte, bufs [][]byte, extra, control []byte) {
	if m.iovs = m.iovs[:0]; cap(m.iovs) == 0 {
		m.iovs = m.inline[:0]
	}
	m.bytes = 0
	m.add(first)
	for _, b := range bufs {
		m.add(b)
	}
	m.add(extra)
	m.point(control)
}

// Set1 is Set for a single buffer and perhaps an extra one.
func (m *Msg) Set1(p, extra, control []byte) {
	m.iovs = m.inline[:0]
	m.bytes = 0
	m.add(p)
	m.add(extra)
	m.point(control)
}

func (m *Msg) add(b []byte) {
	if len(b) == 0 {
		return
	}
	m.iovs = append(m.iovs, NewVec(b).iov)
	m.bytes += len(b)
}

func (m *Msg) point(control []byte) {
	m.hdr.Iov = unsafe.SliceData(m.iovs)
	m.hdr.SetIovlen(len(m.iovs))
	m.SetControl(control)
	m.hdr.Flags = 0
	m.hdr.Name, m.hdr.Namelen = nil, 0
}

// SetControl points m to another control buffer.
func (m *Msg) SetControl(control []byte) {
	m.hdr.Control = unsafe.SliceData(control)
	m.hdr.SetControllen(len(control))
}

// addr returns the memory for the name.
func (m *Msg) addr() *Sockaddr {
	if m.name == nil {
		m.name = new(Sockaddr)
	}
	return m.name
}

// SetTo addresses m; the zero address leaves it to the connection.
func (m *Msg) SetTo(to *Sockaddr) {
	if to.n == 0 {
		return
	}
	*m.addr() = *to
	m.hdr.Name, m.hdr.Namelen = &m.name.b[0], m.name.n
}

// WantFrom makes a receive note the sender's address.
func (m *Msg) WantFrom() {
	*m.addr() = Sockaddr{}
	m.hdr.Name, m.hdr.Namelen = &m.name.b[0], sockaddrSize
}

// From sets sa to the sender's address that a receive noted.
func (m *Msg) From(sa *Sockaddr) {
	*sa = *m.name
	sa.received(m.hdr.Namelen)
}

// ControlLen is the number of control bytes that a receive wrote.
func (m *Msg) ControlLen() int { return int(m.hdr.Controllen) }

// Flags are the MSG_ flags that a receive returned, MSG_CMSG_CLOEXEC aside.
func (m *Msg) Flags() int { return int(m.hdr.Flags) &^ unix.MSG_CMSG_CLOEXEC }

// Empty makes m what a receive of nothing leaves.
func (m *Msg) Empty() { m.hdr.Controllen, m.hdr.Namelen, m.hdr.Flags = 0, 0, 0 }

// Reset drops the caller's memory.
func (m *Msg) Reset() {
	clear(m.iovs[:cap(m.iovs)])
	m.hdr.Control, m.hdr.Iov, m.hdr.Name = nil, nil, nil
}

// RecvMsg is recvmsg(2). Received descriptors are close-on-exec with
// MsgCmsgCloexec.
func RecvMsg(fd int, m *Msg, flags int) (int, Errno) {
	r, _, e := syscall.Syscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&m.hdr)), uintptr(recvFlags|flags))
	if raceEnabled && e == 0 {
		m.received(int(r))
	}
	return int(r), e
}

// RecvMsgRaw is RecvMsg without entering the scheduler, for the sockets that
// RecvRaw is for.
func RecvMsgRaw(fd int, m *Msg, flags int) (int, Errno) {
	r, _, e := syscall.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&m.hdr)), uintptr(recvFlags|flags))
	if raceEnabled && e == 0 {
		m.received(int(r))
	}
	return int(r), e
}

// SendMsgRaw is to SendMsg what SendRaw is to Send. It bypasses the scheduler for a
// message of up to MaxRaw bytes without control data: such a message carries no
// descriptors, so the call takes no reference to a file.
func SendMsgRaw(fd int, m *Msg, flags int) (int, Errno) {
	if m.hdr.Control != nil || m.bytes > MaxRaw {
		return SendMsg(fd, m, flags)
	}
	if raceEnabled {
		m.sending()
	}
	r, _, e := syscall.RawSyscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&m.hdr)), uintptr(sendFlags|flags))
	return int(r), e
}

// SendMsg is sendmsg(2).
func SendMsg(fd int, m *Msg, flags int) (int, Errno) {
	if raceEnabled {
		m.sending()
	}
	r, _, e := syscall.Syscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&m.hdr)), uintptr(sendFlags|flags))
	return int(r), e
}

// received reports to the race detector what a receive of n bytes wrote.
func (m *Msg) received(n int) {
	acquire()
	for _, v := range m.iovs {
		k := min(n, int(v.Len))
		wrote(v.Base, k)
		n -= k
	}
	wrote(m.hdr.Control, int(m.hdr.Controllen))
}

// sending reports to the race detector what a send reads.
func (m *Msg) sending() {
	release()
	for _, v := range m.iovs {
		read(v.Base, int(v.Len))
	}
	read(m.hdr.Control, int(m.hdr.Controllen))
}

// Rearm makes m as Set left it, for another try. A receive that fails leaves the
// lengths alone, but the flags must be cleared for one that is repeated after a
// wake-up.
func (m *Msg) Rearm() { m.hdr.Flags = 0 }
