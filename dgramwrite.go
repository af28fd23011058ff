package uds

import (
	"net"

	"example.com/uds/socket"
)

// Write sends p to the peer as one datagram, even if it is empty. It waits while
// the peer's queue is full. A datagram larger than SO_SNDBUF allows is EMSGSIZE,
// and the error states the limit; one for which the kernel has no memory in one
// piece is ENOBUFS.
func (c *DgramConn) Write(p []byte) (int, error) {
	if !c.ok() {
		return 0, c.check("write")
	}
	var t socket.Turn
	err := c.s.BeginSend(&t)
	if err != nil {
		return 0, c.fail("write", err)
	}
	n, err := t.Send(p, 0)
	if err != nil && c.lost(err) {
		n, err = c.resend(&t, p, err)
	}
	t.End()
	if err != nil {
		return 0, c.fail("write", c.limitError("sendto", len(p), err))
	}
	return n, nil
}

// Send is Write without a count.
func (c *DgramConn) Send(p []byte) error {
	_, err := c.Write(p)
	return err
}

// WriteTo sends p as one datagram to a *net.UnixAddr, whose Net does not matter,
// whether the connection has a peer or not. While the receiver's queue is full
// it waits, without holding up sends to others; sends to the same receiver keep
// their order. The unnamed address and nil stand for the peer. An address of
// another type is EINVAL, and a receiver that is connected to somebody else
// gives EPERM.
func (c *DgramConn) WriteTo(p []byte, addr net.Addr) (int, error) {
	a, ok := addr.(*net.UnixAddr)
	if !ok && addr != nil {
		_, err := AddrOf(addr)
		return 0, c.fail("write", err)
	}
	return c.WriteToUnix(p, a)
}

// WriteToUnix is WriteTo with the address's own type.
func (c *DgramConn) WriteToUnix(p []byte, addr *net.UnixAddr) (int, error) {
	if addr == nil {
		return c.Write(p)
	}
	return c.writeTo(p, addr.Name)
}

// WriteToAddr is WriteTo with the address as an Addr.
func (c *DgramConn) WriteToAddr(p []byte, to Addr) (int, error) { return c.writeTo(p, to.name) }

func (c *DgramConn) writeTo(p []byte, name string) (int, error) {
	if name == "" {
		return c.Write(p)
	}
	if !c.ok() {
		return 0, c.check("write")
	}
	var t socket.Turn
	err := c.s.BeginSend(&t)
	if err != nil {
		return 0, c.failTo(name, err)
	}
	n, err := c.sendTo(&t, p, name)
	t.End()
	if err != nil {
		return 0, c.failTo(name, c.limitError("sendto", len(p), err))
	}
	return n, nil
}

func (c *DgramConn) sendTo(t *socket.Turn, p []byte, name string) (int, error) {
	if len(name) > MaxPathLen {
		return sendToLong(t, p, name)
	}
	to, err := c.dests.of(name)
	if err != nil {
		return 0, err
	}
	return t.SendTo(p, 0, &to.sa)
}

// sendToLong is sendTo for a name that may not fit an address.
func sendToLong(t *socket.Turn, p []byte, name string) (int, error) {
	a, err := parseName(name)
	if err != nil {
		return 0, err
	}
	sa, release, err := reach(a)
	if err != nil {
		return 0, err
	}
	defer release()
	n, err := t.SendTo(p, 0, &sa)
	return n, procError(&sa, err)
}

// failTo returns the error of a send to a name.
func (c *DgramConn) failTo(name string, err error) error {
	a, e := parseName(name)
	if e != nil {
		return c.fail("write", err)
	}
	return c.failAt("write", a, err)
}
