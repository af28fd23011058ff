//go:build !linux

package sys

// Header is what receives into one buffer without room for control messages are
// made with. It may be kept and used again. It is not safe for concurrent use.
type Header struct{ msg Msg }

// Recv is recvmsg(2), and reports whether the message has a control message.
func (h *Header) Recv(fd int, p []byte, flags int) (n int, marked bool, e Errno) {
	h.msg.Set1(p, nil, nil)
	n, e = RecvMsg(fd, &h.msg, flags)
	marked = h.msg.Flags()&MsgCtrunc != 0
	h.msg.Reset()
	return n, marked, e
}

// RecvRaw is Recv.
func (h *Header) RecvRaw(fd int, p []byte, flags int) (n int, marked bool, e Errno) {
	return h.Recv(fd, p, flags)
}
