package socket

import "example.com/uds/internal/sys"

// Marked reports whether the next queued message has a control message, as every
// message has with an option such as SO_TIMESTAMP. If it comes upon an error of the
// socket, it clears and returns that.
func (t *Turn) Marked() (bool, error) {
	clean, e := sys.Pending(t.s.fd())
	if e == sys.EAGAIN {
		e = 0
		clean = true
	}
	return e == 0 && !clean, sysErr("recvmsg", e)
}
