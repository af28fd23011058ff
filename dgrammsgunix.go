package uds

import (
	"net"

	"example.com/uds/internal/sys"
)

// ReadMsgUnix receives one datagram: the payload into b and the control messages
// into oob, for package syscall and others to parse. The descriptors among them
// are the caller's and close-on-exec. addr is the sender, never nil, and flags
// are MSG_ flags of recvmsg(2).
//
// A payload that does not fit is cut: MSG_TRUNC is among the flags and err is
// nil. If the control messages do not fit, the payload is delivered and every
// descriptor closed: oobn is 0, MSG_CTRUNC is among the flags and err is
// ErrOOBTruncated, or nil if oob is empty, which asks for none. If a pidfd could
// not be made, a negative error number stands in its place.
//
// It differs from package net's in that b and oob may be empty, and that an
// empty datagram is no error.
func (c *DgramConn) ReadMsgUnix(b, oob []byte) (n, oobn, flags int, addr *net.UnixAddr, err error) {
	if !c.ok() {
		return 0, 0, 0, nil, c.check("read")
	}
	x := newExchange()
	x.in = received{p: b, control: x.room(len(oob)), from: &x.from}
	if err = c.receive("read", &x.in, 0); err == nil {
		n, addr = x.in.n, x.senders.of(x.in.from).net
		if flags = x.in.flags; x.in.size > n {
			flags |= sys.MsgTrunc
		}
		oobn, flags, err = x.handOn(x.in.control[:x.in.controln], oob, flags)
		err = c.fail("read", err)
	}
	x.done()
	return n, oobn, flags, addr, err
}

// WriteMsgUnix sends b, which may be empty, as one datagram with the control
// messages in oob, to addr, or, if that is nil or unnamed, to the peer of a
// connected socket. An addr of another network than "unixgram" is EAFNOSUPPORT.
func (c *DgramConn) WriteMsgUnix(b, oob []byte, addr *net.UnixAddr) (n, oobn int, err error) {
	if !c.ok() {
		return 0, 0, c.check("write")
	}
	x := newExchange()
	x.out = outgoing{p: b, control: oob}
	release, err := x.address(&c.conn, addr)
	if err != nil {
		err = c.failDest(err, addr)
	} else {
		err = c.transmit(&x.out, 0)
		release()
	}
	n = x.out.n
	x.sent()
	if err != nil {
		return n, 0, c.fail("write", err)
	}
	return n, len(oob), nil
}

// address makes addr the destination of x, unless it is nil or unnamed; the
// caller calls release after the send.
func (x *exchange) address(c *conn, addr *net.UnixAddr) (release func(), err error) {
	if addr == nil || addr.Name == "" {
		return releaseNothing, nil
	}
	if err := c.otherNetwork(addr); err != nil {
		return nil, err
	}
	return x.out.setDest(&x.dests, addr.Name)
}
