//go:build unix && !linux

package sys

import "golang.org/x/sys/unix"

// MaxRaw is the most bytes a Raw call moves. These systems make calls through
// their C library: a Raw call is an ordinary one.
const MaxRaw = 256 << 10

// Recv is recv(2).
func Recv(fd int, p []byte, flags int) (uintptr, Errno) {
	n, _, err := unix.Recvfrom(fd, p, flags)
	return uintptr(n), errno(err)
}

// RecvRaw is Recv.
func RecvRaw(fd int, p []byte, flags int) (uintptr, Errno) { return Recv(fd, p, flags) }

// RecvFrom is recvfrom(2).
func RecvFrom(fd int, p []byte, flags int, from *Sockaddr) (int, Errno) {
	n, sa, err := unix.Recvfrom(fd, p, flags)
	*from = fromUnix(sa)
	return n, errno(err)
}

// RecvFromRaw is RecvFrom.
func RecvFromRaw(fd int, p []byte, flags int, from *Sockaddr) (int, Errno) {
	return RecvFrom(fd, p, flags, from)
}

// Send is send(2).
func Send(fd int, p []byte, flags int) (uintptr, Errno) {
	n, err := unix.SendmsgN(fd, p, nil, nil, flags)
	return uintptr(n), errno(err)
}

// SendRaw is Send.
func SendRaw(fd int, p []byte, flags int) (uintptr, Errno) { return Send(fd, p, flags) }

// SendToRaw is SendTo.
func SendToRaw(fd int, p []byte, flags int, to *Sockaddr) (int, Errno) {
	return SendTo(fd, p, flags, to)
}

// SendMsgRaw is SendMsg.
func SendMsgRaw(fd int, m *Msg, flags int) (int, Errno) { return SendMsg(fd, m, flags) }

// SendTo is sendto(2).
func SendTo(fd int, p []byte, flags int, to *Sockaddr) (int, Errno) {
	sa, e := toUnix(to)
	if e != 0 {
		return 0, e
	}
	n, err := unix.SendmsgN(fd, p, nil, sa, flags)
	return n, errno(err)
}

// RecvMsg is recvmsg(2). Received descriptors are close-on-exec when it returns.
func RecvMsg(fd int, m *Msg, flags int) (int, Errno) {
	n, oobn, rflags, from, err := unix.RecvmsgBuffers(fd, m.bufs, m.control, flags)
	m.controlLen, m.flags, m.from = oobn, rflags, fromUnix(from)
	closeOnExec(m.control[:min(oobn, len(m.control))])
	return n, errno(err)
}

// RecvMsgRaw is RecvMsg.
func RecvMsgRaw(fd int, m *Msg, flags int) (int, Errno) { return RecvMsg(fd, m, flags) }

// SendMsg is sendmsg(2).
func SendMsg(fd int, m *Msg, flags int) (int, Errno) {
	var sa unix.Sockaddr
	if m.to.n != 0 {
		var e Errno
		if sa, e = toUnix(&m.to); e != 0 {
			return 0, e
		}
	}
	n, err := unix.SendmsgBuffers(fd, m.bufs, m.control, sa, flags)
	return n, errno(err)
}

// RecvMsg1 is RecvMsg.
func RecvMsg1(fd int, m *Msg1, flags int) (uintptr, Errno) {
	n, oobn, rflags, _, err := unix.RecvmsgBuffers(fd, [][]byte{m.p}, m.control, flags)
	m.controlLen, m.flags = oobn, rflags
	closeOnExec(m.control[:min(oobn, len(m.control))])
	return uintptr(n), errno(err)
}

// RecvMsg1Raw is RecvMsg1.
func RecvMsg1Raw(fd int, m *Msg1, flags int) (uintptr, Errno) { return RecvMsg1(fd, m, flags) }

// SendMsg1 is SendMsg.
func SendMsg1(fd int, m *Msg1, flags int) (uintptr, Errno) {
	n, err := unix.SendmsgBuffers(fd, [][]byte{m.p}, m.control, nil, flags)
	return uintptr(n), errno(err)
}
