package uds

import (
	"net"

	"example.com/uds/internal/cmsg"
	"example.com/uds/internal/sys"
)

// ReadMsgUnix and WriteMsgUnix of both kinds of connection.

// readMsgUnix receives into p and, by way of a buffer with room for the marker,
// into oob.
func readMsgUnix(c messenger, p, oob []byte) (n, oobn, flags int, addr *net.UnixAddr, err error) {
	b := c.base()
	if err := b.check("read"); err != nil {
		return 0, 0, 0, nil, err
	}
	hidden := b.marked()
	room := len(oob)
	if hidden {
		room += spaceTime
	}
	x := newExchange()
	x.in = received{p: p, control: x.room(room)}
	x.wantSender(b.datagrams())
	if err = c.receive("read", &x.in, 0); err == nil {
		n, addr = x.in.n, x.sender(b)
		oobn, flags, err = x.handOn(oob, hidden && !b.stamped()) // SetOptions may have come meanwhile
		err = b.fail("read", err)
	}
	x.done()
	return n, oobn, flags, addr, err
}

// marked turns the marker of a SeqConn on, and reports whether messages carry a
// timestamp that nobody asked for.
func (c *conn) marked() bool {
	if !c.datagrams() {
		c.mark.set(c.s)
	}
	return c.mark.hidden() && !c.stamped()
}

// sender is the address that x received from, never nil.
func (x *exchange) sender(b *conn) *net.UnixAddr {
	if x.in.from != nil {
		return x.senders.of(x.in.from).net
	}
	return netAddr(b.names.get().remote, b.network())
}

// handOn copies the received control messages to oob, the hidden marker aside.
func (x *exchange) handOn(oob []byte, hidden bool) (oobn, flags int, err error) {
	control := x.in.control[:x.in.controln]
	if hidden {
		control = withoutMarker(control)
	}
	if flags = x.in.flags; x.in.size > x.in.n {
		flags |= sys.MsgTrunc
	}
	if len(control) <= len(oob) && (flags&msgCtrunc == 0 || len(oob) == 0) {
		return copy(oob, control), flags, nil
	}
	x.found.parse(control)
	closeFDs(x.found.files)
	closeFDs(x.found.pidfds)
	if flags |= msgCtrunc; len(oob) == 0 {
		return 0, flags, nil
	}
	return 0, flags, ErrOOBTruncated
}

// withoutMarker is control without a timestamp at its front, where the kernel
// puts it.
func withoutMarker(control []byte) []byte {
	r := cmsg.NewReader(control)
	if r.Next() && r.Level() == sys.SolSocket && isTimestamp(r.Type()) {
		return control[min(len(control), cmsg.Space(len(r.Data()))):]
	}
	return control
}

// writeMsgUnix sends p with the control messages in oob.
func writeMsgUnix(c messenger, p, oob []byte, addr *net.UnixAddr) (n, oobn int, err error) {
	b := c.base()
	if err := b.check("write"); err != nil {
		return 0, 0, err
	}
	x := newExchange()
	x.out = outgoing{p: p, control: oob}
	release, err := x.address(b, addr)
	if err != nil {
		err = b.aimFailed(err, addr)
	} else {
		err = c.transmit(&x.out, 0)
		release()
	}
	n = x.out.n
	x.done()
	if err != nil {
		return n, 0, b.fail("write", err)
	}
	return n, len(oob), nil
}

// address makes addr the destination of x, unless it is nil or unnamed, or the
// connection knows but one; release is called after the send.
func (x *exchange) address(b *conn, addr *net.UnixAddr) (release func(), err error) {
	if addr == nil || addr.Name == "" {
		return nothing, nil
	}
	if addr.Net != b.network() {
		return nil, sysError("address of network "+addr.Net+", want "+b.network(), sys.EAFNOSUPPORT)
	}
	if !b.datagrams() {
		return nothing, nil
	}
	return x.out.aim(&x.dests, addr.Name)
}
