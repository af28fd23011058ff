package socket

import "example.com/uds/internal/sys"

// Marked reports whether a message is queued that has a control message, as all
// have with an option such as SO_TIMESTAMP. An error of the socket that it comes
// upon is taken and returned.
func (t *Turn) Marked() (bool, error) {
	clean, e := sys.Pending(t.s.fd())
	if e == sys.EAGAIN {
		e = 0
		clean = true
	}
	return e == 0 && !clean, sysErr("recvmsg", e)
}
