package socket

import "example.com/uds/internal/sys"

// AtEnd reports, after a receive of zero bytes on a SOCK_SEQPACKET connection,
// whether that was the end rather than an empty message. It was an empty message
// if the peer can still send, or if bytes are queued behind it. What AtEnd can
// not see is empty messages in the queue: an empty message with nothing behind
// it but such messages and the end counts as the end.
func (t *Turn) AtEnd() (bool, error) {
	if t.d.state.Load()&stShut != 0 {
		n, e := sys.Readable(t.s.fd)
		return n == 0, sysErr("ioctl", e)
	}
	events, e := sys.Poll(t.s.fd, sys.PollRdhup)
	if e != 0 {
		return false, sysErr("poll", e)
	}
	if events == 0 {
		return false, nil
	}
	n, e := sys.Readable(t.s.fd)
	return n == 0, sysErr("ioctl", e)
}
