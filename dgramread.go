package uds

import (
	"io"
	"net"

	"example.com/uds/socket"
)

// Read receives a datagram into p. What p has no room for is lost, without an
// error; an empty datagram is (0, nil). An empty p takes no datagram and waits for
// none, as with a *net.UDPConn. It does not end when the peer closes.
func (c *DgramConn) Read(p []byte) (int, error) {
	if !c.ok() {
		return 0, c.check("read")
	}
	var t socket.Turn
	err := c.s.BeginRecv(&t)
	if err != nil {
		return 0, c.fail("read", err)
	}
	n := 0
	if len(p) > 0 {
		if err = c.late(); err == nil {
			n, err = t.Recv(p, 0)
		}
		if n == 0 && err == nil {
			err = atEnd(&t)
		}
	}
	t.End()
	if err != nil {
		return 0, c.fail("read", err)
	}
	return n, nil
}

// atEnd returns io.EOF if a receive of no bytes met the end that CloseRead made.
func atEnd(t *socket.Turn) error {
	if t.Ended() {
		return io.EOF
	}
	return nil
}

// ReadFrom is Read, but also returns the sender's address, a *net.UnixAddr that
// must not be modified, and with an empty p takes a datagram, too. It allocates
// only for a sender that it has not met lately.
func (c *DgramConn) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := c.readFrom(p)
	if err != nil {
		return 0, nil, err
	}
	return n, from.net, nil
}

// ReadFromUnix is ReadFrom with the address's own type.
func (c *DgramConn) ReadFromUnix(p []byte) (int, *net.UnixAddr, error) {
	n, from, err := c.readFrom(p)
	if err != nil {
		return 0, nil, err
	}
	return n, from.net, nil
}

// ReadFromAddr is ReadFrom with the address as an Addr.
func (c *DgramConn) ReadFromAddr(p []byte) (int, Addr, error) {
	n, from, err := c.readFrom(p)
	if err != nil {
		return 0, Addr{}, err
	}
	return n, from.addr, nil
}

func (c *DgramConn) readFrom(p []byte) (int, *sender, error) {
	if !c.ok() {
		return 0, nil, c.check("read")
	}
	var t socket.Turn
	err := c.s.BeginRecv(&t)
	if err != nil {
		return 0, nil, c.fail("read", err)
	}
	var sa socket.Sockaddr
	n := 0
	if err = c.late(); err == nil {
		n, err = t.RecvFrom(p, 0, &sa)
	}
	if n == 0 && err == nil {
		err = atEnd(&t)
	}
	from := c.senders.of(&sa)
	t.End()
	if err != nil {
		return 0, nil, c.fail("read", err)
	}
	return n, from, nil
}
