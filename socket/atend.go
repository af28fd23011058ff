package socket

import "example.com/uds/internal/sys"

// AtEnd tells, after a receive of zero bytes on a SOCK_SEQPACKET connection,
// the end from an empty message: while the peer can still send it was an empty
// message, and so it was if bytes are queued behind. An empty message followed
// by empty ones only and the end counts as the end.
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
