package socket

import "example.com/uds/internal/sys"

// finite is an attempt that knows its result when nothing more arrives.
type finite interface{ empty() sys.Errno }

// shut reports whether the call receives on a socket that was shut down for it.
func (t *Turn) shut() bool { return !t.d.sends && t.d.state.Load()&stShut != 0 }

// afterShutdown makes the call op once more on a socket that was shut down for
// receiving, and reports whether that ends it. The kernel still answers a
// non-blocking receive from such a datagram socket with EAGAIN (only a blocking one
// gets to __skb_wait_for_more_packets in net/core/datagram.c, which sees the
// shutdown); here that is the end.
func (t *Turn) afterShutdown(call string, op attempt) (bool, error) {
	if !t.shut() {
		return false, nil
	}
	e := try(op, t.s)
	if e == sys.EAGAIN {
		op, ok := op.(finite)
		if !ok {
			return false, nil
		}
		e, t.ended = op.empty(), true
	}
	return true, sysErr(call, e)
}

func (o *recvOp) empty() sys.Errno      { o.n = 0; return 0 }
func (o *wholeOp) empty() sys.Errno     { o.n = 0; return 0 }
func (o *recvBatchOp) empty() sys.Errno { o.n = 0; return 0 }

func (o *recvFromOp) empty() sys.Errno {
	o.n, o.addr = 0, sys.Sockaddr{}
	return 0
}

func (o *recvMsgOp) empty() sys.Errno {
	o.n = 0
	o.hdr.Empty()
	return 0
}

func (rawOp) empty() sys.Errno { return 0 }

// empty is what a blocking accept(2) returns.
func (o *acceptOp) empty() sys.Errno { return sys.EINVAL }
