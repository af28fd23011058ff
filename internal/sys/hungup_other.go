//go:build !linux

package sys

// HungUp reports whether the peer can send no more, as far as can be told: not
// every system here has POLLRDHUP, and POLLHUP says that both directions have
// ended. At the end of one direction a peek finds no bytes. It finds none if the
// next message is empty, either, so an empty message counts as the end.
func HungUp(fd int) (bool, Errno) {
	events, e := Poll(fd, PollHup)
	if e != 0 || events&PollHup != 0 {
		return e == 0, e
	}
	var p [1]byte
	n, e := Recv(fd, p[:], MsgPeek|MsgDontwait)
	if e == EAGAIN {
		return false, 0
	}
	return e == 0 && n == 0, e
}
