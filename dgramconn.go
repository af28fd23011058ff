package uds

import (
	"context"
	"net"

	"example.com/uds/socket"
)

// DgramConn is a SOCK_DGRAM socket.
type DgramConn struct {
	conn
	in  *socket.Msg // of the call whose receiving turn it is
	out *socket.Msg // of the call whose sending turn it is
}

var _ net.Conn = (*DgramConn)(nil)

// Close closes the socket.
func (c *DgramConn) Close() error { return c.fail("close", c.s.Close()) }

// Read receives a datagram.
func (c *DgramConn) Read(p []byte) (int, error) {
	n, err := c.s.Recv(p, 0)
	return n, c.fail("read", err)
}

// Write sends a datagram.
func (c *DgramConn) Write(p []byte) (int, error) {
	n, err := c.s.Send(p, 0)
	return n, c.fail("write", err)
}

// DialDgram connects to a datagram socket.
func (d *Dialer) DialDgram(ctx context.Context, address string) (*DgramConn, error) {
	return nil, opError("dial", networkDgram, nil, nil, socket.Unsupported("socket"))
}

// receive receives one datagram.
func (c *DgramConn) receive(op string, r *received, f Flags) error {
	if !c.ok() {
		return c.check(op)
	}
	t, err := c.beginRecv(f)
	if err != nil {
		return c.fail(op, err)
	}
	if c.in == nil {
		c.in = new(socket.Msg)
	}
	err = r.receive(&t, c.in, f)
	t.End()
	return c.fail(op, err)
}

// transmit sends one datagram.
func (c *DgramConn) transmit(o *outgoing, f Flags) error {
	if !c.ok() {
		return c.check("write")
	}
	t, err := c.beginSend(f)
	if err != nil {
		return c.fail("write", err)
	}
	if c.out == nil {
		c.out = new(socket.Msg)
	}
	err = o.send(&t, c.out, f)
	t.End()
	return c.fail("write", err)
}
