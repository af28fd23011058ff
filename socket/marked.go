package socket

import "example.com/uds/internal/sys"

// RecvMarked is Recv that also reports whether the message has a control message,
// as all have with an option such as SO_TIMESTAMP. It is dropped, and so are
// descriptors.
func (t *Turn) RecvMarked(p []byte, flags int) (n int, marked bool, err error) {
	e := t.d.untried()
	if !t.d.cold && !t.d.eager {
		if n, marked, e = recvMarked(t.s, p, flags); e == 0 {
			return n, marked, nil
		}
	}
	if !t.asks(flags) {
		return t.recvMarkedOp(p, flags, e)
	}
	if err = t.readable("recvmsg", e); err == nil {
		n, marked, e = recvMarked(t.s, p, flags)
		if t.s.clean = false; e == 0 {
			return n, marked, nil
		}
	}
	return t.recvMarkedAgain(p, flags, e, err)
}

// recvMarkedAgain goes on after a wait that ended with err, as recvWholeAgain
// does.
//
//go:noinline
func (t *Turn) recvMarkedAgain(p []byte, flags int, e sys.Errno, err error) (int, bool, error) {
	if err := t.again("recvmsg", e, err); err != errAgain {
		return 0, false, err
	}
	return t.recvMarkedOp(p, flags, sys.EINTR)
}

// recvMarkedOp goes on after a try that failed with e, or with none yet.
func (t *Turn) recvMarkedOp(p []byte, flags int, e sys.Errno) (int, bool, error) {
	op := t.plain()
	op.p, op.flags = p, int32(flags)
	err := t.resume("recvmsg", (*markedOp)(op), flags, e)
	if op.p = nil; err != nil || t.ended {
		return 0, false, err
	}
	return op.n, op.marked, nil
}

// markedOp is a RecvMarked that waits.
type markedOp plainOp

func (o *markedOp) try(s *Socket) (e sys.Errno) {
	o.n, o.marked, e = recvMarked(s, o.p, int(o.flags))
	return e
}

func (o *markedOp) empty() sys.Errno {
	o.n, o.marked = 0, false
	return 0
}

// recvMarked is one try.
func recvMarked(s *Socket, p []byte, flags int) (n int, marked bool, e sys.Errno) {
	h := s.r.header()
	if s.rawNow() && len(p) <= sys.MaxRaw {
		return h.RecvRaw(s.fd, p, flags)
	}
	return h.Recv(s.fd, p, flags)
}

// header returns what the direction's receives of one buffer are made with.
func (d *direction) header() *sys.Header {
	rare := d.rareOps()
	if rare.header == nil {
		rare.header = new(sys.Header)
	}
	return rare.header
}
