package socket

import (
	"context"
	"sync/atomic"
	"syscall"

	"example.com/uds/internal/sys"
)

// waiter is what a direction needs to wait. It refers to the socket only while a
// call is parked. Otherwise a socket would refer to itself by way of its waiter,
// and the finalizer that closes a forgotten socket would never run.
type waiter struct {
	conn syscall.RawConn // the poller's; nil until a call parks
	fn   func(uintptr) bool
	s    *Socket

	result uint32 // the last try's Errno
	tries  uint8  // 0, 1, or 2 for more
	sends  bool   // constant: the sending direction's
	asks   bool   // the poller is asked for readiness alone

	limit   int64        // when the parked call ends by itself: the turn's; with the direction's mu
	applied atomic.Int64 // the deadline that the poller has, 0 only where limit is; changed with mu

	rare *rareOps
}

// tried notes the result of a try and reports whether it is one.
func (w *waiter) tried(e sys.Errno) bool {
	w.result = uint32(e)
	return e != sys.EAGAIN
}

// err is the error of the call whose last try it was.
func (w *waiter) err(call string) error { return sysErr(call, sys.Errno(w.result)) }

// rareOps are what few connections need of a waiter. The operations are kept, so
// that a call that waits allocates nothing.
type rareOps struct {
	ctx   context.Context // ends the call; nil: none
	op    attempt         // what the poller repeats while the call is parked
	plain *plainOp
	msg   *msgOp
	named *namedOp
	batch *batchOp
}

// disarm drops what a parked call referred to.
func (w *waiter) disarm() {
	if w.s = nil; !w.asks {
		w.rare.op = nil
	}
}

// forget drops the function of a RecvMsg, which may refer to the socket.
func (w *waiter) forget() {
	if w.rare != nil && w.rare.msg != nil {
		w.rare.msg.grow = nil
	}
}

// waiter returns the direction's waiter.
func (d *direction) waiter() *waiter {
	if d.wait == nil {
		w := &waiter{sends: d.sends}
		w.fn = func(uintptr) bool {
			if w.asks && w.tries == 0 {
				w.tries = 1
				return sys.Readiness(w.s.fd)
			}
			return w.try()
		}
		d.wait = w
	}
	return d.wait
}

// rareOps returns the direction's kept rare operations.
func (d *direction) rareOps() *rareOps { return d.waiter().rareOps() }

func (w *waiter) rareOps() *rareOps {
	if w.rare == nil {
		w.rare = new(rareOps)
	}
	return w.rare
}

// try is what the poller calls before it waits and when the socket is ready. A
// call that asks, and comes here only when the socket is ready, makes its receive
// where the stack is less deep: a parked call's stack is an idle connection's
// memory.
func (w *waiter) try() bool {
	if w.tries < 2 {
		w.tries++
	}
	if w.asks {
		return true
	}
	return w.tried(try(w.rare.op, w.s)) || w.shut()
}

// shut reports whether the call receives on a socket that somebody else who has
// it shut down: the poller tells that but once.
func (w *waiter) shut() bool { return !w.sends && w.s.noteShut() }
