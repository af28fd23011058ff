package uds

import (
	"fmt"
	"os"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// The message calls of both kinds of connection.

// recvMsg is RecvMsg of both kinds.
func recvMsg(c messenger, m *Message, f Flags) error {
	b := c.base()
	if err := b.check("read"); err != nil {
		return err
	}
	if err := checkRecv(m, f); err != nil {
		return b.fail(f.op(), err)
	}
	x := newExchange()
	x.receiveInto(b, m)
	err := c.receive(f.op(), &x.in, f)
	if err == nil {
		err = b.fail(f.op(), m.took(b, x))
	}
	x.done()
	return err
}

// checkRecv returns an error for arguments that no receive takes.
func checkRecv(m *Message, f Flags) error {
	switch {
	case m == nil:
		return sysError("nil Message", sys.EINVAL)
	case f&^allFlags != 0:
		return sysError(fmt.Sprintf("flags %#x, allowed are FlagPeek and FlagNoWait", int(f)), sys.EINVAL)
	case m.OOB == nil:
		return nil
	case f&FlagPeek != 0:
		return sysError("FlagPeek with OOB", sys.EINVAL)
	case m.OOB.MaxFiles < 0:
		return maxFilesError(m.OOB.MaxFiles)
	}
	return nil
}

// receiveInto makes x.in a receive into m, which it empties.
func (x *exchange) receiveInto(b *conn, m *Message) {
	m.empty()
	x.in = received{bufs: m.Buffers}
	x.wantSender(b.datagrams())
	if m.OOB != nil {
		x.b, x.files = b, m.OOB.MaxFiles
		x.in.control, x.in.grow = x.room(spaceTime), x.grow
	}
}

// empty removes what an earlier receive left in m.
func (m *Message) empty() {
	m.Addr, m.N, m.Size, m.Truncated, m.OOBTruncated = Addr{}, 0, 0, false, false
	if m.OOB != nil {
		m.OOB.begin()
	}
}

// took notes in m what x received. It returns an error if that was truncated.
func (m *Message) took(b *conn, x *exchange) error {
	m.N, m.Size = x.in.n, x.in.size
	m.Truncated = m.Size > m.N
	if x.in.from != nil {
		m.Addr = x.senders.of(x.in.from).addr
	}
	if m.OOB != nil {
		m.OOBTruncated = !m.OOB.take(x, b.stamped(), m.Truncated)
	}
	switch {
	case m.OOBTruncated:
		b.forgetExpected()
		return ErrOOBTruncated
	case m.Truncated:
		return &TruncatedError{Size: m.Size}
	}
	return nil
}

// sendMsg is SendMsg of both kinds, for a call that may have begun before.
func sendMsg(c messenger, m *Message, f Flags, began socket.Began) error {
	b := c.base()
	if err := b.check("write"); err != nil {
		return err
	}
	if m == nil {
		return b.fail("write", sysError("nil Message", sys.EINVAL))
	}
	m.N = 0
	if f&^FlagNoWait != 0 {
		return b.fail("write", sysError(fmt.Sprintf("flags %#x, allowed is FlagNoWait", int(f)), sys.EINVAL))
	}
	x := newExchange()
	x.out = outgoing{bufs: m.Buffers, began: began}
	err := x.sendFrom(c, m, f)
	m.N = x.out.n
	x.sent()
	return b.fail("write", err)
}

// sendFrom sends m, whose payload is in x.out.
func (x *exchange) sendFrom(c messenger, m *Message, f Flags) error {
	if !m.Addr.IsUnnamed() && c.base().datagrams() {
		release, err := x.out.setDest(&x.dests, m.Addr.name)
		if err != nil {
			return c.base().failDest(err, netAddr(m.Addr, networkDgram))
		}
		defer release()
	}
	if m.OOB == nil {
		return c.transmit(&x.out, f)
	}
	x.c, x.oob, x.flags = c, m.OOB, f
	err := x.explained(x.transmit())
	if err != nil && x.out.to != nil {
		b := c.base()
		return opError("write", networkDgram, b.LocalAddr(), netAddr(m.Addr, networkDgram), b.closedFirst(err))
	}
	return err
}

// recvFiles is RecvFiles of both kinds.
func recvFiles(c messenger, p []byte, max int) (n int, files []*os.File, err error) {
	b := c.base()
	if err := b.check("read"); err != nil {
		return 0, nil, err
	}
	if max < 0 {
		return 0, nil, b.fail("read", maxFilesError(max))
	}
	x := newExchange()
	m := &x.own
	m.OOB = &x.ownOOB
	m.OOB.MaxFiles = max
	x.receiveInto(b, m)
	x.in.p = p
	if err = c.receive("read", &x.in, 0); err == nil {
		err = b.fail("read", m.took(b, x))
	}
	n, files = m.N, m.OOB.TakeFiles()
	_ = m.OOB.Close() // a pidfd
	x.done()
	return n, files, err
}

// sendFiles is SendFiles of both kinds.
func sendFiles(c messenger, p []byte, files []*os.File) error {
	b := c.base()
	if err := b.check("write"); err != nil {
		return err
	}
	x := newExchange()
	x.ownOOB.Files = files
	x.c, x.oob, x.flags = c, &x.ownOOB, 0
	x.out = outgoing{p: p}
	err := x.explained(x.transmit())
	x.ownOOB.Files = nil
	x.sent()
	return b.fail("write", err)
}

// maxFilesError returns the error of a MaxFiles below zero.
func maxFilesError(n int) error {
	return sysError(fmt.Sprintf("room for %d files is below zero", n), sys.EINVAL)
}

// datagrams reports whether messages have addresses.
func (c *conn) datagrams() bool { return c.s.Type() == sys.SockDgram }
