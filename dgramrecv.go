package uds

import (
	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// Recv receives a datagram into p. If p is too small it is filled, n is len(p)
// and the error is a *TruncatedError with the datagram's size; the rest is
// lost. An empty datagram is (0, nil). After CloseRead the end is bare io.EOF.
func (c *DgramConn) Recv(p []byte) (int, error) { return c.recvSized("read", p, 0) }

// Peek is Recv, but leaves the datagram in the queue.
func (c *DgramConn) Peek(p []byte) (int, error) { return c.recvSized("peek", p, FlagPeek) }

// NextSize waits for the next datagram and returns its size in bytes. Systems
// other than Linux do not tell it, and the error is errors.ErrUnsupported.
func (c *DgramConn) NextSize() (int, error) {
	if socket.MsgSize == 0 && c.ok() {
		return 0, c.fail("peek", socket.Unsupported("recvmsg"))
	}
	var r received
	if err := c.receive("peek", &r, FlagPeek); err != nil {
		return 0, err
	}
	return r.size, nil
}

// recvSized receives by recvfrom(2), which costs less than recvmsg(2) and, where
// MSG_TRUNC exists, returns the datagram's size.
func (c *DgramConn) recvSized(op string, p []byte, f Flags) (int, error) {
	if !c.ok() {
		return 0, c.check(op)
	}
	if socket.MsgSize == 0 {
		return recvSizeless(c, p, f)
	}
	var t socket.Turn
	err := c.s.BeginRecv(&t)
	if err != nil {
		return 0, c.fail(op, err)
	}
	size := 0
	if err = c.late(); err == nil {
		size, err = t.Recv(p, f.recvFlags())
	}
	if size == 0 && err == nil {
		err = atEnd(&t)
	}
	t.End()
	if err != nil {
		return 0, c.fail(op, err)
	}
	if size > len(p) {
		return len(p), c.fail(op, &TruncatedError{Size: size})
	}
	return size, nil
}

// receive receives one datagram.
func (c *DgramConn) receive(op string, r *received, f Flags) error {
	if !c.ok() {
		return c.check(op)
	}
	var t socket.Turn
	err := c.beginRecv(&t, f)
	if err != nil {
		return c.fail(op, err)
	}
	if err = c.late(); err == nil {
		err = r.receive(&t, message(&c.keeping().in), f)
	}
	if err == nil && r.size == 0 {
		err = atEnd(&t)
	}
	t.End()
	if err != nil {
		return c.fail(op, err)
	}
	return nil
}

// Readable returns the size in bytes of the next datagram, or 0 if none is
// queued; Linux does not count those behind it.
func (c *DgramConn) Readable() (int, error) {
	if err := c.check("readable"); err != nil {
		return 0, err
	}
	n, err := c.s.Readable()
	return n, c.fail("readable", err)
}

// TakeError returns the socket's pending error (SO_ERROR), if any, and clears
// it. ECONNRESET says that the peer has connected to another socket or
// disconnected, and so discarded datagrams that it had not received; if there
// were none, Linux does not report it.
func (c *DgramConn) TakeError() error {
	if err := c.check("get"); err != nil {
		return err
	}
	e, err := c.s.Int(sys.SolSocket, sys.SoError)
	switch {
	case err != nil:
	case e != 0:
		err = sysError("getsockopt", sys.Errno(e))
	default:
		err = c.late()
	}
	return c.fail("get", err)
}
