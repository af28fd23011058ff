package uds

import "net"

// ReadMsgUnix receives one datagram: the payload into b and the control messages
// into oob, which package syscall and others parse. The descriptors among them
// are the caller's, and close-on-exec. addr is the sender, never nil, and flags
// are MSG_ flags of recvmsg(2).
//
// A payload that does not fit is cut: MSG_TRUNC is among the flags and err is
// nil. If the control messages do not fit, the payload is delivered and every
// descriptor closed: oobn is 0, MSG_CTRUNC among the flags, and the error
// ErrOOBTruncated; not so if oob is empty, which asks for none.
// A pidfd that could not be made is a negative error number in its place.
//
// It differs from package net's in that b and oob may be empty, and that an
// empty datagram is no error.
func (c *DgramConn) ReadMsgUnix(b, oob []byte) (n, oobn, flags int, addr *net.UnixAddr, err error) {
	return readMsgUnix(c, b, oob)
}

// WriteMsgUnix sends b, which may be empty, as one datagram with the control
// messages in oob, to addr, or, if that is nil or unnamed, to the peer of a
// connected socket. An addr of another network than "unixgram" is EAFNOSUPPORT.
func (c *DgramConn) WriteMsgUnix(b, oob []byte, addr *net.UnixAddr) (n, oobn int, err error) {
	return writeMsgUnix(c, b, oob, addr)
}
