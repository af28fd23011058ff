package uds

import (
	"net"
	"sync/atomic"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// conn is what both kinds of connection share: a socket and its names. SeqConn
// and DgramConn document its exported methods where they spell them out.
type conn struct {
	s     *socket.Socket
	names namesPointer
	kept  atomic.Pointer[kept]

	mark  marker
	reset atomic.Uint32 // resetNone … (SeqConn)
}

func (c *conn) ok() bool { return c != nil && c.s != nil }

// check returns an error for a nil or zero connection.
func (c *conn) check(op string) error {
	if c.ok() {
		return nil
	}
	return c.fail(op, errInvalid)
}

// network returns the connection's network, as in package net.
func (c *conn) network() string {
	if c.ok() && c.s.Type() == sys.SockDgram {
		return networkDgram
	}
	return networkSeq
}

// LocalAddr returns the address that the connection is bound to.
func (c *conn) LocalAddr() net.Addr {
	if !c.ok() {
		return nil
	}
	return netAddr(c.addrs().local, c.network())
}

// RemoteAddr returns the peer's address.
func (c *conn) RemoteAddr() net.Addr {
	if !c.ok() {
		return nil
	}
	return netAddr(c.addrs().remote, c.network())
}

// Sockname asks the kernel for the local address.
func (c *conn) Sockname() (Addr, error) { return c.nameOf("getsockname", (*socket.Socket).Sockname) }

// Peername asks the kernel for the peer's address.
func (c *conn) Peername() (Addr, error) { return c.nameOf("getpeername", (*socket.Socket).Peername) }

func (c *conn) nameOf(op string, f func(*socket.Socket) (socket.Sockaddr, error)) (Addr, error) {
	if err := c.check(op); err != nil {
		return Addr{}, err
	}
	sa, err := f(c.s)
	if err != nil {
		return Addr{}, c.fail(op, err)
	}
	return addrOfRaw(&sa), nil
}

// CloseRead ends receiving.
func (c *conn) CloseRead() error { return c.shutdown(socket.ShutRead) }

// CloseWrite ends sending.
func (c *conn) CloseWrite() error { return c.shutdown(socket.ShutWrite) }

func (c *conn) shutdown(how int) error {
	if err := c.check("close"); err != nil {
		return err
	}
	return c.fail("close", c.s.Shutdown(how))
}
