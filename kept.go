package uds

import (
	"sync/atomic"

	"example.com/uds/socket"
)

// kept is what a connection keeps for the message face, and what few need. It
// is made when first needed, because an idle connection pays for all it has.
type kept struct {
	in   *socket.Msg           // of the call whose receiving turn it is
	out  *socket.Msg           // of the call whose sending turn it is
	late atomic.Pointer[error] // that a DgramConn's RecvBatch met behind its messages
	file *sockFile             // that a SeqConn's dial bound; nil: none

	stamps atomic.Pointer[atomic.Bool] // whether the connection or a clone asked for timestamps; nil: no clones
}

func (c *conn) keeping() *kept {
	if c.kept.Load() == nil {
		c.kept.CompareAndSwap(nil, new(kept))
	}
	return c.kept.Load()
}

// message returns *m, which is one of kept's, made if need be.
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

// stamps returns whether the connection or a clone of it asked for timestamps,
// nil if it has no clones.
func (c *conn) stamps() *atomic.Bool {
	if k := c.kept.Load(); k != nil {
		return k.stamps.Load()
	}
	return nil
}

// share makes d, a clone, one with c as to timestamps and the marker, which are
// the socket's.
func (c *conn) share(d *conn) {
	c.keeping().stamps.CompareAndSwap(nil, new(atomic.Bool))
	d.keeping().stamps.Store(c.stamps())
	if d.mark.state.Store(c.mark.state.Load()); d.mark.shown() {
		d.stamps().Store(true)
	}
	c.expect.share()
	d.expect.share()
}

// stamped reports whether timestamps are for the caller.
func (c *conn) stamped() bool {
	if c.mark.shown() {
		return true
	}
	stamps := c.stamps()
	return stamps != nil && stamps.Load()
}
