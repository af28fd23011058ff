package uds

import (
	"context"
	"net"

	"example.com/uds/socket"
)

// DgramConn is a SOCK_DGRAM socket.
type DgramConn struct{ conn }

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
