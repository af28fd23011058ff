package uds

import "net"

// ReadMsgUnix receives exactly one message: the payload into b and the control
// messages into oob, which package syscall and others parse. The descriptors
// among them are the caller's, and close-on-exec. addr is the peer's address,
// never nil, and flags are MSG_ flags of recvmsg(2).
//
// A payload that does not fit is cut: MSG_TRUNC is among the flags and err is
// nil. If the control messages do not fit, the payload is delivered and every
// descriptor closed: oobn is 0, MSG_CTRUNC among the flags, and the error
// ErrOOBTruncated; not so if oob is empty, which asks for none. The tail that a
// Read left comes first, and without control messages. The end is bare io.EOF.
// A pidfd that could not be made is a negative error number in its place.
//
// It differs from package net's in that b and oob may be empty, and that an
// empty message is no error.
func (c *SeqConn) ReadMsgUnix(b, oob []byte) (n, oobn, flags int, addr *net.UnixAddr, err error) {
	return readMsgUnix(c, b, oob)
}

// WriteMsgUnix sends b, which may be empty, as one message with the control
// messages in oob. addr must be nil or of network "unixpacket", and is not used.
func (c *SeqConn) WriteMsgUnix(b, oob []byte, addr *net.UnixAddr) (n, oobn int, err error) {
	return writeMsgUnix(c, b, oob, addr)
}
