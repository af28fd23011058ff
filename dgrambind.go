package uds

import (
	"context"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// Bind gives the socket an address, so that others can send to it. The unnamed
// address asks for an abstract name of the kernel's choice (Linux); a socket
// that already has an address keeps it. Close removes the socket file.
func (c *DgramConn) Bind(a Addr) error {
	if err := c.check("bind"); err != nil {
		return err
	}
	return c.failAt("bind", a, c.closedOr(c.bind(context.Background(), new(ListenConfig), a)))
}

func (c *DgramConn) bind(ctx context.Context, lc *ListenConfig, a Addr) error {
	if a.IsUnnamed() && !autobinds {
		return socket.Unsupported("autobind")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	file, err := lc.bind(ctx, c.s, a)
	if err != nil {
		return err
	}
	if a.IsUnnamed() {
		return c.noteLocal()
	}
	if c.keep {
		file.keep.Store(true)
	}
	c.file = file
	c.peering.Lock()
	defer c.peering.Unlock()
	c.rename(func(n *names) { n.local = a })
	return nil
}

// noteLocal notes the address that the kernel chose, or that the socket had
// before. The caller holds c.mu.
func (c *DgramConn) noteLocal() error {
	a, err := boundAddr(c.s, Addr{})
	c.peering.Lock()
	defer c.peering.Unlock()
	if err == nil && c.addrs().local.IsUnnamed() {
		c.rename(func(n *names) { n.local = a })
	}
	return err
}

// rename changes the names of the connection and its clones. The caller holds
// c.peering.
func (c *DgramConn) rename(f func(n *names)) {
	n := c.addrs()
	f(&n)
	if all := c.siblings(); all != nil {
		all.names.set(n)
	} else {
		c.names.set(n)
	}
}

// Connect sets the peer to a: Write and Send go to it, and only its datagrams
// are received; other senders get EPERM. A later Connect may choose another
// peer: on Linux that discards what is queued here and was not received. It takes
// its turn among the sends, behind a Write that waits for a full peer, too, until
// the write deadline or Cancel; Disconnect does not, and ends that Write.
func (c *DgramConn) Connect(a Addr) error {
	if err := c.check("connect"); err != nil {
		return err
	}
	return c.failAt("connect", a, c.closedOr(c.connect(context.Background(), a)))
}

func (c *DgramConn) connect(ctx context.Context, a Addr) error {
	if a.IsUnnamed() {
		return sysError("connect to the unnamed address", sys.EINVAL)
	}
	if err := ctxErr(ctx); err != nil {
		return err
	}
	return connectAddr(a, func(sa socket.Sockaddr) error { return c.associate(ctx, sa, a) })
}

// associate sets the peer to a, which sa reaches.
func (c *DgramConn) associate(ctx context.Context, sa socket.Sockaddr, a Addr) error {
	var t socket.Turn
	if err := c.s.BeginSend(&t); err != nil {
		return err
	}
	defer t.End()
	c.peering.Lock()
	defer c.peering.Unlock()
	err := t.Connect(ctx, sa)
	if err == nil {
		c.rename(func(n *names) { n.remote = a })
	}
	return err
}

// Disconnect dissolves the association with the peer: the socket receives from
// everybody again and Write fails with ENOTCONN. On Linux it discards what is
// queued here and was not received. Only Linux has it.
func (c *DgramConn) Disconnect() error {
	if err := c.check("disconnect"); err != nil {
		return err
	}
	c.peering.Lock()
	defer c.peering.Unlock()
	if err := c.s.Disconnect(); err != nil {
		return c.fail("disconnect", err)
	}
	c.rename(func(n *names) { n.remote = Addr{} })
	return nil
}

// failAt wraps err, unless it is nil, as the error of an operation on an
// address.
func (c *DgramConn) failAt(op string, a Addr, err error) error {
	if err == nil {
		return nil
	}
	return opError(op, networkDgram, c.LocalAddr(), netAddr(a, networkDgram), c.closedFirst(err))
}
