package uds

import (
	"sync/atomic"

	"example.com/uds/socket"
)

// kept is what a connection keeps for the message face and for the tails of
// Reads, and what few connections need. It is made when first needed, because an
// idle connection pays for all it has.
type kept struct {
	rest   atomic.Pointer[socket.Rest] // what a Read left (SeqConn); changed in the receiving turn
	expect expected

	in   *socket.Msg           // of the call that has the receiving turn
	out  *socket.Msg           // of the call that has the sending turn
	late atomic.Pointer[error] // for the next receive; RecvBatch met it behind its messages (DgramConn)
	file *sockFile             // the socket file that Dialer.LocalAddr made (SeqConn); nil: none

	siblings atomic.Pointer[siblings] // nil: no clones
}

// siblings is what a connection and its clones share, as they do the socket.
type siblings struct {
	stamps atomic.Bool  // one of them asked for timestamps
	names  namesPointer // of a DgramConn, in place of the connection's own
}

func (c *conn) keeping() *kept {
	if c.kept.Load() == nil {
		c.kept.CompareAndSwap(nil, new(kept))
	}
	return c.kept.Load()
}

// forgetExpected makes the next call that needs to know what may arrive ask the
// kernel again. Without a kept there is nothing to forget: the call that makes
// it asks anyway.
func (c *conn) forgetExpected() {
	if k := c.kept.Load(); k != nil {
		k.expect.forget()
	}
}

// rest returns what a Read left and what is known of the messages before, nil if
// nothing.
func (c *SeqConn) rest() *socket.Rest {
	if k := c.kept.Load(); k != nil {
		return k.rest.Load()
	}
	return nil
}

// message returns *m, a field of kept, and makes it if need be.
func message(m **socket.Msg) *socket.Msg {
	if *m == nil {
		*m = new(socket.Msg)
	}
	return *m
}

// boundFile returns the file that a dial bound.
func (c *SeqConn) boundFile() *sockFile {
	if k := c.kept.Load(); k != nil {
		return k.file
	}
	return nil
}

// siblings returns what the connection shares with its clones, nil if it has none.
func (c *conn) siblings() *siblings {
	if k := c.kept.Load(); k != nil {
		return k.siblings.Load()
	}
	return nil
}

// join makes d, which is new, a sibling of c.
func (c *conn) join(d *conn) *siblings {
	c.keeping().siblings.CompareAndSwap(nil, new(siblings))
	all := c.siblings()
	d.keeping().siblings.Store(all)
	if d.mark.state.Store(c.mark.state.Load()); d.mark.shown() {
		all.stamps.Store(true)
	}
	c.share()
	d.share()
	return all
}

// stamped reports whether timestamps are for the caller: the connection asked for
// them, or a clone did.
func (c *conn) stamped() bool {
	if c.mark.shown() {
		return true
	}
	all := c.siblings()
	if all == nil || !all.stamps.Load() {
		return false
	}
	c.mark.keep()
	return true
}

// addrs returns the connection's names.
func (c *conn) addrs() names {
	if all := c.siblings(); all != nil {
		if n := all.names.p.Load(); n != nil {
			return *n
		}
	}
	return c.names.get()
}
