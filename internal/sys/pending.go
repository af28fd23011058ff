package sys

// Pending reports whether a receive would find something: 0, EAGAIN, or the
// error that the receive would have returned, which is taken. It moves no
// descriptor, so it bypasses the scheduler.
func Pending(fd int) Errno {
	_, e := RecvRaw(fd, nil, MsgPeek)
	return e
}
