package uds

import (
	"net"

	"example.com/uds/internal/cmsg"
	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// ReadMsgUnix receives exactly one message: the payload into b and the control
// messages into oob, for package syscall and others to parse. The descriptors
// among them are the caller's and close-on-exec. addr is the peer's address,
// never nil, and flags are MSG_ flags of recvmsg(2).
//
// A payload that does not fit is cut: MSG_TRUNC is among the flags and err is
// nil. If the control messages do not fit, the payload is delivered and every
// descriptor closed: oobn is 0, MSG_CTRUNC is among the flags and err is
// ErrOOBTruncated, or nil if oob is empty, which asks for none. The tail that a
// Read left comes first, without control messages. The end is bare io.EOF. If a
// pidfd could not be made, a negative error number stands in its place.
//
// It differs from package net's in that b and oob may be empty, and that an
// empty message is no error.
func (c *SeqConn) ReadMsgUnix(b, oob []byte) (n, oobn, flags int, addr *net.UnixAddr, err error) {
	if !c.ok() {
		return 0, 0, 0, nil, c.check("read")
	}
	c.mark.set(c.s)
	room := len(oob)
	if c.mark.hidden() {
		room += spaceTime
	}
	x := newExchange()
	size, control, flags, err := c.recvOne("read", b, x.room(room), nil, 0)
	if err == nil {
		addr = netAddr(c.addrs().remote, networkSeq)
		if n = min(size, len(b)); size > n {
			flags |= sys.MsgTrunc
		}
		if c.mark.hidden() && !c.stamped() { // asked again: SetOptions may have come meanwhile
			control = withoutMarker(control)
		}
		oobn, flags, err = x.handOn(control, oob, flags)
		err = c.fail("read", err)
	}
	exchanges.Put(x) // handOn left nothing in x, and x.in was not used
	return n, oobn, flags, addr, err
}

// WriteMsgUnix sends b, which may be empty, as one message with the control
// messages in oob. addr must be nil, unnamed or of network "unixpacket", and is
// not used.
func (c *SeqConn) WriteMsgUnix(b, oob []byte, addr *net.UnixAddr) (n, oobn int, err error) {
	if !c.ok() {
		return 0, 0, c.check("write")
	}
	if err := c.otherNetwork(addr); err != nil {
		return 0, 0, c.failDest(err, addr)
	}
	var t socket.Turn
	err = c.s.BeginSend(&t)
	if err != nil {
		return 0, 0, c.fail("write", err)
	}
	if len(oob) == 0 {
		n, err = t.Send(b, 0)
	} else {
		n, err = t.SendOne(b, oob, 0)
	}
	t.End()
	if err != nil {
		return 0, 0, c.sendFailed("sendmsg", len(b), err)
	}
	return n, len(oob), nil
}

// withoutMarker returns control without a timestamp at its front, where the
// kernel puts it.
func withoutMarker(control []byte) []byte {
	if level, typ, _, rest, ok := cmsg.Cut(control); ok && level == sys.SolSocket && isTimestamp(typ) {
		return rest
	}
	return control
}
