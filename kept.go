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
	late atomic.Pointer[error] // for the next receive: RecvBatch met it behind its messages (DgramConn)
	file *sockFile             // the socket file that Dialer.LocalAddr made (SeqConn); nil: none

	stamps atomic.Pointer[atomic.Bool] // whether a SeqConn or a clone of it asked for timestamps; nil: no clones
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
func (c *SeqConn) stamps() *atomic.Bool {
	if k := c.kept.Load(); k != nil {
		return k.stamps.Load()
	}
	return nil
}
