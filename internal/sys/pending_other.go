//go:build !linux

package sys

// Pending reports whether a receive would find something: e is 0, EAGAIN, or the
// error that the receive would have returned, which is thereby cleared. Whether the
// message has control messages is not known.
func Pending(fd int) (clean bool, e Errno) {
	_, e = Recv(fd, nil, MsgPeek)
	return false, e
}
