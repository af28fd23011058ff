package uds

import "example.com/uds/socket"

// fullSize returns the size of a message, given the size and the MSG_ flags that
// a receive returned. Where the system does not tell the size of a message that
// was cut, that size is what there was room for, and the message was larger.
func fullSize(size, flags int) int {
	if socket.MsgSize == 0 && flags&socket.MsgTrunc != 0 {
		size++
	}
	return size
}

// recvSizeless receives a message without its ancillary data on systems where
// only MSG_TRUNC among the flags says that it was cut.
func recvSizeless(c messenger, p []byte, f Flags) (int, error) {
	r := received{p: p}
	if err := c.receive(f.op(), &r, f); err != nil {
		return 0, err
	}
	if r.size > r.n {
		return r.n, c.base().fail(f.op(), &TruncatedError{Size: r.size})
	}
	return r.n, nil
}
