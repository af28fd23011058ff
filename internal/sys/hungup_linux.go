package sys

import "golang.org/x/sys/unix"

// HungUp reports whether the peer can send no more, by POLLRDHUP of poll(2).
func HungUp(fd int) (bool, Errno) {
	events, e := Poll(fd, unix.POLLRDHUP)
	return events != 0, e
}
