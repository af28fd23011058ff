package socket

import "example.com/uds/internal/sys"

// AtEnd reports, after a receive of zero bytes on a SOCK_SEQPACKET connection,
// whether that was the end rather than an empty message. It was an empty message if
// the peer can still send, or if bytes are queued behind it. AtEnd cannot see empty
// messages in the queue: an empty message with nothing behind it but such messages
// and the end counts as the end. On systems other than Linux this is so even if the
// peer can still send and the next message is empty too. If the system does not say
// what is queued (FIONREAD), as where a filter refuses ioctl(2), AtEnd returns true
// and that error: it may have been the end, and all that the peer sent is queued.
func (t *Turn) AtEnd() (bool, error) {
	if t.d.state.Load()&stShut == 0 {
		over, e := sys.HungUp(t.s.fd())
		if !over {
			return false, sysErr("poll", e)
		}
	}
	n, e := sys.Readable(t.s.fd())
	return e != 0 || n == 0, sysErr("ioctl", e)
}
